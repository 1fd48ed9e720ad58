//! A world of three tickers, one account book and one journal, against the paper exchange.
//!
//! Virtual time, one thread: what is due happens in order, and everything that looks like
//! chance comes from the seed. The program is the engine as it is, between the same doors as
//! in the actors: inputs from the broker's streams, steps into the journal, written requests
//! past the risk book, and over a wire to the exchange. A crash leaves the journal and nothing
//! else.
//!
//! Read next: `program` (what lives and dies with the process), `broker` (what is true),
//! `faults` (what goes wrong), `checks` (what must hold).

mod broker;
mod campaign;
mod checks;
mod counts;
mod desk;
mod dice;
mod faults;
mod program;
mod queue;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    Confidence, Direction, Input, Limits, Now, OrderRef, Price, Process, Quote, Record, Signal,
    TickerSettings,
};
use paper::market::Market;
use rust_decimal::Decimal;

use broker::Broker;
pub(crate) use campaign::{Sum, notices, run};
pub(crate) use counts::{Counts, SOMETIMES};
use dice::Dice;
use faults::Rates;
use program::Program;
use queue::{Queue, What};
pub(crate) use subject::market;

/// How long a world goes on with faults, in ms of process time.
const FAULTY_MS: u64 = 150_000;
/// How long without, so that everything comes to rest.
const CALM_MS: u64 = 40_000;
/// And how long in a market that stands still.
const STILL_MS: u64 = 40_000;

/// One seed's world.
pub(crate) struct World {
    market: Arc<Market>,
    start: DateTime<Utc>,
    ms: u64,
    queue: Queue,
    /// What concerns all: the link, the process, the night.
    dice: Dice,
    /// What concerns one ticker only.
    own_dice: Vec<Dice>,
    rates: Rates,
    settings: Vec<TickerSettings>,
    limits: Limits,
    broker: Broker,
    program: Option<Program>,
    /// The journal: all that a crash leaves.
    records: Vec<Record>,
    /// Counts connections; what belongs to an older one is lost.
    connection: u64,
    /// Counts the moments after which news may be missing: a snapshot from before one is not
    /// taken for one from after it.
    gaps: u64,
    /// When news of each ticker's streams was last due; a stream keeps its order.
    heard: Vec<[u64; 3]>,
    wired: u64,
    /// What was on the wire of a lost connection still arrives until then.
    wire_ends: (u64, u64),
    /// News are dropped until then: the gateway has lost its own link.
    deaf_until: u64,
    is_still: bool,
    /// The one ticker for which something goes wrong, or none of them; all, where nothing is said.
    only: Option<Option<usize>>,
    signals: Vec<u32>,
    night: Option<u64>,
    checks: checks::Memory,
    counts: Counts,
    /// Inputs that the tickers have taken in.
    events: u64,
}

