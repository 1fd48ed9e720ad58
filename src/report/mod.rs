//! A trading day's report: as text, as one HTML file, as CSV, as JSON; on demand, and by itself once the day is over.
//!
//! Its numbers are sums of the journal's records of the day. Made twice of the same records it is the same, byte for byte:
//! nothing in it says when it was made.
//!
//! Read next: [`text`], [`html`], [`csv`] (the forms), [`clerk`] (who writes it by itself).

pub mod clerk;
pub mod csv;
pub mod html;
pub mod text;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use clap::ValueEnum;

use crate::follow::ask::of_day;
use crate::follow::recorded::Place;
use crate::terminal::say;
use crate::told::day::Report;

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal of 80 columns
    #[default]
    Text,
    /// One file for a browser, with nothing to be fetched
    Html,
    /// The day's trades, a line each, for a spreadsheet
    Csv,
    /// Everything, for a program
    #[value(skip)]
    Json,
}

impl Format {
    /// The report in this form.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of(self, report: &Report) -> anyhow::Result<String> {
        Ok(match self {
            Format::Text => text::text(report) + "\n",
            Format::Html => html::html(report),
            Format::Csv => csv::csv(report),
            Format::Json => serde_json::to_string_pretty(report).context("failed to write as JSON")? + "\n",
        })
    }
}

/// `supervisor report`: to the standard output, or to a file.
///
/// # Errors
/// Nothing is known of the day, or the file cannot be written.
pub fn report(
    place: &Place,
    date: Option<NaiveDate>,
    format: Format,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    let told = format.of(&of_day(place, date)?)?;
    let Some(path) = out else {
        say(told.trim_end());
        return Ok(());
    };
    write_whole(path, &told).with_context(|| format!("failed to write `{}`", path.display()))
}

/// Writes a file that is there whole or not at all: whoever reads never sees a half of it.
///
/// # Errors
/// The folder cannot be written to.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let written = std::fs::File::create(&fresh)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        // What is left of it helps nobody; the first error is the one to tell.
        let _ = std::fs::remove_file(&fresh);
    }
    written
}
