//! What kind of order it is, with its prices: the types of TWS that this exchange has.
//!
//! A kind says what it waits for (a stop, a touch, an auction) and what it must not go beyond. Which way the market has to
//! move for a trigger follows from the side and is decided in [`trigger`](crate::exchange::trigger).
//!
//! Read next: [`order`](crate::exchange::order).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What kind of order it is, with its prices in the contract's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// `MKT`: the best price there is.
    Market,
    /// `LMT`: this price or better.
    Limit(Decimal),
    /// `STP`: a market order once a trade touches this price (trigger method 0: last).
    Stop(Decimal),
    /// `STP LMT`: a limit order once a trade touches the stop.
    StopLimit {
        /// What the last trade must touch.
        stop: Decimal,
        /// What the fill must not go beyond.
        limit: Decimal,
    },
    /// `TRAIL`: a stop that follows the last trade at a distance and never goes back.
    Trail {
        /// The distance.
        by: Trail,
        /// Where the stop stands; none until the order is active and has seen a trade.
        stop: Option<Decimal>,
    },
    /// `TRAIL LIMIT`: a trailing stop that becomes a limit order.
    TrailLimit {
        /// The distance.
        by: Trail,
        /// Where the stop stands.
        stop: Option<Decimal>,
        /// How far the limit lies beyond the stop, in the direction of the loss.
        offset: Decimal,
        /// Where the limit stands: it moves with the stop.
        limit: Option<Decimal>,
    },
    /// `MIT`: a market order once the market comes to this price from the good side.
    MarketIfTouched(Decimal),
    /// `LIT`: a limit order once the market comes to the trigger from the good side.
    LimitIfTouched {
        /// What must be touched.
        touch: Decimal,
        /// What the fill must not go beyond.
        limit: Decimal,
    },
    /// `MOC`: at the price of the closing auction.
    MarketOnClose,
    /// `LOC`: in the closing auction, at this price or better.
    LimitOnClose(Decimal),
    /// `MTL`: a market order whose rest becomes a limit at the first fill's price.
    MarketToLimit {
        /// The first fill's price, once there is one.
        limit: Option<Decimal>,
    },
    /// `REL`: follows the market passively. Approximated: it is pegged to the middle between bid and ask, on the tick of
    /// its own side, whatever its offset.
    Relative {
        /// The offset as asked for; echoed, not obeyed.
        offset: Decimal,
        /// The price that the peg never goes beyond.
        cap: Option<Decimal>,
        /// Where it stands in the book.
        pegged: Option<Decimal>,
    },
}

impl Kind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Market => "MKT",
            Kind::Limit(_) => "LMT",
            Kind::Stop(_) => "STP",
            Kind::StopLimit { .. } => "STP LMT",
            Kind::Trail { .. } => "TRAIL",
            Kind::TrailLimit { .. } => "TRAIL LIMIT",
            Kind::MarketIfTouched(_) => "MIT",
            Kind::LimitIfTouched { .. } => "LIT",
            Kind::MarketOnClose => "MOC",
            Kind::LimitOnClose(_) => "LOC",
            Kind::MarketToLimit { .. } => "MTL",
            Kind::Relative { .. } => "REL",
        }
    }

    /// The price that a fill must not go beyond, as it stands.
    pub fn limit(self) -> Option<Decimal> {
        match self {
            Kind::Limit(limit)
            | Kind::StopLimit { limit, .. }
            | Kind::LimitIfTouched { limit, .. }
            | Kind::LimitOnClose(limit) => Some(limit),
            Kind::TrailLimit { limit, .. } | Kind::MarketToLimit { limit } => limit,
            Kind::Relative { cap, pegged, .. } => pegged.or(cap),
            Kind::Market
            | Kind::Stop(_)
            | Kind::Trail { .. }
            | Kind::MarketIfTouched(_)
            | Kind::MarketOnClose => None,
        }
    }

    /// The stop price as it stands, if it has one.
    pub fn stop(self) -> Option<Decimal> {
        match self {
            Kind::Stop(stop) | Kind::StopLimit { stop, .. } => Some(stop),
            Kind::Trail { stop, .. } | Kind::TrailLimit { stop, .. } => stop,
            _ => None,
        }
    }

    /// The price that must be touched from the good side, if it waits for one.
    pub fn touch(self) -> Option<Decimal> {
        match self {
            Kind::MarketIfTouched(touch) | Kind::LimitIfTouched { touch, .. } => Some(touch),
            _ => None,
        }
    }

    /// Does it wait for a trigger?
    pub fn is_triggered(self) -> bool {
        self.touch().is_some()
            || matches!(
                self,
                Kind::Stop(_) | Kind::StopLimit { .. } | Kind::Trail { .. } | Kind::TrailLimit { .. }
            )
    }

    /// Does it wait for the closing auction?
    pub fn is_on_close(self) -> bool {
        matches!(self, Kind::MarketOnClose | Kind::LimitOnClose(_))
    }

    /// Can it work outside regular hours? Only what never pays more than a price of its own.
    pub fn works_outside_rth(self) -> bool {
        matches!(
            self,
            Kind::Limit(_) | Kind::StopLimit { .. } | Kind::TrailLimit { .. } | Kind::LimitIfTouched { .. }
        )
    }

    /// The distance of a trailing stop.
    pub fn distance(self) -> Option<Trail> {
        match self {
            Kind::Trail { by, .. } | Kind::TrailLimit { by, .. } => Some(by),
            _ => None,
        }
    }
}

/// How far a trailing stop keeps from the last trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trail {
    /// Dollars.
    Amount(Decimal),
    /// Percent, as TWS counts: 2 is two percent.
    Percent(Decimal),
}

impl Trail {
    /// The number itself.
    pub fn number(self) -> Decimal {
        match self {
            Trail::Amount(number) | Trail::Percent(number) => number,
        }
    }

    /// The distance from a price, in its currency.
    pub fn from_price(self, price: Decimal) -> Decimal {
        match self {
            Trail::Amount(amount) => amount,
            Trail::Percent(percent) => price * percent / Decimal::ONE_HUNDRED,
        }
    }
}
