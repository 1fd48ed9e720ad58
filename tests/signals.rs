//! Signals that come to the running program. Of those that are sent, who is not known is refused, what comes again is refused, over a
//! kill as well, and nothing that is malformed reaches a ticker.

#[path = "../ports/tests/signals/corpus.rs"]
mod corpus;
#[path = "signals/forgeries.rs"]
mod forgeries;
#[path = "signals/sender.rs"]
mod sender;
mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use forgeries::Variant;
use sender::{KEY, Message, SECRET, Sender, now, signal};
use serde_json::Value;
use support::{Program, ask};
use tempfile::TempDir;

const TICKERS: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];

/// A folder where signals come only if they are sent.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("config");
    std::fs::create_dir(&config).expect("a config folder");
    for name in ["supervisor.toml", "tickers.toml", "trading_rules.toml"] {
        let text = std::fs::read_to_string(Path::new("config").join(name)).expect("a shipped file");
        let text = text.replace("port = 8787", "port = 0").replace("source = \"demo\"", "source = \"none\"");
        std::fs::write(config.join(name), text).expect("a file");
    }
    let secrets = format!("WEBHOOK_SECRET={KEY:?}\nTRADINGVIEW_SECRET={SECRET:?}\n");
    std::fs::write(folder.path().join(".env"), secrets).expect("a file");
    folder
}

fn start(folder: &TempDir, arguments: &[&str]) -> Program {
    let mut program = Program::start_in(folder.path(), arguments);
    program.wait_for(&["in step with the broker"]);
    program
}

/// What the journal holds of a kind, once nobody runs.
fn records(folder: &Path, kind: &str) -> usize {
    let mut command = Command::new(env!("CARGO_BIN_EXE_supervisor"));
    let command = command.args(["journal", "export", "--json"]).current_dir(folder);
    let said = String::from_utf8(command.output().expect("the program").stdout).expect("text");
    assert!(!said.is_empty(), "a journal");
    said.lines().filter(|line| line.contains(kind)).count()
}

fn source(folder: &Path, name: &str) -> Value {
    ask(folder, "/status").expect("an answer")["signals"][name].clone()
}

fn ended(source: &Value) -> u64 {
    let ways = ["taken", "declined", "duplicate", "stale", "malformed", "waiting"];
    ways.iter().map(|way| source["signals"][*way].as_u64().expect("a number")).sum()
}

/// Sends variants, and every so often a sound message that must be taken: less than twenty for each ticker in all.
struct Storm {
    sender: Sender,
    sent: usize,
    twins: Vec<Message>,
    answers: BTreeMap<u16, usize>,
}

impl Storm {
    fn refuse(&mut self, variants: Vec<Variant>) {
        for (headers, body) in variants {
            let (status, answer) = self.sender.post("/signals", &headers, &body);
            assert!(matches!(status, 400 | 401 | 409), "{status} {answer} to {headers:?} {body:?}");
            *self.answers.entry(status).or_default() += 1;
            if self.sent.is_multiple_of(400) {
                self.twin();
            }
            self.sent += 1;
        }
    }

    fn twin(&mut self) {
        let id = format!("twin-{}", self.twins.len());
        let symbol = TICKERS[self.twins.len() % TICKERS.len()];
        let message = Message::signed(&id, now(), signal(symbol, &id));
        let (status, answer) = self.sender.send(&message);
        assert_eq!(status, 202, "{answer}");
        self.twins.push(message);
    }

    /// Messages that were taken, as they came and in other dress.
    fn replays(&mut self) -> Vec<Variant> {
        let mut all = Vec::new();
        for n in 0..2_000 {
            if n % 100 == 0 {
                self.twin();
            }
            let newest = self.twins.last().expect("one was taken").clone();
            let mut headers = newest.headers();
            headers.rotate_left(n % 3);
            let mut body = newest.body;
            if n % 7 == 0 {
                body.push(b' ');
            }
            all.push((headers, body));
            if n % 100 == 99 {
                let rest = std::mem::take(&mut all);
                self.refuse(rest);
            }
        }
        all
    }
}

