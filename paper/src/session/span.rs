//! The words of a history request: bar sizes, durations and what to show, as TWS spells them.
//!
//! Read next: [`history`](crate::session::history).

use chrono::{Days, Months, NaiveDate};

use crate::market::bars::Show;

/// How long a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarSize {
    /// Seconds, less than a day.
    Seconds(u32),
    /// A trading day.
    Day,
    /// The trading days of a calendar week.
    Week,
    /// The trading days of a calendar month.
    Month,
}

impl BarSize {
    /// Reads `5 secs`, `1 min`, `2 hours`, `1 day`…; only the sizes that TWS has.
    pub fn named(name: &str) -> Option<BarSize> {
        let seconds = match name {
            "1 secs" | "1 sec" => 1,
            "5 secs" => 5,
            "10 secs" => 10,
            "15 secs" => 15,
            "30 secs" => 30,
            "1 min" => 60,
            "2 mins" => 120,
            "3 mins" => 180,
            "5 mins" => 300,
            "10 mins" => 600,
            "15 mins" => 900,
            "20 mins" => 1200,
            "30 mins" => 1800,
            "1 hour" => 3600,
            "2 hours" => 7200,
            "3 hours" => 10_800,
            "4 hours" => 14_400,
            "8 hours" => 28_800,
            "1 day" | "1D" => return Some(BarSize::Day),
            "1 week" | "1W" => return Some(BarSize::Week),
            "1 month" | "1M" => return Some(BarSize::Month),
            _ => return None,
        };
        Some(BarSize::Seconds(seconds))
    }
}

/// How far back a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duration {
    /// Seconds of trading.
    Seconds(u32),
    /// Trading days, the one under way included.
    Days(u32),
    /// Calendar weeks.
    Weeks(u32),
    /// Calendar months.
    Months(u32),
}

impl Duration {
    /// Reads `1800 S`, `2 D`, `1 W`, `3 M`, `1 Y`.
    pub fn named(name: &str) -> Option<Duration> {
        let (count, unit) = name.trim().split_once(' ')?;
        let count = count.parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
        match unit.trim() {
            "S" => Some(Duration::Seconds(count)),
            "D" => Some(Duration::Days(count)),
            "W" => Some(Duration::Weeks(count)),
            "M" => Some(Duration::Months(count)),
            "Y" => Some(Duration::Months(count.saturating_mul(12))),
            _ => None,
        }
    }

    /// The first date of a calendar span that ends on `last`; none for spans counted in trading time.
    pub fn first_date(self, last: NaiveDate) -> Option<NaiveDate> {
        let before = match self {
            Duration::Weeks(weeks) => last.checked_sub_days(Days::new(u64::from(weeks) * 7)),
            Duration::Months(months) => last.checked_sub_months(Months::new(months)),
            Duration::Seconds(_) | Duration::Days(_) => return None,
        };
        Some(before.and_then(|before| before.succ_opt()).unwrap_or(NaiveDate::MIN))
    }
}

/// Reads the period of a histogram: `3 days`, `1 week`, `2 hours`.
pub fn period(text: &str) -> Option<Duration> {
    let (count, unit) = text.trim().split_once(' ')?;
    let of = |letter: &str| Duration::named(&format!("{count} {letter}"));
    let seconds = |each: u32| Some(Duration::Seconds(count.parse::<u32>().ok()?.checked_mul(each)?.max(1)));
    match unit.trim().trim_end_matches('s') {
        "second" => of("S"),
        "minute" => seconds(60),
        "hour" => seconds(3600),
        "day" => of("D"),
        "week" => of("W"),
        "month" => of("M"),
        "year" => of("Y"),
        _ => None,
    }
}

/// What to show, if it is served.
pub fn show_named(name: &str) -> Option<Show> {
    match name {
        "TRADES" => Some(Show::Trades),
        "MIDPOINT" => Some(Show::MidPoint),
        "BID" => Some(Show::Bid),
        "ASK" => Some(Show::Ask),
        _ => None,
    }
}
