//! Orders that leave, held against orders that were asked for: the last look of all, right at the socket.
//!
//! Whatever goes wrong above it, not one order more leaves than the risk book has let through. It counts by itself and
//! trusts nothing of what it counts: Knight Capital's counters saw four million orders, and none of them stopped one.

use std::cell::Cell;

use engine::Request;

/// Both counts of one connection.
#[derive(Debug, Default)]
pub(super) struct Tally {
    asked: Cell<u64>,
    left: Cell<u64>,
}

/// One order more would leave than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked} orders and changes were asked for, and {} would leave; nothing more is sent", asked + 1)]
pub struct TooMany {
    /// So many were asked for.
    pub asked: u64,
}

impl Tally {
    /// A request has come that the risk book let through.
    pub(super) fn ask(&self, request: &Request) {
        self.asked.set(self.asked.get().saturating_add(orders_of(request)));
    }

    /// An order or a change is about to leave.
    ///
    /// # Errors
    /// Nobody has asked for it.
    pub(super) fn leave(&self) -> Result<(), TooMany> {
        let (asked, left) = (self.asked.get(), self.left.get());
        if left >= asked {
            return Err(TooMany { asked });
        }
        self.left.set(left + 1);
        Ok(())
    }

    /// A request is done with, of which so many orders have left: what has not leaves no room for others.
    pub(super) fn done(&self, request: &Request, left: u64) {
        let rest = orders_of(request).saturating_sub(left);
        self.left.set(self.left.get().saturating_add(rest).min(self.asked.get()));
    }

    /// How many have left, or were given up.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// For a test: all that was asked for is forgotten, as if more left than that.
    #[cfg(feature = "testing")]
    pub(super) fn forget(&self) {
        self.asked.set(0);
    }
}

/// Orders and changes of a request. A cancel adds none.
fn orders_of(request: &Request) -> u64 {
    match request {
        Request::Place { orders } => u64::try_from(orders.len()).unwrap_or(u64::MAX),
        // A question goes as an order that the broker never works.
        Request::Modify(_) | Request::WhatIf(_) => 1,
        Request::Cancel(_) => 0,
    }
}
