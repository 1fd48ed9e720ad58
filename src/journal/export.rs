//! `supervisor journal export`: the records as CSV, or as one JSON object a line.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use engine::{Record, TickerKey};
use ports::journal::verify::kind;
use ports::journal::{Epoch, Journal};

use super::words::words;

/// How records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// With a header, and what each says in words.
    #[default]
    Csv,
    /// One object a line, in words and whole.
    Json,
}

/// Which records are written.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those of this ticker; none: all.
    pub ticker: Option<TickerKey>,
    /// Those of this market time and later; none: all.
    pub since: Option<DateTime<Utc>>,
}

impl Wanted {
    /// A moment: a day, which begins at midnight UTC, or an RFC 3339 time.
    ///
    /// # Errors
    /// It is neither; in words.
    pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(day.and_time(NaiveTime::MIN).and_utc());
        }
        let parsed = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
        parsed.map_err(|_| format!("`{text}` is no moment; write 2026-11-26 or 2026-11-26T14:30:00Z"))
    }

    fn has(&self, record: &Record) -> bool {
        self.ticker.as_ref().is_none_or(|ticker| record.ticker.as_ref() == Some(ticker))
            && self.since.is_none_or(|since| record.at.market >= since)
    }
}

/// Writes the records of the journal in `folder` to `out`, oldest first.
///
/// # Errors
/// The journal cannot be read, or `out` not be written.
pub fn export(folder: &Path, wanted: &Wanted, form: Form, out: impl Write) -> anyhow::Result<()> {
    let journal = Journal::look(folder)?;
    let epochs = journal.epochs()?;
    let mut out = BufWriter::new(out);
    let mut written = match form {
        Form::Csv => writeln!(out, "seq,life,market_time,ticker,kind,words"),
        Form::Json => Ok(()),
    };
    journal.each_after(0, |record| {
        if written.is_ok() && wanted.has(&record) {
            written = write(&mut out, form, life_of(&epochs, record.seq), &record);
        }
    })?;
    match written.and_then(|()| out.flush()) {
        // Who reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write the export"),
    }
}

/// The life of the program that wrote a record.
fn life_of(epochs: &[Epoch], seq: u64) -> u32 {
    epochs.iter().rev().find(|epoch| epoch.first <= seq).map_or(0, |epoch| epoch.number)
}

fn write(out: &mut impl Write, form: Form, life: u32, record: &Record) -> std::io::Result<()> {
    let (seq, at, kind, words) =
        (record.seq, record.at.market.to_rfc3339(), kind(&record.body), words(&record.body));
    let ticker = record.ticker.as_ref().map(ToString::to_string);
    match form {
        Form::Csv => {
            let ticker = ticker.unwrap_or_default();
            writeln!(out, "{seq},{life},{at},{ticker},{kind},{}", quoted(&words))
        }
        Form::Json => {
            let line = serde_json::json!({
                "seq": seq, "life": life, "market_time": at, "ticker": ticker, "kind": kind,
                "words": words, "record": record.body,
            });
            writeln!(out, "{line}")
        }
    }
}

/// A field that may hold anything.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, quoted};

    #[test]
    fn a_field_holds_anything() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }

    #[test]
    fn moments_are_days_or_times() {
        assert_eq!(Wanted::moment("2008-09-29").unwrap().to_rfc3339(), "2008-09-29T00:00:00+00:00");
        assert_eq!(
            Wanted::moment("2008-09-29T10:00:00-04:00").unwrap().to_rfc3339(),
            "2008-09-29T14:00:00+00:00"
        );
        assert!(Wanted::moment("yesterday").unwrap_err().contains("`yesterday` is no moment"));
    }
}
