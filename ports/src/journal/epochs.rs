//! The lives of the program, each with its first record and, if it ended in order, its last.

use rusqlite::params;

use super::sqlite::{Sqlite, database};
use super::{Epoch, JournalError};

impl Sqlite {
    /// The lives of the process so far, oldest first.
    pub(super) fn epochs(&self) -> Result<Vec<Epoch>, JournalError> {
        let failed = database("read", &self.path);
        let select = "SELECT epoch, first, last, build, opened FROM epoch ORDER BY epoch";
        let mut select = self.connection.prepare(select).map_err(&failed)?;
        let epochs = select
            .query_map([], |row| {
                let (first, last): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
                Ok(Epoch {
                    number: row.get(0)?,
                    first: first.unsigned_abs(),
                    last: last.map(i64::unsigned_abs),
                    build: row.get(3)?,
                    opened: row.get(4)?,
                })
            })
            .map_err(&failed)?;
        epochs.collect::<rusqlite::Result<_>>().map_err(&failed)
    }

    /// The lives that are written here must be as many as there were, and their records there.
    pub(super) fn check_epochs(&self) -> Result<(), JournalError> {
        let epochs = self.epochs()?;
        let (known, begun) = (epochs.last().map_or(0, |epoch| epoch.number), self.lock.epoch());
        if known < begun {
            return Err(JournalError::Behind { path: self.path.clone(), known, begun });
        }
        let told = epochs.iter().map(|epoch| epoch.last.unwrap_or(epoch.first - 1)).max().unwrap_or(0);
        if self.last < told {
            return Err(JournalError::Short { path: self.path.clone(), last: self.last, told });
        }
        Ok(())
    }

    pub(super) fn begin_epoch(&mut self) -> Result<(), JournalError> {
        let failed = database("write to", &self.path);
        let number = self.epochs()?.last().map_or(1, |epoch| epoch.number + 1);
        let (build, opened) = (env!("CARGO_PKG_VERSION"), chrono::Utc::now().to_rfc3339());
        let first = self.last.cast_signed() + 1;
        self.connection
            .execute("INSERT INTO epoch VALUES (?1, ?2, NULL, ?3, ?4)", params![number, first, build, opened])
            .map_err(&failed)?;
        // A power cut must not leave the lock ahead of the journal, whenever commits are synced.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)?;
        self.epoch = Some(number);
        self.lock.note(number)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Some(epoch) = self.epoch {
            // Without it the end of this life is not known, and nothing else is lost.
            let _ = self.connection.execute(
                "UPDATE epoch SET last = ?2 WHERE epoch = ?1",
                params![epoch, self.last.cast_signed()],
            );
        }
    }
}
