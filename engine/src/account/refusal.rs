//! Why the book refused a request, with the numbers.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{GroupName, LimitName};
use crate::instrument::TickerKey;
use crate::money::{Fraction, Money, Price, Quantity};
use crate::order::Action;
use crate::order_ref::OrderRef;
use crate::reason::span;
use crate::time::in_words;

/// Why the risk book refused a request. Money is in base currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// The order is for too many shares.
    #[error("an order for {wanted}, the limit is {max}")]
    OrderTooLarge {
        /// Its shares.
        wanted: Quantity,
        /// The limit.
        max: Quantity,
    },
    /// The order is worth too much.
    #[error("an order worth {worth}, the limit is {max}")]
    OrderWorthTooMuch {
        /// Its worth.
        worth: Money,
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
    /// Bid and ask lie too far apart, or the wrong way round.
    #[error("{ticker} is quoted {bid} to {ask}, a spread of {} %, the limit is {max}", percent(*spread))]
    SpreadTooWide {
        /// Whose quote.
        ticker: TickerKey,
        /// The bid.
        bid: Price,
        /// The ask.
        ask: Price,
        /// Their distance as a part of the middle; negative when crossed.
        spread: Decimal,
        /// The limit.
        max: Fraction,
    },
    /// A market entry without a quote to value it by.
    #[error("an entry needs a limit price")]
    NoPrice,
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
    /// Too many entries in a short time.
    #[error("{entries} entries of {ticker} within {}, the limit is {max}", in_words(*within))]
    TooManyEntries {
        /// Whose entries.
        ticker: TickerKey,
        /// So many already.
        entries: u32,
        /// In this span of market time.
        #[serde(with = "span")]
        within: TimeDelta,
        /// The limit.
        max: u32,
    },
    /// Too many trades today.
    #[error("{trades} trades of {ticker} today, the limit is {max}")]
    TooManyTrades {
        /// Whose trades.
        ticker: TickerKey,
        /// So many already.
        trades: u32,
        /// The limit.
        max: u32,
    },
    /// It pauses after losses.
    #[error("{ticker} lost {losses} trades in a row: nothing opens until {}", until.format("%Y-%m-%d %H:%M:%S UTC"))]
    LosingStreak {
        /// Who lost.
        ticker: TickerKey,
        /// So many in a row.
        losses: u32,
        /// When it opens again, in market time.
        until: DateTime<Utc>,
    },
    /// Entry after entry ends without a fill.
    #[error("{entries} entries of {ticker} in a row without a fill, the limit is {max}")]
    UnfilledEntries {
        /// Whose entries.
        ticker: TickerKey,
        /// So many in a row.
        entries: u32,
        /// The limit.
        max: u32,
    },
    /// The broker would take no more orders of this side.
    #[error("{ticker} would have {legs} live orders to {action}, the limit is {max}")]
    TooManyLegs {
        /// Whose orders.
        ticker: TickerKey,
        /// Which side.
        action: Action,
        /// So many with these.
        legs: u32,
        /// The limit.
        max: u32,
    },
    /// The name was given away already.
    #[error("order {order} was placed before")]
    OrderKnown {
        /// The order.
        order: OrderRef,
    },
    /// Another order for the same intent works.
    #[error("{} of {ticker} works for the same already", working.short())]
    DuplicateIntent {
        /// Whose entry.
        ticker: TickerKey,
        /// The one that works.
        working: OrderRef,
    },
    /// The ticker is on the restricted list.
    #[error("{ticker} is on the restricted list")]
    Restricted {
        /// Which ticker.
        ticker: TickerKey,
    },
    /// A person has set HALT.
    #[error("HALT is set ({words}): nothing opens until a release by name")]
    Halted {
        /// Who set it, when and why.
        words: String,
    },
    /// Too many tickers hold something.
    #[error("{open} positions are open, the limit is {max}")]
    TooManyPositions {
        /// Tickers with a position or a working entry.
        open: usize,
        /// The limit.
        max: usize,
    },
    /// All positions together would be worth too much.
    #[error("long and short together would be {would}, the limit is {max}")]
    GrossExposure {
        /// What they would be worth, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// One side would be worth too much beyond the other.
    #[error("long less short would be {would:+}, the limit is {max} either way")]
    NetExposure {
        /// Long less short, with this side's entries filled and none of the other.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// The ticker's stops would lose too much.
    #[error("{ticker} would lose {would} at its stops, the limit is {max}")]
    TickerRisk {
        /// Whose stops.
        ticker: TickerKey,
        /// What they would lose, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// A leap of the ticker's price would take too much.
    #[error("a leap of {ticker} by a tenth would take {would}, the limit is {max}")]
    TickerGapRisk {
        /// Whose price.
        ticker: TickerKey,
        /// What it would take, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// All stops together would lose too much.
    #[error("all stops together would lose {would}, the limit is {max}")]
    OpenRisk {
        /// What they would lose, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// A leap of all prices would take too much.
    #[error("a leap of all prices by a tenth would take {would}, the limit is {max}")]
    GapRisk {
        /// What it would take, working entries included.
        would: Money,
        /// The limit.
        max: Money,
    },
    /// The day's loss has reached its limit.
    #[error("halted: the day's loss {loss} reached the limit {max}")]
    DailyLoss {
        /// The day's result when it tripped, negative.
        loss: Money,
        /// The limit.
        max: Money,
    },
    /// The day's loss cannot be told, which counts as reached.
    #[error("halted: the day's result of {ticker} cannot be computed")]
    DailyLossUnknown {
        /// Whose result.
        ticker: TickerKey,
    },
    /// The process sends too fast.
    #[error("{orders} orders within a second with these, the limit is {max}")]
    TooManyOrdersASecond {
        /// So many with these.
        orders: u32,
        /// The limit.
        max: u32,
    },
    /// The process has sent too much.
    #[error("{orders} orders today with these, the limit is {max}")]
    TooManyOrdersADay {
        /// So many with these.
        orders: u32,
        /// The limit.
        max: u32,
    },
    /// The account cannot pay for it.
    #[error("entries would take {needed} of buying power, {available} may be used")]
    BuyingPower {
        /// What all working entries and this one would take.
        needed: Money,
        /// What there is to be used.
        available: Money,
    },
    /// The broker has not said what the account can pay for.
    #[error("the account's buying power is not known yet")]
    BuyingPowerUnknown,
    /// A sum of money that nobody can own.
    #[error("what the account would hold with this order of {ticker} cannot be computed")]
    NotComputable {
        /// Whose order.
        ticker: TickerKey,
    },
    /// An exit would leave the other side open.
    #[error("would close {wanted} of {held} held")]
    CrossesZero {
        /// What the order would close.
        wanted: Quantity,
        /// What is held.
        held: Quantity,
    },
    /// Exits that work already close what is held.
    #[error("would close {wanted} more of {held} held, of which working orders close {claimed}")]
    ClosedTwice {
        /// What the request would close besides.
        wanted: Quantity,
        /// What is held.
        held: Quantity,
        /// What working orders would close.
        claimed: Quantity,
    },
    /// A limit of a group that the ticker is in.
    #[error("group {group}: {because}")]
    Group {
        /// Which group.
        group: GroupName,
        /// What its limit says.
        because: Box<Refusal>,
    },
    /// Real money, and nobody has armed this start.
    #[error("not armed: this start trades real money and opens nothing until `supervisor arm`")]
    NotArmed,
    /// The market closed, or the connection was lost, before it was sent.
    #[error("not sent: {0}")]
    NotSent(String),
}

impl Refusal {
    /// The limit that refused; none where no limit did.
    #[must_use]
    pub fn limit(&self) -> Option<LimitName> {
        Some(match self {
            Refusal::OrderTooLarge { .. } => LimitName::OrderQuantity,
            Refusal::OrderWorthTooMuch { .. } | Refusal::NotComputable { .. } => LimitName::OrderNotional,
            Refusal::PriceCollar { .. } | Refusal::NoPrice => LimitName::PriceCollar,
            Refusal::NoQuote { .. } | Refusal::QuoteTooOld { .. } => LimitName::QuoteAge,
            Refusal::SpreadTooWide { .. } => LimitName::Spread,
            Refusal::PositionTooLarge { .. } => LimitName::PositionSize,
            Refusal::TooManyEntries { .. } => LimitName::EntriesAMinute,
            Refusal::TooManyTrades { .. } => LimitName::TradesADay,
            Refusal::LosingStreak { .. } => LimitName::LosingStreak,
            Refusal::UnfilledEntries { .. } => LimitName::UnfilledEntries,
            Refusal::TooManyLegs { .. } => LimitName::LegsASide,
            Refusal::OrderKnown { .. } | Refusal::DuplicateIntent { .. } => LimitName::DuplicateIntent,
            Refusal::Halted { .. } => LimitName::Halt,
            Refusal::Restricted { .. } => LimitName::Restricted,
            Refusal::TooManyPositions { .. } => LimitName::OpenPositions,
            Refusal::GrossExposure { .. } => LimitName::GrossExposure,
            Refusal::NetExposure { .. } => LimitName::NetExposure,
            Refusal::TickerRisk { .. } => LimitName::TickerRisk,
            Refusal::OpenRisk { .. } => LimitName::OpenRisk,
            Refusal::TickerGapRisk { .. } => LimitName::TickerGapRisk,
            Refusal::GapRisk { .. } => LimitName::GapRisk,
            Refusal::DailyLoss { .. } | Refusal::DailyLossUnknown { .. } => LimitName::DailyLoss,
            Refusal::TooManyOrdersASecond { .. } => LimitName::OrdersASecond,
            Refusal::TooManyOrdersADay { .. } => LimitName::OrdersADay,
            Refusal::BuyingPower { .. } | Refusal::BuyingPowerUnknown => LimitName::BuyingPower,
            Refusal::CrossesZero { .. } | Refusal::ClosedTwice { .. } => LimitName::ZeroCrossing,
            Refusal::Group { because, .. } => return because.limit(),
            Refusal::NotArmed | Refusal::NotSent(_) => return None,
        })
    }
}

fn percent(fraction: Decimal) -> Decimal {
    fraction.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(fraction).round_dp(2).normalize()
}
