//! Prices as whole pips of a hundredth of a cent, and the tick that a price must lie on.
//!
//! Read next: [`daily`](crate::market::daily).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A hundredth of a cent: the smallest tick of market rule 26.
pub type Pips = i64;

/// Pips in a dollar.
pub const DOLLAR: Pips = 10_000;

/// The market rule of every contract here.
pub const MARKET_RULE: i32 = 26;

/// Its bands: from this price on, this increment, both in dollars.
pub const MARKET_RULE_BANDS: [(f64, f64); 2] = [(0.0, 0.0001), (1.0, 0.01)];

/// The tick at a price: a cent from one dollar on, a hundredth of a cent below.
pub fn tick(price: Pips) -> Pips {
    if price >= DOLLAR { 100 } else { 1 }
}

/// The nearest price on its tick.
pub fn on_tick(price: f64) -> Pips {
    let pips = (price * DOLLAR as f64).round() as Pips;
    let tick = tick(pips);
    (pips + tick / 2).div_euclid(tick) * tick
}

/// As the exact decimal that orders and accounts count in.
pub fn decimal(price: Pips) -> Decimal {
    Decimal::new(price, 4).normalize()
}

/// As the double that the wire carries.
pub fn double(price: Pips) -> f64 {
    price as f64 / DOLLAR as f64
}

/// A decimal price in pips; none if it is finer than any tick or absurd.
pub fn pips(price: Decimal) -> Option<Pips> {
    let scaled = price.checked_mul(Decimal::from(DOLLAR))?;
    if scaled.fract().is_zero() { scaled.to_i64() } else { None }
}

/// Does a price lie on the tick of its own band?
pub fn is_on_tick(price: Decimal) -> bool {
    pips(price).is_some_and(|pips| pips % tick(pips) == 0)
}

#[cfg(test)]
mod tests {
    use super::{decimal, is_on_tick, on_tick};
    use rust_decimal::Decimal;

    #[test]
    fn the_tick_is_that_of_the_price_s_own_band() {
        assert_eq!(decimal(on_tick(25.0089)), Decimal::new(2501, 2));
        assert_eq!(decimal(on_tick(0.12344)), Decimal::new(1234, 4));
        assert!(is_on_tick(Decimal::new(10001, 2)));
        assert!(!is_on_tick(Decimal::new(100_005, 3)));
        assert!(is_on_tick(Decimal::new(5001, 4)));
    }
}
