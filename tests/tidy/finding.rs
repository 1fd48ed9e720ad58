//! What a check has to say.

use std::fmt;

/// One thing that is not tidy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    text: String,
}

impl Finding {
    /// `text` says what is wrong and how to mend it.
    pub(crate) fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Finding { path: path.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Asserts what a check says of a snippet, one finding a line.
#[track_caller]
pub(crate) fn assert_told(findings: &[Finding], wanted: &[&str]) {
    let told: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(told, wanted);
}
