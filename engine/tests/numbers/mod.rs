//! Times of the day and numbers, from text.

use chrono::{DateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::America::New_York;
use engine::{Now, Process};
use rust_decimal::Decimal;

/// A time of the day in New York; both clocks run alike.
pub(crate) fn at(time: &str) -> Now {
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S").unwrap_or_else(|_| panic!("`{time}` is no time"));
    let day =
        New_York.with_ymd_and_hms(2026, 6, 1, 0, 0, 0).single().expect("a day without a gap at midnight");
    let since = time.signed_duration_since(NaiveTime::MIN);
    let market: DateTime<Utc> = (day + since).to_utc();
    Now { market, process: Process::at(since) }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}
