//! Which snapshot is taken for a journal's newest, and which stay.

use std::path::Path;

use ports::journal::snapshot::{Of, newest, write};
use ports::journal::{Durability, Journal};

use crate::drafts::three;

const TERMS: u32 = 7;

fn keep(folder: &Path, seq: u64, sum: u32, body: &[u8]) {
    let build = env!("CARGO_PKG_VERSION").to_owned();
    write(folder, &Of { seq, sum, build, terms: TERMS }, body).expect("it works");
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.contains("snapshot"));
    names.sort();
    names.iter().map(|name| name.trim_start_matches('0').to_owned()).collect()
}

#[test]
fn the_newest_two_stay_and_the_newest_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Process).expect("it works");
    for body in [b"1", b"2", b"3"] {
        let last = journal.append(three()).expect("it works").pop().expect("a record");
        keep(folder.path(), last.record.seq, last.sum, body);
    }
    assert_eq!(files(folder.path()), ["6.snapshot", "9.snapshot"]);
    let (of, body) = newest(&journal, TERMS).expect("it works").expect("a snapshot");
    assert_eq!((of.seq, body), (9, b"3".to_vec()));
    assert!(newest(&journal, TERMS + 1).expect("it works").is_none());
}

#[test]
fn those_of_a_journal_that_is_gone_make_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Process).expect("it works");
    keep(folder.path(), 40_000, 5, b"gone");
    keep(folder.path(), 60_000, 6, b"gone, too");
    assert!(newest(&journal, TERMS).expect("it works").is_none());
    let last = journal.append(three()).expect("it works").pop().expect("a record");
    keep(folder.path(), last.record.seq, last.sum, b"here");
    assert_eq!(files(folder.path()), ["3.snapshot"]);
    let (of, body) = newest(&journal, TERMS).expect("it works").expect("a snapshot");
    assert_eq!((of.seq, body), (3, b"here".to_vec()));
}
