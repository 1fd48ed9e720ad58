//! Condition `position_profit`: the position has gained enough, level by level.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Fraction;

/// The gain over the first lot's average entry, at the price that closing would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PositionProfit {
    /// The gain of the first level, as a fraction of the entry. For an add, level `k` needs
    /// `k` times it.
    pub min_profit_pct: Fraction,
}

impl PositionProfit {
    pub(super) fn holds(&self, view: &View<'_>) -> bool {
        view.held.is_some_and(|held| held.has_gained(self.needed(held.level)))
    }

    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let (Some(held), Some(profit)) = (view.held, view.gain()) else { return Err(Miss::Flat) };
        let needed = self.needed(held.level);
        if self.holds(view) {
            Ok(Seen::Profit { profit, needed })
        } else {
            Err(Miss::Profit { profit, needed })
        }
    }

    fn needed(&self, level: u32) -> Decimal {
        self.min_profit_pct.value() * Decimal::from(level)
    }
}
