//! The one reader of predictions, whatever door they come through: bytes in, each a prediction or malformed.
//!
//! Nothing is guessed. A symbol is what stands there, letter by letter; a number is a number; a time is a time.
//! What is malformed says why in one short line of plain ASCII.
//!
//! Read first: [`strict`], which makes JSON of bytes.

use chrono::{DateTime, Datelike, Utc};
use engine::{Confidence, Direction, Price, Signal};
use rust_decimal::Decimal;
use serde_json::Value;

use super::fields::Pointer;
use super::shown::{is_plain, shown};
use super::strict::{self, NotJson};
use super::{Fields, Malformed, Prediction};

/// The largest single prediction that is read.
pub const PREDICTION_BYTES_MAX: usize = 64 * 1_024;
/// The most predictions of one answer that are looked at.
const PREDICTIONS_MAX: usize = 10_000;
/// The longest id, and the longest name of a source.
const ID_MAX: usize = 96;
/// The longest symbol.
const SYMBOL_MAX: usize = 32;
/// How much of a bad prediction is shown, and how much of what is wrong with it.
const TEXT_MAX: usize = 120;
/// A number of seconds above this would lie beyond the year 5000: it counts milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;
/// Years in which signals are made.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// What stands for a field that is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The symbol that was asked for.
    pub symbol: Option<&'a str>,
    /// How sure a source is that does not say.
    pub confidence: Option<Confidence>,
}

/// Why a whole answer is unusable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// It cannot be read.
    #[error("it is no JSON that is read here")]
    NotJson(#[source] NotJson),
    /// It has no list where the config says.
    #[error("it has nothing at `{0}`; see [signals.fields] list")]
    NoList(String),
}

