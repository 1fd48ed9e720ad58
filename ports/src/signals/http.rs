//! A prediction API over HTTP: polled, bounded, and never trusted.
//!
//! The answer is a JSON list (or one object) of predictions: `symbol`, `signal` (BUY,
//! SELL, SHORT), `confidence` (0 to 1), `timestamp` (RFC 3339 or Unix seconds), and an
//! `id` if the source has one.

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::{Confidence, Direction, Signal};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::{Malformed, Prediction};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// The most predictions of one answer that are looked at.
const PREDICTIONS_MAX: usize = 10_000;
/// The longest id that is taken as it is.
const ID_MAX: usize = 96;

/// One endpoint, asked again and again.
#[derive(Debug)]
pub struct HttpSource {
    client: reqwest::Client,
    endpoint: String,
    key: Option<SecretString>,
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
}

/// A prediction as it is written.
#[derive(Deserialize)]
struct Raw {
    symbol: String,
    signal: String,
    confidence: serde_json::Number,
    timestamp: Value,
    id: Option<String>,
}

impl HttpSource {
    /// A source at `endpoint`; `key` goes along as a bearer token.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(
        endpoint: String,
        key: Option<SecretString>,
        patience: Duration,
    ) -> Result<HttpSource, PollError> {
        // Only an https endpoint needs it; a second call finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().timeout(patience).no_proxy();
        let builder = if endpoint.starts_with("https:") { builder } else { builder.tls_certs_only([]) };
        let client = builder.build().map_err(PollError::Request)?;
        Ok(HttpSource { client, endpoint, key })
    }

    /// Asks once.
    ///
    /// # Errors
    /// The whole answer is unusable. Single bad predictions are part of the answer.
    pub async fn poll(&self) -> Result<Vec<Result<Prediction, Malformed>>, PollError> {
        let mut request = self.client.get(&self.endpoint);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
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
        read(&body)
    }
}

/// An answer's predictions, in the order in which they stand.
fn read(body: &[u8]) -> Result<Vec<Result<Prediction, Malformed>>, PollError> {
    let parts = match serde_json::from_slice(body).map_err(PollError::NotJson)? {
        Value::Array(parts) => parts,
        one => vec![one],
    };
    Ok(parts.iter().take(PREDICTIONS_MAX).map(prediction).collect())
}

fn prediction(part: &Value) -> Result<Prediction, Malformed> {
    let bad = |why: String| Malformed { why, text: part.to_string().chars().take(120).collect() };
    let raw = Raw::deserialize(part).map_err(|error| bad(error.to_string()))?;
    let direction = direction(&raw.signal).ok_or_else(|| bad(format!("`signal` is `{}`", raw.signal)))?;
    let number: Decimal = raw.confidence.to_string().parse().map_err(|_| bad("`confidence`".into()))?;
    let confidence = Confidence::new(number).map_err(|error| bad(error.to_string()))?;
    let at = timestamp(&raw.timestamp).ok_or_else(|| bad("`timestamp` is no time".into()))?;
    let id = raw.id.filter(|id| id.len() <= ID_MAX && !id.is_empty());
    let id = id.unwrap_or_else(|| format!("{}-{}-{direction}", raw.symbol, at.timestamp()));
    Ok(Prediction { symbol: raw.symbol, signal: Signal { id, direction, confidence, at } })
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
        Value::Number(seconds) => DateTime::from_timestamp(seconds.as_i64()?, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::read;

    #[test]
    fn a_bad_prediction_spoils_no_other() {
        let body = br#"[
            {"id": "a1", "symbol": "AAPL", "signal": "BUY", "confidence": 0.83, "timestamp": "2008-09-29T14:37:00Z"},
            {"symbol": "AAPL", "signal": "short", "confidence": 1, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "HOLD", "confidence": 0.5, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": 1.5, "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": "0.5", "timestamp": 1222698000},
            {"symbol": "AAPL", "signal": "BUY", "confidence": 0.5, "timestamp": "yesterday"},
            7
        ]"#;
        let told: Vec<String> = read(body)
            .unwrap()
            .into_iter()
            .map(|part| match part {
                Ok(one) => format!("{} {} {} {}", one.symbol, one.signal, one.signal.at, one.signal.id),
                Err(bad) => bad.why,
            })
            .collect();
        expect![[r#"
            AAPL BUY 0.83 2008-09-29 14:37:00 UTC a1
            AAPL SHORT 1.00 2008-09-29 14:20:00 UTC AAPL-1222698000-SHORT
            `signal` is `HOLD`
            a confidence must be between 0 and 1, got 1.5
            invalid type: string "0.5", expected a JSON number
            `timestamp` is no time
            invalid type: integer `7`, expected struct Raw"#]]
        .assert_eq(&told.join("\n"));
        assert!(read(b"<html>").is_err());
    }
}
