//! What the three files look like, as JSON schema: for editors that complete and check them.
//!
//! It is made from the types that the files are read into, so the two cannot drift apart. It knows keys, types and
//! ranges; what takes several values together to see, `supervisor check` sees. Draft 7, for that is what the editors'
//! extensions for TOML and YAML read.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Number, Value};

use super::rules::Rules;
use super::supervisor::Supervisor;
use super::tickers::Tickers;

/// One of the three files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// `supervisor.toml`.
    Supervisor,
    /// `tickers.toml`.
    Tickers,
    /// `trading_rules.toml` or `.yaml`.
    TradingRules,
}

impl File {
    /// All of them.
    pub const ALL: [File; 3] = [File::Supervisor, File::Tickers, File::TradingRules];

    /// Its name, without the ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            File::Supervisor => "supervisor",
            File::Tickers => "tickers",
            File::TradingRules => "trading_rules",
        }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(self) -> Schema {
        let mut schema = match self {
            File::Supervisor => of::<Supervisor>(),
            File::Tickers => of::<Tickers>(),
            File::TradingRules => of::<Rules>(),
        };
        schema.insert("title".to_owned(), self.name().into());
        schema
    }
}

fn of<T: JsonSchema>() -> Schema {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(|schema: &mut Schema| {
        if let Some(object) = schema.as_object_mut() {
            without_null(object);
            if let Some(default) = object.get_mut("default") {
                as_numbers(default);
            }
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
        }
    })
    .transform(&mut schema);
    schema
}

/// TOML has no null: a key that may be missing is missing.
fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(kinds)) = object.get_mut("enum") {
        kinds.retain(|one| !one.is_null());
    }
    let Some(Value::Array(either)) = object.get_mut("anyOf") else { return };
    either.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
    if let [Value::Object(only)] = either.as_slice() {
        let only = only.clone();
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

/// Numbers without error are texts where we write them ourselves, and numbers in the files.
fn as_numbers(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Ok(number) = text.parse::<Number>() {
                *value = Value::Number(number);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(as_numbers),
        Value::Object(object) => object.values_mut().for_each(as_numbers),
        _ => {}
    }
    if let Value::Object(object) = value {
        object.retain(|_, value| !value.is_null());
    }
}
