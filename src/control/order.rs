//! An order of a person, as it comes over the wire, and its answers.

use std::collections::BTreeSet;

use actors::operator::{Operator, Unanswered};
use engine::account::{GroupName, LimitName, Releasable};
use engine::{Act, Command, TickerKey};
use futures::future::join_all;
use serde::{Deserialize, Serialize};

use super::file::Role;

/// Characters of an id.
const ID_MAX: usize = 64;
/// Characters of a name.
const NAME_MAX: usize = 32;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Its id: to a ticker the same one twice is one order. One to 64 letters, digits and `-`.
    pub id: String,
    /// Who orders it: one to 32 letters, digits and signs.
    pub by: String,
    /// What.
    pub act: Act,
    /// Tickers; to be released, limits and groups by their names as well. None: every ticker.
    #[serde(default)]
    pub targets: Vec<String>,
}

/// What became of it, target by target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The ticker, the limit or the group.
    pub target: String,
    /// False where it was not followed.
    pub followed: bool,
    /// The state then, or why not.
    pub words: String,
}

/// Why an order is none.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Its id.
    #[error("`id` has to be 1 to {ID_MAX} letters, digits and `-`")]
    Id,
    /// Its name.
    #[error("`by` has to be 1 to {NAME_MAX} letters, digits and signs")]
    By,
    /// To close or release everything has to be meant name by name.
    #[error("{0} what? name tickers{how}", how = if *.0 == Act::Release { ", or limits or groups that have tripped" } else { "" })]
    Unnamed(Act),
    /// One of its targets.
    #[error("`{0}` is no ticker{how}", how = if *.1 == Act::Release { ", no limit and no group" } else { "" })]
    Target(String, Act),
}

enum Target {
    Ticker(TickerKey),
    Tripped(Releasable),
}

impl Order {
    /// Hands it to whom it is for; nobody is told where a part of it is wrong.
    ///
    /// # Errors
    /// It is none.
    pub(super) async fn follow(self, operator: &Operator) -> Result<Vec<Answer>, Fault> {
        self.check()?;
        let (there, groups) = (operator.tickers(), operator.groups());
        let named = self
            .targets
            .iter()
            .map(|name| self.target(name, &there, &groups))
            .collect::<Result<Vec<_>, _>>()?;
        let targets = if named.is_empty() { there.into_iter().map(Target::Ticker).collect() } else { named };
        Ok(join_all(targets.into_iter().map(|target| self.tell(operator, target))).await)
    }

    async fn tell(&self, operator: &Operator, target: Target) -> Answer {
        let (target, told) = match target {
            Target::Ticker(ticker) => {
                let command = Command { id: self.id.clone(), by: self.by.clone(), act: self.act.clone() };
                (ticker.to_string(), operator.order(&ticker, command).await)
            }
            Target::Tripped(what) => {
                let name = match &what {
                    Releasable::Limit(limit) => limit.to_string(),
                    Releasable::Group(group) => group.to_string(),
                };
                (name, operator.release(what, self.by.clone(), self.id.clone()).await)
            }
        };
        let followed = matches!(told, Ok(_) | Err(Unanswered::Waits));
        Answer { target, followed, words: told.unwrap_or_else(|why| why.to_string()) }
    }

    /// Who may order it: what halted for a reason is released by an admin.
    pub(super) fn needs(&self) -> Role {
        match self.act {
            Act::Release => Role::Admin,
            Act::Open(_)
            | Act::Adopt(_)
            | Act::Pause
            | Act::Resume
            | Act::Close
            | Act::Flatten
            | Act::Halt
            | Act::Reconcile => Role::Trade,
        }
    }

    fn check(&self) -> Result<(), Fault> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if !(1..=ID_MAX).contains(&self.id.len()) || !self.id.chars().all(plain) {
            return Err(Fault::Id);
        }
        check_name(&self.by)?;
        match self.act {
            Act::Close | Act::Release | Act::Open(_) | Act::Adopt(_) if self.targets.is_empty() => {
                Err(Fault::Unnamed(self.act.clone()))
            }
            _ => Ok(()),
        }
    }

    fn target(&self, name: &str, there: &[TickerKey], groups: &BTreeSet<GroupName>) -> Result<Target, Fault> {
        if let Some(ticker) = there.iter().find(|ticker| ticker.as_str() == name.to_ascii_uppercase()) {
            return Ok(Target::Ticker(ticker.clone()));
        }
        let limit = limit_named(name).map(Releasable::Limit);
        let group = || groups.iter().find(|group| group.as_str() == name).cloned().map(Releasable::Group);
        limit
            .or_else(group)
            .filter(|_| self.act == Act::Release)
            .map(Target::Tripped)
            .ok_or_else(|| Fault::Target(name.to_owned(), self.act.clone()))
    }
}

/// The limit that a release calls by this name.
#[must_use]
pub fn limit_named(name: &str) -> Option<LimitName> {
    serde_json::from_value(name.replace('-', "_").to_ascii_lowercase().into()).ok()
}

/// Names whoever orders something, in the journal and in logs.
///
/// # Errors
/// It is empty, too long, or has characters that nobody sees.
pub(super) fn check_name(by: &str) -> Result<(), Fault> {
    let visible = |letter: char| letter.is_alphanumeric() || letter.is_ascii_punctuation();
    let fits = (1..=NAME_MAX).contains(&by.chars().count()) && by.chars().all(visible);
    if fits { Ok(()) } else { Err(Fault::By) }
}
