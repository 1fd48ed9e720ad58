//! One trading day in sums: by ticker, by rule, by reason, and what went wrong.
//!
//! A record counts on the day on which it was written, so that a day's sums are those of its records and a correction
//! that comes later counts where it came.

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::exact::{longer, plus};
use super::incident::Incident;
use crate::instrument::TickerKey;
use crate::money::{Money, Quantity};

/// Incidents of a day that are kept, the newest; all are counted.
pub const INCIDENTS_MAX: usize = 100;
/// Rules and reasons that are counted by name; the others are counted together.
const NAMES_MAX: usize = 200;
/// What those are counted under.
const OTHERS: &str = "others";

/// One day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Records of it.
    pub records: u64,
    /// What each ticker did.
    pub tickers: BTreeMap<TickerKey, Sums>,
    /// What each rule's lots came to.
    pub rules: BTreeMap<String, Sums>,
    /// Signals that led to an order.
    pub taken: u64,
    /// Why the others did not, and how often.
    pub declined: BTreeMap<String, u64>,
    /// What the risk book refused, by limit.
    pub refused: BTreeMap<String, u64>,
    /// What a person should know of, oldest first, at most [`INCIDENTS_MAX`].
    pub incidents: VecDeque<Incident>,
    /// How many there were of all kinds.
    pub incidents_all: u64,
}

/// Counts and sums; money in base currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Trades that held shares and ended; of a rule: its lots.
    pub ended: u64,
    /// Those that gained after the commissions known then; of a rule's lots, before them.
    pub won: u64,
    /// Entries that ended without a fill.
    pub unfilled: u64,
    /// Gains less losses of closed lots, before commissions.
    pub realized: Money,
    /// Commissions told.
    pub commission: Money,
    /// Executions.
    pub fills: u64,
    /// Executions whose commission was told.
    pub commissioned: u64,
    /// Shares bought and sold.
    pub shares: Quantity,
    /// What entries cost more than at the quote that they were decided at; below zero: less.
    pub slippage: Money,
    /// What stops brought less than at their own price.
    pub stop_slippage: Money,
    /// How long shares were without a working stop.
    pub unprotected: Unprotected,
}

/// Spans in which shares were held without a working stop, in process time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unprotected {
    /// How many.
    pub times: u64,
    /// All together.
    #[serde(with = "crate::reason::span")]
    pub sum: TimeDelta,
    /// The longest.
    #[serde(with = "crate::reason::span")]
    pub max: TimeDelta,
    /// Lots that were gone before they were protected; their time is not known.
    pub never: u64,
}

impl Unprotected {
    /// One more, in whole milliseconds: the journal keeps no finer ones, and what is told live must be what is read again.
    pub(super) fn add(&mut self, span: TimeDelta) {
        let span = TimeDelta::try_milliseconds(span.num_milliseconds()).unwrap_or(span);
        self.times += 1;
        self.sum = longer(self.sum, span);
        self.max = self.max.max(span);
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Unprotected) -> Unprotected {
        Unprotected {
            times: self.times + other.times,
            sum: longer(self.sum, other.sum),
            max: self.max.max(other.max),
            never: self.never + other.never,
        }
    }
}

impl Sums {
    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Sums) -> Sums {
        Sums {
            ended: self.ended + other.ended,
            won: self.won + other.won,
            unfilled: self.unfilled + other.unfilled,
            realized: plus(self.realized, other.realized),
            commission: plus(self.commission, other.commission),
            fills: self.fills + other.fills,
            commissioned: self.commissioned + other.commissioned,
            shares: added(self.shares, other.shares),
            slippage: plus(self.slippage, other.slippage),
            stop_slippage: plus(self.stop_slippage, other.stop_slippage),
            unprotected: self.unprotected.and(other.unprotected),
        }
    }

    /// The cost of an execution became known.
    pub(super) fn charge(&mut self, amount: Money) {
        self.commission = plus(self.commission, amount);
        self.commissioned += 1;
    }

    /// What is left after commissions.
    #[must_use]
    pub fn net(&self) -> Money {
        plus(self.realized, -self.commission)
    }
}

/// The sum; the first alone where it is beyond what a quantity can be.
pub(super) fn added(one: Quantity, other: Quantity) -> Quantity {
    Quantity::new(super::exact::sum(one.value(), other.value())).unwrap_or(one)
}

impl Day {
    /// All tickers together.
    #[must_use]
    pub fn all(&self) -> Sums {
        self.tickers.values().fold(Sums::default(), |sum, own| sum.and(own))
    }

    pub(super) fn of_ticker(&mut self, ticker: &TickerKey) -> &mut Sums {
        self.tickers.entry(ticker.clone()).or_default()
    }

    pub(super) fn of_rule(&mut self, rule: &str) -> &mut Sums {
        slot(&mut self.rules, rule)
    }

    pub(super) fn decline(&mut self, why: &str) {
        *slot(&mut self.declined, why) += 1;
    }

    pub(super) fn refuse(&mut self, limit: &str) {
        *slot(&mut self.refused, limit) += 1;
    }

    /// One that is of the same kind and moment as the last is the same one, of one more ticker.
    pub(super) fn note(&mut self, incident: Incident) {
        if let Some(last) = self.incidents.back_mut()
            && last.is_same(&incident)
        {
            last.also(incident.tickers);
            return;
        }
        self.incidents_all += 1;
        if self.incidents.len() == INCIDENTS_MAX {
            self.incidents.pop_front();
        }
        self.incidents.push_back(incident);
    }
}

/// What is counted under a name; what comes after too many names is counted together.
fn slot<'a, T: Default>(counts: &'a mut BTreeMap<String, T>, name: &str) -> &'a mut T {
    let name = if counts.contains_key(name) || counts.len() < NAMES_MAX { name } else { OTHERS };
    counts.entry(name.to_owned()).or_default()
}
