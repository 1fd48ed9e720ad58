//! TOML text into the tree. Its parser bounds how deep keys and brackets may go.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue, Error};

use super::fault::{Fault, Origin};
use super::node::{Node, Value};

/// The tree, and the keys that are given twice; or the first thing that is no TOML.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<(Node, Vec<Fault>), Fault> {
    let reader = Reader { file, lines: line_starts(text) };
    let (table, errors) = DeTable::parse_recoverable(text);
    let (twice, broken): (Vec<Error>, Vec<Error>) =
        errors.into_iter().partition(|error| error.message() == "duplicate key");
    if let Some(error) = broken.first() {
        return Err(reader.fault(reader.line(error.span()), format!("not valid TOML: {}", one_line(error))));
    }
    let faults = twice.iter().map(|error| reader.twice(text, error)).collect();
    let root = Node::new(reader.table(table.into_inner())?, reader.origin(1));
    Ok((root, faults))
}

struct Reader<'a> {
    file: &'a Arc<str>,
    lines: Vec<usize>,
}

impl Reader<'_> {
    fn line(&self, span: Option<Range<usize>>) -> u32 {
        let offset = span.map_or(0, |span| span.start);
        let line = self.lines.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    fn origin(&self, line: u32) -> Origin {
        Origin::File { file: Arc::clone(self.file), line }
    }

    fn fault(&self, line: u32, text: String) -> Fault {
        Fault::new(self.origin(line), text)
    }

    fn twice(&self, text: &str, error: &Error) -> Fault {
        let key = error.span().and_then(|span| text.get(span)).unwrap_or("a key");
        self.fault(self.line(error.span()), format!("`{}` is given twice", key.trim()))
    }

    fn table(&self, table: DeTable<'_>) -> Result<Value, Fault> {
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let read = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
            let line = self.line(Some(key.span()));
            let key = std::borrow::Cow::<str>::into_owned(key.into_inner());
            Ok((key, self.node(line, value.into_inner())?))
        };
        entries.into_iter().map(read).collect::<Result<_, _>>().map(Value::Table)
    }

    fn node(&self, line: u32, value: DeValue<'_>) -> Result<Node, Fault> {
        let value = match value {
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Integer(number) => self.integer(line, &number)?,
            DeValue::Float(number) => Value::Float(number.as_str().to_owned()),
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Datetime(date) => Value::Text(date.to_string()),
            DeValue::Array(items) => self.list(items)?,
            DeValue::Table(table) => self.table(table)?,
        };
        Ok(Node::new(value, self.origin(line)))
    }

    fn list(&self, items: DeArray<'_>) -> Result<Value, Fault> {
        let read = |item: Spanned<DeValue<'_>>| self.node(self.line(Some(item.span())), item.into_inner());
        items.into_iter().map(read).collect::<Result<_, _>>().map(Value::List)
    }

    fn integer(&self, line: u32, number: &DeInteger<'_>) -> Result<Value, Fault> {
        let value = i64::from_str_radix(number.as_str(), number.radix());
        value.map(Value::Integer).map_err(|_| self.fault(line, format!("the number {number} is too large")))
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

fn one_line(error: &Error) -> String {
    let lines: Vec<&str> = error.message().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}
