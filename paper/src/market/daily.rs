//! Days as they were: open, high, low, close and volume, from the shipped data or from a seeded walk.
//!
//! Prices are rounded to the tick and a high or low that the data puts inside the open or close is widened to hold
//! them; nothing else is mended. Splits are in the data as jumps.
//!
//! Read next: [`path`](crate::market::path).

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;
use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::market::calendar::Calendar;
use crate::market::price::{Pips, double, on_tick};
use crate::market::random::Stream;

/// `Ticker,Date,Open,High,Low,Close,Volume,Adj Close`, 2000-03-01 to 2013-03-01; its source is in `data/README.md`.
const STOCKS: &[u8] = include_bytes!("../../data/stocks.csv.gz");

/// One day of one symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daily {
    /// The first price.
    pub open: Pips,
    /// The highest.
    pub high: Pips,
    /// The lowest.
    pub low: Pips,
    /// The last.
    pub close: Pips,
    /// Shares traded.
    pub volume: u64,
}

impl Daily {
    /// The same day at other prices.
    pub fn scaled(self, factor: f64) -> Daily {
        if factor == 1.0 {
            return self;
        }
        let prices = [self.open, self.high, self.low, self.close].map(|price| double(price) * factor);
        day(prices.map(|price| price.max(0.0005)), self.volume)
    }
}

/// All days of one symbol.
#[derive(Debug, Clone, Default)]
pub struct Series(BTreeMap<NaiveDate, Daily>);

impl Series {
    /// Its dates, oldest first.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.0.keys().copied()
    }

    /// Takes days that replace or follow the ones there are.
    pub fn extend(&mut self, days: impl IntoIterator<Item = (NaiveDate, Daily)>) {
        self.0.extend(days);
    }

    /// One day.
    pub fn day(&self, date: NaiveDate) -> Option<&Daily> {
        self.0.get(&date)
    }

    /// The newest day before a date.
    pub fn before(&self, date: NaiveDate) -> Option<(NaiveDate, &Daily)> {
        self.0.range(..date).next_back().map(|(date, day)| (*date, day))
    }
}

/// The shipped days by symbol.
pub fn load() -> BTreeMap<String, Series> {
    let mut text = String::new();
    let read = GzDecoder::new(STOCKS).read_to_string(&mut text);
    debug_assert!(read.is_ok(), "the embedded prices are damaged");
    let mut all: BTreeMap<String, Series> = BTreeMap::new();
    for (symbol, date, day) in text.lines().skip(1).filter_map(row) {
        all.entry(symbol.to_owned()).or_default().0.insert(date, day);
    }
    all
}

fn row(line: &str) -> Option<(&str, NaiveDate, Daily)> {
    let mut fields = line.split(',');
    let symbol = fields.next()?;
    let date = fields.next()?.parse().ok()?;
    let mut number = || fields.next()?.parse::<f64>().ok();
    let (open, high, low, close) = (number()?, number()?, number()?, number()?);
    Some((symbol, date, day([open, high, low, close], number()? as u64)))
}

/// A day on its ticks, its high and low wide enough to hold open and close.
pub(super) fn day(prices: [f64; 4], volume: u64) -> Daily {
    let [open, high, low, close] = prices.map(on_tick);
    Daily { open, high: high.max(open).max(close), low: low.min(open).min(close), close, volume }
}

/// A random walk over the calendar that passes through `price` at the open of `start`: 1.5 % a day, a gap of 0.5 % over
/// night. The days before are its history.
pub fn walk(symbol: &str, price: Decimal, start: NaiveDate, seed: u64, calendar: &Calendar) -> Series {
    let mut stream = Stream::of(seed, &["walk", symbol]);
    let mut last = 1.0;
    let steps = calendar.dates().map(|date| {
        let open = last * (1.0 + 0.005 * stream.bell());
        let close = open * (1.0 + 0.015 * stream.bell());
        let high = open.max(close) * (1.0 + 0.008 * stream.unit());
        let low = open.min(close) * (1.0 - 0.008 * stream.unit());
        last = close;
        (date, [open, high, low, close], 2_000_000 + stream.bits() % 6_000_000)
    });
    let steps: Vec<(NaiveDate, [f64; 4], u64)> = steps.collect();
    let first = steps.iter().find(|(date, _, _)| *date >= start).map_or(1.0, |(_, [open, ..], _)| *open);
    let scale = price.to_f64().unwrap_or(100.0) / first;
    // A path needs room for a bid below its lowest price.
    let scaled = |price: f64| (price * scale).max(0.0005);
    Series(steps.into_iter().map(|(date, prices, volume)| (date, day(prices.map(scaled), volume))).collect())
}

#[cfg(test)]
mod tests {
    use super::{load, walk};
    use crate::market::calendar::Calendar;
    use crate::market::price::decimal;
    use rust_decimal::Decimal;

    #[test]
    fn a_walk_passes_through_its_price_on_the_first_day() {
        let stocks = load();
        let calendar = Calendar::new(stocks["IBM"].dates());
        let start = "2008-09-29".parse().unwrap();
        let series = walk("TSLA", Decimal::from(20), start, 7, &calendar);
        assert_eq!(decimal(series.day(start).unwrap().open), Decimal::from(20));
        assert!(series.before(start).is_some(), "it has a history");
        for date in series.dates() {
            let day = series.day(date).unwrap();
            assert!(day.low <= day.open.min(day.close) && day.high >= day.open.max(day.close) && day.low > 0);
        }
    }

    #[test]
    fn the_shipped_days_are_all_there() {
        let stocks = load();
        assert_eq!(stocks.values().map(|series| series.dates().count()).sum::<usize>(), 12_154);
    }
}
