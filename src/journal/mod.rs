//! `supervisor journal`: a look at the journal while nothing runs.
//!
//! A running supervisor has its journal to itself; then it is said to be in use.
//!
//! Read next: `export` (its records), `words` (what each says).

mod export;
mod words;

use std::path::{Path, PathBuf};

use anyhow::Context;
use ports::journal::verify::{Stats, stats, verify};
use ports::journal::{Epoch, Journal};

use crate::config::Config;
use crate::demo;
use crate::terminal::say;

pub use export::{Form, Wanted, export};

/// Where the journal of a config lies.
#[must_use]
pub fn folder_of(config: &Config) -> PathBuf {
    if config.embedded.is_some() { demo::FOLDER.into() } else { config.journal.clone() }
}

/// `supervisor journal verify`: reads all of it, and says what is wrong with it first.
///
/// # Errors
/// It is not what was written, or cannot be read.
pub fn check(folder: &Path, json: bool) -> anyhow::Result<()> {
    let found = verify(&Journal::look(folder)?)?;
    if json {
        say(serde_json::json!({ "sound": true, "first": found.first, "last": found.last }));
    } else {
        let (records, path) = (found.records(), folder.display());
        say(format_args!(
            "{path}: {records} records, {} to {}, all as they were written",
            found.first, found.last
        ));
    }
    Ok(())
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
