//! The journal as a person meets it: `supervisor journal` beside a running supervisor and
//! after it, a journal that was tampered with, one that was compacted, and a disk that takes
//! no more.

mod crash;
mod support;

use std::path::Path;

use crash::desk::{Desk, SYMBOL};
use paper::faults::Fault;
use support::{Program, audit, market, run};

/// Runs `supervisor journal …`: whether it succeeded, and all that it said.
fn journal(folder: &Path, arguments: &[&str]) -> (bool, String) {
    run(folder, &[&["journal"], arguments].concat())
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
    a_snapshot_is_never_trusted(folder.path());
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

/// One that says something else than the records is told; one that is damaged, or of another
/// build, is passed over.
fn a_snapshot_is_never_trusted(folder: &Path) {
    let snapshot = || {
        let entries = std::fs::read_dir(folder.join("state/journal")).expect("the folder").flatten();
        let paths = entries.map(|entry| entry.path());
        let newest = paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "snapshot")).max();
        newest.expect("a snapshot")
    };
    let (good, said) = journal(folder, &["verify"]);
    assert!(good && said.contains("; the snapshot of record "), "{said}");
    let newest = std::fs::read_to_string(snapshot()).expect("a snapshot");
    let (head, body) = newest.split_once('\n').expect("two lines");
    let mut head: serde_json::Value = serde_json::from_str(head).expect("a head");

    let other = body.replacen("\"order_id_floor\":", "\"order_id_floor\":1", 1);
    head["body_sum"] = ports::journal::sum(other.as_bytes()).into();
    std::fs::write(snapshot(), format!("{head}\n{other}")).expect("to write it");
    let (good, said) = journal(folder, &["verify"]);
    assert!(!good && said.contains("is not what the records make"), "{said}");

    for (what, text) in [
        ("cut short", newest[..newest.len() / 2].to_owned()),
        ("changed", newest.replacen("\"order_id_floor\":", "\"order_id_floor\":1", 1)),
        ("of another build", newest.replacen("\"build\":\"", "\"build\":\"9", 1)),
        ("of another journal", newest.replacen("\"sum\":", "\"sum\":1", 1)),
        ("empty", String::new()),
    ] {
        std::fs::write(snapshot(), text).expect("to write it");
        let (good, said) = journal(folder, &["verify"]);
        assert!(good && !said.contains(&told_of(&head)), "{what}: {said}");
    }
}

fn told_of(head: &serde_json::Value) -> String {
    format!("the snapshot of record {} ", head["seq"])
}

#[test]
fn what_is_compacted_decides_nothing_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);
    desk.make(Fault::Gap { symbol: SYMBOL.to_owned(), percent: 8.0 });
    program.wait_for(&["closed "]);
    crash::verdict::until_sound(&desk, "");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let (_, before) = journal(folder.path(), &["export"]);

    let (good, said) = journal(folder.path(), &["compact"]);
    assert!(good && said.contains("nothing to take out"), "{said}");
    for at in ["archive-written", "archive-named", "taking-out"] {
        let (good, said) = journal(folder.path(), &["compact", "--keep-days", "0", "--kill-at", at]);
        assert!(!good && !said.contains("after  "), "{at}: {said}");
        assert_eq!(journal(folder.path(), &["export"]), (true, before.clone()), "killed at {at}");
    }
    let (good, said) = journal(folder.path(), &["compact", "--keep-days", "0", "--kill-at", "taken-out"]);
    assert!(!good && said.contains("before  ") && !said.contains("after  "), "{said}");
    let (good, left) = journal(folder.path(), &["export"]);
    assert!(good && left.lines().count() < before.lines().count() / 4, "{left}");
    let archive = archive(folder.path());
    let of_archive = ["export", "--folder", archive.to_str().expect("a name")];
    assert_eq!(journal(folder.path(), &of_archive), (true, before));
    let (good, said) = journal(folder.path(), &["compact"]);
    assert!(good && said.contains("nothing to take out"), "{said}");
    let (good, said) = journal(folder.path(), &["verify"]);
    assert!(good && said.contains("; the snapshot of record "), "{said}");

    what_another_build_kept_is_made_again_of_the_archive(folder.path(), &archive);
    a_signal_of_a_record_that_is_gone_is_not_traded_again(folder.path(), &desk);
}

fn archive(folder: &Path) -> std::path::PathBuf {
    let entries = std::fs::read_dir(folder.join("state/journal")).expect("the folder").flatten();
    let is_archive = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("archive-");
    let archives: Vec<_> = entries.filter(is_archive).map(|entry| entry.path()).collect();
    assert_eq!(archives.len(), 1, "{archives:?}");
    archives.into_iter().next().expect("one")
}

fn keep_as_another_build(folder: &Path) {
    let other = br#"{"of":"another build"}"#;
    let database = rusqlite::Connection::open(folder.join("state/journal/journal.db")).expect("the journal");
    let sum = ports::journal::sum(other);
    database
        .execute("UPDATE base SET body = ?1, body_sum = ?2", (other.as_slice(), sum))
        .expect("to change it");
}

/// From here on the journal is one whose kept state this build cannot read.
fn what_another_build_kept_is_made_again_of_the_archive(folder: &Path, archive: &Path) {
    keep_as_another_build(folder);
    let elsewhere = folder.join("elsewhere");
    std::fs::rename(archive, &elsewhere).expect("to move it");
    remove_snapshots(folder);
    let (status, _) = Program::start_in(folder, &[]).wait();
    assert!(!status.success(), "it traded without knowing what was");
    std::fs::rename(&elsewhere, archive).expect("to move it back");
}

/// The prediction API still says what it said: only the new signal is taken, with a new name.
fn a_signal_of_a_record_that_is_gone_is_not_traded_again(folder: &Path, desk: &Desk) {
    remove_snapshots(folder);
    let mut program = Program::start_in(folder, &[]);
    let mut told = program.wait_for(&["in step with the broker"]);
    desk.say("SHORT", 0.7);
    told.push_str(&program.wait_for(&["  holds "]));
    crash::verdict::until_sound(desk, &told);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    assert_eq!(told.matches(" taken (").count(), 1, "{told}");
    crash::verdict::a_restart_at_rest_sends_nothing_and_trades_again(desk, folder, &mut told);
    an_archive_of_an_archive_is_found(folder);
}

/// Compacted once more, and kept by another build once more: the second archive begins with what nobody can read either.
fn an_archive_of_an_archive_is_found(folder: &Path) {
    let (good, said) = journal(folder, &["compact", "--keep-days", "0"]);
    assert!(good && said.contains("after  "), "{said}");
    keep_as_another_build(folder);
    remove_snapshots(folder);
    let mut program = Program::start_in(folder, &[]);
    program.wait_for(&["in step with the broker"]);
    assert!(program.interrupt().0.success());
}

fn remove_snapshots(folder: &Path) {
    for name in std::fs::read_dir(folder.join("state/journal")).expect("the folder").flatten() {
        if name.path().extension().is_some_and(|suffix| suffix == "snapshot") {
            std::fs::remove_file(name.path()).expect("to remove it");
        }
    }
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
    // A start by a snapshot does not read what lies before it.
    remove_snapshots(folder);
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
    // Either the log of what is new grows too large, or the file that it is carried over into.
    for words in [
        "supervisor: journal: failed to ",
        "the journal `state/journal/journal.db`: disk I/O error",
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
