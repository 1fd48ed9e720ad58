//! The program as its users have it: the binary, in a folder of its own.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod audit;
pub(crate) mod market;
pub(crate) mod signals;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A guard against hanging, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// One of the programs: a test is told where it is; beside an example it lies one folder up.
pub(crate) fn binary(name: &str) -> PathBuf {
    let told = match name {
        "supervisor" => option_env!("CARGO_BIN_EXE_supervisor"),
        _ => option_env!("CARGO_BIN_EXE_kill-switch"),
    };
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join(name));
    told.map(PathBuf::from).or_else(beside).expect("the program")
}

/// What the program that runs in `folder` answers to `path`; none while it does not.
pub(crate) fn ask(folder: &Path, path: &str) -> Option<serde_json::Value> {
    let (_, body) = request(folder, "token", &format!("GET {path}"), "")?;
    serde_json::from_str(&body).ok()
}

/// Posts an order to the program that runs in `folder`, with its token or without: the status and the answer.
pub(crate) fn order(folder: &Path, knows: bool, body: &str) -> (u16, String) {
    request(folder, if knows { "token" } else { "" }, "POST /order", body).expect("an answer")
}

/// Asks the program that runs in `folder`, with the token that its file has under `key`, or with `key` itself where it has
/// none; with no token where that is empty: the status and the answer.
pub(crate) fn request(folder: &Path, key: &str, line: &str, body: &str) -> Option<(u16, String)> {
    let door = std::fs::read(folder.join("state/control.json")).ok()?;
    let door: serde_json::Value = serde_json::from_slice(&door).ok()?;
    let (address, token) = (door["address"].as_str()?, door[key].as_str().unwrap_or(key));
    let mut stream = TcpStream::connect(address).ok()?;
    let token = if !key.is_empty() { format!("Authorization: Bearer {token}\r\n") } else { String::new() };
    let length = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
    let head = format!("{line} HTTP/1.1\r\nHost: {address}\r\n{token}Connection: close\r\n{length}");
    // One that is too long is answered before it is read.
    let _ = write!(stream, "{head}\r\n\r\n{body}");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// A command of `supervisor` in `folder`, with nothing set that it would read.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("supervisor"));
    for name in ringfence::config::environment::VARIABLES {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder);
    command
}

/// Runs it: whether it succeeded, and all that it said.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let (success, said, beside) = heard(folder, arguments);
    (success, said + &beside)
}

/// Runs it: whether it succeeded, what it said, and what it said beside that.
pub(crate) fn heard(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let ended = command(folder, arguments).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (ended.status.success(), text(ended.stdout), text(ended.stderr))
}

/// Lines of a program that goes on by itself, until `words` was said so often; then it is told to end by Ctrl-C.
pub(crate) fn watched(mut command: Command, words: &str, times: usize) -> (bool, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a program");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut told = String::new();
    while told.matches(words).count() < times {
        let line = lines.next().unwrap_or_else(|| panic!("it ended by itself:\n{told}")).expect("text");
        told.push_str(&(line + "\n"));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    // What it says until it ends is its own.
    lines.for_each(drop);
    (child.wait().expect("its end").success(), told)
}

/// A running `supervisor`.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    /// Its own folder, unless it was started in somebody else's.
    folder: Option<TempDir>,
}

impl Program {
    /// Starts it in an empty folder, with nothing set that it would read.
    pub(crate) fn start(arguments: &[&str]) -> Program {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut program = Program::start_in(folder.path(), arguments);
        program.folder = Some(folder);
        program
    }

    /// Starts it in `folder`, with nothing set that it would read.
    pub(crate) fn start_in(folder: &Path, arguments: &[&str]) -> Program {
        let mut command = Command::new(binary("supervisor"));
        command.args(arguments).stderr(Stdio::inherit());
        Program::spawn(command, folder)
    }

    /// The same as systemd does, which hears of it at `socket` and wants a sign of life within `watchdog`.
    pub(crate) fn served_in(folder: &Path, arguments: &[&str], socket: &Path, watchdog: Duration) -> Program {
        let mut command = Command::new("env");
        let within = watchdog.as_micros();
        command.arg(format!("NOTIFY_SOCKET={}", socket.display())).arg(format!("WATCHDOG_USEC={within}"));
        command.arg(binary("supervisor")).args(arguments).stderr(Stdio::inherit());
        Program::spawn(command, folder)
    }

    /// Starts it in `folder` where no file may grow beyond `blocks` of 512 bytes: writes beyond
    /// fail, as on a full disk. What it says of errors is among what it says.
    pub(crate) fn limited_in(folder: &Path, blocks: u32) -> Program {
        let mut command = Command::new("sh");
        let limited = format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$0\" 2>&1");
        command.args(["-c", &limited]).arg(binary("supervisor"));
        Program::spawn(command, folder)
    }

    fn spawn(mut command: Command, folder: &Path) -> Program {
        command.current_dir(folder).stdout(Stdio::piped());
        for name in ringfence::config::environment::VARIABLES.into_iter().chain(ringfence::service::VARIABLES)
        {
            command.env_remove(name);
        }
        let mut child = command.spawn().expect("the program");
        let lines = read(child.stdout.take().expect("its output"));
        Program { child, lines, folder: None }
    }

    /// Where it runs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().expect("a folder of its own").path()
    }

    /// Reads what it says until each of `words` was said; answers with all of it.
    pub(crate) fn wait_for(&mut self, words: &[&str]) -> String {
        let began = Instant::now();
        let mut told = String::new();
        loop {
            let missing: Vec<&&str> = words.iter().filter(|word| !told.contains(**word)).collect();
            if missing.is_empty() {
                return told;
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                self.child.kill().expect("to be rid of it");
                panic!("never said {missing:?}, but:\n{told}");
            };
            told.push_str(&line);
            told.push('\n');
        }
    }

    /// Reads what it says until `words` was said, or until it has ended.
    pub(crate) fn follow_to(&mut self, words: &str, told: &mut String) {
        let began = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
            told.push_str(&line);
            told.push('\n');
            if line.contains(words) {
                return;
            }
        }
        assert!(began.elapsed() < PATIENCE, "never said `{words}`, but:\n{told}");
    }

    /// What it has said by now and nobody has read.
    pub(crate) fn said_so_far(&mut self) -> String {
        self.lines.try_iter().map(|line| line + "\n").collect()
    }

    /// Presses Ctrl-C.
    pub(crate) fn press_ctrl_c(&self) {
        let pid = self.child.id().to_string();
        // It may be gone already.
        let _ = Command::new("kill").args(["-INT", &pid]).stderr(Stdio::null()).status();
    }

    /// Presses Ctrl-C and waits for the end; answers with the rest of what it said.
    pub(crate) fn interrupt(&mut self) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().expect("kill");
        assert!(sent.success());
        self.end()
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Waits for it to end; answers with the rest of what it said.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        self.end()
    }

    /// Kills it (SIGKILL), as a power cut would; answers with all that it said.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().expect("to kill it");
        self.end().1
    }

    /// Waits for it to end by itself; answers with all that it said.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        self.end()
    }

    fn end(&mut self) -> (ExitStatus, String) {
        let began = Instant::now();
        let mut told = String::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
            told.push_str(&line);
            told.push('\n');
        }
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return (status, told);
            }
            assert!(began.elapsed() < PATIENCE, "it did not end:\n{told}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.by_ref().read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    lines
}
