//! Ending orders before they are complete: by their client, by everybody, by time, by refusal.
//!
//! Whatever ends an order ends it here, so that its group and its family always hear of it.
//!
//! Read next: [`family`](crate::exchange::family), [`group`](crate::exchange::group).

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::event::Event;
use crate::exchange::order::{OrderKey, Phase};
use crate::exchange::refusal::Refusal;

/// After the close without a look at the market, orders for the closing auction are given up.
const CLOSING_TIME_MAX: TimeDelta = TimeDelta::minutes(1);

impl Exchange {
    /// Cancels one order of a client.
    pub fn cancel(&mut self, now: DateTime<Utc>, client: i32, id: i32) -> Vec<Event> {
        self.pass_to(now);
        let key = OrderKey { client, id };
        match self.cancellable(key) {
            Ok(()) => self.cancel_by_client(key),
            Err(refusal) => self.note(key, refusal.code(), refusal.to_string()),
        }
        self.take_events()
    }

    /// Cancels everything on the account, whoever placed it.
    pub fn cancel_all(&mut self, now: DateTime<Utc>) -> Vec<Event> {
        self.pass_to(now);
        let live: Vec<OrderKey> = self.live.values().copied().collect();
        for key in live {
            if self.cancellable(key).is_ok() {
                self.cancel_by_client(key);
            }
        }
        self.take_events()
    }

    fn cancellable(&self, key: OrderKey) -> Result<(), Refusal> {
        match self.orders.get(&key) {
            None => Err(Refusal::CancelUnknown { id: key.id }),
            Some(order) if order.phase == Phase::AwaitingClose && self.is_past_cutoff(order.terms.con_id) => {
                Err(Refusal::NotCancellable { perm_id: order.perm_id })
            }
            Some(order) if order.is_live() => Ok(()),
            Some(order) if order.phase == Phase::Inactive => {
                Err(Refusal::NotCancellable { perm_id: order.perm_id })
            }
            Some(order) => Err(Refusal::CancelEnded { id: key.id, state: order.status() }),
        }
    }

    fn cancel_by_client(&mut self, key: OrderKey) {
        if let Some(order) = self.orders.get(&key).filter(|order| order.is_reported()) {
            self.out.push(Event::CancelPending(Box::new(order.clone())));
        }
        self.end(key, Phase::Cancelled);
    }

    /// Ends an order that is not complete, then cancels its group and settles its children.
    pub(super) fn end(&mut self, key: OrderKey, phase: Phase) {
        let is_cancel = phase == Phase::Cancelled;
        if self.finish(key, phase) && is_cancel {
            self.cancel_group_of(key);
        }
    }

    /// Ends an order without a word to its group: its group ended it. False if it had ended before.
    pub(super) fn finish(&mut self, key: OrderKey, phase: Phase) -> bool {
        let now = self.now;
        let Some(order) = self.orders.get_mut(&key).filter(|order| order.is_live()) else { return false };
        let is_cancel = phase == Phase::Cancelled;
        order.phase = phase;
        order.ended = Some(now);
        self.live.remove(&order.perm_id);
        self.tell(key);
        if is_cancel {
            self.note(key, 202, "Order Canceled - reason:");
        }
        self.settle_children(key);
        true
    }

    /// An order whose rest is nothing: complete, with all that follows from it.
    pub(super) fn complete(&mut self, key: OrderKey) {
        let now = self.now;
        let Some(order) = self.orders.get_mut(&key).filter(|order| order.is_live()) else { return };
        if order.filled == Decimal::ZERO {
            return self.end(key, Phase::Cancelled);
        }
        order.phase = Phase::Filled;
        order.ended = Some(now);
        self.live.remove(&order.perm_id);
        self.tell(key);
        self.completed(key);
    }

    /// What follows from an order's being complete.
    pub(super) fn completed(&mut self, key: OrderKey) {
        self.complete_group_of(key);
        self.settle_children(key);
    }

    /// Turns down an order that had been accepted; its children go with it.
    pub(super) fn turn_down(&mut self, key: OrderKey, refusal: &Refusal) {
        self.note(key, refusal.code(), refusal.to_string());
        self.end(key, Phase::Inactive);
    }

    pub(super) fn expire(&mut self) {
        let now = self.now;
        let is_due = |key: &OrderKey| {
            self.orders.get(key).is_some_and(|order| {
                // The closing auction may be looked at a little after the close; what it does not fill it ends itself.
                let is_on_close = order.phase == Phase::AwaitingClose;
                let grace = if is_on_close { CLOSING_TIME_MAX } else { TimeDelta::zero() };
                order.expires.is_some_and(|expires| expires + grace <= now)
            })
        };
        let due: Vec<OrderKey> = self.live.values().filter(|key| is_due(key)).copied().collect();
        for key in due {
            self.end(key, Phase::Cancelled);
        }
    }
}
