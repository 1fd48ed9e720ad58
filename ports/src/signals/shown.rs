//! Foreign text, made fit for a line of a log.
//!
//! Whoever sends a signal chooses what stands in it. A line of ours stays one line, reads from left to right,
//! and shows a letter that only looks like another one as what it is.

/// The text, at most `max` characters of it: all but visible ASCII and the space as its number.
#[must_use]
pub fn shown(text: &str, max: usize) -> String {
    let mut told = String::new();
    for letter in text.chars() {
        let visible = letter == ' ' || letter.is_ascii_graphic();
        let part = if visible { letter.to_string() } else { letter.escape_unicode().to_string() };
        if told.len() + part.len() > max {
            told.push_str("...");
            return told;
        }
        told.push_str(&part);
    }
    told
}

/// True for text that can be shown as it is: one to `max` visible ASCII characters, spaces only between them.
#[must_use]
pub(super) fn is_plain(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::{is_plain, shown};

    #[test]
    fn a_line_stays_one_line_and_a_look_alike_is_seen() {
        assert_eq!(shown("a b\n\u{202e}\u{410}", 80), "a b\\u{a}\\u{202e}\\u{410}");
        assert_eq!(shown("aaaaaa", 4), "aaaa...");
        assert_eq!(shown("\u{410}\u{410}", 8), "\\u{410}...");
    }

    #[test]
    fn plain_is_what_needs_no_number() {
        assert!(is_plain("BRK B", 5) && is_plain("ES", 5));
        for odd in ["", " A", "A ", "A\n", "\u{410}APL", "AAPLAAPL"] {
            assert!(!is_plain(odd, 5), "{odd:?}");
        }
    }
}
