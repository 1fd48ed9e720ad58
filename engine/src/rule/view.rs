//! What a condition sees: one moment of a ticker, put together once per input.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::instrument::Instrument;
use crate::money::Price;
use crate::order::Side;
use crate::signal::Signal;
use crate::time::Now;
use crate::view::Quote;

/// One moment of a ticker.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Both times.
    pub now: Now,
    /// The signal that is looked at, if it is one.
    pub signal: Option<&'a Signal>,
    /// What is held; none when flat.
    pub held: Option<Held>,
    /// The newest quote that may be traded on.
    pub quote: Option<&'a Quote>,
    /// The average true range, in points; none before its bars are there.
    pub atr: Option<Decimal>,
    /// What the broker says of the contract.
    pub instrument: Option<&'a Instrument>,
}

/// A position, as conditions measure it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which side.
    pub side: Side,
    /// The first lot's average entry.
    pub entry: Price,
    /// What closing would get: the bid for a long, the ask for a short.
    pub mark: Price,
    /// When the first lot was opened, in market time.
    pub since: DateTime<Utc>,
    /// The level that the next add is for, from 1.
    pub level: u32,
}

impl View<'_> {
    /// The gain over the first lot's entry, as a fraction of it, in six places; negative is a loss.
    #[must_use]
    pub fn gain(&self) -> Option<Decimal> {
        let held = self.held?;
        Some(held.moved().checked_div(held.entry.value())?.round_dp(6))
    }

    /// The price that conditions compare: what closing would get, or when flat the last
    /// trade, else the bid.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        let quote = || self.quote.and_then(|quote| quote.last.or(quote.bid));
        self.held.map(|held| held.mark).or_else(quote)
    }
}

impl Held {
    /// Points gained over the first lot's entry; negative is a loss.
    #[must_use]
    pub fn moved(&self) -> Decimal {
        match self.side {
            Side::Long => self.mark.value() - self.entry.value(),
            Side::Short => self.entry.value() - self.mark.value(),
        }
    }

    /// True where so much, as a fraction of the entry, was gained; without a division, for each quote asks.
    #[must_use]
    pub fn has_gained(&self, needed: Decimal) -> bool {
        needed.checked_mul(self.entry.value()).is_some_and(|points| self.moved() >= points)
    }

    /// True where so much was lost.
    #[must_use]
    pub fn has_lost(&self, needed: Decimal) -> bool {
        needed.checked_mul(self.entry.value()).is_some_and(|points| -self.moved() >= points)
    }
}