#[test]
fn ten_thousand_forged_and_replayed_messages_are_refused_and_sound_ones_are_taken() {
    let folder = folder();
    let mut program = start(&folder, &[]);
    let sender = Sender::to(folder.path());
    let mut storm = Storm { sender, sent: 0, twins: Vec::new(), answers: BTreeMap::new() };
    storm.refuse(forgeries::of_another_form());
    storm.refuse(forgeries::flipped());
    storm.refuse(forgeries::of_other_times());
    for third in forgeries::by_others().chunks(1_000) {
        storm.refuse(third.to_vec());
    }
    storm.refuse(forgeries::swapped());
    storm.refuse(forgeries::rewritten());
    let rest = storm.replays();
    storm.refuse(rest);
    assert!(storm.sent >= 10_000, "{} variants", storm.sent);
    let (twins, answers) = (storm.twins.len(), &storm.answers);
    let shown = source(folder.path(), "webhook");
    assert_eq!(shown["refused"].as_u64(), answers.get(&401).map(|count| *count as u64), "{answers:?}");
    let duplicates = answers.get(&409).copied().unwrap_or_default();
    assert!(duplicates > 1_500, "{answers:?}");
    assert_eq!(shown["signals"]["duplicate"].as_u64(), Some(duplicates as u64));
    assert_eq!(ended(&shown), (twins + duplicates) as u64, "{shown}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    assert_eq!(records(folder.path(), "\"Signal\""), twins, "no ticker heard of anything else");
    assert_eq!(records(folder.path(), "MessageTaken"), twins);
}

#[test]
fn what_was_taken_before_a_kill_is_refused_after_it() {
    let folder = folder();
    let program = start(&folder, &[]);
    let mut sender = Sender::to(folder.path());
    // Dated ahead as far as may be, so that their time serves after the restart as well.
    let taken: Vec<Message> = (0..12)
        .map(|n| {
            let id = format!("before-{n}");
            Message::signed(&id, now() + 25, signal(TICKERS[n % 4], &id))
        })
        .collect();
    taken.iter().for_each(|message| assert_eq!(sender.send(message).0, 202));
    let alert = alert("MSFT", "buy", "");
    assert_eq!(sender.post("/signals/tradingview", &[], alert.as_bytes()).0, 202);
    program.kill();
    let mut program = start(&folder, &["--keep"]);
    let mut sender = Sender::to(folder.path());
    for message in &taken {
        let (status, answer) = sender.send(message);
        assert_eq!((status, answer.as_str()), (409, r#"{"error":"duplicate"}"#));
    }
    assert_eq!(sender.post("/signals/tradingview", &[], alert.as_bytes()).0, 409);
    assert_eq!(sender.send(&Message::fresh("after")).0, 202);
    assert!(program.interrupt().0.success());
    assert_eq!(records(folder.path(), "MessageTaken"), taken.len() + 2);
}

/// Two lives, each killed at the message: before it is on disk nobody was told that it was taken, and afterwards it is known.
#[test]
fn who_sent_is_answered_once_the_message_is_on_disk() {
    let folder = folder();
    let message = Message::signed("killed", now() + 25, signal("AAPL", "killed"));
    let killed = |at: &str, keep: &[&str]| {
        let mut program = start(&folder, &[&[at], keep].concat());
        let answer = Sender::to(folder.path()).try_send(&message);
        assert!(!program.ended().0.success());
        assert_eq!(answer, None, "{at}");
    };
    killed("--kill-at=before-commit:MessageTaken", &[]);
    killed("--kill-at=after-commit:MessageTaken", &["--keep"]);
    let mut program = start(&folder, &["--keep"]);
    let mut sender = Sender::to(folder.path());
    assert_eq!(sender.send(&message).0, 409);
    assert!(program.interrupt().0.success());
    assert_eq!(records(folder.path(), "MessageTaken"), 1);
    assert_eq!(records(folder.path(), "\"Signal\""), 0, "it did not come to its ticker");
}

#[test]
fn whatever_is_malformed_is_told_in_one_line_and_no_ticker_hears_of_it() {
    let folder = folder();
    let mut program = start(&folder, &[]);
    let mut sender = Sender::to(folder.path());
    let all: Vec<Vec<u8>> = corpus::corpus().into_iter().filter(|bytes| bytes.len() <= 65_536).collect();
    assert!(all.len() >= 300, "{}", all.len());
    for (n, bytes) in all.iter().enumerate() {
        let (status, answer) = sender.send(&Message::signed(&format!("bad-{n}"), now(), bytes.clone()));
        assert_eq!(status, 400, "{answer} to {:?}", String::from_utf8_lossy(bytes));
        let told: Value = serde_json::from_str(&answer).expect("JSON");
        let line = told["error"].as_str().expect("an error");
        let plain = line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(plain && line.starts_with("malformed: ") && line.len() <= 320, "{line:?}");
    }
    let shown = source(folder.path(), "webhook");
    assert_eq!(shown["signals"]["malformed"].as_u64(), Some(all.len() as u64), "{shown}");
    assert_eq!(ended(&shown), all.len() as u64);
    assert_eq!(sender.send(&Message::fresh("sound")).0, 202, "it goes on");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let log = std::fs::read_to_string(folder.path().join("logs/errors.log")).expect("a log");
    assert_eq!(log.lines().filter(|line| line.contains(" malformed: ")).count(), all.len());
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(records(folder.path(), "\"Signal\""), 1);
}

fn alert(symbol: &str, action: &str, more: &str) -> String {
    let at = chrono::Utc::now().to_rfc3339();
    format!(
        r#"{{"secret":"{SECRET}","ticker":"{symbol}","action":"{action}","time":"{at}","confidence":0.1{more}}}"#
    )
}

#[test]
fn an_alert_with_the_secret_is_taken_once_and_the_secret_is_told_nowhere() {
    let folder = folder();
    let mut program = start(&folder, &[]);
    let mut sender = Sender::to(folder.path());
    let mut send = |body: &str| sender.post("/signals/tradingview", &[], body.as_bytes());
    let sound = alert("AAPL", "buy", "");
    assert_eq!(send(&sound).0, 202);
    assert_eq!(send(&sound).0, 409);
    assert_eq!(send(&sound.replace("\",\"", "\" , \"")).0, 409, "in another dress");
    let mut told = String::new();
    for wrong in ["", "open sesame, pleas", "open sesame, please ", "OPEN SESAME, PLEASE"] {
        let (status, answer) = send(&alert("GOOG", "buy", "").replace(SECRET, wrong));
        assert_eq!(status, 401, "{wrong}: {answer}");
        told += &answer;
    }
    let twice = format!(",\"note\":\"{SECRET}\"");
    for bad in [alert("IBM", "hold", ""), alert("IBM", "buy", &twice), alert("\u{410}APL", "buy", "")] {
        let (status, answer) = send(&bad);
        assert_eq!(status, 400, "{answer}");
        told += &answer;
    }
    let (status, answer) = send(&alert("XYZ", "buy", ""));
    assert_eq!((status, answer.contains("no ticker trades XYZ")), (202, true), "{answer}");
    told += &ask(folder.path(), "/status").expect("an answer").to_string();
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    told += &rest;
    read_all(folder.path(), &mut told);
    assert!(told.contains("tv:AAPL:BUY:") || records(folder.path(), "tv:AAPL:BUY:") == 1);
    assert!(!told.contains(SECRET) && !told.contains(KEY));
}

/// What lies in files, but for the one that secrets are read from.
fn read_all(folder: &Path, told: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, told);
        } else if !path.ends_with(".env") {
            told.push_str(&String::from_utf8_lossy(&std::fs::read(&path).expect("a file")));
        }
    }
}

