//! Lines of a log that somebody outside could make come without end: one now and then, with how many were not told.

use std::time::{Duration, Instant};

/// One line in so long.
const EVERY: Duration = Duration::from_secs(10);

/// When the last one was told, and how many were not since.
#[derive(Debug, Default)]
pub struct Lines {
    told: Option<Instant>,
    untold: u64,
}

impl Lines {
    /// Whether one may be told at this moment: what follows it in words, none where it may not.
    pub fn tell(&mut self, now: Instant) -> Option<String> {
        if self.told.is_some_and(|told| now.saturating_duration_since(told) < EVERY) {
            self.untold += 1;
            return None;
        }
        self.told = Some(now);
        match std::mem::take(&mut self.untold) {
            0 => Some(String::new()),
            untold => Some(format!(" (and {untold} like it before)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{EVERY, Lines};

    #[test]
    fn a_flood_is_one_line_and_a_number() {
        let (mut lines, now) = (Lines::default(), Instant::now());
        assert_eq!(lines.tell(now).as_deref(), Some(""));
        (0..1_000).for_each(|_| assert_eq!(lines.tell(now + EVERY - Duration::from_millis(1)), None));
        assert_eq!(lines.tell(now + EVERY).as_deref(), Some(" (and 1000 like it before)"));
        assert_eq!(lines.tell(now + EVERY * 2).as_deref(), Some(""));
    }
}
