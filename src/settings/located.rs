//! A loaded value beside the document it came from, and the collector of further faults on the same lines.

use std::sync::Arc;

use super::document::Document;
use super::fault::{FAULTS_MAX, Fault, Origin, in_order};
use super::segment::Segment;

/// A value that was read without a fault, and where each part of it was written.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    document: Arc<Document>,
}

impl<T> Located<T> {
    pub(super) fn new(value: T, document: Document) -> Self {
        Located { value, document: Arc::new(document) }
    }

    /// The line of what is at `path`; where it is not in the document, that of the table it is missing from.
    /// `None` when it came from the environment.
    pub fn line(&self, path: &[Segment]) -> Option<u32> {
        self.document.nearest(path).line()
    }

    /// Where the value at exactly `path` was given; `None` if nowhere, so that a built-in default rules.
    pub fn origin(&self, path: &[Segment]) -> Option<Origin> {
        self.document.origin(path)
    }

    /// A collector of faults in this document.
    pub fn faults(&self) -> Faults {
        Faults { document: Arc::clone(&self.document), found: Vec::new() }
    }

    /// Another value from the same document.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: change(self.value), document: self.document }
    }
}

/// Faults that the checks after loading find, in one document.
#[derive(Debug)]
pub struct Faults {
    document: Arc<Document>,
    found: Vec<Fault>,
}

impl Faults {
    /// Notes a fault in what is at `path`, or in the nearest table above it. After [`FAULTS_MAX`] it is dropped.
    pub fn at(&mut self, path: &[Segment], text: impl Into<String>) {
        if self.found.len() < FAULTS_MAX {
            self.found.push(Fault::new(self.document.nearest(path).clone(), text));
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was noted, in the order of the file.
    pub fn into_vec(self) -> Vec<Fault> {
        in_order(self.found)
    }

    /// `value`, if nothing was noted.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.is_empty() { Ok(value) } else { Err(self.into_vec()) }
    }
}
