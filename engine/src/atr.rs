//! Wilder's average true range over a ticker's bars.
//!
//! The first value is the plain average of the first `period` true ranges; each further bar
//! moves it by one `period`th of the difference. The first bar has no close before it, so
//! its true range is its own height.

use rust_decimal::Decimal;

use crate::money::Price;

/// One bar of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The highest price in it.
    pub high: Price,
    /// The lowest.
    pub low: Price,
    /// The last.
    pub close: Price,
}

/// An average that bars are pushed into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atr {
    period: u32,
    seen: u32,
    value: Decimal,
    close: Option<Price>,
}

impl Atr {
    /// An average over `period` bars, at least one.
    #[must_use]
    pub fn new(period: u32) -> Atr {
        Atr { period: period.max(1), seen: 0, value: Decimal::ZERO, close: None }
    }

    /// Takes in the next bar, which is over.
    pub fn push(&mut self, bar: Bar) {
        let range = true_range(bar, self.close);
        self.close = Some(bar.close);
        let period = Decimal::from(self.period);
        if self.seen < self.period {
            self.seen += 1;
            // A running sum until there are enough bars, then their average.
            self.value += range;
            if self.seen == self.period {
                self.value /= period;
            }
        } else {
            self.value += (range - self.value) / period;
        }
    }

    /// The average, once there were enough bars.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        (self.seen == self.period && self.value > Decimal::ZERO).then_some(self.value)
    }
}

/// The largest of: the bar's height, and its reach above and below the close before it.
fn true_range(bar: Bar, before: Option<Price>) -> Decimal {
    let height = bar.high.value() - bar.low.value();
    let Some(close) = before else { return height };
    let (above, below) = (bar.high.value() - close.value(), close.value() - bar.low.value());
    height.max(above).max(below)
}
