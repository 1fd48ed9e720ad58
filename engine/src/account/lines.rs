//! One ticker's orders that live: what each may still bring, or take away.
//!
//! An order is counted from the moment its request is written until its end is known and
//! all fills that the broker counts are booked, so that a share is never in neither of
//! reserved and held, and never in both.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::intent::Intent;
use crate::money::{Price, Quantity};
use crate::mutant::{self, Mutant};
use crate::order::{Action, Standing, Status, Terms};
use crate::order_ref::{OrderRef, Role};
use crate::request::{Change, OrderSpec};

/// Orders that live, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lines(BTreeMap<OrderRef, Line>);

/// One order that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) action: Action,
    /// The price that what it brings is valued at; none for an order that only closes, and
    /// for an entry without any price.
    pub(super) price: Option<Price>,
    /// Of a stop: the price at which it closes.
    stop: Option<Price>,
    /// True if what it brings opens a position or enlarges it.
    pub(super) opens: bool,
    /// What an entry is for.
    pub(super) intent: Intent,
    /// Which request it came in, by count.
    pub(super) batch: u64,
    /// True once the book has answered its request.
    pub(super) answered: bool,
    /// When its request was written, or answered.
    pub(super) at: DateTime<Utc>,
    quantity: Quantity,
    filled: Quantity,
    /// Of a closing order: shares that there are for it and its group to close.
    cover: Quantity,
    parent: Option<OrderRef>,
    group: Option<String>,
    /// Changes that the broker has not answered.
    changes: Vec<Asked>,
    /// Cancels asked for, and those of them that the book has answered.
    cancels: (u32, u32),
    /// True once the broker has spoken of it.
    heard: bool,
    /// Once it ended: filled by the broker's count.
    reported: Option<Quantity>,
    /// Requests for the same name that are not refused yet.
    repeats: u32,
}

/// A change asked for, and whether the book has answered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    change: Change,
    answered: bool,
}

/// How an order's line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It lives on, or its last fills are to come.
    NotYet,
    /// It is gone.
    Gone {
        /// True for an entry that brought nothing.
        unfilled: bool,
    },
}

impl Lines {
    pub(super) fn get(&self, order: &OrderRef) -> Option<&Line> {
        self.0.get(order)
    }

