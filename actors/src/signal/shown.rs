//! What is shown of signals: how each source does, and how each signal ended, since the program began.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use engine::{Decline, TickerKey};
use serde::{Deserialize, Serialize};

use super::latest::{Latest, Ring};

/// How a signal ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Something was ordered.
    Taken,
    /// Nothing was, and why.
    Declined(String),
    /// It was said before.
    Duplicate,
    /// It was too old.
    Stale(String),
    /// It is no signal.
    Malformed,
}

impl End {
    /// What a ticker's refusal is counted as.
    #[must_use]
    pub fn of(because: &Decline) -> End {
        match because {
            Decline::Duplicate => End::Duplicate,
            Decline::Stale { .. } => End::Stale(because.to_string()),
            _ => End::Declined(because.to_string()),
        }
    }
}

/// How many signals ended in which way. Each in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Led to an order.
    pub taken: u64,
    /// Led to nothing.
    pub declined: u64,
    /// Said before.
    pub duplicate: u64,
    /// Too old.
    pub stale: u64,
    /// No signals.
    pub malformed: u64,
    /// Handed to a ticker that has not answered yet.
    pub waiting: u64,
}

/// One source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceView {
    /// True once it said or answered anything.
    pub heard: bool,
    /// Since when it fails, and why.
    pub failing: Option<(DateTime<Utc>, String)>,
    /// Since when it has said nothing, where that is longer than it may.
    pub silent: Option<DateTime<Utc>>,
    /// When it said something new last, in market time.
    pub last: Option<DateTime<Utc>>,
    /// How what it said ended.
    pub counts: Counts,
    /// Messages of whoever is not known, which were not looked into.
    pub refused: u64,
}

/// All sources, and what became of each ticker's signals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalsView {
    /// The sources by name.
    pub sources: BTreeMap<&'static str, SourceView>,
    /// What was said of each ticker.
    pub tickers: BTreeMap<TickerKey, Counts>,
}

/// Where signals are counted. The doors count here, too, so that strangers never come near the road.
#[derive(Debug, Default)]
pub struct Signals {
    view: Mutex<SignalsView>,
    latest: Mutex<Ring>,
}

impl Signals {
    /// What is shown now.
    #[must_use]
    pub fn view(&self) -> SignalsView {
        self.open().clone()
    }

    /// The latest signals, newest last.
    #[must_use]
    pub fn latest(&self) -> Vec<Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).all()
    }

    /// Keeps one that has ended.
    pub(super) fn note(&self, latest: Latest) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).push(latest);
    }

    /// There is such a source.
    pub fn begin(&self, source: &'static str) {
        self.change(source, |_| {});
    }

    /// There are no others than these.
    pub fn keep(&self, names: &[&'static str]) {
        self.open().sources.retain(|name, _| names.contains(name));
    }

    /// Counts a message of a stranger.
    pub fn refuse(&self, source: &'static str) {
        self.change(source, |own| own.refused += 1);
    }

    pub(super) fn change(&self, source: &'static str, change: impl FnOnce(&mut SourceView)) {
        change(self.open().sources.entry(source).or_default());
    }

    /// A signal went to a ticker.
    pub(super) fn hand_over(&self, source: &'static str, ticker: &TickerKey) {
        self.each(source, Some(ticker), |counts| counts.waiting += 1);
    }

    /// A signal that went to a ticker has ended.
    pub(super) fn settle(&self, source: &'static str, ticker: &TickerKey, end: &End) {
        self.each(source, Some(ticker), |counts| {
            counts.waiting = counts.waiting.saturating_sub(1);
            counts.count(end);
        });
    }

    /// A signal that went to nobody has ended.
    pub(super) fn count(&self, source: &'static str, ticker: Option<&TickerKey>, end: &End) {
        self.each(source, ticker, |counts| counts.count(end));
    }

    fn each(&self, source: &'static str, ticker: Option<&TickerKey>, change: impl Fn(&mut Counts)) {
        let mut view = self.open();
        change(&mut view.sources.entry(source).or_default().counts);
        if let Some(ticker) = ticker {
            change(view.tickers.entry(ticker.clone()).or_default());
        }
    }

    /// Every write leaves the value whole, so a writer's panic spoils nothing.
    fn open(&self) -> MutexGuard<'_, SignalsView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn count(&mut self, end: &End) {
        let number = match end {
            End::Taken => &mut self.taken,
            End::Declined(_) => &mut self.declined,
            End::Duplicate => &mut self.duplicate,
            End::Stale(_) => &mut self.stale,
            End::Malformed => &mut self.malformed,
        };
        *number += 1;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} taken, {} declined", self.taken, self.declined)?;
        let more = [("duplicate", self.duplicate), ("stale", self.stale), ("malformed", self.malformed)];
        more.iter()
            .filter(|(_, number)| *number > 0)
            .try_for_each(|(name, number)| write!(f, ", {number} {name}"))
    }
}
