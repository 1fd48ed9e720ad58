//! What a prediction source says: a direction, how sure it is, and when it said so.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::money::{Confidence, Price};

/// What the source would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "UPPERCASE")]
pub enum Direction {
    /// Be long.
    Buy,
    /// Be no longer long.
    Sell,
    /// Be short.
    Short,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Direction::Buy => "BUY",
            Direction::Sell => "SELL",
            Direction::Short => "SHORT",
        })
    }
}

/// A signal for one ticker, checked and stamped at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The source's own id; else made from symbol, direction and timestamp. De-duplicates.
    pub id: String,
    /// What the source would do.
    pub direction: Direction,
    /// How sure it is.
    pub confidence: Confidence,
    /// When it said so, in market time.
    pub at: DateTime<Utc>,
    /// Who said it; empty where there is one source only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Where it would put the stop, if it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Price>,
    /// Where it would put the target, if it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Price>,
}

impl Signal {
    /// A signal that names neither source nor prices.
    #[must_use]
    pub fn new(id: String, direction: Direction, confidence: Confidence, at: DateTime<Utc>) -> Signal {
        Signal { id, direction, confidence, at, source: String::new(), stop: None, target: None }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.direction, self.confidence)
    }
}
