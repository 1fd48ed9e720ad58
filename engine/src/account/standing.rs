//! What became of a daily loss and of the limits beside it: the account's, and each group's.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::exact::total;
use super::{GroupName, LimitName, ResultUnknown, Trip};
use crate::money::Money;

/// The standing of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    tripped: Option<Trip>,
    /// True for one that tripped within the open day.
    tripped_today: bool,
    /// The loss of this day at which it was released: it counts anew from there.
    released_at: Money,
    refusals: BTreeMap<LimitName, u32>,
}

/// What a person may release by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Releasable {
    /// A limit of the account.
    Limit(LimitName),
    /// A group of tickers.
    Group(GroupName),
}

impl fmt::Display for Releasable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Releasable::Limit(limit) => limit.fmt(f),
            Releasable::Group(group) => write!(f, "group {group}"),
        }
    }
}

impl Standing {
    /// What holds its tickers back; none while they may open.
    pub(super) fn tripped(&self) -> Option<&Trip> {
        self.tripped.as_ref()
    }

    /// The result of the day, below zero, at which a limit of `max` bites.
    pub(super) fn bound(&self, max: Money) -> Option<Money> {
        total([Some(self.released_at), Some(-max)])
    }

    /// What the day's result trips now, tripped before or not. One that cannot be told counts as a loss at its limit.
    pub(super) fn loss(&self, result: Result<Money, ResultUnknown>, max: Money) -> Option<Trip> {
        match result {
            Ok(loss) => (Some(loss) <= self.bound(max)).then_some(Trip::Loss { loss, max }),
            Err(ResultUnknown { ticker }) => Some(Trip::Unknown { ticker }),
        }
    }

    /// How often a limit refused today.
    pub(super) fn refused(&self, limit: LimitName) -> u32 {
        self.refusals.get(&limit).copied().unwrap_or(0)
    }

    /// A limit refused a request.
    pub(super) fn refuse(&mut self, limit: LimitName) {
        let count = self.refusals.entry(limit).or_default();
        *count = count.saturating_add(1);
    }

    /// The loss reached its limit.
    pub(super) fn trip(&mut self, trip: Trip) {
        (self.tripped, self.tripped_today) = (Some(trip), true);
    }

    /// A person released it.
    pub(super) fn release(&mut self) {
        if let (Some(Trip::Loss { loss, .. }), true) = (self.tripped.take(), self.tripped_today) {
            self.released_at = loss;
        }
    }

    /// A day begins: what tripped stays tripped.
    pub(super) fn open_day(&mut self) {
        (self.tripped_today, self.released_at) = (false, Money::ZERO);
        self.refusals.clear();
    }
}
