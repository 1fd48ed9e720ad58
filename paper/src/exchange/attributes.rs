//! What a client may add to an order's terms: conditions, a stop that adjusts itself, how it is triggered, how little it
//! takes at once.
//!
//! An order without any has [`Attributes::default`]; [`Exchange::place`](crate::exchange::Exchange::place) means that.
//!
//! Read next: [`condition`](crate::exchange::condition), [`trigger`](crate::exchange::trigger).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::exchange::kind::Trail;

/// Everything beyond the terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// The account as the client named it; empty where it left that to TWS.
    pub account: String,
    /// What must hold before it works, or before it is cancelled.
    pub conditions: Vec<Condition>,
    /// True: it works at once and is cancelled when the conditions hold.
    pub conditions_cancel: bool,
    /// True: conditions are looked at outside regular hours too.
    pub conditions_ignore_rth: bool,
    /// It sleeps until then (`goodAfterTime`).
    pub good_after: Option<DateTime<Utc>>,
    /// What touches its stop.
    pub trigger: TriggerMethod,
    /// What its stop becomes once the market has come this far.
    pub adjust: Option<Adjust>,
    /// Takes its whole remaining size at once or nothing.
    pub all_or_none: bool,
    /// Shares that its first fill must have at least.
    pub minimum: Option<Decimal>,
    /// Passes the price and size precautions.
    pub bypass_precautions: bool,
}

/// Which prices touch a stop. TWS's default is the last trade for US stocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerMethod {
    /// 0 and 2: the last trade.
    #[default]
    Last,
    /// 1: two bids in a row for a sale, two asks for a purchase.
    DoubleBidAsk,
    /// 3: two trades in a row.
    DoubleLast,
    /// 4: the bid for a sale, the ask for a purchase.
    BidAsk,
    /// 7: a trade, or the bid or ask.
    LastOrBidAsk,
    /// 8: the middle between bid and ask.
    MidPoint,
}

impl TriggerMethod {
    /// The method of a number on the wire.
    pub fn numbered(number: i32) -> Option<TriggerMethod> {
        Some(match number {
            0 | 2 => TriggerMethod::Last,
            1 => TriggerMethod::DoubleBidAsk,
            3 => TriggerMethod::DoubleLast,
            4 => TriggerMethod::BidAsk,
            7 => TriggerMethod::LastOrBidAsk,
            8 => TriggerMethod::MidPoint,
            _ => return None,
        })
    }

    /// How often in a row the stop must be touched.
    pub fn touches(self) -> u8 {
        if matches!(self, TriggerMethod::DoubleBidAsk | TriggerMethod::DoubleLast) { 2 } else { 1 }
    }
}

/// A stop that becomes another stop when the last trade reaches a price (TWS's adjusted orders).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjust {
    /// The last trade that adjusts it: above the market for a sale, below for a purchase.
    pub at: Decimal,
    /// What it becomes.
    pub to: Adjusted,
}

/// What an adjusting stop becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adjusted {
    /// `STP` at this price.
    Stop(Decimal),
    /// `STP LMT`.
    StopLimit {
        /// The new stop.
        stop: Decimal,
        /// The new limit.
        limit: Decimal,
    },
    /// `TRAIL`, which starts at the stop price if that is better than the distance.
    Trail {
        /// The distance.
        by: Trail,
        /// Where it starts.
        stop: Option<Decimal>,
    },
    /// `TRAIL LIMIT`.
    TrailLimit {
        /// The distance.
        by: Trail,
        /// Where it starts.
        stop: Option<Decimal>,
        /// How far its limit lies beyond its stop.
        offset: Decimal,
    },
}

/// One condition, and how it is joined to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What must hold.
    pub test: Test,
    /// Joined to the next condition by "and"; else by "or". "And" binds stronger.
    pub and_next: bool,
}

/// What a condition looks at. `above` includes the number itself, as does below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// Type 1: the last trade of a contract.
    Price {
        /// The contract.
        con_id: i32,
        /// At or above the price, or at or below.
        above: bool,
        /// The price.
        price: Decimal,
    },
    /// Type 3: the market's time.
    Time {
        /// At or after, or at or before.
        after: bool,
        /// The moment.
        at: DateTime<Utc>,
    },
    /// Type 4: the cushion, which is excess liquidity in percent of net liquidation.
    Margin {
        /// At or above the percentage, or at or below.
        above: bool,
        /// Percent.
        percent: i32,
    },
    /// Type 5: a trade of the account in a symbol, from now on.
    Execution {
        /// The symbol.
        symbol: String,
        /// Trades after this moment count: when the order was accepted.
        since: Option<DateTime<Utc>>,
    },
    /// Type 6: the shares traded today in a contract.
    Volume {
        /// The contract.
        con_id: i32,
        /// At or above the volume, or at or below.
        above: bool,
        /// Shares.
        shares: i64,
    },
    /// Type 7: the last trade against the close of the day before.
    PercentChange {
        /// The contract.
        con_id: i32,
        /// At or above the change, or at or below.
        above: bool,
        /// Percent; negative for a fall.
        percent: Decimal,
    },
}
