//! One symbol's day, second by second: a pure function of seed, symbol and date.
//!
//! The path starts at the day's open, touches its high and its low exactly, ends at its close and never leaves the
//! range. Between these four it drifts, swings over a quarter of an hour (so that moving averages mean something) and
//! jitters. The volume grows to the day's, heavier near open and close.
//!
//! Read next: [`quote`](crate::market::quote), which puts a bid and an ask around it.

mod known;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::market::calendar::SESSION_SECONDS;
use crate::market::daily::Daily;
use crate::market::own::Scripted;
use crate::market::price::{Pips, double, on_tick, tick};
use crate::market::random::{Stream, at};

/// Seconds of a session as an index: the last one is the close.
const END: usize = SESSION_SECONDS as usize;

/// Seconds between two knots of the slow swing.
const KNOT: usize = 900;

/// The slow swing's size, and the jitter's over a whole day, as parts of the day's range.
const SWING: f64 = 0.07;
const JITTER: f64 = 0.40;

/// One day of trades, one each second.
#[derive(Debug)]
pub struct DayPath {
    lasts: Vec<Pips>,
    minutes: Vec<(Pips, Pips)>,
    /// What the prices of all seconds before each minute add up to.
    sums: Vec<i64>,
    volume: u64,
    salt: u64,
    /// Shares traded by each second, where the data says so.
    volumes: Option<Vec<u64>>,
    /// What a script shows, in place of a bid and ask around the last trade.
    script: BTreeMap<u32, Scripted>,
    /// The last second of the session.
    end: u32,
    /// The first second of which anything is known.
    begins: u32,
}

impl DayPath {
    /// Computes the path of a day.
    pub fn new(seed: u64, symbol: &str, date: NaiveDate, day: &Daily) -> DayPath {
        let mut stream = Stream::of(seed, &["path", symbol, &date.to_string()]);
        let salt = stream.bits();
        DayPath::of(lasts(&mut stream, day), day.volume, salt)
    }

    /// A path of these trades, one a second.
    pub(super) fn of(lasts: Vec<Pips>, volume: u64, salt: u64) -> DayPath {
        let end = u32::try_from(lasts.len().saturating_sub(1)).unwrap_or(SESSION_SECONDS);
        let (minutes, sums, script) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut path = DayPath { lasts, minutes, sums, volume, salt, volumes: None, script, end, begins: 0 };
        path.remember();
        path
    }

    /// The first second of which anything is known.
    pub(super) fn begins(&self) -> u32 {
        self.begins
    }

    /// Squeezes the whole day into a shorter session: it still touches its high and low and ends at its close.
    pub fn squeeze(&mut self, seconds: u32) {
        let (low, high) = self.range(0, self.end);
        let was = std::mem::take(&mut self.lasts);
        let at = |second: u32| (second as usize) * END / (seconds.max(1) as usize);
        self.lasts = (0..=seconds)
            .map(|second| {
                let part = &was[at(second)..at(second + 1).clamp(at(second) + 1, was.len())];
                let extreme = part.iter().copied().find(|price| *price == low || *price == high);
                if second == seconds { was[END] } else { extreme.unwrap_or(part[0]) }
            })
            .collect();
        self.end = seconds;
        self.volumes = None;
        self.remember();
    }

    /// Multiplies every price from a second on.
    pub(super) fn scale_from(&mut self, second: u32, factor: f64) {
        for price in self.lasts.iter_mut().skip(second as usize) {
            *price = on_tick((double(*price) * factor).max(0.0005));
        }
        let lines = self.script.range_mut(second..);
        for line in lines.map(|(_, line)| line) {
            line.bid = on_tick((double(line.bid) * factor).max(0.0005));
            line.ask = on_tick((double(line.ask) * factor).max(0.0005)).max(line.bid + tick(line.bid));
            line.last = on_tick((double(line.last) * factor).max(0.0005));
        }
        self.remember();
    }

    /// Nothing trades from one second to another.
    pub(super) fn freeze(&mut self, from: u32, to: u32) {
        let still = self.last(from);
        for price in self.lasts.iter_mut().take(to as usize).skip(from as usize) {
            *price = still;
        }
        self.remember();
    }

    fn remember(&mut self) {
        self.minutes = self.lasts.chunks(60).map(extremes).collect();
        let minutes = self.lasts.chunks(60).map(|minute| minute.iter().sum());
        let before = |sum: &mut i64, minute: i64| Some(std::mem::replace(sum, *sum + minute));
        self.sums = minutes.scan(0, before).collect();
    }

    /// The last trade at a second of the session.
    pub fn last(&self, second: u32) -> Pips {
        self.lasts[(second as usize).min(self.end as usize)]
    }

