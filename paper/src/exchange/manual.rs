//! Orders that somebody placed by hand in TWS: nobody's until client 0 takes them.
//!
//! Until then they are told as client 0's with order id 0, like every trade by hand. Once bound they are client 0's own
//! orders, under an id of its own, and can be changed and cancelled by it.
//!
//! Read next: [`split`](crate::exchange::split).

use chrono::{DateTime, Utc};

use crate::exchange::Exchange;
use crate::exchange::event::Event;
use crate::exchange::intervene::BY_HAND;
use crate::exchange::order::{Order, OrderKey, Terms};

/// Whose orders placed by hand are until they are bound. No connection can take this id.
pub const NOBODY: i32 = i32::MIN;

/// Who may bind them.
pub const BINDER: i32 = 0;

impl OrderKey {
    /// The key as clients are told it.
    pub fn told(self) -> OrderKey {
        if self.client == NOBODY { BY_HAND } else { self }
    }
}

impl Exchange {
    /// Somebody places an order in TWS itself.
    pub fn place_by_hand(&mut self, now: DateTime<Utc>, terms: Terms) -> Vec<Event> {
        self.place(now, NOBODY, self.next_id(NOBODY), terms)
    }

    /// Live orders that were placed by hand and are not bound.
    pub fn unbound(&self) -> Vec<OrderKey> {
        let unbound = self.orders.values().filter(|order| order.key.client == NOBODY && order.is_live());
        unbound.map(|order| order.key).collect()
    }

    /// Gives an order placed by hand to client 0, under that client's next id; none if it is not there, or bound already.
    pub fn bind(&mut self, key: OrderKey) -> Option<&Order> {
        if key.client != NOBODY {
            return None;
        }
        let order = self.orders.remove(&key)?;
        let bound = OrderKey { client: BINDER, id: self.next_id(BINDER) };
        self.next_ids.insert(BINDER, bound.id.saturating_add(1));
        if let Some(live) = self.live.get_mut(&order.perm_id) {
            *live = bound;
        }
        for execution in self.executions.iter_mut().filter(|execution| execution.key == key) {
            execution.key = bound;
        }
        self.changes += 1;
        self.orders.insert(bound, Order { key: bound, ..order });
        self.orders.get(&bound)
    }
}
