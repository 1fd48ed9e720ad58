//! Signals that are sent to us, signed: who may send them, and when.
//!
//! The form is that of the Standard Webhooks: an id, a time and an HMAC-SHA256 over `id.time.body`. Nothing of a
//! body is read before its signature is found right; whether the id was seen before is the journal's to say.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};

/// The header with the message's id.
pub const ID: &str = "webhook-id";
/// The header with its time, in Unix seconds.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with its signatures, `v1,BASE64`, one space between two.
pub const SIGNATURE: &str = "webhook-signature";

/// How far a message's time may lie from ours, either way.
pub const WINDOW: TimeDelta = TimeDelta::seconds(30);
/// The shortest key; a shorter one could be guessed.
pub const KEY_BYTES_MIN: usize = 24;
/// How keys are marked that are written in base64.
const ENCODED: &str = "whsec_";
/// The longest id.
const ID_MAX: usize = 64;
/// Digits of a time: enough for some thousand years.
const DIGITS_MAX: usize = 11;
/// Signatures of one message that are looked at: a sender that changes its key sends two.
const SIGNATURES_MAX: usize = 4;
/// A wall clock before this moment, 2025, was never set.
const CLOCK_MIN: i64 = 1_735_689_600;

/// The keys that signatures are checked with: the one in use, and while it is changed the one before.
pub struct Keys(Vec<hmac::Key>);

/// A message, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The id's header.
    pub id: &'a str,
    /// The time's.
    pub timestamp: &'a str,
    /// The signatures'.
    pub signature: &'a str,
    /// The body, byte by byte.
    pub body: &'a [u8],
}

/// Why a key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It is marked as base64 and is none.
    #[error("what follows `{ENCODED}` is no base64")]
    Encoding,
    /// It is short.
    #[error("it has {0} bytes, at least {KEY_BYTES_MIN} are needed; `openssl rand -base64 32` makes one")]
    Short(usize),
}

/// Why a message is not looked into. No part of the message is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An id, a time or a signature is not what it has to be.
    #[error("{0} is missing, doubled or not of its form")]
    Form(&'static str),
    /// Nobody who knows a key has signed this.
    #[error("the signature is wrong")]
    Forged,
    /// It is old, or dated ahead.
    #[error("its time lies more than 30 s from ours")]
    Outside,
    /// Nobody could tell whether it is old.
    #[error("the clock of this machine is not set")]
    ClockUnset,
}

impl Keys {
    /// The keys of `now` and, while senders change over, of `before`.
    ///
    /// # Errors
    /// One of them is no key.
    pub fn new(now: &SecretString, before: Option<&SecretString>) -> Result<Keys, BadKey> {
        let keys = [Some(now), before].into_iter().flatten().map(key);
        Ok(Keys(keys.collect::<Result<_, _>>()?))
    }

    /// Answers with the id of a message that may be looked into, at this time of the wall.
    ///
    /// # Errors
    /// It may not.
    pub fn check(&self, message: &Message<'_>, now: DateTime<Utc>) -> Result<String, Refused> {
        if now.timestamp() < CLOCK_MIN {
            return Err(Refused::ClockUnset);
        }
        if !is_id(message.id) {
            return Err(Refused::Form(ID));
        }
        let at = seconds(message.timestamp).ok_or(Refused::Form(TIMESTAMP))?;
        let given = signatures(message.signature).ok_or(Refused::Form(SIGNATURE))?;
        if !self.signed(message, &given) {
            return Err(Refused::Forged);
        }
        let off = now.timestamp_millis() - at * 1_000;
        if off.abs() > WINDOW.num_milliseconds() {
            return Err(Refused::Outside);
        }
        Ok(message.id.to_owned())
    }

