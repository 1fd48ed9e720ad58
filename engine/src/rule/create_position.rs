//! Action `create_position`: one bracket, opened with its stop and its target.

use serde::{Deserialize, Serialize};

use crate::money::Fraction;
use crate::order::Side;
use crate::signal::Direction;

/// Which side to open, in the words of signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Opening {
    /// Go long.
    Buy,
    /// Go short.
    Short,
}

impl Opening {
    /// The signal's direction that opens it.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Opening::Buy => Direction::Buy,
            Opening::Short => Direction::Short,
        }
    }

    /// The position's side.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Opening::Buy => Side::Long,
            Opening::Short => Side::Short,
        }
    }
}

/// Opens a position. A number that is not given comes from the ticker, then from `[defaults]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreatePosition {
    /// Which side.
    pub side: Opening,
    /// Distance of the stop from the entry, as a fraction of its price.
    #[serde(default)]
    pub stop_loss_pct: Option<Fraction>,
    /// Distance of the target from the entry, as a fraction of its price.
    #[serde(default)]
    pub take_profit_pct: Option<Fraction>,
}
