//! A ticker added by editing the config while orders flow: it starts within seconds, the
//! others hear nothing of it, and a faulty file changes nothing.

mod support;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use support::{Program, market};

#[test]
fn a_table_added_while_orders_flow_starts_that_ticker_and_no_other() {
    let gateway = market::start();
    let folder = tempfile::tempdir().expect("a folder");
    market::config(folder.path(), &gateway);
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["connected to ", "filled E1 "]);

    append(folder.path(), "\n[ACME]\nstop_los_pct = 0.02\n");
    let told = program.wait_for(&["did you mean `stop_loss_pct`?"]);
    assert!(told.contains("tickers.toml:"), "{told}");
    assert!(told.contains("nothing changes"), "{told}");

    let path = folder.path().join("config/tickers.toml");
    let text = std::fs::read_to_string(&path).expect("the config");
    std::fs::write(&path, text.replace("stop_los_pct", "stop_loss_pct")).expect("to mend it");
    let mut told = program.wait_for(&["config: ACME is new", "ACME    started", "filled E1 "]);
    let acme = folder.path().join("logs/actors/ticker-ACME.log");
    assert!(comes_to_say(&acme, "now active"), "{told}");
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    // Whoever was not touched was not started, stopped or shown to the broker again.
    for other in ["AAPL", "GOOG", "IBM", "MSFT"] {
        let stream = folder.path().join(format!("logs/actors/ticker-{other}.log"));
        let stream = std::fs::read_to_string(stream).expect("its stream");
        assert_eq!(stream.matches("started").count(), 1, "{stream}");
        assert_eq!(stream.matches("now reconciling").count(), 0, "{stream}");
    }
}

fn append(folder: &Path, text: &str) {
    let path = folder.join("config/tickers.toml");
    let mut file = OpenOptions::new().append(true).open(path).expect("the config");
    file.write_all(text.as_bytes()).expect("to append to it");
}

/// True once the stream has these words; a guard against hanging ends the wait.
fn comes_to_say(stream: &Path, words: &str) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if std::fs::read_to_string(stream).is_ok_and(|text| text.contains(words)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}
