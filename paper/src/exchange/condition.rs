//! Conditions: what must hold before an order works, or before it is cancelled.
//!
//! They are looked at with every step of the market. Those of an order are joined by "and" and "or", of which "and" binds
//! stronger. A condition without data (no trade yet, no day before) does not hold.
//!
//! Read next: [`matching`](crate::exchange::matching).

use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::attributes::{Condition, Test};
use crate::exchange::order::{Order, OrderKey, Phase};
use crate::market::price::decimal;

impl Exchange {
    /// Releases what has waited long enough, and cancels what was to end when its conditions hold.
    pub(super) fn watch_conditions(&mut self) {
        let keys: Vec<OrderKey> = self.live.values().copied().collect();
        for key in keys {
            let Some(order) = self.orders.get(&key) else { continue };
            if order.phase == Phase::AwaitingCondition && self.may_start(order) {
                self.admit(key);
            } else if order.attributes.conditions_cancel && is_in_market(order) && self.all_hold(order) {
                self.end(key, Phase::Cancelled);
            }
        }
    }

    /// Has its time come, and do the conditions for its start hold?
    pub(super) fn may_start(&self, order: &Order) -> bool {
        let is_time = order.attributes.good_after.is_none_or(|after| after <= self.now);
        let waits = !order.attributes.conditions.is_empty() && !order.attributes.conditions_cancel;
        is_time && (!waits || self.all_hold(order))
    }

    fn all_hold(&self, order: &Order) -> bool {
        let attributes = &order.attributes;
        let is_open = self.market.calendar().session_at(self.now).is_some();
        if attributes.conditions.is_empty() || !(is_open || attributes.conditions_ignore_rth) {
            return false;
        }
        let alternatives = attributes.conditions.split_inclusive(|condition| !condition.and_next);
        alternatives.into_iter().any(|all| all.iter().all(|condition| self.holds(condition)))
    }

    fn holds(&self, condition: &Condition) -> bool {
        match &condition.test {
            Test::Price { con_id, above, price } => {
                self.last_of(*con_id).is_some_and(|last| is_beyond(*above, last, *price))
            }
            Test::Time { after: true, at } => self.now >= *at,
            Test::Time { after: false, at } => self.now <= *at,
            Test::Margin { above, percent } => {
                let values = self.values();
                let cushion = values.excess_liquidity.checked_div(values.net_liquidation);
                let cushion = cushion.unwrap_or_default() * Decimal::ONE_HUNDRED;
                is_beyond(*above, cushion, Decimal::from(*percent))
            }
            Test::Execution { symbol, since } => self.has_traded(symbol, *since),
            Test::Volume { con_id, above, shares } => {
                let symbol = self.market.listing(*con_id).map(|listing| listing.symbol.as_str());
                let quote = symbol.and_then(|symbol| self.market.quote(self.now, symbol));
                quote.is_some_and(|quote| {
                    is_beyond(*above, Decimal::from(quote.volume), Decimal::from(*shares))
                })
            }
            Test::PercentChange { con_id, above, percent } => {
                self.change_of(*con_id).is_some_and(|change| is_beyond(*above, change, *percent))
            }
        }
    }

    fn has_traded(&self, symbol: &str, since: Option<chrono::DateTime<chrono::Utc>>) -> bool {
        self.executions.iter().rev().any(|execution| {
            let listing = self.market.listing(execution.con_id);
            listing.is_some_and(|listing| listing.symbol.eq_ignore_ascii_case(symbol))
                && since.is_none_or(|since| execution.time >= since)
        })
    }

    /// The last trade as matching saw it, else as the market shows it.
    fn last_of(&self, con_id: i32) -> Option<Decimal> {
        match self.seen.get(&con_id) {
            Some((at, last)) if *at == self.looked => Some(decimal(*last)),
            _ => {
                let symbol = &self.market.listing(con_id)?.symbol;
                Some(decimal(self.market.quote(self.now, symbol)?.last))
            }
        }
    }

    fn change_of(&self, con_id: i32) -> Option<Decimal> {
        let symbol = &self.market.listing(con_id)?.symbol;
        let close = decimal(self.market.quote(self.now, symbol)?.close?);
        let last = self.last_of(con_id)?;
        ((last - close) * Decimal::ONE_HUNDRED).checked_div(close)
    }
}

fn is_in_market(order: &Order) -> bool {
    matches!(
        order.phase,
        Phase::Working | Phase::AwaitingOpen | Phase::AwaitingTrigger | Phase::AwaitingClose
    )
}

fn is_beyond(above: bool, is: Decimal, wanted: Decimal) -> bool {
    if above { is >= wanted } else { is <= wanted }
}
