//! One event as a line of text.

use std::fmt::Write;

use tracing::field::{Field, Visit};

/// The fields of an event that lines are made of.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) actor: String,
    pub(super) market: String,
    pub(super) text: String,
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
    fn put(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.text.insert_str(0, &plain(value)),
            "actor" => self.actor = plain(value),
            "market" => self.market = plain(value),
            // The rest follows the words; a String takes every write.
            name => drop(write!(self.text, " {name}={}", plain(value))),
        }
    }
}

/// Control characters are shown, not obeyed.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_from_outside_breaks_a_line() {
        assert_eq!(super::plain("a\nb\x1b[31m é"), "a\\nb\\u{1b}[31m é");
    }
}
