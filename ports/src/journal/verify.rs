//! Whether a journal is what was written, and what is in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{Body, Fact, Record};

use super::{Epoch, Journal, JournalError};

/// What a journal that is sound holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// The number of its first record.
    pub first: u64,
    /// The number of its last one.
    pub last: u64,
    /// Records by what they say: input, fact, request, verdict, account.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Records by ticker.
    pub tickers: BTreeMap<String, u64>,
    /// The market time of the first record, and of the last one.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Trades that were opened, and those that are over.
    pub trades: (u64, u64),
    /// The lives of the process.
    pub epochs: Vec<Epoch>,
}

/// Reads all of a journal. The first thing that is wrong is the error.
///
/// # Errors
/// SQLite finds the file damaged, or a record is missing, changed or unreadable.
pub fn verify(journal: &Journal) -> Result<Stats, JournalError> {
    let damage = journal.damage()?;
    if !damage.is_empty() {
        return Err(JournalError::Damaged { path: journal.path(), told: damage.join("; ") });
    }
    stats(journal)
}

/// What is in a journal, read record by record.
///
/// # Errors
/// A record is missing, changed or unreadable.
pub fn stats(journal: &Journal) -> Result<Stats, JournalError> {
    let mut stats = Stats { epochs: journal.epochs()?, ..Stats::default() };
    journal.each_after(0, |record| stats.count(&record))?;
    Ok(stats)
}

impl Stats {
    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.kinds.values().sum()
    }

    fn count(&mut self, record: &Record) {
        if self.kinds.is_empty() {
            self.first = record.seq;
        }
        self.last = record.seq;
        *self.kinds.entry(kind(&record.body)).or_default() += 1;
        if let Some(ticker) = &record.ticker {
            *self.tickers.entry(ticker.to_string()).or_default() += 1;
        }
        let first = self.span.map_or(record.at.market, |(first, _)| first);
        self.span = Some((first, record.at.market));
        match &record.body {
            Body::Fact(Fact::LotOpened(lot)) if lot.lot == 1 => self.trades.0 += 1,
            Body::Fact(Fact::TradeClosed { .. }) => self.trades.1 += 1,
            _ => {}
        }
    }
}

/// What a record says, in one word.
#[must_use]
pub fn kind(body: &Body) -> &'static str {
    match body {
        Body::Input(_) => "input",
        Body::Fact(_) => "fact",
        Body::Request(_) => "request",
        Body::Verdict(_) => "verdict",
        Body::Account(_) => "account",
    }
}
