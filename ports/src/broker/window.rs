//! When IB restarts its servers, by its own notice: sessions end then, and are back by themselves.
//!
//! North America: each night from 00:15 to 01:45, and the weekend's from Friday 23:00 to
//! Saturday 03:00, New York time. Orders at the exchanges live on; stops that IB simulates
//! sleep. Source: IB's system status page.

use chrono::{DateTime, Datelike, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::America::New_York;

/// Accounts of the paper gateway, whose IB never restarts, begin with this.
const PAPER_GATEWAY: &str = "DSIM";

/// Until when IB restarts, New York time, if it does at `at`, for this account.
#[must_use]
pub fn restart_until(account: &str, at: DateTime<Utc>) -> Option<NaiveTime> {
    if account.starts_with(PAPER_GATEWAY) {
        return None;
    }
    let local = at.with_timezone(&New_York);
    let minute = local.hour() * 60 + local.minute();
    let until = match local.weekday() {
        Weekday::Fri if minute >= 23 * 60 => (3, 0),
        Weekday::Sat if minute < 3 * 60 => (3, 0),
        Weekday::Sat => return None,
        _ if (15..105).contains(&minute) => (1, 45),
        _ => return None,
    };
    NaiveTime::from_hms_opt(until.0, until.1, 0)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::restart_until;

    #[test]
    fn the_nights_and_the_weekend_of_the_calendar() {
        // New York is five hours behind in winter and four in summer.
        let table = [
            ("2026-01-14T05:14:00Z", None),
            ("2026-01-14T05:15:00Z", Some("01:45")),
            ("2026-01-14T06:44:00Z", Some("01:45")),
            ("2026-01-14T06:45:00Z", None),
            ("2026-07-14T04:15:00Z", Some("01:45")),
            ("2026-01-17T03:59:00Z", None),
            ("2026-01-17T04:00:00Z", Some("03:00")),
            ("2026-01-17T07:59:00Z", Some("03:00")),
            ("2026-01-17T08:00:00Z", None),
            ("2026-01-14T15:00:00Z", None),
        ];
        for (at, expected) in table {
            let at: DateTime<Utc> = at.parse().expect("a time");
            assert_eq!(restart_until("DSIM0001", at), None);
            let told = restart_until("DU0000001", at).map(|until| until.format("%H:%M").to_string());
            assert_eq!(told.as_deref(), expected, "{at}");
        }
    }
}
