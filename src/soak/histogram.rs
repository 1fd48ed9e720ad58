//! How long shares were held without a stop.

use std::fmt;
use std::time::Duration;

/// Upper ends of the buckets, in milliseconds.
const BUCKETS_MS: [u64; 9] = [1, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000];
/// The widest bar.
const BAR_MAX: usize = 40;

/// Spans, sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram(Vec<Duration>);

impl Histogram {
    pub(super) fn of(mut spans: Vec<Duration>) -> Histogram {
        spans.sort_unstable();
        Histogram(spans)
    }

    /// The span that `percent` of all do not exceed; none where there is none.
    pub(super) fn percentile(&self, percent: usize) -> Option<Duration> {
        let last = self.0.len().checked_sub(1)?;
        self.0.get((self.0.len() * percent / 100).min(last)).copied()
    }

    /// Spans in all.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    fn within(&self, from: Duration, to: Duration) -> usize {
        self.0.iter().filter(|span| **span >= from && **span < to).count()
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = BUCKETS_MS.map(Duration::from_millis);
        let froms = [Duration::ZERO].into_iter().chain(ends);
        let tos = ends.into_iter().chain([Duration::MAX]);
        for (from, to) in froms.zip(tos) {
            let count = self.within(from, to);
            let bar = "█".repeat((count * BAR_MAX).div_ceil(self.0.len().max(1)));
            let to = if to == Duration::MAX { "∞".to_owned() } else { format!("{to:?}") };
            writeln!(f, "  {:>6} to {to:<6} {count:>7}  {bar}", format!("{from:?}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Histogram;

    #[test]
    fn percentiles_are_of_the_sorted_spans() {
        let spans = (1..=200).rev().map(Duration::from_millis).collect();
        let histogram = Histogram::of(spans);
        let at = |percent| histogram.percentile(percent).map(|span| span.as_millis());
        assert_eq!((at(50), at(99), at(100)), (Some(101), Some(199), Some(200)));
        assert_eq!(Histogram::default().percentile(50), None);
        assert_eq!(histogram.to_string().lines().count(), 10);
    }
}
