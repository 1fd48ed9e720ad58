//! A fault in the settings, and where a value came from.

use std::fmt;
use std::sync::Arc;

/// The most faults that one document reports; the rest shows up when these are mended.
pub const FAULTS_MAX: usize = 50;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of a file, from 1. The file is named as the user named it.
    File {
        /// The path shown to the user.
        file: Arc<str>,
        /// The line, from 1.
        line: u32,
    },
    /// A variable of the environment.
    Environment(String),
}

impl Origin {
    /// The line, if this is a file.
    pub fn line(&self) -> Option<u32> {
        match self {
            Origin::File { line, .. } => Some(*line),
            Origin::Environment(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line } => write!(out, "{file}:{line}"),
            Origin::Environment(variable) => write!(out, "environment {variable}"),
        }
    }
}

/// One thing that is wrong: where, and what in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is written.
    pub origin: Origin,
    /// What is wrong, lower case, no full stop.
    pub text: String,
}

impl Fault {
    /// A fault at `origin`.
    pub fn new(origin: Origin, text: impl Into<String>) -> Self {
        Fault { origin, text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.origin, self.text)
    }
}

/// Lines in order, the environment last, at most [`FAULTS_MAX`].
pub(super) fn in_order(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.origin.line().unwrap_or(u32::MAX));
    faults.truncate(FAULTS_MAX);
    faults
}
