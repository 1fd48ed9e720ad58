//! What happens to an account from outside its clients: trades by hand, the broker's own, corrections, busts, and fills
//! that come when nobody expects them.
//!
//! None of it can be asked for over the wire. Faults and corporate actions do it, and it is booked like anything else.
//!
//! Read next: [`manual`](crate::exchange::manual).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::event::{Event, Execution};
use crate::exchange::fill::commission_of;
use crate::exchange::order::{Order, OrderKey, Phase, Side};
use crate::market::price::decimal;

/// The id of an order that was placed by hand, and of one that the broker placed. Both are client 0's.
pub const BY_HAND: OrderKey = OrderKey { client: 0, id: 0 };
/// See [`BY_HAND`].
pub const BY_BROKER: OrderKey = OrderKey { client: 0, id: -1 };

/// A trade that no client asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// The contract.
    pub con_id: i32,
    /// The direction.
    pub side: Side,
    /// Shares.
    pub shares: Decimal,
    /// Its price; the market's, if there is none.
    pub price: Option<Decimal>,
    /// [`BY_HAND`] or [`BY_BROKER`].
    pub key: OrderKey,
    /// Did the broker do it to cover a deficit?
    pub is_liquidation: bool,
}

impl Exchange {
    /// Books a trade that no client asked for.
    pub fn trade_outside(&mut self, now: DateTime<Utc>, trade: &Outside) -> Vec<Event> {
        self.pass_to(now);
        let price = trade.price.unwrap_or_else(|| self.touchable(trade.con_id, trade.side));
        if trade.shares > Decimal::ZERO && price > Decimal::ZERO {
            self.book_outside(trade, price);
        }
        self.take_events()
    }

    fn book_outside(&mut self, trade: &Outside, price: Decimal) {
        let worth = self.worth(trade.con_id, price);
        let commission = commission_of(trade.shares, trade.shares * worth);
        let perm_id = self.perm_id_next;
        self.perm_id_next += 1;
        let mut execution = Execution {
            exec_id: self.next_exec_id(),
            key: trade.key,
            perm_id,
            con_id: trade.con_id,
            exchange: self.market.listing(trade.con_id).map_or("SMART", |listing| listing.primary).to_owned(),
            side: trade.side,
            shares: trade.shares,
            price,
            cumulative: trade.shares,
            average_price: price,
            order_ref: String::new(),
            time: self.now,
            removed_liquidity: true,
            commission,
            realized: Decimal::ZERO,
            is_liquidation: trade.is_liquidation,
        };
        execution.realized = self.account.trade(trade.con_id, trade.side, trade.shares, worth, commission);
        self.executions.push(execution.clone());
        self.out.push(Event::Executed(Box::new(execution.clone())));
        self.out.push(Event::CommissionCharged(Box::new(execution)));
        self.out.push(Event::PositionChanged { con_id: trade.con_id });
    }

    /// Fills an order whatever its state: held, cancelled, or complete, in which case it is filled beyond its size.
    pub fn fill_anyway(
        &mut self,
        now: DateTime<Utc>,
        key: OrderKey,
        shares: Decimal,
        price: Option<Decimal>,
    ) -> Vec<Event> {
        self.pass_to(now);
        if let Some(order) = self.orders.get(&key).filter(|order| order.is_reported()) {
            let market = self.touchable(order.terms.con_id, order.terms.side);
            let price = price.or(order.terms.kind.limit()).unwrap_or(market);
            if shares > Decimal::ZERO && price > Decimal::ZERO {
                self.fill(key, shares, price, true);
            }
        }
        self.take_events()
    }

    /// Turns down an order that had been accepted, as IB does after its own checks.
    pub fn reject(&mut self, now: DateTime<Utc>, key: OrderKey, code: i32, text: &str) -> Vec<Event> {
        self.pass_to(now);
        if self.orders.get(&key).is_some_and(Order::is_live) {
            self.note(key, code, text);
            self.end(key, Phase::Inactive);
        }
        self.take_events()
    }

    /// Cancels an order by hand or by the broker: its client learns of it without having asked.
    pub fn cancel_outside(&mut self, now: DateTime<Utc>, key: OrderKey) -> Vec<Event> {
        self.pass_to(now);
        self.end(key, Phase::Cancelled);
        self.take_events()
    }

