//! What must hold: after every event for the ticker it happened to, and the dear ones now and
//! then, at each crash and at rest. A check that fails ends the world.

use std::collections::{BTreeSet, VecDeque};

use engine::order::Standing;
use engine::{
    Body, Book, Decline, Direction, Fact, Mode, OrderRef, Record, Request, Role, Step, Ticker, TickerKey,
};
use paper::exchange::order::Side;
use rust_decimal::prelude::ToPrimitive;

use super::broker::{status_of, terms_of};
use super::program::step;
use super::queue::What;
use super::subject::POSITIONS_MAX;
use super::{World, faults};

/// The longest that shares may go without a stop, in ms of process time, once nothing
/// disturbs them.
const EXPOSED_MAX: u64 = 2_000;
/// The same once the ticker has halted, and somebody was called.
const LADDER_AGAIN: u64 = 40_000;
/// Inputs between two looks at the dear ones.
const DEAR_EVERY: u64 = 1_000;
/// The longest that an order or a change may stay unanswered, in ms.
const LIMBO_MAX: u64 = 30_000;
/// The most requests of one ticker within ten seconds.
const REQUESTS_MAX: usize = 60;

/// What the checks remember.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Names that were sent as new orders, each once.
    placed: BTreeSet<OrderRef>,
    /// The highest order id that has arrived.
    id_max: i32,
    /// Signals that have opened a trade, as far as the journal tells.
    opened_by: Vec<BTreeSet<String>>,
    /// When each ticker was last out of step with the broker, knowing it.
    ready_since: Vec<u64>,
    /// Since when each ticker has something unanswered.
    limbo_since: Vec<Option<(OrderRef, u64)>>,
    /// Times of each ticker's requests.
    requests: Vec<VecDeque<u64>>,
    /// What each ticker's records have made of it, as far as they were read.
    shadows: Vec<Ticker>,
    read: usize,
}

impl Memory {
    pub(crate) fn new(count: usize) -> Memory {
        Memory {
            placed: BTreeSet::new(),
            id_max: 0,
            opened_by: vec![BTreeSet::new(); count],
            ready_since: vec![0; count],
            limbo_since: vec![None; count],
            requests: vec![VecDeque::new(); count],
            shadows: Vec::new(),
            read: 0,
        }
    }

    /// The clock leaps: nobody could have answered meanwhile.
    pub(super) fn forget_limbo(&mut self) {
        self.limbo_since.fill(None);
    }
}

impl World {
    /// Steps as they are made: nothing opens but from Active, no signal is traded twice, and
    /// no ticker storms.
    pub(super) fn check_steps(&mut self, t: usize, mut mode: Mode, steps: &[Step]) {
        let mut taken = None;
        for step in steps {
            match step {
                Step::Fact(fact) => {
                    self.counts.note(name(fact));
                    match fact {
                        Fact::ModeChanged { mode: to } => mode = to.clone(),
                        Fact::SignalTaken { signal, .. } => taken = Some(&signal.id),
                        Fact::LotOpened(lot) if !lot.adds && lot.lot == 1 => {
                            let fresh = taken.is_none_or(|id| self.checks.opened_by[t].insert(id.clone()));
                            assert!(fresh, "signal {taken:?} opened twice");
                        }
                        _ => {}
                    }
                }
                Step::Request(request) => {
                    let opens = faults::opens(&Body::Request(request.clone()));
                    assert!(!opens || mode == Mode::Active, "an entry while {mode}");
                    let times = &mut self.checks.requests[t];
                    times.push_back(self.ms);
                    while times.front().is_some_and(|at| at + 10_000 < self.ms) {
                        times.pop_front();
                    }
                    let key = &self.settings[t].key;
                    assert!(
                        times.len() <= REQUESTS_MAX,
                        "{key}: {} requests within ten seconds",
                        times.len()
                    );
                }
            }
        }
    }

    /// What the risk book let through keeps its limits.
    pub(super) fn check_admitted(&mut self, t: usize, request: &Request) {
        let opens = faults::opens(&Body::Request(request.clone()));
        if !opens {
            return;
        }
        let Some(program) = &self.program else { return };
        assert!(program.book.tripped().is_none(), "an entry was admitted after the daily loss");
        let Some(most) = self.limits.account.positions_max else { return };
        let calm = self.broker.truths.iter().all(|truth| !truth.meddled);
        let is_open =
            |other: usize| other == t || !self.broker.held(other).is_zero() || self.has_entry(other);
        let open = (0..self.settings.len()).filter(|other| is_open(*other)).count();
        assert!(!calm || open <= most, "{open} positions are open, {most} may be");
    }

