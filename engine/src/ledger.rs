//! The execution ledger: the only source of positions and of realised profit.
//!
//! Keyed by execution id without its last part: a correction (`.01` → `.02`) replaces,
//! a repetition changes nothing. Any order of the same news gives the same ledger.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Money, Price, Quantity};
use crate::mutant::{self, Mutant};
use crate::order::{Action, Commission, Execution};
use crate::order_ref::OrderRef;

/// How long an execution of a closed trade is remembered, in market time. The broker
/// repeats executions of up to seven days when asked.
const REMEMBERED: TimeDelta = TimeDelta::days(8);

/// What was executed, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    open: BTreeMap<String, Booked>,
    /// What they come to, by order: news of a long trade costs no more than that of a short one.
    sums: BTreeMap<OrderRef, Sums>,
    /// Those of the trade before: it may turn out not to be over.
    before: BTreeMap<String, Booked>,
    closed: BTreeMap<String, Remembered>,
    /// Commissions that came before their execution.
    early: BTreeMap<String, Money>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Booked {
    execution: Execution,
    multiplier: Decimal,
    revision: u32,
    commission: Option<Money>,
}

/// What the executions of one order come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sums {
    /// Shares.
    shares: Decimal,
    /// Money in and out.
    cash: Decimal,
    /// Price × shares, without sign.
    value: Decimal,
}

/// An execution that belongs to no open trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Remembered {
    /// One of ours, of a closed trade.
    Own(Booked),
    /// Somebody else's.
    Foreign { at: DateTime<Utc>, revision: u32 },
}

/// What an execution is to the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// Never seen, or a newer revision of one that was.
    New,
    /// Seen: changes nothing.
    Known,
    /// A newer revision of an execution whose trade is closed.
    LateCorrection,
}

impl Ledger {
    /// What booking `execution` would mean.
    #[must_use]
    pub fn novelty(&self, execution: &Execution) -> Novelty {
        let (base, revision) = split(&execution.id);
        if mutant::is(Mutant::SkipDeduplication) {
            return Novelty::New;
        }
        match (self.open.get(base), self.closed.get(base)) {
            (Some(booked), _) if revision <= booked.revision => Novelty::Known,
            (None, Some(old)) if revision <= old.revision() => Novelty::Known,
            (None, Some(_)) => Novelty::LateCorrection,
            _ => Novelty::New,
        }
    }

    /// True if `commission` is for an execution whose cost is not known yet.
    #[must_use]
    pub fn wants(&self, commission: &Commission) -> bool {
        let (base, _) = split(&commission.execution);
        match (self.open.get(base), self.closed.get(base)) {
            (Some(booked), _) => booked.commission.is_none(),
            (None, Some(old)) => !old.is_commissioned(),
            (None, None) => !self.early.contains_key(base),
        }
    }

    /// Books an execution; the newest revision of it counts.
    pub fn book(&mut self, execution: &Execution, multiplier: Decimal) {
        let (base, revision) = split(&execution.id);
        let mut base = base.to_owned();
        if mutant::is(Mutant::SkipDeduplication) || (mutant::is(Mutant::CorrectionAdds) && revision > 1) {
            base = format!("{base}/{}", self.open.len());
        }
        let known = self.open.get(&base);
        if known.is_some_and(|booked| booked.revision >= revision) {
            return;
        }
        let commission = known.and_then(|booked| booked.commission).or(self.early.remove(&base));
        let booked = Booked { execution: execution.clone(), multiplier, revision, commission };
        self.count(&booked, Decimal::ONE);
        if let Some(old) = self.open.insert(base, booked) {
            self.count(&old, Decimal::NEGATIVE_ONE);
        }
    }

    /// Books a cost.
    pub fn commission(&mut self, commission: &Commission) {
        let (base, _) = split(&commission.execution);
        if let Some(booked) = self.open.get_mut(base) {
            booked.commission = Some(commission.amount);
            return;
        }
        if let Some(booked) = self.before.get_mut(base) {
            booked.commission = Some(commission.amount);
        }
        match self.closed.get_mut(base) {
            Some(Remembered::Own(old)) => old.commission = Some(commission.amount),
            Some(Remembered::Foreign { .. }) => {}
            None => drop(self.early.insert(base.to_owned(), commission.amount)),
        }
    }

    /// Closes the open trade's books; those of the one before it are remembered by name only.
    pub fn close(&mut self, at: DateTime<Utc>) {
        self.before = std::mem::take(&mut self.open);
        self.sums.clear();
        for (base, booked) in &self.before {
            self.closed.insert(base.clone(), Remembered::Own(booked.clone()));
        }
        self.closed.retain(|_, old| at - old.at() < REMEMBERED);
    }

    /// Books the next revision of a closing that nobody saw, of the open trade or the one before.
    pub fn settle(&mut self, execution: &Execution) {
        let (base, revision) = split(&execution.id);
        if let Some(booked) = self.open.get_mut(base).or(self.before.get_mut(base)) {
            (booked.execution, booked.revision) = (execution.clone(), revision);
        }
        self.count_anew();
    }

    /// Opens the books of the trade before again: news of it came late.
    pub fn reopen(&mut self) {
        self.open = std::mem::take(&mut self.before);
        for base in self.open.keys() {
            self.closed.remove(base);
        }
        self.count_anew();
    }

    /// What a late correction changes in money, where it leaves the shares as they were.
    #[must_use]
    pub fn corrected_by(&self, execution: &Execution) -> Option<Money> {
        let Remembered::Own(old) = self.closed.get(split(&execution.id).0)? else { return None };
        let corrected = Booked { execution: execution.clone(), ..old.clone() };
        (old.execution.quantity == execution.quantity).then(|| corrected.cash() - old.cash())
    }

