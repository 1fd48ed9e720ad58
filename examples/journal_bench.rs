//! How long a start takes on a journal of a million records, with and without a snapshot: see
//! `docs/reliability.md`.
//!
//! The records are those of a real run (`supervisor --test-mode --duration 60s`), again and
//! again, ten days of market time apart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::keeper::{Keeper, fold, remember};
use actors::recovery::Terms;
use chrono::TimeDelta;
use clap::Parser;
use engine::{Body, Fact, Now, Record, TickerKey};
use ports::journal::verify::verify;
use ports::journal::{Draft, Durability, Journal};
use ringfence::config::{self, Environment};

/// Records of one transaction, as the shipped config has it.
const BATCH: usize = 256;

/// Measures how long a start takes on a long journal.
#[derive(Parser)]
struct Choices {
    /// The journal's folder of a real run
    #[arg(long, default_value = "state/demo")]
    from: PathBuf,
    /// Records to make of it
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Records after the snapshot
    #[arg(long, default_value_t = 20_000)]
    tail: u64,
}

fn main() -> anyhow::Result<()> {
    let choices = Choices::parse();
    let config = config::load(&config::Choices::default(), &Environment::from(|_| None))?;
    let story = whole_trades(Journal::look(&choices.from)?.read()?);
    anyhow::ensure!(!story.is_empty(), "no trade of that run is over");
    let folder = tempfile::tempdir()?;
    let mut long = Long { story, cycle: 0 };

    let mut journal = Journal::open(folder.path(), Durability::Process)?;
    let terms =
        Terms { installation: journal.installation(7)?, tickers: config.tickers, limits: config.limits };
    let began = Instant::now();
    long.write(&mut journal, choices.records - choices.tail)?;
    tell("written, a record", began, choices.records - choices.tail);
    keep(&journal, &terms)?;
    long.write(&mut journal, choices.records)?;
    drop(journal);
    measure(folder.path(), &terms)
}

/// Opens it as a start does.
fn measure(folder: &Path, terms: &Terms) -> anyhow::Result<()> {
    let began = Instant::now();
    let journal = Journal::open(folder, Durability::Power)?;
    let (by_snapshot, from) = remember(&journal, terms)?;
    println!("start by the snapshot of record {from}: {:.2} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let whole = fold(&journal, terms, u64::MAX)?;
    println!("start by all {} records: {:.2} s", journal.last(), began.elapsed().as_secs_f64());
    anyhow::ensure!(whole == by_snapshot, "they differ");
    let began = Instant::now();
    verify(&journal)?;
    println!("verify: {:.2} s", began.elapsed().as_secs_f64());
    for entry in std::fs::read_dir(folder)?.flatten() {
        println!("{}: {} KiB", entry.file_name().display(), entry.metadata()?.len() / 1024);
    }
    Ok(())
}

/// Writes a snapshot as the program does when it ends.
fn keep(journal: &Journal, terms: &Terms) -> anyhow::Result<()> {
    let memory = fold(journal, terms, u64::MAX)?;
    let began = Instant::now();
    Keeper::start(journal, memory, terms, 0, Arc::default())?.stop(Duration::from_secs(60));
    println!("snapshot: {} ms", began.elapsed().as_millis());
    Ok(())
}

fn tell(what: &str, began: Instant, records: u64) {
    let each = began.elapsed().as_secs_f64() * 1e6 / records as f64;
    println!("{what}: {each:.1} µs");
}

/// A story that is told again and again.
struct Long {
    story: Vec<Record>,
    cycle: i64,
}

impl Long {
    /// Writes until the journal has so many records.
    fn write(&mut self, journal: &mut Journal, until: u64) -> anyhow::Result<()> {
        while journal.last() < until {
            let later = TimeDelta::days(10 * self.cycle);
            let draft = |record: &Record| Draft {
                at: Now { market: record.at.market + later, ..record.at },
                ticker: record.ticker.clone(),
                body: record.body.clone(),
            };
            let left = usize::try_from(until - journal.last())?;
            for batch in self.story[..left.min(self.story.len())].chunks(BATCH) {
                journal.append(batch.iter().map(draft).collect())?;
            }
            self.cycle += 1;
        }
        Ok(())
    }
}

/// Each ticker's records up to its last trade that is over, so that the story can begin again.
fn whole_trades(records: Vec<Record>) -> Vec<Record> {
    let mut ends: BTreeMap<TickerKey, u64> = BTreeMap::new();
    for record in &records {
        if let (Some(ticker), Body::Fact(Fact::TradeClosed { .. })) = (&record.ticker, &record.body) {
            ends.insert(ticker.clone(), record.seq);
        }
    }
    let end = |ticker: &TickerKey| ends.get(ticker).copied().unwrap_or(0);
    let kept = |record: &Record| record.ticker.as_ref().is_none_or(|ticker| record.seq <= end(ticker));
    records.into_iter().filter(kept).collect()
}
