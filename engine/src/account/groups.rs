//! Groups of tickers: their names, and how the book sees them.
//!
//! A group's daily loss trips for its own tickers only. Tripped stays tripped, over restarts and days and over a
//! config that has lost the group, until it is released by name.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::book::Book;
use super::standing::Standing;
use super::{AccountView, GroupLimits, Trip};
use crate::instrument::TickerKey;
use crate::record::AccountFact;

/// Characters of a name.
const NAME_MAX: usize = 24;

/// A group's name: one to 24 letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("pattern" = "^[A-Za-z0-9_-]{1,24}$")))]
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

impl Book {
    /// Groups that a person may name: those in force, and those that have tripped before they left the config.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<GroupName> {
        let tripped = self.groups.iter().filter(|(_, own)| own.tripped().is_some()).map(|(name, _)| name);
        self.limits().groups.keys().chain(tripped).cloned().collect()
    }

    /// What holds the tickers of a group back; none while they may open.
    #[must_use]
    pub fn group_tripped(&self, group: &GroupName) -> Option<&Trip> {
        self.groups.get(group)?.tripped()
    }

    /// One at a time; the next look finds the next.
    pub(super) fn new_group_trip(&self, view: &AccountView) -> Option<AccountFact> {
        let mut waiting = self.limits().groups.iter().filter(|(name, _)| self.group_tripped(name).is_none());
        waiting.find_map(|(name, own)| {
            let trip = self.group_loss(view, name, own)?;
            Some(AccountFact::GroupTripped { group: name.clone(), trip })
        })
    }

    /// What trips a group's limit now, released or not.
    pub(super) fn group_loss(&self, view: &AccountView, name: &GroupName, own: &GroupLimits) -> Option<Trip> {
        let result = self.result_among(view, |ticker| own.tickers.contains(ticker));
        self.standing(name).loss(result.map(|result| result.total), own.daily_loss_max?)
    }

    /// What became of a group today; nothing, where there is no word of it.
    pub(super) fn standing(&self, group: &GroupName) -> Standing {
        self.groups.get(group).cloned().unwrap_or_default()
    }

    pub(super) fn open_among(&self, tickers: &BTreeSet<TickerKey>) -> usize {
        self.holdings().filter(|(ticker, own)| tickers.contains(ticker) && own.is_open()).count()
    }
}