    /// Books a late correction of the price.
    pub fn correct(&mut self, execution: &Execution) {
        let (base, revision) = split(&execution.id);
        let closed = match self.closed.get_mut(base) {
            Some(Remembered::Own(old)) => Some(old),
            _ => None,
        };
        for booked in closed.into_iter().chain(self.before.get_mut(base)) {
            (booked.execution, booked.revision) = (execution.clone(), revision);
        }
    }

    /// True where an execution of the trade before is corrected.
    #[must_use]
    pub fn is_of_before(&self, execution: &Execution) -> bool {
        self.before.contains_key(split(&execution.id).0)
    }

    /// Whether somebody else's execution was seen.
    #[must_use]
    pub fn knows_foreign(&self, id: &str) -> bool {
        self.closed.contains_key(split(id).0)
    }

    /// Remembers somebody else's execution by its name.
    pub fn note_foreign(&mut self, id: &str, at: DateTime<Utc>) {
        let (base, revision) = split(id);
        self.closed.insert(base.to_owned(), Remembered::Foreign { at, revision });
    }

    /// A corporate action gave `ratio` new shares for each old one.
    pub fn split(&mut self, ratio: Decimal) {
        for booked in self.open.values_mut() {
            let quantity = booked.execution.quantity.value() * ratio;
            let price = booked.execution.price.value() / ratio;
            if let (Ok(quantity), Ok(price)) = (Quantity::new(quantity), Price::new(price)) {
                (booked.execution.quantity, booked.execution.price) = (quantity, price);
            }
        }
        self.count_anew();
    }

    /// A fraction of a share that a corporate action left was paid out, or made whole.
    pub fn round_off(&mut self, order: &OrderRef, by: Decimal) {
        let own = |booked: &&mut Booked| booked.execution.order == *order;
        if let Some(booked) = self.open.values_mut().find(own) {
            let quantity = Quantity::new(booked.execution.quantity.value() + by);
            booked.execution.quantity = quantity.unwrap_or(booked.execution.quantity);
        }
        self.count_anew();
    }

    /// Shares filled of one order of the open trade.
    #[must_use]
    pub fn filled(&self, order: &OrderRef) -> Quantity {
        self.sums.get(order).map_or(Quantity::ZERO, |sums| Quantity::new(sums.shares).unwrap_or_default())
    }

    /// Money in (positive) and out (negative) by the orders that `of` names.
    #[must_use]
    pub fn cash(&self, of: impl Fn(&OrderRef) -> bool) -> Money {
        Money::new(self.sum(of, |sums| sums.cash))
    }

    /// Money at price × quantity, without sign, by the orders that `of` names.
    #[must_use]
    pub fn value(&self, of: impl Fn(&OrderRef) -> bool) -> Money {
        Money::new(self.sum(of, |sums| sums.value))
    }

    /// The order of the newest execution among those that `of` names.
    #[must_use]
    pub fn last(&self, of: impl Fn(&OrderRef) -> bool) -> Option<&OrderRef> {
        let some = self.open.values().filter(|booked| of(&booked.execution.order));
        let some = some.filter(|booked| !booked.execution.quantity.is_zero());
        let newest = some.max_by_key(|booked| (booked.execution.at, &booked.execution.id));
        newest.map(|booked| &booked.execution.order)
    }

    /// Commissions known of the open trade.
    #[must_use]
    pub fn commissions(&self) -> Money {
        self.open.values().filter_map(|booked| booked.commission).sum()
    }

    fn sum(&self, of: impl Fn(&OrderRef) -> bool, part: impl Fn(&Sums) -> Decimal) -> Decimal {
        self.sums.iter().filter(|(order, _)| of(order)).map(|(_, sums)| part(sums)).sum()
    }

    fn count(&mut self, booked: &Booked, sign: Decimal) {
        let Execution { order, quantity, price, .. } = &booked.execution;
        let sums = self.sums.entry(order.clone()).or_default();
        sums.shares += sign * quantity.value();
        sums.cash += sign * booked.cash().value();
        sums.value += sign * price.times(*quantity, Decimal::ONE).value();
    }

    fn count_anew(&mut self) {
        self.sums.clear();
        let open = std::mem::take(&mut self.open);
        open.values().for_each(|booked| self.count(booked, Decimal::ONE));
        self.open = open;
    }
}

impl Remembered {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Remembered::Own(booked) => booked.execution.at,
            Remembered::Foreign { at, .. } => *at,
        }
    }

    fn revision(&self) -> u32 {
        match self {
            Remembered::Own(booked) => booked.revision,
            Remembered::Foreign { revision, .. } => *revision,
        }
    }

    /// A stranger's cost is no concern of ours.
    fn is_commissioned(&self) -> bool {
        match self {
            Remembered::Own(booked) => booked.commission.is_some(),
            Remembered::Foreign { .. } => true,
        }
    }
}

impl Booked {
    fn cash(&self) -> Money {
        let value = self.execution.price.times(self.execution.quantity, self.multiplier);
        match self.execution.action {
            Action::Buy => -value,
            Action::Sell => value,
        }
    }
}

/// An execution id as its base and its revision: `x.y.01.02` is revision 2 of `x.y.01`.
pub(crate) fn split(id: &str) -> (&str, u32) {
    match id.rsplit_once('.') {
        Some((base, revision)) => revision.parse().map_or((id, 0), |revision| (base, revision)),
        None => (id, 0),
    }
}
