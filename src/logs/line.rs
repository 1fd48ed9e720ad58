//! The fields of an event that a line is made of.

use std::fmt::Write;

use tracing::field::{Field, Visit};

use super::plain::{plain, word};

/// What an event says.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) actor: String,
    pub(super) market: String,
    pub(super) trade: Option<u32>,
    pub(super) order: Option<String>,
    /// The process ends with it.
    pub(super) ends: bool,
    message: String,
    more: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }
}

impl Line {
    /// The words, and after them the fields that have no place of their own.
    pub(super) fn text(&self) -> String {
        plain(&format!("{}{}", self.message, self.more))
    }

    fn put(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            "actor" => self.actor = word(value),
            "market" => value.clone_into(&mut self.market),
            "trade" => self.trade = value.parse().ok(),
            "order" => self.order = Some(word(value)).filter(|order| !order.is_empty()),
            "ends" => self.ends = true,
            // A String takes every write.
            name => drop(write!(self.more, " {name}={value}")),
        }
    }
}
