//! What every kind of journal must do.

use ports::journal::{Durability, Journal, JournalError};

use crate::drafts::three;

fn contract(journal: &mut Journal) {
    it_numbers_in_one_order(journal);
    it_proves_requests_and_nothing_else(journal);
    it_reads_from_anywhere(journal);
    it_belongs_to_one_account_and_keeps_its_mark(journal);
}

fn it_numbers_in_one_order(journal: &mut Journal) {
    let before = journal.last();
    let written = journal.append(three()).expect("it works");
    let numbers: Vec<u64> = written.iter().map(|one| one.record.seq).collect();
    assert_eq!(numbers, [before + 1, before + 2, before + 3]);
    assert_eq!(journal.last(), before + 3);
    assert!(journal.append(Vec::new()).expect("it works").is_empty());
    assert_eq!(journal.last(), before + 3);
}

fn it_proves_requests_and_nothing_else(journal: &mut Journal) {
    let written = journal.append(three()).expect("it works");
    let proven: Vec<bool> = written.iter().map(|one| one.request.is_some()).collect();
    assert_eq!(proven, [false, true, false]);
}

fn it_reads_from_anywhere(journal: &mut Journal) {
    let written = journal.append(three()).expect("it works");
    let records: Vec<_> = written.into_iter().map(|one| one.record).collect();
    let all = journal.read().expect("it works");
    assert_eq!(all[all.len() - 3..], records);
    let mut tail = Vec::new();
    journal.each_after(journal.last() - 3, |record| tail.push(record)).expect("it works");
    assert_eq!(tail, records);
    journal
        .each_after(journal.last(), |record| panic!("{record:?} is after the last one"))
        .expect("it works");
}

fn it_belongs_to_one_account_and_keeps_its_mark(journal: &Journal) {
    let mark = journal.installation(12_345).expect("it works");
    assert_eq!(journal.installation(999).expect("it works"), mark);
    journal.belong("DSIM0001").expect("it works");
    journal.belong("DSIM0001").expect("it works");
    assert!(matches!(journal.belong("DU1"), Err(JournalError::Account { .. })));
}

#[test]
fn in_sqlite() {
    for durability in [Durability::Power, Durability::Process] {
        let folder = tempfile::tempdir().expect("a folder");
        contract(&mut Journal::open(folder.path(), durability).expect("it works"));
    }
}

#[test]
fn in_memory() {
    contract(&mut Journal::in_memory());
}

#[test]
fn what_was_written_is_read_again_after_a_restart_as_a_new_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Process).expect("it works");
    assert_eq!(journal.epoch(), 1);
    journal.append(three()).expect("it works");
    let written = journal.read().expect("it works");
    drop(journal);
    let mut journal = Journal::open(folder.path(), Durability::Process).expect("it works");
    assert_eq!(journal.epoch(), 2);
    assert_eq!(journal.read().expect("it works"), written);
    assert_eq!(journal.append(three()).expect("it works")[0].record.seq, 4);
    let epochs = journal.epochs().expect("it works");
    let spans: Vec<_> = epochs.iter().map(|epoch| (epoch.number, epoch.first, epoch.last)).collect();
    assert_eq!(spans, [(1, 1, Some(3)), (2, 4, None)]);
    assert_eq!(epochs[1].build, env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_second_process_is_turned_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let _first = Journal::open(folder.path(), Durability::Process).expect("it works");
    assert!(matches!(Journal::open(folder.path(), Durability::Process), Err(JournalError::InUse { .. })));
    assert!(matches!(Journal::look(folder.path()), Err(JournalError::InUse { .. })));
    assert!(matches!(Journal::erase(folder.path()), Err(JournalError::InUse { .. })));
    assert!(folder.path().join("journal.db").exists());
}

#[test]
fn looking_begins_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("none");
    assert!(matches!(Journal::look(&empty), Err(JournalError::Missing { .. })));
    assert!(!empty.exists());
    Journal::open(folder.path(), Durability::Process).expect("it works").append(three()).expect("it works");
    for _ in 0..2 {
        let journal = Journal::look(folder.path()).expect("it works");
        assert_eq!((journal.epochs().expect("it works").len(), journal.last()), (1, 3));
    }
}
