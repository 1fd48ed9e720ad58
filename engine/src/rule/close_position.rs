//! Action `close_position`: everything leaves.

use serde::{Deserialize, Serialize};

/// Closes the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosePosition {}
