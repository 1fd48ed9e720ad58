//! The variables that are read, and nothing else of the environment.
//!
//! Connection and secrets win over the files everywhere; the trading numbers replace
//! `[defaults]` only. A variable that is empty counts as not set.

use std::collections::BTreeMap;

/// Every variable that this program reads.
pub const VARIABLES: [&str; 16] = [
    "TWS_HOST",
    "TWS_PORT",
    "TWS_CLIENT_ID",
    "API_KEY",
    "API_ENDPOINT",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_OLD",
    "TRADINGVIEW_SECRET",
    "DEFAULT_POSITION_SIZE",
    "MAX_POSITION_SIZE",
    "STOP_LOSS_PCT",
    "TAKE_PROFIT_PCT",
    "MAX_DAILY_LOSS",
    "MAX_POSITIONS",
    RECORDINGS[0],
    RECORDINGS[1],
];

/// With one of these the client library writes every message, accounts and orders and all, into a folder (ibapi 5.5,
/// `transport`).
pub(super) const RECORDINGS: [&str; 2] = ["IBAPI_RECORDING_DIR", "IBAPI_RAW_CAPTURE_DIR"];

/// The variables that are set. Not `Debug`: one of them is a secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// Those of this process; `.env` is read first, and what is set in the shell wins over it.
    #[must_use]
    pub fn of_process() -> Environment {
        // A missing .env is the usual case.
        let _ = dotenvy::dotenv();
        Environment::from(|name: &str| std::env::var(name).ok())
    }

    /// Those that `given` knows.
    pub fn from(given: impl Fn(&str) -> Option<String>) -> Environment {
        let set = |name: &'static str| Some((name, given(name).filter(|text| !text.is_empty())?));
        Environment(VARIABLES.into_iter().filter_map(set).collect())
    }

    /// None but this one.
    #[must_use]
    pub fn only(mut self, name: &str) -> Environment {
        self.0.retain(|own, _| *own == name);
        self
    }

    /// The value of a variable, if it is set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
