//! What a ticker asks for. One request is what is sent as one: a bracket goes whole.
//!
//! A request is only a wish. It reaches the broker through the journal
//! (`Written`) and the risk book ([`Admitted`](crate::account::Admitted)), never directly.

use serde::{Deserialize, Serialize};

use crate::instrument::TickerKey;
use crate::money::{Price, Quantity};
use crate::order::{Action, Kind, TimeInForce};
use crate::order_ref::OrderRef;

/// Something to be sent to the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// New orders, sent whole and in this order.
    Place {
        /// The orders, in order of sending.
        orders: Vec<OrderSpec>,
    },
    /// New terms for a working order.
    Modify(Change),
    /// The end of one order.
    Cancel(OrderRef),
    /// What this order would do to the margin. It has a name and an id of its own, and is never placed.
    WhatIf(Box<OrderSpec>),
}

/// One new order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSpec {
    /// Its name.
    pub order: OrderRef,
    /// The number of its lot within the trade.
    pub lot: u32,
    /// Which way.
    pub action: Action,
    /// How many shares.
    pub quantity: Quantity,
    /// Market, limit or stop.
    pub kind: Kind,
    /// How long.
    pub time_in_force: TimeInForce,
    /// The entry that must fill before this order works.
    pub parent: Option<OrderRef>,
    /// The group in which a fill of one reduces the others (OCA type 2).
    pub group: Option<String>,
    /// True: it works outside regular hours as well.
    pub outside_rth: bool,
    /// False: held at the broker until a member of the family comes with true.
    pub transmit: bool,
}

/// New terms for a working order. What is not named stays as the broker last echoed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which order.
    pub order: OrderRef,
    /// Its whole quantity: what was filled plus what shall remain.
    pub quantity: Quantity,
    /// Its limit or stop price.
    pub price: Price,
}

impl Request {
    /// The ticker that asks.
    #[must_use]
    pub fn ticker(&self) -> Option<&TickerKey> {
        self.orders().next().map(|order| &order.ticker)
    }

    /// The orders it touches.
    pub fn orders(&self) -> impl Iterator<Item = &OrderRef> {
        let (placed, one): (&[OrderSpec], Option<&OrderRef>) = match self {
            Request::Place { orders, .. } => (orders, None),
            Request::Modify(change) => (&[], Some(&change.order)),
            Request::Cancel(order) => (&[], Some(order)),
            Request::WhatIf(spec) => (&[], Some(&spec.order)),
        };
        placed.iter().map(|spec| &spec.order).chain(one)
    }
}
