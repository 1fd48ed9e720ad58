//! The journal in SQLite: one table of records, one writer, one file lock.

use std::fs::File;
use std::path::{Path, PathBuf};

use engine::{Body, Installation, Now, Record, TickerKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Committed, Draft, Durability, JournalError, Written};

/// The schema this program writes.
const SCHEMA: i64 = 2;
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
        body    TEXT NOT NULL
    ) STRICT;
";

/// An open journal. Exactly one process has it.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    connection: Connection,
    next: u64,
    /// Held for as long as the journal is open.
    _lock: File,
}

impl Journal {
    /// Opens the journal in `folder`, making it if there is none.
    ///
    /// # Errors
    /// Another process has it, it cannot be read, or a newer program wrote it.
    pub fn open(folder: &Path, durability: Durability) -> Result<Journal, JournalError> {
        let lock = lock(folder)?;
        let path = folder.join("journal.db");
        let connection = Connection::open(&path).map_err(database("open", &path))?;
        prepare(&connection, durability).map_err(database("prepare", &path))?;
        check_schema(&connection, &path)?;
        let last: i64 = connection
            .query_row("SELECT coalesce(max(seq), 0) FROM record", [], |row| row.get(0))
            .map_err(database("read", &path))?;
        Ok(Journal { path, connection, next: last.unsigned_abs() + 1, _lock: lock })
    }

    /// Removes the journal in `folder` with all it holds; one that a process has open stays.
    ///
    /// # Errors
    /// It is in use, or cannot be removed.
    pub fn erase(folder: &Path) -> Result<(), JournalError> {
        let _lock = lock(folder)?;
        std::fs::remove_dir_all(folder)
            .map_err(|source| JournalError::Folder { path: folder.to_owned(), source })
    }

    /// The mark of our orders: the first call's `mark`, for ever.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn installation(&self, mark: u64) -> Result<Installation, JournalError> {
        let fresh = Installation::from_number(mark);
        let known = self.remember("installation", &fresh.to_string())?;
        Ok(known.parse().unwrap_or(fresh))
    }

    /// Ties the journal to an account, for ever.
    ///
    /// # Errors
    /// It belongs to another account.
    pub fn belong(&self, account: &str) -> Result<(), JournalError> {
        let found = self.remember("account", account)?;
        if found == account {
            return Ok(());
        }
        let (path, wanted) = (self.path.clone(), account.to_owned());
        Err(JournalError::Account { path, found, wanted })
    }

    /// Writes `drafts` in one transaction and numbers them. When this returns, they are
    /// as durable as the journal was opened for.
    ///
    /// # Errors
    /// Nothing was written; trading must end.
    pub fn append(&mut self, drafts: Vec<Draft>) -> Result<Vec<Committed>, JournalError> {
        let first = self.next;
        let records: Vec<Record> = drafts
            .into_iter()
            .zip(first..)
            .map(|(Draft { at, ticker, body }, seq)| Record { seq, at, ticker, body })
            .collect();
        self.insert(&records)?;
        self.next += records.len() as u64;
        Ok(records.into_iter().map(committed).collect())
    }

    /// All records, oldest first.
    ///
    /// # Errors
    /// The file cannot be read, or a record in it is no record.
    pub fn read(&self) -> Result<Vec<Record>, JournalError> {
        let failed = database("read", &self.path);
        let mut select = self
            .connection
            .prepare("SELECT seq, market, process, ticker, body FROM record ORDER BY seq")
            .map_err(&failed)?;
        let rows = select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .map_err(&failed)?;
        rows.map(|row| self.record(row.map_err(&failed)?)).collect()
    }

    /// The records of one ticker, oldest first.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub fn read_of(&self, ticker: &TickerKey) -> Result<Vec<Record>, JournalError> {
        let failed = database("read", &self.path);
        let mut select = self
            .connection
            .prepare("SELECT seq, market, process, ticker, body FROM record WHERE ticker = ?1 ORDER BY seq")
            .map_err(&failed)?;
        let rows = select
            .query_map([ticker.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .map_err(&failed)?;
        rows.map(|row| self.record(row.map_err(&failed)?)).collect()
    }

    fn insert(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let path = self.path.clone();
        let failed = database("append to", &path);
        let transaction = self.connection.transaction().map_err(&failed)?;
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .map_err(&failed)?;
            for Record { seq, at, ticker, body } in records {
                let text = serde_json::to_string(body).map_err(|source| JournalError::Record {
                    seq: *seq,
                    path: path.clone(),
                    source,
                })?;
                let process = i64::from(at.process);
                let ticker = ticker.as_ref().map(TickerKey::as_str);
                let row =
                    params![seq.cast_signed(), at.market.to_rfc3339(), process, ticker, kind(body), text];
                insert.execute(row).map_err(&failed)?;
            }
        }
        transaction.commit().map_err(&failed)
    }

    fn record(&self, row: (i64, String, i64, Option<String>, String)) -> Result<Record, JournalError> {
        let (seq, market, process, ticker, body) = row;
        let seq = seq.unsigned_abs();
        let unreadable = |source| JournalError::Record { seq, path: self.path.clone(), source };
        let market = serde_json::from_value(market.into()).map_err(unreadable)?;
        let ticker =
            ticker.map(|text| serde_json::from_value(text.into())).transpose().map_err(unreadable)?;
        let body = serde_json::from_str(&body).map_err(unreadable)?;
        Ok(Record { seq, at: Now { market, process: process.into() }, ticker, body })
    }

    /// The value under `name`; `fresh` if there was none, which is kept.
    fn remember(&self, name: &str, fresh: &str) -> Result<String, JournalError> {
        let failed = database("read", &self.path);
        let insert = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.connection.execute(insert, params![name, fresh]).map_err(&failed)?;
        let known = self
            .connection
            .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
            .optional()
            .map_err(&failed)?;
        Ok(known.unwrap_or_else(|| fresh.to_owned()))
    }
}