    fn has_entry(&self, t: usize) -> bool {
        self.broker.live(t).any(|(name, _)| name.role == Role::Entry)
    }

    /// An order that arrives at the broker: a new name, a new and higher id, written before.
    pub(super) fn check_new_order(&mut self, order: &OrderRef, id: i32) {
        assert!(self.checks.placed.insert(order.clone()), "{order} was sent as a new order twice");
        assert!(id > self.checks.id_max, "id {id} after {}", self.checks.id_max);
        self.checks.id_max = id;
        let asks = |record: &Record| match &record.body {
            Body::Request(Request::Place { orders }) => orders.iter().any(|spec| spec.order == *order),
            _ => false,
        };
        assert!(self.records.iter().rev().any(asks), "{order} was sent before it was written");
    }

    /// After every event of a ticker.
    pub(super) fn check(&mut self, t: usize) {
        self.check_entries(t);
        self.check_protection(t);
        self.check_limbo(t);
        assert!(
            !self.broker.truths[t].crossed,
            "{}: an exit took the position through zero",
            self.settings[t].key
        );
        if self.events.is_multiple_of(DEAR_EVERY) {
            self.check_journal();
            self.check_book();
        }
    }

    /// One entry decision at work, and one add beside it at most.
    fn check_entries(&self, t: usize) {
        let (mut trades, mut adds) = (BTreeSet::new(), 0);
        for (name, _) in self.broker.live(t) {
            match name.role {
                Role::Entry => drop(trades.insert(name.trade)),
                Role::Add => adds += 1,
                _ => {}
            }
        }
        assert!(trades.len() <= 1, "entries of trades {trades:?} work at once");
        assert!(adds <= 1, "{adds} adds work at once");
    }

    /// What is held is covered by working stops, exactly, two seconds after the last thing that
    /// could have disturbed it.
    fn check_protection(&mut self, t: usize) {
        let ready = self.is_open()
            && self.program.as_ref().is_some_and(|own| own.is_up && !own.tickers[t].mode().is_reconciling());
        if !ready {
            self.checks.ready_since[t] = self.ms;
        }
        let Some(program) = &self.program else { return };
        let (ticker, truth) = (&program.tickers[t], &self.broker.truths[t]);
        let own = self.broker.held(t) - ticker.foreign().unwrap_or_default();
        let held = own.abs();
        if held.is_zero() {
            self.broker.truths[t].refusals = 0;
            return;
        }
        // Once the ladder has been climbed in vain a person is called, and it is climbed anew.
        let called = matches!(ticker.mode(), Mode::Halted { .. });
        let most = if called { LADDER_AGAIN } else { EXPOSED_MAX };
        let calm = truth.disturbed.max(self.checks.ready_since[t]) + most;
        let frozen = matches!(ticker.mode(), Mode::Frozen(_));
        if self.ms <= calm || truth.busted || frozen {
            return;
        }
        let covered = self.broker.covered(t, own);
        assert!(
            covered == held,
            "{}: {held} held, {covered} covered for more than {most} ms",
            self.settings[t].key
        );
    }

    /// Nothing stays unanswered while the broker can be asked.
    fn check_limbo(&mut self, t: usize) {
        let Some(program) = &self.program else { return };
        let ticker = &program.tickers[t];
        let legs = ticker.trade().into_iter().flat_map(|trade| &trade.lots).flat_map(|lot| &lot.legs);
        let open = |leg: &&engine::lot::Leg| leg.standing.is_none() || leg.changing.is_some();
        let limbo = legs.into_iter().find(open).map(|leg| leg.spec.order.clone());
        let since = &mut self.checks.limbo_since[t];
        let quiet =
            !program.is_up || ticker.mode().is_reconciling() || matches!(ticker.mode(), Mode::Frozen(_));
        *since = match (limbo, since.take()) {
            (Some(order), Some((same, at))) if order == same && !quiet => {
                assert!(self.ms - at < LIMBO_MAX, "{order} is unanswered for {} ms", self.ms - at);
                Some((order, at))
            }
            (Some(order), _) => Some((order, self.ms)),
            (None, _) => None,
        };
    }

    /// The journal is in sequence, and each ticker is what its records make of it, those that
    /// wait to be written included.
    pub(super) fn check_journal(&mut self) {
        let in_order = self.records.iter().zip(1..).all(|(record, seq)| record.seq == seq);
        assert!(in_order, "the journal has a gap");
        self.counts.note("check: fold = state");
        self.follow();
        let Some(program) = &self.program else { return };
        for (lived, folded) in program.tickers.iter().zip(&self.checks.shadows) {
            let (key, mut folded) = (&lived.settings().key, folded.clone());
            program.waiting_of(key).for_each(|(at, step)| folded.apply(at, &step));
            assert!(*lived == folded, "{key} is not what its records make of it:\n{lived:?}\n{folded:?}");
        }
    }

