//! The world of a person who stops everything: a supervisor that holds something, its gateway, the two programs.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use paper::exchange::order::Side;
use paper::faults::Fault;
use paper::gateway::control::Books;
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::crash::desk::{Desk, SYMBOL};
use crate::support::{Program, ask, binary};

/// A guard against waiting for ever, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A supervisor, its folder and its gateway.
pub(crate) struct Scene {
    pub(crate) program: Option<Program>,
    pub(crate) desk: Desk,
    folder: TempDir,
}

impl Scene {
    /// The supervisor runs and is in step.
    pub(crate) fn open() -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(folder.path());
        let mut program = Program::start_in(folder.path(), &[]);
        program.wait_for(&["in step with the broker"]);
        Scene { program: Some(program), desk, folder }
    }

    /// It holds 100 shares with a stop and a target.
    pub(crate) fn holding() -> Scene {
        let mut scene = Scene::open();
        scene.desk.say("BUY", 0.7);
        scene.program().wait_for(&["  holds "]);
        scene.until(|books| books.orders.len() == 2 && !books.positions.is_empty());
        scene
    }

    /// Its entry rests below the market.
    pub(crate) fn resting() -> Scene {
        let scene = Scene::open();
        scene.desk.say("BUY", 0.9);
        scene.until(|books| books.orders.len() == 3);
        scene
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("it runs")
    }

    /// Somebody's order by hand rests far below the market.
    pub(crate) fn rest_by_hand(&self) {
        let before = self.orders().len();
        let (symbol, shares, limit) = (SYMBOL.to_owned(), 50.into(), 50.into());
        self.desk.make(Fault::ManualOrder { symbol, side: Side::Buy, shares, limit });
        self.until(|books| books.orders.len() == before + 1);
    }

    /// Sends the supervisor a signal of the system.
    pub(crate) fn signal(&mut self, signal: &str) {
        let pid = self.program().pid();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill");
        assert!(sent.success(), "kill {signal} {pid}");
    }

    /// What the gateway has booked.
    pub(crate) fn books(&self) -> Books {
        self.desk.books()
    }

    /// Names of the orders that can still fill.
    pub(crate) fn orders(&self) -> Vec<String> {
        self.books().orders.into_iter().map(|order| order.order_ref).collect()
    }

    /// What the account holds.
    pub(crate) fn positions(&self) -> Vec<(String, Decimal)> {
        self.books().positions
    }

    /// Waits until the gateway's books are as `wanted` says.
    pub(crate) fn until(&self, wanted: impl Fn(&Books) -> bool) {
        let began = Instant::now();
        loop {
            let books = self.books();
            if wanted(&books) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{books:?}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until the supervisor's command says this.
    pub(crate) fn until_said(&self, arguments: &[&str], words: &str) {
        let began = Instant::now();
        loop {
            let (_, said) = supervisor(self.folder(), arguments);
            if said.contains(words) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{said}");
        }
    }

    /// Waits until the program shows the ticker in this state.
    pub(crate) fn until_mode(&self, wanted: &str) {
        let began = Instant::now();
        loop {
            let status = ask(self.folder(), "/status");
            let mode = status.as_ref().and_then(|status| status["tickers"][SYMBOL]["mode"].as_str());
            if mode.is_some_and(|mode| mode.starts_with(wanted)) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "not {wanted}: {status:?}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// KILL is set and everything is closed: nothing leaves until it is released by name; then the ticker is halted, has
    /// nothing, and its journal agrees with the broker.
    pub(crate) fn released_it_is_halted_and_consistent(&mut self) {
        let ours = |books: &Books| books.orders.iter().filter(|order| !order.order_ref.is_empty()).count();
        self.until_mode("reconciling");
        let before = self.books();
        let (followed, said) = supervisor(self.folder(), &["release", "KILL", "--by", "ann"]);
        assert!(followed && said.contains("KILL  KILL released"), "{said}");
        self.program().wait_for(&["in step with the broker"]);
        self.until_mode("halted (closed outside");
        let status = ask(self.folder(), "/status").expect("a status");
        assert_eq!(status["tickers"][SYMBOL]["quantity"], "0", "it holds nothing by its own count: {status}");
        let after = self.books();
        assert_eq!((ours(&after), after.positions), (0, before.positions), "nothing is held, nothing works");
        let (_, said) = supervisor(self.folder(), &["release", "KILL"]);
        assert!(said.contains("KILL is not set"), "{said}");
        let (status, rest) = self.program().interrupt();
        assert!(status.success(), "{rest}");
        self.program = None;
        let (_, records) = supervisor(self.folder(), &["journal", "export"]);
        for words in ["KILL was set: ", "KILL released by ann"] {
            assert!(records.contains(words), "no `{words}` in\n{records}");
        }
        assert!(supervisor(self.folder(), &["journal", "verify"]).0, "its journal is whole");
    }
}

/// The supervisor holds something and is stopped (SIGSTOP); the kill switch closes everything, and what the supervisor does
/// when it goes on is nothing, until KILL is released by name.
pub(crate) fn stopped_it_is_killed() {
    let mut scene = Scene::holding();
    scene.rest_by_hand();
    scene.signal("-STOP");
    let before = scene.books();
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert_eq!(code, 4, "others would go along: {said}");
    assert!(said.contains("takes along 1 of others") && said.contains("--yes"), "{said}");
    assert_eq!(scene.books(), before, "nothing was done");
    assert!(scene.folder().join("state/KILL").exists(), "but that the supervisor sends nothing");

    let (code, said) = kill_switch(scene.folder(), &["kill", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("taken along, of others: BUY 50 ACME LMT 50"), "{said}");
    let after = scene.books();
    assert!(after.orders.is_empty() && after.positions.is_empty(), "{after:?}");
    scene.signal("-CONT");
    scene.program().wait_for(&["KILL is set ("]);
    scene.released_it_is_halted_and_consistent();
    assert_eq!(scene.books().executions.len(), after.executions.len(), "it has traded nothing since");
}

/// Runs the supervisor's command: whether it succeeded, and all that it said.
pub(crate) fn supervisor(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let (code, said) = run(&binary("supervisor"), folder, arguments);
    (code == 0, said)
}

/// Runs the kill switch: its status, and all that it said.
pub(crate) fn kill_switch(folder: &Path, arguments: &[&str]) -> (i32, String) {
    run(&binary("kill-switch"), folder, arguments)
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(program);
    for name in ringfence::config::environment::VARIABLES {
        command.env_remove(name);
    }
    let ended = command.args(arguments).current_dir(folder).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let code = ended.status.code().expect("a status");
    (code, text(ended.stdout) + &text(ended.stderr))
}