    /// Entries that may still bring something.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&OrderRef, &Line)> {
        let kept = !mutant::is(Mutant::NoReservation);
        self.0.iter().filter(move |(_, line)| kept && line.opens && !line.rest().is_zero())
    }

    /// Takes in a new order. A name that is known keeps its order.
    pub(super) fn place(&mut self, spec: &OrderSpec, line: Line) {
        self.0.entry(spec.order.clone()).and_modify(|known| known.repeats += 1).or_insert(line);
    }

    /// Takes in that a change was asked for.
    pub(super) fn change(&mut self, change: &Change) {
        if let Some(line) = self.0.get_mut(&change.order) {
            line.changes.push(Asked { change: change.clone(), answered: false });
        }
    }

    /// Takes in that a cancel was asked for.
    pub(super) fn cancel(&mut self, order: &OrderRef) {
        if let Some(line) = self.0.get_mut(order) {
            line.cancels.0 = line.cancels.0.saturating_add(1);
        }
    }

    /// The book has admitted a change.
    pub(super) fn answer_change(&mut self, change: &Change) {
        let asked = self.0.get_mut(&change.order).into_iter().flat_map(|line| &mut line.changes);
        if let Some(asked) = asked.into_iter().find(|asked| !asked.answered && asked.change == *change) {
            asked.answered = true;
        }
    }

    /// The book has admitted a cancel.
    pub(super) fn answer_cancel(&mut self, order: &OrderRef) {
        if let Some(line) = self.0.get_mut(order) {
            line.cancels.1 = line.cancels.0.min(line.cancels.1.saturating_add(1));
        }
    }

    /// The book has answered the request of a new order.
    pub(super) fn answer(&mut self, order: &OrderRef, at: DateTime<Utc>) {
        if let Some(line) = self.0.get_mut(order).filter(|line| !line.answered) {
            (line.answered, line.at) = (true, at);
        }
    }

    /// A new order was refused: it never was. One that had its name before stays.
    pub(super) fn refuse(&mut self, order: &OrderRef) {
        match self.0.get_mut(order) {
            Some(line) if line.repeats > 0 => line.repeats -= 1,
            Some(line) if !line.answered => drop(self.0.remove(order)),
            _ => {}
        }
    }

    /// A change was refused: it never was.
    pub(super) fn refuse_change(&mut self, change: &Change) {
        let Some(line) = self.0.get_mut(&change.order) else { return };
        let asked = |asked: &Asked| !asked.answered && asked.change == *change;
        if let Some(refused) = line.changes.iter().position(asked) {
            line.changes.remove(refused);
        }
    }

    /// The broker refused a change or a cancel: the order works on as it was.
    pub(super) fn works_on(&mut self, order: &OrderRef) {
        let Some(line) = self.0.get_mut(order) else { return };
        line.cancels = (0, 0);
        if !line.changes.is_empty() {
            line.changes.remove(0);
        }
    }

    /// Something about this order did not go out: a change or a cancel of one that lives,
    /// else the order itself.
    pub(super) fn not_sent(&mut self, order: &OrderRef) {
        let Some(line) = self.0.get_mut(order) else { return };
        if let Some(newest) = line.changes.iter().rposition(|asked| asked.answered) {
            line.changes.remove(newest);
        } else if line.cancels.1 > 0 {
            line.cancels = (line.cancels.0 - 1, line.cancels.1 - 1);
        } else if !line.heard {
            self.0.remove(order);
        }
    }

    /// The broker has told all it holds: what it has not answered by now was lost.
    pub(super) fn in_step(&mut self) {
        // All that was filled is told by now: what a count has beyond it was an old one.
        self.0.retain(|_, line| line.reported.is_none());
        for line in self.0.values_mut() {
            line.changes.clear();
            line.cancels = (0, 0);
        }
    }

    /// The broker's word on an order's terms.
    pub(super) fn echoed(&mut self, terms: &Terms) {
        let Some(line) = self.0.get_mut(&terms.order) else { return };
        line.heard = true;
        line.quantity = terms.quantity;
        if terms.guard.is_some() {
            line.group.clone_from(&terms.guard);
        }
        let answers = |Asked { change, .. }: &Asked| {
            change.quantity == terms.quantity && Some(change.price) == terms.price
        };
        if let Some(answered) = line.changes.iter().position(answers) {
            if !line.sleeps() {
                line.cover = line.cover.max(terms.quantity.less(line.filled));
            }
            line.changes.drain(..=answered);
            line.price = if line.opens { terms.price.or(line.price) } else { None };
        }
        // A trailing one is moved by the broker, and any by a person.
        line.stop = line.stop.map(|stop| terms.price.unwrap_or(stop));
    }

    /// The broker's word on where an order stands.
    pub(super) fn moved(&mut self, status: &Status) -> Ended {
        let Some(line) = self.0.get_mut(&status.order) else { return Ended::NotYet };
        line.heard = true;
        if !matches!(status.standing, Standing::Ended(_)) {
            // Of what brings shares, only its own terms tell how many.
            if !line.opens {
                line.quantity = status.filled + status.remaining;
            }
            return Ended::NotYet;
        }
        line.reported = Some(status.filled.max(line.reported.unwrap_or_default()));
        self.drop_if_over(&status.order)
    }

    /// So much more of an order was filled; a correction lowers it.
    pub(super) fn filled(&mut self, order: &OrderRef, by: Decimal) -> Ended {
        self.cover_moved(order, by);
        let Some(line) = self.0.get_mut(order) else { return Ended::NotYet };
        line.heard = true;
        line.filled = moved(line.filled, by);
        // A correction to fewer shares lowers what the broker counts, too.
        if by.is_sign_negative() {
            line.reported = line.reported.map(|reported| moved(reported, by));
        }
        self.drop_if_over(order)
    }

    /// A trade is over: none of its orders lives.
    pub(super) fn close(&mut self, trade: u32) {
        self.0.retain(|order, _| order.trade > trade);
    }

    /// Shares that working orders of `action` would close, by group. Of one group at most
    /// its largest order is filled; an order without one counts by itself.
    pub(super) fn claims(&self, action: Action, but: Option<&OrderRef>) -> BTreeMap<String, Quantity> {
        let mut claims = BTreeMap::new();
        for (order, line) in &self.0 {
            if !line.opens && line.action == action && Some(order) != but {
                let claim: &mut Quantity = claims.entry(line.key(order)).or_default();
                *claim = (*claim).max(line.claim());
            }
        }
        claims
    }

    /// The stop that belongs to an entry: its worst price.
    pub(super) fn stop_of(&self, entry: &OrderRef) -> Option<Price> {
        self.0.values().find(|line| line.stop.is_some() && line.parent.as_ref() == Some(entry))?.worst_stop()
    }

    /// What stops of `action` would close, each with its worst price.
    pub(super) fn stops(&self, action: Action) -> impl Iterator<Item = (Quantity, Price)> {
        let of = self.0.values().filter(move |line| line.action == action && !line.sleeps());
        of.filter_map(|line| Some((line.claim(), line.worst_stop()?)))
    }

    /// Orders of `action` that live.
    pub(super) fn legs(&self, action: Action) -> usize {
        self.0.values().filter(|line| line.action == action && line.reported.is_none()).count()
    }

    /// Shares come for the children of an entry, and go from those of a group.
    fn cover_moved(&mut self, order: &OrderRef, by: Decimal) {
        let group = self.0.get(order).and_then(|line| line.group.clone());
        for (name, line) in &mut self.0 {
            let shares_go = name == order || (group.is_some() && line.group == group);
            if line.parent.as_ref() == Some(order) {
                line.cover = moved(line.cover, by);
            } else if !line.opens && shares_go {
                line.cover = moved(line.cover, -by);
            }
        }
    }

    fn drop_if_over(&mut self, order: &OrderRef) -> Ended {
        let over = |line: &&Line| line.reported.is_some_and(|reported| line.filled >= reported);
        let Some(line) = self.0.get(order).filter(over) else { return Ended::NotYet };
        let unfilled = line.opens && line.filled.is_zero();
        self.0.remove(order);
        Ended::Gone { unfilled }
    }
}

