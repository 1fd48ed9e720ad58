//! Changing a live order: prices, quantity, time in force and kind of working; never what it is.
//!
//! A refused change leaves the order as it was. A quantity counts what is filled; naming the reported total changes
//! nothing, so that a price can be changed while a parent is still filling.
//!
//! Read next: [`cancel`](crate::exchange::cancel).

use crate::exchange::Exchange;
use crate::exchange::order::{Kind, Oca, Order, OrderKey, Terms};
use crate::exchange::refusal::Refusal;

impl Exchange {
    pub(super) fn modify(&mut self, key: OrderKey, terms: Terms) -> Result<(), Refusal> {
        self.check(key, &terms)?;
        let Some(order) = self.orders.get(&key) else { return Err(Refusal::DuplicateId) };
        matches_original(order, &terms)?;
        check_group(order, terms.oca.as_ref())?;
        if terms.quantity < order.filled {
            return Err(Refusal::Immutable { field: "filled quantity" });
        }
        let expires = self.expiry(terms.tif);
        let (transmit, now) = (terms.transmit, self.now);
        let Some(order) = self.orders.get_mut(&key) else { return Ok(()) };
        let quantity = if terms.quantity == order.total() {
            order.terms.quantity
        } else {
            terms.quantity + order.reduced
        };
        let (oca, parent) = (order.terms.oca.take(), order.terms.parent);
        order.terms = Terms { quantity, oca, parent, ..terms };
        order.expires = expires;
        order.active_since = now;
        order.revision += 1;
        if !order.is_reported() && transmit {
            self.transmit_family(key);
        } else if order.is_exhausted() {
            self.complete(key);
        } else {
            self.tell(key);
        }
        Ok(())
    }
}

fn matches_original(order: &Order, terms: &Terms) -> Result<(), Refusal> {
    let same_kind = match (order.terms.kind, terms.kind) {
        (Kind::Trail { .. }, Kind::Trail { .. }) => true,
        (before, after) => std::mem::discriminant(&before) == std::mem::discriminant(&after),
    };
    match terms.parent {
        _ if order.terms.con_id != terms.con_id => Err(Refusal::Immutable { field: "contract" }),
        _ if order.terms.side != terms.side => Err(Refusal::Immutable { field: "action" }),
        _ if !same_kind => Err(Refusal::KindChanged),
        Some(parent) if order.terms.parent != Some(parent) => Err(Refusal::Immutable { field: "parentId" }),
        // TWS looks for the parent among working orders and no longer finds it there.
        Some(parent) if order.is_orphan => Err(Refusal::ParentGone { id: parent }),
        _ => Ok(()),
    }
}

fn check_group(order: &Order, named: Option<&Oca>) -> Result<(), Refusal> {
    let before = order.reported_oca();
    match (before, named) {
        (Some(before), Some(named)) if before.group == named.group => Ok(()),
        (_, None) if order.terms.oca.is_none() => Ok(()),
        _ => Err(Refusal::GroupChanged),
    }
}
