//! Action `alert`: somebody is told.

use serde::{Deserialize, Serialize};

/// Tells a person; trades nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// What to say.
    pub text: String,
}
