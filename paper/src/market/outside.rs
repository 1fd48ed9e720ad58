//! Trading before the open and after the close, where the market has it.
//!
//! Prices of the user's own are what they are: until their file says something of a morning or an evening, nothing trades
//! in it. Everything else has a quiet market: the morning leads from the last price of the evening before to the open, the
//! evening ends not far from the close. No bar of the day and no close comes from here.
//!
//! Read next: [`quote`](crate::market::quote).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use crate::market::Market;
use crate::market::calendar::{Session, ZONE, date_of};
use crate::market::own::Inside;
use crate::market::path::{DayPath, bridge};
use crate::market::price::{Pips, double, on_tick};
use crate::market::random::Stream;

/// How far prices stray on their way, and how far an evening ends from the close, as parts of the price.
const STRAY: f64 = 0.01;
const DRIFT: f64 = 0.002;

/// A night that moves the price by more than this part of it was a split, not trading.
const SPLIT: f64 = 0.25;

/// The part of a day's volume that trades in its morning, and again in its evening.
const VOLUME_PART: u64 = 50;

/// Which stretch of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Morning,
    Day,
    Evening,
}

impl Market {
    /// The stretch of trading under way in a symbol, with its path.
    pub fn trading(&self, now: DateTime<Utc>, symbol: &str) -> Option<(Session, Arc<DayPath>)> {
        let stretch = self.calendar().stretch_at(now)?;
        let path = self.path_in(symbol, stretch)?;
        (stretch.second(now) >= path.begins()).then_some((stretch, path))
    }

    /// The path of a stretch of trading.
    pub fn path_in(&self, symbol: &str, stretch: Session) -> Option<Arc<DayPath>> {
        let open = self.calendar().session(stretch.date)?.open;
        let part = match stretch.open.cmp(&open) {
            std::cmp::Ordering::Less => Part::Morning,
            std::cmp::Ordering::Equal => Part::Day,
            std::cmp::Ordering::Greater => Part::Evening,
        };
        self.part(symbol, stretch.date, part)
    }

    /// What was traded last outside regular hours: this morning so far, or in the evening of today, even when it is over.
    pub(super) fn outside(&self, now: DateTime<Utc>, symbol: &str) -> Option<(Session, Arc<DayPath>)> {
        let (calendar, date) = (self.calendar(), date_of(now));
        let evening = calendar.evening(date).filter(|evening| evening.open <= now);
        let stretch = evening.or_else(|| calendar.morning(date).filter(|morning| morning.holds(now)))?;
        let path = self.path_in(symbol, stretch)?;
        (stretch.second(now) >= path.begins()).then_some((stretch, path))
    }

    pub(super) fn compute_morning(&self, symbol: &str, date: NaiveDate) -> Option<DayPath> {
        let stretch = self.calendar().morning(date)?;
        if let Some(own) = self.own_outside(symbol, stretch) {
            return own;
        }
        let (open, volume) = self.opening(symbol, date)?;
        let before = self.daily_before(symbol, date).map(|(before, day)| {
            let evening = self.part(symbol, before, Part::Evening);
            evening.map_or(day.close, |evening| evening.last(u32::MAX))
        });
        let is_near = |before: &Pips| (double(open) / double((*before).max(1)) - 1.0).abs() <= SPLIT;
        let mut path = self.quiet(symbol, stretch, before.filter(is_near).unwrap_or(open), open, volume);
        self.lay_over(symbol, stretch, DateTime::<Utc>::MIN_UTC, &mut path);
        Some(path)
    }

    pub(super) fn compute_evening(&self, symbol: &str, date: NaiveDate) -> Option<DayPath> {
        let stretch = self.calendar().evening(date)?;
        if let Some(own) = self.own_outside(symbol, stretch) {
            return own;
        }
        let (_, volume) = self.opening(symbol, date)?;
        let close = self.path(symbol, date)?.last(u32::MAX);
        let drift = Stream::of(self.options().seed, &["drift", symbol, &date.to_string()]).bell() * DRIFT;
        let mut path = self.quiet(symbol, stretch, close, on_tick(double(close) * (1.0 + drift)), volume);
        // The close has every gap of the day in it already.
        self.lay_over(symbol, stretch, stretch.open, &mut path);
        Some(path)
    }

    /// From one price to another in a stretch, without going far.
    fn quiet(&self, symbol: &str, stretch: Session, from: Pips, to: Pips, volume: u64) -> DayPath {
        let words = ["outside", symbol, &stretch.open.to_rfc3339()];
        let mut stream = Stream::of(self.options().seed, &words);
        let (salt, seconds) = (stream.bits(), stretch.seconds() as usize);
        let (from, to) = (double(from), double(to));
        let stray = bridge(&mut stream, seconds, STRAY * to);
        let price = |(second, stray): (usize, &f64)| {
            let line = from + (to - from) * second as f64 / seconds.max(1) as f64;
            on_tick((line + stray).max(0.0005))
        };
        DayPath::of(stray.iter().enumerate().map(price).collect(), volume / VOLUME_PART, salt)
    }

    /// What the user's own file says of a stretch of a day that it knows from inside; nothing trades where it says nothing.
    fn own_outside(&self, symbol: &str, stretch: Session) -> Option<Option<DayPath>> {
        if !self.knows_inside(symbol, stretch.date) {
            return None;
        }
        let Some(inside) = self.own_lines(symbol, stretch) else { return Some(None) };
        let words = ["outside", symbol, &stretch.open.to_rfc3339()];
        let salt = Stream::of(self.options().seed, &words).bits();
        let mut path = DayPath::of(vec![1; stretch.seconds() as usize + 1], 0, salt);
        path.play(&inside);
        self.lay_over(symbol, stretch, DateTime::<Utc>::MIN_UTC, &mut path);
        Some(Some(path))
    }

    fn own_lines(&self, symbol: &str, stretch: Session) -> Option<Inside> {
        let open = stretch.open.with_timezone(&ZONE).num_seconds_from_midnight();
        let seconds = open..=open + stretch.seconds();
        match self.outsides.get(symbol)?.get(&stretch.date)? {
            Inside::Bars(bars) => within(bars, seconds, open).map(Inside::Bars),
            Inside::Script(lines) => within(lines, seconds, open).map(Inside::Script),
        }
    }
}

/// The lines of some seconds of the day, by the second of their stretch; none if there are none.
fn within<T: Copy>(
    lines: &BTreeMap<u32, T>,
    seconds: std::ops::RangeInclusive<u32>,
    open: u32,
) -> Option<BTreeMap<u32, T>> {
    let lines: BTreeMap<u32, T> = lines.range(seconds).map(|(second, line)| (second - open, *line)).collect();
    (!lines.is_empty()).then_some(lines)
}
