//! `supervisor init`: what it asks, looks at and writes, by lines, by flags and at a terminal; and that what it writes trades.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use paper::{AccountOptions, Gateway, MarketOptions, Options};
use rexpect::session::spawn_command;
use support::signals::Signals;
use support::{Program, command};

/// Market seconds a second.
const SPEED: u32 = 10;
/// A guard against hanging, far above what anything here takes.
const PATIENCE_MS: u64 = 90_000;

/// A gateway whose market has been open for a while.
fn gateway() -> Gateway {
    let market = MarketOptions { speed: f64::from(SPEED), ..MarketOptions::default() };
    let account = AccountOptions::default();
    let gateway = Gateway::start(Options { market, account, ..Options::default() }).expect("a paper gateway");
    gateway.control().step(35 * 60).expect("a gateway that listens");
    gateway
}

/// Runs it with these lines to read: its exit status, and all that it said.
fn run(folder: &Path, arguments: &[&str], lines: &str) -> (Option<i32>, String) {
    let mut command = command(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    // It may have ended before it has read all.
    let _ = child.stdin.take().expect("its input").write_all(lines.as_bytes());
    let ended = child.wait_with_output().expect("its end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (ended.status.code(), text(ended.stdout) + &text(ended.stderr))
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect(name)
}

fn nobody() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it").port()
}

#[test]
fn answers_are_looked_at_and_what_is_written_trades() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gateway, api, nobody) = (gateway(), Signals::start(), nobody());
    let port = gateway.tws().port();
    // Nobody is behind the first port; the first account, ticker and address are wrong.
    let lines = format!(
        "paper\n127.0.0.1\n{nobody}\n9\nn\n\n\n{port}\n9\nDSIM9\nn\n\nnope\nno\naapl, IBM\n\
         http://ann:pw@127.0.0.1/\nhttp://127.0.0.1/?api_key=7\nhttp://127.0.0.1:{nobody}/\nn\nhttp://{}/\n",
        api.address
    );
    let (code, said) = run(folder.path(), &["init"], &lines);
    assert_eq!(code, Some(0), "{said}");
    for words in [
        "WRONG  TWS                 failed to connect to TWS",
        "ok     client id           9 is free",
        "ok     read-only API       off: orders are taken",
        "the login manages DSIM0001",
        "WRONG  account",
        "WRONG  NOPE",
        "ok     AAPL                contract ",
        "a key is not written into the config",
        "WRONG  signals             failed to ask the prediction API",
        "ok     signals             the prediction API answers with 0 predictions",
        "wrote config/supervisor.toml",
        "no fault in config",
        "next: `supervisor doctor`",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    assert_eq!(said.matches("a key is not written into the config").count(), 2, "{said}");
    let (settings, tickers) =
        (read(folder.path(), "config/supervisor.toml"), read(folder.path(), "config/tickers.toml"));
    assert!(settings.contains("# 7497 TWS paper, 7496 TWS live"), "comments are kept");
    assert!(
        tickers.contains("[AAPL]\nprimary_exchange = \"NASDAQ\"") && !tickers.contains("[GOOG]"),
        "{tickers}"
    );
    assert!(folder.path().join("config/schema/tickers.json").exists());
    assert!(run(folder.path(), &["check"], "").0 == Some(0));

    // How fast a paper gateway's market runs is the one thing that no wizard asks: a real one runs as the clock does.
    let paced =
        settings.replace("speed = 1170", &format!("speed = {SPEED}")).replace("port = 8787", "port = 0");
    std::fs::write(folder.path().join("config/supervisor.toml"), paced).expect("to write");
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let now = runtime.block_on(gateway.control().show()).expect("a gateway that answers").market_time;
    api.say("AAPL", "BUY", 0.9, &now.to_rfc3339());
    program.wait_for(&["AAPL    holds long "]);
    program.interrupt();
}

