//! `--test-mode`: one's own rules, tickers and signal API, and always the embedded gateway.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use chrono::Utc;
use support::Program;

/// A prediction API of other field names, which is always sure that ACME rises and dates it
/// by the clock on the wall. Answers with its port.
fn api() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

fn answer(mut stream: TcpStream) {
    let request = BufReader::new(stream.try_clone().expect("the same socket")).lines();
    let head: Vec<String> = request.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let allowed = head.iter().any(|line| line.eq_ignore_ascii_case("x-api-key: sesame"));
    let body = format!(
        r#"{{"data":[{{"ticker":"ACME","side":"buy","score":0.95,"at":"{}"}}]}}"#,
        Utc::now().to_rfc3339()
    );
    let status = if allowed { "200 OK" } else { "401 Unauthorized" };
    // The program may end while it is being answered.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder.join("config")).expect("a folder");
    std::fs::write(folder.join("config").join(name), text).expect("a config file");
}

#[test]
fn own_rules_tickers_and_signals_trade_on_the_embedded_gateway() {
    let folder = tempfile::tempdir().expect("a folder");
    let signals = format!(
        "[signals]\nsource = \"http\"\nendpoint = \"http://127.0.0.1:{}/\"\npoll_ms = 50\nkey_header = \"X-Api-Key\"\n",
        api()
    );
    let fields = "[signals.fields]\nlist = \"data\"\nsymbol = \"ticker\"\nsignal = \"side\"\nconfidence = \"score\"\ntimestamp = \"at\"\n";
    // Nothing listens on port 1: whoever connects there is not in test mode.
    write(
        folder.path(),
        "supervisor.toml",
        &format!("[broker]\ngateway = \"tws\"\nport = 1\n\n{signals}{fields}"),
    );
    write(
        folder.path(),
        "tickers.toml",
        "[ACME]\nposition_size = 4_000\nstop_loss_pct = 0.05\ntake_profit_pct = 0.10\n",
    );
    write(
        folder.path(),
        "trading_rules.toml",
        "[[rules]]\nname = \"My Own\"\ncondition = { type = \"signal\", signal = \"BUY\", min_confidence = 0.9 }\naction = { type = \"create_position\", side = \"BUY\" }\n",
    );
    std::fs::write(folder.path().join(".env"), "API_KEY=sesame\n").expect("an environment file");

    let mut program = Program::start_in(folder.path(), &["--test-mode"]);
    let mut told = program.wait_for(&[
        "embedded paper gateway on ",
        "signal BUY 0.95 taken (My Own: 0.95 >= 0.90)",
        "filled E1 buy ",
        "  holds long ",
    ]);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    assert!(!told.contains("sesame"), "{told}");
}
