//! A group of tickers over real sockets: its loss holds back its own tickers and nobody else, over a kill and a
//! restart, until a person releases it by name. And limits of a ticker that a reload starts.

mod crash;
mod support;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crash::desk::{Desk, MATES, SYMBOL};
use paper::faults::Fault;
use support::{Program, ask, run};

/// In no group.
const OTHER: &str = MATES[0];
/// Beside [`SYMBOL`] in the group.
const MATE: &str = MATES[1];

/// A desk, and a program that trades three tickers, two of them in a group that may lose 80 a day.
fn open(folder: &Path, on_daily_loss: &str) -> (Desk, Program) {
    let desk = Desk::open(folder);
    desk.configure(folder, &[SYMBOL, OTHER, MATE]);
    let path = folder.join("config/supervisor.toml");
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the config");
    let (list, say) = (format!("[\"{SYMBOL}\", \"{MATE}\"]"), format!("\"{on_daily_loss}\""));
    write!(file, "[risk.groups.tech]\ntickers = {list}\nmax_daily_loss = 80\non_daily_loss = {say}\n")
        .expect("to append to it");
    (desk, start(folder))
}

fn start(folder: &Path) -> Program {
    let program = Program::start_in(folder, &[]);
    until(|| may_open(folder, SYMBOL) && may_open(folder, MATE) && may_open(folder, OTHER));
    program
}

/// True once a ticker may open.
fn may_open(folder: &Path, ticker: &str) -> bool {
    ask(folder, "/status").is_some_and(|status| status["tickers"][ticker]["mode"] == "active")
}

/// A guard against hanging ends the wait.
fn until(is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A hundred shares lose a dollar each; the stop lies three below.
fn lose(desk: &Desk) {
    desk.make(Fault::Gap { symbol: SYMBOL.to_owned(), percent: -1.0 });
}

#[test]
fn a_loss_blocks_its_tickers_only_over_a_kill_until_it_is_released_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = open(folder.path(), "block");
    let (_, said) = run(folder.path(), &["release", "tech"]);
    assert!(said.contains("not followed: group tech has not tripped"), "{said}");
    desk.say("BUY", 0.7);
    program.wait_for(&["ACME    holds long 100"]);
    lose(&desk);
    program.wait_for(&[
        "group tech: the day's loss -",
        "its tickers open nothing until `supervisor release tech`",
    ]);
    desk.say_of(MATE, "BUY", 0.7);
    program.wait_for(&["CORP: group tech: halted: the day's loss -"]);
    desk.say_of(OTHER, "BUY", 0.7);
    program.wait_for(&["BETA    holds long 100"]);
    until(|| run(folder.path(), &["risk"]).1.contains("tripped: the day's loss -"));
    let (_, said) = run(folder.path(), &["risk"]);
    assert!(said.contains("\ngroup tech:\n"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    program.kill();

    let mut program = start(folder.path());
    desk.say_of(MATE, "BUY", 0.71);
    program.wait_for(&["CORP: group tech: halted: the day's loss -"]);
    let (followed, said) = run(folder.path(), &["release", "tehc"]);
    assert!(!followed && said.contains("`tehc` is no ticker, no limit and no group"), "{said}");
    let (followed, said) = run(folder.path(), &["pause", "tech"]);
    assert!(!followed && said.contains("`tech` is no ticker"), "{said}");
    let release = ["release", "tech", "--by", "ann", "--id", "one"];
    let (followed, said) = run(folder.path(), &release);
    assert!(followed && said.contains("group tech released"), "{said}");
    assert_eq!(run(folder.path(), &release), (true, said), "twice is once");
    desk.say_of(MATE, "BUY", 0.72);
    program.wait_for(&["group tech released by ann", "CORP    holds long 100"]);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let (_, records) = run(folder.path(), &["journal", "export"]);
    assert_eq!(records.matches("group tech released by ann").count(), 1, "{records}");
    assert!(records.contains("group tech: the day's loss -"), "{records}");
}

#[test]
fn a_loss_that_flattens_closes_what_its_tickers_hold_and_leaves_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = open(folder.path(), "flatten");
    for symbol in [MATE, OTHER, SYMBOL] {
        desk.say_of(symbol, "BUY", 0.7);
    }
    program.wait_for(&["ACME    holds long 100", "BETA    holds long 100", "CORP    holds long 100"]);
    lose(&desk);
    program.wait_for(&["what they hold is closed", "ACME    closed long 100", "CORP    closed long 100"]);
    let held = |ticker: &str| {
        let status = ask(folder.path(), "/status").expect("a status");
        status["tickers"][ticker]["quantity"].as_str().expect("a quantity").to_owned()
    };
    until(|| held(SYMBOL) == "0" && held(MATE) == "0");
    assert_eq!(held(OTHER), "100");
    program.interrupt();
}

#[test]
fn a_ticker_that_a_reload_starts_has_its_own_limits_from_the_first_order_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    until(|| may_open(folder.path(), SYMBOL));
    let path = folder.path().join("config/tickers.toml");
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the config");
    write!(file, "\n[{MATE}]\n[{MATE}.risk]\nmax_order_quantity = 50\n").expect("to append to it");
    until(|| may_open(folder.path(), MATE));
    desk.say_of(MATE, "BUY", 0.7);
    program.wait_for(&["CORP: an order for 100, the limit is 50"]);
    let (_, said) = run(folder.path(), &["risk"]);
    assert!(said.contains("\nCORP has its own:\n"), "{said}");
    desk.say("BUY", 0.7);
    program.wait_for(&["ACME    holds long 100"]);
    program.interrupt();
}
