//! Whose the journal is: the mark of our orders, and the account. By the mark our own orders are told
//! from everybody else's, so one that is not what was written must never be taken for it.

use rusqlite::{Connection, OptionalExtension, params};

use super::JournalError;
use super::sqlite::{Sqlite, database};

/// The row with the sum of all others.
const SUM: &str = "sum";

impl Sqlite {
    /// The value under `name`, if there is one.
    pub(super) fn known(&self, name: &str) -> Result<Option<String>, JournalError> {
        known(&self.connection, name).map_err(database("read", &self.path))
    }

    /// The value under `name`; `fresh` if there was none, which is kept.
    pub(super) fn remember(&self, name: &str, fresh: &str) -> Result<String, JournalError> {
        let remember = || {
            let transaction = self.connection.unchecked_transaction()?;
            let insert = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            if transaction.execute(insert, params![name, fresh])? == 0 && known(&transaction, SUM)?.is_some()
            {
                return Ok(());
            }
            let sum = sum(&transaction)?;
            transaction.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", params![SUM, sum])?;
            transaction.commit()
        };
        remember().map_err(database("write to", &self.path))?;
        Ok(self.known(name)?.unwrap_or_else(|| fresh.to_owned()))
    }

    /// What is known must be what was written. A journal of the schema before has no sum until
    /// somebody asks whose it is.
    pub(super) fn check_meta(&self) -> Result<(), JournalError> {
        let failed = database("read", &self.path);
        let written = known(&self.connection, SUM).map_err(&failed)?;
        let found = sum(&self.connection).map_err(&failed)?;
        match written {
            Some(written) if written != found => Err(JournalError::Owner { path: self.path.clone() }),
            _ => Ok(()),
        }
    }
}

fn known(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let select = "SELECT value FROM meta WHERE name = ?1";
    connection.query_row(select, [name], |row| row.get(0)).optional()
}

fn sum(connection: &Connection) -> rusqlite::Result<String> {
    let mut select = connection.prepare("SELECT name, value FROM meta WHERE name <> ?1 ORDER BY name")?;
    let mut rows = select.query([SUM])?;
    let mut sum = crc32fast::Hasher::new();
    while let Some(row) = rows.next()? {
        for column in [row.get_ref(0)?.as_bytes()?, row.get_ref(1)?.as_bytes()?] {
            sum.update(&column.len().to_le_bytes());
            sum.update(column);
        }
    }
    Ok(format!("{:08x}", sum.finalize()))
}
