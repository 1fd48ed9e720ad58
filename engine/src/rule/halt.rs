//! Action `halt`: the ticker opens nothing until an operator releases it.

use serde::{Deserialize, Serialize};

/// Halts the ticker. What it holds stays protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Halt {}
