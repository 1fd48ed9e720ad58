//! Orders as clients place, change, cancel and ask for them.
//!
//! Read next: [`trades`](crate::session::trades).

use rust_decimal::Decimal;

use crate::exchange::manual::BINDER;
use crate::exchange::order::{Order, OrderKey};
use crate::exchange::refusal::Refusal;
use crate::market::calendar::date_of;
use crate::session::contracts::NOT_FOUND;
use crate::session::extras::attributes_of;
use crate::session::faults::{Placing, words};
use crate::session::terms::terms_of;
use crate::session::{Connection, Desk};
use crate::wire::message::Empty;
use crate::wire::message::order::{AttachedOrders, CancelOrderRequest, PlaceOrderRequest};
use crate::wire::table::Reply;

impl Desk {
    pub(super) fn on_place(&mut self, from: Connection, client: i32, asked: PlaceOrderRequest) {
        let id = asked.order_id();
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, id, 200, NOT_FOUND);
        };
        let order = *asked.order.unwrap_or_default();
        let attached = refuse_attached(asked.attached_orders.as_ref());
        let read = attached.and_then(|()| {
            Ok((terms_of(listing.con_id, self.account_id(), &order)?, attributes_of(&order)?))
        });
        let (terms, attributes) = match read {
            Ok(read) => read,
            Err(refusal) => return self.fail(from, id, refusal.code(), refusal.to_string()),
        };
        let (now, key) = (self.exchange.now(), OrderKey { client, id });
        match self.pass_place(key, &terms.order_ref, terms.parent.is_some()) {
            Placing::On => {}
            Placing::Refused(code, text) => return self.fail(from, id, code, text),
            Placing::Lost => return,
        }
        if order.what_if() {
            let events = self.exchange.try_out(now, client, id, terms);
            return self.tell(events);
        }
        let revision = |desk: &Desk| desk.exchange.order(key).map(|order| order.revision);
        let before = revision(self);
        let events = self.exchange.place_with(now, client, id, terms, attributes);
        // What was refused is not echoed: the order keeps the words it was accepted with.
        if revision(self) != before {
            self.echoes.insert(key, order);
        }
        let events = self.pass_placed(key, events);
        self.tell(events);
    }

    pub(super) fn on_cancel(&mut self, from: Connection, client: i32, asked: &CancelOrderRequest) {
        let key = OrderKey { client, id: asked.order_id() };
        if let Some(code) = self.pass_cancel(key) {
            return self.fail(from, key.id, code, words(code));
        }
        let left = self.exchange.order(key).map_or(Decimal::ZERO, Order::remaining);
        let mut events = self.exchange.cancel(self.exchange.now(), client, key.id);
        events.extend(self.pass_cancelled(key, left));
        self.tell(events);
    }

    pub(super) fn on_global_cancel(&mut self) {
        let events = self.exchange.cancel_all(self.exchange.now());
        self.tell(events);
    }

    pub(super) fn on_open_orders(&mut self, from: Connection, client: Option<i32>) {
        if client == Some(BINDER) {
            self.bind(&self.exchange.unbound());
        }
        for reply in self.open_order_replies(client) {
            self.say(from, reply);
        }
        self.say(from, Reply::OpenOrdersEnd(Empty {}));
    }

    /// OpenOrder and OrderStatus of every live order, of one client or of all.
    pub(super) fn open_order_replies(&self, client: Option<i32>) -> Vec<Reply> {
        let is_asked = |order: &&Order| {
            order.is_live() && order.is_reported() && client.is_none_or(|client| order.key.client == client)
        };
        let open = self.exchange.orders().filter(is_asked);
        open.flat_map(|order| [self.open_order(order), self.order_status(order, order.status())]).collect()
    }

    pub(super) fn on_completed_orders(&mut self, from: Connection) {
        let today = date_of(self.exchange.now());
        let is_asked = |order: &&Order| order.ended.is_some_and(|ended| date_of(ended) == today);
        let replies: Vec<Reply> =
            self.exchange.orders().filter(is_asked).map(|order| self.completed_order(order)).collect();
        for reply in replies {
            self.say(from, reply);
        }
        self.say(from, Reply::CompletedOrdersEnd(Empty {}));
    }
}

/// The official client always sends this part, empty or with its sentinel for an unset id.
fn refuse_attached(attached: Option<&AttachedOrders>) -> Result<(), Refusal> {
    let is_set = |id: i32| id > 0 && id < i32::MAX;
    match attached {
        Some(attached) if is_set(attached.sl_order_id()) || is_set(attached.pt_order_id()) => {
            // They take their prices from a preset of TWS's, and there are no presets here.
            Err(Refusal::NoPreset)
        }
        _ => Ok(()),
    }
}
