//! What is told of the board, in the words of the JSON.
//!
//! Money and prices are text, so that no reader makes floats of them. Times are market
//! time in the configured zone, but for `age_ms`, which is time on this machine.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::board::{Decision, Shown, words};
use actors::signal::shown::{Counts, SignalsView};
use actors::{Board, LinkState};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use engine::account::{Gauge, LimitName, Reading, Scope};
use engine::{Money, Price, Quantity, TickerKey};
use ports::broker::Condition;
use serde::{Deserialize, Serialize};

use crate::told::{local, state};

pub use super::sources::Source;

/// The whole board at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// `up`, `reconciling` or `down`.
    pub link: String,
    /// The account that is traded, while connected.
    pub account: Option<String>,
    /// Why not connected, while it is not.
    pub why_down: Option<String>,
    /// What stands in the way of prices and news, if something does.
    pub trouble: Option<String>,
    /// Threads that give no sign of life, and for how many milliseconds.
    #[serde(default)]
    pub late: BTreeMap<String, u64>,
    /// HALT and KILL, where a person has set them: who, when and why.
    #[serde(default)]
    pub brakes: BTreeMap<String, String>,
    /// Open orders that are none of ours.
    #[serde(default)]
    pub foreign_orders: Vec<String>,
    /// Positions in contracts that no ticker trades.
    #[serde(default)]
    pub foreign_positions: Vec<String>,
    /// Orders of ours that live more than once.
    #[serde(default)]
    pub twice: Vec<String>,
    /// True while nothing opens because nobody has armed this start.
    #[serde(default)]
    pub unarmed: bool,
    /// The market's time now.
    pub market_time: DateTime<FixedOffset>,
    /// The zone of all times.
    pub zone: String,
    /// The day's result, once there is one.
    pub day: Option<Day>,
    /// Where signals come from, by name.
    #[serde(default)]
    pub signals: BTreeMap<String, Source>,
    /// The tickers by name.
    pub tickers: BTreeMap<TickerKey, Ticker>,
}

/// The account's result of the trading day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Day {
    /// Realised and unrealised, after commissions; those that are not known yet are estimated.
    pub result: Money,
    /// The whole account's as the broker counts it, once it has told.
    #[serde(default)]
    pub broker: Option<Money>,
    /// Tickers that hold something without a quote; they count at the last price known.
    pub unmarked: Vec<TickerKey>,
}

/// One ticker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticker {
    /// Its state, in words.
    pub mode: String,
    /// `entering`, `holding` or `leaving`; none when flat.
    pub stage: Option<String>,
    /// `long` or `short`; none when it holds nothing.
    pub side: Option<String>,
    /// Shares it holds.
    pub quantity: Quantity,
    /// Their average price.
    pub average: Option<Price>,
    /// The working stop's price.
    pub stop: Option<Price>,
    /// The working target's price.
    pub target: Option<Price>,
    /// What it would gain or lose at the last quote, before commissions.
    pub unrealized: Option<Money>,
    /// Gains less losses of closed lots, before commissions.
    pub realized: Money,
    /// Commissions known.
    pub commission: Money,
    /// Trades that are over.
    pub trades: u32,
    /// Those that gained.
    pub wins: u32,
    /// The last decision.
    pub last: Option<Told>,
    /// How old this view is: a ticker that is stuck shows an old one.
    pub age_ms: u64,
    /// What became of its signals, since the program began.
    #[serde(default)]
    pub signals: Counts,
}

/// A decision, as it is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// Market time.
    pub at: DateTime<FixedOffset>,
    /// What, and why.
    pub text: String,
}

/// A limit with today's numbers, each with its unit, as text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limit {
    /// Its name, as a release takes it.
    pub name: LimitName,
    /// Whose limit it is: `"account"`, `{"ticker": "AAPL"}` for one of its own, `{"group": "tech"}`.
    #[serde(default)]
    pub scope: Scope,
    /// How its number is counted.
    pub formula: String,
    /// `on`, `off`, or what holds now, in words.
    pub state: String,
    /// The number now; none where each order has its own, or where it cannot be told.
    pub today: Option<String>,
    /// The ticker that is nearest to its own limit, where each ticker has a number of its own.
    pub ticker: Option<TickerKey>,
    /// The limit; none when it is off, or has no number.
    pub limit: Option<String>,
    /// How far the number is from it.
    pub left: Option<String>,
    /// How often it refused today.
    pub refused: u32,
}

