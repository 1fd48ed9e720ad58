//! A journal of the schema before is taken over as it is; one of any other is refused.

use std::path::Path;

use ports::journal::verify::verify;
use ports::journal::{Durability, Journal};
use rusqlite::{Connection, params};

use crate::drafts::three;

/// What schema 2 was made with.
const OLD: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE record (
        seq     INTEGER PRIMARY KEY,
        market  TEXT NOT NULL,
        process INTEGER NOT NULL,
        ticker  TEXT,
        kind    TEXT NOT NULL,
        body    TEXT NOT NULL
    ) STRICT;
    INSERT INTO meta VALUES ('installation', 'K7Q'), ('account', 'DSIM0001');
    PRAGMA user_version = 2;
";

fn old(folder: &Path) {
    let connection = Connection::open(folder.join("journal.db")).expect("it works");
    connection.pragma_update(None, "journal_mode", "WAL").expect("it works");
    connection.execute_batch(OLD).expect("it works");
    for (seq, draft) in (1_i64..).zip(three().into_iter().chain(three())) {
        let ticker = draft.ticker.as_ref().map(engine::TickerKey::as_str);
        let (market, body) =
            (draft.at.market.to_rfc3339(), serde_json::to_string(&draft.body).expect("it works"));
        let row = params![seq, market, i64::from(draft.at.process), ticker, "any", body];
        connection.execute("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6)", row).expect("it works");
    }
}

#[test]
fn schema_2_is_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    old(folder.path());
    let mut journal = Journal::open(folder.path(), Durability::Power).expect("it works");
    let read = journal.read().expect("it works");
    let drafts: Vec<_> = three().into_iter().chain(three()).collect();
    assert_eq!(read.len(), drafts.len());
    for (seq, (record, draft)) in (1..).zip(read.iter().zip(&drafts)) {
        assert_eq!(
            (record.seq, record.at, &record.ticker, &record.body),
            (seq, draft.at, &draft.ticker, &draft.body)
        );
    }
    assert_eq!(journal.installation(1).expect("it works").to_string(), "K7Q");
    journal.belong("DSIM0001").expect("it works");
    assert_eq!(journal.append(three()).expect("it works")[0].record.seq, 7);
    drop(journal);
    let stats = verify(&Journal::look(folder.path()).expect("it works")).expect("it works");
    assert_eq!((stats.records(), stats.epochs.len()), (9, 1));
}

#[test]
fn another_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Journal::open(folder.path(), Durability::Process).expect("it works"));
    let database = folder.path().join("journal.db");
    for schema in [1, 4] {
        Connection::open(&database)
            .expect("it works")
            .pragma_update(None, "user_version", schema)
            .expect("it works");
        let refused =
            Journal::open(folder.path(), Durability::Process).expect_err("it is refused").to_string();
        assert!(refused.contains(&format!("has schema {schema}, this program knows 3")), "{refused}");
    }
}
