//! An order's words: which way, what kind, how long, and what the broker says of it.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Money, Price, Quantity};
use crate::order_ref::OrderRef;

/// Which way an order moves the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Adds shares.
    Buy,
    /// Takes them away; without shares it makes a short position.
    Sell,
}

impl Action {
    /// The other way.
    #[must_use]
    pub fn opposite(self) -> Action {
        match self {
            Action::Buy => Action::Sell,
            Action::Sell => Action::Buy,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Buy => "buy",
            Action::Sell => "sell",
        })
    }
}

/// Which side of the market a position is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Gains when the price rises.
    Long,
    /// Gains when it falls.
    Short,
}

impl Side {
    /// The action that opens this side, or adds to it.
    #[must_use]
    pub fn opening(self) -> Action {
        match self {
            Side::Long => Action::Buy,
            Side::Short => Action::Sell,
        }
    }

    /// True where a position of this side gains from `price` over `other`.
    #[must_use]
    pub fn is_better(self, price: Price, other: Price) -> bool {
        match self {
            Side::Long => price > other,
            Side::Short => price < other,
        }
    }

    /// The action that closes it.
    #[must_use]
    pub fn closing(self) -> Action {
        self.opening().opposite()
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Long => "long",
            Side::Short => "short",
        })
    }
}

/// What kind of order, with its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// At any price, now.
    Market,
    /// At this price or better.
    Limit(Price),
    /// At the market once this price has traded.
    Stop(Price),
    /// At `limit` or better once `stop` has traded.
    StopLimit {
        /// What has to trade.
        stop: Price,
        /// The worst price taken then.
        limit: Price,
    },
    /// A stop that the broker moves along behind the best price, at a distance.
    Trail {
        /// The distance, in the price's currency.
        by: Decimal,
        /// Where the stop stands.
        stop: Price,
    },
}

impl Kind {
    /// The price it carries: a stop's is what has to trade.
    #[must_use]
    pub fn price(self) -> Option<Price> {
        match self {
            Kind::Market => None,
            Kind::Limit(price) | Kind::Stop(price) => Some(price),
            Kind::StopLimit { stop, .. } | Kind::Trail { stop, .. } => Some(stop),
        }
    }

    /// True for a stop that the broker moves by itself.
    #[must_use]
    pub fn trails(self) -> bool {
        matches!(self, Kind::Trail { .. })
    }

    /// The same kind at another price; a market order has none.
    #[must_use]
    pub fn at(self, price: Price) -> Kind {
        match self {
            Kind::Market => Kind::Market,
            Kind::Limit(_) => Kind::Limit(price),
            Kind::Stop(_) => Kind::Stop(price),
            Kind::StopLimit { stop, limit } => {
                // The limit keeps its distance.
                let moved = limit.value() + (price.value() - stop.value());
                Kind::StopLimit { stop: price, limit: Price::new(moved).unwrap_or(price) }
            }
            Kind::Trail { by, .. } => Kind::Trail { by, stop: price },
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Market => f.write_str("market"),
            Kind::Limit(price) => write!(f, "limit {price}"),
            Kind::Stop(price) => write!(f, "stop {price}"),
            Kind::StopLimit { stop, limit } => write!(f, "stop {stop} limit {limit}"),
            Kind::Trail { by, stop } => write!(f, "stop {stop} trailing by {}", by.round_dp(4).normalize()),
        }
    }
}

/// How long an order works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeInForce {
    /// Until the session ends.
    Day,
    /// Until cancelled.
    GoodTillCancelled,
    /// Until this moment, in market time.
    GoodTill(DateTime<Utc>),
}

/// Where the broker says an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Acknowledged, and asleep until its parent fills.
    Held,
    /// At work: at the exchange, or armed at the broker and waiting for its price.
    Working,
    /// Over, whatever was filled before.
    Ended(End),
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Its whole quantity was filled.
    Filled,
    /// Its rest was cancelled: by us, by a person, by a sibling, by its time in force.
    Cancelled,
    /// The broker did not take it.
    Rejected,
    /// The broker does not know it any more, and its time in force had run out.
    Expired,
    /// The broker does not know it any more, and did not say why.
    Lost,
}

/// An execution: the only thing that moves a position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The broker's id, e.g. `0000e0d5.6554a001.01.01`; a correction repeats all but the last part.
    pub id: String,
    /// The order that was filled.
    pub order: OrderRef,
    /// Which way.
    pub action: Action,
    /// How many shares; of this execution alone.
    pub quantity: Quantity,
    /// At what price each.
    pub price: Price,
    /// When, in market time.
    pub at: DateTime<Utc>,
}

/// What an execution cost; it comes after the execution, or never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// The execution's id.
    pub execution: String,
    /// What the broker took, in base currency.
    pub amount: Money,
}

/// An order as the broker last told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which order.
    pub order: OrderRef,
    /// Where it stands.
    pub standing: Standing,
    /// Filled so far, by the broker's count. Positions never come from here.
    pub filled: Quantity,
    /// Still working.
    pub remaining: Quantity,
}

/// The account after an order, as the broker expects it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Margin {
    /// The initial margin that it asks for then.
    pub initial: Money,
    /// The equity with loan value that is there for it.
    pub equity: Money,
}

/// The terms of an order as the broker echoes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Which order.
    pub order: OrderRef,
    /// Its whole quantity, filled part included.
    pub quantity: Quantity,
    /// Its limit or stop price.
    pub price: Option<Price>,
    /// The group it is in, where that guards its members against being filled beside each other
    /// (TWS's OCA types 1 and 2); IB may have put it into another than it was asked for.
    #[serde(default)]
    pub guard: Option<String>,
}
