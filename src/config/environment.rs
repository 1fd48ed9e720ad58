//! The variables that are read, and nothing else of the environment.
//!
//! Connection and secrets win over the files everywhere; the trading numbers replace
//! `[defaults]` only. A variable that is empty counts as not set.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::header::HeaderValue;

use crate::settings::{Fault, Origin};

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

/// Variables of those who may send signals.
pub const SENDERS: [&str; 3] = ["WEBHOOK_SECRET", "WEBHOOK_SECRET_OLD", "TRADINGVIEW_SECRET"];

/// The variables that are set. What they are set to is never shown: one of them is a secret.
#[derive(Clone, Default)]
pub struct Environment {
    set: BTreeMap<&'static str, String>,
    faults: Vec<Fault>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.set.keys()).finish()
    }
}

impl Environment {
    /// Those of this process, and of `.env` as it is now; what is set in the shell wins over it.
    #[must_use]
    pub fn of_process() -> Environment {
        let (file, faults) = dot_env();
        let given = |name: &str| std::env::var(name).ok().or_else(|| file.get(name).cloned());
        Environment { faults, ..Environment::from(given) }
    }

    /// Those that `given` knows.
    pub fn from(given: impl Fn(&str) -> Option<String>) -> Environment {
        let set = |name: &'static str| Some((name, given(name).filter(|text| !text.is_empty())?));
        Environment { set: VARIABLES.into_iter().filter_map(set).collect(), faults: Vec::new() }
    }

    /// None but this one.
    #[must_use]
    pub fn only(mut self, name: &str) -> Environment {
        self.set.retain(|own, _| *own == name);
        self
    }

    /// The value of a variable, if it is set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.set.get(name).map(String::as_str)
    }

    /// What is wrong with `.env`, and with a key that no header could carry.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let misfit = self.get("API_KEY").is_some_and(|key| HeaderValue::from_str(key).is_err());
        let why = "it has a line break or another control character; a key is one line";
        let misfit = misfit.then(|| Fault::new(Origin::Environment("API_KEY".to_owned()), why));
        self.faults.iter().cloned().chain(misfit).collect()
    }
}

/// What `.env` sets, here or in a folder above, and what is wrong with it. The process' own variables stay as they are:
/// other threads may be reading them.
fn dot_env() -> (BTreeMap<String, String>, Vec<Fault>) {
    let here = std::env::current_dir().unwrap_or_default();
    let files = here.ancestors().map(|folder| folder.join(".env"));
    let (mut set, mut faults, mut before) = (BTreeMap::new(), Vec::new(), None);
    // None is the usual case.
    let Some(file) = files.into_iter().find(|file| file.is_file()) else { return (set, faults) };
    let shown = file.strip_prefix(&here).unwrap_or(&file).display().to_string();
    let fault = |text: String| Fault::new(Origin::Environment(shown.clone()), text);
    let unreadable = |error: &dotenvy::Error| fault(format!("cannot be read: {error}"));
    let lines = match dotenvy::from_path_iter(&file) {
        Ok(lines) => lines,
        Err(error) => return (set, vec![unreadable(&error)]),
    };
    for line in lines {
        match line {
            Ok((name, value)) => {
                before = Some(name.clone());
                set.entry(name).or_insert(value);
            }
            Err(error @ dotenvy::Error::Io(_)) => {
                faults.push(unreadable(&error));
                break;
            }
            // What stands there is not shown: it may be a secret.
            Err(_) => {
                let place = before.as_ref().map_or_else(
                    || "its first line that is no comment".to_owned(),
                    |name| format!("the line after {name}"),
                );
                faults.push(fault(format!("{place} is not NAME=value; a value with gaps or # needs quotes")));
            }
        }
    }
    (set, faults)
}
