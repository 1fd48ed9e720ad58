//! The model: where a fast moving average of minute closes crosses a slow one, the trend is said to have turned.
//!
//! Pure and without memory: the day's predictions follow from the market and the time alone, and a minute counts only
//! once it is over. Confidence is 0.5 to 0.99: the distance that the fast average has put between itself and the slow
//! one within the minutes after the cross, in units of what a minute usually moves. A cross that comes to nothing is not
//! told.
//!
//! A weak downward cross after a BUY is a SELL: what was said is over. A downward cross that is strong, or that no BUY came
//! before, is a SHORT. The model keeps no position, but it knows what it said.
//!
//! Read next: [`api`](crate::predictions::api).

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::market::Market;
use crate::market::bars::Show;
use crate::market::calendar::date_of;

/// Minutes of the two averages, and the last minutes over which a cross must show itself.
const FAST: usize = 8;
const SLOW: usize = 30;
const PROOF: usize = 4;

/// How far apart the averages must be, in usual moves of a minute: to be told at once, to be told at all, and for a turn
/// down to be more than the end of a turn up.
const CLEAR: f64 = 0.8;
const WEAK: f64 = 0.4;
const STRONG: f64 = 0.95;

/// What the model has to say about a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Signal {
    /// It turned up.
    Buy,
    /// It turned down a little after a BUY.
    Sell,
    /// It turned down for good.
    Short,
}

/// One prediction, as the API writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// Unique: symbol, date, minute and signal.
    pub id: String,
    /// The symbol.
    pub symbol: String,
    /// What it says.
    pub signal: Signal,
    /// How sure it is, 0.5 to 0.99.
    pub confidence: f64,
    /// When it was said, in market time: the end of the minute that decided it.
    pub timestamp: DateTime<Utc>,
    /// The price at that moment, in dollars.
    pub price: f64,
}

/// Every prediction of the trading day under way at `now`, oldest first.
pub fn predictions(market: &Market, now: DateTime<Utc>) -> Vec<Prediction> {
    let Some(session) = market.calendar().session_before(now) else { return Vec::new() };
    let symbols = market.listed(date_of(now)).map(|listing| listing.symbol.clone());
    let mut all: Vec<Prediction> = symbols
        .flat_map(|symbol| {
            let bars = market.intraday(now, &symbol, session, 60, Show::Trades);
            let over = bars.iter().filter(|bar| bar.start + TimeDelta::minutes(1) <= now);
            let closes: Vec<f64> = over.map(|bar| bar.close).collect();
            of_closes(&symbol, session.open, &closes)
        })
        .collect();
    all.sort_by(|one, other| (one.timestamp, &one.symbol).cmp(&(other.timestamp, &other.symbol)));
    all
}

/// The predictions that a day's closes, one a minute from `open` on, give for a symbol.
pub fn of_closes(symbol: &str, open: DateTime<Utc>, closes: &[f64]) -> Vec<Prediction> {
    let mut said: Vec<Prediction> = Vec::new();
    let mut crossed: Option<(usize, bool)> = None;
    for minute in SLOW..closes.len() {
        let gap = gap(closes, minute);
        let is_up = gap > 0.0;
        if is_up != (self::gap(closes, minute - 1) > 0.0) {
            crossed = Some((minute, is_up));
        }
        // It is told once, as soon as it has gone far enough, and never later than it can be proven.
        let Some((since, up)) = crossed.filter(|(since, up)| *up == is_up && minute - since <= PROOF) else {
            continue;
        };
        let strength = gap.abs() / volatility(closes, minute);
        if strength < CLEAR && minute - since < PROOF || strength < WEAK {
            continue;
        }
        crossed = None;
        said.push(prediction(symbol, open, (minute, closes[minute]), up, strength, said.last()));
    }
    said
}

