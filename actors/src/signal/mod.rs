//! The signal sources' actor: asks who is to be asked, hears who sends, hands each new signal to its ticker.
//!
//! What was handed on once is not handed on again; whether it is worth trading is the
//! ticker's to say. A source that fails or says nothing closes nothing: it is a state, and an alert.
//!
//! Read next: `take` (a signal's way to its ticker, and how it ended), [`arrivals`] (signals that are sent to us),
//! [`mod@shown`], [`latest`].

pub mod arrivals;
pub mod latest;
pub mod lines;
pub mod shown;
mod silence;
mod take;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient, SpawnHandle, WrapFuture,
};
use chrono::TimeDelta;
use engine::{Process, Replays, TickerKey};
use futures::FutureExt;
use ports::clock::Clock;
use ports::signals::{Answer, Backoff, PollError, Source, shown};

use crate::board::Board;
use crate::journal::chain;
use crate::message::{Append, Barrier, Meet, Stop, Tell};
use crate::streams;
use lines::Lines;
use silence::Silence;
use take::Waiting;

const NAME: &str = "signal";
/// How often it is looked whether a source is quiet.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How much of a failure is told.
const WHY_MAX: usize = 300;

/// Which clock a source dates its signals by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dating {
    /// The market's, which the broker keeps.
    Market,
    /// The wall's, while the market is a simulated one: a signal's age counts, and its date
    /// is moved to the market's time.
    Wall,
}

/// Where signals come from.
#[derive(Debug)]
pub struct Sources {
    /// Who is asked.
    pub polled: Option<Source>,
    /// How often.
    pub every: Duration,
    /// How long it is left alone at most while it fails.
    pub backoff_max: Duration,
    /// Which clock its times are read by.
    pub dating: Dating,
    /// Who may send, by name.
    pub doors: Vec<&'static str>,
    /// Which clock theirs are read by.
    pub doors_dating: Dating,
    /// How long nobody may be quiet, in time of the market's sessions.
    pub silent_after: Option<TimeDelta>,
}

/// To the signal sources' actor: ask and hear these from here on.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Hear(pub Sources);

/// What it needs of the others.
pub struct Doors {
    /// Both times.
    pub clock: Arc<Clock>,
    /// Where signals are counted.
    pub board: Arc<Board>,
    /// Who says when a message is on disk.
    pub barrier: Recipient<Barrier>,
    /// The messages that were taken.
    pub replays: Replays,
}

/// The signal sources' actor.
pub struct SignalActor {
    source: Option<Rc<Source>>,
    backoff: Backoff,
    dating: Dating,
    doors_dating: Dating,
    silence: Option<Silence>,
    clock: Arc<Clock>,
    board: Arc<Board>,
    barrier: Recipient<Barrier>,
    journal: Option<Recipient<Append>>,
    tickers: BTreeMap<String, (TickerKey, Recipient<Tell>)>,
    replays: Replays,
    seen: BTreeSet<String>,
    order: VecDeque<String>,
    waiting: VecDeque<Waiting>,
    paces: BTreeMap<TickerKey, VecDeque<Process>>,
    strangers: Lines,
    /// The question that is under way, or the pause before the next.
    asking: Option<SpawnHandle>,
    stopped: bool,
}

impl SignalActor {
    /// An actor that asks and hears `sources` once it has met the tickers.
    #[must_use]
    pub fn new(sources: Sources, doors: Doors) -> SignalActor {
        let Doors { clock, board, barrier, replays } = doors;
        let mut actor = SignalActor {
            silence: None,
            source: None,
            backoff: Backoff::new(sources.every, sources.backoff_max),
            dating: sources.dating,
            doors_dating: sources.doors_dating,
            clock,
            board,
            barrier,
            journal: None,
            tickers: BTreeMap::new(),
            replays,
            seen: BTreeSet::new(),
            order: VecDeque::new(),
            waiting: VecDeque::new(),
            paces: BTreeMap::new(),
            strangers: Lines::default(),
            asking: None,
            stopped: false,
        };
        actor.set(sources);
        actor
    }

    fn set(&mut self, sources: Sources) {
        let polled = sources.polled.as_ref().map(Source::name);
        let names: Vec<&'static str> = polled.into_iter().chain(sources.doors.iter().copied()).collect();
        self.board.signals().keep(&names);
        names.iter().for_each(|name| self.board.signals().begin(name));
        self.silence = sources.silent_after.map(|after| Silence::new(after, names.into_iter()));
        self.source = sources.polled.map(Rc::new);
        self.backoff = Backoff::new(sources.every, sources.backoff_max);
        (self.dating, self.doors_dating) = (sources.dating, sources.doors_dating);
    }

