//! The opening and the closing auction: one price for everybody, at any size.
//!
//! The opening price is the first trade that is seen of a session, the closing price the one at its last second. What the
//! auction does not fill is cancelled. Orders for the close must be in before the exchange's cut-off and cannot be
//! cancelled after it; those for the open are held for the next session once 09:28 has passed.
//!
//! Read next: [`fill`](crate::exchange::fill).

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::order::{Order, OrderKey, Phase, Side, Terms, TimeInForce};
use crate::exchange::refusal::Refusal;
use crate::market::price::decimal;
use crate::market::quote::Look;

/// How long before the close orders for it must be in: 15:50 at NYSE, 15:55 at Nasdaq.
const CLOSE_CUTOFF_NYSE: TimeDelta = TimeDelta::minutes(10);
const CLOSE_CUTOFF_NASDAQ: TimeDelta = TimeDelta::minutes(5);

/// How long before the open orders for it must be in: 09:28.
const OPEN_CUTOFF: TimeDelta = TimeDelta::minutes(2);

impl Exchange {
    /// Fills what waits for an auction at its price, as far as its limit allows, and cancels the rest.
    pub(super) fn auction(&mut self, key: OrderKey, look: &Look) {
        let Some(order) = self.orders.get(&key) else { return };
        let (price, is_buy) = (decimal(look.last), order.terms.side == Side::Buy);
        let is_allowed =
            order.terms.kind.limit().is_none_or(|limit| if is_buy { price <= limit } else { price >= limit });
        let shares = if is_allowed { order.remaining() } else { Decimal::ZERO };
        if shares > Decimal::ZERO {
            self.fill(key, shares, price, true);
        }
        self.end(key, Phase::Cancelled);
    }

    /// Is it this order's auction now?
    pub(super) fn is_auction_due(&self, order: &Order) -> bool {
        match order.phase {
            Phase::AwaitingClose => order.expires.is_some_and(|close| close <= self.now),
            Phase::AwaitingOpen => order.terms.tif == TimeInForce::Opg && !self.is_early(order),
            _ => false,
        }
    }

    /// Is it held for an open that has not come?
    pub(super) fn is_early(&self, order: &Order) -> bool {
        order.opens.is_some_and(|opens| opens > self.now)
    }

    /// The opening auction that an order of these terms would be in.
    pub(super) fn opening(&self, tif: TimeInForce) -> Option<DateTime<Utc>> {
        let calendar = self.market.calendar();
        let session = calendar.session_from(self.now)?;
        let is_in_time = self.now <= session.open - OPEN_CUTOFF;
        let session = if is_in_time {
            session
        } else {
            calendar.session_from(session.close + TimeDelta::seconds(1))?
        };
        (tif == TimeInForce::Opg).then_some(session.open)
    }

    /// An order for a close that takes no more of them.
    pub(super) fn check_cutoff(&self, terms: &Terms) -> Result<(), Refusal> {
        if terms.kind.is_on_close() && self.is_past_cutoff(terms.con_id) {
            return Err(Refusal::rejected("The order arrived after the cut-off of the closing auction."));
        }
        Ok(())
    }

    pub(super) fn is_past_cutoff(&self, con_id: i32) -> bool {
        let is_nyse = self.market.listing(con_id).is_some_and(|listing| listing.primary == "NYSE");
        let before = if is_nyse { CLOSE_CUTOFF_NYSE } else { CLOSE_CUTOFF_NASDAQ };
        self.market.calendar().session_at(self.now).is_some_and(|session| self.now > session.close - before)
    }
}
