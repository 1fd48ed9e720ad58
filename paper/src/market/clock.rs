//! Market time: a pure function of how long the gateway has been running.
//!
//! A trading day runs from 09:25 to 16:05 at the market's speed, or from 03:55 to 20:05 where there is trading outside
//! regular hours; then the clock jumps over night, weekend and holiday to the morning of the next trading date. After the
//! last date it goes on through its evening.
//!
//! Read next: [`quote`](crate::market::quote).

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::market::calendar::Calendar;

/// Where the market's time begins and how fast it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketClock {
    /// The first date; one without trading means the next with it.
    pub start: NaiveDate,
    /// Market seconds to a second of process time.
    pub speed: f64,
    /// Market time that had been replayed before this process began.
    pub replayed: TimeDelta,
}

impl MarketClock {
    /// A clock that begins in the morning of `start`.
    pub fn new(start: NaiveDate, speed: f64) -> MarketClock {
        MarketClock { start, speed, replayed: TimeDelta::zero() }
    }

    /// A clock that goes on at a moment of the market which began on `start`.
    pub fn resumed(calendar: &Calendar, start: NaiveDate, speed: f64, at: DateTime<Utc>) -> MarketClock {
        let begun = calendar
            .from(start)
            .filter_map(|date| morning(calendar, date))
            .take_while(|morning| *morning <= at);
        let (days, newest) = begun.fold((0, None), |(days, _), morning| (days + 1, Some((days, morning))));
        let is_last = calendar.from(start).nth(days).is_none();
        let replayed = newest.map(|(before, morning)| {
            let day = length(calendar, start);
            let today = if is_last { at - morning } else { (at - morning).min(day) };
            day * i32::try_from(before).unwrap_or(0) + today
        });
        MarketClock { start, speed, replayed: replayed.unwrap_or_default() }
    }

    /// The market's time after `elapsed` of process time.
    pub fn now(&self, calendar: &Calendar, elapsed: std::time::Duration) -> DateTime<Utc> {
        let passed = (elapsed.as_secs_f64() * self.speed * 1000.0).clamp(0.0, 1e15) as i64
            + self.replayed.num_milliseconds();
        let day = length(calendar, self.start).num_milliseconds().max(1);
        let days = usize::try_from(passed / day).unwrap_or(usize::MAX);
        match calendar.from(self.start).nth(days).and_then(|date| morning(calendar, date)) {
            Some(morning) => morning + TimeDelta::milliseconds(passed % day),
            None => self.after_the_end(calendar, passed, day),
        }
    }

    fn after_the_end(&self, calendar: &Calendar, passed: i64, day: i64) -> DateTime<Utc> {
        let days = i64::try_from(calendar.from(self.start).count()).unwrap_or(0);
        let last = calendar.dates().next_back().and_then(|date| morning(calendar, date)).unwrap_or_default();
        let replayed = (days.max(1) - 1) * day;
        last + TimeDelta::milliseconds(passed - replayed)
    }
}

fn morning(calendar: &Calendar, date: NaiveDate) -> Option<DateTime<Utc>> {
    calendar.day(date).map(|(begin, _)| begin)
}

/// How much of a day is replayed: the same of every day. No clocks change while there is trading.
fn length(calendar: &Calendar, date: NaiveDate) -> TimeDelta {
    calendar.day(date).map_or(TimeDelta::days(1), |(begin, end)| end - begin)
}

#[cfg(test)]
mod tests {
    use super::MarketClock;
    use crate::market::calendar::{Calendar, stamp};
    use chrono::NaiveDate;
    use std::time::Duration;

    fn after(seconds: u64) -> String {
        let clock = MarketClock::new(date("2008-10-30"), 100.0);
        stamp(clock.now(&calendar(), Duration::from_secs(seconds)))
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        Calendar::new([date("2008-10-31"), date("2008-11-03")])
    }

    #[test]
    fn a_day_ends_at_five_past_four_and_the_weekend_is_skipped_with_its_change_of_clocks() {
        assert_eq!(after(0), "20081031 09:25:00 US/Eastern");
        assert_eq!(after(3), "20081031 09:30:00 US/Eastern");
        assert_eq!(after(239), "20081031 16:03:20 US/Eastern");
        assert_eq!(after(240), "20081103 09:25:00 US/Eastern");
    }

    #[test]
    fn a_day_with_trading_outside_regular_hours_is_as_long_as_its_trading() {
        let (calendar, start) = (calendar().extended(true), date("2008-10-30"));
        let clock = MarketClock::new(start, 100.0);
        let told = |seconds| stamp(clock.now(&calendar, Duration::from_secs(seconds)));
        assert_eq!(told(0), "20081031 03:55:00 US/Eastern");
        assert_eq!(told(582), "20081103 03:55:00 US/Eastern");
        let evening = clock.now(&calendar, Duration::from_secs(580));
        let resumed = MarketClock::resumed(&calendar, start, 100.0, evening);
        assert_eq!(resumed.now(&calendar, Duration::ZERO), evening);
    }

    #[test]
    fn after_the_last_date_the_evening_goes_on() {
        assert_eq!(after(480), "20081103 16:05:00 US/Eastern");
        assert_eq!(after(516), "20081103 17:05:00 US/Eastern");
    }

    #[test]
    fn a_resumed_clock_goes_on_as_if_it_had_never_stopped() {
        let (calendar, start) = (calendar(), date("2008-10-30"));
        let clock = MarketClock::new(start, 100.0);
        for seconds in [0, 1, 3, 200, 239, 240, 300, 479, 480, 516, 5000] {
            let at = clock.now(&calendar, Duration::from_secs(seconds));
            let resumed = MarketClock::resumed(&calendar, start, 50.0, at);
            assert_eq!(resumed.now(&calendar, Duration::ZERO), at, "{seconds}");
            let later = clock.now(&calendar, Duration::from_secs(seconds + 7));
            assert_eq!(resumed.now(&calendar, Duration::from_secs(14)), later, "{seconds}");
        }
    }

    #[test]
    fn a_moment_of_the_night_goes_on_in_the_morning() {
        let night = "2008-11-01T03:00:00Z".parse().unwrap();
        let clock = MarketClock::resumed(&calendar(), date("2008-10-30"), 100.0, night);
        assert_eq!(stamp(clock.now(&calendar(), Duration::ZERO)), "20081103 09:25:00 US/Eastern");
    }
}
