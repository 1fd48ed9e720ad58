//! What the market does to an order that waits for it: touches its stop, drags its trail along, adjusts it.
//!
//! A stop is touched from the bad side, a touch price from the good one. Which prices count is the order's trigger method.
//!
//! Read next: [`display`](crate::exchange::display).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::exchange::Exchange;
use crate::exchange::attributes::{Adjusted, TriggerMethod};
use crate::exchange::order::{Kind, Order, OrderKey, Phase, Side};
use crate::market::price::{decimal, on_tick};
use crate::market::quote::Look;

impl Exchange {
    pub(super) fn follow_and_trigger(&mut self, key: OrderKey, is_resting: bool, look: &Look) {
        let now = self.now;
        let Some(order) = self.orders.get_mut(&key) else { return };
        let (low, high) = if is_resting { (look.low, look.high) } else { (look.last, look.last) };
        let (low, high) = (decimal(low), decimal(high));
        let is_touched = is_triggered(order, low, high, look);
        let moved = !is_touched && (adjust(order, low, high) | follow(order, low, high));
        if is_touched {
            order.phase = Phase::Working;
            order.active_since = now;
        }
        if is_touched || moved {
            self.tell(key);
        }
    }
}

fn is_triggered(order: &mut Order, low: Decimal, high: Decimal, look: &Look) -> bool {
    let method = order.attributes.trigger;
    let (bid, ask) = (decimal(look.book.bid), decimal(look.book.ask));
    let quoted = if order.terms.side == Side::Sell { bid } else { ask };
    let ranges = match method {
        TriggerMethod::Last | TriggerMethod::DoubleLast => vec![(low, high)],
        TriggerMethod::BidAsk | TriggerMethod::DoubleBidAsk => vec![(quoted, quoted)],
        TriggerMethod::LastOrBidAsk => vec![(low, high), (quoted, quoted)],
        TriggerMethod::MidPoint => {
            let middle = (bid + ask) / Decimal::TWO;
            vec![(middle, middle)]
        }
    };
    let is_touched = ranges.into_iter().any(|(low, high)| is_touched(order, low, high));
    order.touches = if is_touched { order.touches.saturating_add(1) } else { 0 };
    order.touches >= method.touches()
}

fn is_touched(order: &Order, low: Decimal, high: Decimal) -> bool {
    let falls = match (order.terms.kind.stop(), order.terms.kind.touch()) {
        (Some(stop), _) => (order.terms.side == Side::Sell, stop),
        (None, Some(touch)) => (order.terms.side == Side::Buy, touch),
        (None, None) => return false,
    };
    match falls {
        (true, price) => low <= price,
        (false, price) => high >= price,
    }
}

/// Moves a trailing stop after the market; true if it moved.
fn follow(order: &mut Order, low: Decimal, high: Decimal) -> bool {
    let is_sell = order.terms.side == Side::Sell;
    let best = if is_sell { high } else { low };
    let Some(by) = order.terms.kind.distance() else { return false };
    let distance = by.from_price(best);
    let wanted = tick_of(if is_sell { best - distance } else { best + distance });
    match &mut order.terms.kind {
        Kind::Trail { stop, .. } => raise(stop, wanted, is_sell),
        Kind::TrailLimit { stop, limit, offset, .. } => {
            let moved = raise(stop, wanted, is_sell) || limit.is_none();
            *limit = stop.map(|stop| if is_sell { stop - *offset } else { stop + *offset });
            moved
        }
        _ => false,
    }
}

fn raise(stop: &mut Option<Decimal>, wanted: Decimal, is_sell: bool) -> bool {
    let is_better = stop.is_none_or(|stop| if is_sell { wanted > stop } else { wanted < stop });
    if is_better {
        *stop = Some(wanted);
    }
    is_better
}

/// Turns an adjusting stop into what it was to become; true if it did.
fn adjust(order: &mut Order, low: Decimal, high: Decimal) -> bool {
    let Some(adjust) = order.attributes.adjust else { return false };
    let is_reached = if order.terms.side == Side::Sell { high >= adjust.at } else { low <= adjust.at };
    if !is_reached {
        return false;
    }
    order.attributes.adjust = None;
    order.terms.kind = match adjust.to {
        Adjusted::Stop(stop) => Kind::Stop(stop),
        Adjusted::StopLimit { stop, limit } => Kind::StopLimit { stop, limit },
        Adjusted::Trail { by, stop } => Kind::Trail { by, stop },
        Adjusted::TrailLimit { by, stop, offset } => Kind::TrailLimit { by, stop, offset, limit: None },
    };
    true
}

/// The nearest price on its tick.
pub(super) fn tick_of(price: Decimal) -> Decimal {
    decimal(on_tick(price.to_f64().unwrap_or_default()))
}
