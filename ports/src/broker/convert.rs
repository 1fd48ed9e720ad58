//! Floats to decimals and back, and times: the only place where a float becomes money.

use chrono::{DateTime, Utc};
use engine::{Money, Price, Quantity};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use time::OffsetDateTime;

/// A decimal of a float, rounded to what a float can tell (15 digits); none for NaN,
/// infinities and TWS's "unset" (`DBL_MAX`).
pub(super) fn decimal(value: f64) -> Option<Decimal> {
    Decimal::try_from(value).ok()
}

/// A price of a float; none for -1 ("no quote"), zero and everything unset.
pub(super) fn price(value: f64) -> Option<Price> {
    Price::new(decimal(value)?).ok()
}

/// A quantity of a float; none when negative or unset.
pub(super) fn quantity(value: f64) -> Option<Quantity> {
    Quantity::new(decimal(value)?).ok()
}

/// An amount of money of a float; none when unset.
pub(super) fn money(value: f64) -> Option<Money> {
    decimal(value).map(Money::new)
}

/// A time of the client's.
pub(super) fn time(at: OffsetDateTime) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix_timestamp(), at.nanosecond()).unwrap_or_default()
}

/// A decimal as the float that the wire wants; none when it has no finite one.
pub(super) fn float(value: Decimal) -> Option<f64> {
    value.to_f64().filter(|float| float.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{decimal, price, quantity};

    #[test]
    fn unset_numbers_are_none_and_others_are_exact() {
        for unset in [f64::NAN, f64::INFINITY, f64::MAX, f64::NEG_INFINITY] {
            assert_eq!((decimal(unset), price(unset), quantity(unset)), (None, None, None));
        }
        assert_eq!((price(-1.0), price(0.0), quantity(-1.0)), (None, None, None));
        assert_eq!(decimal(0.1 + 0.2).unwrap().to_string(), "0.3");
        assert_eq!(price(112.34).unwrap().to_string(), "112.34");
        assert_eq!(price(0.0001).unwrap().to_string(), "0.0001");
    }
}