impl Line {
    /// A new order, as asked for at `at`. `cover` is what there is for it to close.
    pub(super) fn asked(spec: &OrderSpec, at: DateTime<Utc>, cover: Quantity) -> Line {
        Line {
            action: spec.action,
            price: None,
            stop: (spec.order.role == Role::Stop).then(|| spec.kind.price()).flatten(),
            opens: false,
            intent: Intent::default(),
            batch: 0,
            answered: false,
            at,
            quantity: spec.quantity,
            filled: Quantity::ZERO,
            cover,
            parent: spec.parent.clone(),
            group: spec.group.clone(),
            changes: Vec::new(),
            cancels: (0, 0),
            heard: false,
            reported: None,
            repeats: 0,
        }
    }

    /// Shares that may still be filled of it, whichever of its terms are in force.
    pub(super) fn rest(&self) -> Quantity {
        let whole = self.reported.unwrap_or_else(|| self.whole());
        whole.less(self.filled)
    }

    /// Its quantity, filled part included; the largest that was asked for.
    pub(super) fn whole(&self) -> Quantity {
        self.changes.iter().map(|asked| asked.change.quantity).fold(self.quantity, Quantity::max)
    }

    /// The worst price of those that may be in force for what it brings.
    pub(super) fn worst_price(&self) -> Option<Price> {
        self.changes
            .iter()
            .map(|asked| asked.change.price)
            .fold(self.price, |worst, price| worst.max(Some(price)))
    }

    /// The worst price of those that may be in force for a stop: the lower one of what sells.
    fn worst_stop(&self) -> Option<Price> {
        let asked = self.changes.iter().map(|asked| asked.change.price);
        let worse = |one: Price, other: Price| match self.action {
            Action::Sell => one.min(other),
            Action::Buy => one.max(other),
        };
        Some(asked.fold(self.stop?, worse))
    }

    /// What was filled of it.
    pub(super) fn got(&self) -> Quantity {
        self.filled
    }

    /// True while it waits for an entry that has brought it nothing yet.
    pub(super) fn sleeps(&self) -> bool {
        self.parent.is_some() && self.cover.is_zero()
    }

    /// The entry that it belongs to.
    pub(super) fn parent(&self) -> Option<&OrderRef> {
        self.parent.as_ref()
    }

    /// Shares of the position that it would close; none once its cancel is asked for, which
    /// the broker takes in before anything that is placed after it.
    pub(super) fn claim(&self) -> Quantity {
        if self.cancels.0 > 0 {
            return Quantity::ZERO;
        }
        let own = self.rest().min(self.cover);
        if self.sleeps() {
            return own;
        }
        let asked = self.changes.iter().map(|asked| asked.change.quantity.less(self.filled));
        asked.fold(own, Quantity::max)
    }

    /// What tells its group from others.
    pub(super) fn key(&self, order: &OrderRef) -> String {
        self.group.clone().unwrap_or_else(|| order.to_string())
    }
}

fn moved(quantity: Quantity, by: Decimal) -> Quantity {
    Quantity::new((quantity.value() + by).max(Decimal::ZERO)).unwrap_or(quantity)
}
