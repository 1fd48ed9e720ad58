//! What a person does to a lot's orders at the broker. A stop that is cancelled by hand is placed
//! anew once; cancelled again soon, that is meant. A stop that is changed by hand may get tighter,
//! nothing else; a target goes where they want it.

use chrono::TimeDelta;

use super::ask::{SETTLING, calm, modify, settled};
use crate::fact::{Fact, HandChange, Step};
use crate::lot::{Leg, Lot};
use crate::money::Price;
use crate::order::End;
use crate::order_ref::Role;
use crate::reason::Because;
use crate::settings::OnHandCancel;
use crate::ticker::Ticker;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// A second cancel within this time is meant, in market time.
const MEANT_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// A stop that was cancelled, and nothing here or at the broker explains it.
pub(super) fn note_cancelled_stop(
    ticker: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    _: &MarketView,
) -> Vec<Step> {
    let cancelled = |stop: &&Leg| stop.end() == Some(End::Cancelled) && by_hand(lot, stop);
    let Some(stop) = lot.newest(Role::Stop).filter(cancelled) else { return vec![] };
    let order = stop.spec.order.clone();
    let known = lot.by_hand.as_ref().filter(|before| before.order == order);
    // The fill of a sibling may be on its way.
    let early = now.process.since(lot.heard) < SETTLING;
    if early || lot.held().is_zero() || !settled(lot) || trade.leaving.is_some() {
        return vec![];
    }
    let because = Because::StopCancelled { order: order.clone() };
    if let Some(known) = known {
        // What was made of it may not have reached the journal.
        let goes = known.then == Some(OnHandCancel::Flatten);
        return if goes { vec![Step::Fact(Fact::CloseDecided { because })] } else { vec![] };
    }
    let again = lot.by_hand.as_ref().is_some_and(|before| now.market - before.at <= MEANT_WITHIN);
    let then = again.then_some(ticker.settings.on_hand_cancel);
    let text = match then {
        None => "a stop was cancelled by hand: it is placed anew",
        Some(OnHandCancel::Flatten) => "a stop was cancelled by hand again: the position is closed",
        Some(OnHandCancel::Hold) => "a stop was cancelled by hand again: the lot is held without one",
    };
    let mut steps = vec![
        Step::Fact(Fact::StopCancelledByHand { lot: lot.opened.lot, order, then }),
        Step::Fact(Fact::Alerted { text: text.to_owned(), because: because.clone() }),
    ];
    if then == Some(OnHandCancel::Flatten) {
        steps.push(Step::Fact(Fact::CloseDecided { because }));
    }
    steps
}

/// Neither asked for here, nor a sibling's fill or end, nor that of the entry's rest.
fn by_hand(lot: &Lot, stop: &Leg) -> bool {
    let group = |leg: &&Leg| {
        leg.spec.order == stop.spec.order || (leg.spec.group.is_some() && leg.spec.group == stop.spec.group)
    };
    let explains = |leg: &Leg| leg.foreseen || !leg.reported.max(leg.filled).is_zero();
    let with_rest = stop.spec.parent.is_some() && lot.entry().and_then(Leg::end) != Some(End::Filled);
    !with_rest && !lot.legs.iter().filter(group).any(explains)
}

/// Terms that nobody here has asked for, once the broker had time to bring the group in step.
pub(super) fn note_changed_terms(
    _: &Ticker,
    now: Now,
    trade: &Trade,
    lot: &Lot,
    _: &MarketView,
) -> Vec<Step> {
    let busy = trade.leaving.is_some() || lot.scaling.is_some() || lot.held().is_zero();
    if busy || !settled(lot) || !calm(now, lot) {
        return vec![];
    }
    let changed = |leg: &&Leg| leg.works() && leg.changing.is_none() && leg.unasked;
    let target = lot.newest(Role::Target).filter(changed).map_or(vec![], changed_target);
    let stop = lot.newest(Role::Stop).filter(changed).map_or(vec![], |stop| changed_stop(lot, stop));
    [target, stop].concat()
}

fn changed_target(target: &Leg) -> Vec<Step> {
    match target.spec.kind.price() {
        Some(price) if Some(price) != target.wanted => vec![noted(target, price, HandChange::Adopted)],
        _ => vec![],
    }
}

fn changed_stop(lot: &Lot, stop: &Leg) -> Vec<Step> {
    let (Some(price), Some(own)) = (stop.spec.kind.price(), stop.wanted) else { return vec![] };
    let tightest = if lot.side().is_better(price, own) { price } else { own };
    // Before it had the right size once, and where a sibling was filled, the broker resizes it.
    let resized = lot.reanchored && lot.left().is_zero() && works_for(stop) != lot.held();
    let outcome = match () {
        () if resized => HandChange::Resized { held: lot.held(), at: tightest },
        () if price == own => return vec![],
        () if tightest == price => HandChange::Adopted,
        () => HandChange::Looser { own },
    };
    let back = match outcome {
        HandChange::Adopted => vec![],
        _ => modify(stop, lot.held(), tightest),
    };
    [vec![noted(stop, price, outcome)], back].concat()
}

fn noted(leg: &Leg, price: Price, outcome: HandChange) -> Step {
    let order = leg.spec.order.clone();
    Step::Fact(Fact::ChangedByHand { order, price, quantity: works_for(leg), outcome })
}

fn works_for(leg: &Leg) -> crate::Quantity {
    leg.spec.quantity.less(leg.filled)
}
