//! Condition `signal`: a direction with enough confidence.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Confidence;
use crate::signal::Direction;

/// A signal of this direction, at least this sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignalCondition {
    /// The direction that it waits for.
    pub signal: Direction,
    /// The least confidence, 0 to 1.
    pub min_confidence: Confidence,
    /// The oldest signal that this rule takes, in seconds of market time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_s: Option<u32>,
    /// The only source that it listens to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl SignalCondition {
    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let signal = view.signal.ok_or(Miss::NoSignal)?;
        if signal.direction != self.signal {
            return Err(Miss::Direction(self.signal));
        }
        if self.source.as_ref().is_some_and(|source| *source != signal.source) {
            return Err(Miss::Source);
        }
        let (confidence, needed) = (signal.confidence, self.min_confidence);
        if confidence < needed {
            return Err(Miss::Confidence { confidence, needed });
        }
        let age = view.now.market - signal.at;
        match self.max_age_s.map(|seconds| TimeDelta::seconds(seconds.into())) {
            Some(max) if age > max => Err(Miss::SignalAge { age, max }),
            _ => Ok(Seen::Confidence { confidence, needed }),
        }
    }
}
