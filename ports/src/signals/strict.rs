//! JSON as it comes from outside: bounded in depth, and each key once.
//!
//! Two values under one key are read differently by different readers: what somebody signed or checked need not
//! be what we would trade on.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::shown::shown;

/// How deep lists and objects may lie in each other.
const DEPTH_MAX: usize = 16;
/// How much of a reader's complaint is told.
const WHY_MAX: usize = 120;

/// Why bytes are no JSON that is read here, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotJson(String);

/// Reads all of `bytes` as one value.
///
/// # Errors
/// It is no JSON, too deep, or has a key twice.
pub(super) fn read(bytes: &[u8]) -> Result<Value, NotJson> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Part { depth: 0 }.deserialize(&mut reader);
    let whole = read.and_then(|value| reader.end().map(|()| value));
    whole.map_err(|error| NotJson(shown(&error.to_string(), WHY_MAX)))
}

/// A value in so many others.
#[derive(Clone, Copy)]
struct Part {
    depth: usize,
}

impl Part {
    fn within<E: Error>(self) -> Result<Part, E> {
        let depth = self.depth + 1;
        if depth > DEPTH_MAX {
            return Err(E::custom(format_args!("lists and objects lie more than {DEPTH_MAX} deep")));
        }
        Ok(Part { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let within = self.within()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(within)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let within = self.within()?;
        let mut values = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` stands there twice")));
            }
            values.insert(key, object.next_value_seed(within)?);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn fault(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_sound_is_read_as_it_stands() {
        let text = r#"{"a":[1,-2,0.5,"x",null,true,{"b":{}}]}"#;
        assert_eq!(read(text.as_bytes()).unwrap().to_string(), text);
        assert!(read(("[".repeat(16) + &"]".repeat(16)).as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_is_told_in_one_plain_line() {
        assert_eq!(fault(&"[".repeat(17)), "lists and objects lie more than 16 deep at line 1 column 17");
        assert!(fault(r#"{"a":1,"b":{"c":1,"c":2}}"#).starts_with("the key `c` stands there twice"));
        assert!(
            fault("{\"\u{202e}\":1,\"\u{202e}\":2}").starts_with("the key `\\u{202e}` stands there twice")
        );
        assert_eq!(fault("[1e999]"), "number out of range at line 1 column 6");
        for broken in ["", "NaN", "[1] 2", "{\"a\":Infinity}", "\u{feff}{}", "[\"\\ud800\"]", "[01]"] {
            assert!(!fault(broken).contains('\n'), "{broken}");
        }
    }
}
