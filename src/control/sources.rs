//! What is told of the sources of signals: how each does, and how what it said ended.

use std::fmt;

use actors::signal::shown::{Counts, SourceView};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::shown::local;

/// One source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// `answering`, `failing`, `silent`, or `not heard yet`.
    pub state: String,
    /// Since when it fails or is silent, in market time.
    pub since: Option<DateTime<FixedOffset>>,
    /// Why it fails.
    pub why: Option<String>,
    /// When it said something new last, in market time.
    pub last: Option<DateTime<FixedOffset>>,
    /// How what it said ended, since the program began.
    pub signals: Ends,
    /// Messages of whoever is not known.
    pub refused: u64,
}

/// How many signals ended in which way, each in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
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
    /// With a ticker that has not answered yet.
    pub waiting: u64,
}

impl Source {
    pub(super) fn of(own: &SourceView, zone: Tz) -> Source {
        let (state, since, why) = match (&own.failing, own.silent) {
            (Some((since, why)), _) => ("failing", Some(*since), Some(why.clone())),
            (None, Some(since)) => ("silent", Some(since), None),
            (None, None) if own.heard => ("answering", None, None),
            (None, None) => ("not heard yet", None, None),
        };
        Source {
            state: state.to_owned(),
            since: since.map(|at| local(at, zone)),
            why,
            last: own.last.map(|at| local(at, zone)),
            signals: Ends::of(&own.counts),
            refused: own.refused,
        }
    }
}

impl Ends {
    pub(super) fn of(counts: &Counts) -> Ends {
        let Counts { taken, declined, duplicate, stale, malformed, waiting } = *counts;
        Ends { taken, declined, duplicate, stale, malformed, waiting }
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} taken, {} declined", self.taken, self.declined)?;
        let more = [("duplicate", self.duplicate), ("stale", self.stale), ("malformed", self.malformed)];
        more.iter()
            .filter(|(_, number)| *number > 0)
            .try_for_each(|(name, number)| write!(f, ", {number} {name}"))
    }
}