/// What is left of a world that held.
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    pub(crate) events: u64,
    /// Each ticker's steps in words, ids of executions aside.
    pub(crate) told: Vec<Vec<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, market: &Arc<Market>) -> World {
        let mut dice = Dice::new(seed, 0);
        let open = market.calendar().session(market.options().start).expect("a trading day").open;
        let start = open + TimeDelta::minutes(30);
        let rates = Rates::drawn(&mut dice);
        let broker = Broker::new(market, start, &mut dice);
        let limits = subject::limits(&mut dice);
        let count = subject::NAMES.len();
        let mut own_dice: Vec<Dice> = (1..).take(count).map(|name| Dice::new(seed, name)).collect();
        let named = subject::NAMES.iter().zip(&mut own_dice);
        let settings = named.map(|(name, dice)| subject::settings(name, dice)).collect();
        let night = dice.one_in(5).then(|| 20_000 + dice.roll(FAULTY_MS - 40_000));
        World {
            market: Arc::clone(market),
            start,
            ms: 0,
            queue: Queue::default(),
            dice,
            own_dice,
            rates,
            settings,
            limits,
            broker,
            program: None,
            records: Vec::new(),
            connection: 0,
            gaps: 0,
            heard: vec![[0; 3]; count],
            wired: 0,
            wire_ends: (0, 0),
            deaf_until: 0,
            is_still: false,
            only: None,
            signals: vec![0; count],
            night,
            checks: checks::Memory::new(count),
            counts: Counts::default(),
            events: 0,
        }
    }

    /// Lets things go wrong for one ticker at most, without limits that all share.
    pub(crate) fn only_for(mut self, only: Option<usize>) -> World {
        (self.rates, self.only, self.night) = (Rates::for_one(), Some(only), None);
        self.limits = Limits::off(paper::market::calendar::ZONE);
        self
    }

    /// Lives through the faults and no further.
    pub(crate) fn live_through(&mut self) {
        self.begin();
        self.run_until(FAULTY_MS);
    }

    /// Lives through the faults, comes to rest, and looks at everything once more.
    pub(crate) fn live(&mut self) {
        self.begin();
        self.run_until(FAULTY_MS);
        self.rates = Rates::none();
        self.broker.muted.clear();
        self.run_for(CALM_MS);
        self.is_still = true;
        self.run_for(STILL_MS);
        self.check_at_rest();
        self.restart_at_rest();
        self.check_liveness();
    }

    /// What came of it.
    pub(crate) fn outcome(mut self) -> Outcome {
        let keys = self.settings.iter().map(|settings| settings.key.clone());
        let told = keys.map(|key| checks::steps_in_words(&self.records, &key)).collect();
        self.counts.add("seed", 1);
        Outcome { counts: self.counts, events: self.events, told }
    }

    /// The last records, and how the world stands.
    pub(crate) fn tell_end(&self, most: usize) -> String {
        let from = self.records.len().saturating_sub(most);
        let lines = self.records[from..].iter().map(checks::in_words);
        let readings = self.broker.exchange.options().readings;
        let tickers = (0..self.settings.len()).map(|t| self.tell_ticker(t)).collect::<Vec<_>>().join("\n");
        format!("{}\n{tickers}\nat {} ms, {readings:?}", lines.collect::<Vec<_>>().join("\n"), self.ms)
    }

    fn tell_ticker(&self, t: usize) -> String {
        let own = self.program.as_ref().map(|program| &program.tickers[t]);
        let (mode, ours) = (own.map(|own| own.mode().to_string()), own.map(engine::Ticker::position));
        let truth = &self.broker.truths[t];
        let live = self.broker.live(t).map(|(name, order)| {
            format!("{} {:?} {} of {:?}", name.short(), order.phase, order.remaining(), order.terms.kind)
        });
        let legs = own.and_then(engine::Ticker::trade).into_iter().flat_map(|trade| &trade.lots);
        let known = legs.flat_map(|lot| &lot.legs).filter(|leg| !leg.ended()).map(|leg| {
            format!("{} {:?} {} {:?}", leg.spec.order.short(), leg.standing, leg.remaining, leg.changing)
        });
        let known = known.collect::<Vec<_>>().join(", ");
        format!(
            "{}: {mode:?}, known {known}; ours {ours:?}, held {}, price {}, disturbed {}, meddled {}; {}",
            self.settings[t].key,
            self.broker.held(t),
            truth.mid,
            truth.disturbed,
            truth.meddled,
            live.collect::<Vec<_>>().join(", ")
        )
    }

    fn begin(&mut self) {
        self.queue.push(0, What::Start);
        for t in 0..self.settings.len() {
            self.queue.push(1 + t as u64, What::Quote(t));
            self.queue.push(2_000 + self.own_dice[t].roll(1_000), What::Signal(t));
            self.queue.push(3_000 + self.own_dice[t].roll(2_000), What::Fault(t));
        }
        self.queue.push(5_000 + self.dice.roll(5_000), What::Trouble);
        self.queue.push(1_000, What::Second);
        self.queue.push(1_000, What::Look);
        self.queue.push(60_000, What::EachMinute);
    }

    fn run_for(&mut self, ms: u64) {
        self.run_until(self.ms + ms);
    }

    fn run_until(&mut self, ms: u64) {
        while let Some((at, what)) = self.queue.pop_until(ms) {
            // A jump of the clock leaves things behind that were due before it.
            self.ms = self.ms.max(at);
            self.happen(what);
            if self.night.is_some_and(|night| self.ms >= night) {
                self.pass_the_night();
            }
        }
        self.ms = self.ms.max(ms);
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Quote(t) => self.quote(t),
            What::Signal(t) => self.signal(t),
            What::Fault(t) => self.fault(t),
            What::Trouble => self.trouble(),
            What::Start => self.start(),
            What::Wake(t, life) => self.wake(t, life),
            What::Told(t, connection, told) => self.hear(t, connection, *told),
            What::Wire(connection, decided, message) => self.arrive(connection, decided, message),
            What::Flush(life) => self.flush(life),
            What::Refused(t, life, orders, because) => {
                if self.lives(life) {
                    self.tell(t, &Input::Refused { orders, because });
                }
            }
            What::Gap(life) => self.gap(life),
            What::Reconnected(life) => self.reconnect(life),
            What::Ask(life, tickers) => self.ask(life, tickers),
            What::Snapshot(connection, gaps, told) => self.be_shown(connection, gaps, told),
            What::FindOut(connection, t, order) => self.find_out(connection, t, order),
            What::Second => self.second(),
            What::Look => self.look(),
            What::EachMinute => self.each_minute(),
        }
    }

    fn now(&self) -> Now {
        let ran = TimeDelta::milliseconds(i64::try_from(self.ms).unwrap_or(i64::MAX));
        Now { market: self.start + ran, process: Process::at(ran) }
    }

    fn is_open(&self) -> bool {
        self.market.calendar().session_at(self.now().market).is_some()
    }

    /// The market moves, orders meet it, and the ticker sees the quote.
    fn quote(&mut self, t: usize) {
        let (ms, now) = (self.ms, self.now());
        let dice = &mut self.own_dice[t];
        self.queue.push(ms + 40 + dice.roll(300), What::Quote(t));
        let truth = &mut self.broker.truths[t];
        if truth.halted_until.is_some_and(|until| until <= ms) {
            (truth.halted_until, truth.resumed) = (None, Some(ms));
        }
        let halted = truth.halted_until.is_some();
        if self.market.calendar().session_at(now.market).is_none_or(|one| now.market >= one.close) {
            let events = self.broker.exchange.idle(now.market);
            return self.say(events);
        }
        let before = truth.mid;
        if !halted && !self.is_still {
            let reach = if dice.one_in(12) { 90 } else { 12 };
            truth.mid = (truth.mid + dice.swing(reach)).clamp(2_000, 40_000);
        }
        let events = if halted {
            self.broker.exchange.idle(now.market)
        } else {
            let look = self.broker.look(t, before, &mut self.own_dice[t]);
            self.broker.exchange.look(now.market, self.broker.truths[t].con_id, &look)
        };
        self.say(events);
        self.show(t, halted);
        self.tell(t, &Input::Quote);
    }

    /// Orders expire at whole seconds, whoever looks at the market when.
    fn second(&mut self) {
        self.queue.push(self.ms / 1_000 * 1_000 + 1_000, What::Second);
        let events = self.broker.exchange.idle(self.now().market);
        self.say(events);
    }

    fn show(&mut self, t: usize, halted: bool) {
        let (now, truth) = (self.now(), &self.broker.truths[t]);
        let at = |cents: i64| Price::new(Decimal::new(cents, 2)).ok();
        let shortable = self.broker.exchange.shortable(truth.con_id);
        let resumed = truth.resumed.and_then(|ms| i64::try_from(ms).ok()).map(TimeDelta::milliseconds);
        let quote = Quote {
            bid: at(truth.mid - 1),
            ask: at(truth.mid + 1),
            last: at(truth.mid),
            shortable: Some(shortable.shares.into()),
            halted,
            resumed: resumed.map(Process::at),
            ..Quote::empty(now.process)
        };
        let key = self.settings[t].key.clone();
        if let Some(program) = &mut self.program {
            program.views[t].quote = Some(quote);
            program.account.see(key, quote);
        }
    }

    fn signal(&mut self, t: usize) {
        let (now, dice) = (self.now(), &mut self.own_dice[t]);
        if self.rates.signals {
            self.queue.push(self.ms + 1_000 + dice.roll(5_000), What::Signal(t));
            let direction = dice.pick(&[
                Direction::Buy,
                Direction::Buy,
                Direction::Short,
                Direction::Short,
                Direction::Sell,
            ]);
            self.signals[t] += u32::from(!dice.one_in(12));
            let late = TimeDelta::seconds(if dice.one_in(15) { 90 } else { 0 });
            let number = self.signals[t];
            self.send_signal(t, number, direction, now.market - late);
        }
    }

    fn send_signal(&mut self, t: usize, number: u32, direction: Direction, at: DateTime<Utc>) {
        let confidence = Confidence::try_from(Decimal::new(9, 1)).expect("a confidence");
        let id = format!("s{number}");
        self.tell(t, &Input::Signal(Signal::new(id, direction, confidence, at)));
    }

    /// The program is told of what happened at the exchange: later, now and then twice, and
    /// by three streams that overtake each other.
    fn say(&mut self, events: Vec<paper::exchange::event::Event>) {
        for (t, told) in self.broker.hear(self.ms, events) {
            if self.ms < self.deaf_until || self.program.is_none() {
                continue;
            }
            let (dice, stream) = (&mut self.own_dice[t], told.stream());
            let mut due = self.ms + 1 + dice.roll(self.rates.delay_ms);
            if dice.one_in(self.rates.late) {
                due += dice.roll(1_500);
                self.counts.note("fault: late news");
            }
            let due = due.max(self.heard[t][stream]);
            self.heard[t][stream] = due;
            if told.moves_protection() {
                let truth = &mut self.broker.truths[t];
                truth.disturbed = truth.disturbed.max(due);
                if matches!(told, broker::Told::Execution(_)) {
                    truth.fill_heard = truth.fill_heard.max(due);
                }
            }
            if dice.one_in(self.rates.twice) {
                let again = if dice.one_in(3) { due + dice.roll(500) } else { due };
                self.queue.push(again, What::Told(t, self.connection, Box::new(told.clone())));
                self.counts.note("fault: news twice");
            }
            self.queue.push(due, What::Told(t, self.connection, Box::new(told)));
        }
    }
}

/// All tickers.
fn everybody(count: usize) -> BTreeSet<usize> {
    (0..count).collect()
}

/// The contracts of the tickers, by name.
fn con_ids(market: &Market) -> BTreeMap<String, i32> {
    subject::NAMES.iter().map(|name| ((*name).to_owned(), subject::con_id(market, name))).collect()
}

/// One of our orders that is live, if the dice find one.
fn any_live(broker: &Broker, t: usize, dice: &mut Dice) -> Option<(OrderRef, i32)> {
    let live: Vec<(OrderRef, i32)> =
        broker.live(t).map(|(name, order)| (name.clone(), order.key.id)).collect();
    let at = usize::try_from(dice.roll(live.len() as u64)).unwrap_or(0);
    live.get(at).cloned()
}
