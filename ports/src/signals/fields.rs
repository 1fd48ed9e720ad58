//! Which fields of a foreign API's answer hold what: JSON pointers, or plain names.
//!
//! What a field may hold is [`http`](super::http)'s to say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an answer's parts stand. Pointers as in RFC 6901 (`/data/0/side`); a plain name
/// is a field at the top of a prediction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// The list of predictions within the answer; empty: the answer itself.
    pub list: Pointer,
    /// The symbol.
    pub symbol: Pointer,
    /// BUY, SELL or SHORT.
    pub signal: Pointer,
    /// 0 to 1.
    pub confidence: Pointer,
    /// When it was made.
    pub timestamp: Pointer,
    /// What tells it from every other one, where the source has such a thing.
    pub id: Pointer,
    /// Who says it, where rules tell sources apart.
    pub source: Pointer,
    /// Where it would put the stop, where rules take stops from signals.
    pub stop: Pointer,
    /// Where it would put the target.
    pub target: Pointer,
}

/// A place within a JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

impl Pointer {
    /// The value at this place.
    #[must_use]
    pub fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.pointer(&self.0)
    }

    /// The place in words, without the first slash of a plain name.
    #[must_use]
    pub fn name(&self) -> &str {
        let plain = self.0.strip_prefix('/').filter(|rest| !rest.contains('/'));
        plain.unwrap_or(&self.0)
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Pointer, String> {
        // Nothing but `~0` and `~1` follows a `~` in a pointer.
        let broken = text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
        match text.chars().next() {
            _ if broken => Err(format!("`{text}` is no JSON pointer: write ~0 for `~` and ~1 for `/`")),
            None | Some('/') => Ok(Pointer(text)),
            Some(_) => Ok(Pointer(format!("/{text}"))),
        }
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> String {
        pointer.0
    }
}

impl Default for Fields {
    fn default() -> Fields {
        let field = |name: &str| Pointer(format!("/{name}"));
        Fields {
            list: Pointer::default(),
            symbol: field("symbol"),
            signal: field("signal"),
            confidence: field("confidence"),
            timestamp: field("timestamp"),
            id: field("id"),
            source: field("source"),
            stop: field("stop"),
            target: field("target"),
        }
    }
}
