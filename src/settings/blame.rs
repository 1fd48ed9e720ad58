//! Finds the culprit where serde no longer knows the place.
//!
//! An enum told apart by its `type` is read into serde's own buffer first, so a complaint about its inside names
//! only the whole. We look below for what the complaint quotes, and where that fits more than once, try: whose
//! absence changes the complaint is to blame.

use serde::de::DeserializeOwned;

use super::de;
use super::error::{Error, Got, Kind};
use super::node::{Node, State, Value};
use super::segment::{Segment, join};

/// More suspects than this are not tried; the first is named.
const SUSPECTS_MAX: usize = 64;

/// What is to blame: a value's own path; for an unknown or missing key, the path of its table.
pub(super) fn culprit<T: DeserializeOwned>(root: &mut Node, error: &Error) -> Vec<Segment> {
    let path = error.path();
    if let (Some(key), false) = (&error.key, matches!(error.kind, Kind::UnknownKey { .. })) {
        return join(&path, key);
    }
    if !error.blind {
        return path;
    }
    match &error.kind {
        Kind::UnknownKey { key, .. } | Kind::Twice { key } => {
            let suspects = root.find(&path, &|path, node| node.is(State::Given) && ends_in(path, key));
            let entry = trial::<T>(root, error, suspects, &Absent);
            entry.map_or(path, |mut entry| {
                entry.pop();
                entry
            })
        }
        Kind::Missing { key } => {
            let suspects = root.find(&path, &|_, node| is_table_without(node, key));
            trial::<T>(root, error, suspects, &Given(key)).unwrap_or(path)
        }
        kind => {
            let suspects = root.find(&path, &|_, node| node.is(State::Given) && is_meant(node, kind));
            trial::<T>(root, error, suspects, &Absent).unwrap_or(path)
        }
    }
}

/// The table at `path`, or with `below` the first at or below it, whose `key` was taken out.
pub(super) fn lost(root: &Node, path: &[Segment], below: bool, key: &str) -> Option<Vec<Segment>> {
    let lost_here = |node: &Node| node.child(&key.into()).is_some_and(|child| child.is(State::Hidden));
    let found = root.find(path, &|here, node| (below || here.len() == path.len()) && lost_here(node));
    found.into_iter().next()
}

/// The table or list at `path`, or with `below` the first at or below it, that is not what it was any more.
pub(super) fn emptied(root: &Node, path: &[Segment], below: bool, kind: &Kind) -> Option<Vec<Segment>> {
    let fits = |node: &Node| matches!(kind, Kind::Length { .. }) || is_meant(node, kind);
    let found = root.find(path, &|here, node| {
        (below || here.len() == path.len()) && node.has_hidden_child() && fits(node)
    });
    found.into_iter().next()
}

fn ends_in(path: &[Segment], key: &str) -> bool {
    path.last().and_then(Segment::key) == Some(key)
}

fn is_table_without(node: &Node, key: &str) -> bool {
    matches!(node.value, Value::Table(_)) && node.child(&key.into()).is_none()
}

/// Whether the complaint quotes this value.
fn is_meant(node: &Node, kind: &Kind) -> bool {
    match (kind, &node.value) {
        (Kind::Wrong { got, .. }, value) => is_got(value, got),
        (Kind::UnknownVariant { given, .. }, Value::Text(text) | Value::Loose(text)) => text == given,
        (Kind::Said(said), Value::Text(text) | Value::Loose(text) | Value::Float(text)) => quotes(said, text),
        (Kind::Said(said), Value::Integer(value)) => quotes(said, &value.to_string()),
        _ => false,
    }
}

fn is_got(value: &Value, got: &Got) -> bool {
    match (value, got) {
        (Value::Null, Got::Null) | (Value::List(_), Got::List) | (Value::Table(_), Got::Table) => true,
        (Value::Bool(value), Got::Bool(got)) => value == got,
        (Value::Integer(value), Got::Number(got)) => *value as f64 == *got,
        (Value::Float(text), Got::Number(got)) => text.parse() == Ok(*got),
        (Value::Text(text) | Value::Loose(text) | Value::Float(text), Got::Text(got)) => text == got,
        _ => false,
    }
}

fn quotes(said: &str, text: &str) -> bool {
    !text.is_empty() && (said.contains(&format!("`{text}`")) || said.split(' ').any(|word| word == text))
}

/// A change to a suspect that an innocent would not notice.
trait Change {
    fn make(&self, node: &mut Node);
    fn undo(&self, node: &mut Node);
    /// The complaint that the change itself may cause.
    fn causes(&self, suspect: &[Segment], kind: &Kind) -> bool;
}

/// The suspect goes away.
struct Absent;

impl Change for Absent {
    fn make(&self, node: &mut Node) {
        node.state = State::Hidden;
    }

    fn undo(&self, node: &mut Node) {
        node.state = State::Given;
    }

    fn causes(&self, suspect: &[Segment], kind: &Kind) -> bool {
        matches!(kind, Kind::Missing { key } if ends_in(suspect, key))
    }
}

/// The suspect gets this key, with nothing in it.
struct Given<'a>(&'a str);

impl Change for Given<'_> {
    fn make(&self, node: &mut Node) {
        let nothing = Node::new(Value::Null, node.origin.clone());
        if let Value::Table(entries) = &mut node.value {
            entries.push((self.0.to_owned(), nothing));
        }
    }

    fn undo(&self, node: &mut Node) {
        if let Value::Table(entries) = &mut node.value {
            entries.pop();
        }
    }

    fn causes(&self, _suspect: &[Segment], kind: &Kind) -> bool {
        matches!(kind, Kind::UnknownKey { key, .. } if key == self.0)
    }
}

/// The suspect whose change ends the complaint. Changes pile up, for two may share one fault.
fn trial<T: DeserializeOwned>(
    root: &mut Node,
    error: &Error,
    suspects: Vec<Vec<Segment>>,
    change: &dyn Change,
) -> Option<Vec<Segment>> {
    if suspects.len() < 2 || suspects.len() > SUSPECTS_MAX {
        return suspects.into_iter().next();
    }
    let mut changed = Vec::new();
    let mut doubtful = None;
    let mut guilty = None;
    for suspect in &suspects {
        let Some(node) = root.get_mut(suspect) else { continue };
        change.make(node);
        match de::read::<T>(root) {
            Err(after) if after == *error => changed.push(suspect),
            Err(after) if change.causes(suspect, &after.kind) => {
                doubtful = doubtful.or(Some(suspect));
                undo(root, suspect, change);
            }
            _ => {
                changed.push(suspect);
                guilty = Some(suspect);
                break;
            }
        }
    }
    for suspect in changed.into_iter().rev() {
        undo(root, suspect, change);
    }
    guilty.or(doubtful).or(suspects.first()).cloned()
}

fn undo(root: &mut Node, suspect: &[Segment], change: &dyn Change) {
    if let Some(node) = root.get_mut(suspect) {
        change.undo(node);
    }
}
