//! What a market is made of: where it starts, how fast it runs, its seed, and the symbols that walk at random.
//!
//! Read next: [`clock`](crate::market::clock).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use crate::market::own::Prices;

/// The speed at which a trading day takes about 20 seconds.
pub const SPEED_DEMO: f64 = 1170.0;

/// The most quotes of one symbol that a real second shows.
const QUOTES_PER_SECOND_MAX: f64 = 25.0;

/// A market: real daily prices from `start` on, replayed at `speed`.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketOptions {
    /// The first trading date; one that is not a trading date means the next that is.
    pub start: NaiveDate,
    /// Market seconds to a real second, above 0.
    pub speed: f64,
    /// Decides every path inside a day.
    pub seed: u64,
    /// Symbols without data, with their price in dollars at the open of the first day.
    pub walks: BTreeMap<String, Decimal>,
    /// Those of the walks that are quoted in pence: their prices, the walk's included, are hundredths of a pound.
    pub pence: BTreeSet<String>,
    /// Corporate actions, by date.
    pub actions: Vec<Action>,
    /// Days that close early, with the exchange's time of day.
    pub early_closes: BTreeMap<NaiveDate, NaiveTime>,
    /// Prices of the user's own, which replace or add to the shipped ones.
    pub prices: Vec<Prices>,
    /// Is there trading outside regular hours, from 04:00 to the open and for four hours after the close?
    pub is_extended: bool,
}

/// A split of a symbol, in force from the open of a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The date.
    pub date: NaiveDate,
    /// The symbol.
    pub symbol: String,
    /// What a share becomes: 4 in a four-for-one split, 0.1 in a one-for-ten reverse split.
    pub ratio: Decimal,
}

impl Default for MarketOptions {
    fn default() -> Self {
        MarketOptions {
            start: default_start(),
            speed: 1.0,
            seed: 7,
            walks: BTreeMap::new(),
            pence: BTreeSet::new(),
            actions: Vec::new(),
            early_closes: BTreeMap::new(),
            prices: Vec::new(),
            is_extended: false,
        }
    }
}

impl MarketOptions {
    /// The default market at the demo's speed.
    pub fn demo() -> Self {
        MarketOptions { speed: SPEED_DEMO, ..MarketOptions::default() }
    }

    /// Market seconds between two looks at the market, at least one: the order book matches and quotes appear at these.
    pub fn step_seconds(&self) -> u32 {
        let seconds = (self.speed / QUOTES_PER_SECOND_MAX).ceil();
        if seconds.is_finite() { seconds.clamp(1.0, 3600.0) as u32 } else { 1 }
    }
}

/// A day that nobody needs to wait for: on 2008-09-29 AAPL fell from 119.62 to 105.26.
fn default_start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2008, 9, 29).unwrap_or_default()
}
