//! The director: told of everything that passes, it names the faults that are due.
//!
//! Pure and seeded: the same scenario and the same events give the same faults.
//!
//! Read next: [`line`](crate::faults::line).

use chrono::{DateTime, Utc};

use crate::faults::fault::{Fault, Way};
use crate::faults::scenario::{Scenario, Step, When};
use crate::market::random::Stream;
use crate::session::terms::moment;

/// Something that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The market's time.
    Time(DateTime<Utc>),
    /// A frame of a message, one way or the other.
    Frame(Way, u32),
    /// An order came into a state.
    Order {
        /// Its reference.
        order_ref: String,
        /// The state, as on the wire.
        state: &'static str,
    },
    /// A fill.
    Fill,
    /// A client connected.
    Connection,
}

/// A scenario under way.
#[derive(Debug)]
pub struct Director {
    began: DateTime<Utc>,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    step: Step,
    chance: Stream,
    came: u32,
    done: u32,
}

impl Director {
    /// A scenario that begins at a moment of the market.
    pub fn new(began: DateTime<Utc>, scenario: &Scenario) -> Director {
        let parts = scenario.steps.iter().enumerate().map(|(number, step)| Part {
            step: step.clone(),
            chance: Stream::of(scenario.seed, &["step", &number.to_string()]),
            came: 0,
            done: 0,
        });
        Director { began, parts: parts.collect() }
    }

    /// Is there nothing left that could happen?
    pub fn is_over(&self) -> bool {
        self.parts.iter().all(Part::is_over)
    }

    /// The faults that are due now that this has passed, in the order of their steps.
    pub fn on(&mut self, seen: &Seen) -> Vec<Fault> {
        let began = self.began;
        self.parts.iter_mut().filter_map(|part| part.on(began, seen)).collect()
    }
}

impl Part {
    fn is_over(&self) -> bool {
        self.step.count > 0 && self.done >= self.step.count
    }

    fn on(&mut self, began: DateTime<Utc>, seen: &Seen) -> Option<Fault> {
        if self.is_over() || !self.comes(began, seen) {
            return None;
        }
        self.came += 1;
        let wanted = match self.step.when {
            When::Frame { n, .. } | When::Fill { n } | When::Connection { n } => n,
            _ => 0,
        };
        if wanted != 0 && self.came != wanted {
            return None;
        }
        if self.chance.unit() >= self.step.p {
            // A moment that does not come again was its only chance.
            let is_moment = matches!(self.step.when, When::Now | When::Time { .. } | When::Calendar { .. });
            self.done += u32::from(is_moment);
            return None;
        }
        self.done += 1;
        Some(self.step.what.clone())
    }

    fn comes(&self, began: DateTime<Utc>, seen: &Seen) -> bool {
        match (&self.step.when, seen) {
            (When::Now, Seen::Time(_)) => true,
            (When::Time { seconds }, Seen::Time(now)) => (*now - began).num_seconds() >= *seconds,
            (When::Calendar { time }, Seen::Time(now)) => moment(time).is_some_and(|time| time <= *now),
            (When::Frame { way, message, .. }, Seen::Frame(seen, id)) => {
                (*way == Way::Both || way == seen) && message == id
            }
            (When::Order { order_ref, state }, Seen::Order { order_ref: seen, state: is }) => {
                seen.contains(order_ref.as_str()) && state == is
            }
            (When::Fill { .. }, Seen::Fill) | (When::Connection { .. }, Seen::Connection) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Director, Seen};
    use crate::faults::fault::{Fault, Way};
    use crate::faults::scenario::Scenario;
    use chrono::{DateTime, TimeDelta, Utc};

    fn director(steps: &str) -> Director {
        Director::new(DateTime::<Utc>::UNIX_EPOCH, &Scenario::from_toml(steps).unwrap())
    }

    #[test]
    fn a_moment_comes_once_and_a_count_counts() {
        let mut director = director(
            "[[step]]\nwhen = { at = \"time\", seconds = 5 }\ndo = { fault = \"net.heal\" }\n\
             [[step]]\nwhen = { at = \"frame\", way = \"out\", message = 3, n = 2 }\ndo = { fault = \"session.close\" }\n",
        );
        let at = |seconds| Seen::Time(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds));
        assert_eq!(director.on(&at(4)), []);
        assert_eq!(director.on(&at(5)), [Fault::NetHeal]);
        assert_eq!(director.on(&at(6)), []);
        assert_eq!(director.on(&Seen::Frame(Way::In, 3)), []);
        assert_eq!(director.on(&Seen::Frame(Way::Out, 3)), []);
        assert_eq!(director.on(&Seen::Frame(Way::Out, 3)), [Fault::SessionClose]);
        assert!(director.is_over());
    }

    #[test]
    fn chance_repeats_exactly() {
        let text = "seed = 9\n[[step]]\nwhen = { at = \"fill\" }\ndo = { fault = \"net.heal\" }\np = 0.3\ncount = 0\n";
        let run = |mut director: Director| -> Vec<bool> {
            (0..200).map(|_| !director.on(&Seen::Fill).is_empty()).collect()
        };
        let first = run(director(text));
        assert_eq!(first, run(director(text)));
        let hits = first.iter().filter(|hit| **hit).count();
        assert!((30..90).contains(&hits), "{hits} of 200 at 0.3");
        assert_ne!(first, run(director(&text.replace("seed = 9", "seed = 10"))));
    }
}
