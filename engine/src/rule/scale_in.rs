//! Action `scale_in`: a further lot on the side of a position that gains.

use serde::{Deserialize, Serialize};

use crate::money::Portion;

/// Adds a lot, with a bracket of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScaleIn {
    /// Its size, as a part of the first lot's.
    pub scale_pct: Portion,
}
