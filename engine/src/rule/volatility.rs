//! Condition `atr`: how much the market moves, against its price.

use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Fraction;

/// Bounds of the average true range, as a fraction of the price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Volatility {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_pct: Option<Fraction>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pct: Option<Fraction>,
}

impl Volatility {
    pub(super) fn holds(&self, view: &View<'_>) -> bool {
        let (Some(atr), Some(price)) = (view.atr, view.price()) else { return false };
        let points = |part: Fraction| part.value().checked_mul(price.value());
        let lively = self.min_pct.is_none_or(|least| points(least).is_some_and(|least| atr >= least));
        lively && self.max_pct.is_none_or(|most| points(most).is_some_and(|most| atr <= most))
    }

    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let atr = view.atr.ok_or(Miss::NoAtr)?;
        let price = view.price().ok_or(Miss::NoPrice)?;
        let volatility = atr.checked_div(price.value()).ok_or(Miss::NoPrice)?.round_dp(6);
        if self.holds(view) {
            Ok(Seen::Volatility { volatility })
        } else {
            Err(Miss::Volatility { volatility })
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.min_pct.is_none() && self.max_pct.is_none()
    }
}
