//! Trades, a line each.
//!
//! Read next: [`whole`](super::whole), the dossier of one.

use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use engine::dossier::{Dossier, OVER_MAX};
use engine::order::{Kind, Standing};
use engine::time::trading_day;
use engine::{Because, Dossiers, Money, Price, Quantity, TickerKey};
use serde::{Deserialize, Serialize};

use super::local;

/// Which trades are wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Those that were open at some time of this day; none: of any.
    pub date: Option<NaiveDate>,
    /// Those of this ticker; none: of all.
    pub ticker: Option<TickerKey>,
}

/// Trades, newest last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trades {
    /// Those that are over by their end, then those that are open.
    pub trades: Vec<Trade>,
    /// True where older ones were left behind: so many are kept.
    pub older: bool,
}

/// One trade in one line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trade {
    /// Its name, e.g. `AAPL.12`.
    pub trade: String,
    /// Whose.
    pub ticker: TickerKey,
    /// Its number.
    pub number: u32,
    /// `long` or `short`.
    pub side: String,
    /// `open`, `closed`, or `unfilled` for one whose entry never filled.
    pub state: String,
    /// When it was decided.
    pub opened: DateTime<FixedOffset>,
    /// When it was over.
    pub closed: Option<DateTime<FixedOffset>>,
    /// Shares that came.
    pub quantity: Quantity,
    /// Their average price.
    pub entry: Option<Price>,
    /// The average price at which those that are gone went.
    pub exit: Option<Price>,
    /// Gains less losses of its closed lots, before commissions.
    pub realized: Money,
    /// Commissions told.
    pub commission: Money,
    /// What is left of both.
    pub net: Money,
    /// Executions.
    pub fills: u64,
    /// Those whose commission was told.
    pub commissioned: u64,
    /// What its entries cost more than at the quotes they were decided at; below zero: less.
    pub slippage: Option<Money>,
    /// The longest time that shares were held without a working stop; none where none was seen.
    pub unprotected_ms_max: Option<i64>,
    /// All such times together.
    pub unprotected_ms_sum: i64,
    /// Whose doing it was.
    pub rule: String,
    /// Why it was opened.
    pub because: String,
    /// What ended it.
    pub ended_by: Option<String>,
}

impl Trades {
    /// Those that are wanted, of all that are kept.
    #[must_use]
    pub fn of(dossiers: &Dossiers, wanted: &Wanted) -> Trades {
        let zone = dossiers.zone();
        let (mut over, mut kept) = (0, Vec::new());
        for own in dossiers.trades() {
            over += usize::from(own.over.is_some());
            if wanted.has(own, zone) {
                kept.push(Trade::of(own, zone));
            }
        }
        Trades { trades: kept, older: over >= OVER_MAX }
    }
}

impl Wanted {
    fn has(&self, own: &Dossier, zone: Tz) -> bool {
        self.ticker.as_ref().is_none_or(|ticker| *ticker == own.ticker)
            && self.date.is_none_or(|date| was_open(own, date, zone))
    }
}

/// True for a trade that was open at some time of this day.
#[must_use]
pub fn was_open(own: &Dossier, date: NaiveDate, zone: Tz) -> bool {
    trading_day(own.opened, zone) <= date && own.over.is_none_or(|over| trading_day(over.at, zone) >= date)
}

impl Trade {
    /// One in one line.
    #[must_use]
    pub fn of(own: &Dossier, zone: Tz) -> Trade {
        let unprotected = own.unprotected();
        let state = match own.over {
            None => "open",
            Some(over) if over.traded => "closed",
            Some(_) => "unfilled",
        };
        Trade {
            trade: own.name(),
            ticker: own.ticker.clone(),
            number: own.trade,
            side: own.side.to_string(),
            state: state.to_owned(),
            opened: local(own.opened, zone),
            closed: own.over.map(|over| local(over.at, zone)),
            quantity: own.bought(),
            entry: own.entry(),
            exit: own.exit(),
            realized: own.realized,
            commission: own.commission,
            net: own.net(),
            fills: own.fills_all(),
            commissioned: own.commissioned,
            slippage: own.slippage(),
            unprotected_ms_max: (unprotected.times > 0).then(|| unprotected.max.num_milliseconds()),
            unprotected_ms_sum: unprotected.sum.num_milliseconds(),
            rule: rule(&own.because),
            because: own.because.to_string(),
            ended_by: own.ended_by().map(ToString::to_string),
        }
    }
}

fn rule(because: &Because) -> String {
    match because {
        Because::Rule { rule, .. } => rule.clone(),
        Because::Operator => "by hand".to_owned(),
        other => other.to_string(),
    }
}

/// Where an order stands, in one word.
pub(super) fn standing(standing: Option<Standing>, admitted: bool) -> String {
    match standing {
        None if admitted => "sent".to_owned(),
        None => "asked".to_owned(),
        Some(Standing::Held) => "asleep".to_owned(),
        Some(Standing::Working) => "working".to_owned(),
        Some(Standing::Ended(end)) => end.to_string(),
    }
}

/// An order's kind without its price.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Market => "market",
        Kind::Limit(_) => "limit",
        Kind::Stop(_) => "stop",
        Kind::StopLimit { .. } => "stop limit",
        Kind::Trail { .. } => "trail",
    }
}
