//! The clock: process time from the machine, market time from whoever keeps it.
//!
//! Live, the wall clock is the market's. A paper gateway keeps a market of its own,
//! which may run a thousand times faster and skip the nights; its readings are followed
//! and interpolated. Market time never runs backwards.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Now, Process};

/// Two readings closer than this do not tell a speed.
const CLOSE: TimeDelta = TimeDelta::milliseconds(20);

/// Both times, for everybody in the process.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    market: Mutex<Market>,
}

#[derive(Debug)]
struct Market {
    standing: Option<DateTime<Utc>>,
    reading: Option<Reading>,
    newest: DateTime<Utc>,
    set: bool,
}

/// What a gateway's market clock showed, when, and how fast it runs.
#[derive(Clone, Copy, Debug)]
struct Reading {
    market: DateTime<Utc>,
    process: Process,
    speed: f64,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::resuming(None)
    }
}

impl Clock {
    /// A clock that stands at `known_until`, the market time of the journal's newest record,
    /// until a broker says which clock rules; without one it shows the wall's.
    #[must_use]
    pub fn resuming(known_until: Option<DateTime<Utc>>) -> Clock {
        let market =
            Market { standing: known_until, reading: None, newest: DateTime::UNIX_EPOCH, set: false };
        Clock { started: Instant::now(), market: Mutex::new(market) }
    }

    /// Time since the process began.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::at(TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::MAX))
    }

    /// Both times.
    pub fn now(&self) -> Now {
        let process = self.process();
        let mut market = self.market.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = || market.standing.unwrap_or_else(Utc::now);
        let reading = market.reading.map_or_else(unread, |reading| reading.at(process));
        market.newest = market.newest.max(reading);
        Now { market: market.newest, process }
    }

    /// True once a broker has said which clock rules. Until then nothing is decided by
    /// market time: a paper gateway's may be years behind the wall's.
    pub fn is_set(&self) -> bool {
        self.market.lock().unwrap_or_else(PoisonError::into_inner).set
    }

    /// A moment of the wall clock in market time: as long ago there as here.
    pub fn market_time_of(&self, wall: DateTime<Utc>) -> DateTime<Utc> {
        self.now().market - (Utc::now() - wall)
    }

    /// The wall clock rules: the broker's market is the real one.
    pub fn follow_the_wall(&self) {
        let mut market = self.market.lock().unwrap_or_else(PoisonError::into_inner);
        (market.standing, market.reading, market.set) = (None, None, true);
    }

    /// Follows a gateway's market clock from this reading on. Its speed is told by the
    /// reading before, and is at most `speed_max` market seconds a second: a jump over the
    /// night is no speed.
    pub fn follow(&self, market_time: DateTime<Utc>, speed_max: f64) {
        let process = self.process();
        let mut market = self.market.lock().unwrap_or_else(PoisonError::into_inner);
        if market.reading.is_none() {
            // The wall clock was shown until now; the gateway's day may lie before it.
            market.newest = market_time;
        }
        let before = market.reading;
        let speed = before.map_or(1.0, |before| before.speed_to(market_time, process)).min(speed_max);
        market.reading = Some(Reading { market: market_time, process, speed });
        market.set = true;
    }
}

impl Reading {
    /// Market seconds a second from this reading to another; its own speed where the two
    /// are too close to tell.
    fn speed_to(&self, market: DateTime<Utc>, process: Process) -> f64 {
        let elapsed = process.since(self.process);
        if elapsed < CLOSE {
            return self.speed;
        }
        ((market - self.market).as_seconds_f64() / elapsed.as_seconds_f64()).max(0.0)
    }

    fn at(&self, process: Process) -> DateTime<Utc> {
        let elapsed = process.since(self.process).num_microseconds().unwrap_or(i64::MAX);
        // A reading is renewed many times a second: the product stays far within i64.
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let moved = (elapsed as f64 * self.speed) as i64;
        self.market + TimeDelta::microseconds(moved)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::Clock;

    #[test]
    fn market_time_follows_the_gateway_and_never_runs_backwards() {
        let clock = Clock::default();
        assert!((clock.now().market - Utc::now()).abs() < TimeDelta::seconds(5));
        assert!(!clock.is_set());
        let open = Utc.with_ymd_and_hms(2008, 9, 29, 13, 30, 0).unwrap();
        clock.follow(open, 1_000.0);
        assert!(clock.is_set());
        let first = clock.now().market;
        assert!(first >= open && first < open + TimeDelta::days(1));
        clock.follow(open - TimeDelta::hours(1), 1.0);
        assert!(clock.now().market >= first);
        clock.follow(open + TimeDelta::days(3), 1.0);
        assert!(clock.now().market >= open + TimeDelta::days(3));
    }
}
