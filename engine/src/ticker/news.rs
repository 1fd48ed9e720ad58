//! What the broker says: booked once, in any order, however often it is repeated.

use super::{Out, Ticker};
use crate::OrderRef;
use crate::account::Refusal;
use crate::fact::Fact;
use crate::input::{Foreign, News};
use crate::ledger::Novelty;
use crate::mode::{Difference, Mode};
use crate::order::{Execution, Status, Terms};
use crate::order_ref::Role;
use crate::time::Now;

impl Ticker {
    pub(super) fn on_news(&mut self, now: Now, news: &News, out: &mut Out) {
        match news {
            // The snapshot has it, with all that is needed to make sense of it.
            News::Execution(execution) if self.may_adopt(&execution.order) => {}
            News::Execution(execution) => self.on_execution(now, execution, out),
            News::Commission(commission) if self.ledger.wants(commission) => {
                self.fact(now, Fact::Commissioned(commission.clone()), out);
            }
            News::Commission(_) => {}
            News::Foreign(foreign) => self.on_foreign(now, foreign, out),
            News::Status(status) => self.on_status(now, status, out),
            News::Terms(terms) => self.on_terms(now, terms, out),
            News::ChangeRefused { order, code, text } if self.awaits_change(order) => {
                let (order, code, text) = (order.clone(), *code, text.clone());
                self.fact(now, Fact::ChangeRefused { order, code, text }, out);
            }
            // The order was over before the change could reach it.
            News::ChangeRefused { .. } => {}
            // It needs the market as well: `on_margin` takes it.
            News::Margin { .. } => {}
        }
    }

    /// Every execution goes through here, whatever its source.
    pub(super) fn on_execution(&mut self, now: Now, execution: &Execution, out: &mut Out) {
        if execution.order.installation != self.installation {
            let Execution { id, action, quantity, price, at, .. } = execution.clone();
            return self.on_foreign(now, &Foreign { id, action, quantity, price, at, emergency: false }, out);
        }
        let corrected = || self.ledger.corrected_by(execution);
        match self.ledger.novelty(execution) {
            Novelty::Known => {}
            Novelty::LateCorrection if let Some(by) = corrected() => {
                self.fact(now, Fact::CorrectedLate { execution: execution.clone(), by }, out);
            }
            Novelty::New if self.knows(&execution.order) => {
                self.fact(now, Fact::Executed { execution: execution.clone() }, out);
                self.seen_after_all(now, execution, out);
            }
            Novelty::New | Novelty::LateCorrection if self.trade.is_none() && self.knew(execution) => {
                let before = self.before.as_ref();
                let trade = before.map_or(self.trades, |trade| trade.number);
                let counted = before.and_then(|trade| trade.counted);
                self.fact(now, Fact::TradeReopened { trade, counted }, out);
                self.fact(now, Fact::Executed { execution: execution.clone() }, out);
                self.seen_after_all(now, execution, out);
            }
            Novelty::New | Novelty::LateCorrection => {
                self.fact(now, Fact::Stray { execution: execution.clone() }, out);
                self.freeze(now, Difference::Execution(execution.id.clone()), out);
            }
        }
    }

    pub(super) fn on_status(&mut self, now: Now, status: &Status, out: &mut Out) {
        let Some(leg) = self.trade.as_ref().and_then(|trade| trade.leg(&status.order)) else { return };
        let mut after = leg.clone();
        after.moved(status);
        if after != *leg {
            self.fact(now, Fact::OrderMoved(status.clone()), out);
        }
    }

    pub(super) fn on_terms(&mut self, now: Now, terms: &Terms, out: &mut Out) {
        let Some(leg) = self.trade.as_ref().and_then(|trade| trade.leg(&terms.order)) else { return };
        let mut after = leg.clone();
        after.echoed(now.process, terms);
        if after != *leg && !leg.is_stale(now.process, terms) {
            self.fact(now, Fact::TermsEchoed(terms.clone()), out);
        }
    }

    /// The risk book said no: an entry ends before it began, anything else stays as it was.
    pub(super) fn on_refused(&mut self, now: Now, orders: &[OrderRef], because: &Refusal, out: &mut Out) {
        if let [order] = orders
            && order.role == Role::WhatIf
        {
            return self.margin_not_told(now, order, because.to_string(), out);
        }
        // A change or a cancel that is refused leaves its order as it was.
        let leg = |order: &OrderRef| self.trade.as_ref()?.leg(order);
        let placed =
            |order: &OrderRef| leg(order).is_some_and(|leg| leg.standing.is_none() && leg.changing.is_none());
        let opens = |order: &&OrderRef| matches!(order.role, Role::Entry | Role::Add) && placed(order);
        let entry = orders.iter().find(opens);
        let lot = entry.and_then(|order| {
            let lots = &self.trade.as_ref()?.lots;
            lots.iter().find(|lot| lot.leg(order).is_some()).map(|lot| lot.opened.lot)
        });
        let because = because.clone();
        let fact = match lot {
            Some(lot) => Fact::EntryDeclined { lot, because },
            None => Fact::RequestDeclined { orders: orders.to_vec(), because },
        };
        self.fact(now, fact, out);
    }

    /// True for an execution of the trade before: that one is not over, then.
    fn knew(&self, execution: &Execution) -> bool {
        let order = self.before.as_ref().and_then(|trade| trade.leg(&execution.order));
        order.is_some() || self.ledger.is_of_before(execution)
    }

    pub(super) fn freeze(&mut self, now: Now, difference: Difference, out: &mut Out) {
        self.fact(now, Fact::ModeChanged { mode: Mode::Frozen(difference) }, out);
    }

    fn awaits_change(&self, order: &OrderRef) -> bool {
        let leg = self.trade.as_ref().and_then(|trade| trade.leg(order));
        leg.is_some_and(|leg| leg.changing.is_some())
    }

    pub(super) fn knows(&self, order: &OrderRef) -> bool {
        self.trade.as_ref().is_some_and(|trade| trade.leg(order).is_some())
    }
}
