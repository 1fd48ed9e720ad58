//! Dossiers: what the journal's records tell of each trade, each day and each signal, for people to read.
//!
//! Nothing is decided by them. They are a fold: [`Dossiers::apply`] takes each record once, in the journal's order, costs
//! the same whatever came before, and never fails. What is kept has bounds; sums stay right when details are dropped.
//!
//! Read next: [`trade`] (one trade), [`day`] (one day's sums), `fold` (which record goes where) and `money` (what is
//! counted of it), [`incident`].

pub mod day;
mod exact;
mod fold;
pub mod incident;
mod kinds;
mod money;
mod parts;
pub mod trade;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::instrument::TickerKey;
use crate::money::Money;
use crate::reason::{Because, Decline};
use crate::signal::Signal;
use crate::time::Process;

pub use day::{Day, Sums, Unprotected};
pub use incident::{Incident, Kind};
pub use parts::{Fill, LotStory, OrderStory};
pub use trade::{Dossier, Over};

/// Trades that are over of which dossiers are kept, the newest.
pub const OVER_MAX: usize = 300;
/// Days whose sums are kept, the newest.
pub const DAYS_MAX: usize = 10;
/// Signals that are kept, the newest.
pub const SIGNALS_MAX: usize = 200;
/// How far ahead of the newest day a record may be dated and be believed, in days: until the market's time is known,
/// records bear the wall's, which may be years ahead of a simulated market's.
const AHEAD_MAX: i64 = 7;
/// Commissions of one ticker that wait for their execution.
const EARLY_MAX: usize = 64;

/// What the records so far tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossiers {
    /// In which days are counted; given anew by [`Dossiers::resume`].
    #[serde(skip, default = "utc")]
    zone: Tz,
    desks: BTreeMap<TickerKey, Desk>,
    /// Trades that are over, newest last.
    over: VecDeque<Dossier>,
    days: BTreeMap<NaiveDate, Day>,
    /// What is counted before the account has opened its first day.
    before: Day,
    signals: VecDeque<SignalTold>,
    seq: u64,
}

/// What is open of one ticker, and what its next trade will need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Desk {
    open: Option<Dossier>,
    /// The signal that was taken last, and what for: where that opens a trade, it is the trade's.
    signal: Option<(Signal, Because)>,
    /// When it was in step with the broker last, in time of the process that wrote it.
    in_step: Option<Process>,
    /// Commissions that came before their execution.
    early: VecDeque<(String, Money)>,
}

/// A signal, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalTold {
    /// When it ended, in market time.
    pub at: DateTime<Utc>,
    /// Whose.
    pub ticker: TickerKey,
    /// What was said.
    pub signal: Signal,
    /// Why nothing came of it; none: something was ordered.
    pub declined: Option<Decline>,
    /// What was ordered for it, in words.
    pub because: String,
}

fn utc() -> Tz {
    Tz::UTC
}

impl Default for Dossiers {
    fn default() -> Dossiers {
        Dossiers::new(utc())
    }
}

impl Dossiers {
    /// Nothing yet; days are counted in `zone`.
    #[must_use]
    pub fn new(zone: Tz) -> Dossiers {
        Dossiers {
            zone,
            desks: BTreeMap::new(),
            over: VecDeque::new(),
            days: BTreeMap::new(),
            before: Day::default(),
            signals: VecDeque::new(),
            seq: 0,
        }
    }

    /// What was kept, with days counted in `zone` from here on.
    #[must_use]
    pub fn resume(self, zone: Tz) -> Dossiers {
        Dossiers { zone, ..self }
    }

    /// In which days are counted.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The number of the newest record.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// All that is kept: trades that are over, oldest end first, then those that are open.
    pub fn trades(&self) -> impl Iterator<Item = &Dossier> {
        self.over.iter().chain(self.open())
    }

    /// The trades that are open.
    pub fn open(&self) -> impl Iterator<Item = &Dossier> {
        self.desks.values().filter_map(|desk| desk.open.as_ref())
    }

    /// One trade; none where it is not kept (any more).
    #[must_use]
    pub fn trade(&self, ticker: &TickerKey, number: u32) -> Option<&Dossier> {
        let open = self.desks.get(ticker).and_then(|desk| desk.open.as_ref());
        open.into_iter().chain(self.over.iter().rev()).find(|own| own.is(ticker, number))
    }

    /// The days that are kept, by date.
    #[must_use]
    pub fn days(&self) -> &BTreeMap<NaiveDate, Day> {
        &self.days
    }

    /// The newest day that any record is of. A record counts on it or on a later one, so a day before it is over.
    #[must_use]
    pub fn newest_day(&self) -> Option<NaiveDate> {
        self.days.last_key_value().map(|(date, _)| *date)
    }

    /// Signals that tickers took or declined, newest last.
    pub fn signals(&self) -> impl Iterator<Item = &SignalTold> {
        self.signals.iter()
    }
}