    /// Other sources take the place of those before. What was handed on is remembered, whoever brought it.
    fn turn_to(&mut self, sources: Sources, ctx: &mut Context<Self>) {
        self.set(sources);
        // An answer of the source before that is still under way is not taken.
        if let Some(asking) = self.asking.take() {
            ctx.cancel_future(asking);
        }
        if self.journal.is_some() {
            self.poll(ctx);
        }
    }

    /// Asks once the market's time is known: how old a signal is cannot be told before.
    fn poll(&mut self, ctx: &mut Context<Self>) {
        let Some(source) = self.source.clone().filter(|_| !self.stopped) else { return };
        if !self.clock.is_set() {
            self.asking = Some(ctx.run_later(self.backoff.after_success(), Self::poll));
            return;
        }
        let symbols: Vec<String> = self.tickers.keys().cloned().collect();
        let poll = AssertUnwindSafe(async move { source.poll(&symbols).await }).catch_unwind();
        self.asking = Some(ctx.spawn(poll.into_actor(self).map(|answer, this, ctx| {
            let taken = answer.and_then(|answer| catch_unwind(AssertUnwindSafe(|| this.take_in(answer))));
            let wait = taken.unwrap_or_else(|_| {
                // What was handed on is remembered; the rest of what an API answered comes with its next answer.
                tracing::error!(target: streams::ERRORS, actor = NAME, "panicked over an answer; it is asked again");
                this.backoff.after_success()
            });
            this.asking = Some(ctx.run_later(wait, Self::poll));
        })));
    }

    /// Takes an answer in; answers with how long to wait until the next question.
    fn take_in(&mut self, Answer { parts, tags, trouble }: Answer) -> Duration {
        let Some(source) = self.source.clone() else { return self.backoff.after_success() };
        parts.into_iter().for_each(|part| self.pass_on(&source, part));
        source.keep(tags);
        match trouble {
            None => self.answers(source.name()),
            Some(error) => self.fails(&source, &error),
        }
    }

    fn answers(&mut self, name: &'static str) -> Duration {
        let mut failed = false;
        self.board.signals().change(name, |own| {
            own.heard = true;
            failed = own.failing.take().is_some();
        });
        if failed {
            tracing::info!(target: streams::TRADING, actor = NAME, "the signal source `{name}` answers again");
        }
        self.backoff.after_success()
    }

    fn fails(&mut self, source: &Source, error: &PollError) -> Duration {
        let (name, why) = (source.name(), shown(&chain(error), WHY_MAX));
        let (mut is_new, now) = (false, self.clock.now().market);
        self.board.signals().change(name, |own| {
            is_new = own.failing.is_none();
            let since = own.failing.take().map_or(now, |(since, _)| since);
            own.failing = Some((since, why.clone()));
        });
        if is_new {
            tracing::error!(target: streams::ERRORS, actor = NAME, "{why}; nothing is closed, it is asked again");
        }
        match source {
            Source::Http(_) => self.backoff.after_failure(ports::signals::backoff::draw(), error.wait()),
            // Nobody is spared by looking for a file less often.
            Source::File(_) => self.backoff.after_success(),
        }
    }

    fn look(&mut self) {
        let Some(silence) = self.silence.as_mut().filter(|_| self.clock.is_set() && !self.stopped) else {
            return;
        };
        let in_session = self.board.tickers().values().any(|view| view.in_session);
        for (source, since) in silence.look(self.clock.now().market, in_session) {
            self.board.signals().change(source, |own| own.silent = Some(since));
            let since = since.format("%Y-%m-%d %H:%M:%S UTC");
            tracing::error!(target: streams::ERRORS, actor = NAME, "the signal source `{source}` is silent since {since}");
        }
    }
}

impl Actor for SignalActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.run_interval(LOOK_EVERY, |this, _| this.look());
    }
}

impl Handler<Meet> for SignalActor {
    type Result = ();

    fn handle(&mut self, others: Meet, ctx: &mut Context<Self>) {
        let members = others.tickers.into_iter();
        self.tickers = members.map(|(key, member)| (member.contract.symbol, (key, member.to))).collect();
        if self.journal.replace(others.journal).is_none() {
            self.poll(ctx);
        }
    }
}

impl Handler<Hear> for SignalActor {
    type Result = ();

    fn handle(&mut self, Hear(sources): Hear, ctx: &mut Context<Self>) {
        self.turn_to(sources, ctx);
    }
}

impl Handler<Stop> for SignalActor {
    type Result = ();

    fn handle(&mut self, _: Stop, _: &mut Context<Self>) {
        self.stopped = true;
    }
}
