//! The account's limits, and the words of a refusal.

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::instrument::TickerKey;
use crate::money::{Fraction, Money, Price, Quantity};
use crate::reason::span;
use crate::time::in_words;

/// What the account may risk. Money is in its base currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most that one ticker's position may be worth, working entries included.
    pub position_size_max: Money,
    /// The most tickers that may hold a position or work an entry.
    pub positions_max: usize,
    /// The loss of a day at which nothing opens any more; above zero.
    pub daily_loss_max: Money,
    /// What happens to open positions then.
    pub on_daily_loss: OnDailyLoss,
    /// How far a limit price may lie beyond the quote.
    pub price_collar: Fraction,
    /// The oldest quote that an entry is judged by, in process time.
    pub quote_age_max: TimeDelta,
    /// The zone that a trading day is counted in.
    pub zone: Tz,
}

/// What the daily-loss limit does to open positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDailyLoss {
    /// Nothing opens; what is open keeps its stops and targets.
    #[default]
    Block,
    /// Nothing opens, and what is open is closed.
    Flatten,
}

/// Why the risk book refused a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// The position would be worth too much.
    #[error("would hold {would} of {ticker}, the limit is {max}")]
    PositionTooLarge {
        /// Whose position.
        ticker: TickerKey,
        /// What it would be worth, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// Too many tickers hold something.
    #[error("{open} positions are open, the limit is {max}")]
    TooManyPositions {
        /// Tickers with a position or a working entry.
        open: usize,
        /// The limit.
        max: usize,
    },
    /// The day's loss has reached its limit.
    #[error("halted: the day's loss {loss} reached the limit {max}")]
    DailyLoss {
        /// The day's result when it tripped, negative.
        loss: Money,
        /// The limit.
        max: Money,
    },
    /// The price lies too far from the market.
    #[error("{price} lies more than {collar} beyond the quote {touch}")]
    PriceCollar {
        /// The order's price.
        price: Price,
        /// The quote it was held against.
        touch: Price,
        /// The limit.
        collar: Fraction,
    },
    /// There is no price to judge by.
    #[error("no quote of {ticker}")]
    NoQuote {
        /// Whose quote.
        ticker: TickerKey,
    },
    /// The quote is too old to judge by.
    #[error("the quote of {ticker} is {} old, at most {} is allowed", in_words(*age), in_words(*max))]
    QuoteTooOld {
        /// Whose quote.
        ticker: TickerKey,
        /// Its age.
        #[serde(with = "span")]
        age: TimeDelta,
        /// The limit.
        #[serde(with = "span")]
        max: TimeDelta,
    },
    /// An entry without a price cannot be judged.
    #[error("an entry needs a limit price")]
    NoPrice,
    /// An exit would leave the other side open.
    #[error("would close {wanted} of {held} held")]
    CrossesZero {
        /// What the order would close.
        wanted: Quantity,
        /// What is held.
        held: Quantity,
    },
    /// The market closed, or the connection was lost, before it was sent.
    #[error("not sent: {0}")]
    NotSent(String),
}
