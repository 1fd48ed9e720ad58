//! `supervisor journal`: a look at the journal while nothing runs.
//!
//! A running supervisor has its journal to itself; then it is said to be in use.
//!
//! Read next: `export` (its records), `words` (what each says), `compact` (what leaves it).

mod compact;
mod export;
mod words;

use std::path::{Path, PathBuf};

use actors::keeper::{fold, newest};
use actors::recovery::Terms;
use anyhow::{Context, ensure};
use ports::journal::verify::{Stats, stats, verify};
use ports::journal::{Epoch, Journal};

use crate::config::Config;
use crate::demo;
use crate::terminal::say;

pub use compact::compact;
pub use export::{Form, Wanted, export};

/// Where the journal of a config lies.
#[must_use]
pub fn folder_of(config: &Config) -> PathBuf {
    if config.embedded.is_some() { demo::FOLDER.into() } else { config.journal.clone() }
}

/// What the state depends on besides the records, by this config.
///
/// # Errors
/// The journal cannot be read, or no supervisor has ever begun with it.
pub fn terms(journal: &Journal, config: &Config) -> anyhow::Result<Terms> {
    let installation = journal.mark()?.context("no supervisor has begun with this journal yet")?;
    Ok(Terms { installation, tickers: config.tickers.clone(), limits: config.limits.clone() })
}

/// `supervisor journal verify`: reads all of it, and says what is wrong with it first. The
/// newest snapshot under `config` must be what the records make.
///
/// # Errors
/// It is not what was written, or cannot be read.
pub fn check(folder: &Path, config: Option<&Config>, json: bool) -> anyhow::Result<()> {
    let journal = Journal::look(folder)?;
    let found = verify(&journal)?;
    let snapshot = config.map(|config| snapshot_of(&journal, config)).transpose()?.flatten();
    if json {
        let (first, last) = (found.first, found.last);
        say(serde_json::json!({ "sound": true, "first": first, "last": last, "snapshot": snapshot }));
        return Ok(());
    }
    let (records, path) = (found.records(), folder.display());
    let of = snapshot.map_or("no snapshot of this build and config".to_owned(), |seq| {
        format!("the snapshot of record {seq} is what the records make")
    });
    say(format_args!(
        "{path}: {records} records, {} to {}, all as they were written; {of}",
        found.first, found.last
    ));
    Ok(())
}

/// The number of the newest snapshot, which must be what the records up to it make.
fn snapshot_of(journal: &Journal, config: &Config) -> anyhow::Result<Option<u64>> {
    if journal.last() == 0 {
        return Ok(None);
    }
    let terms = terms(journal, config)?;
    let Some(kept) = newest(journal, &terms)? else { return Ok(None) };
    let seq = kept.seq();
    ensure!(
        kept == fold(journal, &terms, seq)?,
        "the snapshot of record {seq} is not what the records make; remove the snapshots, the records are whole"
    );
    Ok(Some(seq))
}

/// `supervisor journal stats`: what is in it.
///
/// # Errors
/// It cannot be read.
pub fn tell_stats(folder: &Path, json: bool) -> anyhow::Result<()> {
    let journal = Journal::look(folder)?;
    let found = stats(&journal)?;
    if json {
        say(serde_json::to_string(&found).context("failed to write as JSON")?);
    } else {
        let bytes = std::fs::metadata(journal.path()).map_or(0, |file| file.len());
        say(in_words(&found, bytes));
    }
    Ok(())
}

fn in_words(found: &Stats, bytes: u64) -> String {
    let mut lines = vec![format!(
        "records  {} ({} to {}), {} KiB",
        found.records(),
        found.first,
        found.last,
        bytes / 1024
    )];
    if let Some((first, last)) = found.span {
        lines.push(format!("market   {first} to {last}"));
    }
    let counts = |name: &str, count: u64| format!("{name} {count}");
    lines.push(format!("kinds    {}", joined(found.kinds.iter().map(|(name, count)| counts(name, *count)))));
    lines
        .push(format!("tickers  {}", joined(found.tickers.iter().map(|(name, count)| counts(name, *count)))));
    let (opened, closed) = found.trades;
    lines.push(format!("trades   {opened} opened, {closed} over"));
    lines.extend(found.epochs.iter().map(|epoch| format!("life     {}", life(epoch))));
    lines.join("\n")
}

fn life(epoch: &Epoch) -> String {
    let Epoch { number, first, last, build, opened } = epoch;
    let end = last.map_or("not ended in order".to_owned(), |last| format!("to {last}"));
    format!("{number}: from record {first}, {end}; version {build}, began {opened}")
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}
