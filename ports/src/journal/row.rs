//! One line of the table of records, and the chain that ties it to the line before.
//!
//! The sum of a row is taken over its own columns and the sum of the row before it, so
//! that a row which is changed, left out or moved breaks the chain at its own place.

use std::path::Path;

use engine::{Now, Record, TickerKey};

use super::JournalError;
use super::verify::kind;

/// The sum before the first record.
pub(super) const BEGIN: u32 = 0;

/// A row, column by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) epoch: u32,
    pub(super) market: String,
    pub(super) process: i64,
    pub(super) ticker: Option<String>,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) sum: u32,
}

impl Row {
    /// The row of `record`, which follows the row whose sum is `before`.
    pub(super) fn of(record: &Record, epoch: u32, before: u32, path: &Path) -> Result<Row, JournalError> {
        let Record { seq, at, ticker, body } = record;
        let text = serde_json::to_string(body).map_err(unreadable(*seq, path))?;
        let mut row = Row {
            seq: *seq,
            epoch,
            market: at.market.to_rfc3339(),
            process: i64::from(at.process),
            ticker: ticker.as_ref().map(|ticker| ticker.as_str().to_owned()),
            kind: kind(body).to_owned(),
            body: text,
            sum: BEGIN,
        };
        row.sum = row.sum_after(before);
        Ok(row)
    }

    /// The sum that this row has after one whose sum is `before`.
    pub(super) fn sum_after(&self, before: u32) -> u32 {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&before.to_le_bytes());
        sum.update(&self.seq.to_le_bytes());
        sum.update(&self.epoch.to_le_bytes());
        sum.update(&self.process.to_le_bytes());
        let ticker = self.ticker.as_deref().unwrap_or_default();
        for text in [self.market.as_str(), ticker, &self.kind, &self.body] {
            // The length tells where one column ends and the next begins.
            sum.update(&text.len().to_le_bytes());
            sum.update(text.as_bytes());
        }
        sum.finalize()
    }

    /// The record that it holds.
    pub(super) fn record(self, path: &Path) -> Result<Record, JournalError> {
        let unreadable = unreadable(self.seq, path);
        let market = serde_json::from_value(self.market.into()).map_err(&unreadable)?;
        let ticker: Option<TickerKey> =
            self.ticker.map(|text| serde_json::from_value(text.into())).transpose().map_err(&unreadable)?;
        let body = serde_json::from_str(&self.body).map_err(&unreadable)?;
        Ok(Record { seq: self.seq, at: Now { market, process: self.process.into() }, ticker, body })
    }
}

fn unreadable(seq: u64, path: &Path) -> impl Fn(serde_json::Error) -> JournalError {
    move |source| JournalError::Record { seq, path: path.to_owned(), source }
}
