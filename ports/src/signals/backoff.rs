//! How long to wait before asking again: longer after each failure, never the same for two who fail together, and
//! as long as the other side asks for.

use std::time::{Duration, SystemTime};

/// The longest that the other side can make us wait.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// Failures in a row after which the wait is doubled no more, whatever its limit.
const DOUBLINGS_MAX: u32 = 20;

/// The waits between questions to one source.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    every: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    /// A wait of `every` while all is well, and of at most `max` while it is not.
    #[must_use]
    pub fn new(every: Duration, max: Duration) -> Backoff {
        Backoff { every, max: max.max(every), failures: 0 }
    }

    /// All is well.
    #[must_use]
    pub fn after_success(&mut self) -> Duration {
        self.failures = 0;
        self.every
    }

    /// It failed. `draw` lies in `0.0..1.0`; the other side may ask for a wait of its own.
    #[must_use]
    pub fn after_failure(&mut self, draw: f64, asked: Option<Duration>) -> Duration {
        let whole = self.every.saturating_mul(1 << self.failures.min(DOUBLINGS_MAX)).min(self.max);
        self.failures = self.failures.saturating_add(1);
        // Half is sure and half is drawn: who failed together does not come back together.
        let own = whole / 2 + (whole / 2).mul_f64(draw.clamp(0.0, 1.0));
        own.max(self.every).max(asked.unwrap_or_default().min(RETRY_AFTER_MAX))
    }
}

/// A number of `0.0..1.0` that nobody can foresee.
#[must_use]
pub fn draw() -> f64 {
    fastrand::f64()
}

/// What a `Retry-After` asks for: seconds, or a date.
#[must_use]
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // One that is beyond all numbers is beyond our limit, too.
        return Some(text.parse().map_or(RETRY_AFTER_MAX, Duration::from_secs));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Backoff, RETRY_AFTER_MAX, retry_after};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_waits_longer_after_each_failure_up_to_a_limit_and_forgets_with_a_success() {
        let mut backoff = Backoff::new(SECOND, SECOND * 10);
        let most: Vec<u64> = (0..6).map(|_| backoff.after_failure(1.0, None).as_secs()).collect();
        assert_eq!(most, [1, 2, 4, 8, 10, 10]);
        assert_eq!(backoff.after_success(), SECOND);
        let least: Vec<u64> = (0..6).map(|_| backoff.after_failure(0.0, None).as_secs()).collect();
        assert_eq!(least, [1, 1, 2, 4, 5, 5]);
        for _ in 0..100 {
            assert!(backoff.after_failure(0.5, None) <= SECOND * 10);
        }
    }

    #[test]
    fn the_other_side_may_ask_for_more_but_not_for_ever() {
        let mut backoff = Backoff::new(SECOND, SECOND * 10);
        assert_eq!(backoff.after_failure(0.5, Some(SECOND * 30)), SECOND * 30);
        assert_eq!(backoff.after_failure(0.5, Some(SECOND * 100_000)), RETRY_AFTER_MAX);
        assert!(backoff.after_failure(0.5, Some(Duration::ZERO)) >= SECOND);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after("120", now), Some(SECOND * 120));
        assert_eq!(retry_after(" 0 ", now), Some(Duration::ZERO));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(SECOND * 7));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:27 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("99999999999999999999999", now), Some(RETRY_AFTER_MAX));
        for odd in ["", "soon", "-1", "1.5", "+1"] {
            assert_eq!(retry_after(odd, now), None, "{odd}");
        }
    }
}
