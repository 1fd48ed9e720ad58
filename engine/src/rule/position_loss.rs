//! Condition `position_loss`: the position has lost enough.

use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Fraction;

/// The loss under the first lot's average entry, at the price that closing would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionLoss {
    /// The loss, as a fraction of the entry.
    pub min_loss_pct: Fraction,
}

impl PositionLoss {
    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let gain = view.gain().ok_or(Miss::Flat)?;
        let (loss, needed) = ((-gain).round_dp(6), self.min_loss_pct.value());
        if -gain >= needed { Ok(Seen::Loss { loss, needed }) } else { Err(Miss::Loss { loss, needed }) }
    }
}
