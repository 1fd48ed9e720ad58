//! The latest signals one by one, and how each ended, since the program began.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use engine::Signal;

use super::shown::End;

/// How many are kept.
pub const LATEST_MAX: usize = 200;

/// A signal that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// When it ended, in market time.
    pub at: DateTime<Utc>,
    /// Who said it.
    pub source: &'static str,
    /// Of which symbol or ticker, where it says one.
    pub of: Option<String>,
    /// What it said; none where it is no signal.
    pub said: Option<Signal>,
    /// How it ended.
    pub end: End,
    /// What is wrong with one that is no signal.
    pub wrong: Option<String>,
}

/// The newest of them.
#[derive(Debug, Default)]
pub(super) struct Ring(VecDeque<Latest>);

impl Ring {
    pub(super) fn push(&mut self, latest: Latest) {
        if self.0.len() == LATEST_MAX {
            self.0.pop_front();
        }
        self.0.push_back(latest);
    }

    pub(super) fn all(&self) -> Vec<Latest> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{End, LATEST_MAX, Latest, Ring};

    #[test]
    fn the_newest_are_kept() {
        let mut ring = Ring::default();
        for number in 0..LATEST_MAX + 7 {
            let (at, end) = (DateTime::UNIX_EPOCH, End::Duplicate);
            let of = Some(number.to_string());
            ring.push(Latest { at, source: "http", of, said: None, end, wrong: None });
        }
        let all = ring.all();
        assert_eq!(all.len(), LATEST_MAX);
        assert_eq!(all[0].of.as_deref(), Some("7"));
    }
}
