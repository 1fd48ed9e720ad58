//! The journal as a person meets it: `supervisor journal` beside a running supervisor and
//! after it, a journal that was tampered with, and a disk that takes no more.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Program, audit, market};

/// Runs `supervisor journal …`: whether it succeeded, and all that it said.
fn journal(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_supervisor"));
    for name in ringfence::config::environment::VARIABLES {
        command.env_remove(name);
    }
    let ended = command.arg("journal").args(arguments).current_dir(folder).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (ended.status.success(), text(ended.stdout) + &text(ended.stderr))
}

/// A supervisor that has traded, and has ended; and what it said.
fn traded(folder: &Path) -> String {
    let gateway = market::start();
    market::config(folder, &gateway);
    let mut program = Program::start_in(folder, &[]);
    let mut told = program.wait_for(&["taken (", "filled E1 ", "  holds "]);
    let (good, said) = journal(folder, &["verify"]);
    assert!(!good && said.contains("is in use by another process"), "{said}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    told.push_str(&rest);
    told
}

#[test]
fn what_was_decided_is_told_again_in_the_same_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, said) = journal(folder.path(), &["stats", "--folder", "state/journal"]);
    assert!(!good && said.contains("there is no journal in `state/journal`"), "{said}");
    let told = traded(folder.path());

    let (good, said) = journal(folder.path(), &["verify"]);
    assert!(good && said.contains("all as they were written"), "{said}");
    let (good, said) = journal(folder.path(), &["stats"]);
    assert!(good && said.contains("life     1: from record 1, to "), "{said}");
    let (good, csv) = journal(folder.path(), &["export"]);
    assert!(good && csv.starts_with("seq,life,market_time,ticker,kind,words\n1,1,"), "{csv}");
    let taken =
        told.lines().find_map(|line| line.split_once("  signal ").filter(|(_, rest)| rest.contains("taken")));
    let (_, words) = taken.expect("a signal that was taken");
    assert!(csv.contains(&format!("signal {}", words.trim_end())), "no `{words}` in\n{csv}");
    only_what_was_asked_for(folder.path(), &csv);
    a_changed_record_is_named(folder.path());
}

fn only_what_was_asked_for(folder: &Path, csv: &str) {
    let ticker = ["AAPL", "GOOG", "IBM", "MSFT"]
        .into_iter()
        .find(|ticker| csv.contains(&format!(",{ticker},request,")));
    let ticker = ticker.expect("a ticker that asked for something");
    let (good, own) = journal(folder, &["export", "--json", "--ticker", ticker]);
    assert!(good);
    let mine = csv.lines().filter(|line| line.contains(&format!(",{ticker},"))).count();
    assert_eq!(own.lines().count(), mine);
    for line in own.lines() {
        let object: serde_json::Value = serde_json::from_str(line).expect("an object a line");
        assert_eq!(object["ticker"], ticker);
    }
    let (good, none) = journal(folder, &["export", "--since", "2030-01-01"]);
    assert!(good && none.lines().count() == 1, "{none}");
    let (good, wrong) = journal(folder, &["export", "--since", "soon"]);
    assert!(!good && wrong.contains("`soon` is no moment"), "{wrong}");
}

/// The journal's file, with one letter of a record changed, wherever SQLite has it.
fn a_changed_record_is_named(folder: &Path) {
    let database = folder.join("state/journal/journal.db");
    let mut bytes = std::fs::read(&database).expect("the database");
    let word = b"SignalTaken";
    let is_there = |place: &usize| bytes[*place..].starts_with(word);
    let places: Vec<usize> = (0..bytes.len()).filter(is_there).collect();
    assert!(!places.is_empty(), "no signal was taken");
    places.into_iter().for_each(|place| bytes[place] = b's');
    std::fs::write(&database, bytes).expect("to change it");
    let (good, said) = journal(folder, &["verify"]);
    assert!(!good && said.contains("is not what was written: its checksum does not agree"), "{said}");
    let (status, _) = Program::start_in(folder, &[]).wait();
    assert!(!status.success(), "it traded on a journal that was changed");
}

/// Files of this process and its children may not grow beyond this, in blocks of 512 bytes.
const BLOCKS_MAX: u32 = 700;

#[test]
fn a_disk_that_takes_no_more_ends_trading_and_leaves_what_is_held_protected() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = market::start();
    market::config(folder.path(), &gateway);
    let program = Program::limited_in(folder.path(), BLOCKS_MAX);
    let (status, told) = program.wait();
    assert_eq!(status.code(), Some(actors::journal::EXIT), "{told}");
    for words in [
        "supervisor: journal: failed to append to the journal `",
        "stops and targets stay at the broker",
        "see to the disk",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    let (good, said) = journal(folder.path(), &["verify"]);
    assert!(good, "{said}");

    // With room again it goes on where it stopped.
    let mut program = Program::start_in(folder.path(), &[]);
    let mut told = program.wait_for(&["in step with the broker"]);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success() && !told.contains("frozen"), "{told}");
    assert!(audit::until_sound(&gateway.tws().to_string(), &told) > 0, "{told}");
}
