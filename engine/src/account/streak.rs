//! What a ticker's entries and trades came to, one after the other.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::fills::Day;
use super::{LimitName, LosingStreak};
use crate::money::Money;
use crate::time::trading_day;

/// Times of one kind that are kept at most.
const KEPT_MAX: usize = 1_024;

/// A ticker's entries and trades in a row. Everything is dated by its own fact, so that it
/// does not matter whether that or a new day or a release is told first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Streak {
    /// When entries were admitted, of the last minute.
    entries: VecDeque<DateTime<Utc>>,
    /// When trades were lost since the last one that was not.
    losses: VecDeque<DateTime<Utc>>,
    /// When entries ended without a fill since the last one with one.
    unfilled: VecDeque<DateTime<Utc>>,
    /// The newest batch of which something was filled.
    filled: Option<u64>,
    losses_forgiven: Option<DateTime<Utc>>,
    unfilled_forgiven: Option<DateTime<Utc>>,
}

impl Streak {
    /// An entry was admitted.
    pub(super) fn entered(&mut self, at: DateTime<Utc>, minute: TimeDelta) {
        keep(&mut self.entries, at);
        self.entries.retain(|before| at - before < minute);
    }

    /// Entries admitted within `minute` before `now`.
    pub(super) fn entries(&self, now: DateTime<Utc>, minute: TimeDelta) -> usize {
        self.entries.iter().filter(|at| now - **at < minute).count()
    }

    /// An entry of this batch brought something.
    pub(super) fn filled(&mut self, batch: u64) {
        self.unfilled.clear();
        self.filled = Some(batch);
    }

    /// The last entry of this batch ended and brought nothing.
    pub(super) fn unfilled(&mut self, at: DateTime<Utc>, batch: u64) {
        if self.filled != Some(batch) {
            keep(&mut self.unfilled, at);
        }
    }

    /// Entries of the open day in a row that ended without a fill.
    pub(super) fn unfilled_in_a_row(&self, day: Option<Day>) -> usize {
        let counts = |at: &&DateTime<Utc>| {
            let today = day.is_none_or(|day| trading_day(**at, day.zone) >= day.date);
            today && Some(**at) > self.unfilled_forgiven
        };
        self.unfilled.iter().filter(counts).count()
    }

    /// A trade came to `net`, after its commissions.
    pub(super) fn traded(&mut self, at: DateTime<Utc>, net: Money) {
        if net < Money::ZERO { keep(&mut self.losses, at) } else { self.losses.clear() }
    }

    /// Trades lost in a row.
    pub(super) fn losses(&self) -> usize {
        self.losses.iter().filter(|at| Some(**at) > self.losses_forgiven).count()
    }

    /// When the pause after losses ends; none without one.
    pub(super) fn pauses_until(&self, now: DateTime<Utc>, limit: LosingStreak) -> Option<DateTime<Utc>> {
        let until = self.losses.back()?.checked_add_signed(limit.pause)?;
        let reached = u32::try_from(self.losses()).unwrap_or(u32::MAX) >= limit.losses;
        (reached && now < until).then_some(until)
    }

    /// A limit was released by name: what came until then is counted no more.
    pub(super) fn released(&mut self, at: DateTime<Utc>, limit: LimitName) {
        match limit {
            LimitName::LosingStreak => self.losses_forgiven = Some(at),
            LimitName::UnfilledEntries => self.unfilled_forgiven = Some(at),
            _ => {}
        }
    }
}

fn keep(times: &mut VecDeque<DateTime<Utc>>, at: DateTime<Utc>) {
    if times.len() == KEPT_MAX {
        times.pop_front();
    }
    times.push_back(at);
}
