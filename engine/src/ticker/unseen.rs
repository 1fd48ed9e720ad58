//! What is gone at the broker, and why that may be: an order whose time had run out, or an exit
//! that was filled while nobody looked.
//!
//! An exit that is gone together with exactly its shares has closed them; only one choice of lots
//! may make up the difference, or the ticker freezes with the numbers. The price is not known:
//! the closing counts with the worse of the stop's price and the day's extreme until it is
//! settled, by a person or by executions that come late after all.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Out, Ticker};
use crate::OrderRef;
use crate::fact::{ClosedUnseen, Fact};
use crate::input::Snapshot;
use crate::lot::{Leg, Lot};
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, End, Execution, Side, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::time::Now;
use crate::view::MarketView;

/// Closings that are remembered, so that their price can be told.
const UNSEEN_MAX: usize = 64;
/// Lots whose orders may be gone at once; of more, no choice is looked for.
const CHOICES_MAX: usize = 12;

/// A closing that nobody saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unseen {
    lot: u32,
    execution: Execution,
    revision: u32,
    multiplier: Decimal,
    settled: bool,
}

impl Ticker {
    /// Closings whose price is not known yet.
    pub fn unsettled(&self) -> impl Iterator<Item = &OrderRef> {
        self.unseen.iter().filter(|(_, unseen)| !unseen.settled).map(|(order, _)| order)
    }

    /// How an order ended that the broker does not know any more, where what is known here tells.
    pub(super) fn end_of(
        &self,
        now: Now,
        order: &OrderRef,
        missing: &[OrderRef],
        market: &MarketView,
    ) -> Option<End> {
        let trade = self.trade.as_ref()?;
        let leg = trade.leg(order)?;
        if leg.filled >= leg.spec.quantity {
            return Some(End::Filled);
        }
        let parent = leg.spec.parent.as_ref().filter(|parent| missing.contains(parent));
        let parent_due =
            parent.and_then(|parent| trade.leg(parent)).is_some_and(|leg| is_due(now, leg, market));
        (is_due(now, leg, market) || parent_due).then_some(End::Expired)
    }

    /// The one choice of lots whose exits are gone, and whose shares make up the difference.
    pub(super) fn closed_unseen_by(&self, missing: &[OrderRef], snapshot: &Snapshot) -> Option<Vec<u32>> {
        let trade = self.trade.as_ref()?;
        let less = self.position() + self.foreign.unwrap_or_default() - snapshot.position;
        let gone = if trade.side == Side::Long { less } else { -less };
        let gone = Quantity::new(gone).ok().filter(|gone| !gone.is_zero())?;
        let lots: Vec<&Lot> = trade.lots.iter().filter(|lot| may_be_closed(lot, missing)).collect();
        if lots.len() > CHOICES_MAX {
            return None;
        }
        let chosen = |choice: u32| {
            let picked = lots.iter().enumerate().filter(move |(nth, _)| choice & (1 << nth) != 0);
            picked.map(|(_, lot)| *lot)
        };
        let fits = |choice: &u32| chosen(*choice).map(Lot::held).sum::<Quantity>() == gone;
        let mut choices = (1..1_u32 << lots.len()).filter(fits);
        let only = choices.next().filter(|_| choices.next().is_none())?;
        Some(chosen(only).map(|lot| lot.opened.lot).collect())
    }

    /// The lots are gone: counted, told, and the ticker goes on.
    pub(super) fn close_unseen(
        &mut self,
        now: Now,
        lots: &[u32],
        missing: &[OrderRef],
        market: &MarketView,
        out: &mut Out,
    ) {
        let closings: Vec<ClosedUnseen> = self
            .trade
            .iter()
            .flat_map(|trade| &trade.lots)
            .filter(|lot| lots.contains(&lot.opened.lot))
            .filter_map(|lot| closing_of(lot, missing, market))
            .collect();
        for closing in closings {
            let text = format!(
                "{} of {} are gone and no execution tells of it: counted at {} until the price of {} is known",
                closing.quantity,
                closing.order.short(),
                closing.assumed,
                closing.order
            );
            self.fact(now, Fact::ClosedUnseen(closing), out);
            self.fact(now, Fact::Alerted { text, because: Because::Unseen }, out);
        }
    }

    /// The price became known. A closing that was seen, or is too old to be known, stays.
    pub(super) fn on_settle(&mut self, now: Now, order: &OrderRef, price: Price, out: &mut Out) {
        let Some(unseen) = self.unseen.get(order).filter(|unseen| !unseen.execution.quantity.is_zero())
        else {
            return;
        };
        let fact = unseen.next(Execution { price, ..unseen.execution.clone() });
        self.fact(now, fact, out);
    }

