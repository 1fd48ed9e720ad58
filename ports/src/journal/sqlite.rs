//! The journal in SQLite: one table of records, one writer, one file lock.
//!
//! Read next: `schema` (the tables), `row` (a line and its sum), `meta` (whose it is), `epochs` (the lives
//! of the program), `base` (what was taken out), `lock` (one process at a time).

use std::path::{Path, PathBuf};

use engine::Record;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::lock::Lock;
use super::row::{BEGIN, Row};
use super::{Durability, JournalError, base, schema};
use crate::fail::{self, Point};

/// What [`row`] reads.
pub(super) const COLUMNS: &str = "seq, epoch, market, process, ticker, kind, body, sum";
/// Records after which what was committed is carried over into the database's own file; few in
/// tests, which end the process while it is done.
const CHECKPOINT_EVERY: u64 = if cfg!(feature = "testing") { 12 } else { 1_000 };

/// An open database. Exactly one process has it.
#[derive(Debug)]
pub(super) struct Sqlite {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    /// Of the newest record.
    sum: u32,
    pub(super) last: u64,
    /// The last record that was taken out, and its sum.
    pub(super) base: Option<(u64, u32)>,
    /// None where it is only looked at.
    pub(super) epoch: Option<u32>,
    checkpointed: u64,
    /// Held for as long as the database is open.
    pub(super) lock: Lock,
}

impl Sqlite {
    /// Opens the journal in `folder` for writing, making it if there is none; a new epoch begins.
    pub(super) fn open(folder: &Path, durability: Durability) -> Result<Sqlite, JournalError> {
        let mut store = Sqlite::with(Lock::make(folder)?, folder, durability)?;
        fail::pass(Point::Opened, String::new);
        store.begin_epoch()?;
        Ok(store)
    }

    /// Opens the journal that is in `folder` to look at it: no epoch begins.
    pub(super) fn look(folder: &Path) -> Result<Sqlite, JournalError> {
        if !path(folder).is_file() {
            return Err(JournalError::Missing { path: folder.to_owned() });
        }
        Sqlite::with(Lock::make(folder)?, folder, Durability::Power)
    }

    fn with(lock: Lock, folder: &Path, durability: Durability) -> Result<Sqlite, JournalError> {
        let path = path(folder);
        let failed = database("open", &path);
        let mut connection = Connection::open(&path).map_err(&failed)?;
        schema::prepare(&connection, durability).map_err(&failed)?;
        schema::bring_up(&mut connection, &path)?;
        let newest = "SELECT seq, sum FROM record ORDER BY seq DESC LIMIT 1";
        let newest: Option<(i64, u32)> = connection
            .query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(database("read", &path))?;
        let base = base::find(&connection).map_err(database("read", &path))?;
        let newest = newest.map(|(seq, sum)| (seq.unsigned_abs(), sum));
        let (last, sum) = newest.or(base).unwrap_or((0, BEGIN));
        let store = Sqlite { path, connection, sum, last, base, epoch: None, checkpointed: last, lock };
        store.check_meta()?;
        store.check_epochs()?;
        Ok(store)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch.unwrap_or_default()
    }

    /// Writes `records`, which follow the newest one, in one transaction; answers with their sums.
    pub(super) fn insert(&mut self, records: &[Record]) -> Result<Vec<u32>, JournalError> {
        let path = self.path.clone();
        let failed = database("append to", &path);
        let mut sum = self.sum;
        let mut sums = Vec::with_capacity(records.len());
        let transaction = self.connection.transaction().map_err(&failed)?;
        for record in records {
            let row = Row::of(record, self.epoch.unwrap_or_default(), sum, &path)?;
            sum = row.sum;
            sums.push(sum);
            insert(&transaction, &row).map_err(&failed)?;
        }
        fail::pass(Point::BeforeCommit, || words(records));
        transaction.commit().map_err(&failed)?;
        fail::pass(Point::AfterCommit, || words(records));
        self.sum = sum;
        self.last += records.len() as u64;
        Ok(sums)
    }

    /// Carries what was committed over into the database's own file, where enough has come
    /// together. What comes meanwhile waits for it, so it is for a moment when nothing does.
    pub(super) fn checkpoint(&mut self) -> Result<(), JournalError> {
        if self.last - self.checkpointed < CHECKPOINT_EVERY {
            return Ok(());
        }
        self.checkpointed = self.last;
        fail::pass(Point::BeforeCheckpoint, String::new);
        fail::pass_racing(Point::InCheckpoint);
        self.connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .map_err(database("checkpoint", &self.path))?;
        fail::pass(Point::AfterCheckpoint, String::new);
        Ok(())
    }

    /// Each row after `after`, oldest first.
    pub(super) fn rows(
        &self,
        after: u64,
        mut each: impl FnMut(Row) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let failed = database("read", &self.path);
        let mut select = self
            .connection
            .prepare(&format!("SELECT {COLUMNS} FROM record WHERE seq > ?1 ORDER BY seq"))
            .map_err(&failed)?;
        let rows = select.query_map([after.cast_signed()], row).map_err(&failed)?;
        for row in rows {
            each(row.map_err(&failed)?)?;
        }
        Ok(())
    }

    /// The sum of the record `seq`; none where there is no such record.
    pub(super) fn sum_of(&self, seq: u64) -> Result<Option<u32>, JournalError> {
        let (before, sum) = self.base.unwrap_or((0, BEGIN));
        if seq == before {
            return Ok(Some(sum));
        }
        self.connection
            .query_row("SELECT sum FROM record WHERE seq = ?1", [seq.cast_signed()], |row| row.get(0))
            .optional()
            .map_err(database("read", &self.path))
    }

    /// What SQLite itself finds wrong with the file.
    pub(super) fn damage(&self) -> Result<Vec<String>, JournalError> {
        let failed = database("read", &self.path);
        let mut select = self.connection.prepare("PRAGMA integrity_check(20)").map_err(&failed)?;
        let told: Vec<String> = select
            .query_map([], |row| row.get(0))
            .map_err(&failed)?
            .collect::<rusqlite::Result<_>>()
            .map_err(&failed)?;
        Ok(told.into_iter().filter(|line| line != "ok").collect())
    }
}

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

fn insert(transaction: &Transaction<'_>, row: &Row) -> rusqlite::Result<()> {
    let insert = format!("INSERT INTO record ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    let Row { seq, epoch, market, process, ticker, kind, body, sum } = row;
    let seq = seq.cast_signed();
    transaction
        .prepare_cached(&insert)?
        .execute(params![seq, epoch, market, process, ticker, kind, body, sum])
        .map(drop)
}

/// A row of [`COLUMNS`].
pub(super) fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let seq: i64 = row.get(0)?;
    Ok(Row {
        seq: seq.unsigned_abs(),
        epoch: row.get(1)?,
        market: row.get(2)?,
        process: row.get(3)?,
        ticker: row.get(4)?,
        kind: row.get(5)?,
        body: row.get(6)?,
        sum: row.get(7)?,
    })
}

pub(super) fn database(what: &'static str, path: &Path) -> impl Fn(rusqlite::Error) -> JournalError + use<> {
    let path = path.to_owned();
    move |source| JournalError::Database { what, path: path.clone(), source }
}

/// What is written, for a fail-point to look for its moment in.
fn words(records: &[Record]) -> String {
    use engine::Body;
    let words = records.iter().map(|record| match &record.body {
        Body::Fact(fact) => fact.to_string(),
        Body::Request(request) => request.to_string(),
        other => format!("{other:?}"),
    });
    words.collect::<Vec<_>>().join("\n")
}
