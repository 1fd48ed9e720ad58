//! What was taken out of the journal: the last record of it, and what all of it made of
//! everybody.

use rusqlite::{Connection, OptionalExtension, params};

use super::JournalError;
use super::sqlite::{Sqlite, database};
use crate::fail::{self, Point};

impl Sqlite {
    /// The number of the last record that was taken out; 0 where none was.
    pub(super) fn base(&self) -> u64 {
        self.base.map_or(0, |(seq, _)| seq)
    }

    /// What the records made of everybody that were taken out; none where none was.
    pub(super) fn base_body(&self) -> Result<Option<Vec<u8>>, JournalError> {
        let kept: Option<(u32, Vec<u8>)> = self
            .connection
            .query_row("SELECT body_sum, body FROM base", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(database("read", &self.path))?;
        match kept {
            Some((sum, body)) if crc32fast::hash(&body) != sum => Err(JournalError::Broken {
                path: self.path.clone(),
                seq: self.base(),
                what: "stands for those before it, and what was kept of them is not what was written",
            }),
            kept => Ok(kept.map(|(_, body)| body)),
        }
    }

    /// Takes out the records up to `to`, of which `body` is kept: wholly or not at all.
    pub(super) fn take_out(&mut self, to: u64, body: &[u8]) -> Result<(), JournalError> {
        let failed = database("compact", &self.path);
        let sum = self.sum_of(to)?.ok_or_else(|| JournalError::Broken {
            path: self.path.clone(),
            seq: to,
            what: "is missing",
        })?;
        let transaction = self.connection.transaction().map_err(&failed)?;
        let seq = to.cast_signed();
        let kept = params![seq, sum, crc32fast::hash(body), body];
        transaction
            .execute("INSERT OR REPLACE INTO base VALUES (1, ?1, ?2, ?3, ?4)", kept)
            .map_err(&failed)?;
        transaction.execute("DELETE FROM record WHERE seq <= ?1", [seq]).map_err(&failed)?;
        fail::pass(Point::TakingOut, String::new);
        transaction.commit().map_err(&failed)?;
        fail::pass(Point::TakenOut, String::new);
        self.base = Some((to, sum));
        self.connection.execute_batch("VACUUM").map_err(&failed)
    }
}

/// The last record that was taken out, and its sum.
pub(super) fn find(connection: &Connection) -> rusqlite::Result<Option<(u64, u32)>> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
    connection.query_row("SELECT seq, sum FROM base", [], row).optional()
}
