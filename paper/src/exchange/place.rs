//! Taking an order: what it must satisfy to exist, and how a held-back family is let go.
//!
//! An id that this client never used is a new order, a live one is a change, an ended one is refused.
//!
//! Read next: [`modify`](crate::exchange::modify), [`family`](crate::exchange::family).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::exchange::attributes::{Attributes, Test};
use crate::exchange::event::Event;
use crate::exchange::order::{Kind, Order, OrderKey, Phase, Terms, TimeInForce};
use crate::exchange::readings::ChildrenGroup;
use crate::exchange::refusal::Refusal;
use crate::exchange::{Exchange, ORDERS_MAX};
use crate::market::calendar::{date_of, stamp};
use crate::market::price::is_on_tick;

/// The largest order in shares; more is a slip of the finger or an attack on the arithmetic.
pub const QUANTITY_MAX: i64 = 100_000_000;

/// The highest price that an order may name.
pub const PRICE_MAX: i64 = 10_000_000;

impl Exchange {
    /// Places an order, or changes the live one of that id.
    pub fn place(&mut self, now: DateTime<Utc>, client: i32, id: i32, terms: Terms) -> Vec<Event> {
        self.place_with(now, client, id, terms, Attributes::default())
    }

    /// As [`Exchange::place`], with conditions and whatever else goes beyond the terms.
    pub fn place_with(
        &mut self,
        now: DateTime<Utc>,
        client: i32,
        id: i32,
        terms: Terms,
        attributes: Attributes,
    ) -> Vec<Event> {
        self.pass_to(now);
        let key = OrderKey { client, id };
        let done = match self.orders.get(&key) {
            Some(order) if order.is_live() => self.modify(key, terms, attributes),
            Some(order) if order.phase == Phase::Filled => Err(Refusal::ModifyFilled),
            Some(_) => Err(Refusal::DuplicateId),
            None => self.accept(key, terms, attributes),
        };
        match done {
            // An order that is held back changes the account without a word.
            Ok(()) => self.changes += 1,
            Err(refusal) => self.note(key, refusal.code(), refusal.to_string()),
        }
        self.take_events()
    }

    /// Says what an order would do to the account. It is not placed and its id stays unused.
    pub fn try_out(&mut self, now: DateTime<Utc>, client: i32, id: i32, terms: Terms) -> Vec<Event> {
        self.pass_to(now);
        let key = OrderKey { client, id };
        match self.check(key, &terms).and_then(|()| self.affords(&terms)) {
            Ok(()) => vec![Event::WhatIfAnswered(Box::new(self.what_if(key, terms)))],
            Err(refusal) => vec![Event::Noted { key, code: refusal.code(), text: refusal.to_string() }],
        }
    }

    fn accept(&mut self, key: OrderKey, terms: Terms, attributes: Attributes) -> Result<(), Refusal> {
        self.check(key, &terms)?;
        self.check_cutoff(&terms)?;
        self.check_precautions(&terms, &attributes)?;
        self.check_room(&terms)?;
        self.check_accounts(key, &terms, &attributes)?;
        if key.id < self.forgotten.get(&key.client).copied().unwrap_or(1) {
            return Err(Refusal::DuplicateId);
        }
        if self.orders.len() >= ORDERS_MAX {
            return Err(Refusal::rejected("too many orders"));
        }
        self.check_parent(key, &terms)?;
        let next = self.next_ids.entry(key.client).or_insert(1);
        *next = (*next).max(key.id.saturating_add(1));
        let transmit = terms.transmit;
        let order = self.new_order(key, terms, attributes);
        self.live.insert(order.perm_id, key);
        self.orders.insert(key, order);
        if transmit {
            self.transmit_family(key);
        }
        Ok(())
    }

    pub(super) fn new_order(&mut self, key: OrderKey, mut terms: Terms, mut attributes: Attributes) -> Order {
        let perm_id = self.perm_id_next;
        self.perm_id_next += 1;
        let parent = terms.parent.and_then(|id| self.orders.get(&OrderKey { id, ..key }));
        if parent.is_some() && self.options.readings.children_group == ChildrenGroup::ByParent {
            terms.oca = None;
        }
        for condition in &mut attributes.conditions {
            if let Test::Execution { since, .. } = &mut condition.test {
                *since = Some(self.now);
            }
        }
        Order {
            key,
            perm_id,
            phase: Phase::Untransmitted,
            filled: Decimal::ZERO,
            value: Decimal::ZERO,
            last_price: Decimal::ZERO,
            commission: Decimal::ZERO,
            reduced: Decimal::ZERO,
            cap: None,
            parent_perm_id: parent.map(|parent| parent.perm_id),
            is_orphan: false,
            active_since: self.now,
            opens: self.opening(terms.tif),
            located: None,
            touches: 0,
            expires: self.expiry(&terms),
            ended: None,
            revision: 1,
            terms,
            attributes,
        }
    }

    /// The terms' own sense, the contract and the ticks; nothing that depends on other orders.
    pub(super) fn check(&self, key: OrderKey, terms: &Terms) -> Result<(), Refusal> {
        if key.id <= 0 {
            return Err(Refusal::Invalid { cause: format!("Invalid order id {}", key.id) });
        }
        if !self.market.listed(date_of(self.now)).any(|listing| listing.con_id == terms.con_id) {
            return Err(Refusal::UnknownContract);
        }
        check_quantity(terms.quantity)?;
        check_prices(terms.kind)?;
        if matches!(terms.tif, TimeInForce::Gtd(until) if until <= self.now) {
            return Err(Refusal::rejected("The good till date is in the past."));
        }
        match &terms.oca {
            Some(oca) if self.groups_completed.contains(&oca.group) && !self.orders.contains_key(&key) => {
                Err(Refusal::rejected("OCA group is already filled."))
            }
            _ => Ok(()),
        }
    }