    /// Replaces an execution by its correction: the last part of its id counts on, the account is booked anew.
    pub fn correct(
        &mut self,
        now: DateTime<Utc>,
        exec_id: &str,
        shares: Decimal,
        price: Decimal,
    ) -> Vec<Event> {
        self.pass_to(now);
        let Some(at) = self.executions.iter().position(|one| one.exec_id == exec_id) else {
            return self.take_events();
        };
        let before = self.executions[at].shares;
        self.take_back_of_mornings(at);
        let execution = &mut self.executions[at];
        execution.exec_id = corrected(exec_id);
        (execution.shares, execution.price) = (shares, price);
        execution.cumulative += shares - before;
        if at < self.morning.1 {
            let one = self.executions[at].clone();
            let worth = self.worth(one.con_id, one.price);
            self.morning.0.trade(one.con_id, one.side, one.shares, worth, one.commission);
        }
        self.rebook();
        let execution = Box::new(self.executions[at].clone());
        let (key, con_id) = (execution.key, execution.con_id);
        self.settle_order(key);
        self.out.push(Event::Executed(execution.clone()));
        self.out.push(Event::CommissionCharged(execution));
        self.out.push(Event::PositionChanged { con_id });
        self.take_events()
    }

    /// Takes an execution back: the trade never was. Only the position and a notice tell.
    pub fn bust(&mut self, now: DateTime<Utc>, exec_id: &str) -> Vec<Event> {
        self.pass_to(now);
        if let Some(at) = self.executions.iter().position(|one| one.exec_id == exec_id) {
            self.take_back_of_mornings(at);
            let busted = self.executions.remove(at);
            if at < self.morning.1 {
                self.morning.1 -= 1;
            }
            self.rebook();
            self.settle_order(busted.key);
            self.out.push(Event::Busted { con_id: busted.con_id });
            self.out.push(Event::PositionChanged { con_id: busted.con_id });
        }
        self.take_events()
    }

    /// Lets a second order with the same words live beside the first, as a change sent into a broken link can.
    pub fn incarnate(&mut self, now: DateTime<Utc>, key: OrderKey) -> Vec<Event> {
        self.pass_to(now);
        let Some(order) = self.orders.get(&key).cloned() else { return self.take_events() };
        let twin = OrderKey { client: key.client, id: self.next_id(key.client) };
        self.next_ids.insert(key.client, twin.id.saturating_add(1));
        let terms = order.terms.clone();
        let mut twin_order = self.new_order(twin, terms, order.attributes.clone());
        (twin_order.phase, twin_order.is_orphan) = (order.phase, order.is_orphan);
        self.live.insert(twin_order.perm_id, twin);
        self.orders.insert(twin, twin_order);
        self.tell(twin);
        self.take_events()
    }

    /// Forgets the last ids that a client has used, as a gateway does whose settings were put back.
    pub fn roll_back_ids(&mut self, client: i32, by: i32) {
        let next = self.next_ids.entry(client).or_insert(1);
        *next = next.saturating_sub(by).max(1);
        self.changes += 1;
    }

    /// What a market order would get now; the last price while there is no book.
    pub(super) fn touchable(&self, con_id: i32, side: Side) -> Decimal {
        let listing = self.market.listing(con_id);
        let quote = listing.and_then(|listing| self.market.quote(self.now, &listing.symbol));
        let price = quote.map(|quote| match (quote.book, side) {
            (Some(book), Side::Buy) => book.ask,
            (Some(book), Side::Sell) => book.bid,
            (None, _) => quote.last,
        });
        price.map_or(Decimal::ZERO, decimal)
    }

    /// An execution of an earlier day is in the account that the day began with: it goes out of it.
    fn take_back_of_mornings(&mut self, at: usize) {
        if at >= self.morning.1 {
            return;
        }
        let one = self.executions[at].clone();
        let back = match one.side {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        };
        let worth = self.worth(one.con_id, one.price);
        self.morning.0.trade(one.con_id, back, one.shares, worth, -one.commission);
    }

    /// Books the executions since the day's beginning again, after one of them has changed.
    fn rebook(&mut self) {
        let (account, from) = self.morning.clone();
        self.account = account;
        for at in from.min(self.executions.len())..self.executions.len() {
            let (con_id, side, shares) = {
                let one = &self.executions[at];
                (one.con_id, one.side, one.shares)
            };
            let worth = self.worth(con_id, self.executions[at].price);
            let commission = self.executions[at].commission;
            self.executions[at].realized = self.account.trade(con_id, side, shares, worth, commission);
        }
    }

    /// Counts an order's fills again.
    fn settle_order(&mut self, key: OrderKey) {
        let own = self.executions.iter().filter(|one| one.key == key);
        let (filled, value) = own.fold((Decimal::ZERO, Decimal::ZERO), |(filled, value), one| {
            (filled + one.shares, value + one.shares * one.price)
        });
        if let Some(order) = self.orders.get_mut(&key) {
            (order.filled, order.value) = (filled, value);
        }
    }
}

/// `….01` becomes `….02`.
fn corrected(exec_id: &str) -> String {
    let (stem, number) = exec_id.rsplit_once('.').unwrap_or((exec_id, "01"));
    format!("{stem}.{:02}", number.parse::<u32>().unwrap_or(1) + 1)
}
