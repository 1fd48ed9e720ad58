//! The tree that a document becomes: every value with the place where it was written.
//!
//! A number with a point stays its literal text, so that 0.03 is never anything but 0.03. Tables keep the
//! order of the file.

use super::fault::Origin;
use super::segment::{Segment, join};

/// A value and where it was written.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
    pub(super) state: State,
}

/// What a document can hold.
#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is no `i64`, as its literal text.
    Float(String),
    Text(String),
    /// Text from the environment, which becomes a number or a truth value where one is wanted.
    Loose(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

/// What the search for faults did to a node. A document that has none is all `Given`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// As it was written.
    Given,
    /// Faulty and reported: answers whatever is asked, so that the search can go on. This many of its answers
    /// were refused.
    StandIn(usize),
    /// Faulty and reported: skipped.
    Hidden,
}

impl Node {
    pub(super) fn new(value: Value, origin: Origin) -> Self {
        Node { value, origin, state: State::Given }
    }

    pub(super) fn stand_in(origin: Origin) -> Self {
        Node { value: Value::Null, origin, state: State::StandIn(0) }
    }

    pub(super) fn is(&self, state: State) -> bool {
        self.state == state
    }

    pub(super) fn is_stand_in(&self) -> bool {
        matches!(self.state, State::StandIn(_))
    }

    pub(super) fn child(&self, segment: &Segment) -> Option<&Node> {
        match (&self.value, segment) {
            (Value::Table(entries), Segment::Key(key)) => entries.iter().find(|e| e.0 == *key).map(|e| &e.1),
            (Value::List(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    fn child_mut(&mut self, segment: &Segment) -> Option<&mut Node> {
        match (&mut self.value, segment) {
            (Value::Table(entries), Segment::Key(key)) => {
                entries.iter_mut().find(|e| e.0 == *key).map(|e| &mut e.1)
            }
            (Value::List(items), Segment::Index(index)) => items.get_mut(*index),
            _ => None,
        }
    }

    pub(super) fn get(&self, path: &[Segment]) -> Option<&Node> {
        path.iter().try_fold(self, |node, segment| node.child(segment))
    }

    pub(super) fn get_mut(&mut self, path: &[Segment]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, segment| node.child_mut(segment))
    }

    /// The node at `path`, or the nearest one above it.
    pub(super) fn nearest(&self, path: &[Segment]) -> &Node {
        let mut node = self;
        for segment in path {
            match node.child(segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    pub(super) fn set(&mut self, path: &[Segment], state: State) {
        if let Some(node) = self.get_mut(path) {
            node.state = state;
        }
    }

    pub(super) fn has_hidden_child(&self) -> bool {
        self.children().iter().any(|(_, child)| child.is(State::Hidden))
    }

    /// The paths, from the root, of what `fits` at or below `path` and is not hidden, in file order.
    pub(super) fn find(
        &self,
        path: &[Segment],
        fits: &dyn Fn(&[Segment], &Node) -> bool,
    ) -> Vec<Vec<Segment>> {
        let mut found = Vec::new();
        if let Some(node) = self.get(path) {
            node.gather(path, fits, &mut found);
        }
        found
    }

    fn gather(
        &self,
        path: &[Segment],
        fits: &dyn Fn(&[Segment], &Node) -> bool,
        found: &mut Vec<Vec<Segment>>,
    ) {
        if self.is(State::Hidden) {
            return;
        }
        if fits(path, self) {
            found.push(path.to_vec());
        }
        for (segment, child) in self.children() {
            child.gather(&join(path, segment), fits, found);
        }
    }

    fn children(&self) -> Vec<(Segment, &Node)> {
        match &self.value {
            Value::Table(entries) => entries.iter().map(|(key, node)| (key.into(), node)).collect(),
            Value::List(items) => items.iter().enumerate().map(|(i, node)| (i.into(), node)).collect(),
            _ => Vec::new(),
        }
    }
}
