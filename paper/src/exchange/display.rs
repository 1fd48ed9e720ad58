//! What the market shows at one look, and what is left of it while a contract's orders take their share.
//!
//! Read next: [`auction`](crate::exchange::auction).

use rust_decimal::Decimal;

use crate::exchange::order::{Kind, Order, Side};
use crate::market::price::{decimal, tick};
use crate::market::quote::Look;

/// What is left of a display while a symbol's orders are matched against it.
pub(super) struct Display {
    /// What the market showed.
    pub(super) look: Look,
    bid_left: Decimal,
    ask_left: Decimal,
}

/// What the market gives an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) price: Decimal,
    pub(super) shares: Decimal,
    /// Does it take what is displayed, or was it taken while it waited?
    pub(super) takes: bool,
}

impl Display {
    pub(super) fn new(look: &Look) -> Display {
        let book = look.book;
        Display { look: *look, bid_left: book.bid_size.into(), ask_left: book.ask_size.into() }
    }

    /// The price and shares that the market gives an order now.
    pub(super) fn offer(&mut self, order: &Order, is_resting: bool) -> Option<Offer> {
        let is_buy = order.terms.side == Side::Buy;
        if matches!(order.terms.kind, Kind::Relative { pegged: None, .. }) {
            return None;
        }
        let best = decimal(if is_buy { self.look.book.ask } else { self.look.book.bid });
        // A triggered stop is a market order; only a stop limit keeps its limit.
        let limit = order.terms.kind.limit();
        let reaches = limit.is_none_or(|limit| if is_buy { best <= limit } else { best >= limit });
        let (price, takes) =
            if reaches { (best, true) } else { (self.traded_through(is_buy, is_resting, limit)?, false) };
        let left = if is_buy { &mut self.ask_left } else { &mut self.bid_left };
        let shares = order.remaining().min(*left);
        if shares <= Decimal::ZERO || shares < order.least() {
            return None;
        }
        *left -= shares;
        Some(Offer { price, shares, takes })
    }

    /// Where a pegged order of this side stands: the middle, on the tick of its own side, no further than its cap.
    pub(super) fn peg(&self, side: Side, cap: Option<Decimal>) -> Decimal {
        let (bid, ask) = (self.look.book.bid, self.look.book.ask);
        let tick = tick(bid);
        let middle = (bid + ask) / 2;
        let (low, high) = (middle.div_euclid(tick) * tick, (middle + tick - 1).div_euclid(tick) * tick);
        match side {
            Side::Buy => cap.map_or(decimal(low), |cap| cap.min(decimal(low))),
            Side::Sell => cap.map_or(decimal(high), |cap| cap.max(decimal(high))),
        }
    }

    /// A limit that rested while trades went beyond it was filled by them, at its own price.
    fn traded_through(&self, is_buy: bool, is_resting: bool, limit: Option<Decimal>) -> Option<Decimal> {
        let is_beyond = |limit: &Decimal| {
            if is_buy { decimal(self.look.low) < *limit } else { decimal(self.look.high) > *limit }
        };
        limit.filter(|limit| is_resting && is_beyond(limit))
    }
}
