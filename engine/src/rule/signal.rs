//! Condition `signal`: a direction with enough confidence.

use serde::{Deserialize, Serialize};

use crate::money::Confidence;
use crate::reason::{Because, Decline};
use crate::signal::{Direction, Signal};

/// A signal of this direction, at least this sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalCondition {
    /// The direction that it waits for.
    pub signal: Direction,
    /// The least confidence, 0 to 1.
    pub min_confidence: Confidence,
}

impl SignalCondition {
    /// Whether `signal` fires `rule`.
    ///
    /// # Errors
    /// The confidence that was missing. The direction is the caller's to compare.
    pub fn holds(&self, rule: &str, signal: &Signal) -> Result<Because, Decline> {
        let (rule, confidence, needed) = (rule.to_owned(), signal.confidence, self.min_confidence);
        if confidence >= needed {
            Ok(Because::Rule { rule, confidence, needed })
        } else {
            Err(Decline::LowConfidence { confidence, needed, rule })
        }
    }
}
