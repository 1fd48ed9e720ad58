//! A limit that can be switched off: a value, or the word `"off"`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{F64Deserializer, I64Deserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

const OFF: &str = "off";

/// A value, or nothing because somebody said `"off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Switch<T>(Option<T>);

impl<T> Switch<T> {
    pub(super) const fn on(value: T) -> Switch<T> {
        Switch(Some(value))
    }

    pub(super) const fn off() -> Switch<T> {
        Switch(None)
    }

    pub(super) fn value(self) -> Option<T> {
        self.0
    }
}

impl<T: Serialize> Serialize for Switch<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(to),
            None => to.serialize_str(OFF),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Switch<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Switch<T>, D::Error> {
        from.deserialize_any(Either(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Switch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_or_off", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "const": OFF }] })
    }
}

struct Either<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or `off`")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Switch<T>, E> {
        T::deserialize(I64Deserializer::new(value)).map(Switch::on)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Switch<T>, E> {
        T::deserialize(F64Deserializer::new(value)).map(Switch::on)
    }

    /// A variable of the environment is a text, whatever it stands for.
    fn visit_str<E: Error>(self, text: &str) -> Result<Switch<T>, E> {
        if text == OFF {
            return Ok(Switch::off());
        }
        match text.parse() {
            Ok(whole) => self.visit_i64(whole),
            Err(_) => T::deserialize(StrDeserializer::new(text)).map(Switch::on),
        }
    }
}