    /// The lowest and the highest trade from one second to another, both included.
    pub fn range(&self, from: u32, to: u32) -> (Pips, Pips) {
        let to = (to as usize).min(self.end as usize);
        let from = (from as usize).min(to);
        let (first, last) = (from.div_ceil(60), (to + 1) / 60);
        if first >= last {
            return extremes(&self.lasts[from..=to]);
        }
        let edges = [
            extremes(&self.lasts[from..=(first * 60).min(to)]),
            extremes(&self.lasts[(last * 60).min(to)..=to]),
        ];
        let whole = self.minutes[first..last].iter().chain(&edges);
        whole.fold((Pips::MAX, Pips::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)))
    }

    /// The mean of the trades from one second to another, both included.
    pub fn mean(&self, from: u32, to: u32) -> f64 {
        let to = (to as usize).min(self.end as usize);
        let from = (from as usize).min(to);
        let before = |second: usize| -> i64 {
            let minute = (second / 60).min(self.sums.len() - 1);
            self.sums[minute] + self.lasts[minute * 60..second].iter().sum::<i64>()
        };
        double(before(to + 1) - before(from)) / (to + 1 - from) as f64
    }

    /// The best bid and ask at a second. One of them is the last trade; the spread of one to three ticks follows the
    /// swing of the minute before, and neither leaves the day's range where the range has room for both.
    pub fn bid_ask(&self, second: u32) -> (Pips, Pips) {
        if let Some((_, line)) = self.script.range(..=second).next_back() {
            return (line.bid, line.ask);
        }
        let last = self.last(second);
        let tick = tick(last);
        let spread = tick * self.spread_ticks(second);
        let (low, high) = self.range(0, second);
        let at_bid = at(self.salt, u64::from(second / 4)) & 1 == 0;
        let room_below = last - spread >= low.max(1);
        let room_above = last + spread <= high;
        if (at_bid && room_above) || !room_below { (last, last + spread) } else { (last - spread, last) }
    }

    /// Number `index` of a family of numbers that belong to this day.
    pub(super) fn chance(&self, family: u64, index: u64) -> u64 {
        at(self.salt ^ family, index)
    }

    /// Displayed sizes at bid and ask, in shares.
    pub fn sizes(&self, second: u32) -> (u64, u64) {
        if let Some((_, line)) = self.script.range(..=second).next_back() {
            return (line.bid_size, line.ask_size);
        }
        let bits = at(self.salt ^ 0x5151, u64::from(second));
        (100 * (2 + bits % 8), 100 * (2 + (bits >> 32) % 8))
    }

    /// Shares traded from the open to a second.
    pub fn volume(&self, second: u32) -> u64 {
        if let Some(volumes) = &self.volumes {
            return volumes[(second as usize).min(volumes.len() - 1)];
        }
        let x = f64::from(second.min(self.end)) / f64::from(self.end);
        let bent = 2.0 * x - 1.0;
        let share = (x + 0.25 * (bent * bent * bent + 1.0)) / 1.5;
        if second >= self.end { self.volume } else { (self.volume as f64 * share) as u64 }
    }

    fn spread_ticks(&self, second: u32) -> Pips {
        let Some(before) = (second as usize / 60).checked_sub(1) else { return 3 };
        let (low, high) = self.minutes[before];
        let swing = (high - low) as f64 / high.max(1) as f64;
        1 + Pips::from(swing > 0.0015) + Pips::from(swing > 0.004)
    }
}

fn extremes(prices: &[Pips]) -> (Pips, Pips) {
    prices.iter().fold((Pips::MAX, Pips::MIN), |(low, high), price| (low.min(*price), high.max(*price)))
}

fn lasts(stream: &mut Stream, day: &Daily) -> Vec<Pips> {
    let (low, high) = (double(day.low), double(day.high));
    let anchors = anchors(stream, day);
    let knots: Vec<f64> = (0..=END / KNOT + 1).map(|_| stream.bell() * SWING * (high - low)).collect();
    let mut lasts = Vec::with_capacity(END + 1);
    for legs in anchors.windows(2) {
        let (from, to) = (legs[0], legs[1]);
        lasts.push(from.1);
        let jitter = bridge(stream, to.0 - from.0, JITTER * (high - low));
        for second in from.0 + 1..to.0 {
            let x = (second - from.0) as f64 / (to.0 - from.0) as f64;
            let line = double(from.1) + x * (double(to.1) - double(from.1));
            let swing = 4.0 * x * (1.0 - x) * smooth(&knots, second);
            lasts.push(within(line + swing + jitter[second - from.0], low, high));
        }
    }
    lasts.push(day.close);
    lasts
}

/// Open, the two extremes in a seeded order at seeded times, close. A rising day more often finds its low first.
fn anchors(stream: &mut Stream, day: &Daily) -> [(usize, Pips); 4] {
    let low_first = stream.unit() < if day.close >= day.open { 0.7 } else { 0.3 };
    let (first, second) = if low_first { (day.low, day.high) } else { (day.high, day.low) };
    let early = (END as f64 * (0.03 + 0.42 * stream.unit())) as usize;
    let late = early + ((END - early) as f64 * (0.25 + 0.70 * stream.unit())) as usize;
    [(0, day.open), (early, first), (late, second), (END, day.close)]
}

