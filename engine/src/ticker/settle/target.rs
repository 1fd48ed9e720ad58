//! A target that the broker refused while the lot's stop lives: the entry stays, the target is
//! placed once more, and somebody is told. Refused again, the lot stays with its stop only.

use super::ask::{calm, exit_spec, is_open, place, settled};
use crate::fact::{Fact, Step};
use crate::lot::{Leg, Lot};
use crate::order::{End, Kind};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::ticker::Ticker;
use crate::ticker::entry::bracket_around;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// The broker's no is noted once for each target, and told.
pub(super) fn note_refused_target(_: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let Some(target) = refused_target(lot) else { return vec![] };
    let order = target.spec.order.clone();
    if !lives(lot) || lot.targets_refused.contains(&order) {
        return vec![];
    }
    let text = match lot.targets_refused.len() {
        0 => format!("lot {} has no target: it is placed once more", lot.opened.lot),
        _ => format!("lot {} has no target: it stays with its stop only", lot.opened.lot),
    };
    let because = Because::Refused { order: order.clone() };
    vec![
        Step::Fact(Fact::TargetRefused { lot: lot.opened.lot, order }),
        Step::Fact(Fact::Alerted { text, because }),
    ]
}

/// Once the entry is over: a fresh target for what is held, in the working stop's group.
pub(super) fn renew_target(
    ticker: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    view: &MarketView,
) -> Vec<Step> {
    let Some(target) = refused_target(lot) else { return vec![] };
    let once = matches!(lot.targets_refused.as_slice(), [only] if *only == target.spec.order);
    // A group of which something was filled takes no new member.
    let stop = lot
        .newest(Role::Stop)
        .filter(|stop| stop.works() && stop.changing.is_none() && stop.reported.max(stop.filled).is_zero());
    let Some(stop) = stop.filter(|stop| once && stop.remaining == lot.held()) else { return vec![] };
    // Beside a stop that no group holds back it could fill as well.
    let busy = trade.leaving.is_some() || lot.scaling.is_some() || stop.guard.is_none();
    if busy || lot.held().is_zero() || !settled(lot) || !calm(now, lot) || !is_open(now, view) {
        return vec![];
    }
    // By the average fill, as its stop; else where it was.
    let anchored = lot.entry_average.zip(view.instrument.as_ref()).and_then(|(average, instrument)| {
        bracket_around(average, &lot.opened, instrument).ok()?.1.map(Kind::Limit)
    });
    let kind = anchored.unwrap_or(target.spec.kind);
    let mut fresh = exit_spec(ticker, trade, lot, Role::Target, trade.next_n(), kind);
    fresh.group.clone_from(&stop.guard);
    vec![place(vec![fresh])]
}

fn refused_target(lot: &Lot) -> Option<&Leg> {
    lot.newest(Role::Target).filter(|target| target.end() == Some(End::Rejected))
}

/// Its stop lives, and it holds shares or may come to.
fn lives(lot: &Lot) -> bool {
    let stop = lot.newest(Role::Stop).is_some_and(|stop| !stop.ended() && stop.standing.is_some());
    stop && !(lot.entry_over() && lot.held().is_zero())
}