fn prediction(
    symbol: &str,
    open: DateTime<Utc>,
    (minute, price): (usize, f64),
    up: bool,
    strength: f64,
    before: Option<&Prediction>,
) -> Prediction {
    let signal = match before.map(|before| before.signal) {
        _ if up => Signal::Buy,
        Some(Signal::Buy) if strength < STRONG => Signal::Sell,
        _ => Signal::Short,
    };
    let timestamp = open + TimeDelta::minutes(i64::try_from(minute).unwrap_or(0) + 1);
    let name = match signal {
        Signal::Buy => "BUY",
        Signal::Sell => "SELL",
        Signal::Short => "SHORT",
    };
    Prediction {
        id: format!("{symbol}-{}-{name}", timestamp.format("%Y%m%d-%H%M")),
        symbol: symbol.to_owned(),
        signal,
        confidence: (100.0 * (0.5 + 0.49 * (1.0 - 1.0 / (1.0 + strength * strength)))).round() / 100.0,
        timestamp,
        price,
    }
}

/// Fast average less slow average at a minute.
fn gap(closes: &[f64], minute: usize) -> f64 {
    average(closes, minute, FAST) - average(closes, minute, SLOW)
}

fn average(closes: &[f64], minute: usize, length: usize) -> f64 {
    let from = (minute + 1).saturating_sub(length);
    let window = &closes[from..=minute];
    window.iter().sum::<f64>() / window.len() as f64
}

/// What a minute usually moved in the last ones; never nothing.
fn volatility(closes: &[f64], minute: usize) -> f64 {
    let from = minute.saturating_sub(SLOW);
    let moves = closes[from..=minute].windows(2).map(|pair| (pair[1] - pair[0]).abs());
    (moves.sum::<f64>() / (minute - from).max(1) as f64).max(0.005)
}

#[cfg(test)]
mod tests {
    use super::{Signal, of_closes, predictions};
    use crate::market::Market;
    use crate::market::calendar::{SESSION_SECONDS, at};
    use crate::market::options::MarketOptions;
    use chrono::TimeDelta;
    use std::collections::BTreeMap;

    #[test]
    fn a_demo_day_has_something_for_everybody() {
        let market = Market::new(MarketOptions::demo());
        let session = market.calendar().session("2008-09-29".parse().unwrap()).unwrap();
        let all = predictions(&market, session.close);
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for one in &all {
            *count.entry(one.symbol.as_str()).or_default() += 1;
            println!("{} {:?} {} {}", one.id, one.signal, one.confidence, one.price);
        }
        assert_eq!(count.len(), 4);
        assert!(count.values().all(|count| (3..=15).contains(count)), "{count:?}");
        for signal in [Signal::Buy, Signal::Sell, Signal::Short] {
            assert!(all.iter().any(|one| one.signal == signal), "no {signal:?}");
        }
        assert!(all.iter().any(|one| one.confidence > 0.7) && all.iter().any(|one| one.confidence < 0.7));
        assert!(all.iter().all(|one| (0.5..=0.99).contains(&one.confidence)));
        assert!(all[0].timestamp - session.open <= TimeDelta::minutes(90), "{:?}", all[0]);
    }

    #[test]
    fn nothing_that_was_said_depends_on_what_came_later() {
        let market = Market::new(MarketOptions::default());
        let session = market.calendar().session("2008-09-29".parse().unwrap()).unwrap();
        let at_the_end = predictions(&market, session.close);
        for minute in (0..i64::from(SESSION_SECONDS / 60)).step_by(7) {
            let now = session.open + TimeDelta::minutes(minute) + TimeDelta::seconds(59);
            let said: Vec<_> = at_the_end.iter().filter(|one| one.timestamp <= now).cloned().collect();
            assert_eq!(predictions(&market, now), said);
        }
    }

    #[test]
    fn a_strong_turn_down_is_a_short() {
        let open = at("2008-09-29".parse().unwrap(), 9, 30).unwrap();
        let wave = |minute: usize| 100.0 + f64::from(u8::from((minute / 40).is_multiple_of(2))) * 2.0;
        let closes: Vec<f64> = (0..200).map(|minute| wave(minute) + 0.01 * (minute % 3) as f64).collect();
        let signals: Vec<Signal> = of_closes("X", open, &closes).into_iter().map(|one| one.signal).collect();
        assert_eq!(signals, [Signal::Short, Signal::Buy, Signal::Short, Signal::Buy]);
    }
}
