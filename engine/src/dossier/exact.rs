//! Sums that cannot fail: records may say anything, and whoever reads them goes on.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use crate::money::Money;

/// The sum; the first amount alone where there is no such number. Nothing has no sign.
pub(super) fn plus(one: Money, other: Money) -> Money {
    match one.value().checked_add(other.value()) {
        Some(nothing) if nothing.is_zero() => Money::ZERO,
        sum => sum.map_or(one, Money::new),
    }
}

/// The difference; the first amount alone where there is no such number.
pub(super) fn minus(one: Money, other: Money) -> Money {
    plus(one, -other)
}

/// The product of all factors; zero where there is no such number.
pub(super) fn product(factors: &[Decimal]) -> Decimal {
    let whole = factors.iter().try_fold(Decimal::ONE, |so_far, factor| so_far.checked_mul(*factor));
    whole.map(|number| number.normalize()).unwrap_or_default()
}

/// The sum of numbers; the first alone where there is none.
pub(super) fn sum(one: Decimal, other: Decimal) -> Decimal {
    one.checked_add(other).map_or(one, |number| number.normalize())
}

/// The sum of spans; the longest there is where it is longer.
pub(super) fn longer(one: TimeDelta, other: TimeDelta) -> TimeDelta {
    one.checked_add(&other).unwrap_or(TimeDelta::MAX)
}
