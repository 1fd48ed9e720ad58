//! What happened: facts, each with the client it concerns.
//!
//! Order news goes to the client that placed the order and to nobody else; changes of the account concern all.
//!
//! Read next: [`refusal`](crate::exchange::refusal).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::exchange::margin::WhatIf;
use crate::exchange::order::{Order, OrderKey, Side};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An order is new, or something about it changed.
    OrderChanged(Box<Order>),
    /// A cancel is on its way; the order itself is as it was.
    CancelPending(Box<Order>),
    /// Shares changed hands.
    Executed(Box<Execution>),
    /// What an execution cost. Always after it.
    CommissionCharged(Box<Execution>),
    /// A refusal or a warning about an order.
    Noted {
        /// The order.
        key: OrderKey,
        /// TWS's code.
        code: i32,
        /// TWS's words.
        text: String,
    },
    /// The answer to a what-if order, which was not placed.
    WhatIfAnswered(Box<WhatIf>),
    /// A trade was taken back: bars of its contract are no longer right.
    Busted {
        /// The contract.
        con_id: i32,
    },
    /// A position changed.
    PositionChanged {
        /// The contract.
        con_id: i32,
    },
}

impl Event {
    /// Is the account another one than before? A refusal and an estimate leave it as it was.
    pub fn changes_account(&self) -> bool {
        !matches!(self, Event::Noted { .. } | Event::WhatIfAnswered(_))
    }
}

/// One fill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Unique: `xxxxxxxx.yyyyyyyy.01.01`. A correction would change what stands behind the last dot.
    pub exec_id: String,
    /// The order.
    pub key: OrderKey,
    /// The order's permanent id.
    pub perm_id: i64,
    /// The contract.
    pub con_id: i32,
    /// Where.
    pub exchange: String,
    /// Which way.
    pub side: Side,
    /// Shares of this fill.
    pub shares: Decimal,
    /// Its price.
    pub price: Decimal,
    /// Shares of the order filled so far, this fill included.
    pub cumulative: Decimal,
    /// Their average price.
    pub average_price: Decimal,
    /// The order's own words.
    pub order_ref: String,
    /// When, in market time.
    pub time: DateTime<Utc>,
    /// Did it take what was displayed (true), or did it wait until it was taken?
    pub removed_liquidity: bool,
    /// Its commission.
    pub commission: Decimal,
    /// What it closed, less its commission; 0 where it only opened.
    pub realized: Decimal,
    /// Did the broker close it to cover a deficit?
    #[serde(default)]
    pub is_liquidation: bool,
}
