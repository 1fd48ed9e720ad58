//! One line of a log: what it holds, as text and as JSON, and back from both.
//!
//! Both forms hold the same, so that either can be made of the other. In the text form each field has its
//! column; `-` stands for what the line is not about.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// Columns of the last field before the text; where the text begins depends on it.
const ORDER_WIDTH: usize = 20;
/// What stands for nothing.
const NONE: &str = "-";

/// How bad it is; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is wrong.
    Error,
    /// It may need a person.
    Warn,
    /// What a person follows.
    Info,
    /// The rest of the story.
    Debug,
}

impl From<tracing::Level> for Severity {
    fn from(level: tracing::Level) -> Severity {
        match level {
            tracing::Level::ERROR => Severity::Error,
            tracing::Level::WARN => Severity::Warn,
            tracing::Level::INFO => Severity::Info,
            _ => Severity::Debug,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Error => "ERROR",
            Severity::Warn => "WARN",
            Severity::Info => "INFO",
            Severity::Debug => "DEBUG",
        })
    }
}

impl FromStr for Severity {
    type Err = String;
    fn from_str(text: &str) -> Result<Severity, String> {
        match text.to_ascii_lowercase().as_str() {
            "error" => Ok(Severity::Error),
            "warn" => Ok(Severity::Warn),
            "info" => Ok(Severity::Info),
            "debug" => Ok(Severity::Debug),
            _ => Err(format!("`{text}` is no level; there are error, warn, info and debug")),
        }
    }
}

/// The form of lines in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Columns, for people.
    Text,
    /// An object a line, for programs.
    Json,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was told, to the millisecond.
    #[serde(serialize_with = "stamped")]
    pub time: DateTime<Utc>,
    /// How bad it is.
    pub level: Severity,
    /// The market's time, where it is about the market.
    pub market: Option<DateTime<FixedOffset>>,
    /// Who told it.
    pub actor: String,
    /// The number of the ticker's trade that it is about.
    pub trade: Option<u32>,
    /// The `orderRef` of the order that it is about; the first of several.
    pub order: Option<String>,
    /// What happened.
    pub text: String,
}

impl Entry {
    /// As a line of a file.
    #[must_use]
    pub fn line(&self, format: Format) -> String {
        match format {
            Format::Text => self.to_string(),
            Format::Json => self.json(),
        }
    }

    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        // Texts, numbers and times: there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line of either form; none for one that is neither.
    #[must_use]
    pub fn read(line: &str) -> Option<Entry> {
        if line.starts_with('{') { serde_json::from_str(line).ok() } else { from_text(line) }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let market = self.market.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, false));
        let trade = self.trade.map(|number| format!("#{number}"));
        let or_none = |field: Option<&str>| field.unwrap_or(NONE).to_owned();
        write!(
            f,
            "{} {:5} {:25} {:12} {:>5} {:ORDER_WIDTH$} {}",
            stamp(&self.time),
            self.level,
            or_none(market.as_deref()),
            or_none(Some(self.actor.as_str()).filter(|actor| !actor.is_empty())),
            or_none(trade.as_deref()),
            or_none(self.order.as_deref()),
            self.text
        )
    }
}

fn stamp(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn stamped<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&stamp(time))
}

fn from_text(line: &str) -> Option<Entry> {
    let mut rest = line;
    let mut next = || {
        rest = rest.trim_start_matches(' ');
        let (word, after) = rest.split_once(' ')?;
        rest = after;
        Some(word)
    };
    let time = DateTime::parse_from_rfc3339(next()?).ok()?.to_utc();
    let level = next()?.parse().ok()?;
    let market = match next()? {
        NONE => None,
        at => Some(DateTime::parse_from_rfc3339(at).ok()?),
    };
    let actor = Some(next()?).filter(|actor| *actor != NONE).unwrap_or_default().to_owned();
    let trade = match next()? {
        NONE => None,
        number => Some(number.strip_prefix('#')?.parse().ok()?),
    };
    let order = next()?;
    // What follows the column's own gap is text, gaps included.
    let gap = ORDER_WIDTH.saturating_sub(order.chars().count());
    let text = rest.get(gap..)?.to_owned();
    let order = (order != NONE).then(|| order.to_owned());
    Some(Entry { time, level, market, actor, trade, order, text })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Entry, Format, Severity};

    fn entry(text: &str) -> Entry {
        Entry {
            time: "2026-11-26T10:00:00.120Z".parse().unwrap(),
            level: Severity::Info,
            market: Some("2008-09-29T10:08:46-04:00".parse().unwrap()),
            actor: "ticker-AAPL".to_owned(),
            trade: Some(7),
            order: Some("K7Q.AAPL.0007.E1.4R".to_owned()),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_line_holds_the_same_as_text_and_as_json() {
        let whole = entry("filled E1 60 of 100 at 100.00");
        let bare = Entry { market: None, trade: None, order: None, ..entry("starts") };
        let lines: Vec<String> =
            [&whole, &bare].iter().flat_map(|entry| [entry.to_string(), entry.json()]).collect();
        expect![[r##"
            2026-11-26T10:00:00.120Z INFO  2008-09-29T10:08:46-04:00 ticker-AAPL     #7 K7Q.AAPL.0007.E1.4R  filled E1 60 of 100 at 100.00
            {"time":"2026-11-26T10:00:00.120Z","level":"info","market":"2008-09-29T10:08:46-04:00","actor":"ticker-AAPL","trade":7,"order":"K7Q.AAPL.0007.E1.4R","text":"filled E1 60 of 100 at 100.00"}
            2026-11-26T10:00:00.120Z INFO  -                         ticker-AAPL      - -                    starts
            {"time":"2026-11-26T10:00:00.120Z","level":"info","market":null,"actor":"ticker-AAPL","trade":null,"order":null,"text":"starts"}"##]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn each_form_is_read_back_exactly() {
        let long = Entry { order: Some("K7Q.LONGNAME.0001.E1.4RABCDEF".to_owned()), ..entry("a") };
        let bare = Entry { market: None, trade: None, order: None, actor: String::new(), ..entry(" - #1 ") };
        for own in
            [entry(""), entry("  two gaps  "), entry("{\"time\":1}"), entry("\\n é — \"q\""), long, bare]
        {
            for format in [Format::Text, Format::Json] {
                assert_eq!(Entry::read(&own.line(format)).as_ref(), Some(&own), "{}", own.line(format));
            }
        }
        for foreign in ["", "one", "{}", "{\"time\":1}", "2026-11-26T10:00:00Z INFO", "a b c d e f g"] {
            assert_eq!(Entry::read(foreign), None, "{foreign}");
        }
    }
}
