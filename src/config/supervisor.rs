//! `supervisor.toml`: broker, gateway, signals, risk, journal, actors, logs, control.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use chrono::NaiveDate;
use engine::Confidence;
use ports::journal::Durability;
use ports::signals::Fields;
use schemars::JsonSchema;
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
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Supervisor {
    /// Where TWS is, and whose money is traded.
    pub(super) broker: Broker,
    /// The market of the embedded paper gateway.
    pub(super) gateway: Gateway,
    /// Where signals come from.
    pub(super) signals: Signals,
    /// What the account may risk.
    pub(super) risk: Risk,
    /// Where everything that was decided is written.
    pub(super) journal: Journal,
    /// How the work is dealt out.
    pub(super) actors: Actors,
    /// What is logged.
    pub(super) logs: Logs,
    /// Where the running program answers.
    pub(super) control: Control,
    /// Where the days are reported.
    pub(super) reports: Reports,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Broker {
    /// `embedded` starts a paper gateway inside this program; `tws` connects to the address below.
    pub(super) gateway: GatewayKind,
    /// The machine where TWS or IB Gateway listens.
    pub(super) host: String,
    /// Its port: 7497 TWS paper, 7496 TWS live, 4002 IB Gateway paper, 4001 IB Gateway live.
    pub(super) port: u16,
    /// The number this program connects under; no other program may use it.
    pub(super) client_id: i32,
    /// The account to trade; needed where the login has several.
    pub(super) account: Option<String>,
    /// Whose money is traded; port and account have to agree.
    pub(super) mode: Mode,
    /// Live accounts that may be traded.
    pub(super) live_accounts: Vec<String>,
    /// Ports behind which real money is.
    pub(super) live_ports: Vec<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum GatewayKind {
    /// A paper gateway inside this program.
    Embedded,
    /// TWS or IB Gateway.
    Tws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// Paper money only.
    Paper,
    /// Real money.
    Live,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Gateway {
    /// The first trading date.
    pub(super) start: NaiveDate,
    /// Market seconds a second.
    pub(super) speed: Speed,
    /// What its paths are drawn from.
    pub(super) seed: u64,
    /// The account's cash.
    pub(super) cash: Amount,
    /// Where a symbol without real prices begins to walk.
    pub(super) walk_price: Amount,
    /// How many times longer spans of market time in `tickers.toml` are on the embedded market.
    pub(super) stretch: NonZeroU32,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Signals {
    /// `demo` is the prediction API of the embedded gateway; `http` asks the endpoint; `file` follows `path`; `none` asks nobody.
    pub(super) source: SignalSource,
    /// Where the prediction API answers; with `{symbol}` in it, it is asked for each ticker.
    pub(super) endpoint: Option<String>,
    /// The header that API_KEY goes into; none: as a bearer token.
    pub(super) key_header: Option<HeaderName>,
    /// A file or pipe whose new lines are signals.
    pub(super) path: Option<PathBuf>,
    /// Further headers that go to the endpoint. No secrets.
    pub(super) headers: BTreeMap<HeaderName, HeaderValue>,
    /// Where an answer's parts stand.
    pub(super) fields: Fields,
    /// How often it is asked, in milliseconds.
    pub(super) poll_ms: NonZeroU32,
    /// How long an answer may take, in milliseconds.
    pub(super) timeout_ms: NonZeroU32,
    /// A source that fails is asked at least so often, in seconds.
    pub(super) max_backoff_s: NonZeroU32,
    /// A source that says nothing new for so long, while the market is open, is silent; in seconds.
    pub(super) silent_after_s: Switch<NonZeroU32>,
    /// How sure an alert of TradingView is that does not say so itself.
    pub(super) tradingview_confidence: Option<Confidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SignalSource {
    /// The API of the embedded gateway.
    Demo,
    /// The endpoint is asked.
    Http,
    /// A file or pipe is followed.
    File,
    /// Nobody is asked.
    None,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Journal {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// When a commit counts.
    pub(super) durability: Durability,
    /// Records of one transaction.
    pub(super) batch_max: NonZeroUsize,
    /// Days of market time whose records stay when it is compacted.
    pub(super) keep_days: NonZeroU32,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Actors {
    /// Threads for tickers.
    pub(super) ticker_threads: NonZeroUsize,
    /// Records of one ticker that may wait for the journal.
    pub(super) in_flight_max: NonZeroUsize,
}

/// Where and how much is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Control {
    /// The port on 127.0.0.1; 0 lets the system pick one.
    pub port: u16,
}

/// Where the report of each day is written once the day is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Reports {
    /// Where; "off": nowhere.
    pub(super) folder: Switch<PathBuf>,
}

/// A log level, in the words of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

impl Default for Reports {
    fn default() -> Self {
        Reports { folder: Switch::on("reports".into()) }
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
        Some("reports") => "[reports]",
        Some(_) => "[control]",
    }
}
