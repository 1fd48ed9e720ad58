//! What an execution will have cost while the broker has not said so yet.
//!
//! IBKR's fixed schedule for US stocks (<https://www.interactivebrokers.com/en/pricing/commissions-stocks.php>):
//! 0.005 a share, at least 1.00, at most 1 % of the trade's value.

use rust_decimal::Decimal;

use crate::money::{Money, Quantity};

const A_SHARE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
const LEAST: Decimal = Decimal::ONE;
const SHARE_OF_VALUE_MAX: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The estimate for `quantity` that was worth `value`, in base currency.
pub(super) fn estimated(quantity: Quantity, value: Money) -> Money {
    let scheduled = (quantity.value() * A_SHARE).max(LEAST);
    Money::new(scheduled.min(value.value().abs() * SHARE_OF_VALUE_MAX))
}
