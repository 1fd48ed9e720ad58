//! Action `double_down`: a limit that rests below a long, above a short, and buys more there.

use serde::{Deserialize, Serialize};

use crate::money::{Fraction, Multiple};

/// Adds a lot at a better price, once the market comes there. Its stop is the first lot's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DoubleDown {
    /// How far the limit rests from the first lot's average entry, as a fraction of it.
    pub distance_pct: Fraction,
    /// Its size, as a multiple of the first lot's.
    #[serde(default = "Multiple::one")]
    pub scale: Multiple,
}
