//! Messages that were taken once: none of them is taken twice, over restarts.
//!
//! It is made of the journal's records alone, and bounded: ids that are old go, for the message's own time says
//! that it is old by then.

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long an id is kept where there is room.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// How long it is kept in any case: twice what a message's time may be off, either way.
const KEPT_MIN: TimeDelta = TimeDelta::seconds(120);
/// Ids that are kept; where more came within the least time, nothing is taken any more.
pub const REPLAYS_MAX: usize = 32_768;

/// The ids, oldest first, each with the wall's time at which it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "VecDeque<(String, DateTime<Utc>)>", into = "VecDeque<(String, DateTime<Utc>)>")]
pub struct Replays {
    ids: BTreeSet<String>,
    order: VecDeque<(String, DateTime<Utc>)>,
}

impl Replays {
    /// True for one that was taken.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// True where one more could only be kept by forgetting one that may come again.
    #[must_use]
    pub fn is_full(&self, now: DateTime<Utc>) -> bool {
        self.order.len() >= REPLAYS_MAX && self.order.front().is_some_and(|(_, at)| now - *at < KEPT_MIN)
    }

    /// One was taken.
    pub fn take(&mut self, id: &str, at: DateTime<Utc>) {
        if !self.ids.insert(id.to_owned()) {
            return;
        }
        self.order.push_back((id.to_owned(), at));
        while let Some((oldest, came)) = self.order.front() {
            let (age, full) = (at - *came, self.order.len() > REPLAYS_MAX);
            if age < KEPT && !(full && age >= KEPT_MIN) {
                return;
            }
            self.ids.remove(oldest);
            self.order.pop_front();
        }
    }
}

impl From<VecDeque<(String, DateTime<Utc>)>> for Replays {
    fn from(order: VecDeque<(String, DateTime<Utc>)>) -> Replays {
        Replays { ids: order.iter().map(|(id, _)| id.clone()).collect(), order }
    }
}

impl From<Replays> for VecDeque<(String, DateTime<Utc>)> {
    fn from(replays: Replays) -> Self {
        replays.order
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{REPLAYS_MAX, Replays};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn an_id_is_known_for_a_day() {
        let mut replays = Replays::default();
        replays.take("a", at(0));
        replays.take("b", at(86_399));
        assert!(replays.knows("a") && replays.knows("b"));
        replays.take("c", at(86_400));
        assert!(!replays.knows("a") && replays.knows("b"));
    }

    #[test]
    fn none_that_may_come_again_is_forgotten_for_want_of_room() {
        let mut replays = Replays::default();
        (0..REPLAYS_MAX).for_each(|n| replays.take(&n.to_string(), at(0)));
        assert!(replays.is_full(at(119)) && !replays.is_full(at(120)));
        replays.take("one more", at(119));
        assert!(replays.knows("0") && replays.knows("one more"));
        replays.take("later", at(120));
        assert!(!replays.knows("0") && replays.knows("one more") && replays.knows("later"));
    }
}
