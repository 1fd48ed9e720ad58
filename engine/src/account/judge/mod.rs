//! Whether a request may go out: first that nothing crosses zero, then, for what opens or
//! enlarges a position, every limit that is on.
//!
//! What takes risk away is told by the position the book knows and by the orders that work
//! on it, never by an order's role. A request is admitted or refused whole.
//!
//! Read next: `closing`, then `order`, `ticker`, `account`, `group` and `open_risk`, one for each kind of limit.

mod account;
mod closing;
mod group;
mod open_risk;
mod order;
mod ticker;

pub(super) use account::Exposure;
pub(super) use order::spread_of;

use super::Refusal;
use super::book::Book;
use super::holding::Holding;
use super::opening::Opening;
use super::view::AccountView;
use super::{OrderLimits, TickerLimits};
use crate::instrument::TickerKey;
use crate::money::{Price, Quantity};
use crate::order::Action;
use crate::order_ref::{OrderRef, Role};
use crate::request::{Change, OrderSpec, Request};
use crate::time::Now;

/// A request before the book.
pub(super) struct Case<'a> {
    pub(super) book: &'a Book,
    pub(super) now: Now,
    pub(super) view: &'a AccountView,
    pub(super) ticker: &'a TickerKey,
    pub(super) holding: &'a Holding,
}

impl Case<'_> {
    /// The first limit that the request would break.
    pub(super) fn judge(&self, request: &Request) -> Result<(), Refusal> {
        match request {
            // What is only asked about opens nothing: the entry is judged when it is placed.
            Request::Cancel(_) | Request::WhatIf(_) => Ok(()),
            Request::Modify(change) => self.judge_change(change),
            Request::Place { orders, .. } => self.judge_orders(orders),
        }
    }

    fn judge_orders(&self, orders: &[OrderSpec]) -> Result<(), Refusal> {
        let known = orders.iter().find(|spec| self.holding.lines.get(&spec.order).is_some());
        if let Some(spec) = known {
            return Err(Refusal::OrderKnown { order: spec.order.clone() });
        }
        closing::judge(self.holding, orders)?;
        let openings = self.openings(orders)?;
        if openings.is_empty() {
            return Ok(());
        }
        self.may_open()?;
        self.judge_intent(&openings)?;
        self.judge_legs(orders)?;
        self.judge_pace(&openings)?;
        self.judge_rate(orders)?;
        self.judge_worth(&openings)
    }

    /// New terms. As many shares at no worse a price, or fewer, take risk away.
    fn judge_change(&self, change: &Change) -> Result<(), Refusal> {
        let Some(line) = self.holding.lines.get(&change.order).filter(|line| line.opens) else {
            return closing::judge_change(self.holding, change);
        };
        let less = match line.action {
            Action::Buy => change.quantity <= line.whole() && Some(change.price) <= line.worst_price(),
            Action::Sell => change.quantity < line.whole(),
        };
        if less {
            return Ok(());
        }
        let mut opening = Opening::changed(change, line);
        opening.stop = self.holding.lines.stop_of(&change.order);
        self.may_open()?;
        self.judge_worth(&[opening])
    }

    /// What the request would open. An order that is no entry opens nothing, ever.
    fn openings(&self, orders: &[OrderSpec]) -> Result<Vec<Opening>, Refusal> {
        let mut openings = Vec::new();
        for spec in orders {
            let Some(mut opening) = self.holding.opening(spec, self.order_limits().price_collar) else {
                continue;
            };
            opening.stop = stop_among(orders, &spec.order);
            let held = self.holding.closable(spec.action);
            if !held.is_zero() || !matches!(spec.order.role, Role::Entry | Role::Add) {
                return Err(Refusal::CrossesZero { wanted: spec.quantity, held });
            }
            openings.push(opening);
        }
        Ok(openings)
    }

    fn may_open(&self) -> Result<(), Refusal> {
        if let Some(words) = &self.view.halt {
            return Err(Refusal::Halted { words: words.clone() });
        }
        if self.view.unarmed {
            return Err(Refusal::NotArmed);
        }
        if self.book.limits().restricted.contains(self.ticker) {
            return Err(Refusal::Restricted { ticker: self.ticker.clone() });
        }
        self.judge_day()?;
        self.judge_group_days()
    }

    /// Every limit on prices and money.
    fn judge_worth(&self, openings: &[Opening]) -> Result<(), Refusal> {
        openings.iter().try_for_each(|opening| self.judge_order(opening))?;
        self.judge_position(openings)?;
        self.judge_account(openings)?;
        self.judge_groups(openings)
    }

    fn order_limits(&self) -> &OrderLimits {
        self.book.limits().order_of(self.ticker)
    }

    fn ticker_limits(&self) -> &TickerLimits {
        self.book.limits().ticker_of(self.ticker)
    }

    fn not_computable(&self) -> Refusal {
        Refusal::NotComputable { ticker: self.ticker.clone() }
    }
}

/// The price of the stop that comes with an entry.
fn stop_among(orders: &[OrderSpec], entry: &OrderRef) -> Option<Price> {
    let stop =
        orders.iter().find(|spec| spec.parent.as_ref() == Some(entry) && spec.order.role == Role::Stop);
    stop?.kind.price()
}

/// A count as it is shown.
fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
