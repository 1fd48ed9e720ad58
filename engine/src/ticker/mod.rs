//! One ticker's life: inputs in, facts and requests out, nothing else.
//!
//! The engine never asks what time it is and never forgets a share: `now` is an
//! argument, and every quantity is a sum of executions. A ticker decides in
//! [`Ticker::on_input`] and changes in [`Ticker::apply`], nowhere else.
//!
//! Read next: `signals` (what a signal does), `rules` (which rule acts), `news` (what the broker says), `settle`
//! (what an open trade needs), `apply` (how each fact changes it).

mod adds;
mod adopt;
mod apply;
mod by_hand;
mod command;
mod entry;
mod foreign;
mod margin;
mod moves;
mod news;
mod reload;
mod rules;
mod settle;
mod signals;
mod size;
mod snapshot;
mod tally;
mod unseen;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::command::Objection;
use crate::fact::{Fact, Step};
use crate::input::{Input, News};
use crate::instrument::{ContractKind, ContractSpec, TickerKey};
use crate::ledger::Ledger;
use crate::mode::{Difference, Mode};
use crate::order::Side;
use crate::reason::{Because, Decline};
use crate::request::Request;
use crate::rule::{self, Rule};
use crate::settings::TickerSettings;
use crate::signal::Signal;
use crate::time::{Now, Process};
use crate::trade::Trade;
use crate::view::MarketView;
use crate::{OrderRef, Role};

pub use tally::Tally;

/// Signal ids remembered, so that none is traded twice.
const SIGNALS_MAX: usize = 1_024;
/// A contract that ends is closed so many days before, by the exchange's calendar.
const HELD_UNTIL_DAYS: i64 = 2;
/// How often an open trade that is not at rest is looked at again, in process time.
const LOOK_AGAIN: TimeDelta = TimeDelta::milliseconds(250);
/// How often the rules look at an open trade that is at rest, should no quote come.
const LOOK_AT_RULES: TimeDelta = TimeDelta::seconds(1);

/// One ticker: its position, its orders, and what it has learned. Two are equal where all that a
/// journal rebuilds is: what only quotes have shown does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker {
    installation: crate::Installation,
    #[serde(skip, default = "none_yet")]
    settings: TickerSettings,
    mode: Mode,
    trade: Option<Trade>,
    trades: u32,
    ledger: Ledger,
    signals: VecDeque<String>,
    last_signal_at: Option<DateTime<Utc>>,
    /// When a stop last ended a lot.
    stopped_out_at: Option<DateTime<Utc>>,
    tally: Tally,
    /// When each rule last acted.
    fired: BTreeMap<String, Fired>,
    /// The exchange's day on which a trade was last opened, and how many on it.
    opened_today: (Option<NaiveDate>, u32),
    /// The day of the last split.
    split_on: Option<NaiveDate>,
    /// Somebody else's position in the contract; none before the first snapshot.
    foreign: Option<Decimal>,
    /// The trade before: it may turn out not to be over.
    before: Option<Trade>,
    /// Closings that nobody saw, by the exit that is gone.
    unseen: BTreeMap<OrderRef, unseen::Unseen>,
    /// The entry that waits for its margin, and what was asked before.
    #[serde(default)]
    margins: margin::Margins,
    /// Orders of persons, newest last, and why they were not followed.
    commands: VecDeque<(String, Option<Objection>)>,
    /// What the snapshots since the last change of state differed by.
    doubts: Vec<Difference>,
    /// True while the config does not name it.
    #[serde(default)]
    removed: bool,
    /// Settings that wait for the open trade to end; given again after a restart.
    #[serde(skip)]
    wanted: reload::Wanted,
    /// The rules that are for this ticker, in order.
    #[serde(skip)]
    rules: Arc<[Rule]>,
    /// Volatile: no fact, and found again after a restart.
    #[serde(skip)]
    watch: rules::Watch,
}

/// When a rule last acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fired {
    at: DateTime<Utc>,
    trade: Option<u32>,
}

