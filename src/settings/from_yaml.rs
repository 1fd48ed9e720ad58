//! YAML text into the tree: one document, plain keys, the core scalars, anchors, no tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

use super::fault::{Fault, Origin};
use super::node::{Node, Value};

const DEPTH_MAX: usize = 64;

/// Values in one file, those that an alias repeats included: a few aliases of aliases could fill the memory.
const NODES_MAX: usize = 100_000;

/// The tree, and the keys that are given twice; or the first thing that is no YAML we read.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<(Node, Vec<Fault>), Fault> {
    let mut reader = Reader {
        file,
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        nodes: 0,
        faults: Vec::new(),
    };
    let root = reader.document()?;
    Ok((root, reader.faults))
}

struct Reader<'a> {
    file: &'a Arc<str>,
    events: Parser<std::str::Chars<'a>>,
    /// What an alias stands for, and how many values that is.
    anchors: BTreeMap<usize, (Value, usize)>,
    nodes: usize,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, Fault> {
        let mut root = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart | Event::DocumentEnd | Event::Nothing => {}
                _ if root.is_some() => return Err(self.fault(&mark, "a second document in the same file")),
                event => root = Some(self.value(event, &mark, 0)?),
            }
        }
        match root.unwrap_or(Value::Null) {
            Value::Null => Ok(Node::new(Value::Table(Vec::new()), self.origin(1))),
            root => Ok(Node::new(root, self.origin(1))),
        }
    }

    fn next(&mut self) -> Result<(Event, Marker), Fault> {
        self.events.next_token().map_err(|error: ScanError| {
            self.fault(error.marker(), format!("not valid YAML: {}", error.info()))
        })
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::File { file: Arc::clone(self.file), line: u32::try_from(line).unwrap_or(u32::MAX).max(1) }
    }

    fn fault(&self, mark: &Marker, text: impl Into<String>) -> Fault {
        Fault::new(self.origin(mark.line()), text)
    }

    fn value(&mut self, event: Event, mark: &Marker, depth: usize) -> Result<Value, Fault> {
        let before = self.nodes;
        self.count(1, mark)?;
        if depth > DEPTH_MAX {
            return Err(self.too_deep(mark));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.no_tag(tag, mark)?;
                (anchor, scalar(text, style))
            }
            Event::SequenceStart(anchor, tag) => {
                self.no_tag(tag, mark)?;
                (anchor, self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.no_tag(tag, mark)?;
                (anchor, self.table(depth)?)
            }
            Event::Alias(anchor) => return self.alias(anchor, mark, depth),
            _ => return Err(self.fault(mark, "not valid YAML: a value is missing")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - before));
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, mark: &Marker, depth: usize) -> Result<Value, Fault> {
        let Some((value, nodes)) = self.anchors.get(&anchor).cloned() else {
            return Err(self.fault(mark, "an alias of what it is part of"));
        };
        self.count(nodes, mark)?;
        if depth + height(&value) > DEPTH_MAX {
            return Err(self.too_deep(mark));
        }
        Ok(value)
    }

    fn count(&mut self, nodes: usize, mark: &Marker) -> Result<(), Fault> {
        self.nodes += nodes;
        if self.nodes > NODES_MAX {
            return Err(self.fault(mark, format!("more than {NODES_MAX} values")));
        }
        Ok(())
    }

    fn too_deep(&self, mark: &Marker) -> Fault {
        self.fault(mark, format!("more than {DEPTH_MAX} levels deep"))
    }

    fn no_tag(&self, tag: Option<Tag>, mark: &Marker) -> Result<(), Fault> {
        match tag {
            None => Ok(()),
            Some(tag) => {
                Err(self
                    .fault(mark, format!("the YAML tag `{}{}` means nothing here", tag.handle, tag.suffix)))
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::List(items));
            }
            let value = self.value(event, &mark, depth + 1)?;
            items.push(Node::new(value, self.origin(mark.line())));
        }
    }

    fn table(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Table(entries)),
                Event::Scalar(key, _, _, None) => key,
                _ => return Err(self.fault(&mark, "a key must be a plain text")),
            };
            let (event, value_mark) = self.next()?;
            let value = self.value(event, &value_mark, depth + 1)?;
            if entries.iter().any(|entry| entry.0 == key) {
                self.faults.push(self.fault(&mark, format!("`{key}` is given twice")));
                continue;
            }
            entries.push((key, Node::new(value, self.origin(mark.line()))));
        }
    }
}

fn height(value: &Value) -> usize {
    let below = match value {
        Value::List(items) => items.iter().map(|node| height(&node.value)).max(),
        Value::Table(entries) => entries.iter().map(|(_, node)| height(&node.value)).max(),
        _ => None,
    };
    below.map_or(0, |below| below + 1)
}

fn scalar(text: String, style: TScalarStyle) -> Value {
    if style != TScalarStyle::Plain {
        return Value::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => Value::Float("inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float("-inf".to_owned()),
        ".nan" | ".NaN" | ".NAN" => Value::Float("nan".to_owned()),
        _ => number(&text).unwrap_or(Value::Text(text)),
    }
}

fn number(text: &str) -> Option<Value> {
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(Value::Integer);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok().map(Value::Integer);
    }
    if let Ok(value) = text.parse() {
        return Some(Value::Integer(value));
    }
    // Rust reads `inf` and `nan` as numbers too; YAML does not.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    (is_number && text.parse::<f64>().is_ok()).then(|| Value::Float(text.to_owned()))
}
