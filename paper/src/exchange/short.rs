//! Selling what is not held: freely, from what is at hand, or after shares have been located.
//!
//! Read next: [`margin`](crate::exchange::margin).

use chrono::TimeDelta;
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::options::Borrow;
use crate::exchange::order::{Order, OrderKey, Phase, Side};

/// Shares that can be borrowed of any stock that is not hard to borrow.
const EASY_SHARES: u64 = 10_000_000;

/// From this many shares on a stock counts as easy to borrow.
const EASY_FROM: u64 = 1_000;

/// How a contract can be sold short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shortable {
    /// Tick 46: above 2.5 at least 1,000 shares are at hand, above 1.5 they must be located, else there are none.
    pub ease: f64,
    /// Tick 89: shares at hand.
    pub shares: u64,
}

impl Exchange {
    /// How a contract can be sold short now.
    pub fn shortable(&self, con_id: i32) -> Shortable {
        match self.borrow(con_id) {
            None => Shortable { ease: 3.0, shares: EASY_SHARES },
            Some(borrow) if borrow.shares >= EASY_FROM => Shortable { ease: 3.0, shares: borrow.shares },
            Some(Borrow { shares, located_after: Some(_) }) => Shortable { ease: 2.0, shares },
            Some(Borrow { shares, located_after: None }) => Shortable { ease: 1.0, shares },
        }
    }

    fn borrow(&self, con_id: i32) -> Option<Borrow> {
        let symbol = &self.market.listing(con_id)?.symbol;
        self.options.account.borrow.get(symbol).copied()
    }

    /// Is it a short sale beyond what is at hand?
    pub(super) fn needs_locate(&self, order: &Order) -> bool {
        let Some(borrow) = self.borrow(order.terms.con_id).filter(|_| order.terms.side == Side::Sell) else {
            return false;
        };
        let after = self.account.held(order.terms.con_id) - order.remaining();
        order.located.is_none() && -after > Decimal::from(borrow.shares) && after < Decimal::ZERO
    }

    /// Holds an order until shares are found for it.
    pub(super) fn locate(&mut self, key: OrderKey) {
        let now = self.now;
        let Some(order) = self.orders.get(&key) else { return };
        let after = self.borrow(order.terms.con_id).and_then(|borrow| borrow.located_after);
        if let Some(order) = self.orders.get_mut(&key) {
            order.phase = Phase::AwaitingLocate;
            order.located = after.map(|seconds| now + TimeDelta::seconds(i64::from(seconds)));
        }
        self.tell(key);
        self.note(key, 404, "Shares for this order are being located and are not available yet. It is held.");
    }

    /// Lets go whatever shares have been found for.
    pub(super) fn watch_locates(&mut self) {
        let now = self.now;
        let is_found = |order: &&Order| {
            order.phase == Phase::AwaitingLocate && order.located.is_some_and(|located| located <= now)
        };
        let found = self.live().filter(is_found);
        for key in found.map(|order| order.key).collect::<Vec<_>>() {
            self.release(key);
        }
    }
}
