//! What a day's log may take: an upper bound of bytes over all streams, and who gets the last of them.
//!
//! The last tenth is for warnings and errors, and the very last for the lines that say what was held back.
//! What is held back is counted and told: when it begins, each hour, at the day's end and at the program's.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::entry::Severity;

/// How often the count is told while it grows.
const TELL_EVERY: TimeDelta = TimeDelta::hours(1);
/// Bytes at the very end, for telling.
const TELLING_BYTES: u64 = 16 * 1024;

/// The bytes of one day (UTC).
#[derive(Debug)]
pub(super) struct Budget {
    max: u64,
    day: NaiveDate,
    spent: u64,
    held: Held,
    told: Held,
    told_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    lines: u64,
    warnings: u64,
    errors: u64,
}

impl Budget {
    /// A day of which `spent` is written already.
    pub(super) fn new(max: u64, now: DateTime<Utc>, spent: u64) -> Budget {
        let (held, told) = (Held::default(), Held::default());
        Budget { max, day: now.date_naive(), spent, held, told, told_at: now }
    }

    /// Whether a line may be written, and what is to be told of that.
    pub(super) fn admit(
        &mut self,
        now: DateTime<Utc>,
        level: Severity,
        bytes: u64,
    ) -> (bool, Option<String>) {
        let serious = level <= Severity::Warn;
        let of_kind = |held: &Held| if serious { held.warnings + held.errors } else { held.lines };
        let last = self.max - TELLING_BYTES.min(self.max / 4);
        let limit = if serious { last } else { self.max / 10 * 9 - (self.max - last) };
        // Once a kind is held back it stays so for the day: a log with holes is worse than one that ends.
        if of_kind(&self.held) == 0 && self.spent + bytes <= limit {
            self.spent += bytes;
            return (true, None);
        }
        let first = of_kind(&self.held) == 0;
        match level {
            Severity::Error => self.held.errors += 1,
            Severity::Warn => self.held.warnings += 1,
            Severity::Info | Severity::Debug => self.held.lines += 1,
        }
        if !first {
            return (false, self.due(now));
        }
        let kept = if serious { "no line" } else { "only warnings and errors" };
        let text = format!(
            "the day's log has {} of its {} bytes ([logs] day_mb_max): {kept} until 00:00 UTC; what is held back is counted",
            self.spent, self.max
        );
        (false, Some(text))
    }

    /// Bytes that were written without asking.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.spent += bytes;
    }

    /// Begins the day of `now`; what is to be told of the one before.
    pub(super) fn turn(&mut self, now: DateTime<Utc>) -> Option<String> {
        // A clock that was set back begins no day anew.
        if now.date_naive() <= self.day {
            return None;
        }
        let told = self.count();
        *self = Budget::new(self.max, now, 0);
        told
    }

    /// The count, once it is time to tell it again.
    pub(super) fn due(&mut self, now: DateTime<Utc>) -> Option<String> {
        if now - self.told_at < TELL_EVERY {
            return None;
        }
        self.told_at = now;
        self.count()
    }

    /// The count, where it has grown since it was told.
    pub(super) fn count(&mut self) -> Option<String> {
        let Held { lines, warnings, errors } = self.held;
        let grown = std::mem::replace(&mut self.told, self.held) != self.held;
        grown.then(|| {
            format!(
                "of the log of {} were held back, by [logs] day_mb_max: {errors} errors, {warnings} warnings, {lines} other lines",
                self.day
            )
        })
    }
}
