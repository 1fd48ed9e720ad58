//! What may be said of screens: how they are shown, and of what.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::Args;
use engine::TickerKey;
use ringfence::follow::recorded;
use ringfence::report::Format;

use super::arguments::Place;

/// How something is shown.
#[derive(Args)]
pub(super) struct Screen {
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Look again every so many seconds (2, unless told), until Ctrl-C
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = seconds)]
    pub(super) watch: Option<Duration>,
}

/// What the journal tells where no supervisor runs.
#[derive(Args)]
pub(super) struct Recorded {
    #[command(flatten)]
    pub(super) at: Place,
    #[command(flatten)]
    pub(super) screen: Screen,
}

#[derive(Args)]
pub(super) struct Trades {
    /// The trade whose dossier is wanted: AAPL.12, or the reference of one of its orders
    #[arg(conflicts_with_all = ["date", "ticker"])]
    pub(super) trade: Option<String>,
    /// Only those that were open at some time of this day, e.g. 2026-11-26
    #[arg(long, value_name = "DAY")]
    pub(super) date: Option<NaiveDate>,
    /// Only those of this ticker
    #[arg(long, value_name = "TICKER")]
    pub(super) ticker: Option<TickerKey>,
    #[command(flatten)]
    pub(super) recorded: Recorded,
}

#[derive(Args)]
pub(super) struct DayReport {
    /// The day, e.g. 2026-11-26; without one the newest that anything is known of
    #[arg(long, value_name = "DAY")]
    pub(super) date: Option<NaiveDate>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write it to this file, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write it as JSON
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) at: Place,
}

impl Place {
    pub(super) fn recorded(&self) -> recorded::Place {
        recorded::Place { folder: self.folder.clone(), config: self.config.choices() }
    }
}

/// A number of seconds that a screen is left alone.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    match Duration::try_from_secs_f64(number) {
        Ok(span) if (0.1..=86_400.0).contains(&number) => Ok(span),
        _ => Err(format!("between 0.1 and 86400 seconds, not {text}")),
    }
}