    /// A process has begun: from here on each ticker has a shadow that is told its records and
    /// nothing else.
    pub(super) fn cast_shadows(&mut self) {
        let tickers = self.program.iter().flat_map(|program| program.tickers.clone());
        (self.checks.shadows, self.checks.read) = (tickers.collect(), self.records.len());
        for t in 0..self.settings.len() {
            let (mut taken, mut opened_by) = (None, BTreeSet::new());
            for record in self.records.iter().filter(|own| own.ticker.as_ref() == Some(&self.settings[t].key))
            {
                match &record.body {
                    Body::Fact(Fact::SignalTaken { signal, .. }) => taken = Some(signal.id.clone()),
                    Body::Fact(Fact::LotOpened(lot)) if !lot.adds && lot.lot == 1 => {
                        opened_by.extend(taken.take())
                    }
                    _ => {}
                }
            }
            self.checks.opened_by[t] = opened_by;
        }
    }

    fn follow(&mut self) {
        let from = std::mem::replace(&mut self.checks.read, self.records.len());
        for record in &self.records[from..] {
            let shadow = self
                .checks
                .shadows
                .iter_mut()
                .find(|own| record.ticker.as_ref() == Some(&own.settings().key));
            if let (Some(shadow), Some((at, step))) = (shadow, step(record)) {
                shadow.apply(at, &step);
            }
        }
    }

    /// The risk book is what the journal makes of it.
    fn check_book(&mut self) {
        let Some(program) = self.program.as_ref().filter(|program| program.waiting.is_empty()) else {
            return;
        };
        self.counts.note("check: book = recomputation");
        let mut book = Book::new(self.limits.clone());
        self.records.iter().for_each(|record| book.apply(record));
        if book != program.book {
            let (lived, told) = (format!("{:#?}", program.book), format!("{book:#?}"));
            let lines: Vec<(&str, &str)> = lived.lines().zip(told.lines()).collect();
            let at = lines.iter().position(|(lived, told)| lived != told).unwrap_or(0);
            let before: Vec<&str> =
                lines[at.saturating_sub(25)..at].iter().map(|(lived, _)| lived.trim()).collect();
            panic!("the risk book is not what the journal makes of it: {before:?}, {:?}", lines.get(at));
        }
    }
}

impl World {
    /// With the faults off and the market still: in step with the broker, and nothing left over.
    pub(super) fn check_at_rest(&mut self) {
        self.check_journal();
        self.check_book();
        for t in 0..self.settings.len() {
            self.check(t);
            self.check_profit(t);
            let Some(program) = &self.program else { return };
            let (ticker, truth) = (&program.tickers[t], &self.broker.truths[t]);
            if truth.busted || matches!(ticker.mode(), Mode::Frozen(_)) {
                assert!(truth.meddled, "{} without a reason", ticker.mode());
                continue;
            }
            assert!(!ticker.mode().is_reconciling(), "still {}", ticker.mode());
            let (ours, foreign) = (ticker.position(), ticker.foreign().unwrap_or_default());
            assert_eq!(
                ours + foreign,
                self.broker.held(t),
                "ours {ours} and theirs {foreign} are not what is held"
            );
            let theirs: Vec<String> = self
                .broker
                .live(t)
                .filter_map(|(name, order)| {
                    let (terms, status) = (terms_of(order, name), status_of(order, name)?);
                    let price = terms.price.map(|price| price.to_string());
                    Some(format!(
                        "{} {} {} {price:?}",
                        name.short(),
                        status.standing == Standing::Working,
                        status.remaining
                    ))
                })
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let legs = ticker.trade().into_iter().flat_map(|trade| &trade.lots).flat_map(|lot| &lot.legs);
            let ours: BTreeSet<String> = legs
                .filter(|leg| !leg.ended())
                .map(|leg| {
                    let price = leg.spec.kind.price().map(|price| price.to_string());
                    format!("{} {} {} {price:?}", leg.spec.order.short(), leg.works(), leg.remaining)
                })
                .collect();
            assert_eq!(ours.into_iter().collect::<Vec<_>>(), theirs, "orders differ");
        }
    }

