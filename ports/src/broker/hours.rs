//! A contract's hours: `20261123:0930-20261123:1600;20261126:CLOSED`, in its own zone.
//!
//! What cannot be read counts as closed: hours that are unknown are not traded in.
//! Source of the form: TWS contract details, `liquidHours` and `timeZoneId`.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use engine::Session;

/// The sessions of `entries`, in rising order; each entry may hold several, by `,` or `;`.
pub(super) fn sessions(entries: &[String], zone: &str) -> Vec<Session> {
    let Some(zone) = zone_named(zone) else { return Vec::new() };
    let parts = entries.iter().flat_map(|entry| entry.split([',', ';']));
    let mut sessions: Vec<Session> = parts.filter_map(|part| session(part.trim(), zone)).collect();
    sessions.sort_by_key(|session| session.open);
    sessions
}

/// A zone by its IANA name, or by the short names that TWS uses.
pub(super) fn zone_named(name: &str) -> Option<Tz> {
    let name = name.trim();
    let known = match name {
        "EST" | "EDT" | "EST5EDT" => "America/New_York",
        "CST" | "CDT" => "America/Chicago",
        "MST" | "MDT" => "America/Denver",
        "PST" | "PDT" => "America/Los_Angeles",
        "GMT" | "BST" => "Europe/London",
        "MET" | "CET" | "CEST" => "Europe/Berlin",
        "JST" => "Asia/Tokyo",
        other => other.split(" (").next().unwrap_or(other),
    };
    known.parse().ok()
}

fn session(part: &str, zone: Tz) -> Option<Session> {
    let (open, close) = part.split_once('-')?;
    let session = Session { open: moment(open, zone)?, close: moment(close, zone)? };
    (session.open < session.close).then_some(session)
}

fn moment(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y%m%d:%H%M").ok()?;
    local.and_local_timezone(zone).earliest().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::sessions;

    #[test]
    fn hours_are_read_in_the_contracts_zone_and_unknown_ones_are_closed() {
        let told = |entries: &[&str], zone: &str| {
            let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
            let one = |session: &engine::Session| format!("{}..{}", session.open, session.close);
            sessions(&entries, zone).iter().map(one).collect::<Vec<_>>().join(" ")
        };
        let week = ["20261126:CLOSED;20261123:0930-20261123:1200,20261123:1300-20261123:1600"];
        assert_eq!(
            told(&week, "US/Eastern"),
            "2026-11-23 14:30:00 UTC..2026-11-23 17:00:00 UTC 2026-11-23 18:00:00 UTC..2026-11-23 21:00:00 UTC"
        );
        assert_eq!(
            told(&["20260701:0930-20260701:1600"], "EST"),
            "2026-07-01 13:30:00 UTC..2026-07-01 20:00:00 UTC"
        );
        for unknown in ["", "closed", "20261123:0930", "20261123:1600-20261123:0930"] {
            assert_eq!(told(&[unknown], "US/Eastern"), "");
        }
        assert_eq!(told(&week, "Mars/Olympus"), "");
    }
}