/// The settings of a ticker that was kept, until [`Ticker::resume`] gives it those in force.
fn none_yet() -> TickerSettings {
    let contract = ContractSpec {
        symbol: String::new(),
        exchange: String::new(),
        primary_exchange: None,
        currency: String::new(),
        kind: ContractKind::Stock,
    };
    TickerSettings::of(TickerKey::unnamed(), contract)
}

/// What an input led to, in order.
pub type Out = Vec<Step>;

impl Ticker {
    /// A ticker that knows nothing yet and waits for the broker's snapshot.
    #[must_use]
    pub fn new(installation: crate::Installation, settings: TickerSettings) -> Ticker {
        let rules = rule::in_order(&settings.rules, &settings.key).into();
        Ticker {
            installation,
            settings,
            mode: Mode::Reconciling { then: Box::new(Mode::Active) },
            trade: None,
            trades: 0,
            ledger: Ledger::default(),
            signals: VecDeque::new(),
            last_signal_at: None,
            stopped_out_at: None,
            tally: Tally::default(),
            fired: BTreeMap::new(),
            opened_today: (None, 0),
            split_on: None,
            foreign: None,
            before: None,
            unseen: BTreeMap::new(),
            margins: margin::Margins::default(),
            commands: VecDeque::new(),
            doubts: Vec::new(),
            removed: false,
            wanted: reload::Wanted::default(),
            rules,
            watch: rules::Watch::default(),
        }
    }

    /// A ticker as its records tell, oldest first. Its spans of process time begin anew, for
    /// the process did. Tell it [`Input::Gap`] before anything else.
    #[must_use]
    pub fn recover<'a>(
        installation: crate::Installation,
        settings: TickerSettings,
        records: impl IntoIterator<Item = (Now, &'a Step)>,
    ) -> Ticker {
        let mut ticker = Ticker::new(installation, settings);
        for (at, step) in records {
            ticker.apply(Now { process: Process::default(), ..at }, step);
        }
        ticker
    }

    /// A ticker that was kept, under the settings that are in force now.
    #[must_use]
    pub fn resume(self, settings: TickerSettings) -> Ticker {
        let rules = rule::in_order(&settings.rules, &settings.key).into();
        Ticker { settings, rules, ..self }
    }

    /// Takes in one input: the one place where a ticker decides.
    pub fn on_input(&mut self, now: Now, input: &Input, view: &MarketView, out: &mut Out) {
        self.take_up(now, view, out);
        match input {
            Input::Signal(signal) => self.on_signal(now, signal, view, out),
            Input::News(News::Margin { order, after }) => self.on_margin(now, order, after, view, out),
            Input::News(news) => self.on_news(now, news, out),
            Input::Refused { orders, because } => self.on_refused(now, orders, because, out),
            Input::Gap => self.on_gap(now, out),
            Input::Snapshot(snapshot) => self.on_snapshot(now, snapshot, view, out),
            Input::Settle { order, price } => self.on_settle(now, order, *price, out),
            Input::Close(because) => self.on_close(now, because, out),
            Input::Withdraw(because) => self.on_withdraw(now, because, out),
            Input::Command(command) => self.on_command(now, command, view, out),
            Input::Quote | Input::Wakeup => drop(self.on_rules(now, None, view, out)),
        }
        self.mind_margin(now, out);
        if matches!(input, Input::Quote) && self.rests(now) {
            return;
        }
        self.leave_before_expiry(now, view, out);
        self.settle(now, view, out);
        self.rest(now, out);
    }

    /// True where the last look found nothing to do for the open trade, and nothing has happened since.
    fn rests(&self, now: Now) -> bool {
        self.watch.rests_until.is_some_and(|until| now.process < until)
    }

    /// A trade that is quiet, and for which all cares had nothing to do, is looked at again by the next
    /// step, at any news, and after a while. What rests in the market is looked at at each quote.
    fn rest(&mut self, now: Now, out: &Out) {
        let quiet = |trade: &Trade| trade.is_quiet() && !trade.lots.iter().any(crate::lot::Lot::waits);
        let rests = out.is_empty() && self.trade.as_ref().is_none_or(quiet);
        self.watch.rests_until = rests.then(|| now.process.plus(LOOK_AGAIN));
    }

