//! What a person orders of a ticker.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Price;
use crate::reason::Decline;
use crate::rule::{CreatePosition, Opening};

/// An order of a person. The same one twice is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Its id, another one for each order that is meant.
    pub id: String,
    /// Who orders it.
    pub by: String,
    /// What.
    pub act: Act,
}

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Open nothing until told to go on. What is held is managed as ever.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Close what is held; open again when a signal says so.
    Close,
    /// Close what is held, and halt.
    Flatten,
    /// Open nothing until released.
    Halt,
    /// Trade again after a halt; compare with the broker again after a difference.
    Release,
    /// Compare with the broker.
    Reconcile,
    /// Open a position with its stop and target, as a rule would: sized, held to every limit, protected.
    Open(Box<CreatePosition>),
    /// Protect what somebody else holds in the contract as a trade of ours.
    Adopt(TakeOver),
}

/// How somebody else's position is protected from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeOver {
    /// The stop's price.
    pub stop: Price,
    /// The target's price; none: only the stop ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Price>,
}

/// Why an order of a person is not followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Objection {
    /// Its state is one in which it means nothing.
    #[error("it is {0}")]
    Mode(String),
    /// There is nothing to close.
    #[error("it is flat")]
    Flat,
    /// It is being closed already.
    #[error("it is being closed already")]
    Leaving,
    /// There is a trade; a rule adds to one.
    #[error("it has a trade open")]
    Holding,
    /// There is nothing to adopt.
    #[error("nobody else holds anything in its contract")]
    NobodyElses,
    /// What is to be opened contradicts itself.
    #[error("{0}")]
    Contradictory(String),
    /// It cannot be opened now.
    #[error("{0}")]
    Declined(Decline),
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Act::Open(entry) if entry.side == Opening::Buy => "buy",
            Act::Open(_) => "short",
            Act::Adopt(_) => "adopt",
            Act::Pause => "pause",
            Act::Resume => "resume",
            Act::Close => "close",
            Act::Flatten => "flatten",
            Act::Halt => "halt",
            Act::Release => "release",
            Act::Reconcile => "reconcile",
        })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.act, self.by)
    }
}
