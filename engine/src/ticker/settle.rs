//! What an open trade needs now: looked for after every input, done once, in this order.
//!
//! Each *care* below looks at one lot and answers with the next step it needs, or with
//! nothing. Asking twice is harmless: what was asked is part of the state. While a lot
//! holds shares no leg of it is cancelled but in the same reaction as its replacement.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::entry::{bracket_around, marketable};
use super::{Out, Ticker};
use crate::fact::{Fact, LotClosed, Step};
use crate::lot::{Leg, Lot};
use crate::mode::{Difference, Mode};
use crate::money::{Money, Price, Quantity, Rounding};
use crate::mutant::{self, Mutant};
use crate::order::{End, Kind, Side, Standing, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::{Change, OrderSpec, Request};
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// How long the broker may take to bring the legs of a group in step by itself.
const SETTLING: TimeDelta = TimeDelta::milliseconds(250);
/// How long filled shares may wait for the broker to wake their stop.
const ASLEEP_MAX: TimeDelta = TimeDelta::milliseconds(1_000);
/// How long the broker may owe a word of an order, or of what was asked of it.
pub(super) const SILENT_MAX: TimeDelta = TimeDelta::seconds(5);
/// How often a leaving order is priced anew.
const REPRICINGS_MAX: u32 = 10;
/// How often a lost stop is placed anew before the shares are sold.
const RENEWALS_MAX: u32 = 2;
/// How long after the last step of the ladder it is climbed once more: a person has been
/// called by then, and the shares are still there.
const LADDER_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// How many orders a lot may place only to leave.
const EXITS_MAX: usize = 3;
/// How long the market may take for the part of a scale-out.
const SCALE_OUT_MAX: TimeDelta = TimeDelta::seconds(2);

type Care = fn(&Ticker, Now, &Trade, &Lot, &MarketView) -> Vec<Step>;

/// In order: what stops more shares from coming, what protects those that are here,
/// what takes them away, what cleans up behind them.
const CARES: [Care; 14] = [
    drop_family,
    end_entry,
    note_protection,
    reopen_lot,
    cover_excess,
    fell_through,
    reanchor,
    scale_out,
    resize_protection,
    drop_double,
    renew_protection,
    take_away,
    sweep,
    close_lot,
];

impl Ticker {
    /// Does what the open trade needs.
    pub(super) fn settle(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let lots = self.trade.as_ref().map_or(0, |trade| trade.lots.len());
        for index in 0..lots {
            for care in CARES {
                let Some(trade) = &self.trade else { return };
                let Some(lot) = trade.lots.get(index) else { return };
                let steps = care(self, now, trade, lot, view);
                // Out of step with the broker nothing is asked for: what is needed may be
                // there already.
                let asks = steps.iter().any(|step| matches!(step, Step::Request(_)));
                let places = steps.iter().any(|step| matches!(step, Step::Request(Request::Place { .. })));
                if (asks && self.mode.is_reconciling()) || (places && !self.mode.places()) {
                    continue;
                }
                // What was refused is not asked for again at once, whatever it was.
                if asks && lot.refusals > 0 && !calm(now, lot) {
                    continue;
                }
                for step in steps {
                    self.step(now, step, out);
                }
            }
        }
        self.after_add(now, view, out);
        self.doubt_silence(now, out);
        self.close_trade(now, view, out);
    }

    /// The broker owes a word for too long, or an execution that its own count has: what it
    /// knows is looked up, nothing is sent again.
    fn doubt_silence(&mut self, now: Now, out: &mut Out) {
        if !self.mode.places() || mutant::is(Mutant::WaitForever) {
            return;
        }
        let lots = self.trade.iter().flat_map(|trade| &trade.lots);
        let legs = lots.flat_map(|lot| lot.legs.iter().map(|leg| (leg, lot.heard)));
        let late = |leg: &Leg, heard| leg.awaits_execution() && now.process.since(heard) > ASLEEP_MAX;
        let silent = |leg: &Leg| leg.awaits_answer() && now.process.since(leg.asked) > SILENT_MAX;
        let doubtful = legs.filter(|(leg, heard)| silent(leg) || late(leg, *heard));
        let orders: Vec<crate::OrderRef> = doubtful.map(|(leg, _)| leg.spec.order.clone()).collect();
        if !orders.is_empty() {
            self.doubt(now, Difference::Unanswered { orders }, out);
        }
    }

    fn close_trade(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let Some(trade) = &self.trade else { return };
        let at_rest =
            |lot: &Lot| lot.at_rest() || (mutant::is(Mutant::CloseBeforeRest) && lot.closed.is_some());
        let over = |lot: &Lot| at_rest(lot) && lot.held().is_zero() && !lot.awaits_executions();
        if !trade.lots.iter().all(over) {
            return;
        }
        let beyond = |lot: &&Lot| !lot.oversold().is_zero() && exits(lot) >= EXITS_MAX;
        if trade.lots.iter().any(|lot| !lot.oversold().is_zero() && exits(lot) < EXITS_MAX) {
            return;
        }
        if let Some(lot) = trade.lots.iter().find(beyond) {
            let difference = Difference::Oversold { left: lot.left(), bought: lot.bought() };
            if !matches!(self.mode, Mode::Frozen(_)) {
                self.freeze(now, difference, out);
            }
            return;
        }
        let traded = trade.lots.iter().any(|lot| lot.closed.is_some());
        let realized = if traded { self.cash_of(trade) } else { Money::ZERO };
        let (number, reversal) = (trade.number, trade.reversal.clone());
        let commission = self.ledger.commissions();
        self.fact(now, Fact::TradeClosed { trade: number, realized, commission, traded }, out);
        if let Some((signal, until)) = reversal
            && now.market <= until
        {
            self.open_reversed(now, &signal, view, out);
        }
    }

    fn cash_of(&self, trade: &Trade) -> Money {
        self.ledger.cash(|order| order.trade == trade.number)
    }
}

/// A bracket whose stop was refused before anything of it went to the market: the rest
/// waits at the broker, untransmitted, and is taken back.
fn drop_family(_: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let unheard = lot.entry().is_some_and(|entry| entry.standing.is_none());
    let refused = lot.newest(Role::Stop).is_some_and(|stop| stop.end() == Some(End::Rejected));
    if !(unheard && refused) {
        return vec![];
    }
    lot.legs.iter().filter(|leg| !leg.ended() && leg.changing.is_none()).flat_map(cancel).collect()
}

/// An entry ends when the trade leaves, when an exit was filled while it still works, when
/// its stop is gone, and when filled shares wait too long for their stop.
fn end_entry(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let Some(entry) = lot.entry().filter(|leg| !leg.ended() && leg.changing.is_none()) else { return vec![] };
    let unprotected = exposed(now, lot) > ASLEEP_MAX;
    // A stop-out of one lot says that the trade has turned: no other lot grows any more.
    let turned = trade.lots.iter().any(|other| !other.left().is_zero());
    // Its stop is gone: no share shall come that nothing protects.
    let naked = lot.newest(Role::Stop).is_some_and(Leg::ended);
    let over = trade.leaving.is_some() || turned || unprotected || naked || trade.withdrawn;
    // What rests for a better price does not outlive the ticker's leave to open.
    let barred = lot.opened.resting && !ticker.mode.opens() && !ticker.mode.is_reconciling();
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

/// A lot that was counted as gone, and is not: news of it came late, or a correction.
fn reopen_lot(ticker: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    let Some(realized) = lot.closed else { return vec![] };
    if lot.held().is_zero() && lot.realized(&ticker.ledger) == realized {
        return vec![];
    }
    fact(Fact::LotReopened { lot: lot.opened.lot, realized })
}

/// Exits took more than there was: the ticker halts and the trade leaves. What they took was
/// another lot's, while one holds shares; what they opened on the other side goes at once.
fn cover_excess(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let excess = lot.oversold();
    let covers = |leg: &Leg| leg.spec.order.role == Role::Exit && lot.brings(leg) && !leg.ended();
    // The entry's own executions may be on their way still.
    if excess.is_zero()
        || mutant::is(Mutant::IgnoreExcess)
        || !settled(lot)
        || now.process.since(lot.heard) < ASLEEP_MAX
    {
        return vec![];
    }
    let other = trade.lots.iter().rev().find(|other| !other.held().is_zero());
    let busy = !is_open(now, view) || lot.legs.iter().any(covers) || exits(lot) >= EXITS_MAX;
    if other.is_none() && busy {
        return vec![];
    }
    let mut steps = Vec::new();
    let because = Because::Overfilled { excess };
    if trade.leaving.is_none() {
        steps.push(Step::Fact(Fact::CloseDecided { because: because.clone() }));
    }
    if ticker.mode.opens() {
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

/// An entry that was filled at or beyond its own stop: there is nothing to wait for.
fn fell_through(_: &Ticker, _: Now, trade: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
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

/// A part that shall leave: first the stop keeps what stays, then the target, then the part is
/// sold by an order of its own. What the market does not take in time is protected again.
fn scale_out(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
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
        // Echoed, and its status is on the way.
        if leg.spec.quantity.less(leg.filled) == scaling.keep && leg.changing.is_none() {
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

/// Shares and working stop agree: the clock of unprotected shares stops.
fn note_protection(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    if lot.exposed_since.is_none() || lot.held().is_zero() || lot.covered() < lot.held() {
        return vec![];
    }
    fact(Fact::Protected { lot: lot.opened.lot, exposed: exposed(now, lot) })
}

/// Once the entry is over, stop and target move from its limit to its average fill; the
/// stop only where that tightens it.
fn reanchor(_: &Ticker, _: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let idle = |leg: &&Leg| leg.works() && leg.changing.is_none();
    let Some(stop) = lot.newest(Role::Stop).filter(idle) else { return vec![] };
    let target = lot.newest(Role::Target);
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

/// A stop that works with another quantity than is held, after the broker had time to
/// bring it in step by itself: stop first, then target, then an exit under way.
fn resize_protection(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
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
    let own = |leg: &&Leg| !lot.brings(leg);
    let newest = |role| lot.newest(role).filter(own).filter(wrong);
    let legs = [Role::Stop, Role::Target, Role::Exit].map(|role| newest(role).map_or(vec![], resize));
    legs.concat()
}

/// A stop or target that was to go when its replacement came, and did not: both would fill.
fn drop_double(_: &Ticker, _: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    if mutant::is(Mutant::KeepReplaced) {
        return vec![];
    }
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
/// group of its own, stop first. After some tries the shares are sold instead.
fn renew_protection(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
    let (Some(stop), Some(since)) = (lot.newest(Role::Stop), lot.exposed_since) else { return vec![] };
    let asleep = stop.standing == Some(Standing::Held) && now.process.since(since) > ASLEEP_MAX;
    let gone = stop.ended() && now.process.since(lot.heard.max(since)) >= SETTLING;
    let helpless = mutant::is(Mutant::NeverRenew);
    if lot.held().is_zero() || !settled(lot) || lot.covered() >= lot.held() || !(asleep || gone) || helpless {
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
    } else if exits(lot) < EXITS_MAX {
        steps.extend(abandon(ticker, trade, lot));
    }
    steps
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

/// A trade that leaves: its target becomes a marketable limit and its stop stays, so
/// that the lot is never naked. Only a lot without a target gets an order of its own,
/// in the stop's group.
fn take_away(ticker: &Ticker, now: Now, trade: &Trade, lot: &Lot, view: &MarketView) -> Vec<Step> {
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
        (None, stop) if exits(lot) < EXITS_MAX => sell(ticker, now, trade, lot, stop, price, view),
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
        let tried = newest(Role::Exit) > newest(Role::Stop);
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
        return if ticker.mode.opens() { fact(halt) } else { vec![] };
    }
    modify(leg, lot.held(), price)
}

/// What still works behind a lot without shares is cancelled, unless the broker does so
/// by itself in time.
fn sweep(_: &Ticker, now: Now, _: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
    // What somebody else closed leaves orders that would open the other side: they go at once.
    let outside = lot.legs.iter().any(|leg| leg.spec.order.role == Role::Outside);
    let early = !outside && now.process.since(lot.heard) < ASLEEP_MAX;
    if !lot.held().is_zero() || !settled(lot) || early || mutant::is(Mutant::NeverSweep) {
        return vec![];
    }
    let left = |leg: &&Leg| !leg.ended() && leg.changing.is_none();
    lot.legs.iter().filter(left).flat_map(cancel).collect()
}

/// A lot whose shares are gone is counted.
fn close_lot(ticker: &Ticker, _: Now, trade: &Trade, lot: &Lot, _: &MarketView) -> Vec<Step> {
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

/// The entry can bring nothing more, and every fill the broker counts is booked.
fn settled(lot: &Lot) -> bool {
    lot.entry_over() && !lot.awaits_executions()
}

/// How long to wait for the broker before asking again: longer after each refusal.
fn patience(lot: &Lot) -> TimeDelta {
    SETTLING * 2_i32.pow(lot.refusals.min(6))
}

/// Nothing was heard for a moment: news that belongs together has come together.
fn calm(now: Now, lot: &Lot) -> bool {
    now.process.since(lot.heard) >= patience(lot)
}

/// An order that was placed to leave, is in no group, and works beside a stop.
fn loose_exit(lot: &Lot) -> Option<&Leg> {
    let stop = lot.newest(Role::Stop).is_some_and(|stop| !stop.ended());
    let exit = lot.newest(Role::Exit).filter(|exit| stop && !exit.ended());
    exit.filter(|exit| exit.spec.group.is_none() && !lot.brings(exit))
}

/// Orders that were placed only to leave, since the lot was last opened.
fn exits(lot: &Lot) -> usize {
    lot.exits().saturating_sub(lot.exits_before)
}

fn is_open(now: Now, view: &MarketView) -> bool {
    view.instrument.as_ref().is_some_and(|own| own.session_at(now.market).is_some())
}

fn exposed(now: Now, lot: &Lot) -> TimeDelta {
    lot.exposed_since.map_or(TimeDelta::zero(), |since| now.process.since(since))
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

fn exit_spec(ticker: &Ticker, trade: &Trade, lot: &Lot, role: Role, n: u32, kind: Kind) -> OrderSpec {
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
fn modify(leg: &Leg, remaining: Quantity, price: Price) -> Vec<Step> {
    let remaining =
        if mutant::is(Mutant::ResizeToOldQuantity) { leg.spec.quantity.less(leg.filled) } else { remaining };
    let change = Change { order: leg.spec.order.clone(), quantity: leg.filled + remaining, price };
    vec![Step::Request(Request::Modify(change))]
}

fn cancel(leg: &Leg) -> Vec<Step> {
    vec![Step::Request(Request::Cancel(leg.spec.order.clone()))]
}

fn place(orders: Vec<OrderSpec>) -> Step {
    Step::Request(Request::Place { orders })
}

fn fact(fact: Fact) -> Vec<Step> {
    vec![Step::Fact(fact)]
}
