//! Positions: what is held, what it is worth now, and what protects it.

use std::collections::BTreeMap;

use actors::Board;
use actors::board::{PositionView, Shown};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use engine::{Money, Price, Quantity, TickerKey};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{local, state};

/// All positions of the account, as far as they are known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Positions {
    /// The market's time now.
    pub market_time: DateTime<FixedOffset>,
    /// Ours, by ticker.
    pub own: Vec<Position>,
    /// Somebody else's in contracts that a ticker trades: signed shares.
    pub foreign: BTreeMap<TickerKey, Decimal>,
    /// Somebody else's in other contracts, in words.
    pub others: Vec<String>,
}

/// What one ticker holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Which ticker.
    pub ticker: TickerKey,
    /// Its state, in words.
    pub mode: String,
    /// `long` or `short`.
    pub side: String,
    /// Shares.
    pub quantity: Quantity,
    /// Their average price.
    pub average: Option<Price>,
    /// What a share could be closed at now: the bid, or for a short the ask.
    pub last: Option<Price>,
    /// The working stop's price; of several lots the newest one's.
    pub stop: Option<Price>,
    /// How far the stop is from the last price, as a part of that price.
    pub stop_away: Option<Decimal>,
    /// What going there brings, over all lots: below zero, a loss.
    pub at_stop: Option<Money>,
    /// The working target's price.
    pub target: Option<Price>,
    /// What it would gain or lose now, before commissions.
    pub unrealized: Option<Money>,
    /// `armed`, `asleep`, `part` or `none`.
    pub protection: Protection,
    /// Shares that working stops and exits cover.
    pub armed: Quantity,
    /// Shares whose stops sleep at the broker.
    pub asleep: Quantity,
    /// How old this view is, on the clock of this machine.
    pub age_ms: u64,
}

/// Whether a position is protected at the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Working stops cover all of it.
    Armed,
    /// The broker has stops for all of it, and some wait for their entry.
    Asleep,
    /// Some of it only.
    Part,
    /// None of it.
    None,
}

impl Positions {
    /// What `board` shows.
    #[must_use]
    pub fn of(board: &Board, market: DateTime<Utc>, zone: Tz) -> Positions {
        let shown = board.shown();
        let own = shown.iter().filter_map(|(key, shown)| Position::of(key, shown));
        let foreign = shown.iter().filter_map(|(key, shown)| Some((key.clone(), shown.view.foreign?)));
        Positions {
            market_time: local(market, zone),
            own: own.collect(),
            foreign: foreign.filter(|(_, shares)| !shares.is_zero()).collect(),
            others: board.others().positions,
        }
    }
}

impl Position {
    fn of(ticker: &TickerKey, shown: &Shown) -> Option<Position> {
        let held = shown.view.position.as_ref()?;
        let away = held.last.zip(held.stop).and_then(|(last, stop)| {
            let away = (last.value() - stop.value()).checked_div(last.value())?;
            Some(away.abs().round_dp(4).normalize())
        });
        Some(Position {
            ticker: ticker.clone(),
            mode: state(&shown.view),
            side: held.side.to_string(),
            quantity: held.quantity,
            average: held.average,
            last: held.last,
            stop: held.stop,
            stop_away: away,
            at_stop: held.at_stop,
            target: held.target,
            unrealized: held.unrealized,
            protection: Protection::of(held),
            armed: held.armed,
            asleep: held.asleep,
            age_ms: u64::try_from(shown.age().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

impl Protection {
    fn of(held: &PositionView) -> Protection {
        match (held.armed, held.armed + held.asleep) {
            (armed, _) if armed >= held.quantity => Protection::Armed,
            (_, both) if both >= held.quantity => Protection::Asleep,
            (_, both) if both.is_zero() => Protection::None,
            _ => Protection::Part,
        }
    }
}
