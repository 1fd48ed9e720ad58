//! The board: the last view that each actor published, with its time.
//!
//! Readers look here and ask nobody. A stuck ticker shows as an old view.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use engine::account::{DayResult, Gauge};
use engine::ticker::Tally;
use engine::trade::Stage;
use engine::{Dossiers, Mode, Money, Price, Quantity, Record, TickerKey};
use ports::brakes::Brake;
use ports::broker::codes::Farm;
use ports::broker::{Condition, Others};
use rust_decimal::Decimal;

use crate::signal::shown::Signals;

/// How many decisions of a ticker are shown.
pub const DECISIONS_MAX: usize = 50;

/// What everybody may see.
#[derive(Debug, Default)]
pub struct Board {
    link: Mutex<LinkState>,
    tickers: Mutex<BTreeMap<TickerKey, Shown>>,
    day: Mutex<Option<(DayResult, Option<Money>)>>,
    gauges: Mutex<Vec<Gauge>>,
    late: Mutex<(BTreeMap<String, Duration>, Option<Instant>)>,
    condition: Mutex<Condition>,
    others: Mutex<Others>,
    unarmed: AtomicBool,
    brakes: Mutex<BTreeMap<Brake, String>>,
    signals: Signals,
    dossiers: Mutex<Dossiers>,
}

/// A view, and when it was published.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the ticker showed.
    pub view: TickerView,
    since: Instant,
}

/// The connection, in one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Not yet, or not any more.
    Down {
        /// Why; empty before the first try.
        why: String,
    },
    /// Connected; what the broker holds is being read.
    Reconciling,
    /// Connected and in step.
    Up {
        /// The account that is traded.
        account: String,
    },
}

impl Default for LinkState {
    fn default() -> LinkState {
        LinkState::Down { why: String::new() }
    }
}

/// What stands in the way of prices and news, in words.
#[must_use]
pub fn words(condition: &Condition) -> String {
    let farm = |farm: &Farm| match farm {
        Farm::Market => "no market data farm",
        Farm::History => "no history farm",
        Farm::Contracts => "no contract farm",
    };
    let outage = condition.outage.map(|code| format!("the gateway is without IB ({code})"));
    let competing = condition.competing.then(|| "another session has the market data (10197)".to_owned());
    let farms = condition.farms.iter().map(|own| farm(own).to_owned());
    let all: Vec<String> = outage.into_iter().chain(competing).chain(farms).collect();
    if all.is_empty() { "nothing in the way".to_owned() } else { all.join(", ") }
}

/// One ticker as it last showed itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerView {
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// Its state.
    pub mode: Mode,
    /// True while the config does not name it: it opens nothing, and ends once it is flat.
    pub winding_down: bool,
    /// True while its contract trades, as far as its hours are known.
    pub in_session: bool,
    /// Why it does not decide, if it does not.
    pub trouble: Option<Trouble>,
    /// How far its trade has come; none when flat.
    pub stage: Option<Stage>,
    /// What it holds; none when flat.
    pub position: Option<PositionView>,
    /// Its last decisions, oldest first, at most [`DECISIONS_MAX`].
    pub decisions: Arc<[Decision]>,
    /// Its counts.
    pub tally: Tally,
    /// Somebody else's signed position in its contract, once the broker has told; none before.
    pub foreign: Option<Decimal>,
}

/// Why a ticker does not decide although nothing stands against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is being made anew from the journal: the engine panicked, or it is back in the config.
    Rebuilding,
    /// It is left alone until the next start; its stops stay at the broker.
    Quarantined {
        /// Why.
        because: String,
    },
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Rebuilding => f.write_str("made anew from the journal"),
            Trouble::Quarantined { because } => write!(f, "quarantined ({because})"),
        }
    }
}

/// A decision, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// What, and why.
    pub text: String,
}

/// A position with what protects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionView {
    /// Which side.
    pub side: engine::order::Side,
    /// How many shares.
    pub quantity: Quantity,
    /// Their average price.
    pub average: Option<Price>,
    /// The working stop's price.
    pub stop: Option<Price>,
    /// The working target's price.
    pub target: Option<Price>,
    /// What it would gain or lose at the last quote, before commissions.
    pub unrealized: Option<Money>,
    /// What a share could be closed at now: the bid, or for a short the ask.
    pub last: Option<Price>,
    /// What it would bring from that price on if every stop filled at its own: below zero, a loss. None where a lot has
    /// no working stop.
    pub at_stop: Option<Money>,
    /// Shares that working stops and exits cover.
    pub armed: Quantity,
    /// Shares that stops cover which sleep at the broker until an entry fills.
    pub asleep: Quantity,
}

impl Board {
    /// Publishes a ticker's view.
    pub fn publish(&self, ticker: &TickerKey, view: TickerView) {
        open(&self.tickers).insert(ticker.clone(), Shown { view, since: Instant::now() });
    }

