//! Corporate actions: a split changes what is held and ends what rests.
//!
//! The shares are multiplied, their average cost divided, a fraction is paid out in cash. Orders that would have outlived
//! the night are cancelled, as IB does: their prices are those of the old shares.
//!
//! Read next: [`saved`](crate::exchange::saved).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::event::Event;
use crate::exchange::order::{OrderKey, Phase};

impl Exchange {
    /// Splits a contract: each share becomes `ratio` of them, which is below one for a reverse split.
    pub fn split(&mut self, now: DateTime<Utc>, con_id: i32, ratio: Decimal) -> Vec<Event> {
        self.pass_to(now);
        self.split_now(con_id, ratio);
        self.take_events()
    }

    /// What the file of corporate actions says of the days that have begun since `before`.
    pub(super) fn act_on_day(&mut self, before: NaiveDate, day: NaiveDate) {
        let actions = self.market.options().actions.clone();
        for action in actions.iter().filter(|action| action.date > before && action.date <= day) {
            let listing = self.market.listings().find(|listing| listing.symbol == action.symbol);
            if let Some(con_id) = listing.map(|listing| listing.con_id) {
                self.split_now(con_id, action.ratio);
            }
        }
    }

    fn split_now(&mut self, con_id: i32, ratio: Decimal) {
        if ratio <= Decimal::ZERO {
            return;
        }
        let resting: Vec<OrderKey> = self
            .live
            .values()
            .filter(|key| self.orders.get(key).is_some_and(|order| order.terms.con_id == con_id))
            .copied()
            .collect();
        for key in resting {
            self.end(key, Phase::Cancelled);
        }
        let worth = self.worth(con_id, self.mark(con_id));
        if self.account.split(con_id, ratio, worth) {
            self.out.push(Event::PositionChanged { con_id });
        }
        self.morning = (self.account.clone(), self.executions.len());
        self.changes += 1;
    }
}
