//! Trading dates and hours. The dates are the data's own, so that holidays and half-forgotten closures are right.
//!
//! Every session runs 09:30–16:00 US/Eastern: early closes are not in the data and are not invented, but can be named. Where
//! the market trades outside regular hours, a morning from 04:00 leads to the open and an evening of four hours follows the
//! close.
//!
//! Read next: [`clock`](crate::market::clock).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use chrono_tz::US::Eastern;

/// The exchange's time zone, as contract details name it.
pub const ZONE: Tz = Eastern;

/// Its name on the wire.
pub const ZONE_NAME: &str = "US/Eastern";

/// Days that hours are told for at least.
const WEEK: i64 = 7;

/// Seconds from the open to the close.
pub const SESSION_SECONDS: u32 = 6 * 3600 + 1800;

/// How long trading outside regular hours goes on after the close.
const EVENING: TimeDelta = TimeDelta::hours(4);

/// The opening and the closing moment are the session's own: the morning ends just before the one, the evening begins just
/// after the other.
const MOMENT: TimeDelta = TimeDelta::milliseconds(1);

/// How long before its first trading a day begins, and how long after its last it ends.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// A stretch of trading: one day's regular hours, or the morning before or the evening after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The exchange's date.
    pub date: NaiveDate,
    /// Its first second: 09:30 there, for regular hours.
    pub open: DateTime<Utc>,
    /// Its last second: 16:00 there, or earlier on a short day.
    pub close: DateTime<Utc>,
}

impl Session {
    /// Is the exchange open? The closing second still trades, the one after it does not.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.open <= at && at <= self.close
    }

    /// Seconds from its open to its close.
    pub fn seconds(&self) -> u32 {
        u32::try_from((self.close - self.open).num_seconds()).unwrap_or(SESSION_SECONDS)
    }

    /// The second of the day that a moment falls in, counted from the open and held within the session.
    pub fn second(&self, at: DateTime<Utc>) -> u32 {
        let seconds = (at - self.open).num_seconds().clamp(0, i64::from(self.seconds()));
        u32::try_from(seconds).unwrap_or(SESSION_SECONDS)
    }
}

/// All trading dates, oldest first.
#[derive(Debug, Clone)]
pub struct Calendar {
    dates: BTreeSet<NaiveDate>,
    is_extended: bool,
    early: Arc<RwLock<BTreeMap<NaiveDate, DateTime<Utc>>>>,
}

impl Calendar {
    /// A calendar of these dates.
    pub fn new(dates: impl IntoIterator<Item = NaiveDate>) -> Calendar {
        Calendar { dates: dates.into_iter().collect(), is_extended: false, early: Arc::default() }
    }

    /// The same dates, with trading outside regular hours or without.
    pub fn extended(self, is_extended: bool) -> Calendar {
        Calendar { is_extended, ..self }
    }

    /// Is there trading outside regular hours?
    pub fn is_extended(&self) -> bool {
        self.is_extended
    }

    /// Lets a date close at `close` instead of 16:00. A later or impossible close changes nothing.
    pub fn close_early(&self, date: NaiveDate, close: DateTime<Utc>) {
        let is_inside =
            self.session(date).is_some_and(|session| session.open < close && close < session.close);
        if is_inside {
            self.early.write().unwrap_or_else(PoisonError::into_inner).insert(date, close);
        }
    }

    fn close_of(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let early = self.early.read().unwrap_or_else(PoisonError::into_inner).get(&date).copied();
        early.or_else(|| at(date, 16, 0))
    }

