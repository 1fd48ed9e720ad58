//! A fill: booked, told, and passed on to the order's group and family.
//!
//! IB's fixed commission: 0.005 a share, at least 1.00 and at most 1 % of the value, both counted over the whole order,
//! so that an order that fills in parts pays its minimum once.
//!
//! Read next: [`account`](crate::exchange::account).

use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::event::{Event, Execution};
use crate::exchange::order::{Kind, Order, OrderKey, Phase};

const PER_SHARE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
const MINIMUM: Decimal = Decimal::from_parts(1, 0, 0, false, 0);
const PART_MAX: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The commission of an order that has filled `shares` for `value` in all, which is money of the account's currency.
pub fn commission_of(shares: Decimal, value: Decimal) -> Decimal {
    (shares * PER_SHARE).max(MINIMUM).min(value * PART_MAX).round_dp(4)
}

impl Exchange {
    /// Fills a part of an order, or all of it.
    pub(super) fn fill(&mut self, key: OrderKey, shares: Decimal, price: Decimal, removed_liquidity: bool) {
        let Some(order) = self.orders.get_mut(&key) else { return };
        order.filled += shares;
        order.value += shares * price;
        order.last_price = price;
        if let Kind::MarketToLimit { limit: limit @ None } = &mut order.terms.kind {
            *limit = Some(price);
        }
        if order.is_exhausted() {
            order.phase = Phase::Filled;
            order.ended = Some(self.now);
            self.live.remove(&order.perm_id);
        }
        let commission = self.charge(key);
        let Some(order) = self.orders.get(&key).cloned() else { return };
        let worth = self.worth(order.terms.con_id, price);
        let realized = self.account.trade(order.terms.con_id, order.terms.side, shares, worth, commission);
        let execution =
            Execution { shares, price, commission, realized, removed_liquidity, ..self.execution(&order) };
        self.executions.push(execution.clone());
        let execution = Box::new(execution);
        self.out.push(Event::Executed(execution.clone()));
        self.tell(key);
        self.out.push(Event::CommissionCharged(execution));
        self.out.push(Event::PositionChanged { con_id: order.terms.con_id });
        // TWS repeats itself after a fill; a client must bear it.
        self.tell(key);
        self.fill_in_group(key, shares);
        if order.phase == Phase::Filled { self.completed(key) } else { self.grow_children(key) }
    }

    /// What the newest fill of an order costs, in the account's currency.
    fn charge(&mut self, key: OrderKey) -> Decimal {
        let Some(order) = self.orders.get(&key) else { return Decimal::ZERO };
        let all = commission_of(order.filled, self.worth(order.terms.con_id, order.value));
        let newest = all - order.commission;
        if let Some(order) = self.orders.get_mut(&key) {
            order.commission = all;
        }
        newest
    }

    pub(super) fn next_exec_id(&mut self) -> String {
        self.exec_next = self.exec_next.wrapping_add(1);
        format!("{:08x}.{:08x}.01.01", self.exec_prefix, self.exec_next)
    }

    fn execution(&mut self, order: &Order) -> Execution {
        let exec_id = self.next_exec_id();
        let listing = self.market.listing(order.terms.con_id);
        Execution {
            exec_id,
            key: order.key,
            perm_id: order.perm_id,
            con_id: order.terms.con_id,
            exchange: listing.map_or("SMART", |listing| listing.primary).to_owned(),
            side: order.terms.side,
            shares: Decimal::ZERO,
            price: Decimal::ZERO,
            cumulative: order.filled,
            average_price: order.average_price(),
            order_ref: order.terms.order_ref.clone(),
            time: self.now,
            removed_liquidity: true,
            commission: Decimal::ZERO,
            realized: Decimal::ZERO,
            is_liquidation: false,
        }
    }
}
