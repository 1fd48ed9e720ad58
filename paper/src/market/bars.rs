//! Bars: what has traded, cut into equal times. A bar that is still open ends at the moment of the question.
//!
//! Intraday bars come from the same paths as the quotes, of regular hours or of a morning or evening; daily ones come from
//! the data and hold regular hours only.
//!
//! Read next: [`depth`](crate::market::depth).

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};

use crate::market::Market;
use crate::market::calendar::{SESSION_SECONDS, Session, ZONE, date_of};
use crate::market::path::DayPath;
use crate::market::price::{Pips, double};

/// Which price a bar is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Trades, with their volume.
    Trades,
    /// The middle between bid and ask.
    MidPoint,
    /// The bid.
    Bid,
    /// The ask.
    Ask,
}

/// Open, high, low and close of one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Its first moment.
    pub start: DateTime<Utc>,
    /// The first price, in dollars.
    pub open: f64,
    /// The highest.
    pub high: f64,
    /// The lowest.
    pub low: f64,
    /// The newest.
    pub close: f64,
    /// Shares traded; 0 for quotes.
    pub volume: u64,
    /// The average price, weighted by volume.
    pub average: f64,
    /// Trades in it: the tape prints one a second.
    pub count: u32,
}

impl Bar {
    /// The same bar after each of its shares has become so many.
    pub fn split_by(&self, shares: f64) -> Bar {
        Bar {
            open: self.open / shares,
            high: self.high / shares,
            low: self.low / shares,
            close: self.close / shares,
            average: self.average / shares,
            volume: (self.volume as f64 * shares) as u64,
            ..*self
        }
    }
}

impl Market {
    /// A session's bars of `length` seconds that began at or after `from` and at or before `now`, oldest first.
    pub fn intraday(
        &self,
        now: DateTime<Utc>,
        symbol: &str,
        session: Session,
        length: u32,
        show: Show,
    ) -> Vec<Bar> {
        let Some(path) = self.path_in(symbol, session).filter(|_| session.open <= now) else {
            return Vec::new();
        };
        let newest = session.second(now);
        let (mut bars, open) = (Vec::new(), second_of_day(session));
        let mut from = path.begins();
        while from <= newest && from < session.seconds() {
            let end = bar_end(open, from, length);
            bars.push(cut(&path, session, from, end.min(newest + 1), show));
            from = end;
        }
        bars
    }

    /// The bar of the session under way that holds second `second`, up to that second.
    pub fn bar_at(
        &self,
        symbol: &str,
        session: Session,
        second: u32,
        length: u32,
        show: Show,
    ) -> Option<Bar> {
        let path = self.path_in(symbol, session)?;
        let (mut from, open) = (path.begins(), second_of_day(session));
        if from > second {
            return None;
        }
        while bar_end(open, from, length) <= second {
            from = bar_end(open, from, length);
        }
        Some(cut(&path, session, from, second + 1, show))
    }

    /// One date's whole bar, as far as it is known at `now`.
    pub fn day_bar(&self, now: DateTime<Utc>, symbol: &str, date: NaiveDate, show: Show) -> Option<Bar> {
        let session = self.calendar().session(date).filter(|session| session.open <= now)?;
        if show != Show::Trades || date == date_of(now) && now < session.close {
            return self.intraday(now, symbol, session, SESSION_SECONDS * 4, show).first().copied();
        }
        let day = self.daily(symbol, date)?;
        let [open, high, low, close] = [day.open, day.high, day.low, day.close].map(double);
        let average = (open + high + low + close) / 4.0;
        let (start, count) = (session.open, SESSION_SECONDS);
        Some(Bar { start, open, high, low, close, volume: day.volume, average, count })
    }
}

/// Several bars as one.
pub fn merge(bars: &[Bar]) -> Option<Bar> {
    let (first, last) = (bars.first()?, bars.last()?);
    let volume: u64 = bars.iter().map(|bar| bar.volume).sum();
    let weighed: f64 = bars.iter().map(|bar| bar.average * bar.volume as f64).sum();
    Some(Bar {
        high: bars.iter().fold(f64::MIN, |high, bar| high.max(bar.high)),
        low: bars.iter().fold(f64::MAX, |low, bar| low.min(bar.low)),
        close: last.close,
        volume,
        average: if volume == 0 { first.average } else { weighed / volume as f64 },
        count: bars.iter().map(|bar| bar.count).sum(),
        ..*first
    })
}

