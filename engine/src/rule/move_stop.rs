//! Action `move_stop`: the stop is tightened. It never loosens.

use serde::{Deserialize, Serialize};

use crate::money::{Fraction, Price};

/// Where the stop goes; exactly one of the three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveStop {
    /// To each lot's average entry, commissions included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub break_even: bool,
    /// To this price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_price: Option<Price>,
    /// So far behind the best price since the entry, as a fraction of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail_pct: Option<Fraction>,
}

impl MoveStop {
    /// What makes the action one that cannot be carried out, if anything does.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let said = [self.break_even, self.to_price.is_some(), self.trail_pct.is_some()];
        let one = said.iter().filter(|said| **said).count() == 1;
        (!one).then_some("move_stop needs exactly one of break_even, to_price and trail_pct")
    }
}
