//! What is in force: three files and some variables, checked as a whole.
//!
//! Raw in, checked out, every fault at once. Where a number can be given in several
//! places the most specific wins: rule, ticker, `[defaults]`, built-in.
//!
//! Read next: [`supervisor`], [`tickers`], [`rules`] (the files), [`source`] (where they
//! come from), `resolve` (what the checks make of them), [`report`] (what is in force).

pub mod environment;
mod overrides;
mod own_risk;
pub mod report;
mod resolve;
mod risk;
pub mod rules;
pub mod schema;
mod senders;
pub mod source;
pub mod supervisor;
mod switch;
pub mod tickers;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use engine::{Limits, TickerSettings};
use ports::broker::Agreement;
use ports::journal::Durability;
use secrecy::SecretString;

pub use environment::Environment;
pub use report::Report;
pub use resolve::load;
pub use source::Source;

use crate::control::signals::Senders;
use crate::settings::Fault;

/// Everything that is in force, complete.
#[derive(Debug)]
pub struct Config {
    /// Where the broker is.
    pub broker: Broker,
    /// The embedded gateway, where it is the broker.
    pub embedded: Option<Embedded>,
    /// How fast a paper gateway's market may run, wherever the gateway is.
    pub market_speed: f64,
    /// Where signals come from.
    pub signals: Signals,
    /// The tickers.
    pub tickers: Vec<TickerSettings>,
    /// What a ticker has that no table is for: one of the journal that has a position.
    pub defaults: TickerSettings,
    /// The account's limits.
    pub limits: Limits,
    /// The account's currency, three letters.
    pub base_currency: String,
    /// The journal's folder.
    pub journal: PathBuf,
    /// When a commit counts.
    pub durability: Durability,
    /// Records of one transaction.
    pub batch_max: usize,
    /// Days of market time whose records stay when the journal is compacted.
    pub keep_days: u32,
    /// Threads for tickers.
    pub ticker_threads: usize,
    /// Records of one ticker that may wait for the journal.
    pub in_flight_max: usize,
    /// Where and how much is logged.
    pub logs: supervisor::Logs,
    /// Where `status` and `why` are answered.
    pub control: supervisor::Control,
    /// Where the report of each day is written; none: nowhere.
    pub reports: Option<PathBuf>,
    /// What is in force and where it was said.
    pub report: Report,
}

/// Where the broker is, and as whom we come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Host and port; the embedded gateway's are known once it runs.
    pub address: String,
    /// Our client id.
    pub client_id: i32,
    /// The account to trade; none: the only one there is.
    pub account: Option<String>,
    /// Whose money is traded.
    pub agreement: Agreement,
}

/// The embedded gateway's market.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// Its first trading date.
    pub start: NaiveDate,
    /// Market seconds a second.
    pub speed: f64,
    /// What its paths are drawn from.
    pub seed: u64,
    /// Its account's cash.
    pub cash: rust_decimal::Decimal,
    /// Where a symbol without real prices begins to walk.
    pub walk_price: rust_decimal::Decimal,
}

/// Where signals come from.
#[derive(Debug)]
pub struct Signals {
    /// True where the embedded gateway's own API is asked.
    pub demo: bool,
    /// The endpoint that is asked, where one is.
    pub endpoint: Option<String>,
    /// The file or pipe that is followed, where one is.
    pub path: Option<PathBuf>,
    /// Further headers that go to the endpoint.
    pub headers: BTreeMap<String, String>,
    /// How long a source that fails is left alone at most.
    pub backoff_max: std::time::Duration,
    /// How long a source may say nothing, in time of the market's sessions.
    pub silent_after: Option<chrono::TimeDelta>,
    /// Who may send signals to us.
    pub senders: Senders,
    /// The key that goes along.
    pub key: Option<SecretString>,
    /// The header that carries it; none: as a bearer token.
    pub key_header: Option<String>,
    /// Where the answer's parts stand.
    pub fields: ports::signals::Fields,
    /// How often it is asked.
    pub every: std::time::Duration,
    /// How long an answer may take.
    pub patience: std::time::Duration,
}

/// What the command line says about the config.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The folder of the three files; none: `config/` if it is there, else the built-in ones.
    pub folder: Option<PathBuf>,
    /// The embedded gateway, whatever the config says.
    pub test_mode: bool,
}

/// All that is wrong, each with its place.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faults(pub Vec<Fault>);
