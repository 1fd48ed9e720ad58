//! Alerts of TradingView, which cannot sign: a secret within the body, in JSON with the words of its placeholders.
//!
//! The body has to be read to find the secret; nothing of it is told or counted before the secret is right, and the
//! secret is told nowhere.

use chrono::{DateTime, Utc};
use engine::Confidence;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::fields::Fields;
use super::read::{Given, PREDICTION_BYTES_MAX, prediction};
use super::webhook::{Refused, WINDOW};
use super::{Malformed, Prediction, strict};

/// The shortest secret; a shorter one could be guessed.
pub const SECRET_BYTES_MIN: usize = 16;
/// The field that holds it.
const SECRET: &str = "secret";

/// Who may send alerts, and what they leave out.
#[derive(Debug)]
pub struct TradingView {
    /// What an alert has to know.
    pub secret: SecretString,
    /// How sure an alert is that does not say; none: each has to.
    pub confidence: Option<Confidence>,
}

/// An alert whose secret is right.
#[derive(Debug)]
pub struct Alert {
    /// What it says, or why it says nothing.
    pub said: Result<Prediction, Malformed>,
    /// What tells it from every other one: the same alert in other spaces is the same.
    pub id: String,
}

impl TradingView {
    /// Reads an alert at this time of the wall.
    ///
    /// # Errors
    /// It does not know the secret, or is not of now.
    pub fn read(&self, body: &[u8], now: DateTime<Utc>) -> Result<Alert, Refused> {
        let body = &body[..body.len().min(PREDICTION_BYTES_MAX + 1)];
        let mut value = strict::read(body).map_err(|_| Refused::Form(SECRET))?;
        let fields = value.as_object_mut().ok_or(Refused::Form(SECRET))?;
        let Some(Value::String(given)) = fields.remove(SECRET) else { return Err(Refused::Form(SECRET)) };
        let wanted = self.secret.expose_secret();
        if !bool::from(given.as_bytes().ct_eq(wanted.as_bytes())) {
            return Err(Refused::Forged);
        }
        if value.to_string().contains(wanted) {
            let why = "the secret stands in another field, too; keep it in `secret` only".to_owned();
            return Ok(Alert {
                said: Err(Malformed { why, text: "the alert".to_owned() }),
                id: String::new(),
            });
        }
        let given = Given { symbol: None, confidence: self.confidence };
        let said = prediction(&value, &words(), given);
        let Ok(Prediction { symbol, signal }) = &said else { return Ok(Alert { said, id: String::new() }) };
        if (now - signal.at).abs() > WINDOW {
            return Err(Refused::Outside);
        }
        let id = format!("tv:{symbol}:{}:{}", signal.direction, signal.at.timestamp_millis());
        Ok(Alert { said, id })
    }
}

/// What TradingView's placeholders are called.
fn words() -> Fields {
    let named = |name: &str| name.to_owned().try_into().unwrap_or_default();
    Fields { symbol: named("ticker"), signal: named("action"), timestamp: named("time"), ..Fields::default() }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use rust_decimal::Decimal;

    use super::TradingView;
    use crate::signals::webhook::Refused;

    const SECRET: &str = "open sesame, please";

    fn read(body: &str) -> Result<super::Alert, Refused> {
        let confidence = engine::Confidence::new(Decimal::new(75, 2)).ok();
        let now: DateTime<Utc> = "2026-11-25T14:37:10Z".parse().unwrap();
        TradingView { secret: SECRET.into(), confidence }.read(body.as_bytes(), now)
    }

    fn alert(more: &str) -> String {
        format!(
            r#"{{"secret":"{SECRET}","ticker":"AAPL","action":"buy","time":"2026-11-25T14:37:00Z"{more}}}"#
        )
    }

    #[test]
    fn an_alert_is_read_by_the_words_of_its_placeholders() {
        let own = read(&alert("")).unwrap();
        let said = own.said.unwrap();
        assert_eq!((said.symbol.as_str(), said.signal.to_string().as_str()), ("AAPL", "BUY 0.75"));
        let spaced = read(&alert(r#", "confidence": 0.9, "price": 1"#).replace("\",", "\" , ")).unwrap();
        assert_eq!(spaced.said.unwrap().signal.to_string(), "BUY 0.90");
    }

    #[test]
    fn the_same_alert_in_another_dress_is_the_same() {
        let one = read(&alert("")).unwrap().id;
        assert_eq!(read(&alert("").replace("\",\"", "\" ,\n\"")).unwrap().id, one);
        assert_ne!(read(&alert("").replace("buy", "sell")).unwrap().id, one);
    }

    #[test]
    fn who_does_not_know_the_secret_learns_nothing() {
        for (from, to, why) in [
            (SECRET, "open sesame, pleasE", Refused::Forged),
            (SECRET, "", Refused::Forged),
            ("\"secret\"", "\"Secret\"", Refused::Form("secret")),
            ("{", "", Refused::Form("secret")),
            ("14:37:00Z", "14:36:39Z", Refused::Outside),
        ] {
            assert_eq!(read(&alert("").replacen(from, to, 1)).unwrap_err(), why, "{to}");
        }
        assert_eq!(read(&alert(", \"secret\": \"x\"")).unwrap_err(), Refused::Form("secret"));
    }

    #[test]
    fn the_secret_is_told_nowhere() {
        let bad = read(&alert("").replace("buy", "hold")).unwrap().said.unwrap_err().to_string();
        assert!(bad.contains("`action` is neither BUY, SELL nor SHORT") && !bad.contains("sesame"), "{bad}");
        let twice = read(&alert(&format!(", \"id\": \"{SECRET}\""))).unwrap().said.unwrap_err().to_string();
        assert!(twice.contains("another field") && !twice.contains("sesame"), "{twice}");
    }
}
