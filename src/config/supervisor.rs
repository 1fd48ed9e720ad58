//! `supervisor.toml`: broker, gateway, signals, risk, journal, actors, logs, control.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use chrono::NaiveDate;
use engine::Confidence;
use ports::journal::Durability;
use ports::signals::Fields;
use serde::{Deserialize, Serialize};

use super::risk::Risk;
use super::switch::Switch;
use super::values::{Amount, HeaderName, HeaderValue, Megabytes, Speed};
use crate::logs::entry::Format;
use crate::settings::Segment;

const SIXTY: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
const SECOND_MS: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");
const FIVE_SECONDS_MS: NonZeroU32 = NonZeroU32::new(5_000).expect("not zero");
const QUARTER: NonZeroU32 = NonZeroU32::new(90).expect("not zero");
const FORTNIGHT: NonZeroU32 = NonZeroU32::new(14).expect("not zero");
const STORM: NonZeroU32 = NonZeroU32::new(3_000).expect("not zero");
const THREADS: NonZeroUsize = NonZeroUsize::new(32).expect("not zero");
const MANY: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");

/// The file as it is written. A table or a key that is missing has its built-in value.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Supervisor {
    pub(super) broker: Broker,
    pub(super) gateway: Gateway,
    pub(super) signals: Signals,
    pub(super) risk: Risk,
    pub(super) journal: Journal,
    pub(super) actors: Actors,
    pub(super) logs: Logs,
    pub(super) control: Control,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Broker {
    pub(super) gateway: GatewayKind,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) client_id: i32,
    pub(super) account: Option<String>,
    pub(super) mode: Mode,
    pub(super) live_accounts: Vec<String>,
    pub(super) live_ports: Vec<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GatewayKind {
    Embedded,
    Tws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    Paper,
    Live,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Gateway {
    pub(super) start: NaiveDate,
    pub(super) speed: Speed,
    pub(super) seed: u64,
    pub(super) cash: Amount,
    pub(super) walk_price: Amount,
    pub(super) stretch: NonZeroU32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Signals {
    pub(super) source: SignalSource,
    pub(super) endpoint: Option<String>,
    pub(super) key_header: Option<HeaderName>,
    pub(super) path: Option<PathBuf>,
    pub(super) headers: BTreeMap<HeaderName, HeaderValue>,
    pub(super) fields: Fields,
    pub(super) poll_ms: NonZeroU32,
    pub(super) timeout_ms: NonZeroU32,
    pub(super) max_backoff_s: NonZeroU32,
    pub(super) silent_after_s: Switch<NonZeroU32>,
    pub(super) tradingview_confidence: Option<Confidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SignalSource {
    Demo,
    Http,
    File,
    None,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Journal {
    pub(super) folder: PathBuf,
    pub(super) durability: Durability,
    pub(super) batch_max: NonZeroUsize,
    pub(super) keep_days: NonZeroU32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Actors {
    pub(super) ticker_threads: NonZeroUsize,
    pub(super) in_flight_max: NonZeroUsize,
}

/// Where and how much is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logs {
    /// The folder of all streams.
    pub folder: PathBuf,
    /// The least level that is written to files.
    pub level: Level,
    /// The form of a line in files.
    pub format: Format,
    /// A file larger than this is put aside.
    pub megabytes_max: Megabytes,
    /// What a day may take, over all streams.
    pub day_mb_max: Megabytes,
    /// Days after which a file is removed.
    pub keep_days: NonZeroU32,
    /// Files of a stream that are kept beside the one that is written to.
    pub keep_files: NonZeroUsize,
    /// Lines of one actor from one place in the program.
    pub site_lines_a_minute_max: NonZeroU32,
}

/// Where the program answers `status` and `why`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Control {
    /// The port on 127.0.0.1; 0 lets the system pick one.
    pub port: u16,
}

/// A log level, in the words of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Every step.
    Debug,
    /// What a person follows.
    Info,
    /// What may need a person.
    Warn,
}

impl Default for Broker {
    fn default() -> Self {
        Broker {
            gateway: GatewayKind::Embedded,
            host: "127.0.0.1".to_owned(),
            port: 7497,
            client_id: 1,
            account: None,
            mode: Mode::Paper,
            live_accounts: Vec::new(),
            live_ports: vec![7496, 4001],
        }
    }
}

impl Default for Gateway {
    fn default() -> Self {
        let start = NaiveDate::from_ymd_opt(2008, 9, 29).unwrap_or_default();
        let (cash, walk_price) = (Amount::whole(1_000_000), Amount::whole(100));
        Gateway { start, speed: Speed(1170.0), seed: 7, cash, walk_price, stretch: SIXTY }
    }
}

impl Default for Signals {
    fn default() -> Self {
        Signals {
            source: SignalSource::Demo,
            endpoint: None,
            key_header: None,
            path: None,
            headers: BTreeMap::new(),
            fields: Fields::default(),
            poll_ms: SECOND_MS,
            timeout_ms: FIVE_SECONDS_MS,
            max_backoff_s: SIXTY,
            silent_after_s: Switch::off(),
            tradingview_confidence: None,
        }
    }
}

impl Default for Journal {
    fn default() -> Self {
        let folder = "state/journal".into();
        Journal { folder, durability: Durability::Power, batch_max: MANY, keep_days: QUARTER }
    }
}

impl Default for Actors {
    fn default() -> Self {
        Actors { ticker_threads: THREADS, in_flight_max: MANY }
    }
}

impl Default for Logs {
    fn default() -> Self {
        Logs {
            folder: "logs".into(),
            level: Level::Debug,
            format: Format::Text,
            megabytes_max: Megabytes::whole(20),
            day_mb_max: Megabytes::whole(500),
            keep_days: FORTNIGHT,
            keep_files: MANY,
            site_lines_a_minute_max: STORM,
        }
    }
}

impl Default for Control {
    fn default() -> Self {
        Control { port: 8787 }
    }
}

/// What its tables are called.
pub(super) fn named(path: &[Segment]) -> &str {
    let groups = [Some("risk"), Some("groups")];
    if path.len() > 2 && path[..2].iter().map(Segment::key).eq(groups) {
        return "a group";
    }
    match path.first().and_then(Segment::key) {
        None => "supervisor.toml",
        Some("broker") => "[broker]",
        Some("gateway") => "[gateway]",
        Some("signals") => "[signals]",
        Some("risk") => "[risk]",
        Some("journal") => "[journal]",
        Some("actors") => "[actors]",
        Some("logs") => "[logs]",
        Some(_) => "[control]",
    }
}