    /// An execution of a closing came late: it takes the place of what was counted for it.
    pub(super) fn seen_after_all(&mut self, now: Now, execution: &Execution, out: &mut Out) {
        let lot = self.trade.iter().flat_map(|trade| &trade.lots).find(|lot| {
            lot.leg(&execution.order).is_some_and(|leg| !lot.brings(leg)) && !lot.unseen.is_zero()
        });
        let Some(lot) = lot else { return };
        let unseen = self.unseen.values().find(|unseen| {
            lot.leg(&unseen.execution.order).is_some() && !unseen.execution.quantity.is_zero()
        });
        let Some(unseen) = unseen else { return };
        let quantity = unseen.execution.quantity.less(execution.quantity);
        let fact = unseen.next(Execution { quantity, ..unseen.execution.clone() });
        self.fact(now, fact, out);
    }

    pub(super) fn closed_unseen(&mut self, at: Now, closing: &ClosedUnseen) {
        let execution = closing.execution(at.market);
        let multiplier = self.trade.as_ref().map_or(Decimal::ONE, crate::trade::Trade::multiplier);
        self.with_lot(closing.lot, |lot| lot.unseen = closing.quantity);
        self.executed(at, &execution);
        if self.unseen.len() >= UNSEEN_MAX {
            self.unseen.pop_first();
        }
        let unseen = Unseen { lot: closing.lot, execution, revision: 1, multiplier, settled: false };
        self.unseen.insert(closing.order.clone(), unseen);
    }

    pub(super) fn settled(&mut self, number: u32, execution: &Execution, change: Money) {
        if let Some(unseen) = self.unseen.get_mut(&execution.order) {
            (unseen.execution, unseen.settled) = (execution.clone(), true);
            unseen.revision += 1;
        }
        self.ledger.settle(execution);
        let filled = self.ledger.filled(&execution.order);
        for trade in self.trade.iter_mut().chain(&mut self.before) {
            let own = trade.number == execution.order.trade;
            let lots = trade.lots.iter_mut().filter(|lot| own && lot.opened.lot == number);
            for lot in lots {
                lot.unseen = execution.quantity;
                lot.closed = lot.closed.map(|closed| closed + change);
                if let Some(leg) = lot.leg_mut(&execution.order) {
                    // What was only counted is no word of the broker's.
                    (leg.filled, leg.reported) = (filled, filled);
                }
            }
        }
    }
}

impl Unseen {
    /// What is left of it, with what that changes in money.
    fn next(&self, execution: Execution) -> Fact {
        let (base, _) = crate::ledger::split(&self.execution.id);
        let id = format!("{base}.{:02}", self.revision + 1);
        let worth = |execution: &Execution| execution.price.times(execution.quantity, self.multiplier);
        let more = worth(&execution) - worth(&self.execution);
        let change = if execution.action == Action::Sell { more } else { -more };
        Fact::Settled { lot: self.lot, execution: Execution { id, ..execution }, change }
    }
}

/// True where an order's own time in force has run out.
fn is_due(now: Now, leg: &Leg, market: &MarketView) -> bool {
    match leg.spec.time_in_force {
        TimeInForce::GoodTillCancelled => false,
        TimeInForce::GoodTill(until) => until <= now.market,
        TimeInForce::Day => {
            market.instrument.as_ref().is_some_and(|own| own.day_is_over(leg.placed, now.market))
        }
    }
}

/// One of its exits is gone for exactly what it holds, and none of them lives.
fn may_be_closed(lot: &Lot, missing: &[OrderRef]) -> bool {
    let gone = |leg: &Leg| missing.contains(&leg.spec.order);
    let exits = || lot.legs.iter().filter(|leg| !lot.brings(leg) && !leg.ended());
    let whole = exits().any(|leg| gone(leg) && leg.remaining == lot.held());
    lot.entry_over() && !lot.held().is_zero() && whole && exits().all(gone)
}

fn closing_of(lot: &Lot, missing: &[OrderRef], market: &MarketView) -> Option<ClosedUnseen> {
    let gone = |leg: &&Leg| missing.contains(&leg.spec.order);
    let exit = lot.newest(Role::Stop).filter(gone);
    let exit = exit.or_else(|| lot.legs.iter().filter(gone).find(|leg| !lot.brings(leg)))?;
    let stop = lot.newest(Role::Stop)?.spec.kind.price()?;
    let quote = market.quote.as_ref();
    let assumed = match lot.side() {
        Side::Long => quote.and_then(|quote| quote.low).map_or(stop, |low| low.min(stop)),
        Side::Short => quote.and_then(|quote| quote.high).map_or(stop, |high| high.max(stop)),
    };
    let (lot, quantity, action) = (lot.opened.lot, lot.held(), lot.side().closing());
    Some(ClosedUnseen { lot, order: exit.spec.order.clone(), action, quantity, assumed })
}
