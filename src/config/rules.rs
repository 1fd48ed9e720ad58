//! `trading_rules.toml` (or `.yaml`): a list of rules, each as the engine knows it.

use engine::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::Segment;

/// The file as it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// The rules, in the order in which they are looked at.
    pub(super) rules: Vec<Rule>,
}

/// What its tables are called.
pub(super) fn named(path: &[Segment]) -> &str {
    match path.get(2).and_then(Segment::key) {
        Some("condition") => "a condition",
        Some("action") => "an action",
        _ if path.len() > 1 => "a rule",
        _ => "the rules file",
    }
}
