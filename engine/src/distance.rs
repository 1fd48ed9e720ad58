//! How far a stop or a target lies from its entry.
//!
//! A share of the price and a number of points follow the average fill; a price that was
//! named stays where it is.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{BadPrice, Fraction, Price, Rounding, TickBands};
use crate::order::Side;

/// A distance from the entry, on the side that its use tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distance {
    /// A part of the entry's price.
    Percent(Fraction),
    /// So much of the price's currency; ATR multiples come to this.
    Points(Decimal),
    /// This price, whatever the entry was.
    At(Price),
}

impl Distance {
    /// The price at this distance below an entry at `from`; not yet on a tick.
    #[must_use]
    pub fn below(self, from: Price) -> Decimal {
        match self {
            Distance::Percent(part) => from.lowered(part),
            Distance::Points(points) => from.value() - points,
            Distance::At(price) => price.value(),
        }
    }

    /// The price at this distance above an entry at `from`; not yet on a tick.
    #[must_use]
    pub fn above(self, from: Price) -> Decimal {
        match self {
            Distance::Percent(part) => from.raised(part),
            Distance::Points(points) => from.value() + points,
            Distance::At(price) => price.value(),
        }
    }

    /// The stop of a position of `side` from `from`, rounded away from the position.
    ///
    /// # Errors
    /// No price on the grid, or one on the wrong side of the entry.
    pub fn stop(self, side: Side, from: Price, ticks: &TickBands) -> Result<Price, BadPrice> {
        let stop = match side {
            Side::Long => Price::on_tick(self.below(from), ticks, Rounding::Down)?,
            Side::Short => Price::on_tick(self.above(from), ticks, Rounding::Up)?,
        };
        self.on_its_side(stop, from, side == Side::Long)
    }

    /// The target of a position of `side` from `from`, rounded to the better side.
    ///
    /// # Errors
    /// No price on the grid, or one on the wrong side of the entry.
    pub fn target(self, side: Side, from: Price, ticks: &TickBands) -> Result<Price, BadPrice> {
        let target = match side {
            Side::Long => Price::on_tick(self.above(from), ticks, Rounding::Up)?,
            Side::Short => Price::on_tick(self.below(from), ticks, Rounding::Down)?,
        };
        self.on_its_side(target, from, side == Side::Short)
    }

    /// The same distance after a corporate action gave `ratio` new shares for an old one.
    #[must_use]
    pub fn split(self, ratio: Decimal) -> Distance {
        match self {
            Distance::Percent(part) => Distance::Percent(part),
            Distance::Points(points) => Distance::Points(points.checked_div(ratio).unwrap_or(points)),
            Distance::At(price) => {
                let split = price.value().checked_div(ratio).and_then(|value| Price::new(value).ok());
                Distance::At(split.unwrap_or(price))
            }
        }
    }

    fn on_its_side(self, price: Price, from: Price, below: bool) -> Result<Price, BadPrice> {
        let right = if below { price < from } else { price > from };
        if right { Ok(price) } else { Err(BadPrice::WrongSide { price, entry: from }) }
    }
}
