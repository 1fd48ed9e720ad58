//! How a person follows the program: `status`, `positions`, `orders`, `trades`, `signals`, `why`, `risk`, `logs`; and what
//! a person orders of it.
//!
//! `logs` reads files, so that it works while nothing runs; the others ask the running program, and what the journal can
//! tell is read there where none runs. Lines fit a terminal of 80 columns.
//!
//! Read next: [`status`], [`positions`], [`why`], [`risk`], [`health`]; [`mod@ask`] and [`recorded`] (what comes from the program or the
//! journal), [`orders`], [`trades`], [`dossier`], [`signals`]; [`watch`]; [`mod@order`]; [`streams`] finds a log, `scan` reads it,
//! [`tail`] follows it, `merge` puts several in order, [`logs`] shows them.

pub mod ask;
pub mod dossier;
mod filter;
pub mod health;
pub mod logs;
mod merge;
pub mod order;
pub mod orders;
pub mod positions;
pub mod recorded;
pub mod risk;
mod scan;
pub mod signals;
pub mod status;
pub mod streams;
pub(crate) mod table;
pub mod tail;
pub mod trades;
pub mod watch;
pub mod why;

use chrono::{DateTime, FixedOffset};

use crate::logs::plain::plain;

/// Columns of a terminal.
pub(crate) const WIDTH: usize = 80;

/// Market time as the log lines show it.
pub(crate) fn market(at: &DateTime<FixedOffset>) -> String {
    at.format("%m-%d %H:%M:%S").to_string()
}

/// `text` made harmless for a terminal, and cut to `width` characters.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= width {
        return text;
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// `text` made harmless for a terminal, in lines of at most `width` characters, broken between words where it can be.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace().map(plain) {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(&word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{cut, wrapped};

    #[test]
    fn lines_fit() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("äbcd", 3), "äb…");
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn no_terminal_obeys_what_came_from_outside() {
        assert_eq!(cut("a\u{1b}[2J", 40), "a\\u{1b}[2J");
        assert_eq!(wrapped("\u{202e}a\u{9b}2J b\nc", 40), ["\\u{202e}a\\u{9b}2J b c"]);
    }
}
