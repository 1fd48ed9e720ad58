//! A prediction API over HTTP: polled, bounded, and never trusted.
//!
//! The answer is a JSON list (or one object) of predictions: `symbol`, `signal` (BUY,
//! SELL, SHORT), `confidence` (0 to 1), `timestamp` (RFC 3339, Unix seconds or
//! milliseconds), and an `id` if the source has one. [`Fields`] says where an API of
//! other names has them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::{Confidence, Direction, Price, Signal};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::fields::Pointer;
use super::{Fields, Malformed, Prediction};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// The most predictions of one answer that are looked at.
const PREDICTIONS_MAX: usize = 10_000;
/// The longest id that is taken as it is.
const ID_MAX: usize = 96;
/// How much of a bad prediction is shown.
const TEXT_MAX: usize = 120;

/// A number of seconds above this would lie beyond the year 5000: it counts milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;

/// An API, as the config describes it.
#[derive(Debug)]
pub struct Api {
    /// What is asked.
    pub endpoint: String,
    /// The key that goes along.
    pub key: Option<SecretString>,
    /// The header that carries the key as it is; none: `Authorization: Bearer KEY`.
    pub key_header: Option<String>,
    /// Where the answer's parts stand.
    pub fields: Fields,
    /// How long an answer may take.
    pub patience: Duration,
}

/// One endpoint, asked again and again.
#[derive(Debug)]
pub struct HttpSource {
    client: reqwest::Client,
    api: Api,
}

/// Why a poll brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The endpoint did not answer, or answered with an error.
    #[error("failed to ask the prediction API")]
    Request(#[source] reqwest::Error),
    /// The answer is larger than what is read.
    #[error("the prediction API's answer is larger than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
    /// The answer is no JSON.
    #[error("the prediction API's answer is no JSON")]
    NotJson(#[source] serde_json::Error),
    /// The answer has no list where the config says.
    #[error("the prediction API's answer has nothing at `{0}`; see [signals.fields] list")]
    NoList(String),
}

impl HttpSource {
    /// A source that asks `api`.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(api: Api) -> Result<HttpSource, PollError> {
        // Only an https endpoint needs it; a second call finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().timeout(api.patience).no_proxy();
        let builder = if api.endpoint.starts_with("https:") { builder } else { builder.tls_certs_only([]) };
        let client = builder.build().map_err(PollError::Request)?;
        Ok(HttpSource { client, api })
    }

    /// Asks once.
    ///
    /// # Errors
    /// The whole answer is unusable. Single bad predictions are part of the answer.
    pub async fn poll(&self) -> Result<Vec<Result<Prediction, Malformed>>, PollError> {
        let mut request = self.client.get(&self.api.endpoint);
        if let Some(key) = &self.api.key {
            request = match &self.api.key_header {
                Some(header) => request.header(header, key.expose_secret()),
                None => request.bearer_auth(key.expose_secret()),
            };
        }
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let mut answer = answer.map_err(|error| PollError::Request(error.without_url()))?;
        let mut body = Vec::new();
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| PollError::Request(error.without_url()))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                return Err(PollError::TooLarge);
            }
        }
        read(&body, &self.api.fields)
    }
}

/// An answer's predictions, in the order in which they stand.
fn read(body: &[u8], fields: &Fields) -> Result<Vec<Result<Prediction, Malformed>>, PollError> {
    let answer: Value = serde_json::from_slice(body).map_err(PollError::NotJson)?;
    let found = fields.list.of(&answer).ok_or_else(|| PollError::NoList(fields.list.clone().into()))?;
    let parts = match found {
        Value::Array(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    Ok(parts.iter().take(PREDICTIONS_MAX).map(|part| prediction(part, fields)).collect())
}

fn prediction(part: &Value, fields: &Fields) -> Result<Prediction, Malformed> {
    let bad = |why: String| Malformed { why, text: part.to_string().chars().take(TEXT_MAX).collect() };
    let field = |place: &Pointer| place.of(part).ok_or_else(|| bad(format!("`{}` is missing", place.name())));
    let wrong =
        |place: &Pointer, is: &str, value: &Value| bad(format!("`{}` is {is}: {value}", place.name()));
    let value = field(&fields.symbol)?;
    let symbol = value.as_str().ok_or_else(|| wrong(&fields.symbol, "no text", value))?.to_owned();
    let value = field(&fields.signal)?;
    let said = value.as_str().and_then(direction);
    let direction = said.ok_or_else(|| wrong(&fields.signal, "neither BUY, SELL nor SHORT", value))?;
    let value = field(&fields.confidence)?;
    let number: Option<Decimal> = value.as_number().and_then(|number| number.to_string().parse().ok());
    let number = number.ok_or_else(|| wrong(&fields.confidence, "no number", value))?;
    let confidence = Confidence::new(number).map_err(|error| bad(error.to_string()))?;
    let value = field(&fields.timestamp)?;
    let at = timestamp(value).ok_or_else(|| wrong(&fields.timestamp, "no time", value))?;
    let id = id(fields.id.of(part)).unwrap_or_else(|| format!("{symbol}-{}-{direction}", at.timestamp()));
    let price = |place: &Pointer| match place.of(part) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number: Option<Decimal> =
                value.as_number().and_then(|number| number.to_string().parse().ok());
            let price = number.and_then(|number| Price::new(number).ok());
            price.map(Some).ok_or_else(|| wrong(place, "no price", value))
        }
    };
    let (stop, target) = (price(&fields.stop)?, price(&fields.target)?);
    let source = fields.source.of(part).and_then(Value::as_str).unwrap_or_default().to_owned();
    let signal = Signal { source, stop, target, ..Signal::new(id, direction, confidence, at) };
    Ok(Prediction { symbol, signal })
}

/// An id of the source's own, where it has a usable one.
fn id(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (1..=ID_MAX).contains(&text.len()).then_some(text)
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
    match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        Value::Number(number) => match number.as_i64()? {
            milliseconds if milliseconds > SECONDS_MAX => DateTime::from_timestamp_millis(milliseconds),
            seconds => DateTime::from_timestamp(seconds, 0),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::read;
    use crate::signals::Fields;

    fn check(body: &[u8], fields: &Fields, expected: Expect) {
        let told: Vec<String> = read(body, fields)
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
            expect![[r#"
            AAPL BUY 0.83 2008-09-29 14:37:00 UTC a1
            AAPL SHORT 1.00 2008-09-29 14:20:00 UTC AAPL-1222698000-SHORT
            AAPL SELL 1.00 2008-09-29 14:20:00.123 UTC AAPL-1222698000-SELL
            `signal` is neither BUY, SELL nor SHORT: "HOLD"
            a confidence must be between 0 and 1, got 1.5
            `confidence` is no number: "0.5"
            `timestamp` is no time: "yesterday"
            `symbol` is no text: 7
            `symbol` is missing"#]],
        );
        assert!(read(b"<html>", &Fields::default()).is_err());
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
            expect![[r#"
            AAPL BUY 0.83 2008-09-29 14:20:00 UTC 41
            `/asset/ticker` is missing"#]],
        );
        let none = read(br#"{"data": 1}"#, &fields).unwrap_err();
        expect!["the prediction API's answer has nothing at `/data/items`; see [signals.fields] list"]
            .assert_eq(&none.to_string());
        assert!(serde_json::from_str::<Fields>(r#"{"id": "/a~2"}"#).is_err());
    }
}