    /// The dates.
    pub fn dates(&self) -> impl DoubleEndedIterator<Item = NaiveDate> + '_ {
        self.dates.iter().copied()
    }

    /// A date's session; none on weekends, holidays and outside the data.
    pub fn session(&self, date: NaiveDate) -> Option<Session> {
        if !self.dates.contains(&date) {
            return None;
        }
        Some(Session { date, open: at(date, 9, 30)?, close: self.close_of(date)? })
    }

    /// The hours before the open, where there is trading in them.
    pub fn morning(&self, date: NaiveDate) -> Option<Session> {
        let session = self.session(date).filter(|_| self.is_extended)?;
        Some(Session { date, open: at(date, 4, 0)?, close: session.open - MOMENT })
    }

    /// The hours after the close, where there is trading in them.
    pub fn evening(&self, date: NaiveDate) -> Option<Session> {
        let session = self.session(date).filter(|_| self.is_extended)?;
        Some(Session { date, open: session.close + MOMENT, close: session.close + EVENING })
    }

    /// Morning, session and evening of a date, as far as it has them.
    pub fn stretches(&self, date: NaiveDate) -> impl DoubleEndedIterator<Item = Session> + use<> {
        [self.morning(date), self.session(date), self.evening(date)].into_iter().flatten()
    }

    /// The stretch of trading under way, or the next one to come.
    pub fn stretch_from(&self, now: DateTime<Utc>) -> Option<Session> {
        let stretches = self.from(date_of(now)).flat_map(|date| self.stretches(date));
        stretches.into_iter().find(|stretch| now <= stretch.close)
    }

    /// The stretch of trading that a moment lies in.
    pub fn stretch_at(&self, now: DateTime<Utc>) -> Option<Session> {
        self.stretches(date_of(now)).find(|stretch| stretch.holds(now))
    }

    /// The newest stretch of trading that has begun by now.
    pub fn stretch_before(&self, now: DateTime<Utc>) -> Option<Session> {
        let dates = self.dates.range(..=date_of(now)).rev();
        dates.flat_map(|date| self.stretches(*date).rev()).find(|stretch| stretch.open <= now)
    }

    /// From when to when a day is replayed: its trading, and a little before and after it.
    pub fn day(&self, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        // An early close leaves the day as long as it was: the clock counts whole days.
        let (open, close) = if self.is_extended { ((4, 0), (20, 0)) } else { ((9, 30), (16, 0)) };
        Some((at(date, open.0, open.1)? - MARGIN, at(date, close.0, close.1)? + MARGIN))
    }

    /// The session that a moment lies in, if the exchange is open.
    pub fn session_at(&self, now: DateTime<Utc>) -> Option<Session> {
        self.session(date_of(now)).filter(|session| session.holds(now))
    }

    /// The session under way, or the next one to come.
    pub fn session_from(&self, now: DateTime<Utc>) -> Option<Session> {
        self.from(date_of(now)).filter_map(|date| self.session(date)).find(|session| now <= session.close)
    }

    /// The newest session that has begun by now.
    pub fn session_before(&self, now: DateTime<Utc>) -> Option<Session> {
        let dates = self.dates.range(..=date_of(now)).rev();
        dates.filter_map(|date| self.session(*date)).find(|session| session.open <= now)
    }

    /// Trading dates from `date` on.
    pub fn from(&self, date: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        self.dates.range(date..).copied()
    }

    /// Trading dates before `date`, newest first.
    pub fn before(&self, date: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        self.dates.range(..date).rev().copied()
    }

    /// The hours in which anything can trade, in the form of [`Calendar::hours`].
    pub fn trading_hours(&self, now: DateTime<Utc>, sessions: usize) -> String {
        self.listed(now, sessions, |date| {
            let (first, last) = (self.stretches(date).next()?, self.stretches(date).next_back()?);
            Some((first.open, last.close))
        })
    }

    /// Regular hours as contract details write them, day by day from today on: a week, or as many days as it takes until
    /// `sessions` are listed that are not over. Where the data ends, the days are closed.
    pub fn hours(&self, now: DateTime<Utc>, sessions: usize) -> String {
        self.listed(now, sessions, |date| self.session(date).map(|session| (session.open, session.close)))
    }

    fn listed(
        &self,
        now: DateTime<Utc>,
        sessions: usize,
        of: impl Fn(NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> String {
        let today = date_of(now);
        let is_ahead = |date: &NaiveDate| self.session(*date).is_some_and(|session| now <= session.close);
        let last = self.from(today).filter(is_ahead).nth(sessions.saturating_sub(1));
        let days = last.map_or(0, |last| (last - today).num_days() + 1).max(WEEK);
        let dates = today.iter_days().take(usize::try_from(days).unwrap_or(0));
        let hours = dates.map(|date| {
            let day = date.format("%Y%m%d");
            let time = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%H%M").to_string();
            match of(date) {
                Some((open, close)) => format!("{day}:{}-{day}:{}", time(open), time(close)),
                None => format!("{day}:CLOSED"),
            }
        });
        hours.collect::<Vec<_>>().join(";")
    }
}

/// The exchange's date at a moment.
pub fn date_of(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&ZONE).date_naive()
}

