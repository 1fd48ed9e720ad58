//! What a lot's shares need: a working stop for exactly as many as are held, and a target.

use chrono::TimeDelta;

use super::ASLEEP_MAX;
use super::ask::{
    EXITS_MAX, SETTLING, cancel, exit_spec, exposed, fact, is_open, loose_exit, modify, patience, place,
    settled,
};
use crate::fact::{Fact, Step};
use crate::lot::{Leg, Lot};
use crate::mode::Mode;
use crate::money::{Price, Rounding};
use crate::mutant::{self, Mutant};
use crate::order::{Kind, Side, Standing, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::OrderSpec;
use crate::settings::OnHandCancel;
use crate::ticker::Ticker;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// How often a lost stop is placed anew before the shares are sold.
const RENEWALS_MAX: u32 = 2;
/// How long after the last step of the ladder it is climbed once more: a person has been
/// called by then, and the shares are still there.
const LADDER_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Shares and working stop agree: the clock of unprotected shares stops.
pub(super) fn note_protection(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    if lot.exposed_since.is_none() || lot.held().is_zero() || lot.covered() < lot.held() {
        return vec![];
    }
    fact(Fact::Protected { lot: lot.opened.lot, exposed: exposed(now, lot) })
}

/// A stop that works with another quantity than is held, after the broker had time to
/// bring it in step by itself: stop first, then target, then an exit under way.
pub(super) fn resize_protection(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    if lot.held().is_zero()
        || mutant::is(Mutant::ExistenceOnlyCompare)
        || !settled(lot)
        || lot.scaling.is_some()
        || loose_exit(lot).is_some()
        || now.process.since(lot.heard) < patience(lot)
    {
        return vec![];
    }
    let wrong = |leg: &&Leg| leg.works() && leg.changing.is_none() && leg.remaining != lot.held();
    let resize = |leg: &Leg| leg.spec.kind.price().map_or(vec![], |price| modify(leg, lot.held(), price));
    let newest = |role| lot.newest(role).filter(|leg| !lot.brings(leg)).filter(wrong);
    let legs = [Role::Stop, Role::Target, Role::Exit].map(|role| newest(role).map_or(vec![], resize));
    legs.concat()
}

/// A stop or target that was to go when its replacement came, and did not: both would fill.
pub(super) fn drop_double(_: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let replaced = lot.newest(Role::Stop).filter(|stop| stop.works() && stop.spec.parent.is_none());
    let Some(newest) = replaced else { return vec![] };
    let old = |leg: &&Leg| {
        matches!(leg.spec.order.role, Role::Stop | Role::Target)
            && leg.spec.order.n < newest.spec.order.n
            && leg.standing.is_some()
            && !leg.ended()
            && leg.changing.is_none()
    };
    lot.legs.iter().filter(old).flat_map(cancel).collect()
}

/// A stop that is gone, or that sleeps on after its entry is over: a fresh pair in a
/// group of its own, stop first. After some tries the shares are sold instead; where that fails,
/// too, the ticker halts, and all of it is tried again after a while.
pub(super) fn renew_protection(
    ticker: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    view: &MarketView,
) -> Vec<Step> {
    let (Some(stop), Some(since)) = (lot.newest(Role::Stop), lot.exposed_since) else { return vec![] };
    let asleep = stop.standing == Some(Standing::Held) && now.process.since(since) > ASLEEP_MAX;
    let gone = stop.ended() && now.process.since(lot.heard.max(since)) >= SETTLING;
    let helpless = mutant::is(Mutant::NeverRenew);
    if lot.held().is_zero() || !settled(lot) || lot.covered() >= lot.held() || !(asleep || gone) || helpless {
        return vec![];
    }
    if is_unwanted(lot) {
        return vec![];
    }
    // Where no new order may be placed, an old one is not given up for it. Orders are placed
    // in liquid hours; until then the lot is asleep, and shown so.
    if !ticker.mode.places()
        || !is_open(now, view)
        || lot.newest(Role::Exit).is_some_and(|exit| !exit.ended())
    {
        return vec![];
    }
    let sleeping = lot.legs.iter().filter(|leg| !leg.ended() && leg.changing.is_none());
    let mut steps: Vec<Step> = sleeping.flat_map(cancel).collect();
    if lot.legs.iter().any(|leg| leg.works()) {
        // The target still works: it goes first, lest both legs fill.
        return steps;
    }
    let rested = now.process.since(lot.heard.max(since)) > LADDER_AGAIN;
    if lot.renewals < RENEWALS_MAX || rested {
        steps.push(Step::Fact(Fact::ProtectionRenewed { lot: lot.opened.lot }));
        steps.push(place(protection(ticker, trade, lot, view)));
    } else if lot.exits() < EXITS_MAX {
        steps.extend(abandon(ticker, trade, lot));
    } else if ticker.mode.may_halt() {
        let mode = Mode::Halted { because: Because::Unprotected.to_string() };
        steps.push(Step::Fact(Fact::ModeChanged { mode }));
    }
    steps
}

/// A person wants the lot without its newest stop: it is held so, or is on its way out.
pub(super) fn is_unwanted(lot: &Lot) -> bool {
    let Some(by_hand) = &lot.by_hand else { return false };
    let newest = lot.newest(Role::Stop).is_some_and(|stop| stop.spec.order == by_hand.order);
    match by_hand.then {
        Some(OnHandCancel::Hold) => newest,
        Some(OnHandCancel::Flatten) => newest && lot.exits() < EXITS_MAX,
        None => false,
    }
}

/// The shares cannot be protected: they are sold, and the ticker halts.
fn abandon(ticker: &Ticker, trade: &Trade, lot: &Lot) -> Vec<Step> {
    let because = Because::Unprotected;
    let mode = Mode::Halted { because: because.to_string() };
    let mut exit = exit_spec(ticker, trade, lot, Role::Exit, trade.next_n(), Kind::Market);
    exit.time_in_force = TimeInForce::Day;
    vec![
        Step::Fact(Fact::CloseDecided { because }),
        Step::Fact(Fact::ModeChanged { mode }),
        place(vec![exit]),
    ]
}

/// A stop and a target for what the lot holds, at the prices they last had. A split may have
/// taken those off their ticks: the stop goes away from the position, the target to the better
/// side.
fn protection(ticker: &Ticker, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<OrderSpec> {
    let n = trade.next_n();
    let legs = [Role::Stop, Role::Target].map(|role| {
        let kind = lot.newest(role)?.spec.kind;
        let toward =
            if (role == Role::Stop) == (lot.side() == Side::Long) { Rounding::Down } else { Rounding::Up };
        let ticks = view.instrument.as_ref().map(|own| &own.ticks);
        let price = kind
            .price()
            .zip(ticks)
            .and_then(|(price, ticks)| Price::on_tick(price.value(), ticks, toward).ok());
        Some(exit_spec(ticker, trade, lot, role, n, price.map_or(kind, |price| kind.at(price))))
    });
    let mut orders: Vec<OrderSpec> = legs.into_iter().flatten().collect();
    let group = orders.first().map(|stop| stop.order.to_string());
    orders.iter_mut().for_each(|spec| spec.group.clone_from(&group));
    orders
}