#[test]
fn a_door_without_a_key_is_shut_and_one_with_is_for_this_machine_only() {
    let folder = folder();
    let mut program = start(&folder, &[]);
    let mut sender = Sender::to(folder.path());
    let large = Message::signed("large", now(), vec![b' '; 65_537]);
    assert_eq!(sender.send(&large).0, 413);
    let mut headers = Message::fresh("host").headers();
    headers.push(("Host", b"evil.example".to_vec()));
    assert_eq!(sender.post("/signals", &headers, b"{}").0, 403);
    let burst = (0..60).map(|n| {
        let began = Instant::now();
        let (status, _) = sender.send(&Message::fresh(&format!("burst-{n}")));
        (status, began, Instant::now())
    });
    let burst: Vec<_> = burst.collect();
    assert!(burst.iter().all(|(status, ..)| [202, 429].contains(status)), "{burst:?}");
    let taken: Vec<_> = burst.into_iter().filter(|(status, ..)| *status == 202).collect();
    let second = Duration::from_secs(1);
    assert!(taken.len() >= 20 && taken.windows(21).all(|own| own[20].2 - own[0].1 >= second), "{taken:?}");
    assert!(program.interrupt().0.success());
    std::fs::remove_file(folder.path().join(".env")).expect("removed");
    let shut = start(&folder, &[]);
    let mut sender = Sender::to(folder.path());
    let (status, answer) = sender.send(&Message::fresh("shut"));
    assert!(
        status == 404 && answer.contains("not configured: this door opens with WEBHOOK_SECRET"),
        "{answer}"
    );
    assert_eq!(sender.post("/signals/tradingview", &[], b"{}").0, 404);
    assert_eq!(sender.post("/order", &[], b"{}").0, 401, "all else needs the token");
    drop(shut);
}

