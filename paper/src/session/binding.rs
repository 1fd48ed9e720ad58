//! Who else hears of an order: the master client of every one, client 0 of those placed by hand.
//!
//! Client 0 takes the orders that are there when it asks for its open orders, and those that come while it binds
//! automatically. Each that it takes is told with OrderBound.
//!
//! Read next: [`news`](crate::session::news).

use rust_decimal::Decimal;

use crate::exchange::manual::BINDER;
use crate::exchange::order::{Kind, OrderKey, Side, Terms, TimeInForce};
use crate::session::{Connection, Desk};
use crate::wire::message::order::{AutoOpenOrdersRequest, OrderBound};
use crate::wire::table::Reply;

impl Desk {
    /// Lets a client hear of every client's orders, as TWS's setting of that name does.
    pub fn set_master(&mut self, client: Option<i32>) {
        self.master = client;
    }

    /// Does this client hear of all orders?
    pub(super) fn is_master(&self, client: i32) -> bool {
        self.master == Some(client)
    }

    /// Tells what concerns an order to its client, and to the master client.
    pub(super) fn say_of_order(&mut self, client: i32, reply: &Reply) {
        let master = self.master.filter(|master| *master != client);
        for hearer in [Some(client), master].into_iter().flatten() {
            if let Some(connection) = self.connection_of(hearer) {
                self.say(connection, reply.clone());
            }
        }
    }

    pub(super) fn on_auto_open_orders(
        &mut self,
        from: Connection,
        client: i32,
        asked: &AutoOpenOrdersRequest,
    ) {
        if client != BINDER {
            return self.fail(from, -1, 327, "Only the default client (i.e 0) can auto bind orders");
        }
        if let Some(session) = self.session(from) {
            session.binds = asked.auto_bind();
        }
    }

    pub(super) fn order_by_hand(&mut self, symbol: &str, side: Side, shares: Decimal, limit: Decimal) {
        let Some(con_id) = self.con_id(symbol) else { return };
        let terms = Terms {
            con_id,
            side,
            kind: Kind::Limit(limit),
            quantity: shares,
            tif: TimeInForce::Day,
            outside_rth: false,
            oca: None,
            parent: None,
            transmit: true,
            order_ref: String::new(),
        };
        let before = self.exchange.unbound();
        let events = self.exchange.place_by_hand(self.exchange.now(), terms);
        self.tell(events);
        let binder = self.connection_of(BINDER);
        if binder.is_some_and(|to| self.sessions.get(&to).is_some_and(|session| session.binds)) {
            let placed = self.exchange.unbound().into_iter().filter(|key| !before.contains(key));
            self.bind(&placed.collect::<Vec<_>>());
        }
    }

    /// Client 0 takes these orders, and hears of them.
    pub(super) fn bind(&mut self, keys: &[OrderKey]) {
        for key in keys {
            let Some(order) = self.exchange.bind(*key).cloned() else { continue };
            let (perm_id, client_id, order_id) =
                (Some(order.perm_id), Some(order.key.client), Some(order.key.id));
            let bound = Reply::OrderBound(OrderBound { perm_id, client_id, order_id });
            self.say_of_order(BINDER, &bound);
            let told = [self.open_order(&order), self.order_status(&order, order.status())];
            told.iter().for_each(|reply| self.say_of_order(BINDER, reply));
        }
    }
}
