//! Action `scale_out`: a part of the position leaves, once a trade.

use serde::{Deserialize, Serialize};

use crate::money::Portion;

/// Sells a part of each lot, at least one share of the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScaleOut {
    /// The part of what is held.
    pub part: Portion,
}