    /// What a flat ticker has won, against a sum of its own in floats over the broker's fills.
    fn check_profit(&mut self, t: usize) {
        let Some(program) = &self.program else { return };
        let (ticker, truth) = (&program.tickers[t], &self.broker.truths[t]);
        // A gateway may tell the executions of its day only: what was corrected in one that
        // nobody heard of cannot be known on the next.
        let told = self.counts.of("fault: a night passes") == 0;
        if truth.meddled || ticker.trade().is_some() || !told {
            return;
        }
        let number = |number: rust_decimal::Decimal| number.to_f64().unwrap_or(f64::NAN);
        let (mut won, mut paid) = (0.0, 0.0);
        for fill in truth.fills.values() {
            let worth = number(fill.price) * number(fill.shares);
            won += if fill.side == Side::Buy { -worth } else { worth };
            paid += number(fill.commission);
        }
        let tally = ticker.tally();
        let (realized, commission) = (number(tally.realized.value()), number(tally.commission.value()));
        let key = &ticker.settings().key;
        assert!((realized - won).abs() < 1e-6, "{key}: {realized} realised, the fills make {won}");
        assert!((commission - paid).abs() < 1e-6, "{key}: {commission} paid, the fills cost {paid}");
        self.counts.note("check: profit");
    }

    /// A restart at rest sends nothing, and changes nothing.
    pub(super) fn restart_at_rest(&mut self) {
        // A frozen ticker waits for a person, and may ask in vain meanwhile.
        let frozen = |own: &Ticker| matches!(own.mode(), Mode::Frozen(_));
        let tickers = self.program.iter().flat_map(|program| &program.tickers);
        let frozen: Vec<TickerKey> =
            tickers.filter(|own| frozen(own)).map(|own| own.settings().key.clone()).collect();
        let asks = |records: &[Record]| {
            let waits = |record: &&Record| record.ticker.as_ref().is_some_and(|own| frozen.contains(own));
            let asked = records.iter().filter(|record| matches!(record.body, Body::Request(_)));
            asked.filter(|record| !waits(record)).count()
        };
        let before = asks(&self.records);
        let Some(program) = self.program.as_ref().filter(|program| program.waiting.is_empty()) else {
            return;
        };
        let modes: Vec<Mode> = program.tickers.iter().map(|ticker| ticker.mode().clone()).collect();
        self.program = None;
        self.queue.push(self.ms, What::Start);
        self.run_for(8_000);
        let Some(program) = &self.program else { return };
        let now: Vec<Mode> = program.tickers.iter().map(|ticker| ticker.mode().clone()).collect();
        let kinds = |modes: &[Mode]| modes.iter().map(std::mem::discriminant).collect::<Vec<_>>();
        assert!(kinds(&modes) == kinds(&now), "a restart at rest turned {modes:?} into {now:?}");
        assert_eq!(asks(&self.records), before, "a restart at rest sent something");
        self.counts.note("check: restart at rest");
    }

    /// A ticker that is flat and active takes a fresh signal, and its entry is at the broker
    /// within a second.
    pub(super) fn check_liveness(&mut self) {
        self.run_for(120_000);
        for t in 0..self.settings.len() {
            let Some(program) = &self.program else { return };
            let ticker = &program.tickers[t];
            let ready = *ticker.mode() == Mode::Active
                && ticker.trade().is_none()
                && program.book.tripped().is_none();
            let others = (0..self.settings.len()).filter(|other| !self.broker.held(*other).is_zero()).count();
            if !ready || others >= POSITIONS_MAX || !self.is_open() {
                continue;
            }
            let (from, market) = (self.records.len(), self.now().market);
            self.send_signal(t, u32::MAX, Direction::Buy, market);
            self.run_for(1_000);
            let placed = self.records[from..].iter().any(|record| faults::opens(&record.body));
            let ours = self.program.as_ref().map(|own| own.tickers[t].position());
            let filled = self.has_entry(t) || ours.is_some_and(|ours| !ours.is_zero());
            let told = self.records[from..].iter().map(in_words).collect::<Vec<_>>().join("\n");
            let excused = self.records[from..].iter().any(|record| excuses(&record.body));
            assert!(excused || (placed && filled), "a fresh signal led to nothing:\n{told}");
            self.counts.note("check: liveness");
        }
    }
}

/// A reason not to open that has nothing to do with being alive: a split today, a cool-down, a limit.
fn excuses(body: &Body) -> bool {
    match body {
        Body::Fact(Fact::SignalDeclined { because, .. }) => {
            matches!(because, Decline::SplitToday | Decline::CoolingDown { .. })
        }
        Body::Verdict(verdict) => verdict.refused.is_some(),
        _ => false,
    }
}

