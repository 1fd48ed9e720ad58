//! The day's result, and what reaching its limit means.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::exact::total;
use crate::instrument::TickerKey;
use crate::money::Money;
use crate::time::{Now, Process};

/// The day's result so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayResult {
    /// Realised and unrealised, after commissions: known ones, and estimates of the others.
    pub total: Money,
    /// Tickers that hold something without a quote; they count at the last price known.
    pub unmarked: Vec<TickerKey>,
}

/// A result that is no real amount of money, or cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the day's result of {ticker} cannot be computed")]
pub struct ResultUnknown {
    /// Whose result.
    pub ticker: TickerKey,
}

/// Why nothing opens any more today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Trip {
    /// The day's loss reached its limit.
    #[error("the day's loss {loss} reached the limit {max}")]
    Loss {
        /// The day's result then, negative.
        loss: Money,
        /// The limit.
        max: Money,
    },
    /// The day's result cannot be computed.
    #[error("the day's result of {ticker} cannot be computed")]
    Unknown {
        /// Whose result.
        ticker: TickerKey,
    },
}

/// How long an order counts towards those of a second.
const SECOND: TimeDelta = TimeDelta::seconds(1);
/// How long a purchase is remembered; the broker tells of funds every few minutes at least.
const SPENT_AGE_MAX: TimeDelta = TimeDelta::hours(1);
/// Purchases remembered at most.
const SPENT_MAX: usize = 4_096;

/// How many orders went out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rate {
    second: VecDeque<(Process, u32)>,
    today: u32,
}

impl Rate {
    /// So many orders were admitted.
    pub(super) fn sent(&mut self, now: Now, orders: u32) {
        self.today = self.today.saturating_add(orders);
        self.second.retain(|(at, _)| is_within(*at, now.process));
        self.second.push_back((now.process, orders));
    }

    /// Orders within the last second.
    pub(super) fn of_second(&self, now: Now) -> u32 {
        let recent = self.second.iter().filter(|(at, _)| is_within(*at, now.process));
        recent.fold(0, |sum, (_, orders)| sum.saturating_add(*orders))
    }

    /// Orders of the open day.
    pub(super) fn of_day(&self) -> u32 {
        self.today
    }

    /// A day begins.
    pub(super) fn open_day(&mut self) {
        self.today = 0;
    }
}

/// A reading ahead of `now` is one of a process that has ended.
fn is_within(at: Process, now: Process) -> bool {
    at <= now && now.since(at) < SECOND
}

/// What was bought or sold short, until the broker tells of the funds that are left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spent(VecDeque<(DateTime<Utc>, Option<Money>)>);

impl Spent {
    /// Opening or enlarging a position took so much; none where it cannot be computed.
    pub(super) fn note(&mut self, at: DateTime<Utc>, bound: Option<Money>) {
        self.0.retain(|(before, _)| at - before < SPENT_AGE_MAX);
        if self.0.len() == SPENT_MAX {
            self.0.pop_front();
        }
        self.0.push_back((at, bound));
    }

    /// What was spent after `told`; none where it cannot be computed.
    pub(super) fn since(&self, told: DateTime<Utc>) -> Option<Money> {
        total(self.0.iter().filter(|(at, _)| *at > told).map(|(_, bound)| *bound))
    }
}
