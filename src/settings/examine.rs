//! Every fault at once, out of serde, which stops at the first.
//!
//! Try; note the complaint; take the culprit out; try again. A culprit with a known place gets a *stand-in*,
//! which answers whatever is asked, so that the rest of its table is still looked at. A stand-in whose answers are
//! refused is *hidden*, in silence, and a table that then misses it is hidden too: only what the user wrote is reported.
//! Each round changes a node for good in that one direction, so the search ends; [`ROUNDS_MAX`] makes sure.

use serde::de::DeserializeOwned;

use super::error::{Error, Kind};
use super::fault::{FAULTS_MAX, Fault};
use super::node::{Node, State, Value};
use super::segment::{Segment, join};
use super::words::{TAG, TableName, nearest, words};
use super::{blame, de};

/// A fault costs one round and a few more to put its stand-in away.
const ROUNDS_MAX: usize = 10 * FAULTS_MAX;

/// The value, if nothing has to be taken out of the tree for it; else more faults, at least one.
pub(super) fn examine<T: DeserializeOwned>(
    root: &mut Node,
    names: TableName,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    for _ in 0..ROUNDS_MAX {
        let error = match de::read(root) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        if put_away(root, &error) {
            if root.is(State::Hidden) {
                break;
            }
            continue;
        }
        let culprit = Culprit::of::<T>(root, error);
        faults.push(culprit.fault(root, names));
        culprit.take_out(root);
        if faults.len() >= FAULTS_MAX || root.is(State::Hidden) {
            break;
        }
    }
    None
}

/// Whether the complaint is about what we took out ourselves. If so that goes, or the table that needs it.
fn put_away(root: &mut Node, error: &Error) -> bool {
    let path = error.path();
    if let Some(stand_in) = stand_in(root, &path, &error.kind) {
        refuse(root, &stand_in);
        return true;
    }
    let robbed = match &error.kind {
        Kind::Missing { key } => blame::lost(root, &path, error.blind, key),
        Kind::UnknownKey { .. } | Kind::Twice { .. } => None,
        kind => blame::emptied(root, &path, error.blind, kind),
    };
    if let Some(robbed) = &robbed {
        root.set(robbed, State::Hidden);
    }
    robbed.is_some()
}

/// A stand-in that this may be about: on the way to it, or within what was refused as a whole.
fn stand_in(root: &Node, path: &[Segment], kind: &Kind) -> Option<Vec<Segment>> {
    let is_stand_in = |len: &usize| root.get(&path[..*len]).is_some_and(Node::is_stand_in);
    if let Some(len) = (0..=path.len()).find(is_stand_in) {
        return Some(path[..len].to_vec());
    }
    match kind {
        Kind::Missing { .. } | Kind::UnknownKey { .. } | Kind::Twice { .. } => None,
        _ => root.find(path, &|_, node| node.is_stand_in()).pop(),
    }
}

/// Its next answer may do; after the last it goes.
fn refuse(root: &mut Node, path: &[Segment]) {
    let state = match root.get(path).map(|node| node.state) {
        Some(State::StandIn(refused)) if refused + 1 < de::ANSWERS => State::StandIn(refused + 1),
        _ => State::Hidden,
    };
    root.set(path, state);
}

/// What is to blame, and what becomes of it.
struct Culprit {
    /// The value, the table of the unknown key, or the table that misses something.
    path: Vec<Segment>,
    kind: Kind,
    /// Nothing can stand in for it.
    hide: bool,
}

impl Culprit {
    fn of<T: DeserializeOwned>(root: &mut Node, error: Error) -> Culprit {
        let path = blame::culprit::<T>(root, &error);
        let is_tag = path.last().and_then(Segment::key) == Some(TAG);
        let hide = error.blind || error.key.is_some() || is_tag;
        Culprit { path, kind: error.kind, hide }
    }

    fn fault(&self, root: &Node, names: TableName) -> Fault {
        let written = match &self.kind {
            Kind::UnknownKey { key, .. } | Kind::Twice { key } => join(&self.path, key),
            _ => self.path.clone(),
        };
        let origin = root.nearest(&written).origin.clone();
        Fault::new(origin, words(&self.kind, &self.path, root.get(&self.path), names))
    }

    fn take_out(&self, root: &mut Node) {
        match &self.kind {
            Kind::UnknownKey { key, known } if root.get(&join(&self.path, key)).is_some() => {
                root.set(&join(&self.path, key), State::Hidden);
                // What was meant is not missing as well.
                match nearest(key, known) {
                    Some(near) if root.get(&join(&self.path, near)).is_none() => fill(root, &self.path, near),
                    _ => {}
                }
            }
            Kind::Twice { key } if root.get(&join(&self.path, key)).is_some() => {
                root.set(&join(&self.path, key), State::Hidden);
            }
            Kind::Missing { key } => fill(root, &self.path, key),
            _ if self.hide => root.set(&self.path, State::Hidden),
            _ => root.set(&self.path, State::StandIn(0)),
        }
    }
}

/// Gives the table a stand-in for what it misses; hides what is no table.
fn fill(root: &mut Node, path: &[Segment], key: &str) {
    let Some(node) = root.get_mut(path) else { return };
    let stand_in = Node::stand_in(node.origin.clone());
    let is_there = node.child(&key.into()).is_some();
    match &mut node.value {
        Value::Table(entries) if !is_there => entries.push((key.to_owned(), stand_in)),
        _ => node.state = State::Hidden,
    }
}
