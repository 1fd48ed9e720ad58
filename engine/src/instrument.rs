//! What is traded: the contract's name in the config, and what the broker says of it.
//!
//! Hours are the contract's own (`liquidHours`); hours that are unknown count as
//! closed. Nothing here is remembered over a restart: it is asked for again.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Quantity, TickBands};
use crate::time::trading_day;

/// A ticker's name with us: one to eight of `A-Z` and `0-9`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("pattern" = "^[A-Z0-9]{1,8}$")))]
#[serde(try_from = "String", into = "String")]
pub struct TickerKey(String);

/// A name that no ticker can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticker's name is one to eight of A-Z and 0-9, got `{0}`")]
pub struct BadTickerKey(String);

impl TickerKey {
    /// That of nobody; no order can bear it.
    #[must_use]
    pub fn unnamed() -> TickerKey {
        TickerKey(String::new())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TickerKey {
    type Err = BadTickerKey;
    fn from_str(text: &str) -> Result<TickerKey, BadTickerKey> {
        let fits = (1..=8).contains(&text.len());
        let known = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if fits && known { Ok(TickerKey(text.to_owned())) } else { Err(BadTickerKey(text.to_owned())) }
    }
}

impl TryFrom<String> for TickerKey {
    type Error = BadTickerKey;
    fn try_from(text: String) -> Result<TickerKey, BadTickerKey> {
        text.parse()
    }
}

impl From<TickerKey> for String {
    fn from(key: TickerKey) -> String {
        key.0
    }
}

impl fmt::Display for TickerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which contract a ticker trades, as the config names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSpec {
    /// The symbol at the broker, e.g. `AAPL`.
    pub symbol: String,
    /// `SMART`, or the one exchange to route to.
    pub exchange: String,
    /// Where it is listed; tells apart symbols that several exchanges use.
    pub primary_exchange: Option<String>,
    /// Three letters, e.g. `USD`.
    pub currency: String,
    /// What it is.
    #[serde(default)]
    pub kind: ContractKind,
}

impl fmt::Display for ContractSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ContractSpec { symbol, exchange, primary_exchange, currency, kind } = self;
        write!(f, "{symbol}, ")?;
        match kind {
            ContractKind::Stock => f.write_str("a stock")?,
            ContractKind::Future { local_symbol, expiry } => {
                let named = local_symbol.as_ref().or(expiry.as_ref());
                write!(f, "the future {}", named.map_or("", String::as_str))?;
            }
        }
        write!(f, " at {exchange}")?;
        primary_exchange.iter().try_for_each(|primary| write!(f, " ({primary})"))?;
        write!(f, " in {currency}")
    }
}

/// What a contract is. Cash forex, options and combos are not traded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContractKind {
    /// A stock or a fund that trades like one (`STK`).
    #[default]
    Stock,
    /// A future (`FUT`): one contract month, by its local symbol or its expiry.
    Future {
        /// The exchange's own name of the contract, e.g. `ESZ6`.
        local_symbol: Option<String>,
        /// `YYYYMM` or `YYYYMMDD`.
        expiry: Option<String>,
    },
}

/// What the broker says of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// The broker's id of the contract.
    pub con_id: i32,
    /// The market rule's ticks.
    pub ticks: TickBands,
    /// Units of money for one point of price; 1 for stocks. What quotes are counted in (pence)
    /// is divided out of it already.
    pub multiplier: Decimal,
    /// What it is priced in, three letters.
    pub currency: String,
    /// The last day on which it can be traded, for one that ends.
    pub expiry: Option<NaiveDate>,
    /// The step that order sizes go in; whole shares whatever the contract allows.
    pub lot_size: Quantity,
    /// The smallest order that opens something.
    pub size_min: Quantity,
    /// The zone that its exchange counts its days in.
    pub zone: Tz,
    /// Regular trading sessions, in rising order.
    pub liquid_hours: Vec<Session>,
}

/// From `open` (inclusive) to `close` (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The first moment of trading.
    pub open: DateTime<Utc>,
    /// The first moment after it.
    pub close: DateTime<Utc>,
}

impl Instrument {
    /// As much of `exact` as can be ordered: whole steps, and nothing below the smallest order.
    #[must_use]
    pub fn orderable(&self, exact: Quantity) -> Quantity {
        let whole = exact.in_lots_of(self.lot_size);
        if whole < self.size_min { Quantity::ZERO } else { whole }
    }

    /// The session that `at` lies in.
    #[must_use]
    pub fn session_at(&self, at: DateTime<Utc>) -> Option<Session> {
        self.liquid_hours.iter().copied().find(|session| session.open <= at && at < session.close)
    }

    /// The exchange's own day.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        trading_day(at, self.zone)
    }

    /// True where the sessions of the day of `placed` are over: what was placed for that day is.
    #[must_use]
    pub fn day_is_over(&self, placed: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let day = self.session_at(placed).map_or(self.day(placed), |session| self.day(session.close));
        let of_day = self.liquid_hours.iter().filter(|session| self.day(session.close) == day);
        // Sessions of days before are not told any more.
        of_day.map(|session| session.close).max().map_or(self.day(now) > day, |close| close <= now)
    }

    /// The next opening after `at`, if the broker has told of one.
    #[must_use]
    pub fn next_open(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.liquid_hours.iter().map(|session| session.open).find(|open| *open > at)
    }
}
