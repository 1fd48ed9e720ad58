//! The grid that prices live on: a market rule's bands, and rounding to them.
//!
//! The tick is that of the price's *own* band, not the smallest one of the contract
//! (`minTick`): an order off its band's grid is refused by the broker with error 110.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{BadNumber, Price};

/// From `low_edge` upwards prices move in steps of `increment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickBand {
    /// The lowest price of the band, in the instrument's currency.
    pub low_edge: Decimal,
    /// The step within the band; above zero.
    pub increment: Decimal,
}

/// A market rule: bands in rising order, the first from zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickBands(Vec<TickBand>);

/// Which way a price may give when it is put on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rounding {
    /// To the next tick at or below.
    Down,
    /// To the next tick at or above.
    Up,
}

/// Why a price cannot be put on the grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrice {
    /// The market rule is unknown, so no price can be right.
    #[error("the tick size is unknown")]
    NoBands,
    /// No tick is left on that side.
    #[error("no tick at or {side} {value}")]
    OffGrid {
        /// The price that was asked for.
        value: Decimal,
        /// `below` or `above`.
        side: &'static str,
    },
    /// A stop or a target that lies on the other side of its entry.
    #[error("{price} lies on the wrong side of the entry at {entry}")]
    WrongSide {
        /// The stop or the target.
        price: Price,
        /// The entry.
        entry: Price,
    },
    /// The value is no price at all.
    #[error(transparent)]
    Number(#[from] BadNumber),
}

impl TickBands {
    /// Bands from a market rule, in any order; increments at or below zero are dropped.
    #[must_use]
    pub fn new(bands: impl IntoIterator<Item = TickBand>) -> TickBands {
        let mut bands: Vec<TickBand> =
            bands.into_iter().filter(|band| band.increment > Decimal::ZERO).collect();
        bands.sort_by_key(|band| band.low_edge);
        TickBands(bands)
    }

    /// One step for every price.
    #[must_use]
    pub fn uniform(increment: Decimal) -> TickBands {
        TickBands::new([TickBand { low_edge: Decimal::ZERO, increment }])
    }

    /// The step at `value`: that of the last band whose low edge is at or below it.
    #[must_use]
    pub fn increment(&self, value: Decimal) -> Option<Decimal> {
        let own = self.0.iter().rev().find(|band| band.low_edge <= value);
        own.or(self.0.first()).map(|band| band.increment)
    }
}

impl Price {
    /// A price on the tick of its own band.
    ///
    /// # Errors
    /// [`BadPrice`] when the grid is unknown or has no tick above zero on that side.
    pub fn on_tick(value: Decimal, bands: &TickBands, toward: Rounding) -> Result<Price, BadPrice> {
        let step = bands.increment(value).ok_or(BadPrice::NoBands)?;
        let ticks = value / step;
        let whole = match toward {
            Rounding::Down => ticks.floor(),
            Rounding::Up => ticks.ceil(),
        };
        let rounded = whole * step;
        if rounded <= Decimal::ZERO {
            return Err(BadPrice::OffGrid { value, side: toward.side() });
        }
        Ok(Price::new(rounded)?)
    }
}

impl Rounding {
    fn side(self) -> &'static str {
        match self {
            Rounding::Down => "below",
            Rounding::Up => "above",
        }
    }
}

impl fmt::Display for TickBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.increment, self.low_edge)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use rust_decimal::Decimal;

    use super::{Price, Rounding, TickBand, TickBands};

    fn rule_26() -> TickBands {
        TickBands::new([
            TickBand { low_edge: Decimal::ONE, increment: Decimal::new(1, 2) },
            TickBand { low_edge: Decimal::ZERO, increment: Decimal::new(1, 4) },
        ])
    }

    #[test]
    fn a_price_below_one_has_the_finer_tick() {
        let price = |text: &str, toward| {
            Price::on_tick(text.parse().unwrap(), &rule_26(), toward).map(|price| price.to_string())
        };
        assert_eq!(price("0.99996", Rounding::Up).unwrap(), "1.00");
        assert_eq!(price("0.99996", Rounding::Down).unwrap(), "0.9999");
        assert_eq!(price("97.0049", Rounding::Down).unwrap(), "97.00");
        assert_eq!(price("97.0049", Rounding::Up).unwrap(), "97.01");
        assert!(price("0.00001", Rounding::Down).is_err());
    }

    proptest! {
        #[test]
        fn no_price_leaves_the_grid_unrounded(units in 1_u32..500_000_000, places in 0_u32..7) {
            let value = Decimal::new(i64::from(units), places);
            for toward in [Rounding::Down, Rounding::Up] {
                let Ok(price) = Price::on_tick(value, &rule_26(), toward) else { continue };
                let step = rule_26().increment(price.value()).unwrap();
                prop_assert_eq!(price.value() % step, Decimal::ZERO, "{} of {}", price, value);
                prop_assert!((price.value() - value).abs() < Decimal::new(1, 2));
            }
        }
    }
}
