//! Text from outside made harmless: one line, of bounded length, and nothing that a terminal obeys.
//!
//! Used where a line is written and again where it is read, for a file may have been changed by others.

/// Bytes of a line's text; what is longer is cut, and says so.
pub(crate) const TEXT_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an actor's or an order's name.
const WORD_BYTES_MAX: usize = 64;

/// `text` with what would break a line or steer a terminal shown, not obeyed.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(TEXT_BYTES_MAX));
    for character in text.chars() {
        if shown.len() >= TEXT_BYTES_MAX {
            shown.push_str(&format!("… (cut; {} bytes)", text.len()));
            break;
        }
        if is_unseen(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A name without gaps, that may also be a file's.
pub(crate) fn word(text: &str) -> String {
    let mut word: String = plain(text)
        .chars()
        .map(|character| if character.is_whitespace() || character == '/' { '_' } else { character })
        .collect();
    let end = (0..=WORD_BYTES_MAX.min(word.len())).rev().find(|end| word.is_char_boundary(*end));
    word.truncate(end.unwrap_or(0));
    word
}

/// Control characters, and those that change the direction or the look of what stands beside them.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::{TEXT_BYTES_MAX, plain, word};

    #[test]
    fn nothing_from_outside_breaks_a_line() {
        assert_eq!(plain("a\nb\x1b[31m é"), "a\\nb\\u{1b}[31m é");
        assert_eq!(plain("\u{202e}a\u{2028}b\u{9b}c\u{feff}"), "\\u{202e}a\\u{2028}b\\u{9b}c\\u{feff}");
        assert_eq!(word("a b/../c"), "a_b_.._c");
        assert_eq!(word(&"é".repeat(1_000)).len(), 64);
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let shown = plain(&"\u{1b}".repeat(1 << 20));
        assert!(shown.len() < TEXT_BYTES_MAX + 64, "{}", shown.len());
        assert!(shown.ends_with("… (cut; 1048576 bytes)"));
    }
}
