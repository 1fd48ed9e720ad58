//! How a person follows the program, as the person does it: `status`, `why` and `logs`
//! beside a running supervisor, and what they say when none runs.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Program, heard};
use tempfile::TempDir;

/// A folder whose config asks for this port.
fn folder(port: u16) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("config");
    std::fs::create_dir(&config).expect("a config folder");
    for name in ["supervisor.toml", "tickers.toml", "trading_rules.toml"] {
        let text = std::fs::read_to_string(Path::new("config").join(name)).expect("a shipped file");
        let text = text.replace("port = 8787", &format!("port = {port}"));
        std::fs::write(config.join(name), text).expect("a file");
    }
    folder
}

/// A supervisor on a port that the system picked, once it trades.
fn trading(folder: &TempDir) -> Program {
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["connected to 127.0.0.1:", "AAPL    signal "]);
    program
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let (success, said, wrong) = heard(folder, arguments);
    assert!(success && wrong.is_empty(), "{arguments:?}: {said}{wrong}");
    said
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let (success, said, wrong) = heard(folder, arguments);
    assert!(!success && said.is_empty(), "{arguments:?}: {said}{wrong}");
    wrong
}

fn door(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("state/control.json")).expect("the control file");
    serde_json::from_str(&text).expect("JSON")
}

/// Asks without a client that would mend anything; answers with the status and the body.
fn get(address: &str, path: &str, headers: &[&str]) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("the control endpoint");
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(!head.to_ascii_lowercase().contains("access-control-"), "{head}");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).expect("JSON"))
}

#[test]
fn who_follows_a_running_supervisor_sees_what_it_does_and_why() {
    let folder = folder(0);
    let mut program = trading(&folder);
    let here = folder.path();

    let screen = succeeds(here, &["status"]);
    assert!(screen.contains("connected to account DSIM"), "{screen}");
    assert!(screen.contains("America/New_York"), "{screen}");
    for ticker in ["AAPL", "GOOG", "IBM", "MSFT"] {
        assert!(screen.lines().any(|line| line.starts_with(ticker)), "no {ticker} in:\n{screen}");
    }
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
    let status: Value = serde_json::from_str(&succeeds(here, &["status", "--json"])).expect("JSON");
    assert_eq!(status["link"], "up");
    assert!(status["tickers"]["AAPL"]["age_ms"].as_u64().expect("an age") < 60_000, "{status}");

    let why = succeeds(here, &["why", "aapl"]);
    assert!(why.starts_with("AAPL is active"), "{why}");
    assert!(why.contains("  signal "), "{why}");
    assert!(why.contains(" taken (") || why.contains(" declined: "), "{why}");
    let wrong = fails(here, &["why", "APPL"]);
    assert_eq!(wrong, "supervisor: there is no ticker `APPL`; did you mean `AAPL`?\n");
    assert!(fails(here, &["why", "../status"]).contains("is no ticker's name"));

    let lines = succeeds(here, &["logs", "AAPL"]);
    assert!((1..=20).contains(&lines.lines().count()), "{lines}");
    assert!(lines.lines().all(|line| line.contains(" ticker-AAPL ")), "{lines}");
    assert_eq!(fails(here, &["logs", "apl"]), "supervisor: there is no log `apl`; did you mean `AAPL`?\n");
    assert!(succeeds(here, &["logs"]).contains("tickers  AAPL GOOG IBM MSFT\n"));

    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    assert!(!here.join("state/control.json").exists());
    assert!(fails(here, &["status"]).starts_with("supervisor: no supervisor runs here ("));
    assert_eq!(succeeds(here, &["logs", "orders", "-n", "3"]).lines().count(), 3);
}

#[test]
fn only_who_knows_the_token_and_means_this_machine_is_answered() {
    let folder = folder(0);
    let mut program = trading(&folder);
    let file = folder.path().join("state/control.json");
    assert_eq!(file.metadata().expect("the control file").permissions().mode() & 0o777, 0o600);
    let door = door(folder.path());
    let address = door["address"].as_str().expect("an address");
    let (token, host) = (door["token"].as_str().expect("a token"), format!("Host: {address}"));
    let bearer = format!("Authorization: Bearer {token}");
    let cut = format!("Authorization: Bearer {}", &token[1..]);

    for path in ["/status", "/why/AAPL", "/risk"] {
        let asked = |headers: &[&str]| get(address, path, headers).0;
        assert_eq!(asked(&[&host, &bearer]), 200, "{path}");
        assert_eq!(asked(&["Host: localhost", &bearer]), 200, "{path}");
        assert_eq!(asked(&[&host]), 401, "{path}");
        assert_eq!(asked(&[&host, &cut]), 401, "{path}");
        assert_eq!(asked(&[&host, "Authorization: Bearer "]), 401, "{path}");
        assert_eq!(asked(&["Host: rebound.example", &bearer]), 403, "{path}");
    }
    assert_eq!(get(address, "/health/live", &[&host]).0, 200, "that it lives is no secret");
    assert_eq!(get(address, "/health/live", &["Host: rebound.example"]).0, 403);
    assert_eq!(get(address, "/nothing", &[&host]).0, 401);
    assert_eq!(get(address, "/nothing", &[&host, &bearer]).0, 404);
    let (_, status) = get(address, "/status", &[&host, &bearer]);
    assert_eq!(status["tickers"].as_object().expect("tickers").len(), 4, "{status}");

    program.interrupt();
    let (again, token) = (trading(&folder), token.to_owned());
    assert_ne!(self::door(folder.path())["token"], token, "each start has its own");
    drop(again);
    let wrong = fails(folder.path(), &["status"]);
    assert!(wrong.contains("no supervisor runs here any more (state/control.json is left over"), "{wrong}");
}

#[test]
fn two_in_two_folders_do_not_disturb_each_other() {
    let first = folder(0);
    let mut one = trading(&first);
    let address = door(first.path())["address"].as_str().expect("an address").to_owned();
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let second = folder(port);
    let mut other = Program::start_in(second.path(), &[]);
    let taken = format!("port {port} is taken, perhaps by another supervisor; this one trades");
    other.wait_for(&[&taken, "connected to 127.0.0.1:", "signal "]);
    assert!(fails(second.path(), &["status"]).contains("no supervisor runs here"));
    let (ended, rest) = other.interrupt();
    assert!(ended.success(), "{rest}");
    assert!(succeeds(first.path(), &["status"]).contains("connected to account"));
    assert!(one.interrupt().0.success());
}

#[test]
fn who_follows_a_log_sees_each_line_once_also_when_the_file_is_put_aside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    assert_eq!(
        fails(here, &["logs"]),
        "supervisor: there are no logs in `logs`; no supervisor has run in this folder\n"
    );
    let log = here.join("logs/actors/ticker-AAPL.log");
    std::fs::create_dir_all(log.parent().expect("a folder")).expect("a folder");
    std::fs::write(&log, "one\ntwo\n").expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_supervisor"));
    let command = command.args(["logs", "AAPL", "-f", "-n", "1"]).current_dir(here).stdout(Stdio::piped());
    let mut follower = command.spawn().expect("the program");
    let mut said = follower.stdout.take().expect("its output");
    let mut next = |wanted: &str| {
        let mut line = vec![0; wanted.len()];
        said.read_exact(&mut line).expect("a line");
        assert_eq!(String::from_utf8_lossy(&line), wanted);
    };
    next("two\n");
    std::fs::rename(&log, log.with_extension("log.1")).expect("put aside");
    std::fs::write(&log, "three\n").expect("a file");
    next("three\n");
    follower.kill().expect("to be rid of it");
    follower.wait().expect("its end");
}
