//! How many messages a second a client may send, where there is a limit as TWS has one.
//!
//! What goes beyond it is not read, which error 100 says, and whoever goes on like this is disconnected. Seconds are of the
//! process, as at TWS, whatever the market's speed.
//!
//! Read next: [`hub`](crate::gateway::hub).

use std::time::Duration;

use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// Seconds with too many messages, one after the other, that a connection survives.
const SECONDS_MAX: u32 = 2;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// It is read.
    On,
    /// It is the `count`th of a second that is full.
    Refused {
        /// Messages of the second so far.
        count: u32,
    },
    /// It is one too many in one second too many.
    Ended,
}

/// One connection's messages of the second under way, which begins with the first of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    since: Option<Instant>,
    count: u32,
    full: u32,
}

impl Pace {
    /// A message arrives, where there may be `max` a second.
    pub(super) fn pass(&mut self, now: Instant, max: u32) -> Passing {
        let age = self.since.map(|since| now.saturating_duration_since(since));
        if age.is_none_or(|age| age >= SECOND) {
            // A second that was not full, or one without any message, makes up for those before.
            let is_in_a_row = self.count > max && age.is_some_and(|age| age < 2 * SECOND);
            self.full = if is_in_a_row { self.full } else { 0 };
            (self.since, self.count) = (Some(now), 0);
        }
        self.count = self.count.saturating_add(1);
        if self.count <= max {
            return Passing::On;
        }
        if self.count == max.saturating_add(1) {
            self.full += 1;
        }
        if self.full > SECONDS_MAX { Passing::Ended } else { Passing::Refused { count: self.count } }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Pace, Passing};

    /// What becomes of so many messages at each of these milliseconds, where there may be three a second: those read, and
    /// what became of the last.
    fn pass(messages: &[(u64, u32)]) -> Vec<(u32, Passing)> {
        let (begun, mut pace) = (Instant::now(), Pace::default());
        let burst = |&(ms, count): &(u64, u32)| {
            let all: Vec<Passing> =
                (0..count).map(|_| pace.pass(begun + Duration::from_millis(ms), 3)).collect();
            let read = all.iter().filter(|one| **one == Passing::On).count();
            (u32::try_from(read).unwrap(), *all.last().unwrap())
        };
        messages.iter().map(burst).collect()
    }

    #[test]
    fn what_goes_beyond_the_limit_of_a_second_is_refused_and_the_next_second_begins_anew() {
        assert_eq!(
            pass(&[(0, 2), (999, 3), (1000, 3), (2500, 3)]),
            [(2, Passing::On), (1, Passing::Refused { count: 5 }), (3, Passing::On), (3, Passing::On)]
        );
    }

    #[test]
    fn the_third_full_second_in_a_row_ends_it() {
        let told = pass(&[(0, 4), (1000, 9), (2000, 3), (2001, 1)]);
        let refused = |count| Passing::Refused { count };
        assert_eq!(told, [(3, refused(4)), (3, refused(9)), (3, Passing::On), (0, Passing::Ended)]);
    }

    #[test]
    fn a_second_that_is_not_full_and_one_of_silence_make_up_for_those_before() {
        let refused = Passing::Refused { count: 4 };
        let told = pass(&[(0, 4), (1000, 4), (2000, 3), (3000, 4), (4000, 4), (6500, 4), (7500, 4)]);
        assert_eq!(told.iter().filter(|one| one.1 == refused).count(), 6, "{told:?}");
        assert_eq!(pass(&[(0, 4), (1000, 4), (2000, 4)])[2], (3, Passing::Ended));
    }
}