    fn check_parent(&self, key: OrderKey, terms: &Terms) -> Result<(), Refusal> {
        let Some(id) = terms.parent else { return Ok(()) };
        match self.orders.get(&OrderKey { id, ..key }) {
            Some(parent) if parent.is_live() && parent.terms.con_id == terms.con_id => Ok(()),
            _ => Err(Refusal::ParentGone { id }),
        }
    }

    pub(super) fn expiry(&self, terms: &Terms) -> Option<DateTime<Utc>> {
        let calendar = self.market.calendar();
        match terms.tif {
            TimeInForce::Gtc => None,
            TimeInForce::Gtd(until) => Some(until),
            TimeInForce::Opg => self
                .opening(terms.tif)
                .and_then(|opens| calendar.session_from(opens).map(|session| session.close)),
            TimeInForce::Day | TimeInForce::Ioc | TimeInForce::Fok => {
                // A day that it may work in to the end ends with its evening.
                let evening = calendar.stretch_from(self.now).and_then(|one| calendar.evening(one.date));
                let evening = evening.filter(|_| terms.works_outside_rth());
                evening.or_else(|| calendar.session_from(self.now)).map(|last| last.close)
            }
        }
    }

    /// Lets an order go with everything of its family that was held back: the parent first, then its children.
    pub(super) fn transmit_family(&mut self, key: OrderKey) {
        let root = self
            .orders
            .get(&key)
            .and_then(|order| order.terms.parent)
            .map_or(key, |id| OrderKey { id, ..key });
        self.transmit(root);
        let children: Vec<OrderKey> = self.children(root);
        for child in children {
            self.transmit(child);
        }
    }

    fn transmit(&mut self, key: OrderKey) {
        let Some(order) = self.orders.get(&key).filter(|order| !order.is_reported()) else { return };
        let terms = order.terms.clone();
        if terms.parent.is_some() {
            return self.transmit_child(key);
        }
        match self.affords(&terms) {
            Ok(()) => self.activate(key),
            Err(refusal) => self.turn_down(key, &refusal),
        }
    }

    /// Puts an order to work, or behind its conditions.
    pub(super) fn activate(&mut self, key: OrderKey) {
        let Some(order) = self.orders.get(&key) else { return };
        if self.may_start(order) {
            return self.admit(key);
        }
        if let Some(order) = self.orders.get_mut(&key) {
            order.phase = Phase::AwaitingCondition;
        }
        self.tell(key);
    }

    /// Puts an order to work, or behind the search for shares.
    pub(super) fn admit(&mut self, key: OrderKey) {
        match self.orders.get(&key) {
            Some(order) if self.needs_locate(order) => self.locate(key),
            _ => self.release(key),
        }
    }

    /// Puts an order to work: in the market, behind its trigger, or behind the next open or close.
    pub(super) fn release(&mut self, key: OrderKey) {
        let is_open = self.market.calendar().session_at(self.now).is_some();
        let Some(order) = self.orders.get_mut(&key) else { return };
        let works_always = order.terms.works_outside_rth();
        let is_ignored = order.terms.outside_rth && !works_always;
        let waits = !is_open && !works_always;
        order.phase = match order.terms.kind {
            kind if kind.is_triggered() => Phase::AwaitingTrigger,
            kind if kind.is_on_close() => Phase::AwaitingClose,
            _ if waits || order.opens.is_some() => Phase::AwaitingOpen,
            _ => Phase::Working,
        };
        order.active_since = self.now;
        self.tell(key);
        if is_ignored {
            self.note(
                key,
                2109,
                "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.",
            );
        }
        if waits && let Some(session) = self.market.calendar().session_from(self.now) {
            let open = stamp(session.open.max(self.now));
            self.note(
                key,
                399,
                format!(
                    "Order Message:\nWarning: Your order will not be placed at the exchange until {open}."
                ),
            );
        }
    }
}

fn check_quantity(quantity: Decimal) -> Result<(), Refusal> {
    if quantity <= Decimal::ZERO {
        return Err(Refusal::SizeZero);
    }
    if !quantity.fract().is_zero() {
        return Err(Refusal::Fractional { quantity });
    }
    if quantity > Decimal::from(QUANTITY_MAX) {
        return Err(Refusal::rejected("The order size exceeds the maximum."));
    }
    Ok(())
}

fn check_prices(kind: Kind) -> Result<(), Refusal> {
    let distance = kind.distance().map(|by| by.number());
    let all = [kind.limit(), kind.stop(), kind.touch(), distance];
    if all.iter().flatten().any(|price| *price <= Decimal::ZERO || *price > Decimal::from(PRICE_MAX)) {
        return Err(Refusal::Invalid { cause: "a price must be above zero".to_owned() });
    }
    let on_tick = [kind.limit(), kind.stop(), kind.touch()].iter().flatten().all(|price| is_on_tick(*price));
    if on_tick { Ok(()) } else { Err(Refusal::OffTick) }
}
