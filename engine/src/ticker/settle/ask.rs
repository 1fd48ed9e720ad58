//! How the cares look at a lot, and how they ask: the words they share.

use chrono::TimeDelta;

use crate::fact::{Fact, Step};
use crate::lot::{Leg, Lot};
use crate::money::{Price, Quantity};
use crate::mutant::{self, Mutant};
use crate::order::{Kind, TimeInForce};
use crate::order_ref::Role;
use crate::request::{Change, OrderSpec, Request};
use crate::ticker::Ticker;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// How long the broker may take to bring the legs of a group in step by itself.
pub(super) const SETTLING: TimeDelta = TimeDelta::milliseconds(250);
/// How many orders a lot may place only to leave.
pub(super) const EXITS_MAX: usize = 3;

/// The entry can bring nothing more, and every fill the broker counts is booked.
pub(super) fn settled(lot: &Lot) -> bool {
    lot.entry_over() && !lot.awaits_executions()
}

/// How long to wait for the broker before asking again: longer after each refusal.
pub(super) fn patience(lot: &Lot) -> TimeDelta {
    SETTLING * 2_i32.pow(lot.refusals.min(6))
}

/// Nothing was heard for a moment: news that belongs together has come together.
pub(in crate::ticker) fn calm(now: Now, lot: &Lot) -> bool {
    now.process.since(lot.heard) >= patience(lot)
}

/// An order that was placed to leave, is in no group, and works beside a stop.
pub(super) fn loose_exit(lot: &Lot) -> Option<&Leg> {
    let stop = lot.newest(Role::Stop).is_some_and(|stop| !stop.ended());
    let exit = lot.newest(Role::Exit).filter(|exit| stop && !exit.ended());
    exit.filter(|exit| exit.spec.group.is_none() && !lot.brings(exit))
}

pub(super) fn is_open(now: Now, view: &MarketView) -> bool {
    view.instrument.as_ref().is_some_and(|own| own.session_at(now.market).is_some())
}

pub(super) fn exposed(now: Now, lot: &Lot) -> TimeDelta {
    lot.exposed_since.map_or(TimeDelta::zero(), |since| now.process.since(since))
}

pub(super) fn exit_spec(
    ticker: &Ticker,
    trade: &Trade,
    lot: &Lot,
    role: Role,
    n: u32,
    kind: Kind,
) -> OrderSpec {
    OrderSpec {
        order: ticker.order(trade.number, role, n),
        lot: lot.opened.lot,
        action: if mutant::is(Mutant::WrongSide) { lot.side().opening() } else { lot.side().closing() },
        quantity: if mutant::is(Mutant::NoCrossZeroGuard) { lot.bought() } else { lot.held() },
        kind,
        time_in_force: TimeInForce::GoodTillCancelled,
        parent: None,
        group: None,
        outside_rth: matches!(kind, Kind::StopLimit { .. }),
        transmit: true,
    }
}

/// The quantity sent is what was filled plus what shall remain.
pub(super) fn modify(leg: &Leg, remaining: Quantity, price: Price) -> Vec<Step> {
    let remaining =
        if mutant::is(Mutant::ResizeToOldQuantity) { leg.spec.quantity.less(leg.filled) } else { remaining };
    let change = Change { order: leg.spec.order.clone(), quantity: leg.filled + remaining, price };
    vec![Step::Request(Request::Modify(change))]
}

pub(super) fn cancel(leg: &Leg) -> Vec<Step> {
    vec![Step::Request(Request::Cancel(leg.spec.order.clone()))]
}

pub(super) fn place(orders: Vec<OrderSpec>) -> Step {
    Step::Request(Request::Place { orders })
}

pub(super) fn fact(fact: Fact) -> Vec<Step> {
    vec![Step::Fact(fact)]
}
