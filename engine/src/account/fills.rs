//! One ticker's executions as the day's result counts them.
//!
//! Keyed by execution id without its revision, and dated by their own time: a correction
//! replaces, and it does not matter whether an execution or the day's opening is told first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::commission::estimated;
use super::exact::{bounded, less, worth};
use crate::ledger::split;
use crate::money::{Money, Quantity};
use crate::order::{Action, Commission, Execution};
use crate::order_ref::OrderRef;
use crate::time::trading_day;

/// How long an execution of a closed trade is kept for a correction. The broker repeats
/// executions of up to seven days.
const REMEMBERED: TimeDelta = TimeDelta::days(8);

/// A trading day in the zone it is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) zone: Tz,
}

/// What was executed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fills {
    booked: BTreeMap<String, Fill>,
    /// Commissions that came before their execution.
    early: BTreeMap<String, Money>,
    /// Trades up to this number are closed.
    closed_to: u32,
    day: Option<Day>,
    today: Today,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fill {
    order: OrderRef,
    revision: u32,
    at: DateTime<Utc>,
    quantity: Quantity,
    /// Signed.
    shares: Decimal,
    /// Money in and out; none where it cannot be computed.
    cash: Option<Money>,
    commission: Option<Money>,
}

/// Sums over the executions of the open day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Today {
    /// Shares that came, less those that went.
    pub(super) shares: Decimal,
    /// Money that came, less that which went.
    pub(super) cash: Money,
    /// Commissions: known ones, and estimates of the others.
    pub(super) cost: Money,
    /// Executions.
    pub(super) executions: u32,
    /// Those whose money cannot be computed.
    pub(super) incomputable: u32,
}

/// What one execution changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Booked {
    /// Of the position, signed.
    pub(super) shares: Decimal,
    /// Of what its order has filled, signed: a correction may lower it.
    pub(super) filled: Decimal,
}

impl Fills {
    /// None yet, on the open day.
    pub(super) fn on(day: Option<Day>) -> Fills {
        Fills { day, ..Fills::default() }
    }

    /// Books an execution; none if it is known in this or a newer revision.
    pub(super) fn book(&mut self, execution: &Execution, multiplier: Decimal) -> Option<Booked> {
        let (base, revision) = split(&execution.id);
        let old = self.booked.get(base);
        if old.is_some_and(|old| old.revision >= revision) {
            return None;
        }
        let commission = old.and_then(|old| old.commission).or(self.early.remove(base));
        // A correction belongs to the day of what it corrects.
        let at = old.map_or(execution.at, |old| old.at.min(execution.at));
        let fill = Fill { at, ..Fill::of(execution, revision, multiplier, commission) };
        let (mut shares, mut filled) = (fill.shares, fill.quantity.value());
        self.count(&fill, Decimal::ONE);
        if let Some(old) = self.booked.insert(base.to_owned(), fill) {
            self.count(&old, Decimal::NEGATIVE_ONE);
            shares -= old.shares;
            filled -= old.quantity.value();
        }
        Some(Booked { shares, filled })
    }

    /// True where an earlier revision of it is booked.
    pub(super) fn knows(&self, execution: &Execution) -> bool {
        self.booked.contains_key(split(&execution.id).0)
    }

    /// A corporate action gave `ratio` new shares for each old one; the money stays.
    pub(super) fn split(&mut self, ratio: Decimal) {
        let scaled = |shares: Decimal| shares.checked_mul(ratio).unwrap_or(shares).normalize();
        for fill in self.booked.values_mut() {
            fill.shares = scaled(fill.shares);
            fill.quantity = Quantity::new(scaled(fill.quantity.value())).unwrap_or(fill.quantity);
        }
        self.today.shares = scaled(self.today.shares);
    }

    /// Books a cost.
    pub(super) fn commission(&mut self, commission: &Commission) {
        let (base, _) = split(&commission.execution);
        let Some(fill) = self.booked.get_mut(base) else {
            self.early.insert(base.to_owned(), commission.amount);
            return;
        };
        let before = fill.clone();
        fill.commission = Some(commission.amount);
        let after = fill.clone();
        self.count(&before, Decimal::NEGATIVE_ONE);
        self.count(&after, Decimal::ONE);
    }

    /// A day begins: from here on its executions count.
    pub(super) fn open_day(&mut self, day: Day) {
        self.day = Some(day);
        self.forget();
        let booked = std::mem::take(&mut self.booked);
        self.today = Today::default();
        booked.values().for_each(|fill| self.count(fill, Decimal::ONE));
        self.booked = booked;
    }

    /// A trade is over.
    pub(super) fn close(&mut self, trade: u32) {
        self.closed_to = self.closed_to.max(trade);
        self.early.clear();
        self.forget();
    }

    /// The sums of the open day.
    pub(super) fn today(&self) -> &Today {
        &self.today
    }

    /// Shares filled of one order, as far as remembered.
    pub(super) fn filled(&self, order: &OrderRef) -> Quantity {
        self.booked.values().filter(|fill| fill.order == *order).map(|fill| fill.quantity).sum()
    }

    /// Trades whose first execution is of the open day.
    pub(super) fn trades_today(&self) -> BTreeSet<u32> {
        let of = |today: bool| {
            let fills = self.booked.values().filter(move |fill| self.is_today(fill) == today);
            fills.map(|fill| fill.order.trade).collect::<BTreeSet<u32>>()
        };
        &of(true) - &of(false)
    }

    fn is_today(&self, fill: &Fill) -> bool {
        self.day.is_none_or(|day| trading_day(fill.at, day.zone) >= day.date)
    }

    fn count(&mut self, fill: &Fill, sign: Decimal) {
        if !self.is_today(fill) {
            return;
        }
        let one = |count: u32| if sign.is_sign_negative() { count - 1 } else { count + 1 };
        let today = &mut self.today;
        today.executions = one(today.executions);
        today.shares += sign * fill.shares;
        match (fill.cash, fill.cost()) {
            (Some(cash), Some(cost)) => {
                today.cash = today.cash + Money::new(sign * cash.value());
                today.cost = today.cost + Money::new(sign * cost.value());
            }
            _ => today.incomputable = one(today.incomputable),
        }
    }

    fn forget(&mut self) {
        let (Some(day), closed_to) = (self.day, self.closed_to) else { return };
        let fresh = |fill: &Fill| trading_day(fill.at, day.zone) + REMEMBERED >= day.date;
        self.booked.retain(|_, fill| fill.order.trade > closed_to || fresh(fill));
    }
}

impl Fill {
    fn of(execution: &Execution, revision: u32, multiplier: Decimal, commission: Option<Money>) -> Fill {
        let Execution { order, action, quantity, price, at, .. } = execution;
        let value = worth(price.value(), quantity.value(), multiplier);
        let (shares, cash) = match action {
            Action::Buy => (quantity.value(), less(value)),
            Action::Sell => (-quantity.value(), value),
        };
        Fill { order: order.clone(), revision, at: *at, quantity: *quantity, shares, cash, commission }
    }

    /// Its commission, or what it will have been.
    fn cost(&self) -> Option<Money> {
        match self.commission {
            Some(known) => bounded(known.value()),
            None => bounded(estimated(self.quantity, self.cash?).value()),
        }
    }
}
