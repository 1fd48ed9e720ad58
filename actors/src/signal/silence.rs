//! Who has said nothing for too long, counted in time of the market's sessions: at night nobody has anything to say.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// The most that one look counts: the market steps over nights, and they are no session.
const STEP_MAX: TimeDelta = TimeDelta::minutes(30);

/// How long each source has been quiet.
#[derive(Debug)]
pub(super) struct Silence {
    after: TimeDelta,
    sources: BTreeMap<&'static str, Quiet>,
    looked: Option<(DateTime<Utc>, bool)>,
}

#[derive(Debug, Default)]
struct Quiet {
    since: Option<DateTime<Utc>>,
    counted: TimeDelta,
    told: bool,
}

impl Silence {
    /// Nobody may be quiet for `after`.
    pub(super) fn new(after: TimeDelta, sources: impl Iterator<Item = &'static str>) -> Silence {
        let sources = sources.map(|source| (source, Quiet::default())).collect();
        Silence { after, sources, looked: None }
    }

    /// A source has said something.
    pub(super) fn hear(&mut self, source: &'static str, now: DateTime<Utc>) {
        self.sources.insert(source, Quiet { since: Some(now), ..Quiet::default() });
    }

    /// Who has been quiet for too long as of this look, and since when; each is told once.
    pub(super) fn look(
        &mut self,
        now: DateTime<Utc>,
        in_session: bool,
    ) -> Vec<(&'static str, DateTime<Utc>)> {
        let before = self.looked.replace((now, in_session));
        let step = match before {
            Some((before, true)) if in_session => (now - before).clamp(TimeDelta::zero(), STEP_MAX),
            _ => TimeDelta::zero(),
        };
        let mut silent = Vec::new();
        for (source, quiet) in &mut self.sources {
            let since = *quiet.since.get_or_insert(now);
            quiet.counted += step;
            if quiet.counted >= self.after && !std::mem::replace(&mut quiet.told, true) {
                silent.push((*source, since));
            }
            quiet.told &= quiet.counted >= self.after;
        }
        silent
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::Silence;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn only_time_in_session_counts_and_each_silence_is_told_once() {
        let mut silence = Silence::new(TimeDelta::minutes(60), ["http"].into_iter());
        assert!(silence.look(at(0), true).is_empty());
        assert!(silence.look(at(25), true).is_empty());
        assert!(silence.look(at(50), false).is_empty(), "it closed meanwhile");
        assert!(silence.look(at(900), true).is_empty(), "nothing was open before");
        assert!(silence.look(at(930), true).is_empty());
        assert_eq!(silence.look(at(940), true), [("http", at(0))]);
        assert!(silence.look(at(950), true).is_empty());
        silence.hear("http", at(950));
        assert!(silence.look(at(980), true).is_empty());
        assert_eq!(silence.look(at(1_010), true), [("http", at(950))]);
    }

    #[test]
    fn a_night_that_is_stepped_over_is_no_silence() {
        let mut silence = Silence::new(TimeDelta::minutes(60), ["http"].into_iter());
        let days: Vec<_> = (0..2).flat_map(|day| silence.look(at(day * 1_440), true)).collect();
        assert!(days.is_empty());
    }
}