    /// When to be woken at the latest, should nothing else come before.
    #[must_use]
    pub fn next_wakeup(&self, now: Now) -> Option<Process> {
        if let Some(until) = self.margins.until() {
            return Some(until);
        }
        let trade = self.trade.as_ref()?;
        let wait = if trade.is_quiet() { LOOK_AT_RULES } else { LOOK_AGAIN };
        Some(now.process.plus(wait))
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &TickerSettings {
        &self.settings
    }

    /// Its state, whether or not the config names it.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What is open now.
    #[must_use]
    pub fn trade(&self) -> Option<&Trade> {
        self.trade.as_ref()
    }

    /// Its executions.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Somebody else's signed position in the contract; none before the first snapshot.
    #[must_use]
    pub fn foreign(&self) -> Option<Decimal> {
        self.foreign
    }

    /// Its counts since it began.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The signed position that its executions make.
    #[must_use]
    pub fn position(&self) -> Decimal {
        let Some(trade) = &self.trade else { return Decimal::ZERO };
        let net: Decimal = trade.lots.iter().map(|lot| lot.bought().value() - lot.left().value()).sum();
        match trade.side {
            Side::Long => net,
            Side::Short => -net,
        }
    }

    /// True while an entry waits for what the broker says of its margin.
    #[must_use]
    pub fn awaits_margin(&self) -> bool {
        self.margins.until().is_some()
    }

    fn on_withdraw(&mut self, now: Now, because: &Because, out: &mut Out) {
        self.give_up(now, Decline::TakenBack(because.to_string()), out);
        if self.trade.as_ref().is_some_and(|trade| !trade.withdrawn) {
            self.fact(now, Fact::EntriesWithdrawn { because: because.clone() }, out);
        }
    }

    fn on_close(&mut self, now: Now, because: &Because, out: &mut Out) {
        self.give_up(now, Decline::TakenBack(because.to_string()), out);
        if self.trade.as_ref().is_some_and(|trade| trade.leaving.is_none()) {
            self.fact(now, Fact::CloseDecided { because: because.clone() }, out);
        }
        if self.trade.as_ref().is_some_and(|trade| trade.reversal.is_some()) {
            self.fact(now, Fact::ReversalDropped, out);
        }
    }

    /// A contract that ends is not held to its end.
    fn leave_before_expiry(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let Some(instrument) = &view.instrument else { return };
        let soon = |expiry: &NaiveDate| (*expiry - instrument.day(now.market)).num_days() <= HELD_UNTIL_DAYS;
        let Some(expiry) = instrument.expiry.filter(soon) else { return };
        if self.trade.as_ref().is_some_and(|trade| trade.leaving.is_none()) {
            self.on_close(now, &Because::Expires { expiry }, out);
        }
    }

    pub(super) fn on_gap(&mut self, now: Now, out: &mut Out) {
        if !self.mode.is_reconciling() {
            let then = Box::new(self.mode.clone());
            self.fact(now, Fact::ModeChanged { mode: Mode::Reconciling { then } }, out);
        }
    }

    /// Declines a signal from outside the rules: the shell could not take it.
    pub fn decline(&mut self, now: Now, signal: &Signal, because: Decline, out: &mut Out) {
        self.fact(now, Fact::SignalDeclined { signal: signal.clone(), because }, out);
    }

    fn fact(&mut self, now: Now, fact: Fact, out: &mut Out) {
        self.step(now, Step::Fact(fact), out);
    }

    fn ask(&mut self, now: Now, request: Request, out: &mut Out) {
        self.step(now, Step::Request(request), out);
    }

    fn step(&mut self, now: Now, step: Step, out: &mut Out) {
        self.apply(now, &step);
        out.push(step);
    }

    fn order(&self, trade: u32, role: Role, n: u32) -> OrderRef {
        let (installation, ticker) = (self.installation, self.settings.key.clone());
        OrderRef { installation, ticker, trade, role, n }
    }
}
