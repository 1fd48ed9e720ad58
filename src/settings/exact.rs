//! Numbers without a detour through floating point.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

/// A decimal as written: `0.03`, `3` or `"0.03"` are exactly that.
///
/// It never rounds: more digits than a decimal holds is a fault, as are `nan` and `inf`. An `f64` is taken by
/// its shortest text, which is the text that was written wherever the loader offers an `f64` at all (it compares
/// first, and offers the text otherwise). A plain [`Decimal`] field reads the same values; this type adds the
/// refusal to round and the words "expected a number".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(pub Decimal);

impl Exact {
    /// The number.
    pub fn get(self) -> Decimal {
        self.0
    }
}

impl From<Exact> for Decimal {
    fn from(number: Exact) -> Decimal {
        number.0
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

impl Visitor<'_> for ExactVisitor {
    type Value = Exact;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Exact, E> {
        Ok(Exact(Decimal::from(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Exact, E> {
        Ok(Exact(Decimal::from(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Exact, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Exact, E> {
        match decimal(text) {
            Some(number) => Ok(Exact(number)),
            None if text.parse::<f64>().is_ok() => Err(E::custom(format_args!(
                "`{text}` cannot be held exactly: a number has 28 digits at most"
            ))),
            None => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

/// The `f64` of a literal, if it stands for the same decimal, or for none.
pub(super) fn as_f64(text: &str) -> Option<f64> {
    let value = f64::from_str(text).ok()?;
    (decimal(&value.to_string()) == decimal(text)).then_some(value)
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok()
}
