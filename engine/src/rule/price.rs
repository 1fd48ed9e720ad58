//! Condition `price`: at or above one price, at or below another.

use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use crate::money::Price;

/// Bounds of the price: what closing would get, when flat the last trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceCondition {
    /// The least price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Price>,
    /// The highest price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Price>,
}

impl PriceCondition {
    pub(super) fn holds(&self, view: &View<'_>) -> bool {
        let within = |price| {
            self.at_least.is_none_or(|least| price >= least) && self.at_most.is_none_or(|most| price <= most)
        };
        !self.is_empty() && view.price().is_some_and(within)
    }

    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let price = view.price().ok_or(Miss::NoPrice)?;
        match (self.at_least, self.at_most) {
            (Some(least), _) if price < least => Err(Miss::NotAbove { price, least }),
            (_, Some(most)) if price > most => Err(Miss::NotBelow { price, most }),
            (Some(least), _) => Ok(Seen::Above { price, least }),
            (None, Some(most)) => Ok(Seen::Below { price, most }),
            // Refused at the check: a condition without bounds says nothing.
            (None, None) => Err(Miss::NoPrice),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at_least.is_none() && self.at_most.is_none()
    }
}