fn lock(folder: &Path) -> Result<File, JournalError> {
    let failed = |source| JournalError::Folder { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(failed)?;
    file.try_lock().map_err(|_| JournalError::InUse { path: folder.to_owned() })?;
    Ok(file)
}

fn prepare(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.execute_batch(CREATE)
}

fn check_schema(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let failed = database("read", path);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    if found != SCHEMA && found != NEW {
        return Err(JournalError::Schema { path: path.to_owned(), found, known: SCHEMA });
    }
    connection.pragma_update(None, "user_version", SCHEMA).map_err(&failed)
}

fn database(what: &'static str, path: &Path) -> impl Fn(rusqlite::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Database { what, path: path.clone(), source }
}

fn committed(record: Record) -> Committed {
    let request = match &record.body {
        Body::Request(request) => Some(Written(request.clone())),
        _ => None,
    };
    Committed { record, request }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Input(_) => "input",
        Body::Fact(_) => "fact",
        Body::Request(_) => "request",
        Body::Verdict(_) => "verdict",
        Body::Account(_) => "account",
    }
}

#[cfg(test)]
mod tests {
    use engine::{AccountFact, Body, Input, Now, OrderRef, Process, Request};

    use super::Journal;
    use crate::journal::{Draft, Durability, JournalError};

    fn drafts() -> Vec<Draft> {
        let at = Now { market: chrono::DateTime::UNIX_EPOCH, process: Process::default() };
        let order: OrderRef = {
            let installation = engine::Installation::from_number(5);
            let ticker = "AAPL".parse().unwrap();
            OrderRef { installation, ticker, trade: 1, role: engine::Role::Entry, n: 1 }
        };
        let not_sent = AccountFact::NotSent { orders: vec![order.clone()], why: "no link".into() };
        [Body::Input(Input::Gap), Body::Request(Request::Cancel(order)), Body::Account(not_sent)]
            .map(|body| Draft { at, ticker: Some("AAPL".parse().unwrap()), body })
            .into()
    }

    #[test]
    fn what_was_written_is_read_again_in_order_after_a_restart() {
        for durability in [Durability::Power, Durability::Process] {
            let folder = tempfile::tempdir().unwrap();
            let mut journal = Journal::open(folder.path(), durability).unwrap();
            let written = journal.append(drafts()).unwrap();
            assert_eq!(written.iter().filter(|one| one.request.is_some()).count(), 1);
            journal.append(drafts()).unwrap();
            drop(journal);
            let journal = Journal::open(folder.path(), durability).unwrap();
            let read = journal.read().unwrap();
            assert_eq!(read.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
            assert_eq!(read[..3], written.into_iter().map(|one| one.record).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_journal_of_another_schema_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Journal::open(folder.path(), Durability::Process).unwrap());
        let database = folder.path().join("journal.db");
        for schema in [1, 3] {
            rusqlite::Connection::open(&database)
                .unwrap()
                .pragma_update(None, "user_version", schema)
                .unwrap();
            let refused = Journal::open(folder.path(), Durability::Process).unwrap_err().to_string();
            assert!(refused.contains(&format!("has schema {schema}, this program knows 2")), "{refused}");
        }
    }

    #[test]
    fn a_second_process_is_turned_away() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Journal::open(folder.path(), Durability::Process).unwrap();
        let second = Journal::open(folder.path(), Durability::Process);
        assert!(matches!(second, Err(JournalError::InUse { .. })));
        assert!(matches!(Journal::erase(folder.path()), Err(JournalError::InUse { .. })));
        assert!(folder.path().join("journal.db").exists());
    }

    #[test]
    fn a_journal_belongs_to_one_account_and_keeps_its_mark() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Process).unwrap();
        let mark = journal.installation(12_345).unwrap();
        assert_eq!(journal.installation(999).unwrap(), mark);
        journal.belong("DSIM0001").unwrap();
        journal.belong("DSIM0001").unwrap();
        assert!(matches!(journal.belong("DU1"), Err(JournalError::Account { .. })));
    }
}