/// Where a bar that begins at a second of the session ends: bars begin at round times of day, so that the first
/// hour bar of a session lasts from 09:30 to 10:00.
fn bar_end(open: u32, from: u32, length: u32) -> u32 {
    let length = length.max(1);
    ((open + from) / length + 1) * length - open
}

fn second_of_day(session: Session) -> u32 {
    session.open.with_timezone(&ZONE).num_seconds_from_midnight()
}

fn cut(path: &DayPath, session: Session, from: u32, end: u32, show: Show) -> Bar {
    let seconds = session.seconds();
    let end = end.min(seconds + 1).max(from + 1);
    // The closing second belongs to the bar that ends at the close.
    let end = if end == seconds { end + 1 } else { end };
    let price = |second: u32| match show {
        Show::Trades => double(path.last(second)),
        Show::Bid => double(path.bid_ask(second).0),
        Show::Ask => double(path.bid_ask(second).1),
        Show::MidPoint => {
            let (bid, ask) = path.bid_ask(second);
            double(bid + ask) / 2.0
        }
    };
    let (low, high) = match show {
        Show::Trades => doubles(path.range(from, end - 1)),
        _ => (from..end)
            .map(price)
            .fold((f64::MAX, f64::MIN), |(low, high), one| (low.min(one), high.max(one))),
    };
    let volume =
        if show == Show::Trades { path.volume(end - 1) - path.volume(from.saturating_sub(1)) } else { 0 };
    let average = match show {
        Show::Trades => path.mean(from, end - 1),
        _ => (from..end).map(price).sum::<f64>() / f64::from(end - from),
    };
    let (open, close) = (price(from), price(end - 1));
    let start = session.open + TimeDelta::seconds(i64::from(from));
    Bar { start, open, high, low, close, volume, average, count: end - from }
}

fn doubles((low, high): (Pips, Pips)) -> (f64, f64) {
    (double(low), double(high))
}

#[cfg(test)]
mod tests {
    use super::{Show, merge};
    use crate::market::Market;
    use crate::market::calendar::at;
    use crate::market::options::MarketOptions;
    use crate::market::price::double;
    use chrono::TimeDelta;

    #[test]
    fn a_day_of_minutes_adds_up_to_the_day() {
        let market = Market::new(MarketOptions::default());
        let date = "2008-09-29".parse().unwrap();
        let session = market.calendar().session(date).unwrap();
        let bars = market.intraday(session.close, "AAPL", session, 60, Show::Trades);
        let day = market.daily("AAPL", date).unwrap();
        let merged = merge(&bars).unwrap();
        assert_eq!(bars.len(), 390);
        assert_eq!([merged.open, merged.high, merged.low, merged.close], [119.62, 119.68, 100.59, 105.26]);
        assert_eq!(merged.close, double(day.close));
        assert_eq!(merged.volume, day.volume);
    }

    #[test]
    fn hours_begin_at_round_times_and_the_open_one_ends_now() {
        let market = Market::new(MarketOptions::default());
        let date = "2008-09-29".parse().unwrap();
        let session = market.calendar().session(date).unwrap();
        let now = at(date, 11, 15).unwrap();
        let bars = market.intraday(now, "IBM", session, 3600, Show::Trades);
        let starts: Vec<i64> = bars.iter().map(|bar| (bar.start - session.open).num_minutes()).collect();
        assert_eq!(starts, [0, 30, 90]);
        let quote = market.quote(now, "IBM").unwrap();
        assert_eq!(bars[2].close, double(quote.last));
        assert_eq!(market.bar_at("IBM", session, 6300, 3600, Show::Trades), Some(bars[2]));
        assert!(
            market
                .intraday(session.open - TimeDelta::seconds(1), "IBM", session, 60, Show::Trades)
                .is_empty()
        );
    }
}