/// A Brownian bridge of `length` steps from 0 to 0, `size` being what a free walk would spread over a whole day.
pub(super) fn bridge(stream: &mut Stream, length: usize, size: f64) -> Vec<f64> {
    let step = size / (END as f64).sqrt();
    let mut walk = vec![0.0; length + 1];
    for second in 1..=length {
        walk[second] = walk[second - 1] + step * stream.bell();
    }
    let drift = walk[length] / length.max(1) as f64;
    walk.iter().enumerate().map(|(second, height)| height - drift * second as f64).collect()
}

fn smooth(knots: &[f64], second: usize) -> f64 {
    let (knot, x) = (second / KNOT, (second % KNOT) as f64 / KNOT as f64);
    let bend = x * x * (3.0 - 2.0 * x);
    knots[knot] + bend * (knots[knot + 1] - knots[knot])
}

/// Reflects a price at the day's low and high, then puts it on its tick.
fn within(price: f64, low: f64, high: f64) -> Pips {
    let reflected = if price > high {
        2.0 * high - price
    } else if price < low {
        2.0 * low - price
    } else {
        price
    };
    on_tick(reflected.clamp(low, high)).clamp(on_tick(low), on_tick(high))
}

#[cfg(test)]
mod tests {
    use super::{DayPath, END};
    use crate::market::daily::{Daily, load};
    use crate::market::price::{Pips, double, tick};
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    fn days() -> impl Strategy<Value = Daily> {
        (5_000_i64..9_000_000, 0_i64..400, 0.0..1.0_f64, 0.0..1.0_f64, 0_u64..500_000_000).prop_map(
            |(low, range, open, close, volume)| {
                let on = |price: Pips| price.div_euclid(tick(price)) * tick(price);
                let (low, high) = (on(low), on(low + low * range / 2000));
                let inside = |part: f64| on(low + ((high - low) as f64 * part) as Pips).max(low);
                Daily { open: inside(open), high, low, close: inside(close), volume }
            },
        )
    }

    fn check(path: &DayPath, day: &Daily) {
        assert_eq!((path.last(0), path.last(END as u32)), (day.open, day.close));
        assert_eq!(path.range(0, END as u32), (day.low, day.high));
        assert_eq!(path.volume(END as u32), day.volume);
        for second in 0..=END as u32 {
            let (bid, ask) = path.bid_ask(second);
            assert!(bid < ask && bid > 0, "{bid} {ask} at {second}");
            assert!((ask - bid) / tick(path.last(second)) <= 3);
            assert!(path.last(second) == bid || path.last(second) == ask);
            assert!(path.volume(second) <= day.volume);
        }
    }

    proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(24))]
        #[test]
        fn a_path_touches_its_day_exactly_and_never_crosses(day in days(), seed in 0_u64..1000) {
            check(&DayPath::new(seed, "X", "2008-09-29".parse().unwrap(), &day), &day);
        }

        #[test]
        fn a_range_is_what_the_seconds_in_it_say(from in 0_u32..23_000, length in 0_u32..4000) {
            let stocks = load();
            let date = "2008-09-29".parse().unwrap();
            let path = DayPath::new(1, "IBM", date, stocks["IBM"].day(date).unwrap());
            let to = (from + length).min(END as u32);
            let low = (from..=to).map(|second| path.last(second)).min().unwrap();
            let high = (from..=to).map(|second| path.last(second)).max().unwrap();
            prop_assert_eq!(path.range(from, to), (low, high));
            prop_assert!(low <= high);
            let sum: Pips = (from..=to).map(|second| path.last(second)).sum();
            prop_assert_eq!(path.mean(from, to), double(sum) / f64::from(to + 1 - from));
        }
    }

    #[test]
    fn real_days_are_touched_exactly() {
        let stocks = load();
        for symbol in ["AAPL", "GOOG", "IBM", "MSFT"] {
            let date = "2008-09-29".parse().unwrap();
            let day = stocks[symbol].day(date).unwrap();
            check(&DayPath::new(7, symbol, date, day), day);
        }
    }

    #[test]
    fn the_same_words_give_the_same_path_and_other_words_another() {
        let stocks = load();
        let date = "2008-09-29".parse().unwrap();
        let path = |seed| DayPath::new(seed, "AAPL", date, stocks["AAPL"].day(date).unwrap()).lasts;
        assert_eq!(path(7), path(7));
        assert_ne!(path(7), path(8));
    }

    #[test]
    fn minutes_trend_more_than_a_coin_would() {
        let stocks = load();
        let date = "2008-09-29".parse().unwrap();
        let path = DayPath::new(7, "AAPL", date, stocks["AAPL"].day(date).unwrap());
        let minutes: Vec<Pips> = (0..390).map(|minute| path.last(minute * 60)).collect();
        let moved = (minutes[0] - minutes[389]).abs();
        assert!(moved > 50_000, "the day fell by more than five dollars, the path by {moved} pips");
    }
}
