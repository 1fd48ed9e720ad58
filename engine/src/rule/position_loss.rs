//! Condition `position_loss`: the position has lost enough.

use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Fraction;

/// The loss under the first lot's average entry, at the price that closing would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PositionLoss {
    /// The loss, as a fraction of the entry.
    pub min_loss_pct: Fraction,
}

impl PositionLoss {
    pub(super) fn holds(&self, view: &View<'_>) -> bool {
        view.held.is_some_and(|held| held.has_lost(self.min_loss_pct.value()))
    }

    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let (loss, needed) = (-view.gain().ok_or(Miss::Flat)?, self.min_loss_pct.value());
        if self.holds(view) { Ok(Seen::Loss { loss, needed }) } else { Err(Miss::Loss { loss, needed }) }
    }
}
