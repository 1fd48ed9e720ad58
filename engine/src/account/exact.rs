//! Sums of money where values of operators, brokers and rules meet: exact, or none.
//!
//! Every amount is bounded and has at most eight decimal places, so that a million of them
//! add up without rounding, in any order. What lies beyond cannot be real money; it answers
//! none, and none refuses an entry and trips the day's limit.

use rust_decimal::Decimal;

use crate::money::Money;

/// The largest amount that is computed with, in base currency: 10^14.
const MONEY_MAX: Decimal = Decimal::from_parts(0x107A_4000, 0x5AF3, 0, false, 0);
/// Decimal places kept of an amount.
const PLACES: u32 = 8;

/// An amount, if it is one that can be computed with.
pub(super) fn bounded(value: Decimal) -> Option<Money> {
    let value = value.round_dp(PLACES).normalize();
    (value.abs() <= MONEY_MAX).then_some(Money::new(value))
}

/// What `shares` (signed) are worth at `price`, with the contract's `multiplier`.
pub(super) fn worth(price: Decimal, shares: Decimal, multiplier: Decimal) -> Option<Money> {
    if shares.is_zero() {
        return Some(Money::ZERO);
    }
    bounded(price.checked_mul(shares)?.checked_mul(multiplier)?)
}

/// The sum of amounts; none if one of them is none, or all of them are too much.
pub(super) fn total(parts: impl IntoIterator<Item = Option<Money>>) -> Option<Money> {
    let add = |sum: Money, part: Option<Money>| bounded(sum.value().checked_add(part?.value())?);
    parts.into_iter().try_fold(Money::ZERO, add)
}

/// The same amount the other way.
pub(super) fn less(amount: Option<Money>) -> Option<Money> {
    amount.map(|amount| Money::ZERO - amount)
}

/// The same amount without its sign.
pub(super) fn without_sign(amount: Money) -> Money {
    if amount < Money::ZERO { -amount } else { amount }
}
