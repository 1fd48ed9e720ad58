//! Groups of tickers: their names, and what became of their limits.
//!
//! A group's daily loss trips for its own tickers only. Tripped stays tripped, over restarts and days and over a
//! config that has lost the group, until it is released by name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::book::Book;
use super::exact::total;
use super::{AccountView, GroupLimits, LimitName, ResultUnknown, Trip};
use crate::instrument::TickerKey;
use crate::money::Money;
use crate::record::AccountFact;
use crate::time::Now;

/// Characters of a name.
const NAME_MAX: usize = 24;
/// Orders of persons that are remembered.
const ORDERS_MAX: usize = 64;

/// A group's name: one to 24 letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

/// A name that no group can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a group's name is one to {NAME_MAX} of A-Z, a-z, 0-9, `_` and `-`, got `{0}`")]
pub struct BadGroupName(String);

impl GroupName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GroupName {
    type Err = BadGroupName;
    fn from_str(text: &str) -> Result<GroupName, BadGroupName> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let fits = (1..=NAME_MAX).contains(&text.len()) && text.bytes().all(known);
        if fits { Ok(GroupName(text.to_owned())) } else { Err(BadGroupName(text.to_owned())) }
    }
}

impl TryFrom<String> for GroupName {
    type Error = BadGroupName;
    fn try_from(text: String) -> Result<GroupName, BadGroupName> {
        text.parse()
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> String {
        name.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What became of the limits of all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Groups {
    standings: BTreeMap<GroupName, Standing>,
    /// Orders to release that were followed, newest last, so that one that is repeated does nothing.
    orders: VecDeque<(String, GroupName)>,
}

/// What became of one group's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    tripped: Option<Trip>,
    /// True for one that tripped within the open day.
    tripped_today: bool,
    /// The loss of this day at which it was released: it counts anew from there.
    released_at: Money,
    refusals: BTreeMap<LimitName, u32>,
}

impl Groups {
    /// What holds this group back; none while it may open.
    pub(super) fn tripped(&self, group: &GroupName) -> Option<&Trip> {
        self.standings.get(group)?.tripped.as_ref()
    }

    /// Those that hold their tickers back.
    pub(super) fn all_tripped(&self) -> impl Iterator<Item = &GroupName> {
        self.standings.iter().filter(|(_, own)| own.tripped.is_some()).map(|(name, _)| name)
    }

    /// The result of the day, below zero, at which a limit of `max` bites.
    pub(super) fn bound(&self, group: &GroupName, max: Money) -> Option<Money> {
        let from = self.standings.get(group).map_or(Money::ZERO, |own| own.released_at);
        total([Some(from), Some(-max)])
    }

    /// How often a limit of this group refused today.
    pub(super) fn refused(&self, group: &GroupName, limit: LimitName) -> u32 {
        self.standings.get(group).and_then(|own| own.refusals.get(&limit)).copied().unwrap_or(0)
    }

    /// True for an order to release this group that was followed before.
    pub(super) fn has_released(&self, group: &GroupName, id: &str) -> bool {
        self.orders.iter().any(|(known, released)| known == id && released == group)
    }

    /// A limit of this group refused a request.
    pub(super) fn refuse(&mut self, group: &GroupName, limit: LimitName) {
        let count = self.standings.entry(group.clone()).or_default().refusals.entry(limit).or_default();
        *count = count.saturating_add(1);
    }

    /// The group's loss reached its limit.
    pub(super) fn trip(&mut self, group: &GroupName, trip: &Trip) {
        let own = self.standings.entry(group.clone()).or_default();
        (own.tripped, own.tripped_today) = (Some(trip.clone()), true);
    }

    /// A person released it.
    pub(super) fn release(&mut self, group: &GroupName, id: &str) {
        if self.orders.len() == ORDERS_MAX {
            self.orders.pop_front();
        }
        self.orders.push_back((id.to_owned(), group.clone()));
        let own = self.standings.entry(group.clone()).or_default();
        if let (Some(Trip::Loss { loss, .. }), true) = (own.tripped.take(), own.tripped_today) {
            own.released_at = loss;
        }
    }

    /// A day begins: what tripped stays tripped.
    pub(super) fn open_day(&mut self) {
        for own in self.standings.values_mut() {
            own.tripped_today = false;
            own.released_at = Money::ZERO;
            own.refusals.clear();
        }
    }
}

impl Book {
    /// Releases a group whose loss has tripped; the day's loss is counted anew from where it stands.
    /// The fact is applied already; it belongs into the journal. None if there is nothing to release.
    pub fn release_group(&mut self, now: Now, group: &GroupName, by: &str, id: &str) -> Option<AccountFact> {
        self.groups.tripped(group)?;
        let (group, by, id) = (group.clone(), by.to_owned(), id.to_owned());
        let fact = AccountFact::GroupReleased { group, by, id };
        self.apply_account(now, &fact);
        Some(fact)
    }

    /// True for an order to release this group that was followed before.
    #[must_use]
    pub fn has_released_group(&self, group: &GroupName, id: &str) -> bool {
        self.groups.has_released(group, id)
    }

    /// Groups that a person may name: those in force, and those that have tripped before they left the config.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<GroupName> {
        self.limits().groups.keys().chain(self.groups.all_tripped()).cloned().collect()
    }

    /// What holds the tickers of a group back; none while they may open.
    #[must_use]
    pub fn group_tripped(&self, group: &GroupName) -> Option<&Trip> {
        self.groups.tripped(group)
    }

    /// One at a time; the next look finds the next.
    pub(super) fn new_group_trip(&self, view: &AccountView) -> Option<AccountFact> {
        let mut waiting = self.limits().groups.iter().filter(|(name, _)| self.groups.tripped(name).is_none());
        waiting.find_map(|(name, own)| {
            let trip = self.group_loss(view, name, own)?;
            Some(AccountFact::GroupTripped { group: name.clone(), trip })
        })
    }

    /// What trips a group's limit now, released or not.
    pub(super) fn group_loss(&self, view: &AccountView, name: &GroupName, own: &GroupLimits) -> Option<Trip> {
        let max = own.daily_loss_max?;
        let loss = match self.result_among(view, |ticker| own.tickers.contains(ticker)) {
            Ok(result) => result.total,
            Err(ResultUnknown { ticker }) => return Some(Trip::Unknown { ticker }),
        };
        (Some(loss) <= self.groups.bound(name, max)).then_some(Trip::Loss { loss, max })
    }

    pub(super) fn open_among(&self, tickers: &BTreeSet<TickerKey>) -> usize {
        self.holdings().filter(|(ticker, own)| tickers.contains(ticker) && own.is_open()).count()
    }
}
