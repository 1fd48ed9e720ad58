//! How each step changes a ticker: the only place where it does.
//!
//! Recovery is this, over the journal. Nothing is decided here, so that newer code and
//! newer rules rebuild the same state from older facts.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::fact::{Fact, LotClosed, LotOpened, Step};
use crate::lot::{ByHand, Changing, Leg, Lot};
use crate::mode::Mode;
use crate::money::{Price, Quantity};
use crate::mutant::{self, Mutant};
use crate::order::{End, Execution, Kind, Side, Standing, Status, Terms, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::{OrderSpec, Request};
use crate::settings::OnHandCancel;
use crate::signal::Signal;
use crate::ticker::{Fired, SIGNALS_MAX, Ticker};
use crate::time::Now;
use crate::trade::Trade;

impl Ticker {
    /// Takes in one step, at the time it was taken.
    pub fn apply(&mut self, at: Now, step: &Step) {
        self.watch.rests_until = None;
        match step {
            Step::Fact(fact) => self.apply_fact(at, fact),
            Step::Request(request) => self.apply_request(at, request),
        }
    }

    fn apply_fact(&mut self, at: Now, fact: &Fact) {
        self.tally.count(fact);
        match fact {
            Fact::SignalTaken { signal, .. } => self.remember(signal, true),
            Fact::SignalDeclined { signal, .. } => self.remember(signal, false),
            Fact::RuleFired { rule, .. } => {
                let trade = self.trade.as_ref().map(|trade| trade.number);
                self.fired.insert(rule.clone(), Fired { at: at.market, trade });
            }
            Fact::RuleOutranked { .. } | Fact::Alerted { .. } | Fact::LocateGivenUp { .. } => {}
            Fact::Config(fact) => self.config_changed(fact),
            Fact::MarginAsked { order, quantity, wanted } => self.margin_asked(at, order, *quantity, wanted),
            Fact::MarginFound { .. } => self.margins.found(),
            Fact::EntryGivenUp { .. } => self.margins.given_up(at),
            Fact::LotOpened(lot) => self.open_lot(at, lot),
            Fact::EntryDeclined { lot, .. } => self.end_lot(*lot),
            Fact::AddDeclined { .. } => self.with_trade(|trade| trade.levels_used += 1),
            Fact::Executed { execution } | Fact::TakenOver { execution } => self.executed(at, execution),
            Fact::Commissioned(commission) => self.ledger.commission(commission),
            Fact::OrderMoved(status) => self.moved(at, status),
            Fact::TermsEchoed(terms) => self.echoed(at, terms),
            Fact::ChangeRefused { order, .. } => self.refused(at, order),
            Fact::RequestDeclined { orders, .. } => self.declined(at, orders),
            Fact::ReversalDropped => self.with_trade(|trade| trade.reversal = None),
            Fact::Protected { lot, .. } => self.with_lot(*lot, |lot| lot.exposed_since = None),
            Fact::Reanchored { .. } if mutant::is(Mutant::ReanchorForever) => {}
            Fact::Reanchored { lot, .. } => self.with_lot(*lot, |lot| lot.reanchored = true),
            Fact::StopsAfterAdd { lot, .. } => self.with_lot(*lot, |lot| lot.stops_settled = true),
            Fact::ScaleOutDecided { lot, part, .. } => self.with_lot(*lot, |lot| lot.scale_out(*part)),
            Fact::ScaleOutEnded { lot } => self.with_lot(*lot, |lot| lot.scaling = None),
            Fact::EntriesWithdrawn { .. } => self.with_trade(|trade| trade.withdrawn = true),
            Fact::ExcessTaken { lot, from, quantity, value } => {
                self.with_lot(*lot, |lot| lot.made_good = lot.made_good.and(*quantity, *value));
                self.with_lot(*from, |lot| lot.lend(*quantity, *value));
            }
            Fact::LotReopened { lot, .. } => self.with_lot(*lot, Lot::reopen),
            Fact::TradeReopened { .. } => self.reopen(),
            Fact::CorrectedLate { execution, .. } => self.ledger.correct(execution),
            Fact::ClosedOutside { lot, execution } => self.closed_outside(at, *lot, execution),
            Fact::ClosedUnseen(unseen) => self.closed_unseen(at, unseen),
            Fact::Settled { lot, execution, change } => self.settled(*lot, execution, *change),
            Fact::ForeignPosition { position, by } => self.see_foreign(at, *position, by.as_deref()),
            Fact::Split { ratio, day } => self.split(day.unwrap_or_else(|| at.market.date_naive()), *ratio),
            Fact::StopCancelledByHand { lot, order, then } => self.cancelled_by_hand(at, *lot, order, *then),
            Fact::ChangedByHand { order, price, outcome, .. } => {
                self.with_leg(order, |leg| leg.changed_by_hand(*price, outcome));
            }
            Fact::TargetRefused { lot, order } => {
                self.with_lot(*lot, |lot| lot.targets_refused.push(order.clone()));
            }
            Fact::ProtectionRenewed { lot } => self.with_lot(*lot, |lot| lot.renewals += 1),
            Fact::CloseDecided { because } => self.with_trade(|trade| trade.leave(because)),
            Fact::ReversalPlanned { signal, until } => {
                self.with_trade(|trade| trade.reversal = Some((signal.clone(), *until)));
            }
            Fact::LotClosed(closed) => self.lot_closed(at, closed),
            Fact::TradeClosed { traded, realized, commission, .. } => {
                self.with_trade(|trade| trade.counted = traded.then_some(*realized > *commission));
                self.before = self.trade.take();
                self.ledger.close(at.market);
            }
            Fact::Stray { execution } => self.ledger.book(execution, rust_decimal::Decimal::ONE),
            Fact::Doubted { difference } => self.doubts.push(difference.clone()),
            Fact::ModeChanged { mode } => self.change_mode(mode),
            Fact::Adopted { orders } => self.apply_request(at, &Request::Place { orders: orders.clone() }),
            Fact::Commanded { command, refused } => self.commanded(command, refused.as_ref()),
        }
    }

    fn see_foreign(&mut self, at: Now, position: Decimal, by: Option<&str>) {
        self.foreign = Some(position);
        by.into_iter().for_each(|id| self.ledger.note_foreign(id, at.market));
    }

    fn apply_request(&mut self, at: Now, request: &Request) {
        match request {
            Request::Place { orders } => orders.iter().for_each(|spec| {
                self.with_lot(spec.lot, |lot| {
                    lot.heard = at.process;
                    if let Some(scaling) = lot.scaling.as_mut().filter(|_| spec.order.role == Role::Exit) {
                        scaling.placed = Some(at.process);
                    }
                    lot.legs.push(Leg::asked(at, spec.clone()));
                });
            }),
            Request::Modify(change) => {
                self.with_trade(|trade| trade.repricings += u32::from(trade.leaving.is_some()));
                self.asked(at, &change.order, Changing::Terms(change.clone()));
            }
            Request::Cancel(order) => {
                self.asked(at, order, Changing::Cancel);
                self.with_leg(order, |leg| leg.foreseen = true);
            }
            // The fact before it says that its answer is waited for.
            Request::WhatIf(_) => {}
        }
    }

    fn asked(&mut self, at: Now, order: &crate::OrderRef, changing: Changing) {
        self.with_leg(order, |leg| (leg.changing, leg.asked) = (Some(changing), at.process));
    }

    /// Back in step: the snapshot has told each order's terms, so what was asked before and
    /// is not answered by them was lost. It has told every execution, too, and the position
    /// agrees: a count that was higher is an old one.
    fn change_mode(&mut self, mode: &Mode) {
        let (before, after) = (self.mode.is_reconciling(), mode.is_reconciling());
        if before && !after {
            let lots = self.trade.iter_mut().flat_map(|trade| &mut trade.lots);
            for leg in lots.flat_map(|lot| &mut lot.legs) {
                leg.changing = None;
                if !matches!(mode, Mode::Frozen(_)) {
                    leg.reported = leg.filled;
                }
            }
        }
        self.mode = mode.clone();
        if !(before && after) {
            self.doubts.clear();
        }
    }

    pub(super) fn remember(&mut self, signal: &Signal, taken: bool) {
        if mutant::is(Mutant::ForgetSignals) && taken {
            return;
        }
        if self.signals.len() == SIGNALS_MAX {
            self.signals.pop_front();
        }
        self.signals.push_back(signal.id.clone());
        if taken {
            self.last_signal_at = self.last_signal_at.max(Some(signal.at));
        }
    }

    fn open_lot(&mut self, at: Now, opened: &LotOpened) {
        let lot = Lot::new(opened.clone(), at);
        match &mut self.trade {
            Some(trade) => {
                trade.levels_used += u32::from(opened.adds && !opened.resting);
                trade.lots.push(lot);
            }
            None => {
                if !mutant::is(Mutant::ReuseNames) {
                    self.trades = opened.trade;
                }
                let today = opened.day.unwrap_or_else(|| at.market.date_naive());
                let (day, count) = self.opened_today;
                self.opened_today = (Some(today), if day == Some(today) { count + 1 } else { 1 });
                self.trade = Some(Trade {
                    number: opened.trade,
                    side: opened.side,
                    lots: vec![lot],
                    leaving: None,
                    reversal: None,
                    levels_used: 0,
                    repricings: 0,
                    withdrawn: false,
                    counted: None,
                });
            }
        }
    }

    /// Nothing of the lot was sent: its orders are over before they began.
    fn end_lot(&mut self, lot: u32) {
        self.with_lot(lot, |lot| {
            lot.legs.iter_mut().for_each(|leg| leg.standing = Some(Standing::Ended(End::Rejected)));
        });
    }

    pub(super) fn executed(&mut self, at: Now, execution: &Execution) {
        let Some(lot) = self.trade.as_mut().and_then(|trade| trade.lot_of(&execution.order)) else { return };
        self.ledger.book(execution, lot.opened.multiplier);
        lot.heard = at.process;
        let Some(leg) = lot.leg_mut(&execution.order) else { return };
        let before = std::mem::replace(&mut leg.filled, self.ledger.filled(&execution.order));
        // A correction to fewer shares lowers what the broker counts, too.
        leg.reported = leg.reported.less(before.less(leg.filled));
        let opens = leg.opens();
        if opens || lot.covered() < lot.held() {
            lot.exposed_since = lot.exposed_since.or(Some(at.process));
        }
        if lot.held().is_zero() {
            lot.exposed_since = None;
        }
        lot.entry_average = lot.average(&self.ledger, true);
    }

    fn cancelled_by_hand(&mut self, at: Now, lot: u32, order: &crate::OrderRef, then: Option<OnHandCancel>) {
        self.with_lot(lot, |lot| {
            lot.by_hand = Some(ByHand { order: order.clone(), at: at.market, then });
            // It had worked: this is no failure to place one.
            lot.renewals = 0;
        });
    }

    fn lot_closed(&mut self, at: Now, closed: &LotClosed) {
        if closed.by == Because::Stop {
            self.stopped_out_at = Some(at.market);
        }
        self.with_lot(closed.lot, |lot| lot.closed = Some(closed.realized));
    }

    /// The trade before goes on: it takes the place of none, for none is open.
    fn reopen(&mut self) {
        self.trade = self.before.take();
        self.with_trade(|trade| trade.counted = None);
        self.ledger.reopen();
    }

    /// Somebody else's trade as an order of the lot that is over.
    fn closed_outside(&mut self, at: Now, number: u32, execution: &Execution) {
        self.with_lot(number, |lot| {
            let spec = OrderSpec {
                order: execution.order.clone(),
                lot: number,
                action: execution.action,
                quantity: execution.quantity,
                kind: Kind::Limit(execution.price),
                time_in_force: TimeInForce::Day,
                parent: None,
                group: None,
                outside_rth: false,
                transmit: true,
            };
            let mut leg = Leg::asked(Now { market: execution.at, ..at }, spec);
            leg.standing = Some(Standing::Ended(End::Filled));
            leg.remaining = Quantity::ZERO;
            lot.legs.push(leg);
        });
        self.executed(at, execution);
    }

    /// Everything that is counted in shares or in the price of one. The broker pays fractions out:
    /// each lot ends with whole shares, all of them together with as many as it has.
    fn split(&mut self, day: NaiveDate, ratio: Decimal) {
        let held = |lot: &Lot| lot.held().value() * ratio;
        let wholes = whole_parts(self.trade.iter().flat_map(|trade| &trade.lots).map(held));
        self.ledger.split(ratio);
        self.split_on = Some(day);
        let scaled = |quantity: Quantity| Quantity::new(quantity.value() * ratio).unwrap_or(quantity);
        let priced = |price: Price| Price::new(price.value() / ratio).unwrap_or(price);
        let ledger = &mut self.ledger;
        let lots = self.trade.iter_mut().flat_map(|trade| &mut trade.lots);
        for (lot, whole) in lots.zip(wholes) {
            let side = lot.side();
            for leg in &mut lot.legs {
                leg.filled = ledger.filled(&leg.spec.order);
                leg.reported = leg.filled;
                leg.spec.quantity = scaled(leg.spec.quantity);
                if let Some(price) = leg.spec.kind.price() {
                    let down = (side == Side::Long) != (leg.spec.order.role == Role::Target);
                    leg.spec.kind = leg.spec.kind.at(on_the_cent(price, priced(price), down));
                }
                // The broker cancels what rests when the shares change.
                (leg.wanted, leg.before, leg.foreseen) = (leg.spec.kind.price(), None, true);
            }
            lot.lent.quantity = scaled(lot.lent.quantity);
            lot.made_good.quantity = scaled(lot.made_good.quantity);
            let fraction = whole - lot.held().value();
            let entry = lot.legs.iter_mut().find(|leg| leg.opens());
            if let Some(entry) = entry.filter(|_| !fraction.is_zero()) {
                ledger.round_off(&entry.spec.order, fraction);
                entry.filled = ledger.filled(&entry.spec.order);
                entry.reported = entry.filled;
            }
            lot.entry_average = lot.average(ledger, true);
            lot.opened.touch = priced(lot.opened.touch);
            lot.opened.stop = lot.opened.stop.split(ratio);
            lot.opened.target = lot.opened.target.map(|target| target.split(ratio));
        }
    }

    fn echoed(&mut self, at: Now, terms: &Terms) {
        let Some(lot) = self.trade.as_mut().and_then(|trade| trade.lot_of(&terms.order)) else { return };
        lot.heard = at.process;
        if lot.leg_mut(&terms.order).is_some_and(|leg| leg.echoed(at.process, terms)) {
            lot.refusals = 0;
        }
    }

    fn moved(&mut self, at: Now, status: &Status) {
        let Some(lot) = self.trade.as_mut().and_then(|trade| trade.lot_of(&status.order)) else { return };
        lot.heard = at.process;
        if let Some(leg) = lot.leg_mut(&status.order) {
            let before = leg.ended();
            leg.moved(status);
            // An order that is gone makes another case than the one that was refused.
            if !before && matches!(leg.end(), Some(End::Filled | End::Cancelled)) {
                lot.refusals = 0;
            }
        }
        if lot.covered() < lot.held() {
            lot.exposed_since = lot.exposed_since.or(Some(at.process));
        }
    }

    /// A request was refused: orders that were never sent are over, others are as before.
    fn declined(&mut self, at: Now, orders: &[crate::OrderRef]) {
        for order in orders {
            let leg = self.trade.as_ref().and_then(|trade| trade.leg(order));
            let placed = leg.is_some_and(|leg| leg.changing.is_none());
            self.refused(at, order);
            self.with_leg(order, |leg| {
                if placed && leg.standing.is_none() {
                    leg.standing = Some(Standing::Ended(End::Rejected));
                }
            });
        }
    }

    /// A change was refused: the order is as it was, and the next try waits.
    fn refused(&mut self, at: Now, order: &crate::OrderRef) {
        if mutant::is(Mutant::IgnoreRefusedChange) {
            return self.with_leg(order, |leg| {
                if let Some(Changing::Terms(change)) = leg.changing.take() {
                    leg.remaining = change.quantity.less(leg.filled);
                }
            });
        }
        let Some(lot) = self.trade.as_mut().and_then(|trade| trade.lot_of(order)) else { return };
        lot.heard = at.process;
        lot.refusals += 1;
        if let Some(leg) = lot.leg_mut(order) {
            (leg.changing, leg.foreseen) = (None, false);
            leg.unasked = leg.is_moved();
        }
    }

    fn with_trade(&mut self, change: impl FnOnce(&mut Trade)) {
        if let Some(trade) = &mut self.trade {
            change(trade);
        }
    }

    pub(super) fn with_lot(&mut self, number: u32, change: impl FnOnce(&mut Lot)) {
        let lots = self.trade.iter_mut().flat_map(|trade| &mut trade.lots);
        if let Some(lot) = lots.into_iter().find(|lot| lot.opened.lot == number) {
            change(lot);
        }
    }

    pub(super) fn with_leg(&mut self, order: &crate::OrderRef, change: impl FnOnce(&mut Leg)) {
        let lot = self.trade.as_mut().and_then(|trade| trade.lot_of(order));
        if let Some(leg) = lot.and_then(|lot| lot.leg_mut(order)) {
            change(leg);
        }
    }
}

/// A price after a split, as fine as the one before it and no finer than a cent needs: a broker refuses what lies off
/// its tick.
fn on_the_cent(before: Price, exact: Price, down: bool) -> Price {
    let places = before.value().normalize().scale().max(2);
    let toward =
        if down { RoundingStrategy::ToNegativeInfinity } else { RoundingStrategy::ToPositiveInfinity };
    Price::new(exact.value().round_dp_with_strategy(places, toward)).unwrap_or(exact)
}

/// Whole shares of each lot, so that what is cut off of one goes to the next: together they are
/// the whole of all.
fn whole_parts(exact: impl Iterator<Item = Decimal>) -> Vec<Decimal> {
    let (mut sum, mut given) = (Decimal::ZERO, Decimal::ZERO);
    let part = |exact: Decimal| {
        sum += exact;
        // A ratio has no end of digits; what it makes of a whole number may lack the last one.
        let whole = sum.round_dp(6).floor() - given;
        given += whole;
        whole
    };
    exact.map(part).collect()
}
