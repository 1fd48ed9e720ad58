//! Requests to orders: the last look before the socket.
//!
//! The engine's types cannot hold a NaN, a negative or an infinite number; what could
//! still be wrong here is an order without a contract or a change of an order that the
//! broker never echoed, and both are refused.

use chrono::NaiveTime;
use engine::order::{Action, Kind, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{OrderRef, Request};
use ibapi::contracts::Contract;
use ibapi::orders::{Action as WireAction, OcaType, Order, TimeInForce as WireTif};

use super::convert::{decimal, float};
use super::table::{Placed, Table};

/// Why a request did not go out, wholly or in part.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The contract was never looked up.
    #[error("the contract of {0} is not known")]
    NoContract(OrderRef),
    /// The order is not known to the broker as far as we know.
    #[error("{0} was never acknowledged by the broker")]
    Unknown(OrderRef),
    /// A number has no finite float.
    #[error("a number of {0} cannot be sent")]
    Number(OrderRef),
    /// A person has set KILL: surely not sent.
    #[error("KILL is set: nothing is sent until it is released by name")]
    Killed,
    /// We knew that the link was down: surely not sent.
    #[error("the link to the broker is down")]
    LinkDown,
    /// Too much waits already.
    #[error("too many requests wait to be sent")]
    TooMany,
    /// An entry waited so long that its signal is over.
    #[error("it waited too long to be sent")]
    Stale,
    /// IB restarts its servers: what is sent now may vanish without a word.
    #[error("IB restarts until {0} New York time; nothing is opened meanwhile")]
    Restart(NaiveTime),
    /// KILL was set midway: what had left of it, the broker has to tell.
    #[error("KILL was set before {0} was sent, and a part of the same request had left")]
    KilledMidway(OrderRef),
    /// The socket failed midway: sent or not, the broker has to tell.
    #[error("sending {order} failed midway")]
    Unresolved {
        /// Which.
        order: OrderRef,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
}

/// One message to the broker.
#[derive(Debug)]
pub(super) enum Message {
    /// A new order, or new terms for one.
    Submit(i32, Box<Contract>, Box<Order>),
    /// The end of one.
    Cancel(i32),
}

/// The messages of a request, in order; new orders have their ids and are in the table.
pub(super) fn messages(
    table: &mut Table,
    request: &Request,
    contract: Option<&Contract>,
    account: &str,
) -> Result<Vec<(OrderRef, Message)>, SendError> {
    match request {
        Request::Place { orders, .. } => place(table, orders, contract, account),
        Request::Modify(change) => {
            let placed = table.get(&change.order).filter(|placed| placed.heard);
            let placed = placed.ok_or_else(|| SendError::Unknown(change.order.clone()))?;
            let order = modified(table, placed, change)?;
            let (id, contract) = (placed.id, Box::new(placed.contract.clone()));
            Ok(vec![(change.order.clone(), Message::Submit(id, contract, Box::new(order)))])
        }
        Request::Cancel(order) => {
            let placed = table.get(order).ok_or_else(|| SendError::Unknown(order.clone()))?;
            Ok(vec![(order.clone(), Message::Cancel(placed.id))])
        }
        Request::WhatIf(spec) => what_if(table, spec, contract, account),
    }
}

fn place(
    table: &mut Table,
    specs: &[OrderSpec],
    contract: Option<&Contract>,
    account: &str,
) -> Result<Vec<(OrderRef, Message)>, SendError> {
    let mut messages = Vec::with_capacity(specs.len());
    for spec in specs {
        let contract = contract.ok_or_else(|| SendError::NoContract(spec.order.clone()))?.clone();
        let mut order = new_order(spec, account)?;
        if let Some(parent) = &spec.parent {
            let parent = table.get(parent).ok_or_else(|| SendError::Unknown(parent.clone()))?;
            order.parent_id = parent.id;
        }
        let id = table.take_id();
        let placed =
            Placed { id, contract: contract.clone(), order: order.clone(), heard: false, ended: false };
        table.insert(spec.order.clone(), placed);
        messages.push((spec.order.clone(), Message::Submit(id, Box::new(contract), Box::new(order))));
    }
    Ok(messages)
}

/// A question: its id is used up by it, and it is not remembered as an order.
fn what_if(
    table: &mut Table,
    spec: &OrderSpec,
    contract: Option<&Contract>,
    account: &str,
) -> Result<Vec<(OrderRef, Message)>, SendError> {
    let contract = contract.ok_or_else(|| SendError::NoContract(spec.order.clone()))?.clone();
    let order = Order { what_if: true, ..new_order(spec, account)? };
    let id = table.ask_what_if(&spec.order);
    Ok(vec![(spec.order.clone(), Message::Submit(id, Box::new(contract), Box::new(order)))])
}

fn new_order(spec: &OrderSpec, account: &str) -> Result<Order, SendError> {
    let number = || SendError::Number(spec.order.clone());
    let price = |price: engine::Price| float(price.value()).ok_or_else(number);
    let mut order = Order {
        action: match spec.action {
            Action::Buy => WireAction::Buy,
            Action::Sell => WireAction::Sell,
        },
        total_quantity: float(spec.quantity.value()).ok_or_else(number)?,
        account: account.to_owned(),
        order_ref: spec.order.to_string(),
        transmit: spec.transmit,
        ..Order::default()
    };
    match spec.kind {
        Kind::Market => "MKT".clone_into(&mut order.order_type),
        Kind::Limit(limit) => {
            "LMT".clone_into(&mut order.order_type);
            order.limit_price = Some(price(limit)?);
        }
        Kind::Stop(stop) => {
            "STP".clone_into(&mut order.order_type);
            order.aux_price = Some(price(stop)?);
        }
        Kind::StopLimit { stop, limit } => {
            "STP LMT".clone_into(&mut order.order_type);
            order.aux_price = Some(price(stop)?);
            order.limit_price = Some(price(limit)?);
        }
        Kind::Trail { by, stop } => {
            "TRAIL".clone_into(&mut order.order_type);
            order.aux_price = Some(float(by).filter(|by| *by > 0.0).ok_or_else(number)?);
            order.trail_stop_price = Some(price(stop)?);
        }
    }
    order.outside_rth = spec.outside_rth;
    match spec.time_in_force {
        TimeInForce::Day => order.tif = WireTif::Day,
        TimeInForce::GoodTillCancelled => order.tif = WireTif::GoodTillCanceled,
        TimeInForce::GoodTill(at) => {
            order.tif = WireTif::GoodTillDate;
            order.good_till_date = at.format("%Y%m%d-%H:%M:%S").to_string();
        }
    }
    if let Some(group) = &spec.group {
        order.oca_group.clone_from(group);
        order.oca_type = OcaType::ReduceWithBlock;
    }
    Ok(order)
}

/// New terms: the newest echo with quantity and price changed. What the server derives
/// is left out, and the parent once it is over (TWS error 135).
fn modified(table: &Table, placed: &Placed, change: &Change) -> Result<Order, SendError> {
    let number = || SendError::Number(change.order.clone());
    let price = float(change.price.value()).ok_or_else(number)?;
    let echo = &placed.order;
    let parent_works = table.name(echo.parent_id).and_then(|parent| table.get(parent));
    let prices = moved_prices(echo, price);
    Ok(Order {
        action: echo.action,
        order_type: echo.order_type.clone(),
        total_quantity: float(change.quantity.value()).ok_or_else(number)?,
        limit_price: prices.limit,
        aux_price: prices.aux,
        trail_stop_price: prices.trail_stop,
        tif: echo.tif.clone(),
        good_till_date: echo.good_till_date.clone(),
        account: echo.account.clone(),
        order_ref: echo.order_ref.clone(),
        oca_group: echo.oca_group.clone(),
        oca_type: echo.oca_type,
        outside_rth: echo.outside_rth,
        parent_id: parent_works.filter(|parent| !parent.ended).map_or(0, |parent| parent.id),
        transmit: true,
        ..Order::default()
    })
}

/// The prices of a changed order, by what each kind keeps where.
#[derive(Default)]
struct Prices {
    limit: Option<f64>,
    aux: Option<f64>,
    trail_stop: Option<f64>,
}

fn moved_prices(echo: &Order, price: f64) -> Prices {
    match echo.order_type.as_str() {
        "STP" => Prices { aux: Some(price), ..Prices::default() },
        "STP LMT" => {
            // The limit keeps its distance from the stop; counted in floats it would leave its tick.
            let apart = |limit: f64, stop: f64| Some(decimal(limit)? - decimal(stop)?);
            let apart = echo.limit_price.zip(echo.aux_price).and_then(|(limit, stop)| apart(limit, stop));
            let limit = apart.and_then(|apart| float(decimal(price)?.checked_add(apart)?));
            Prices { limit: limit.or(Some(price)), aux: Some(price), trail_stop: None }
        }
        // The distance is the order's own, and the broker has moved the stop: both stay.
        "TRAIL" => Prices { aux: echo.aux_price, trail_stop: echo.trail_stop_price, limit: None },
        _ => Prices { limit: Some(price), ..Prices::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, moved_prices};

    #[test]
    fn each_kind_keeps_what_is_not_moved() {
        let echo = |kind: &str| Order {
            order_type: kind.to_owned(),
            limit_price: Some(97.1),
            aux_price: Some(98.09),
            trail_stop_price: Some(99.5),
            ..Order::default()
        };
        let table = [
            ("LMT", (Some(98.31), None, None)),
            ("STP", (None, Some(98.31), None)),
            ("STP LMT", (Some(97.32), Some(98.31), None)),
            ("TRAIL", (None, Some(98.09), Some(99.5))),
        ];
        for (kind, expected) in table {
            let moved = moved_prices(&echo(kind), 98.31);
            assert_eq!((moved.limit, moved.aux, moved.trail_stop), expected, "{kind}");
        }
    }
}
