//! Orders: ours by what the records tell, somebody else's by what the broker last told.

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use engine::dossier::OrderStory;
use engine::{Dossiers, Price, Quantity, Role, TickerKey};
use serde::{Deserialize, Serialize};

use super::local;
use super::trades::{kind, standing};

/// What is at work, or on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Orders {
    /// Ours, by ticker.
    pub own: Vec<Order>,
    /// Somebody else's, in words; none where nothing runs that could know.
    pub foreign: Option<Vec<String>>,
}

/// One order of ours.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Whose.
    pub ticker: TickerKey,
    /// Of which trade, e.g. `AAPL.12`.
    pub trade: String,
    /// As people read it: `E1`.
    pub order: String,
    /// What it is for.
    pub role: String,
    /// `buy` or `sell`.
    pub action: String,
    /// Its whole quantity.
    pub quantity: Quantity,
    /// Filled so far.
    pub filled: Quantity,
    /// `market`, `limit`, `stop`, `stop limit` or `trail`.
    pub kind: String,
    /// Its price; none for one at the market.
    pub price: Option<Price>,
    /// `asked`, `sent`, `asleep`, `working`, or how it ended.
    pub state: String,
    /// Why the risk book refused it.
    pub refused: Option<String>,
    /// When it was asked for.
    pub asked: DateTime<FixedOffset>,
    /// Its whole name, as TWS shows it.
    pub reference: String,
}

impl Orders {
    /// Those of ours that can still fill.
    #[must_use]
    pub fn of(dossiers: &Dossiers, foreign: Option<Vec<String>>) -> Orders {
        let live = dossiers.open().flat_map(|own| &own.orders).filter(|order| !order.has_ended());
        Orders { own: live.map(|order| Order::of(order, dossiers.zone())).collect(), foreign }
    }
}

impl Order {
    pub(super) fn of(own: &OrderStory, zone: Tz) -> Order {
        let state = match &own.refused {
            Some(_) => "refused".to_owned(),
            None => standing(own.standing, own.admitted),
        };
        Order {
            ticker: own.order.ticker.clone(),
            trade: format!("{}.{}", own.order.ticker, own.order.trade),
            order: own.order.short(),
            role: role(own.order.role).to_owned(),
            action: own.action.to_string(),
            quantity: own.quantity,
            filled: own.filled,
            kind: kind(own.kind).to_owned(),
            price: own.kind.price(),
            state,
            refused: own.refused.as_ref().map(ToString::to_string),
            asked: local(own.asked, zone),
            reference: own.order.to_string(),
        }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Entry => "entry",
        Role::Add => "add",
        Role::Stop => "stop",
        Role::Target => "target",
        Role::Exit => "exit",
        Role::Outside => "outside",
        Role::WhatIf => "what if",
    }
}
