//! The tree read by serde.
//!
//! A number with a point is handed over as an `f64` only where that gives the same decimal back, else as its
//! text; [`Exact`](super::Exact) and `rust_decimal` take both, so nothing is rounded on the way. A stand-in
//! answers what it is asked, and is its own child: one variant, every field, no items.

use std::cell::Cell;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::access::{Entries, Invented, read_list};
use super::error::Error;
use super::exact;
use super::node::{Node, State, Value};

/// So many answers has a stand-in for someone who takes anything: a whole number, a fraction, a text.
pub(super) const ANSWERS: usize = 3;

/// A type from the tree.
pub(super) fn read<T: DeserializeOwned>(root: &Node) -> Result<T, Error> {
    descend(PhantomData, root)
}

/// Who takes anything may keep a copy and complain later, when only we still know which node it was.
pub(super) fn descend<'de, S: DeserializeSeed<'de>>(seed: S, node: &Node) -> Result<S::Value, Error> {
    let copied = Cell::new(false);
    let value = seed.deserialize(Reader { node, copied: &copied });
    value.map_err(|error| if copied.get() { error.buffered() } else { error })
}

#[derive(Clone, Copy)]
struct Reader<'n> {
    node: &'n Node,
    copied: &'n Cell<bool>,
}

impl Reader<'_> {
    fn is_stand_in(self) -> bool {
        self.node.is_stand_in()
    }

    fn answer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.state {
            State::StandIn(0) => visitor.visit_i64(1),
            State::StandIn(1) => visitor.visit_f64(0.1),
            _ => visitor.visit_str("1"),
        }
    }

    /// What is written here, whoever asks.
    fn offer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            _ if self.is_stand_in() => self.answer(visitor),
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(text) => match exact::as_f64(text) {
                Some(value) => visitor.visit_f64(value),
                None => visitor.visit_str(text),
            },
            Value::Text(text) | Value::Loose(text) => visitor.visit_str(text),
            Value::List(items) => read_list(items, visitor),
            Value::Table(entries) => visitor.visit_map(Entries::of(entries)),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.copied.set(matches!(self.node.value, Value::List(_) | Value::Table(_)));
        self.offer(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            _ if self.is_stand_in() => visitor.visit_bool(false),
            Value::Loose(text) => match text.parse() {
                Ok(value) => visitor.visit_bool(value),
                Err(_) => visitor.visit_str(text),
            },
            _ => self.offer(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Loose(text) => match text.parse() {
                Ok(value) => visitor.visit_i64(value),
                Err(_) => visitor.visit_str(text),
            },
            _ => self.offer(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Float(text) | Value::Loose(text) => match text.parse() {
                Ok(value) => visitor.visit_f64(value),
                Err(_) => visitor.visit_str(text),
            },
            _ => self.offer(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_stand_in() {
            return visitor.visit_str("1");
        }
        self.offer(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            _ if self.is_stand_in() => visitor.visit_none(),
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_stand_in() {
            return read_list(&[], visitor);
        }
        self.offer(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_stand_in() {
            return visitor.visit_map(Entries::of(&[]));
        }
        self.offer(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.is_stand_in() {
            return visitor.visit_map(Invented { node: self.node, fields });
        }
        // serde would take a list for the fields in their order.
        if let Value::List(_) = self.node.value {
            return Err(Error::invalid_type(Unexpected::Seq, &"a table"));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.value {
            _ if self.is_stand_in() => visitor.visit_enum(name(variants.first().unwrap_or(&""))),
            Value::Text(text) | Value::Loose(text) => visitor.visit_enum(name(text)),
            Value::Table(entries) if entries.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(Entries::of(entries)))
            }
            Value::Table(_) => Err(Error::invalid_type(Unexpected::Map, &"a text")),
            _ => self.deserialize_str(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct }
}

fn name(text: &str) -> StrDeserializer<'_, Error> {
    text.into_deserializer()
}