/// An answer's predictions, in the order in which they stand.
///
/// # Errors
/// The whole answer is unusable. Single bad predictions are part of it.
pub fn list(
    body: &[u8],
    fields: &Fields,
    given: Given<'_>,
) -> Result<Vec<Result<Prediction, Malformed>>, BadAnswer> {
    let answer = strict::read(body).map_err(BadAnswer::NotJson)?;
    let nothing = || BadAnswer::NoList(fields.list.clone().into());
    let parts = match fields.list.of(&answer).ok_or_else(nothing)? {
        Value::Array(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    Ok(parts.iter().take(PREDICTIONS_MAX).map(|part| prediction(part, fields, given)).collect())
}

/// The one prediction that `body` is.
///
/// # Errors
/// It is none.
pub fn one(body: &[u8], fields: &Fields, given: Given<'_>) -> Result<Prediction, Malformed> {
    let start = &body[..body.len().min(TEXT_MAX)];
    let text = || shown(&String::from_utf8_lossy(start), TEXT_MAX);
    if body.len() > PREDICTION_BYTES_MAX {
        let why = format!("longer than {PREDICTION_BYTES_MAX} bytes");
        return Err(Malformed { why, text: text() });
    }
    match strict::read(body) {
        Ok(value) => prediction(&value, fields, given),
        Err(error) => Err(Malformed { why: error.to_string(), text: text() }),
    }
}

/// The prediction that `part` is.
pub(super) fn prediction(part: &Value, fields: &Fields, given: Given<'_>) -> Result<Prediction, Malformed> {
    let read = Part { part, fields, given }.read();
    read.map_err(|why| Malformed { why: shown(&why, TEXT_MAX), text: shown(&part.to_string(), TEXT_MAX) })
}

/// A part of an answer that should be a prediction. What is wrong is told as it stands; who hands it on makes it
/// plain.
struct Part<'a> {
    part: &'a Value,
    fields: &'a Fields,
    given: Given<'a>,
}

impl Part<'_> {
    fn read(&self) -> Result<Prediction, String> {
        if !self.part.is_object() {
            return Err("it is no object".to_owned());
        }
        let symbol = self.symbol()?;
        let value = self.needed(&self.fields.signal)?;
        let said = value.as_str().and_then(direction);
        let direction =
            said.ok_or_else(|| wrong(&self.fields.signal, "neither BUY, SELL nor SHORT", value))?;
        let confidence = self.confidence()?;
        let value = self.needed(&self.fields.timestamp)?;
        let at = timestamp(value).ok_or_else(|| wrong(&self.fields.timestamp, "no time", value))?;
        let id = self.id()?.unwrap_or_else(|| format!("{symbol}-{}-{direction}", at.timestamp()));
        let (stop, target) = (self.price(&self.fields.stop)?, self.price(&self.fields.target)?);
        let source = self.source()?.unwrap_or_default();
        let signal = Signal { source, stop, target, ..Signal::new(id, direction, confidence, at) };
        Ok(Prediction { symbol, signal })
    }

    /// A field that is there and not null.
    fn said(&self, place: &Pointer) -> Option<&Value> {
        place.of(self.part).filter(|value| !value.is_null())
    }

    fn needed(&self, place: &Pointer) -> Result<&Value, String> {
        place.of(self.part).ok_or_else(|| format!("`{}` is missing", place.name()))
    }

    fn symbol(&self) -> Result<String, String> {
        let place = &self.fields.symbol;
        let value = match (self.said(place), self.given.symbol) {
            (None, Some(asked)) => return Ok(asked.to_owned()),
            _ => self.needed(place)?,
        };
        let text = value.as_str().ok_or_else(|| wrong(place, "no text", value))?;
        if !is_plain(text, SYMBOL_MAX) {
            return Err(wrong(place, "no symbol", value));
        }
        match self.given.symbol {
            Some(asked) if asked != text => Err(wrong(place, &format!("not `{asked}`, as asked for"), value)),
            _ => Ok(text.to_owned()),
        }
    }

    fn confidence(&self) -> Result<Confidence, String> {
        let place = &self.fields.confidence;
        if let (None, Some(given)) = (self.said(place), self.given.confidence) {
            return Ok(given);
        }
        let value = self.needed(place)?;
        let number = decimal(value).ok_or_else(|| wrong(place, "no number", value))?;
        Confidence::new(number).map_err(|error| error.to_string())
    }

    fn id(&self) -> Result<Option<String>, String> {
        match self.said(&self.fields.id) {
            Some(Value::Number(number)) if !number.is_f64() => Ok(Some(number.to_string())),
            _ => self.text(&self.fields.id, "no id of visible ASCII characters"),
        }
    }

    fn source(&self) -> Result<Option<String>, String> {
        self.text(&self.fields.source, "no name of visible ASCII characters")
    }

    fn text(&self, place: &Pointer, is: &str) -> Result<Option<String>, String> {
        match self.said(place) {
            None => Ok(None),
            Some(Value::String(text)) if is_plain(text, ID_MAX) => Ok(Some(text.clone())),
            Some(value) => Err(wrong(place, is, value)),
        }
    }

    fn price(&self, place: &Pointer) -> Result<Option<Price>, String> {
        let Some(value) = self.said(place) else { return Ok(None) };
        let price = decimal(value).and_then(|number| Price::new(number).ok());
        price.map(Some).ok_or_else(|| wrong(place, "no price", value))
    }
}

fn wrong(place: &Pointer, is: &str, value: &Value) -> String {
    format!("`{}` is {is}: {value}", place.name())
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_number()?.to_string().parse().ok()
}

fn direction(text: &str) -> Option<Direction> {
    match text.to_ascii_uppercase().as_str() {
        "BUY" => Some(Direction::Buy),
        "SELL" => Some(Direction::Sell),
        "SHORT" => Some(Direction::Short),
        _ => None,
    }
}

