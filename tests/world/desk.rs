//! Names and numbers of orders on one connection, as the program's broker link keeps them:
//! a change is the newest echo with quantity and price replaced, and what was never
//! acknowledged cannot be changed.

use std::collections::BTreeMap;

use engine::order::{Action, Kind, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{OrderRef, Request};
use paper::exchange::attributes::Attributes;
use paper::exchange::kind::{Kind as Sent, Trail};
use paper::exchange::order::{Oca, OcaType, Order, Side, Terms, TimeInForce as Tif};
use rust_decimal::Decimal;

/// The program's client id.
pub(crate) const CLIENT: i32 = 17;

/// What goes over the wire.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A new order, or new terms for one.
    Submit { order: OrderRef, id: i32, terms: Box<Terms>, changes: bool },
    /// The end of one.
    Cancel { order: OrderRef, id: i32 },
}

/// An order as this connection knows it.
#[derive(Clone, Debug)]
struct Placed {
    id: i32,
    terms: Terms,
    heard: bool,
    ended: bool,
}

/// The orders of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    con_ids: BTreeMap<String, i32>,
    orders: BTreeMap<OrderRef, Placed>,
    names: BTreeMap<i32, OrderRef>,
    /// The next order id.
    pub(crate) next_id: i32,
}

impl Desk {
    pub(crate) fn new(con_ids: BTreeMap<String, i32>, next_id: i32) -> Desk {
        Desk { con_ids, orders: BTreeMap::new(), names: BTreeMap::new(), next_id }
    }

    pub(crate) fn name(&self, id: i32) -> Option<&OrderRef> {
        self.names.get(&id)
    }

    pub(crate) fn heard(&self, order: &OrderRef) -> bool {
        self.orders.get(order).is_some_and(|placed| placed.heard)
    }

    /// The broker has spoken of the order.
    pub(crate) fn moved(&mut self, order: &OrderRef, ended: bool) {
        if let Some(placed) = self.orders.get_mut(order) {
            placed.heard = true;
            placed.ended |= ended;
        }
    }

    /// The broker has echoed its terms.
    pub(crate) fn echo(&mut self, name: &OrderRef, order: &Order) {
        let ended = self.orders.get(name).is_some_and(|placed| placed.ended);
        let terms = Terms {
            quantity: order.total(),
            oca: order.reported_oca(),
            parent: Some(order.reported_parent()).filter(|id| *id != 0),
            ..order.terms.clone()
        };
        self.next_id = self.next_id.max(order.key.id + 1);
        self.names.insert(order.key.id, name.clone());
        self.orders.insert(name.clone(), Placed { id: order.key.id, terms, heard: true, ended });
    }

    /// The messages of a request, or why it cannot be sent.
    pub(crate) fn messages(&mut self, request: &Request) -> Result<Vec<Message>, String> {
        match request {
            Request::Place { orders } => orders.iter().map(|spec| self.submit(spec)).collect(),
            Request::Modify(change) => Ok(vec![self.modified(change)?]),
            Request::Cancel(order) => {
                let placed = self.orders.get(order).ok_or("unknown")?;
                Ok(vec![Message::Cancel { order: order.clone(), id: placed.id }])
            }
            Request::WhatIf(_) => Err("what_if is off here".to_owned()),
        }
    }

    fn submit(&mut self, spec: &OrderSpec) -> Result<Message, String> {
        let parent = match &spec.parent {
            Some(parent) => Some(self.orders.get(parent).ok_or("no parent")?.id),
            None => None,
        };
        let id = self.next_id;
        self.next_id += 1;
        let terms = Terms {
            con_id: self.con_ids[spec.order.ticker.as_str()],
            side: match spec.action {
                Action::Buy => Side::Buy,
                Action::Sell => Side::Sell,
            },
            kind: sent(spec.kind),
            quantity: spec.quantity.value(),
            tif: match spec.time_in_force {
                TimeInForce::Day => Tif::Day,
                TimeInForce::GoodTillCancelled => Tif::Gtc,
                TimeInForce::GoodTill(at) => Tif::Gtd(at),
            },
            outside_rth: spec.outside_rth,
            oca: spec.group.clone().map(|group| Oca { group, kind: OcaType::ReduceWithBlock }),
            parent,
            transmit: spec.transmit,
            order_ref: spec.order.to_string(),
        };
        let placed = Placed { id, terms: terms.clone(), heard: false, ended: false };
        self.names.insert(id, spec.order.clone());
        self.orders.insert(spec.order.clone(), placed);
        Ok(Message::Submit { order: spec.order.clone(), id, terms: Box::new(terms), changes: false })
    }

    fn modified(&self, change: &Change) -> Result<Message, String> {
        let placed =
            self.orders.get(&change.order).filter(|placed| placed.heard).ok_or("never acknowledged")?;
        let parent = placed.terms.parent.and_then(|id| self.orders.get(self.names.get(&id)?));
        let terms = Terms {
            kind: moved(placed.terms.kind, change.price.value()),
            quantity: change.quantity.value(),
            parent: parent.filter(|parent| !parent.ended).map(|parent| parent.id),
            transmit: true,
            ..placed.terms.clone()
        };
        let (order, id) = (change.order.clone(), placed.id);
        Ok(Message::Submit { order, id, terms: Box::new(terms), changes: true })
    }
}

fn sent(kind: Kind) -> Sent {
    match kind {
        Kind::Market => Sent::Market,
        Kind::Limit(limit) => Sent::Limit(limit.value()),
        Kind::Stop(stop) => Sent::Stop(stop.value()),
        Kind::StopLimit { stop, limit } => Sent::StopLimit { stop: stop.value(), limit: limit.value() },
        Kind::Trail { by, stop } => Sent::Trail { by: Trail::Amount(by), stop: Some(stop.value()) },
    }
}

/// The kind with its price replaced; a stop-limit's limit keeps its distance, a trailing stop
/// stays where the broker has moved it.
fn moved(kind: Sent, price: Decimal) -> Sent {
    match kind {
        Sent::Limit(_) => Sent::Limit(price),
        Sent::Stop(_) => Sent::Stop(price),
        Sent::StopLimit { stop, limit } => Sent::StopLimit { stop: price, limit: limit + price - stop },
        other => other,
    }
}

/// What every order of ours says beyond its terms.
pub(crate) fn attributes() -> Attributes {
    Attributes { account: "DSIM0001".to_owned(), ..Attributes::default() }
}
