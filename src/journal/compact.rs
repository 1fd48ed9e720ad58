//! `supervisor journal compact`: records of old trades leave the journal, which is copied to an archive beside
//! it before. What they made of everybody stays, so that nothing is decided otherwise.

use std::collections::BTreeMap;
use std::path::Path;

use actors::keeper::fold;
use actors::recovery::{Memory, Terms};
use anyhow::{Context, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use engine::{Body, Fact, Record, TickerKey};
use ports::journal::Journal;
use ports::journal::verify::verify;

use crate::terminal::say;

/// Takes out what is older than `keep_days` of market time before the newest record, up to the
/// first record of a trade that is open.
///
/// # Errors
/// The journal is not sound, or cannot be written; then nothing is taken out.
pub fn compact(
    folder: &Path,
    terms: impl Fn(&Journal) -> anyhow::Result<Terms>,
    keep_days: u32,
) -> anyhow::Result<()> {
    let mut journal = Journal::look(folder)?;
    let found = verify(&journal)?;
    let terms = terms(&journal)?;
    let before = size(&journal);
    let Some((_, newest)) = found.span else { bail!("the journal in `{}` is empty", folder.display()) };
    let to = cut(&journal, newest - TimeDelta::days(i64::from(keep_days)))?;
    say(format_args!("before   {} records, {before} KiB", found.records()));
    if to < found.first {
        say(format_args!(
            "nothing to take out: every record is of the last {keep_days} days or of an open trade"
        ));
        return Ok(());
    }
    let body = kept(&journal, &terms, to)?;
    let archive = journal.archive(found.first, to)?;
    journal.take_out(to, &body)?;
    let left = verify(&journal)?;
    say(format_args!("after    {} records, {} KiB", left.records(), size(&journal)));
    say(format_args!("records {} to {to} are in {}", found.first, archive.display()));
    Ok(())
}

/// What the records up to `to` make of everybody, as it is kept; and with those after it that
/// must be what all of them make.
fn kept(journal: &Journal, terms: &Terms, to: u64) -> anyhow::Result<Vec<u8>> {
    let whole = fold(journal, terms, u64::MAX)?;
    let body = serde_json::to_vec(&fold(journal, terms, to)?).context("failed to write what is kept")?;
    let again: Memory = serde_json::from_slice(&body).context("failed to read what is kept")?;
    let mut again = again.resume(terms);
    journal.each_after(to, |record| again.apply(&record))?;
    ensure!(again == whole, "what would be kept does not make the same state; nothing is taken out");
    Ok(body)
}

/// The last record that may go; 0 where none may.
fn cut(journal: &Journal, until: DateTime<Utc>) -> anyhow::Result<u64> {
    let (mut old, mut trades) = (0, Trades::default());
    journal.each_after(0, |record| {
        if record.at.market < until {
            old = record.seq;
        }
        trades.note(&record);
    })?;
    Ok(trades.oldest().map_or(old, |first| old.min(first - 1)))
}

/// Where each trade began that may still go on.
#[derive(Default)]
struct Trades {
    open: BTreeMap<TickerKey, u64>,
    /// The trade before: it may be opened again.
    closed: BTreeMap<TickerKey, u64>,
}

impl Trades {
    fn note(&mut self, record: &Record) {
        let (Some(ticker), Body::Fact(fact)) = (&record.ticker, &record.body) else { return };
        match fact {
            Fact::LotOpened(_) => drop(self.open.entry(ticker.clone()).or_insert(record.seq)),
            Fact::TradeClosed { .. } => {
                let began = self.open.remove(ticker).unwrap_or(record.seq);
                self.closed.insert(ticker.clone(), began);
            }
            Fact::TradeReopened { .. } => {
                let began = self.closed.remove(ticker).unwrap_or(record.seq);
                self.open.insert(ticker.clone(), began);
            }
            _ => {}
        }
    }

    fn oldest(&self) -> Option<u64> {
        self.open.values().min().copied()
    }
}

/// KiB of the database's file.
fn size(journal: &Journal) -> u64 {
    std::fs::metadata(journal.path()).map_or(0, |file| file.len() / 1024)
}
