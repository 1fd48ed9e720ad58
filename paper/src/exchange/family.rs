//! Parents and children: a bracket's exits sleep until its entry fills.
//!
//! What children do while the parent is partly filled is a reading, see
//! [`ChildrenOnPartial`]. Once the parent has ended, its children are orders
//! like any other, except that they share a group.
//!
//! Read next: [`group`](crate::exchange::group).

use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::options::{ChildrenOnExpiry, ChildrenOnPartial};
use crate::exchange::order::{Order, OrderKey, Phase};

impl Exchange {
    /// An order's live children, in the order in which they were placed.
    pub(super) fn children(&self, parent: OrderKey) -> Vec<OrderKey> {
        let is_child =
            |order: &&Order| order.key.client == parent.client && order.terms.parent == Some(parent.id);
        self.live().filter(is_child).map(|order| order.key).collect()
    }

    /// A child that is let go while its parent already lives: asleep, unless the parent has filled enough.
    pub(super) fn transmit_child(&mut self, key: OrderKey) {
        let Some(order) = self.orders.get_mut(&key) else { return };
        order.phase = Phase::AwaitingParent;
        let parent = order.terms.parent.map(|id| OrderKey { id, ..key });
        self.tell(key);
        let is_filling = |parent: &&Order| parent.is_live() && !parent.filled.is_zero();
        if let Some(parent) = parent.and_then(|parent| self.orders.get(&parent)).filter(is_filling) {
            let filled = parent.filled;
            self.grow(key, filled);
        }
    }

    /// The parent has filled a part.
    pub(super) fn grow_children(&mut self, parent: OrderKey) {
        let Some(filled) = self.orders.get(&parent).map(|order| order.filled) else { return };
        for child in self.children(parent) {
            self.grow(child, filled);
        }
    }

    fn grow(&mut self, child: OrderKey, filled: Decimal) {
        if self.options.readings.children_on_partial != ChildrenOnPartial::Grow {
            return;
        }
        let Some(order) = self.orders.get_mut(&child) else { return };
        let before = order.total();
        order.cap = Some(filled);
        if order.phase == Phase::AwaitingParent {
            self.activate(child);
        } else if order.total() != before {
            self.tell(child);
        }
    }

    /// The parent has ended: complete, cancelled with or without a fill, or turned down.
    pub(super) fn settle_children(&mut self, parent: OrderKey) {
        let Some(order) = self.orders.get(&parent) else { return };
        let (phase, filled) = (order.phase.clone(), order.filled);
        let is_expiry =
            order.expires.is_some_and(|expires| order.ended.is_some_and(|ended| ended >= expires));
        let with_rest = self.end_with_rest(is_expiry);
        for child in self.children(parent) {
            match phase {
                Phase::Filled => self.wake(child, None),
                Phase::Cancelled if !filled.is_zero() && !with_rest => self.wake(child, Some(filled)),
                Phase::Inactive if filled.is_zero() => self.end(child, Phase::Inactive),
                _ => self.end(child, Phase::Cancelled),
            }
        }
    }

    /// Do children end together with the rest of a partly filled parent?
    fn end_with_rest(&self, is_expiry: bool) -> bool {
        let readings = &self.options.readings;
        match readings.children_on_expiry {
            ChildrenOnExpiry::Kept if is_expiry => false,
            ChildrenOnExpiry::Cancelled if is_expiry => true,
            _ => readings.children_on_partial == ChildrenOnPartial::CancelledWithRest,
        }
    }

    /// From here on the child stands alone, for no more than `most` shares.
    fn wake(&mut self, child: OrderKey, most: Option<Decimal>) {
        let Some(order) = self.orders.get_mut(&child) else { return };
        order.is_orphan = true;
        order.cap = None;
        if let Some(most) = most {
            order.terms.quantity = order.terms.quantity.min(most);
        }
        match order.phase {
            _ if order.is_exhausted() => self.complete(child),
            Phase::AwaitingParent => self.activate(child),
            _ => self.tell(child),
        }
    }
}