#[test]
fn a_file_is_followed_and_a_source_that_fails_or_says_nothing_is_shown_and_told() {
    let folder = folder();
    let config = folder.path().join("config/supervisor.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    let file = "source = \"file\"\npath = \"signals.ndjson\"";
    let text =
        text.replace("source = \"none\"", file).replace("silent_after_s = 3_600", "silent_after_s = 120");
    std::fs::write(&config, text).expect("the config");
    let path = folder.path().join("signals.ndjson");
    std::fs::write(&path, signal("AAPL", "backlog") + "\n").expect("a file");
    let mut program = start(&folder, &[]);
    let add = |text: String| {
        let file = std::fs::OpenOptions::new().append(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("to append");
    };
    wait_until(folder.path(), "file", |shown| shown["state"] == "answering");
    let lines = [signal("AAPL", "a"), signal("AAPL", "a"), signal("XYZ", "b"), "{\"symbol\":".to_owned()];
    add(lines.join("\n") + "\n");
    program.wait_for(&["AAPL    signal BUY 0.10 declined"]);
    let shown =
        wait_until(folder.path(), "file", |shown| ended(shown) == 4 && shown["signals"]["waiting"] == 0);
    let ends = &shown["signals"];
    assert_eq!((ends["declined"].as_u64(), ends["duplicate"].as_u64()), (Some(2), Some(1)), "{shown}");
    assert_eq!(ends["malformed"].as_u64(), Some(1), "{shown}");
    wait_until(folder.path(), "file", |shown| shown["state"] == "silent" && shown["since"].is_string());
    add(signal("GOOG", "c") + "\n");
    wait_until(folder.path(), "file", |shown| shown["state"] == "answering");
    std::fs::remove_file(&path).expect("removed");
    let shown = wait_until(folder.path(), "file", |shown| shown["state"] == "failing");
    assert!(shown["why"].as_str().expect("a reason").contains("failed to read `signals.ndjson`"), "{shown}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let log = std::fs::read_to_string(folder.path().join("logs/errors.log")).expect("a log");
    for words in [
        "the signal source `file` is silent since",
        "failed to read `signals.ndjson`",
        "no ticker trades XYZ",
    ] {
        assert_eq!(log.matches(words).count(), 1, "{words} in {log}");
    }
    assert_eq!(records(folder.path(), "\"Signal\""), 2, "no backlog, no stranger, nothing twice");
}

#[test]
fn an_api_that_asks_for_it_is_left_alone_and_is_shown_as_failing_meanwhile() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let config = folder.path().join("config/supervisor.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    let api = format!(
        "source = \"http\"\nendpoint = \"http://{}/{{symbol}}\"",
        listener.local_addr().expect("a port")
    );
    std::fs::write(&config, text.replace("source = \"none\"", &api)).expect("the config");
    let mut program = Program::start_in(folder.path(), &[]);
    let answer = move |status: &str| {
        let (mut stream, _) = listener.accept().expect("a question");
        let asked = Instant::now();
        // The question is always the same, and comes in one piece.
        let _ = stream.read(&mut [0; 4_096]);
        let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        stream.write_all(format!("{head}Content-Length: 2\r\n\r\n[]").as_bytes()).expect("an answer");
        asked
    };
    let busy = TICKERS.map(|_| answer("429 Busy\r\nRetry-After: 1"));
    let shown = wait_until(folder.path(), "http", |shown| shown["state"] == "failing");
    assert!(shown["why"].as_str().expect("a reason").contains("busy (429)"), "{shown}");
    let again = TICKERS.map(|_| answer("200 OK"));
    assert!(again[0] - busy[3] >= Duration::from_secs(1), "it was asked too soon");
    std::thread::spawn(move || {
        loop {
            answer("200 OK");
        }
    });
    wait_until(folder.path(), "http", |shown| shown["state"] == "answering");
    assert!(program.interrupt().0.success());
}

/// What is shown of a source once it is so.
fn wait_until(folder: &Path, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let shown = source(folder, name);
        if is_so(&shown) {
            return shown;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "never so: {shown}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
