//! Condition `time_window`: a part of the day by the clock, or of the contract's session.

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;

/// Both parts have to hold, where both are named. Market time counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// From this time of day, `09:45`, inclusive.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("pattern" = CLOCK)))]
    #[serde(default, with = "clock", skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveTime>,
    /// To this time of day, exclusive; earlier than `from`: over midnight.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("pattern" = CLOCK)))]
    #[serde(default, with = "clock", skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveTime>,
    /// The zone of both.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    #[serde(default = "new_york")]
    pub zone: Tz,
    /// Not before so many minutes of the session have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_minutes_since_open: Option<u32>,
    /// Only while at most so many minutes of the session are left: a close before the bell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_minutes_to_close: Option<u32>,
}

impl TimeWindow {
    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        match (self.by_the_clock(view), self.by_the_session(view)) {
            (Some(Err(miss)), _) | (_, Some(Err(miss))) => Err(miss),
            (_, Some(seen)) | (Some(seen), None) => seen,
            // Refused at the check: a window without bounds says nothing.
            (None, None) => Err(Miss::Closed),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from.is_none() && self.to.is_none() && !self.names_the_session()
    }

    fn names_the_session(&self) -> bool {
        self.min_minutes_since_open.is_some() || self.max_minutes_to_close.is_some()
    }

    fn by_the_clock(&self, view: &View<'_>) -> Option<Result<Seen, Miss>> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        let time = view.now.market.with_timezone(&self.zone).time();
        let (from, to) = (self.from.unwrap_or(NaiveTime::MIN), self.to.unwrap_or(DAY_END));
        let within = if from <= to { from <= time && time < to } else { from <= time || time < to };
        Some(if within {
            Ok(Seen::InWindow { time, from, to })
        } else {
            Err(Miss::Window { time, from, to })
        })
    }

    fn by_the_session(&self, view: &View<'_>) -> Option<Result<Seen, Miss>> {
        if !self.names_the_session() {
            return None;
        }
        let session = view.instrument.and_then(|own| own.session_at(view.now.market));
        let Some(session) = session else { return Some(Err(Miss::Closed)) };
        let (since_open, to_close) = (view.now.market - session.open, session.close - view.now.market);
        let minutes = |count: u32| TimeDelta::minutes(count.into());
        let begun = self.min_minutes_since_open.is_none_or(|least| since_open >= minutes(least));
        let ends = self.max_minutes_to_close.is_none_or(|most| to_close <= minutes(most));
        Some(if begun && ends {
            Ok(Seen::InSession { since_open, to_close })
        } else {
            Err(Miss::Session { since_open, to_close })
        })
    }
}

/// What a time of day looks like.
#[cfg(feature = "schema")]
const CLOCK: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

/// The last moment of a day: a window without an end goes up to it.
const DAY_END: NaiveTime = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).expect("a time of day");

fn new_york() -> Tz {
    chrono_tz::America::New_York
}

/// A time of day as `09:45`.
mod clock {
    use chrono::NaiveTime;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Option<NaiveTime>, to: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => to.serialize_str(&time.format("%H:%M").to_string()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveTime>, D::Error> {
        let text = String::deserialize(from)?;
        let time = NaiveTime::parse_from_str(&text, "%H:%M");
        time.map(Some)
            .map_err(|_| D::Error::custom(format!("`{text}` is no time of day; write it as `09:45`")))
    }
}
