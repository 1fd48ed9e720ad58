//! What may be answered, by a person or on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use engine::TickerKey;
use ports::broker::Agreement;
use reqwest::Url;

/// Ports of real money, as the shipped config has them.
const LIVE_PORTS: [u16; 2] = [7496, 4001];
/// Words in the name of what belongs into the environment.
const SECRETS: [&str; 5] = ["key", "token", "secret", "auth", "password"];

/// What the command line says; what it does not say is asked for.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Where the files go.
    pub folder: PathBuf,
    /// Whose money.
    pub mode: Option<Mode>,
    /// Where the gateway is.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// Our number there.
    pub client_id: Option<i32>,
    /// The account to trade.
    pub account: Option<String>,
    /// What to trade.
    pub tickers: Vec<TickerKey>,
    /// Where signals come from.
    pub signal_url: Option<Endpoint>,
    /// Asks nothing: what is not said is as in the brackets, and every answer is kept.
    pub yes: bool,
}

/// Whose money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody's.
    Paper,
    /// Somebody's.
    Live,
}

/// The gateway.
#[derive(Clone, Debug)]
pub(super) struct Broker {
    pub(super) mode: Mode,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) client_id: i32,
    pub(super) account: Option<String>,
}

/// Everything.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) broker: Broker,
    pub(super) tickers: Vec<TickerKey>,
    pub(super) endpoint: Endpoint,
}

/// An account, or the only one there is.
#[derive(Clone, Debug)]
pub(super) struct Account(pub(super) Option<String>);

/// Tickers in one line.
#[derive(Clone, Debug)]
pub(super) struct Names(pub(super) Vec<TickerKey>);

/// Where the prediction API answers, if one is asked.
#[derive(Clone, Debug)]
pub struct Endpoint(pub(super) Option<String>);

impl Answers {
    pub(super) fn of(broker: Broker) -> Answers {
        Answers { broker, tickers: Vec::new(), endpoint: Endpoint(None) }
    }
}

impl Broker {
    pub(super) fn agreement(&self) -> Agreement {
        let live = self.mode == Mode::Live;
        let live_accounts = if live { self.account.iter().cloned().collect() } else { Vec::new() };
        Agreement { live, live_ports: self.live_ports(), live_accounts }
    }

    /// Whoever says that the money is live says it of the port, too.
    pub(super) fn live_ports(&self) -> Vec<u16> {
        let own = self.mode == Mode::Live && !LIVE_PORTS.contains(&self.port);
        LIVE_PORTS.into_iter().chain(own.then_some(self.port)).collect()
    }
}

impl FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Mode, String> {
        match text.to_ascii_lowercase().as_str() {
            "paper" => Ok(Mode::Paper),
            "live" => Ok(Mode::Live),
            _ => Err(format!("it is paper or live, got `{text}`")),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Mode::Live { "live" } else { "paper" })
    }
}

impl FromStr for Account {
    type Err = String;
    fn from_str(text: &str) -> Result<Account, String> {
        let fits = text.chars().all(|char| char.is_ascii_alphanumeric());
        if fits { Ok(Account(Some(text.to_owned()))) } else { Err(format!("`{text}` is no account's id")) }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("none"))
    }
}

impl FromStr for Names {
    type Err = String;
    fn from_str(text: &str) -> Result<Names, String> {
        let mut names: Vec<TickerKey> = Vec::new();
        for name in text.split([',', ' ']).filter(|name| !name.is_empty()) {
            let key = ticker(name)?;
            if !names.contains(&key) {
                names.push(key);
            }
        }
        if names.is_empty() { Err("name at least one ticker".to_owned()) } else { Ok(Names(names)) }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(TickerKey::as_str).collect();
        f.write_str(&names.join(", "))
    }
}

/// A ticker, in small letters as well.
///
/// # Errors
/// It is none.
pub fn ticker(text: &str) -> Result<TickerKey, String> {
    text.to_ascii_uppercase().parse().map_err(|error: engine::instrument::BadTickerKey| error.to_string())
}

impl FromStr for Endpoint {
    type Err = String;
    fn from_str(text: &str) -> Result<Endpoint, String> {
        if text == "none" {
            return Ok(Endpoint(None));
        }
        let url = Url::parse(text).map_err(|error| format!("`{text}` is no address: {error}"))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err("the address begins with http:// or https://".to_owned());
        }
        let is_secret = |name: &str| SECRETS.iter().any(|word| name.to_ascii_lowercase().contains(word));
        let carries = url.query_pairs().any(|(name, _)| is_secret(&name));
        if carries || !url.username().is_empty() || url.password().is_some() {
            let say = "a key is not written into the config: leave it out here, and put it into API_KEY, in the environment or in .env";
            return Err(say.to_owned());
        }
        Ok(Endpoint(Some(text.to_owned())))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("none"))
    }
}
