//! Why something was done, and why it was not: data first, words at the edge.
//!
//! The same words stand in the journal's export, the log, `why` and the page, since
//! all of them print these values.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::account::{GroupName, Trip};
use crate::money::{BadPrice, Confidence, Money, Price, Quantity};
use crate::order::{End, Side};
use crate::order_ref::OrderRef;
use crate::rule::{Miss, Seen};
use crate::signal::Direction;
use crate::time::in_words;
use crate::trade::Stage;

/// Why a ticker acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Because {
    /// A rule's condition held.
    #[error("{rule}: {}", listed(seen))]
    Rule {
        /// The rule's name.
        rule: String,
        /// What it saw.
        seen: Vec<Seen>,
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
    /// The loss of a group that it is in tripped the group's limit.
    #[error("group {group}: {trip}")]
    Group {
        /// Which group.
        group: GroupName,
        /// What tripped it.
        trip: Trip,
    },
    /// The entry was filled at or beyond its own stop.
    #[error("filled at {fill}, beyond its own stop {stop}")]
    FilledThroughStop {
        /// The average fill.
        fill: Price,
        /// The stop.
        stop: Price,
    },
    /// Exits took more than there was: what they opened on the other side goes at once.
    #[error("exits took {excess} more than were held")]
    Overfilled {
        /// By how much.
        excess: Quantity,
    },
    /// Somebody else closed it at the broker.
    #[error("closed outside of this program")]
    Outside,
    /// The contract ends soon, and is not held to its end.
    #[error("the contract expires on {expiry}")]
    Expires {
        /// Its last day.
        expiry: chrono::NaiveDate,
    },
    /// Its exit was filled, and nobody was told at what price.
    #[error("closed unseen")]
    Unseen,
    /// The day's result cannot be computed, which counts as a loss at its limit.
    #[error("the day's result cannot be computed")]
    ResultUnknown,
    /// A person cancelled the stop at the broker.
    #[error("{} was cancelled by hand", order.short())]
    StopCancelled {
        /// The stop.
        order: OrderRef,
    },
    /// The broker refused an order of ours.
    #[error("the broker refused {}", order.short())]
    Refused {
        /// Which.
        order: OrderRef,
    },
    /// Protection could not be placed, so the shares go.
    #[error("no stop could be placed")]
    Unprotected,
    /// Orders of ours opened it, and no record tells of them.
    #[error("found at the broker, and no record tells of it")]
    Found,
    /// A person has set HALT.
    #[error("HALT is set ({words})")]
    Halt {
        /// Who set it, when and why.
        words: String,
    },
    /// The ticker was taken out of the config.
    #[error("taken out of the config")]
    Removed,
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
    /// The nearest rule misses something.
    #[error("{miss} ({rule})")]
    RuleMissed {
        /// The rule's name.
        rule: String,
        /// What it misses.
        miss: Miss,
    },
    /// The rule is cooling down.
    #[error("{rule} is cooling down until {}", until.format("%Y-%m-%d %H:%M:%S UTC"))]
    RuleCoolingDown {
        /// The rule's name.
        rule: String,
        /// When it acts again, in market time.
        until: DateTime<Utc>,
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
    /// The contract is not traded in so few.
    #[error("{size} is less than the contract's smallest order of {least}")]
    BelowMinimum {
        /// What the money, the risk or the equity comes to.
        size: Quantity,
        /// The smallest order.
        least: Quantity,
    },
    /// The part of the first lot is less than a share.
    #[error("the add rounds to no share of {of}")]
    AddRoundsToZero {
        /// The first lot's shares.
        of: Quantity,
    },
    /// The stop is measured in average true ranges, and there is none yet.
    #[error("no ATR yet: its bars are being read")]
    NoAtr,
    /// The size is a part of the account's equity, and that is not known yet.
    #[error("the account's equity is not known yet")]
    NoEquity,
    /// The contract's currency cannot be converted.
    #[error("no rate from {currency} to the account's currency")]
    NoRate {
        /// The contract's currency.
        currency: String,
    },
    /// Trading in the contract is halted, or has only just begun again.
    #[error("trading is halted{}", resumed(*.since_resumed))]
    TradingHalted {
        /// How long it has gone on again, in process time; none: it has not.
        #[serde(with = "maybe_span")]
        since_resumed: Option<TimeDelta>,
    },
    /// The day's trades are used up.
    #[error("{count} trades today, at most {max}")]
    TradesADay {
        /// Trades opened today.
        count: u32,
        /// The limit.
        max: u32,
    },
    /// A corporate action changed the position today.
    #[error("a split changed the position today")]
    SplitToday,
    /// The contract expires too soon.
    #[error("the contract expires on {expiry}")]
    ExpiresSoon {
        /// When.
        expiry: chrono::NaiveDate,
    },
    /// A price of the bracket is no price.
    #[error("no bracket around {touch}: {why}")]
    NoBracket {
        /// The price the bracket is built from.
        touch: Price,
        /// What is wrong.
        why: String,
    },
    /// Another entry waits for its margin.
    #[error("an entry waits for the broker's word on its margin")]
    AwaitingMargin,
    /// The account would not carry it.
    #[error("margin: {initial} would be asked for, and an equity of {equity} be there")]
    MarginTooSmall {
        /// The initial margin after the entry.
        initial: Money,
        /// The equity with loan value after it.
        equity: Money,
    },
    /// The broker does not tell what it would do to the margin.
    #[error("margin: {0}")]
    MarginNotTold(String),
    /// The broker says nothing.
    #[error("margin: no answer within {}", in_words(*patience))]
    MarginUnanswered {
        /// How long it had for it.
        #[serde(with = "span")]
        patience: TimeDelta,
    },
    /// It was taken back before it was placed.
    #[error("taken back: {0}")]
    TakenBack(String),
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
            End::Expired => "expired",
            End::Lost => "lost",
        })
    }
}

pub(crate) fn percent(fraction: Decimal) -> Decimal {
    (fraction * Decimal::ONE_HUNDRED).round_dp(2).normalize()
}

fn listed(seen: &[Seen]) -> String {
    seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn resumed(since: Option<TimeDelta>) -> String {
    since.map(|since| format!(", resumed {} ago", in_words(since))).unwrap_or_default()
}

fn opens(next: Option<DateTime<Utc>>) -> String {
    next.map(|at| format!(" (opens {})", at.format("%Y-%m-%d %H:%M UTC"))).unwrap_or_default()
}

/// A span of time as milliseconds, or nothing.
pub(crate) mod maybe_span {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(span: &Option<TimeDelta>, to: S) -> Result<S::Ok, S::Error> {
        span.map(|span| span.num_milliseconds()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TimeDelta>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(TimeDelta::milliseconds))
    }
}

/// A span of time as milliseconds.
/// As [`span`], for one that may be missing.
pub(crate) mod spans {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands it over so")]
    pub(crate) fn serialize<S: Serializer>(span: &Option<TimeDelta>, to: S) -> Result<S::Ok, S::Error> {
        span.map(|span| span.num_milliseconds()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TimeDelta>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(TimeDelta::milliseconds))
    }
}

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
