//! Whether it lives and whether it is ready: over the control port, by exit status, and to systemd's socket.

mod crash;
mod support;

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crash::desk::Desk;
use serde_json::Value;
use support::{Program, command, request, run};

/// A guard against hanging, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// Runs `supervisor health`: its exit status and what it said.
fn health(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let ended = command(folder, &[&["health"], arguments].concat()).output().expect("the program");
    (ended.status.code(), String::from_utf8(ended.stdout).expect("text"))
}

/// Asks until the exit status is `code`; answers with what it said then.
fn until(folder: &Path, code: i32) -> String {
    let began = Instant::now();
    loop {
        let (ended, said) = health(folder, &[]);
        if ended == Some(code) {
            return said;
        }
        assert!(began.elapsed() < PATIENCE, "never {code}, but {ended:?}: {said}");
    }
}

/// systemd's side of the socket.
struct Systemd {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Systemd {
    fn open(folder: &Path) -> Systemd {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Systemd { socket, path }
    }

    fn hear(&self) -> String {
        let mut bytes = [0; 4_096];
        let length = self.socket.recv(&mut bytes).expect("a message before the patience is over");
        String::from_utf8(bytes[..length].to_vec()).expect("text")
    }

    /// All that is said until one message holds `words`, that one included.
    fn until(&self, words: &str) -> Vec<String> {
        let mut heard = Vec::new();
        while !heard.last().is_some_and(|last: &String| last.contains(words)) {
            heard.push(self.hear());
        }
        heard
    }
}

#[test]
fn it_is_ready_while_the_broker_is_there_and_lives_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(health(folder.path(), &[]).0, Some(2), "nothing runs");
    let (code, said) = health(folder.path(), &["--json"]);
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, told["status"].as_str()), (Some(2), Some("down")), "{said}");

    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &["--unarmed"]);
    program.wait_for(&["in step with the broker"]);
    let said = until(folder.path(), 0);
    assert!(said.starts_with("degraded\n") && said.contains("not armed"), "{said}");
    let (code, said) = health(folder.path(), &["--json"]);
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, told["reasons"][0]["what"].as_str()), (Some(0), Some("brakes")), "{said}");

    drop(desk);
    let said = until(folder.path(), 1);
    assert!(said.starts_with("not ready\n") && said.contains("not connected"), "{said}");
    for (path, status) in [("GET /health/live", 200), ("GET /health/ready", 503)] {
        let (told, said) = request(folder.path(), "", path, "").expect("an answer");
        assert_eq!(told, status, "{path}: {said}");
        assert!(!said.contains("why") && !said.contains("127.0.0.1"), "without a token no words: {said}");
    }
    let (told, said) = request(folder.path(), "view_token", "GET /health/ready", "").expect("an answer");
    assert!(told == 503 && said.contains("not connected"), "{said}");
    program.interrupt();
    assert_eq!(health(folder.path(), &[]).0, Some(2));
}

#[test]
fn it_is_ready_once_armed_and_a_ticker_that_is_halted_degrades_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let _desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let began = Instant::now();
    while health(folder.path(), &[]).1 != "ready\n" {
        assert!(began.elapsed() < PATIENCE, "{:?}", health(folder.path(), &[]));
    }
    let (halted, said) = run(folder.path(), &["halt", "--by", "ann"]);
    assert!(halted, "{said}");
    let (code, said) = health(folder.path(), &[]);
    assert!(code == Some(0) && said.starts_with("degraded\n  ACME is halted"), "{said}");
    let (status, said) = request(folder.path(), "", "GET /health/ready", "").expect("an answer");
    assert!(status == 200 && said.contains("tickers") && !said.contains("ACME"), "{said}");
    program.interrupt();
}

