//! What a lot's opening needs: an entry that shall bring nothing more is taken back, and its
//! bracket moves to the price at which it was filled.

use rust_decimal::Decimal;

use super::ASLEEP_MAX;
use super::ask::{cancel, exposed, fact, modify, settled};
use crate::fact::{Fact, Step};
use crate::lot::{Leg, Lot};
use crate::order::{End, Side, Standing};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::ticker::Ticker;
use crate::ticker::entry::bracket_around;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// A bracket whose stop was refused before anything of it went to the market: the rest
/// waits at the broker, untransmitted, and is taken back.
pub(super) fn drop_family(_: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let unheard = lot.entry().is_some_and(|entry| entry.standing.is_none());
    let refused = lot.newest(Role::Stop).is_some_and(|stop| stop.end() == Some(End::Rejected));
    if !(unheard && refused) {
        return vec![];
    }
    lot.legs.iter().filter(|leg| !leg.ended() && leg.changing.is_none()).flat_map(cancel).collect()
}

/// An entry ends when the trade leaves, when an exit was filled while it still works, when
/// its stop is gone, and when filled shares wait too long for their stop.
pub(super) fn end_entry(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let Some(entry) = lot.entry().filter(|leg| !leg.ended() && leg.changing.is_none()) else { return vec![] };
    let unprotected = exposed(now, lot) > ASLEEP_MAX;
    // A stop-out of one lot says that the trade has turned: no other lot grows any more.
    let turned = trade.lots.iter().any(|other| !other.left().is_zero());
    // Its stop is gone: no share shall come that nothing protects.
    let naked = lot.newest(Role::Stop).is_some_and(Leg::ended);
    let over = trade.leaving.is_some() || turned || unprotected || naked || trade.withdrawn;
    // What rests for a better price does not outlive the ticker's leave to open.
    let barred = lot.opened.resting && !ticker.opens() && !ticker.mode.is_reconciling();
    let unborrowed = waits_for_shares(ticker, now, lot, view);
    // An order that the broker has not acknowledged cannot be cancelled by name yet.
    if entry.standing.is_none() || !(over || barred || unborrowed) {
        return vec![];
    }
    let given_up = unborrowed.then_some(Step::Fact(Fact::LocateGivenUp { lot: lot.opened.lot }));
    given_up.into_iter().chain(cancel(entry)).collect()
}

/// A short sale that the broker holds until shares are found: not for ever, and not while the
/// price runs away by half the stop's distance.
fn waits_for_shares(ticker: &Ticker, now: Now, lot: &Lot, view: &MarketView) -> bool {
    let held = lot.entry().is_some_and(|leg| leg.standing == Some(Standing::Held));
    if !held || lot.side() == Side::Long {
        return false;
    }
    let waited = now.market - lot.opened_at > ticker.settings.locate_patience;
    let stop = lot.newest(Role::Stop).and_then(|leg| leg.spec.kind.price());
    let bid = view.quote.as_ref().and_then(|quote| quote.bid);
    let ran = stop.zip(bid).is_some_and(|(stop, bid)| {
        let touch = lot.opened.touch.value();
        (bid.value() - touch).abs() * Decimal::TWO >= (stop.value() - touch).abs()
    });
    waited || ran
}

/// An entry that was filled at or beyond its own stop: there is nothing to wait for.
pub(super) fn fell_through(_: &Ticker, _: Now, trade: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let stop = lot.newest(Role::Stop).and_then(|leg| leg.spec.kind.price());
    let (Some(fill), Some(stop)) = (lot.entry_average, stop) else { return vec![] };
    let beyond = fill == stop || lot.side().is_better(stop, fill);
    // A stop that was moved since may well lie beyond the entry: that is a gain.
    let fresh = !lot.reanchored && trade.leaving.is_none();
    if !beyond || !fresh || lot.held().is_zero() || !settled(lot) {
        return vec![];
    }
    fact(Fact::CloseDecided { because: Because::FilledThroughStop { fill, stop } })
}

/// Once the entry is over, stop and target move from its limit to its average fill; the
/// stop only where that tightens it.
pub(super) fn reanchor(_: &Ticker, _: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    // What a person has moved is looked at first.
    let idle = |leg: &&Leg| leg.works() && leg.changing.is_none() && !leg.is_moved();
    let Some(stop) = lot.newest(Role::Stop).filter(idle) else { return vec![] };
    let target = lot.newest(Role::Target).filter(|target| !target.ended());
    if target.is_some_and(|target| !idle(&target)) {
        return vec![];
    }
    if lot.reanchored || trade.leaving.is_some() || !settled(lot) || stop.remaining != lot.held() {
        return vec![];
    }
    let (Some(average), Some(instrument)) = (lot.entry_average, &view.instrument) else { return vec![] };
    let Ok((stop_price, target_price)) = bracket_around(average, &lot.opened, instrument) else {
        return vec![];
    };
    // The broker moves a trailing stop by itself.
    let tighter = !stop.spec.kind.trails()
        && stop.spec.kind.price().is_some_and(|own| lot.side().is_better(stop_price, own));
    let mut steps = fact(Fact::Reanchored { lot: lot.opened.lot, average });
    if tighter {
        steps.extend(modify(stop, lot.held(), stop_price));
    }
    if let (Some(target), Some(price)) = (target, target_price)
        && target.spec.kind.price() != Some(price)
    {
        steps.extend(modify(target, lot.held(), price));
    }
    steps
}
