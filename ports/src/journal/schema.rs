//! The tables, and how a journal of the schema before becomes one of this.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::row::{BEGIN, Row};
use super::sqlite::{COLUMNS, database, row};
use super::{Durability, JournalError};

/// The schema this program writes.
pub(super) const SCHEMA: i64 = 3;
/// The one before: records without epoch and sum, and no table of epochs.
const UNCHAINED: i64 = 2;
/// What a database says that nobody has written yet.
const NEW: i64 = 0;

const CREATE: &str = "
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS record (
        seq     INTEGER PRIMARY KEY,
        market  TEXT NOT NULL,
        process INTEGER NOT NULL,
        ticker  TEXT,
        kind    TEXT NOT NULL,
        body    TEXT NOT NULL,
        epoch   INTEGER NOT NULL DEFAULT 0,
        sum     INTEGER NOT NULL DEFAULT 0
    ) STRICT;
";

/// `first` is the number of the epoch's first record, `last` that of its last one, once it
/// was closed in order.
const EPOCHS: &str = "
    CREATE TABLE IF NOT EXISTS epoch (
        epoch  INTEGER PRIMARY KEY,
        first  INTEGER NOT NULL,
        last   INTEGER,
        build  TEXT NOT NULL,
        opened TEXT NOT NULL
    ) STRICT;
";

/// What the records made of everybody that `compact` has taken out: at most one row.
const BASE: &str = "
    CREATE TABLE IF NOT EXISTS base (
        only     INTEGER PRIMARY KEY CHECK (only = 1),
        seq      INTEGER NOT NULL,
        sum      INTEGER NOT NULL,
        body_sum INTEGER NOT NULL,
        body     BLOB NOT NULL
    ) STRICT;
";

/// A record that is written is not written again.
const APPEND_ONLY: &str = "
    CREATE TRIGGER IF NOT EXISTS record_stays BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
";

/// Sets the connection up for one writer.
pub(super) fn prepare(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What was committed is carried over when nothing waits; here only if that never comes.
    connection.pragma_update(None, "wal_autocheckpoint", 10_000)?;
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)
}

/// Makes the tables, or brings those of the schema before up to this one: wholly or not at all.
pub(super) fn bring_up(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let failed = database("prepare", path);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    if ![NEW, UNCHAINED, SCHEMA].contains(&found) {
        return Err(JournalError::Schema { path: path.to_owned(), found, known: SCHEMA });
    }
    if found == SCHEMA {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(&failed)?;
    if found == UNCHAINED {
        chain(&transaction).map_err(&failed)?;
    }
    for part in [CREATE, EPOCHS, BASE, APPEND_ONLY] {
        transaction.execute_batch(part).map_err(&failed)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(&failed)?;
    transaction.commit().map_err(&failed)
}

/// Gives each record of the schema before its sum. They are of epoch 0, which nobody counted.
fn chain(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE record ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE record ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;",
    )?;
    let mut select = transaction.prepare(&format!("SELECT {COLUMNS} FROM record ORDER BY seq"))?;
    let mut update = transaction.prepare("UPDATE record SET sum = ?2 WHERE seq = ?1")?;
    let rows: Vec<Row> = select.query_map([], row)?.collect::<rusqlite::Result<_>>()?;
    let mut sum = BEGIN;
    for row in rows {
        sum = row.sum_after(sum);
        update.execute(params![row.seq.cast_signed(), sum])?;
    }
    Ok(())
}
