//! A secret goes in by the environment and comes out nowhere: no log at the most talkative level, no journal, no answer,
//! no panic, no command line.

mod crash;
mod support;

use std::path::Path;

use crash::desk::Desk;
use support::{Program, command, request};

/// Whoever finds it has found a leak.
const CANARY: &str = "canary-5c1d0e7b";

/// Runs a command in `folder`; answers with all that it said.
fn said_by(folder: &Path, arguments: &[&str]) -> String {
    let ended = command(folder, arguments).output().expect("the program");
    String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned()
}

/// Every file below `folder` but the one that the secret is in.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.file_name().is_some_and(|name| name != ".env") {
            found.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
}

fn leaks(text: &[u8]) -> bool {
    text.windows(CANARY.len()).any(|part| part == CANARY.as_bytes())
}

#[test]
fn a_secret_is_told_to_whom_it_is_for_and_to_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let desk = Desk::open(folder);
    std::fs::write(
        folder.join(".env"),
        format!("API_KEY={CANARY}\nTRADINGVIEW_SECRET={CANARY}-and-long-enough-for-a-door\n"),
    )
    .expect("to write");
    let mut told = vec![said_by(folder, &["check"]), said_by(folder, &["check", "--json"])];

    let mut program = Program::start_in(folder, &[]);
    told.push(program.wait_for(&["in step with the broker"]));
    desk.say("BUY", 0.7);
    told.push(program.wait_for(&["  holds "]));
    assert!(desk.was_asked_with(CANARY), "whom it is for is told");
    let command_line = std::fs::read(format!("/proc/{}/cmdline", program.pid())).expect("its command line");
    told.push(String::from_utf8_lossy(&command_line).into_owned());
    for line in [
        "GET /status",
        "GET /why/ACME",
        "GET /risk",
        "GET /nothing",
        "POST /reload",
        "POST /order",
        "POST /signals/tradingview",
    ] {
        told.push(request(folder, "token", line, r#"{"by":"ann"}"#).expect("an answer").1);
    }
    for arguments in [["status"].as_slice(), &["why", "acme"], &["risk"], &["logs", "signal"], &["halt"]] {
        told.push(said_by(folder, arguments));
    }
    // An API that is gone, and one that cannot be asked at all.
    let config = folder.join("config/supervisor.toml");
    told.push(program.interrupt().1);
    let shipped = std::fs::read_to_string(&config).expect("the config");
    for endpoint in ["http://127.0.0.1:1/", "http://[::1/"] {
        let other: Vec<String> = shipped
            .lines()
            .map(|line| {
                if line.starts_with("endpoint") {
                    format!("endpoint = \"{endpoint}\"")
                } else {
                    line.to_owned()
                }
            })
            .collect();
        std::fs::write(&config, other.join("\n")).expect("to write");
        told.push(said_by(folder, &["--duration", "1s"]));
    }
    std::fs::write(&config, shipped).expect("to write");
    let mut program = Program::start_in(folder, &["--panic-at", "signal"]);
    desk.say("SHORT", 0.7);
    told.push(program.wait_for(&["panicked over an answer"]));
    told.push(program.interrupt().1);
    told.push(said_by(folder, &["journal", "export", "--json"]));

    let mut found = Vec::new();
    files(folder, &mut found);
    found.extend(told.into_iter().map(|text| ("what was said".to_owned(), text.into_bytes())));
    assert!(found.len() > 20, "files are looked at, too");
    for (place, text) in found {
        assert!(!leaks(&text), "{place}: {}", String::from_utf8_lossy(&text));
    }
}
