//! Why something was done, and why it was not: data first, words at the edge.
//!
//! The same words stand in the journal's export, the log, `why` and the page, since
//! all of them print these values.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{BadPrice, Confidence, Money, Price, Quantity};
use crate::order::{End, Side};
use crate::signal::Direction;
use crate::time::in_words;
use crate::trade::Stage;

/// Why a ticker acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Because {
    /// A rule's signal condition held.
    #[error("{rule}: {confidence} >= {needed}")]
    Rule {
        /// The rule's name.
        rule: String,
        /// The signal's confidence.
        confidence: Confidence,
        /// What the rule asks for.
        needed: Confidence,
    },
    /// A rule's profit condition held.
    #[error("{rule}: profit {} % >= {} %", percent(*profit), percent(*needed))]
    Profit {
        /// The rule's name.
        rule: String,
        /// The gain, as a fraction of the entry.
        profit: Decimal,
        /// What the level asks for.
        needed: Decimal,
    },
    /// A signal against the position closes it.
    #[error("{direction} {confidence} closes the {side} position")]
    Opposite {
        /// The signal's direction.
        direction: Direction,
        /// Its confidence.
        confidence: Confidence,
        /// The position's side.
        side: Side,
    },
    /// The stop was filled.
    #[error("stop")]
    Stop,
    /// The target was filled.
    #[error("target")]
    Target,
    /// The day's loss reached its limit, and the limit flattens.
    #[error("the day's loss {loss} reached the limit {max}")]
    DailyLoss {
        /// The day's result, negative.
        loss: Money,
        /// The limit, as configured.
        max: Money,
    },
    /// The day's result cannot be computed, which counts as a loss at its limit.
    #[error("the day's result cannot be computed")]
    ResultUnknown,
    /// Protection could not be placed, so the shares go.
    #[error("no stop could be placed")]
    Unprotected,
    /// A person asked for it.
    #[error("asked for by the operator")]
    Operator,
}

/// Why a signal was not traded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Decline {
    /// Its id was seen before.
    #[error("duplicate")]
    Duplicate,
    /// A newer one was applied already.
    #[error("older than the signal of {}", last.format("%Y-%m-%d %H:%M:%S UTC"))]
    OutOfOrder {
        /// The time of the newest signal applied.
        last: DateTime<Utc>,
    },
    /// Too old to trade on.
    #[error("stale: {} old, at most {} is traded", in_words(*age), in_words(*max))]
    Stale {
        /// Its age in market time.
        #[serde(with = "span")]
        age: TimeDelta,
        /// The limit.
        #[serde(with = "span")]
        max: TimeDelta,
    },
    /// Its time lies ahead of the market's.
    #[error("its time lies {} ahead of the market", in_words(*by))]
    FromTheFuture {
        /// By how much.
        #[serde(with = "span")]
        by: TimeDelta,
    },
    /// The nearest rule asks for more confidence.
    #[error("confidence {confidence} < {needed} ({rule})")]
    LowConfidence {
        /// The signal's confidence.
        confidence: Confidence,
        /// What the rule asks for.
        needed: Confidence,
        /// The rule's name.
        rule: String,
    },
    /// A close needs more confidence.
    #[error("confidence {confidence} < {needed} needed to close the {side} position")]
    LowConfidenceToClose {
        /// The signal's confidence.
        confidence: Confidence,
        /// What a close asks for.
        needed: Confidence,
        /// The position's side.
        side: Side,
    },
    /// No rule takes this direction.
    #[error("no rule takes {0}")]
    NoRule(Direction),
    /// The position is on that side already.
    #[error("already {0}")]
    SameSide(Side),
    /// `on_opposite = "ignore"`.
    #[error("the position is {0}, and on_opposite = \"ignore\"")]
    OppositeIgnored(Side),
    /// SELL without a position.
    #[error("flat: nothing to sell")]
    NothingToSell,
    /// The trade is leaving, or its entry still works.
    #[error("the trade is {0}")]
    Busy(Stage),
    /// The ticker opens nothing now.
    #[error("the ticker is {0}")]
    NotActive(String),
    /// Short sales are switched off.
    #[error("allow_short = false")]
    ShortNotAllowed,
    /// Not enough shares to borrow.
    #[error("{available} shares to borrow, {wanted} wanted")]
    NotShortable {
        /// What the broker offers.
        available: Decimal,
        /// What the entry needs.
        wanted: Quantity,
    },
    /// The contract's regular session is not open.
    #[error("the market is closed{}", opens(*.next))]
    MarketClosed {
        /// Its next opening, if known.
        next: Option<DateTime<Utc>>,
    },
    /// The broker has not told of the contract yet.
    #[error("the contract is not known yet")]
    NoInstrument,
    /// No price to size the entry by.
    #[error("no quote")]
    NoQuote,
    /// The price is too old.
    #[error("the quote is {} old, at most {} is traded on", in_words(*age), in_words(*max))]
    QuoteTooOld {
        /// The time since the last tick.
        #[serde(with = "span")]
        age: TimeDelta,
        /// The limit.
        #[serde(with = "span")]
        max: TimeDelta,
    },
    /// The price is delayed or frozen.
    #[error("the quote is delayed")]
    QuoteDelayed,
    /// The time after a stop-out.
    #[error("cooling down until {}", until.format("%Y-%m-%d %H:%M:%S UTC"))]
    CoolingDown {
        /// When entries are taken again, in market time.
        until: DateTime<Utc>,
    },
    /// The money buys no whole share.
    #[error("{money} buys no share at {price}")]
    RoundsToZero {
        /// What a position may cost.
        money: Money,
        /// What a share costs.
        price: Price,
    },
    /// The part of the first lot is less than a share.
    #[error("the add rounds to no share of {of}")]
    AddRoundsToZero {
        /// The first lot's shares.
        of: Quantity,
    },
    /// A price of the bracket is no price.
    #[error("no bracket around {touch}: {why}")]
    NoBracket {
        /// The price the bracket is built from.
        touch: Price,
        /// What is wrong.
        why: String,
    },
    /// Too many records wait for the journal.
    #[error("{0} records wait for the journal")]
    JournalBehind(usize),
}

impl Decline {
    /// A bracket that cannot be built.
    #[must_use]
    pub fn no_bracket(touch: Price, why: &BadPrice) -> Decline {
        Decline::NoBracket { touch, why: why.to_string() }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            End::Filled => "filled",
            End::Cancelled => "cancelled",
            End::Rejected => "rejected",
        })
    }
}

fn percent(fraction: Decimal) -> Decimal {
    (fraction * Decimal::ONE_HUNDRED).round_dp(2).normalize()
}

fn opens(next: Option<DateTime<Utc>>) -> String {
    next.map(|at| format!(" (opens {})", at.format("%Y-%m-%d %H:%M UTC"))).unwrap_or_default()
}

/// A span of time as milliseconds.
pub(crate) mod span {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(span.num_milliseconds())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        i64::deserialize(from).map(TimeDelta::milliseconds)
    }
}
