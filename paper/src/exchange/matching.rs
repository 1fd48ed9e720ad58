//! Looking at the market: at each step every live order of a symbol meets the book of that moment.
//!
//! A step stands for all trades since the step before: they trigger stops and fill resting limits that they went
//! through. What is displayed at the step is shared by the orders in the order of their permanent ids, and replenished
//! at the next one. Our orders move no price.
//!
//! Read next: [`fill`](crate::exchange::fill).

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::event::Event;
use crate::exchange::order::{Kind, Order, OrderKey, Phase, Side, TimeInForce, Trail};
use crate::market::price::{decimal, on_tick};
use crate::market::quote::Look;

/// What is left of a display while a symbol's orders are matched against it.
struct Display {
    look: Look,
    bid_left: Decimal,
    ask_left: Decimal,
}

impl Exchange {
    /// Goes through every step of the market up to `to`, in order.
    pub fn advance(&mut self, to: DateTime<Utc>) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(at) = self.next_step(to) {
            events.extend(self.step(at));
        }
        events.extend(self.idle(to));
        events
    }

    /// The next moment at which the market is looked at, if it is not after `to`. Steps lie on a grid that begins at
    /// each open, so that they do not depend on who asks when.
    pub fn next_step(&self, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let session = self.market.calendar().session_from(self.looked + TimeDelta::seconds(1))?;
        if self.looked < session.open {
            return Some(session.open).filter(|at| *at <= to);
        }
        let step = i64::from(self.options.step_seconds.max(1));
        let ahead = ((self.looked - session.open).num_seconds() / step + 1) * step;
        let at = (session.open + TimeDelta::seconds(ahead)).min(session.close);
        Some(at).filter(|at| *at <= to)
    }

    /// Looks at the market once.
    pub fn step(&mut self, at: DateTime<Utc>) -> Vec<Event> {
        self.pass_to(at);
        let before = self.looked;
        self.looked = self.looked.max(at);
        let contracts = self.contracts_in_play();
        for (con_id, symbol) in contracts {
            if let Some(look) = self.market.look(before, at, &symbol) {
                self.match_all(before, con_id, &look);
            }
        }
        self.expire();
        self.take_events()
    }

    /// Matches one contract's orders against a market that the caller made up. For tests and simulations.
    pub fn look(&mut self, now: DateTime<Utc>, con_id: i32, look: &Look) -> Vec<Event> {
        self.pass_to(now);
        let before = self.looked;
        self.looked = self.looked.max(now);
        self.match_all(before, con_id, look);
        self.expire();
        self.take_events()
    }

    /// Time passes without a look at the market: orders may expire.
    pub fn idle(&mut self, now: DateTime<Utc>) -> Vec<Event> {
        self.pass_to(now);
        self.expire();
        self.take_events()
    }

    fn contracts_in_play(&self) -> Vec<(i32, String)> {
        let mut ids: Vec<i32> = self
            .live
            .values()
            .filter_map(|key| self.orders.get(key))
            .map(|order| order.terms.con_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let named = ids.into_iter().filter_map(|id| Some((id, self.market.listing(id)?.symbol.clone())));
        named.collect()
    }

    fn match_all(&mut self, before: DateTime<Utc>, con_id: i32, look: &Look) {
        let book = look.book;
        let mut display = Display {
            look: *look,
            bid_left: Decimal::from(book.bid_size),
            ask_left: Decimal::from(book.ask_size),
        };
        let keys: Vec<OrderKey> = self.live.values().copied().collect();
        for key in keys {
            if self.orders.get(&key).is_some_and(|order| order.terms.con_id == con_id) {
                self.match_one(before, key, &mut display);
            }
        }
        self.reduce_waiting();
    }

    fn match_one(&mut self, before: DateTime<Utc>, key: OrderKey, display: &mut Display) {
        let Some(order) = self.orders.get_mut(&key) else { return };
        let is_resting = order.active_since <= before;
        match order.phase {
            Phase::AwaitingOpen => {
                order.phase = Phase::Working;
                self.tell(key);
            }
            Phase::AwaitingTrigger => self.follow_and_trigger(key, is_resting, &display.look),
            _ => {}
        }
        let Some(order) = self.orders.get(&key).filter(|order| order.phase == Phase::Working) else { return };
        let is_ioc = order.terms.tif == TimeInForce::Ioc;
        if let Some((price, shares, taken)) = display.offer(order, is_resting) {
            self.fill(key, shares, price, taken);
        }
        if is_ioc {
            self.end(key, Phase::Cancelled);
        }
    }

    fn follow_and_trigger(&mut self, key: OrderKey, is_resting: bool, look: &Look) {
        let Some(order) = self.orders.get_mut(&key) else { return };
        let (low, high) = if is_resting { (look.low, look.high) } else { (look.last, look.last) };
        let is_touched = is_touched(order, decimal(low), decimal(high));
        let moved = !is_touched && follow(order, decimal(low), decimal(high));
        if is_touched {
            order.phase = Phase::Working;
            order.active_since = self.now;
        }
        if is_touched || moved {
            self.tell(key);
        }
    }
}

fn is_touched(order: &Order, low: Decimal, high: Decimal) -> bool {
    let Some(stop) = order.terms.kind.stop() else { return false };
    match order.terms.side {
        Side::Sell => low <= stop,
        Side::Buy => high >= stop,
    }
}

/// Moves a trailing stop after the market; true if it moved.
fn follow(order: &mut Order, low: Decimal, high: Decimal) -> bool {
    let (side, Kind::Trail { by, stop }) = (order.terms.side, &mut order.terms.kind) else { return false };
    let best = if side == Side::Sell { high } else { low };
    let distance = match *by {
        Trail::Amount(amount) => amount,
        Trail::Percent(percent) => best * percent / Decimal::ONE_HUNDRED,
    };
    let raw = if side == Side::Sell { best - distance } else { best + distance };
    let wanted = decimal(on_tick(rust_decimal::prelude::ToPrimitive::to_f64(&raw).unwrap_or_default()));
    let is_better = stop.is_none_or(|stop| if side == Side::Sell { wanted > stop } else { wanted < stop });
    if is_better {
        *stop = Some(wanted);
    }
    is_better
}

impl Display {
    /// The price and shares that the market gives an order now, and whether it takes what is displayed.
    fn offer(&mut self, order: &Order, is_resting: bool) -> Option<(Decimal, Decimal, bool)> {
        let is_buy = order.terms.side == Side::Buy;
        let best = decimal(if is_buy { self.look.book.ask } else { self.look.book.bid });
        // A triggered stop is a market order; only a stop limit keeps its limit.
        let limit = order.terms.kind.limit();
        let reaches = limit.is_none_or(|limit| if is_buy { best <= limit } else { best >= limit });
        let (price, taken) =
            if reaches { (best, true) } else { (self.traded_through(is_buy, is_resting, limit)?, false) };
        let left = if is_buy { &mut self.ask_left } else { &mut self.bid_left };
        let shares = order.remaining().min(*left);
        *left -= shares;
        (shares > Decimal::ZERO).then_some((price, shares, taken))
    }

    /// A limit that rested while trades went beyond it was filled by them, at its own price.
    fn traded_through(&self, is_buy: bool, is_resting: bool, limit: Option<Decimal>) -> Option<Decimal> {
        let is_beyond = |limit: &Decimal| {
            if is_buy { decimal(self.look.low) < *limit } else { decimal(self.look.high) > *limit }
        };
        limit.filter(|limit| is_resting && is_beyond(limit))
    }
}