#[test]
fn who_watches_is_told_each_change_until_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watch = command(folder.path(), &["health", "--watch"]);
    let mut watcher = watch.stdout(Stdio::piped()).spawn().expect("the program");
    let mut lines = BufReader::new(watcher.stdout.take().expect("its output")).lines();
    let mut told: Vec<String> = Vec::new();
    let mut until = |words: &str| {
        while !told.last().is_some_and(|line| line.starts_with(words)) {
            told.push(lines.next().expect("it goes on").expect("text"));
        }
        told.clone()
    };
    until("down: ");
    // Nothing changes, for several looks.
    std::thread::sleep(Duration::from_millis(2_500));
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    until("ready");
    drop(desk);
    until("not ready");
    program.interrupt();
    let told = until("down: ");
    assert!(told.windows(2).all(|two| two[0] != two[1]), "only what has changed is said: {told:?}");
    let sent = Command::new("kill").args(["-INT", &watcher.id().to_string()]).status().expect("kill");
    assert!(sent.success() && watcher.wait().expect("its end").success());
}

#[test]
fn systemd_hears_that_it_is_ready_lives_reads_again_and_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_desk, systemd) = (Desk::open(folder.path()), Systemd::open(folder.path()));
    let mut program = Program::served_in(folder.path(), &[], &systemd.path, Duration::from_secs(1));
    assert_eq!(systemd.hear(), "READY=1\n");
    let heard = systemd.until("STATUS=ready");
    assert!(heard.iter().any(|told| told == "WATCHDOG=1\n"), "{heard:?}");
    program.wait_for(&["in step with the broker"]);
    // Signs of life go on.
    systemd.until("WATCHDOG=1");
    systemd.until("WATCHDOG=1");
    let hung_up = Command::new("kill").args(["-HUP", &program.pid()]).status().expect("kill");
    assert!(hung_up.success());
    let heard = systemd.until("RELOADING=1");
    assert!(heard.last().expect("it").contains("MONOTONIC_USEC="), "{heard:?}");
    systemd.until("READY=1");
    let (status, _) = program.interrupt();
    assert!(status.success());
    assert!(systemd.until("STOPPING=1").last().expect("it").contains("STATUS=stopping"));
}

#[test]
fn a_thread_that_hangs_ends_the_signs_of_life() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, systemd) = (Desk::open(folder.path()), Systemd::open(folder.path()));
    let stall = ["--stall-at", "judged"];
    let mut program = Program::served_in(folder.path(), &stall, &systemd.path, Duration::from_secs(1));
    program.wait_for(&["in step with the broker"]);
    systemd.until("STATUS=ready");
    desk.say("BUY", 0.9);
    systemd.until("STATUS=stuck: thread road");
    let said = until(folder.path(), 2);
    assert!(said.starts_with("stuck\n") && said.contains("thread road"), "{said}");
    for path in ["GET /health/live", "GET /health/ready"] {
        let (told, said) = request(folder.path(), "", path, "").expect("an answer");
        assert_eq!(told, 503, "{path}: {said}");
        assert!(said.contains(r#""status":"stuck""#) && !said.contains("road"), "{path}: {said}");
    }
    // The state is told anew each second while it gets later; no sign of life is among it.
    let heard: Vec<String> = (0..4).map(|_| systemd.hear()).collect();
    assert!(heard.iter().all(|told| told.starts_with("STATUS=stuck")), "{heard:?}");
    // What hangs for ever is left behind.
    program.press_ctrl_c();
    program.ended();
}

#[test]
fn the_script_answers_as_the_command_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let binary = Path::new(env!("CARGO_BIN_EXE_supervisor")).parent().expect("its folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").expect("a path"));
    // Copies of the scripts without a tree around them find the program in PATH.
    for name in ["health_check", "run_supervisor"] {
        std::fs::copy(scripts.join(name), folder.path().join(name)).expect("to copy it");
    }
    let copy = folder.path().join("health_check");
    let check = |arguments: &[&str]| {
        let mut command = Command::new("bash");
        let ended = command.arg(&copy).args(arguments).env("PATH", &path).current_dir(folder.path()).output();
        let ended = ended.expect("bash");
        (ended.status.code(), String::from_utf8(ended.stdout).expect("text"))
    };
    assert_eq!(check(&[]).0, Some(2), "nothing runs");
    let _desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    until(folder.path(), 0);
    let (code, said) = check(&["--json"]);
    assert!(code == Some(0) && said.contains(r#""status":"#), "{said}");
    program.interrupt();
}
