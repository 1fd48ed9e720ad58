//! Action `close_position`: everything leaves.

use serde::{Deserialize, Serialize};

/// Closes the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClosePosition {}