fn timestamp(value: &Value) -> Option<DateTime<Utc>> {
    let at = match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        Value::Number(number) => match number.as_i64()? {
            milliseconds if milliseconds > SECONDS_MAX => DateTime::from_timestamp_millis(milliseconds),
            seconds => DateTime::from_timestamp(seconds, 0),
        },
        _ => None,
    };
    at.filter(|at| YEARS.contains(&at.year()))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{Given, list};
    use crate::signals::Fields;

    fn check(body: &[u8], fields: &Fields, given: Given<'_>, expected: Expect) {
        let told: Vec<String> = list(body, fields, given)
            .unwrap()
            .into_iter()
            .map(|part| match part {
                Ok(one) => format!("{} {} {} {}", one.symbol, one.signal, one.signal.at, one.signal.id),
                Err(bad) => bad.why,
            })
            .collect();
        expected.assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_bad_prediction_spoils_no_other() {
        let body = br#"[
            {"id": "a1", "symbol": "AAPL", "signal": "BUY", "confidence": 0.83, "timestamp": "2008-09-29T14:37:00Z"},
            {"symbol": "AAPL", "signal": "short", "confidence": 1, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "sell", "confidence": 1, "timestamp": 1222698000123},
            {"symbol": "AAPL", "signal": "HOLD", "confidence": 0.5, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": 1.5, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": "0.5", "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": 0.5, "timestamp": "yesterday"},
            {"symbol": 7, "signal": "BUY", "confidence": 0.5, "timestamp": 1222698000},
            7
        ]"#;
        check(
            body,
            &Fields::default(),
            Given::default(),
            expect![[r#"
            AAPL BUY 0.83 2008-09-29 14:37:00 UTC a1
            AAPL SHORT 1.00 2008-09-29 14:20:00 UTC AAPL-1222698000-SHORT
            AAPL SELL 1.00 2008-09-29 14:20:00.123 UTC AAPL-1222698000-SELL
            `signal` is neither BUY, SELL nor SHORT: "HOLD"
            a confidence must be between 0 and 1, got 1.5
            `confidence` is no number: "0.5"
            `timestamp` is no time: "yesterday"
            `symbol` is no text: 7
            it is no object"#]],
        );
        assert!(list(b"<html>", &Fields::default(), Given::default()).is_err());
    }

    #[test]
    fn an_api_of_other_names_is_read_by_pointers() {
        let body = br#"{"data": {"items": [
            {"asset": {"ticker": "AAPL"}, "side": "buy", "score": {"p": 0.83}, "ts": 1222698000, "key": 41},
            {"asset": {}, "side": "buy", "score": {"p": 0.83}, "ts": 1222698000}
        ]}}"#;
        let fields = serde_json::json!({
            "list": "/data/items", "symbol": "/asset/ticker", "signal": "side", "confidence": "/score/p",
            "timestamp": "ts", "id": "key",
        });
        let fields: Fields = serde_json::from_value(fields).unwrap();
        check(
            body,
            &fields,
            Given::default(),
            expect![[r#"
            AAPL BUY 0.83 2008-09-29 14:20:00 UTC 41
            `/asset/ticker` is missing"#]],
        );
        let none = list(br#"{"data": 1}"#, &fields, Given::default()).unwrap_err();
        expect!["it has nothing at `/data/items`; see [signals.fields] list"].assert_eq(&none.to_string());
        assert!(serde_json::from_str::<Fields>(r#"{"id": "/a~2"}"#).is_err());
    }

    #[test]
    fn what_was_asked_for_need_not_be_said_but_not_be_gainsaid() {
        let body = br#"[{"signal": "BUY", "confidence": 1, "timestamp": 1222698000},
            {"symbol": "GOOG", "signal": "BUY", "confidence": 1, "timestamp": 1222698000}]"#;
        let given = Given { symbol: Some("AAPL"), confidence: None };
        check(
            body,
            &Fields::default(),
            given,
            expect![[r#"
            AAPL BUY 1.00 2008-09-29 14:20:00 UTC AAPL-1222698000-BUY
            `symbol` is not `AAPL`, as asked for: "GOOG""#]],
        );
    }
}