/// A ticker's last decisions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Why {
    /// Which ticker.
    pub ticker: TickerKey,
    /// Its state, in words.
    pub mode: String,
    /// Oldest first.
    pub decisions: Vec<Told>,
}

impl Status {
    /// What `board` shows, with times in `zone`.
    #[must_use]
    pub fn of(board: &Board, market: DateTime<Utc>, zone: Tz) -> Status {
        let (link, account) = match board.link() {
            LinkState::Down { .. } => ("down", None),
            LinkState::Reconciling => ("reconciling", None),
            LinkState::Up { account } => ("up", Some(account)),
        };
        let why = match board.link() {
            LinkState::Down { why } if !why.is_empty() => Some(why),
            _ => None,
        };
        let others = board.others();
        let trouble = Some(board.condition()).filter(|condition| *condition != Condition::default());
        let ms = |late: Duration| u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
        let tickers = board.shown().into_iter();
        let SignalsView { sources, tickers: signals } = board.signals().view();
        let ticker = |key: &TickerKey, shown: &Shown| Ticker {
            signals: signals.get(key).copied().unwrap_or_default(),
            ..Ticker::of(shown, zone)
        };
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            link: link.to_owned(),
            account,
            why_down: why,
            trouble: trouble.as_ref().map(words),
            late: board.late().into_iter().map(|(thread, late)| (thread, ms(late))).collect(),
            brakes: board.brakes().into_iter().map(|(brake, words)| (brake.to_string(), words)).collect(),
            foreign_orders: others.orders,
            foreign_positions: others.positions,
            twice: others.twice,
            unarmed: board.unarmed(),
            market_time: local(market, zone),
            zone: zone.to_string(),
            day: board.day().map(|(day, broker)| Day { result: day.total, broker, unmarked: day.unmarked }),
            signals: sources.iter().map(|(name, own)| ((*name).to_owned(), Source::of(own, zone))).collect(),
            tickers: tickers.map(|(key, shown)| (key.clone(), ticker(&key, &shown))).collect(),
        }
    }
}

impl Ticker {
    fn of(shown: &Shown, zone: Tz) -> Ticker {
        let (view, position) = (&shown.view, shown.view.position.as_ref());
        Ticker {
            mode: state(view),
            stage: view.stage.map(|stage| stage.to_string()),
            side: position.map(|held| held.side.to_string()),
            quantity: position.map(|held| held.quantity).unwrap_or_default(),
            average: position.and_then(|held| held.average),
            stop: position.and_then(|held| held.stop),
            target: position.and_then(|held| held.target),
            unrealized: position.and_then(|held| held.unrealized),
            realized: view.tally.realized,
            commission: view.tally.commission,
            trades: view.tally.trades,
            wins: view.tally.wins,
            last: view.decisions.last().map(|decision| Told::of(decision, zone)),
            age_ms: u64::try_from(shown.age().as_millis()).unwrap_or(u64::MAX),
            signals: Counts::default(),
        }
    }
}

impl Told {
    fn of(decision: &Decision, zone: Tz) -> Told {
        Told { at: local(decision.at, zone), text: decision.text.clone() }
    }
}

impl Limit {
    /// What a gauge tells.
    #[must_use]
    pub fn of(gauge: &Gauge) -> Limit {
        let told = |reading: &Option<Reading>| reading.as_ref().map(ToString::to_string);
        Limit {
            name: gauge.name,
            scope: gauge.scope.clone(),
            formula: gauge.name.formula().to_owned(),
            state: gauge.state.to_string(),
            today: told(&gauge.today),
            ticker: gauge.ticker.clone(),
            limit: told(&gauge.limit),
            left: told(&gauge.left),
            refused: gauge.refused,
        }
    }
}

impl Why {
    /// What a ticker's view tells of its decisions.
    #[must_use]
    pub fn of(ticker: TickerKey, shown: &Shown, zone: Tz) -> Why {
        let decisions = shown.view.decisions.iter().map(|decision| Told::of(decision, zone)).collect();
        Why { ticker, mode: state(&shown.view), decisions }
    }
}