    /// Takes a ticker off that has ended.
    pub fn take_off(&self, ticker: &TickerKey) {
        open(&self.tickers).remove(ticker);
    }

    /// Publishes the connection's state.
    pub fn publish_link(&self, link: LinkState) {
        *open(&self.link) = link;
    }

    /// Publishes what stands in the way of prices and news.
    pub fn publish_condition(&self, condition: Condition) {
        *open(&self.condition) = condition;
    }

    /// What stands in the way of prices and news.
    #[must_use]
    pub fn condition(&self) -> Condition {
        open(&self.condition).clone()
    }

    /// Publishes what the account holds that is none of ours.
    pub fn publish_others(&self, others: Others) {
        *open(&self.others) = others;
    }

    /// What the account holds that is none of ours.
    #[must_use]
    pub fn others(&self) -> Others {
        open(&self.others).clone()
    }

    /// Publishes which of HALT and KILL a person has set: who, when and why.
    pub fn publish_brakes(&self, brakes: BTreeMap<Brake, String>) {
        *open(&self.brakes) = brakes;
    }

    /// Which of HALT and KILL a person has set: who, when and why.
    #[must_use]
    pub fn brakes(&self) -> BTreeMap<Brake, String> {
        open(&self.brakes).clone()
    }

    /// Where signals are counted and sources shown.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Publishes which threads owe a sign of life, and for how long.
    pub fn publish_late(&self, late: BTreeMap<String, Duration>) {
        *open(&self.late) = (late, Some(Instant::now()));
    }

    /// Threads that have given no sign of life for more than a second.
    #[must_use]
    pub fn late(&self) -> BTreeMap<String, Duration> {
        open(&self.late).0.clone()
    }

    /// How long ago somebody looked at the threads; none before the first time.
    #[must_use]
    pub fn looked(&self) -> Option<Duration> {
        open(&self.late).1.map(|at| at.elapsed())
    }

    /// Publishes the day's result.
    pub fn publish_day(&self, day: DayResult, by_the_broker: Option<Money>) {
        *open(&self.day) = Some((day, by_the_broker));
    }

    /// Publishes every limit with today's numbers.
    pub fn publish_gauges(&self, gauges: Vec<Gauge>) {
        *open(&self.gauges) = gauges;
    }

    /// Shows whether entries wait until a person arms this start.
    pub fn publish_unarmed(&self, unarmed: bool) {
        self.unarmed.store(unarmed, Ordering::Relaxed);
    }

    /// True while entries wait until a person arms this start.
    #[must_use]
    pub fn unarmed(&self) -> bool {
        self.unarmed.load(Ordering::Relaxed)
    }

    /// Every limit with today's numbers, as last published; none before the first look.
    #[must_use]
    pub fn gauges(&self) -> Vec<Gauge> {
        open(&self.gauges).clone()
    }

    /// Begins to keep what the records tell people, with what they told so far.
    pub fn begin_dossiers(&self, dossiers: Dossiers) {
        *open(&self.dossiers) = dossiers;
    }

    /// Takes in the next record.
    pub fn tell(&self, record: &Record) {
        open(&self.dossiers).apply(record);
    }

    /// What `read` finds in what the records tell people. Whoever writes waits for it, so it is short.
    pub fn dossiers<T>(&self, read: impl FnOnce(&Dossiers) -> T) -> T {
        read(&open(&self.dossiers))
    }

    /// All tickers' views.
    #[must_use]
    pub fn tickers(&self) -> BTreeMap<TickerKey, TickerView> {
        self.shown().into_iter().map(|(key, shown)| (key, shown.view)).collect()
    }

    /// All tickers' views, and when they were published.
    #[must_use]
    pub fn shown(&self) -> BTreeMap<TickerKey, Shown> {
        open(&self.tickers).clone()
    }

    /// The connection's state.
    #[must_use]
    pub fn link(&self) -> LinkState {
        open(&self.link).clone()
    }

    /// The day's result and the broker's own of the whole account, as last published.
    #[must_use]
    pub fn day(&self) -> Option<(DayResult, Option<Money>)> {
        open(&self.day).clone()
    }
}

/// Every write leaves the value whole, so a writer's panic spoils nothing.
fn open<T>(cell: &Mutex<T>) -> MutexGuard<'_, T> {
    cell.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shown {
    /// How long ago it was published, on the clock of this machine.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }
}

impl std::fmt::Display for PositionView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or_none =
            |price: Option<Price>| price.map_or_else(|| "none".to_owned(), |price| price.to_string());
        let PositionView { side, quantity, average, stop, target, .. } = self;
        let (average, stop, target) = (or_none(*average), or_none(*stop), or_none(*target));
        write!(f, "holds {side} {quantity} from {average}, stop {stop}, target {target}")
    }
}