/// A record as a line.
pub(crate) fn in_words(record: &Record) -> String {
    let at = record.at.market.format("%H:%M:%S%.3f");
    let ticker = record.ticker.as_ref().map_or("", TickerKey::as_str);
    let body = match (&record.body, step(record)) {
        (_, Some((_, step))) => step.to_string(),
        (Body::Verdict(verdict), _) if verdict.refused.is_none() => "admitted".to_owned(),
        (body, _) => format!("{body:?}"),
    };
    format!("{at} {ticker:<4}{body}")
}

/// A ticker's steps in words, without what counts over all tickers.
pub(crate) fn steps_in_words(records: &[Record], key: &TickerKey) -> Vec<String> {
    let own = records.iter().filter(|record| record.ticker.as_ref() == Some(key) && step(record).is_some());
    own.map(in_words).collect()
}

fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::SignalTaken { .. } => "reaction: signal taken",
        Fact::SignalDeclined { .. } => "reaction: signal declined",
        Fact::RuleFired { .. } => "reaction: rule fired",
        Fact::RuleOutranked { .. } => "reaction: rule outranked",
        Fact::Alerted { .. } => "reaction: alert",
        Fact::MarginAsked { .. } => "reaction: margin asked",
        Fact::MarginFound { .. } => "reaction: margin found",
        Fact::EntryGivenUp { .. } => "reaction: entry given up",
        Fact::LotOpened(_) => "reaction: lot opened",
        Fact::AddDeclined { .. } => "reaction: add declined",
        Fact::EntryDeclined { .. } => "reaction: entry declined by the book",
        Fact::RequestDeclined { .. } => "reaction: request declined",
        Fact::Executed { .. } => "reaction: execution booked",
        Fact::Commissioned(_) => "reaction: commission booked",
        Fact::OrderMoved(_) => "reaction: order moved",
        Fact::TermsEchoed(_) => "reaction: terms echoed",
        Fact::ChangeRefused { .. } => "reaction: refused change taken in",
        Fact::Protected { .. } => "reaction: protected",
        Fact::Reanchored { .. } => "reaction: re-anchored",
        Fact::StopsAfterAdd { .. } => "reaction: stops after an add",
        Fact::ScaleOutDecided { .. } => "reaction: scale-out",
        Fact::ScaleOutEnded { .. } => "reaction: scale-out ended",
        Fact::EntriesWithdrawn { .. } => "reaction: entries withdrawn",
        Fact::LocateGivenUp { .. } => "reaction: locate given up",
        Fact::ProtectionRenewed { .. } => "reaction: protection renewed",
        Fact::CloseDecided { because } => match because {
            engine::Because::Unprotected => "reaction: flattened for want of a stop",
            engine::Because::Overfilled { .. } => "reaction: overfill covered",
            engine::Because::FilledThroughStop { .. } => "reaction: filled through its stop",
            _ => "reaction: close decided",
        },
        Fact::ReversalPlanned { .. } => "reaction: reversal planned",
        Fact::ReversalDropped => "reaction: reversal dropped",
        Fact::LotClosed(_) => "reaction: lot closed",
        Fact::ExcessTaken { .. } => "reaction: excess taken from another lot",
        Fact::LotReopened { .. } => "reaction: lot reopened",
        Fact::TradeReopened { .. } => "reaction: trade reopened",
        Fact::StopCancelledByHand { then: None, .. } => "reaction: stop cancelled by hand noted",
        Fact::StopCancelledByHand { .. } => "reaction: stop cancelled by hand again",
        Fact::ChangedByHand { .. } => "reaction: change by hand noted",
        Fact::TargetRefused { .. } => "reaction: refused target noted",
        Fact::ClosedUnseen(_) => "reaction: closed unseen",
        Fact::Settled { .. } => "reaction: settled",
        Fact::CorrectedLate { .. } => "reaction: corrected late",
        Fact::ClosedOutside { .. } => "reaction: closed by somebody else",
        Fact::ForeignPosition { .. } => "reaction: foreign position noted",
        Fact::Split { .. } => "reaction: split",
        Fact::TradeClosed { .. } => "reaction: trade closed",
        Fact::Stray { .. } => "reaction: stray execution",
        Fact::Doubted { .. } => "reaction: difference doubted",
        Fact::Adopted { .. } | Fact::TakenOver { .. } => "reaction: adopted",
        Fact::Commanded { .. } => "reaction: order of a person",
        Fact::Config(_) => "reaction: changed config",
        Fact::ModeChanged { mode: Mode::Frozen(_) } => "reaction: frozen",
        Fact::ModeChanged { mode: Mode::Halted { .. } } => "reaction: halted",
        Fact::ModeChanged { .. } => "reaction: mode changed",
    }
}