    /// Every key is tried with every signature: how long it takes tells nothing.
    fn signed(&self, message: &Message<'_>, given: &[Vec<u8>]) -> bool {
        let mut right = Choice::from(0);
        for key in &self.0 {
            let mut signing = hmac::Context::with_key(key);
            for part in [message.id.as_bytes(), b".", message.timestamp.as_bytes(), b".", message.body] {
                signing.update(part);
            }
            let tag = signing.sign();
            given.iter().for_each(|given| right |= tag.as_ref().ct_eq(given));
        }
        right.into()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

fn key(secret: &SecretString) -> Result<hmac::Key, BadKey> {
    let text = secret.expose_secret();
    let bytes = match text.strip_prefix(ENCODED) {
        Some(encoded) => STANDARD.decode(encoded).map_err(|_| BadKey::Encoding)?,
        None => text.as_bytes().to_vec(),
    };
    if bytes.len() < KEY_BYTES_MIN {
        return Err(BadKey::Short(bytes.len()));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// An id has no dot: where it ends in what was signed could be argued about.
fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn seconds(text: &str) -> Option<i64> {
    let digits = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The signatures of the kind that is known here; none where one is not of its form.
fn signatures(text: &str) -> Option<Vec<Vec<u8>>> {
    let parts: Vec<&str> = text.split(' ').collect();
    if parts.len() > SIGNATURES_MAX {
        return None;
    }
    let ours = parts.iter().filter_map(|part| part.strip_prefix("v1,"));
    let given: Vec<Vec<u8>> = ours.map(|part| STANDARD.decode(part).ok()).collect::<Option<_>>()?;
    (!given.is_empty()).then_some(given)
}

/// What a sender puts into the signature's header, for tests and examples.
///
/// # Errors
/// The key is none.
pub fn sign(secret: &SecretString, id: &str, timestamp: &str, body: &[u8]) -> Result<String, BadKey> {
    let mut signing = hmac::Context::with_key(&key(secret)?);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        signing.update(part);
    }
    Ok(format!("v1,{}", STANDARD.encode(signing.sign())))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{BadKey, Keys, Message, Refused, sign};

    const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn keys(now: &str, before: Option<&str>) -> Keys {
        Keys::new(&now.into(), before.map(Into::into).as_ref()).unwrap()
    }

    fn message<'a>(timestamp: &'a str, signature: &'a str) -> Message<'a> {
        Message { id: "msg_1", timestamp, signature, body: b"{\"a\":1}" }
    }

    /// The example of the standard's own libraries.
    #[test]
    fn what_others_sign_is_right_here() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = b"{\"test\": 2432232314}";
        let signed = sign(&secret.into(), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_window_is_thirty_seconds_either_way() {
        let (keys, at) = (keys(SECRET, None), "1800000000");
        let signed = sign(&SECRET.into(), "msg_1", at, b"{\"a\":1}").unwrap();
        let check = |now: DateTime<Utc>| keys.check(&message(at, &signed), now);
        for off in [-30, 0, 30] {
            assert_eq!(check(moment(1_800_000_000 + off)), Ok("msg_1".to_owned()), "{off}");
        }
        for off in [-31, 31, 86_400] {
            assert_eq!(check(moment(1_800_000_000 + off)), Err(Refused::Outside), "{off}");
        }
        assert_eq!(check(moment(1_800_000_030) + TimeDelta::milliseconds(1)), Err(Refused::Outside));
        assert_eq!(check(moment(0)), Err(Refused::ClockUnset));
    }

    #[test]
    fn two_keys_serve_while_one_is_changed_for_the_other() {
        let (old, at) = ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "1800000000");
        let by_old = sign(&old.into(), "msg_1", at, b"{\"a\":1}").unwrap();
        let by_new = sign(&SECRET.into(), "msg_1", at, b"{\"a\":1}").unwrap();
        let now = moment(1_800_000_000);
        let both = format!("{by_old} {by_new}");
        for signed in [&by_old, &by_new, &both] {
            assert!(keys(SECRET, Some(old)).check(&message(at, signed), now).is_ok());
        }
        assert_eq!(keys(SECRET, None).check(&message(at, &by_old), now), Err(Refused::Forged));
        assert!(keys(SECRET, None).check(&message(at, &both), now).is_ok());
    }

    #[test]
    fn a_key_that_can_be_guessed_is_none() {
        assert_eq!(Keys::new(&"short".into(), None).unwrap_err(), BadKey::Short(5));
        assert_eq!(Keys::new(&"whsec_c2hvcnQ=".into(), None).unwrap_err(), BadKey::Short(5));
        assert_eq!(Keys::new(&"whsec_?".into(), None).unwrap_err(), BadKey::Encoding);
        assert!(Keys::new(&SECRET.into(), Some(&"".into())).is_err());
        assert!(!format!("{:?}", keys(SECRET, None)).contains("MfKQ"));
    }
}
