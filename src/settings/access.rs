//! Lists and tables read by serde, item by item; each complaint from inside learns its place here.

use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::de::descend;
use super::error::Error;
use super::node::{Node, State, Value};
use super::segment::Segment;

/// A list, all of it.
pub(super) fn read_list<'de, V: Visitor<'de>>(items: &[Node], visitor: V) -> Result<V::Value, Error> {
    let mut list = Items { items, index: 0 };
    let value = visitor.visit_seq(&mut list)?;
    match list.next() {
        None => Ok(value),
        Some(_) => Err(Error::invalid_length(items.len(), &"fewer items")),
    }
}

/// The items of a list that are not hidden, under the index that they were written at.
struct Items<'n> {
    items: &'n [Node],
    index: usize,
}

impl<'n> Items<'n> {
    fn next(&mut self) -> Option<(usize, &'n Node)> {
        loop {
            let index = self.index;
            let node = self.items.get(index)?;
            self.index += 1;
            if !node.is(State::Hidden) {
                return Some((index, node));
            }
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((index, node)) = self.next() else { return Ok(None) };
        descend(seed, node).map(Some).map_err(|error| error.under(Segment::Index(index)))
    }
}

/// The entries of a table that are not hidden.
pub(super) struct Entries<'n> {
    entries: &'n [(String, Node)],
    value: Option<&'n (String, Node)>,
}

impl<'n> Entries<'n> {
    pub(super) fn of(entries: &'n [(String, Node)]) -> Self {
        Entries { entries, value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        while let [entry, rest @ ..] = self.entries {
            self.entries = rest;
            if entry.1.is(State::Hidden) {
                continue;
            }
            self.value = Some(entry);
            let key = Node::new(Value::Loose(entry.0.clone()), entry.1.origin.clone());
            return descend(seed, &key).map(Some).map_err(|error| error.about_key(&entry.0));
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some((key, node)) = self.value.take() else {
            return Err(Error::custom("a value before its key"));
        };
        descend(seed, node).map_err(|error| error.under(Segment::from(key)))
    }
}

/// Every field of a struct, each a stand-in.
pub(super) struct Invented<'n> {
    pub(super) node: &'n Node,
    pub(super) fields: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Invented<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.fields {
            [] => Ok(None),
            [field, ..] => seed.deserialize(field.into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let [field, rest @ ..] = self.fields else { return Err(Error::custom("a value before its key")) };
        self.fields = rest;
        descend(seed, self.node).map_err(|error| error.under(Segment::from(*field)))
    }
}
