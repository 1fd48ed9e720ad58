//! A complaint in words a trader understands.

use super::error::Kind;
use super::node::{Node, Value};
use super::segment::{Segment, shown};

/// What the table at a path is called, with its article: "a ticker", "the table `broker`", "an action".
pub type TableName = fn(&[Segment]) -> &str;

/// The key that tells the kinds of a table apart.
pub(super) const TAG: &str = "type";

/// Names and values longer than this are cut, and longer lists of names too.
const SHOWN_CHARS_MAX: usize = 60;
const SHOWN_NAMES_MAX: usize = 30;

/// `kind` at `path`, where `node` is written. For a key that is not known, and for one that is missing, `path`
/// is that of its table.
pub(super) fn words(kind: &Kind, path: &[Segment], node: Option<&Node>, names: TableName) -> String {
    let setting = shown(path).map_or_else(String::new, |setting| format!("{setting}: "));
    match kind {
        Kind::UnknownKey { key, known } => {
            format!("{} is not a setting of {}; {}", quoted(key), names(path), advice(key, known))
        }
        Kind::Missing { key } => format!("`{key}` is missing from {}", names(path)),
        Kind::Twice { key } => format!("`{key}` is given twice, once under another name"),
        Kind::UnknownVariant { given, known } => {
            format!("{} is not {}; {}", quoted(given), variant_of(given, path, names), advice(given, known))
        }
        Kind::Wrong { expected, .. } => {
            format!("{setting}expected {}, got {}", plain(expected), node.map_or_else(String::new, described))
        }
        Kind::Length { got, expected } => format!("{setting}expected {expected}, got {got} items"),
        Kind::Said(text) => format!("{setting}{text}"),
    }
}

fn variant_of(given: &str, path: &[Segment], names: TableName) -> String {
    match path {
        [table @ .., Segment::Key(key)] if key == TAG => names(table).to_owned(),
        // The kind is a key: `stop = { percent = 3 }`.
        [table @ .., Segment::Key(key)] if key == given => value_of(table),
        _ => value_of(path),
    }
}

fn value_of(path: &[Segment]) -> String {
    format!("a value of {}", shown(path).unwrap_or_else(|| "the document".to_owned()))
}

fn advice(given: &str, known: &[String]) -> String {
    if let Some(near) = nearest(given, known) {
        return format!("did you mean `{near}`?");
    }
    if known.is_empty() {
        return "none is known here".to_owned();
    }
    let more = if known.len() > SHOWN_NAMES_MAX { ", …" } else { "" };
    let shown: Vec<String> = known.iter().take(SHOWN_NAMES_MAX).map(|name| format!("`{name}`")).collect();
    format!("known are {}{more}", shown.join(", "))
}

/// The known name that `given` is most likely a slip of.
pub(super) fn nearest<'a>(given: &str, known: &'a [String]) -> Option<&'a str> {
    let given = given.to_lowercase().replace(['-', ' '], "_");
    let slips_max = (given.chars().count() / 3).max(1);
    let by_slips = known.iter().map(|name| (strsim::osa_distance(&given, &name.to_lowercase()), name));
    let (slips, name) = by_slips.min_by_key(|(slips, _)| *slips)?;
    if slips <= slips_max && slips < name.chars().count() {
        return Some(name);
    }
    // Cut short, or a word too many.
    let begins = |name: &&String| {
        name.len() > 2 && given.len() > 2 && (name.starts_with(&given) || given.starts_with(*name))
    };
    known.iter().find(begins).map(String::as_str)
}

/// serde's names for types are Rust's.
fn plain(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "u128" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "a nonzero u8" | "a nonzero u16" | "a nonzero u32" | "a nonzero u64" | "a nonzero usize" => {
            "a whole number above 0"
        }
        "f32" | "f64" | "a Decimal type representing a fixed-point number" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "a borrowed string" | "variant identifier" | "field identifier" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        other if is_table(other) => "a table",
        other if other.starts_with("enum ") || other.starts_with("unit variant ") => "a text",
        other => other,
    };
    words.to_owned()
}

fn is_table(expected: &str) -> bool {
    let starts = ["struct ", "internally tagged enum ", "adjacently tagged enum ", "newtype variant "];
    starts.iter().any(|start| expected.starts_with(start))
}

fn described(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Integer(value) => format!("the number {value}"),
        Value::Float(text) => format!("the number {}", cut(text)),
        Value::Text(text) | Value::Loose(text) => format!("the text {}", quoted(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", cut(text))
}

/// On one line and not too long.
fn cut(text: &str) -> String {
    let mut chars = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    let mut short: String = chars.by_ref().take(SHOWN_CHARS_MAX).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
