//! A journal that is not what was written is noticed, and the record is named.

use std::fs;
use std::path::Path;

use ports::journal::verify::verify;
use ports::journal::{Durability, Journal, JournalError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::drafts::three;

/// A journal of nine records, closed.
fn closed() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Power).expect("it works");
    (0..3).for_each(|_| drop(journal.append(three()).expect("it works")));
    folder
}

fn edit(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join("journal.db")).expect("it works");
    connection.execute_batch(&format!("DROP TRIGGER record_stays; {sql}")).expect("it works");
}

fn told(folder: &Path) -> String {
    let told = Journal::look(folder).and_then(|journal| verify(&journal).map(drop)).map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    });
    told.expect_err("it is damaged")
}

#[test]
fn a_sound_one_is_told_as_sound() {
    let folder = closed();
    let stats = verify(&Journal::look(folder.path()).expect("it works")).expect("it works");
    assert_eq!((stats.first, stats.last, stats.records()), (1, 9, 9));
    assert_eq!(stats.kinds["request"], 3);
    assert_eq!(stats.tickers["AAPL"], 9);
}

#[test]
fn each_change_of_a_record_names_it() {
    let changes = [
        ("UPDATE record SET body = replace(body, 'Gap', 'Wakeup') WHERE seq = 4", 4),
        ("UPDATE record SET market = '2001-01-01T00:00:00+00:00' WHERE seq = 5", 5),
        ("UPDATE record SET process = 77 WHERE seq = 6", 6),
        ("UPDATE record SET ticker = 'MSFT' WHERE seq = 2", 2),
        ("UPDATE record SET epoch = 3 WHERE seq = 2", 2),
        ("UPDATE record SET sum = sum + 1 WHERE seq = 9", 9),
        ("DELETE FROM record WHERE seq = 3", 3),
        ("DELETE FROM record WHERE seq = 1", 1),
        ("UPDATE record SET seq = 100 WHERE seq = 7", 7),
    ];
    for (sql, seq) in changes {
        let folder = closed();
        edit(folder.path(), sql);
        let told = told(folder.path());
        assert!(told.contains(&format!("record {seq} of the journal")), "{sql}: {told}");
        let mut journal = Journal::open(folder.path(), Durability::Power).expect("it works");
        assert!(journal.read().is_err(), "{sql}");
        journal.append(three()).expect("it works");
    }
}

#[test]
fn a_record_whose_sum_was_made_anew_breaks_the_next_one() {
    let folder = closed();
    // Two records that follow each other change places, sums and all.
    edit(
        folder.path(),
        "UPDATE record SET seq = 100 WHERE seq = 4; UPDATE record SET seq = 4 WHERE seq = 5;
         UPDATE record SET seq = 5 WHERE seq = 100;",
    );
    assert!(told(folder.path()).contains("record 4 of the journal"));
}

#[test]
fn a_mark_or_an_account_that_was_changed_is_no_other_one() {
    for sql in [
        "UPDATE meta SET value = 'ABC' WHERE name = 'installation'",
        "UPDATE meta SET value = '?' WHERE name = 'installation'",
        "DELETE FROM meta WHERE name = 'installation'",
        "UPDATE meta SET name = 'accounu' WHERE name = 'account'",
        "UPDATE meta SET value = 'DU1' WHERE name = 'account'",
    ] {
        let folder = closed();
        let journal = Journal::open(folder.path(), Durability::Power).expect("it works");
        journal.installation(7).expect("it works");
        journal.belong("DSIM0001").expect("it works");
        drop(journal);
        edit(folder.path(), sql);
        let opened = Journal::open(folder.path(), Durability::Power);
        assert!(matches!(opened, Err(JournalError::Owner { .. })), "{sql}: {opened:?}");
        assert!(told(folder.path()).contains("the mark of its orders is not what was written"));
    }
}

#[test]
fn records_gone_from_the_end_are_missed() {
    let folder = closed();
    edit(folder.path(), "DELETE FROM record WHERE seq > 7");
    let opened = Journal::open(folder.path(), Durability::Power);
    assert!(matches!(opened, Err(JournalError::Short { last: 7, told: 9, .. })), "{opened:?}");
}

#[test]
fn a_lost_or_an_older_journal_is_no_new_one() {
    let folder = closed();
    let (database, kept) = (folder.path().join("journal.db"), folder.path().join("kept.db"));
    fs::copy(&database, &kept).expect("it works");
    drop(Journal::open(folder.path(), Durability::Power).expect("it works"));
    fs::copy(&kept, &database).expect("it works");
    let opened = Journal::open(folder.path(), Durability::Power);
    assert!(matches!(opened, Err(JournalError::Behind { known: 1, begun: 2, .. })), "{opened:?}");
    for lose in [
        |file: &Path| fs::remove_file(file).expect("it works"),
        |file: &Path| fs::write(file, "").expect("it works"),
    ] {
        lose(&database);
        let opened = Journal::open(folder.path(), Durability::Power);
        assert!(matches!(opened, Err(JournalError::Behind { known: 0, begun: 2, .. })), "{opened:?}");
    }
}

#[test]
fn a_file_cut_short_or_overwritten_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Power).expect("it works");
    (0..200).for_each(|_| drop(journal.append(three()).expect("it works")));
    let records = journal.read().expect("it works");
    drop(journal);
    let database = folder.path().join("journal.db");
    let whole = fs::read(&database).expect("it works");
    let mut failed = 0;
    for cut in [100, 4_096, whole.len() / 2, whole.len() - 4_096] {
        fs::write(&database, &whole[..cut]).expect("it works");
        failed += usize::from(Journal::look(folder.path()).and_then(|journal| verify(&journal)).is_err());
    }
    assert_eq!(failed, 4);
    for place in (4_200..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        fs::write(&database, &bytes).expect("it works");
        let found = Journal::look(folder.path()).and_then(|journal| verify(&journal));
        // A byte that nothing lies on changes nothing.
        match found {
            Ok(_) => {
                assert_eq!(Journal::look(folder.path()).expect("it works").read().expect("it works"), records)
            }
            Err(_) => failed += 1,
        }
    }
    assert!(failed > 10, "only {failed} were noticed");
}
