//! Changing a live order: prices, quantity, time in force and kind of working; never what it is.
//!
//! A refused change leaves the order as it was. A quantity counts what is filled; naming the reported total changes
//! nothing, so that a price can be changed while a parent is still filling.
//!
//! Read next: [`cancel`](crate::exchange::cancel).

use crate::exchange::Exchange;
use crate::exchange::attributes::Attributes;
use crate::exchange::order::{Kind, Oca, Order, OrderKey, Phase, Terms};
use crate::exchange::readings::{GroupChange, NamedParent};
use crate::exchange::refusal::Refusal;

impl Exchange {
    pub(super) fn modify(
        &mut self,
        key: OrderKey,
        terms: Terms,
        attributes: Attributes,
    ) -> Result<(), Refusal> {
        self.check(key, &terms)?;
        self.check_precautions(&terms, &attributes)?;
        let readings = self.options.readings;
        let Some(order) = self.orders.get(&key) else { return Err(Refusal::DuplicateId) };
        matches_original(order, &terms)?;
        match terms.parent {
            // TWS looks for the parent among working orders and no longer finds it there.
            Some(id) if order.is_orphan && readings.named_parent == NamedParent::Refused => {
                return Err(Refusal::ParentGone { id });
            }
            _ => {}
        }
        if readings.group_change == GroupChange::Refused {
            check_group(order, terms.oca.as_ref())?;
        }
        if terms.quantity < order.filled {
            return Err(Refusal::Immutable { field: "filled quantity" });
        }
        let expires = self.expiry(&terms);
        let (transmit, now) = (terms.transmit, self.now);
        let Some(order) = self.orders.get_mut(&key) else { return Ok(()) };
        let quantity = if terms.quantity == order.total() {
            order.terms.quantity
        } else {
            terms.quantity + order.reduced
        };
        let (oca, parent, kind) = (order.terms.oca.take(), order.terms.parent, order.terms.kind);
        order.terms = Terms { quantity, oca, parent, ..terms };
        order.terms.kind = trailed(kind, order.terms.kind);
        order.attributes = attributes;
        order.expires = expires;
        order.active_since = now;
        order.revision += 1;
        if !order.is_reported() && transmit {
            self.transmit_family(key);
        } else if order.is_exhausted() {
            self.complete(key);
        } else if order.phase == Phase::AwaitingCondition && self.starts(key) {
            self.admit(key);
        } else {
            self.tell(key);
        }
        Ok(())
    }
}

impl Exchange {
    fn starts(&self, key: OrderKey) -> bool {
        self.orders.get(&key).is_some_and(|order| self.may_start(order))
    }
}

fn matches_original(order: &Order, terms: &Terms) -> Result<(), Refusal> {
    let same_kind = std::mem::discriminant(&order.terms.kind) == std::mem::discriminant(&terms.kind);
    match terms.parent {
        _ if order.terms.con_id != terms.con_id => Err(Refusal::Immutable { field: "contract" }),
        _ if order.terms.side != terms.side => Err(Refusal::Immutable { field: "action" }),
        _ if !same_kind => Err(Refusal::KindChanged),
        Some(parent) if order.terms.parent != Some(parent) => Err(Refusal::Immutable { field: "parentId" }),
        _ => Ok(()),
    }
}

/// A pegged or market-to-limit order keeps the price it has come to; a changed trail starts where the client says.
fn trailed(before: Kind, after: Kind) -> Kind {
    match (before, after) {
        (Kind::Relative { pegged, .. }, Kind::Relative { offset, cap, .. }) => {
            Kind::Relative { offset, cap, pegged }
        }
        (Kind::MarketToLimit { limit }, Kind::MarketToLimit { .. }) => Kind::MarketToLimit { limit },
        _ => after,
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
