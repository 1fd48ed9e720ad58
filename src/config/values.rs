//! Values that cannot be wrong once they are read, so that their faults come with all others.

use std::borrow::Cow;
use std::fmt;

use engine::{Money, TickerKey};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An amount of money above zero, in the account's base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("exclusiveMinimum" = 0))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub(super) struct Amount(Decimal);

impl Amount {
    pub(super) const fn whole(units: u32) -> Amount {
        Amount(Decimal::from_parts(units, 0, 0, false, 0))
    }

    pub(super) fn money(self) -> Money {
        Money::new(self.0)
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = String;
    fn try_from(value: Decimal) -> Result<Amount, String> {
        if value > Decimal::ZERO { Ok(Amount(value)) } else { Err(format!("must be above 0, got `{value}`")) }
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Decimal {
        amount.0
    }
}

/// The name of an HTTP header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("pattern" = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"))]
#[serde(try_from = "String", into = "String")]
pub(super) struct HeaderName(String);

impl TryFrom<String> for HeaderName {
    type Error = String;
    fn try_from(text: String) -> Result<HeaderName, String> {
        // The characters of a token, as HTTP has them.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_name = !text.is_empty() && text.bytes().all(fits);
        if is_name { Ok(HeaderName(text)) } else { Err(format!("`{text}` is no name of an HTTP header")) }
    }
}

impl HeaderName {
    /// True for one that carries what belongs into the environment.
    pub(super) fn is_secret(&self) -> bool {
        let name = self.0.to_ascii_lowercase();
        ["auth", "cookie", "key", "token", "secret", "password"].iter().any(|word| name.contains(word))
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<HeaderName> for String {
    fn from(name: HeaderName) -> String {
        name.0
    }
}

/// The value of an HTTP header that is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("pattern" = "^([!-~]([ -~]*[!-~])?)?$"))]
#[serde(try_from = "String", into = "String")]
pub(super) struct HeaderValue(String);

impl TryFrom<String> for HeaderValue {
    type Error = String;
    fn try_from(text: String) -> Result<HeaderValue, String> {
        let fits = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) && text.trim() == text;
        if fits { Ok(HeaderValue(text)) } else { Err("a header's value is visible ASCII text".to_owned()) }
    }
}

impl From<HeaderValue> for String {
    fn from(value: HeaderValue) -> String {
        value.0
    }
}

/// How many times faster than real time a market runs; above zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("exclusiveMinimum" = 0))]
#[serde(try_from = "f64", into = "f64")]
pub(super) struct Speed(pub(super) f64);

impl TryFrom<f64> for Speed {
    type Error = String;
    fn try_from(value: f64) -> Result<Speed, String> {
        let runs = value.is_finite() && value > 0.0;
        if runs { Ok(Speed(value)) } else { Err(format!("must be above 0, got `{value}`")) }
    }
}

impl From<Speed> for f64 {
    fn from(speed: Speed) -> f64 {
        speed.0
    }
}

/// An amount of bytes, in megabytes of 2^20; from a kilobyte to a terabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", inline, extend("minimum" = 0.001, "maximum" = 1_000_000))]
pub struct Megabytes(u64);

const MEGABYTE: u64 = 1 << 20;

impl Megabytes {
    pub(super) const fn whole(megabytes: u64) -> Megabytes {
        Megabytes(megabytes * MEGABYTE)
    }

    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl TryFrom<f64> for Megabytes {
    type Error = String;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "between a kilobyte and a terabyte"
    )]
    fn try_from(value: f64) -> Result<Megabytes, String> {
        if (0.001..=1_000_000.0).contains(&value) {
            Ok(Megabytes((value * MEGABYTE as f64) as u64))
        } else {
            Err(format!("must be between 0.001 and 1000000 megabytes, got `{value}`"))
        }
    }
}

impl From<Megabytes> for f64 {
    #[allow(clippy::cast_precision_loss, reason = "below a terabyte")]
    fn from(amount: Megabytes) -> f64 {
        amount.0 as f64 / MEGABYTE as f64
    }
}

/// A currency's three letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("pattern" = "^[A-Z]{3}$"))]
#[serde(try_from = "String", into = "String")]
pub(super) struct Currency(String);

impl Default for Currency {
    fn default() -> Currency {
        Currency("USD".to_owned())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(text: String) -> Result<Currency, String> {
        let is_currency = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_currency {
            Ok(Currency(text))
        } else {
            Err(format!("a currency is three letters A-Z, got `{text}`"))
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.0
    }
}

/// Minutes of a bar: one of those that TWS has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("enum" = [1, 2, 3, 5, 10, 15, 20, 30, 60]))]
#[serde(try_from = "u32", into = "u32")]
pub(super) struct BarMinutes(u32);

impl BarMinutes {
    pub(super) const FIVE: BarMinutes = BarMinutes(5);
}

impl TryFrom<u32> for BarMinutes {
    type Error = String;
    fn try_from(minutes: u32) -> Result<BarMinutes, String> {
        let known = ports::broker::bars::bar_size(minutes).is_some();
        let told = || format!("TWS has bars of 1, 2, 3, 5, 10, 15, 20, 30 and 60 minutes, got {minutes}");
        if known { Ok(BarMinutes(minutes)) } else { Err(told()) }
    }
}

impl From<BarMinutes> for u32 {
    fn from(minutes: BarMinutes) -> u32 {
        minutes.0
    }
}

/// The name of a table in `tickers.toml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum Name {
    /// What all tickers have unless they say otherwise.
    Defaults,
    /// One ticker.
    Ticker(TickerKey),
}

/// The table that is no ticker.
pub(super) const DEFAULTS: &str = "defaults";

impl TryFrom<String> for Name {
    type Error = String;
    fn try_from(text: String) -> Result<Name, String> {
        if text == DEFAULTS {
            return Ok(Name::Defaults);
        }
        text.parse().map(Name::Ticker).map_err(|error: engine::instrument::BadTickerKey| error.to_string())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.to_string()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Defaults => f.write_str(DEFAULTS),
            Name::Ticker(key) => key.fmt(f),
        }
    }
}

impl JsonSchema for Name {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(defaults|[A-Z0-9]{1,8})$" })
    }
}
