//! How often the engine may panic over one ticker before the ticker is left alone.
//!
//! Three in a minute are too many. An input that panics twice is poison: making the ticker
//! anew does not help against it, so it does not get a third try.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::TimeDelta;
use engine::{Input, Process};

/// Panics within [`WITHIN`] that are one too many.
const PANICS_MAX: usize = 3;
/// The span in which they are counted.
const WITHIN: TimeDelta = TimeDelta::seconds(60);
/// Inputs remembered for having panicked.
const INPUTS_MAX: usize = 64;

/// What follows from a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is made anew.
    Rebuild,
    /// It is left alone, for this reason.
    Quarantine(String),
}

/// The panics over one ticker.
#[derive(Debug, Default)]
pub(super) struct Breakdowns {
    at: VecDeque<Process>,
    inputs: VecDeque<u64>,
}

impl Breakdowns {
    /// Counts a panic over `input`, or over none, and says what follows.
    pub(super) fn count(&mut self, now: Process, input: Option<&Input>) -> Verdict {
        self.at.retain(|at| now.since(*at) < WITHIN);
        self.at.push_back(now);
        if self.at.len() >= PANICS_MAX {
            return Verdict::Quarantine(format!("{PANICS_MAX} panics within {} s", WITHIN.num_seconds()));
        }
        // A quote and a wake-up carry nothing that could be the same again.
        let Some(input) = input.filter(|input| !matches!(input, Input::Quote | Input::Wakeup)) else {
            return Verdict::Rebuild;
        };
        let print = fingerprint(input);
        if self.inputs.contains(&print) {
            return Verdict::Quarantine("the same input panicked again after it was made anew".to_owned());
        }
        self.inputs.push_back(print);
        while self.inputs.len() > INPUTS_MAX {
            self.inputs.pop_front();
        }
        Verdict::Rebuild
    }
}

fn fingerprint(input: &Input) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{input:?}").hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use engine::{Because, Process};

    use super::{Breakdowns, Input, Verdict};

    fn at(seconds: i64) -> Process {
        Process::from(seconds * 1_000_000)
    }

    #[test]
    fn three_panics_in_a_minute_are_too_many_and_three_in_an_hour_are_not() {
        let mut fast = Breakdowns::default();
        assert_eq!(fast.count(at(0), Some(&Input::Quote)), Verdict::Rebuild);
        assert_eq!(fast.count(at(30), Some(&Input::Quote)), Verdict::Rebuild);
        assert!(matches!(fast.count(at(59), Some(&Input::Quote)), Verdict::Quarantine(_)));
        let mut slow = Breakdowns::default();
        for minute in 0..60 {
            assert_eq!(slow.count(at(minute * 61), Some(&Input::Quote)), Verdict::Rebuild, "minute {minute}");
        }
    }

    #[test]
    fn an_input_that_panics_twice_is_poison_however_far_apart() {
        let mut seen = Breakdowns::default();
        let poison = Input::Close(Because::Stop);
        assert_eq!(seen.count(at(0), Some(&poison)), Verdict::Rebuild);
        assert_eq!(seen.count(at(100), Some(&Input::Gap)), Verdict::Rebuild);
        assert!(matches!(seen.count(at(1_000), Some(&poison)), Verdict::Quarantine(_)));
    }
}