#[test]
fn flags_ask_nothing_and_keep_what_cannot_be_reached() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = nobody().to_string();
    let asked = ["init", "--yes", "--config", "here", "--mode", "live", "--port", &port, "--account", "U7"];
    let (code, said) =
        run(folder.path(), &[asked.as_slice(), &["--ticker", "tsla", "--signal-url", "none"]].concat(), "");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("WRONG  TWS") && said.contains("supervisor doctor --config here"), "{said}");
    let settings = read(folder.path(), "here/supervisor.toml");
    for line in [
        "mode = \"live\"",
        "live_accounts = [\"U7\"]",
        &format!("live_ports = [7496, 4001, {port}]"),
        "account = \"U7\"",
        "source = \"none\"",
    ] {
        assert!(settings.contains(line), "{line} is not in\n{settings}");
    }
    let tickers = read(folder.path(), "here/tickers.toml");
    assert!(tickers.contains("[TSLA]") && tickers.contains("allow_short = false"), "{tickers}");
    assert_eq!(run(folder.path(), &["check", "--config", "here"], "").0, Some(0));
}

#[test]
fn what_does_not_hold_together_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = ["init", "--yes", "--mode", "paper", "--port", "7496", "--ticker", "AAPL"];
    let (code, said) = run(folder.path(), &asked, "");
    assert!(
        code == Some(1) && said.contains("config/supervisor.toml:") && said.contains("live_ports"),
        "{said}"
    );
    let (code, said) = run(folder.path(), &["init", "--yes", "--port", "1"], "");
    assert!(code == Some(1) && said.contains("--ticker"), "{said}");
    assert!(!folder.path().join("config").exists());
}

#[test]
fn input_that_ends_too_early_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = run(folder.path(), &["init"], "paper\n127.0.0.1\n");
    assert!(code == Some(1) && said.contains("the answers ended before all was asked"), "{said}");
    assert!(!folder.path().join("config").exists());
}

#[test]
fn what_is_there_is_never_overwritten() {
    for name in ["supervisor.toml", "tickers.toml", "trading_rules.yaml"] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("config")).expect("a folder");
        std::fs::write(folder.path().join("config").join(name), "mine").expect("to write");
        let (code, said) = run(folder.path(), &["init", "--yes", "--ticker", "AAPL", "--port", "1"], "");
        assert!(code == Some(1) && said.contains(&format!("`config/{name}` is there already")), "{said}");
        let left: Vec<_> = std::fs::read_dir(folder.path().join("config")).expect("it").collect();
        assert!(left.len() == 1 && read(folder.path(), &format!("config/{name}")) == "mine");
    }
}

#[test]
fn a_key_in_the_environment_is_used_and_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gateway, api) = (gateway(), Signals::start());
    let (port, url) = (gateway.tws().port().to_string(), format!("http://{}/", api.address));
    let asked = ["init", "--yes", "--ticker", "AAPL", "--port", &port, "--signal-url", &url];
    let ended =
        command(folder.path(), &asked).env("API_KEY", "s3cr3t-of-mine").output().expect("the program");
    assert!(ended.status.success(), "{ended:?}");
    assert!(api.was_asked_with("s3cr3t-of-mine"), "the look takes the key along");
    let told = [ended.stdout, ended.stderr].concat();
    assert!(!String::from_utf8(told).expect("text").contains("s3cr3t"));
    for name in ["supervisor.toml", "tickers.toml", "trading_rules.toml"] {
        assert!(!read(folder.path(), &format!("config/{name}")).contains("s3cr3t"));
    }
}

#[test]
fn a_person_at_a_terminal_is_asked_step_by_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gateway, api) = (gateway(), Signals::start());
    let mut person = spawn_command(command(folder.path(), &["init"]), Some(PATIENCE_MS)).expect("a terminal");
    let port = gateway.tws().port().to_string();
    let url = format!("http://{}/", api.address);
    for (question, answer) in [
        ("paper or live money [paper]: ", ""),
        ("host of TWS or IB Gateway [127.0.0.1]: ", ""),
        ("4002 and 4001) [7497]: ", port.as_str()),
        ("of this program alone [1]: ", "x"),
        ("of this program alone [1]: ", ""),
        ("account [DSIM0001]: ", ""),
        ("tickers, e.g. AAPL, MSFT: ", ""),
        ("tickers, e.g. AAPL, MSFT: ", "AAPL"),
        ("none: signals are sent to us [none]: ", url.as_str()),
    ] {
        person.exp_string(question).expect(question);
        person.send_line(answer).expect("to answer");
    }
    person.exp_string("no fault in config").expect("a check");
    person.exp_eof().expect("an end");
    let settings = read(folder.path(), "config/supervisor.toml");
    assert!(settings.contains("account = \"DSIM0001\"") && settings.contains(&url), "{settings}");
}