/// A time of day on a date of the exchange. None of the times used here falls into a change of clocks.
pub fn at(date: NaiveDate, hour: u32, minute: u32) -> Option<DateTime<Utc>> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
    Some(ZONE.from_local_datetime(&date.and_time(time)).earliest()?.with_timezone(&Utc))
}

/// A moment as TWS writes it: `20080929 09:30:00 US/Eastern`.
pub fn stamp(now: DateTime<Utc>) -> String {
    now.with_timezone(&ZONE).format("%Y%m%d %H:%M:%S US/Eastern").to_string()
}

#[cfg(test)]
mod tests {
    use super::{Calendar, at};
    use chrono::NaiveDate;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn five_sessions_are_always_ahead_even_over_a_long_weekend() {
        let days = ["2008-11-21", "2008-11-24", "2008-11-25", "2008-11-26", "2008-11-28", "2008-12-01"];
        let calendar = Calendar::new(days.map(date));
        let hours = |hour| calendar.hours(at(date("2008-11-21"), hour, 0).unwrap(), 5);
        let in_session = hours(12);
        assert!(
            in_session
                .starts_with("20081121:0930-20081121:1600;20081122:CLOSED;20081123:CLOSED;20081124:0930-")
        );
        assert!(in_session.ends_with("20081127:CLOSED;20081128:0930-20081128:1600"));
        let evening = hours(17);
        assert_eq!(
            evening.split(';').filter(|day| day.ends_with("1600")).count(),
            6,
            "today's, and five to come"
        );
        assert!(evening.ends_with("20081201:0930-20081201:1600"));
    }

    #[test]
    fn outside_regular_hours_there_is_a_morning_and_an_evening_where_they_are_wanted() {
        let regular = Calendar::new([date("2008-11-28"), date("2008-12-01")]);
        let extended = regular.clone().extended(true);
        let moment = |hour, minute| at(date("2008-11-28"), hour, minute).unwrap();
        let is_open = |calendar: &Calendar, hour, minute| calendar.stretch_at(moment(hour, minute)).is_some();
        for (hour, minute) in [(4, 0), (9, 29), (16, 1), (20, 0)] {
            assert!(is_open(&extended, hour, minute) && !is_open(&regular, hour, minute), "{hour}:{minute}");
        }
        assert!(!is_open(&extended, 3, 59) && !is_open(&extended, 20, 1) && is_open(&extended, 9, 30));
        assert_eq!(extended.stretch_at(moment(16, 0)), extended.session(date("2008-11-28")));
        let next = extended.stretch_from(moment(20, 1)).unwrap();
        assert_eq!(next.open, at(date("2008-12-01"), 4, 0).unwrap());
        assert!(extended.trading_hours(moment(12, 0), 1).starts_with("20081128:0400-20081128:2000;"));
        assert_eq!(regular.trading_hours(moment(12, 0), 1), regular.hours(moment(12, 0), 1));
        extended.close_early(date("2008-11-28"), moment(13, 0));
        assert!(extended.trading_hours(moment(12, 0), 1).starts_with("20081128:0400-20081128:1700;"));
        assert!(is_open(&extended, 17, 0) && !is_open(&extended, 17, 1));
    }

    #[test]
    fn where_the_data_ends_the_days_are_closed() {
        let calendar = Calendar::new([date("2013-03-01")]);
        let hours = calendar.hours(at(date("2013-03-01"), 12, 0).unwrap(), 5);
        assert!(hours.starts_with("20130301:0930-20130301:1600;20130302:CLOSED"));
        assert_eq!(hours.split(';').count(), 7);
    }
}
