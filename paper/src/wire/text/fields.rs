//! Fields of a text message: read one after the other, written the same way. An empty field is one that is not set.
//!
//! Read next: [`read`](crate::wire::text::read).

use std::str::FromStr;

/// A message's fields, from the first that has not been read on. Beyond the last one all are unset.
#[derive(Debug)]
pub struct Fields<'a>(std::str::Split<'a, char>);

impl<'a> Fields<'a> {
    /// The fields of a body; none if it is no text.
    pub fn of(body: &'a [u8]) -> Option<Fields<'a>> {
        let text = std::str::from_utf8(body).ok()?;
        Some(Fields(text.strip_suffix('\0').unwrap_or(text).split('\0')))
    }

    /// The next field, as it is.
    pub fn word(&mut self) -> &'a str {
        self.0.next().unwrap_or_default()
    }

    /// The next field as text, if it is set.
    pub fn text(&mut self) -> Option<String> {
        Some(self.word()).filter(|word| !word.is_empty()).map(str::to_owned)
    }

    /// The next field as a number, if it is one.
    pub fn number<T: FromStr>(&mut self) -> Option<T> {
        self.word().parse().ok()
    }

    /// The next field as yes or no, if it is set.
    pub fn flag(&mut self) -> Option<bool> {
        match self.word() {
            "" => None,
            word => Some(matches!(word, "1" | "True" | "true")),
        }
    }

    /// Passes over fields.
    pub fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.word();
        }
    }
}

/// A message in the making.
#[derive(Debug)]
pub struct Text(String);

impl Text {
    /// A message of an id.
    pub fn new(id: u32) -> Text {
        Text(format!("{id}\0"))
    }

    /// Adds a field.
    pub fn put(mut self, field: impl std::fmt::Display) -> Text {
        use std::fmt::Write;
        // Writing into a string never fails.
        let _ = write!(self.0, "{field}");
        self.0.push('\0');
        self
    }

    /// Adds a field that may be unset; TWS's own numbers for "unset" are left out too.
    pub fn maybe<T: ToString>(self, field: Option<T>) -> Text {
        let text = field.map_or_else(String::new, |field| field.to_string());
        self.put(text)
    }

    /// Adds a price or money, unset if it is absent.
    pub fn price(self, price: Option<f64>) -> Text {
        self.maybe(price.filter(|price| price.is_finite() && *price < f64::MAX))
    }

    /// Adds a yes or no; absent is no.
    pub fn flag(self, flag: Option<bool>) -> Text {
        self.put(u8::from(flag.unwrap_or_default()))
    }

    /// Adds the same word several times.
    pub fn fill(self, word: &str, count: usize) -> Text {
        (0..count).fold(self, |text, _| text.put(word))
    }

    /// The body.
    pub fn into_body(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Text};

    #[test]
    fn what_is_written_is_read_and_beyond_the_end_all_is_unset() {
        let body = Text::new(3).put("a").price(Some(f64::MAX)).flag(Some(true)).maybe(Some(7)).into_body();
        assert_eq!(body, b"3\0a\0\x001\x007\0");
        let mut fields = Fields::of(&body).unwrap();
        assert_eq!(fields.number::<u32>(), Some(3));
        assert_eq!(fields.text(), Some("a".to_owned()));
        assert_eq!(fields.number::<f64>(), None);
        assert_eq!((fields.flag(), fields.number::<i32>(), fields.text()), (Some(true), Some(7), None));
        assert_eq!((fields.flag(), fields.number::<i32>()), (None, None));
        assert!(Fields::of(b"\xff").is_none());
    }
}
