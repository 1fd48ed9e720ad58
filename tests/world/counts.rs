//! What has been seen, and how often: a fault that never came proves nothing.

use std::collections::BTreeMap;
use std::fmt;

/// What every run has to have seen.
pub(crate) const SOMETIMES: &[&str] = &[
    "check: book = recomputation",
    "check: fold = state",
    "check: liveness",
    "check: profit",
    "check: restart at rest",
    "fault: a night passes",
    "fault: change crosses a fill",
    "fault: change refused",
    "fault: changed by hand",
    "fault: closed by hand",
    "fault: connection lost",
    "fault: corrected to fewer shares",
    "fault: crash",
    "fault: entry rejected",
    "fault: exit rejected",
    "fault: filled beyond its size",
    "fault: gateway lost its own link",
    "fault: late news",
    "fault: late request",
    "fault: liquidated by the broker",
    "fault: message dropped",
    "fault: message lost with its connection",
    "fault: news twice",
    "fault: order cancelled by hand",
    "fault: order ids rolled back",
    "fault: order never acknowledged",
    "fault: price corrected",
    "fault: price leaps",
    "fault: snapshot broke off",
    "fault: somebody adds shares of their own",
    "fault: split over night",
    "fault: stop rejected",
    "fault: target rejected",
    "fault: trade busted",
    "fault: trading halted",
    "reaction: alert",
    "reaction: change by hand noted",
    "reaction: close decided",
    "reaction: closed by somebody else",
    "reaction: commission booked",
    "reaction: corrected late",
    "reaction: daily loss",
    "reaction: difference doubted",
    "reaction: entries withdrawn",
    "reaction: entry declined by the book",
    "reaction: excess taken from another lot",
    "reaction: execution booked",
    "reaction: filled through its stop",
    "reaction: flattened for want of a stop",
    "reaction: foreign position noted",
    "reaction: frozen",
    "reaction: halted",
    "reaction: lot closed",
    "reaction: lot opened",
    "reaction: lot reopened",
    "reaction: mode changed",
    "reaction: order moved",
    "reaction: overfill covered",
    "reaction: protected",
    "reaction: protection renewed",
    "reaction: re-anchored",
    "reaction: refused change taken in",
    "reaction: refused target noted",
    "reaction: request declined",
    "reaction: reversal planned",
    "reaction: rule fired",
    "reaction: rule outranked",
    "reaction: scale-out",
    "reaction: scale-out ended",
    "reaction: signal declined",
    "reaction: signal taken",
    "reaction: split",
    "reaction: stop cancelled by hand again",
    "reaction: stop cancelled by hand noted",
    "reaction: stops after an add",
    "reaction: stray execution",
    "reaction: terms echoed",
    "reaction: trade closed",
    "reaction: trade reopened",
];

/// Counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    pub(crate) fn note(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &'static str, count: u64) {
        *self.0.entry(what).or_default() += count;
    }

    pub(crate) fn merge(&mut self, other: &Counts) {
        other.0.iter().for_each(|(what, count)| self.add(what, *count));
    }

    /// How often it was seen.
    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, count)| writeln!(f, "{count:>10}  {what}"))
    }
}
