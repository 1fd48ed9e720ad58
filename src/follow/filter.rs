//! Which lines of a log are wanted, and a line as it is shown.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;
use serde_json::json;

use crate::journal::Wanted;
use crate::logs::entry::{Entry, Severity};
use crate::logs::plain::plain;

/// Which lines are wanted. Without a wish all are.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) level: Option<Severity>,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) grep: Option<Regex>,
}

/// A line as it was read. One that is none of ours goes with the line before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) entry: Option<Entry>,
    /// Its text form, also where its file has the other one.
    pub(super) text: String,
}

impl Line {
    /// Reads a line of either form. A file may have been changed by others: nothing in it reaches a terminal as it is.
    pub(super) fn read(bytes: &[u8]) -> Line {
        let line = String::from_utf8_lossy(bytes);
        let entry = Entry::read(&line).map(|entry| Entry {
            actor: plain(&entry.actor),
            order: entry.order.as_deref().map(plain),
            text: plain(&entry.text),
            ..entry
        });
        let text = entry.as_ref().map_or_else(|| plain(&line), Entry::to_string);
        Line { entry, text }
    }

    pub(super) fn time(&self) -> Option<DateTime<Utc>> {
        Some(self.entry.as_ref()?.time)
    }

    /// As it is shown.
    pub(super) fn shown(&self, json: bool) -> String {
        match &self.entry {
            _ if !json => self.text.clone(),
            Some(entry) => entry.json(),
            // The keys are the same in each line.
            None => json!({ "time": null, "level": null, "market": null, "actor": null, "trade": null, "order": null,
                "text": self.text })
            .to_string(),
        }
    }
}

impl Filter {
    /// Whether a line is wanted; `time` is that of the line before it where it has none.
    pub(super) fn wants(&self, line: &Line, time: Option<DateTime<Utc>>) -> bool {
        let level = line.entry.as_ref().map(|entry| entry.level);
        self.level.is_none_or(|least| level.is_some_and(|level| level <= least))
            && self.since.is_none_or(|since| time.is_some_and(|time| time >= since))
            && self.grep.as_ref().is_none_or(|grep| grep.is_match(&line.text))
    }

    /// True where the last lines of a file may not be wanted.
    pub(super) fn is_choosy(&self) -> bool {
        self.level.is_some() || self.since.is_some() || self.grep.is_some()
    }
}

/// A moment: so long before `now`, or a time in UTC.
pub(super) fn since(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let span = || {
        let unit = text.chars().last()?;
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count >= 0)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        now.checked_sub_signed(TimeDelta::try_seconds(count.checked_mul(seconds)?)?)
    };
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let plain = || forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    span()
        .or_else(|| Wanted::moment(text).ok())
        .or_else(|| plain().map(|time| time.and_utc()))
        .ok_or_else(|| format!("`{text}` is no span (90s, 10m, 2h, 3d) and no time (2026-11-26T10:00:00)"))
}

#[cfg(test)]
mod tests {
    use super::{Filter, Line, since};

    #[test]
    fn since_takes_spans_and_times() {
        let now = "2026-11-26T10:00:00Z".parse().unwrap();
        for (text, wanted) in [
            ("90s", "2026-11-26T09:58:30Z"),
            ("10m", "2026-11-26T09:50:00Z"),
            ("2h", "2026-11-26T08:00:00Z"),
            ("1d", "2026-11-25T10:00:00Z"),
            ("2026-11-26", "2026-11-26T00:00:00Z"),
            ("2026-11-26 09:30", "2026-11-26T09:30:00Z"),
            ("2026-11-26T09:30:01.5", "2026-11-26T09:30:01.5Z"),
            ("2026-11-26T09:30:01-04:00", "2026-11-26T13:30:01Z"),
        ] {
            assert_eq!(since(text, now), Ok(wanted.parse().unwrap()), "{text}");
        }
        for wrong in ["", "m", "-5m", "5 m", "99999999999999999d", "yesterday", "é"] {
            assert!(since(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_of_strangers_is_shown_harmless_and_only_where_nothing_else_is_wanted() {
        let line = Line::read(b"{\"text\":\"\x1b[2J\xff");
        assert_eq!(line.shown(false), "{\"text\":\"\\u{1b}[2J\u{fffd}");
        let json: serde_json::Value = serde_json::from_str(&line.shown(true)).unwrap();
        assert_eq!(json["text"], line.text);
        assert!(Filter::default().wants(&line, None));
        let least = Filter { level: Some(crate::logs::entry::Severity::Debug), ..Filter::default() };
        assert!(!least.wants(&line, None));
        let forged = br#"{"time":"2026-11-26T10:00:00Z","level":"info","market":null,"actor":"\u001b]0;x","trade":null,"order":"\u202e","text":"\u001b[2J\n"}"#;
        let shown = Line::read(forged).shown(false);
        assert!(!shown.contains(|c: char| c.is_control() || c == '\u{202e}'), "{shown:?}");
    }
}
