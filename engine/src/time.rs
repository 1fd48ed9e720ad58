//! Time is an argument, and there are two.
//!
//! *Market time* follows the exchange: sessions, the trading day, signal age,
//! cool-downs, expiry. *Process time* is monotonic and never scaled:
//! acknowledgements, quote staleness, time to protection. A simulated market may run
//! a thousand times faster than the clock on the wall; an order's way to the broker
//! does not.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The two times at which an input is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// The exchange's time.
    pub market: DateTime<Utc>,
    /// Time since this process began, monotonic.
    pub process: Process,
}

/// A reading of the process's monotonic clock: the time since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "i64", from = "i64")]
pub struct Process(TimeDelta);

impl Process {
    /// A reading, as the time since the process began.
    #[must_use]
    pub fn at(since_start: TimeDelta) -> Process {
        Process(since_start)
    }

    /// The time from `earlier` to this reading; zero when `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Process) -> TimeDelta {
        (self.0 - earlier.0).max(TimeDelta::zero())
    }

    /// This reading moved on by `delta`.
    #[must_use]
    pub fn plus(self, delta: TimeDelta) -> Process {
        Process(self.0 + delta)
    }
}

impl From<Process> for i64 {
    fn from(process: Process) -> i64 {
        process.0.num_microseconds().unwrap_or(i64::MAX)
    }
}

impl From<i64> for Process {
    fn from(microseconds: i64) -> Process {
        Process(TimeDelta::microseconds(microseconds))
    }
}

/// The trading day of a moment, in the zone that the daily limits are counted in.
#[must_use]
pub fn trading_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// A span of time in words: `12 ms`, `4.2 s`, `7 min`.
#[must_use]
pub fn in_words(span: TimeDelta) -> String {
    let ms = span.num_milliseconds();
    match ms {
        i64::MIN..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..7_200_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}
