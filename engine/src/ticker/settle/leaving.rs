//! What a lot's way out needs: the orders that take its shares away, whole or in part, what
//! cleans up behind them, and what counts them as gone.

use chrono::TimeDelta;

use super::ASLEEP_MAX;
use super::ask::{
    EXITS_MAX, calm, cancel, exit_spec, fact, is_open, loose_exit, modify, patience, place, settled,
};
use super::protection::is_unwanted;
use crate::fact::{Fact, LotClosed, Step};
use crate::lot::{Leg, Lot};
use crate::mode::Mode;
use crate::money::Price;
use crate::mutant::{self, Mutant};
use crate::order::{Kind, Side, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::ticker::Ticker;
use crate::ticker::entry::marketable;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// How often a leaving order is priced anew.
pub(in crate::ticker) const REPRICINGS_MAX: u32 = 10;
/// How long the market may take for the part of a scale-out.
const SCALE_OUT_MAX: TimeDelta = TimeDelta::seconds(2);

/// A lot that was counted as gone, and is not: news of it came late, or a correction.
pub(super) fn reopen_lot(ticker: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let Some(realized) = lot.closed else { return vec![] };
    if lot.held().is_zero() && lot.realized(&ticker.ledger) == realized {
        return vec![];
    }
    fact(Fact::LotReopened { lot: lot.opened.lot, realized })
}

/// Exits took more than there was: the ticker halts and the trade leaves. What they took was
/// another lot's, while one holds shares; what they opened on the other side goes at once.
pub(super) fn cover_excess(
    ticker: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    view: &MarketView,
) -> Vec<Step> {
    let excess = lot.oversold();
    let covers = |leg: &Leg| leg.spec.order.role == Role::Exit && lot.brings(leg) && !leg.ended();
    // The entry's own executions may be on their way still.
    let early = !settled(lot) || now.process.since(lot.heard) < ASLEEP_MAX;
    if excess.is_zero() || early || mutant::is(Mutant::IgnoreExcess) {
        return vec![];
    }
    let other = trade.lots.iter().rev().find(|other| !other.held().is_zero());
    let busy = !is_open(now, view) || lot.legs.iter().any(covers) || lot.exits() >= EXITS_MAX;
    if other.is_none() && busy {
        return vec![];
    }
    let mut steps = Vec::new();
    let because = Because::Overfilled { excess };
    if trade.leaving.is_none() {
        steps.push(Step::Fact(Fact::CloseDecided { because: because.clone() }));
    }
    if ticker.mode.may_halt() {
        let mode = Mode::Halted { because: because.to_string() };
        steps.push(Step::Fact(Fact::ModeChanged { mode }));
    }
    if let Some(other) = other {
        let (lot, from, quantity) = (lot.opened.lot, other.opened.lot, excess.min(other.held()));
        let cost = other.entry_average.unwrap_or(other.opened.touch);
        let value = cost.times(quantity, other.opened.multiplier);
        steps.push(Step::Fact(Fact::ExcessTaken { lot, from, quantity, value }));
        return steps;
    }
    let mut cover = exit_spec(ticker, trade, lot, Role::Exit, trade.next_n(), Kind::Market);
    (cover.action, cover.quantity, cover.time_in_force) = (lot.side().opening(), excess, TimeInForce::Day);
    steps.push(place(vec![cover]));
    steps
}

/// A part that shall leave: first the stop keeps what stays, then the target, then the part is
/// sold by an order of its own. What the market does not take in time is protected again.
pub(super) fn scale_out(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let Some(scaling) = lot.scaling else { return vec![] };
    let exit = lot.newest(Role::Exit).filter(|_| scaling.placed.is_some());
    let over = || fact(Fact::ScaleOutEnded { lot: lot.opened.lot });
    if let Some(exit) = exit {
        let late = scaling.placed.is_some_and(|at| now.process.since(at) > SCALE_OUT_MAX);
        return match exit {
            exit if exit.ended() && !lot.awaits_executions() => over(),
            exit if late && exit.works() && exit.changing.is_none() => cancel(exit),
            _ => vec![],
        };
    }
    let part = lot.held().less(scaling.keep);
    let price = leaving_price(ticker, now, lot, view);
    let (Some(price), false) = (price, part.is_zero() || !settled(lot)) else { return over() };
    for role in [Role::Stop, Role::Target] {
        let Some(leg) = lot.newest(role).filter(|leg| !leg.ended()) else { continue };
        if leg.remaining == scaling.keep && leg.changing.is_none() {
            continue;
        }
        // Echoed, and its status is on the way; an old one may have come after it.
        let echoed = leg.spec.quantity.less(leg.filled) == scaling.keep && leg.changing.is_none();
        if echoed && now.process.since(lot.heard) < ASLEEP_MAX {
            return vec![];
        }
        // Refused: the part stays, and so does its protection.
        if lot.refusals > 0 && leg.changing.is_none() {
            return over();
        }
        let wrong = leg.works() && leg.changing.is_none();
        return match leg.spec.kind.price() {
            Some(price) if wrong => modify(leg, scaling.keep, price),
            _ => vec![],
        };
    }
    let mut exit = exit_spec(ticker, trade, lot, Role::Exit, trade.next_n(), Kind::Limit(price));
    (exit.quantity, exit.time_in_force) = (part, TimeInForce::Day);
    vec![place(vec![exit])]
}

/// A trade that leaves: its target becomes a marketable limit and its stop stays, so
/// that the lot is never naked. Only a lot without a target gets an order of its own,
/// in the stop's group.
pub(super) fn take_away(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    if trade.leaving.is_none() || lot.held().is_zero() || !settled(lot) {
        return vec![];
    }
    // The order of a scale-out is in no group: beside the lot's own exits it would sell twice.
    if let Some(loose) = loose_exit(lot) {
        return if loose.works() && loose.changing.is_none() { cancel(loose) } else { vec![] };
    }
    let Some(price) = leaving_price(ticker, now, lot, view) else { return vec![] };
    let open = |role| lot.newest(role).filter(|leg: &&Leg| !leg.ended());
    match (open(Role::Exit).or(open(Role::Target)), open(Role::Stop)) {
        // What fills already is not changed under way: the group would be grown again.
        (_, Some(stop)) if !stop.reported.max(stop.filled).is_zero() => vec![],
        (Some(leg), _) => reprice(ticker, now, trade, lot, leg, price),
        (None, stop) if lot.exits() < EXITS_MAX => sell(ticker, now, trade, lot, stop, price, view),
        _ => vec![],
    }
}

/// A new order that closes a lot without a target. In a group that blocks it works beside the
/// stop; where there is none, the stop goes first and the order follows once it is over. Where
/// that one fails the stop comes back before another is tried.
fn sell(
    ticker: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    stop: Option<&Leg>,
    price: Price,
    view: &MarketView,
) -> Vec<Step> {
    let mut exit = exit_spec(ticker, trade, lot, Role::Exit, trade.next_n(), Kind::Limit(price));
    let Some(stop) = stop else {
        let newest = |role| lot.newest(role).map(|leg| leg.spec.order.n);
        // A stop that a person does not want is not waited for.
        let tried = newest(Role::Exit) > newest(Role::Stop) && !is_unwanted(lot);
        exit.time_in_force = TimeInForce::Day;
        return if tried { vec![] } else { vec![place(vec![exit])] };
    };
    if !stop.works() || stop.changing.is_some() || !calm(now, lot) {
        return vec![];
    }
    exit.group.clone_from(&stop.guard);
    match exit.group {
        Some(_) => vec![place(vec![exit])],
        None if view.quote.is_some_and(|quote| quote.halted) => vec![],
        None => cancel(stop),
    }
}

/// A limit that the market would meet now; none while it is closed.
fn leaving_price(ticker: &Ticker, now: Now, lot: &Lot, view: &MarketView) -> Option<Price> {
    let instrument = view.instrument.as_ref()?;
    instrument.session_at(now.market)?;
    let action = lot.side().closing();
    let touch = view.quote.as_ref()?.touch(action)?;
    marketable(action, touch, ticker.settings.entry_offset, instrument).ok()
}

/// At once the first time; again only when the market has moved away from the price.
fn reprice(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, leg: &Leg, price: Price) -> Vec<Step> {
    let meets = match (leg.spec.kind.price(), lot.side()) {
        (Some(own), Side::Long) => own <= price,
        (Some(own), Side::Short) => own >= price,
        (None, _) => true,
    };
    let again = trade.repricings > 0 && now.process.since(lot.heard) < patience(lot);
    if meets || again || !leg.works() || leg.changing.is_some() {
        return vec![];
    }
    if trade.repricings >= REPRICINGS_MAX {
        let because = format!("{REPRICINGS_MAX} prices did not close the position");
        let halt = Fact::ModeChanged { mode: Mode::Halted { because } };
        return if ticker.mode.may_halt() { fact(halt) } else { vec![] };
    }
    modify(leg, lot.held(), price)
}

/// What still works behind a lot without shares is cancelled, unless the broker does so
/// by itself in time.
pub(super) fn sweep(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    // What somebody else closed leaves orders that would open the other side: they go at once.
    let outside = lot.legs.iter().any(|leg| leg.spec.order.role == Role::Outside);
    let early = !outside && now.process.since(lot.heard) < ASLEEP_MAX;
    if !lot.held().is_zero() || !settled(lot) || early {
        return vec![];
    }
    let left = |leg: &&Leg| !leg.ended() && leg.changing.is_none();
    lot.legs.iter().filter(left).flat_map(cancel).collect()
}

/// A lot whose shares are gone is counted.
pub(super) fn close_lot(ticker: &Ticker, _: Now, trade: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let gone = lot.held().is_zero() && lot.oversold().is_zero();
    if lot.closed.is_some() || lot.bought().is_zero() || !gone || !settled(lot) {
        return vec![];
    }
    let average = |entry| lot.average(&ticker.ledger, entry);
    // A lot whose shares all went for another's has no exit of its own: they went at cost.
    let (Some(entry), Some(exit)) = (average(true), average(false).or(average(true))) else { return vec![] };
    fact(Fact::LotClosed(LotClosed {
        lot: lot.opened.lot,
        side: lot.side(),
        by: lot.ended_by(&ticker.ledger, trade.leaving.as_ref()),
        quantity: lot.bought(),
        entry,
        exit,
        realized: lot.realized(&ticker.ledger),
    }))
}
