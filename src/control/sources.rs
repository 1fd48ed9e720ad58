//! What is told of the sources of signals: how each does, and how what it said ended.

use actors::signal::shown::{Counts, SourceView};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::told::local;

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
    pub signals: Counts,
    /// Messages of whoever is not known.
    pub refused: u64,
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
            signals: own.counts,
            refused: own.refused,
        }
    }
}
