//! What serde says is wrong, kept as data: the words are made later, when the line is known.

use std::fmt;

use serde::de::{Expected, Unexpected};

use super::segment::Segment;

/// One complaint, with as much of its path as serde lets us see.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Error {
    /// From the innermost step outwards while it rises; see [`Error::path`].
    rising: Vec<Segment>,
    /// The key that was being read, when the complaint is about a key.
    pub(super) key: Option<String>,
    /// serde buffered this subtree, so the culprit is somewhere at or below the path.
    pub(super) blind: bool,
    pub(super) kind: Kind,
}

/// What serde can complain about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    UnknownKey { key: String, known: Vec<String> },
    UnknownVariant { given: String, known: Vec<String> },
    Missing { key: String },
    Twice { key: String },
    Wrong { got: Got, expected: String },
    Length { got: usize, expected: String },
    Said(String),
}

/// What was found in place of what was expected.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Got {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List,
    Table,
    Else,
}

impl Error {
    fn new(kind: Kind) -> Self {
        Error { rising: Vec::new(), key: None, blind: false, kind }
    }

    /// The same complaint, seen from one table or list further out.
    pub(super) fn under(mut self, segment: Segment) -> Self {
        self.rising.push(segment);
        self
    }

    pub(super) fn about_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Raised while serde held a copy of this whole subtree.
    pub(super) fn buffered(mut self) -> Self {
        self.blind |= self.rising.is_empty() && self.key.is_none();
        self
    }

    /// The path from the root.
    pub(super) fn path(&self) -> Vec<Segment> {
        self.rising.iter().rev().cloned().collect()
    }
}

impl Got {
    fn of(unexpected: Unexpected<'_>) -> Self {
        match unexpected {
            Unexpected::Unit | Unexpected::Option => Got::Null,
            Unexpected::Bool(value) => Got::Bool(value),
            Unexpected::Unsigned(value) => Got::Number(value as f64),
            Unexpected::Signed(value) => Got::Number(value as f64),
            Unexpected::Float(value) => Got::Number(value),
            Unexpected::Str(text) => Got::Text(text.to_owned()),
            Unexpected::Seq => Got::List,
            Unexpected::Map => Got::Table,
            _ => Got::Else,
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Error::new(Kind::Said(text.to_string()))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::new(Kind::Wrong { got: Got::of(unexpected), expected: expected.to_string() })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::invalid_type(unexpected, expected)
    }

    fn invalid_length(got: usize, expected: &dyn Expected) -> Self {
        Error::new(Kind::Length { got, expected: expected.to_string() })
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownVariant { given: given.to_owned(), known: owned(known) })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownKey { key: key.to_owned(), known: owned(known) })
    }

    fn missing_field(key: &'static str) -> Self {
        Error::new(Kind::Missing { key: key.to_owned() })
    }

    fn duplicate_field(key: &'static str) -> Self {
        Error::new(Kind::Twice { key: key.to_owned() })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} at {:?}", self.kind, self.path())
    }
}

impl std::error::Error for Error {}
