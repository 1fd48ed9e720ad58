//! The signal source's actor: asks the prediction API, hands each new signal to its ticker.
//!
//! What was handed on once is not handed on again; whether it is worth trading is the
//! ticker's to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, Recipient, WrapFuture};
use engine::Input;
use futures::FutureExt;
use ports::clock::Clock;
use ports::fail::{self, Point};
use ports::signals::{HttpSource, Malformed, PollError, Prediction};

use crate::journal::chain;
use crate::message::{Meet, Stop, Tell};
use crate::streams;

const NAME: &str = "signal";
/// Ids remembered, so that a signal is handed on once.
const SEEN_MAX: usize = 16_384;

/// Which clock a source dates its signals by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dating {
    /// The market's, which the broker keeps.
    Market,
    /// The wall's, while the market is a simulated one: a signal's age counts, and its date
    /// is moved to the market's time.
    Wall,
}

/// The signal source's actor.
pub struct SignalActor {
    source: Rc<HttpSource>,
    every: Duration,
    dating: Dating,
    clock: Arc<Clock>,
    tickers: Option<BTreeMap<String, Recipient<Tell>>>,
    seen: BTreeSet<String>,
    order: VecDeque<String>,
    failing: bool,
    stopped: bool,
}

/// A poll's answer.
type Answer = Result<Vec<Result<Prediction, Malformed>>, PollError>;

impl SignalActor {
    /// An actor that asks `source` each time `every` has passed since the last answer,
    /// once it has met the tickers.
    #[must_use]
    pub fn new(source: HttpSource, every: Duration, dating: Dating, clock: Arc<Clock>) -> SignalActor {
        SignalActor {
            source: Rc::new(source),
            every,
            dating,
            clock,
            tickers: None,
            seen: BTreeSet::new(),
            order: VecDeque::new(),
            failing: false,
            stopped: false,
        }
    }

    /// Asks once the market's time is known: how old a signal is cannot be told before.
    fn poll(&mut self, ctx: &mut Context<Self>) {
        if self.stopped {
            return;
        }
        if !self.clock.is_set() {
            ctx.run_later(self.every, Self::poll);
            return;
        }
        let source = self.source.clone();
        let poll = AssertUnwindSafe(async move { source.poll().await }).catch_unwind();
        ctx.spawn(poll.into_actor(self).map(|answer, this, ctx| {
            let taken = answer.and_then(|answer| catch_unwind(AssertUnwindSafe(|| this.take_in(answer))));
            if taken.is_err() {
                // What was handed on is remembered; the rest of this answer comes with the next one.
                tracing::error!(target: streams::ERRORS, actor = NAME, "panicked over an answer; it is asked again");
            }
            ctx.run_later(this.every, Self::poll);
        }));
    }

    fn take_in(&mut self, answer: Answer) {
        match answer {
            Ok(parts) => {
                if std::mem::take(&mut self.failing) {
                    tracing::info!(target: streams::TRADING, actor = NAME, "the prediction API answers again");
                }
                parts.into_iter().for_each(|part| self.pass_on(part));
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::error!(target: streams::ERRORS, actor = NAME, "{}", chain(&error));
                }
            }
        }
    }

    fn pass_on(&mut self, part: Result<Prediction, Malformed>) {
        match part {
            Ok(Prediction { symbol, mut signal }) => {
                if !self.is_new(&signal.id) {
                    return;
                }
                fail::pass(Point::Signal, || signal.to_string());
                if self.dating == Dating::Wall {
                    signal.at = self.clock.market_time_of(signal.at);
                }
                match self.tickers.as_ref().and_then(|tickers| tickers.get(&symbol)) {
                    Some(ticker) => ticker.do_send(Tell::Input(Input::Signal(signal))),
                    None => tracing::debug!(actor = NAME, "{symbol} {signal}: no such ticker"),
                }
            }
            Err(malformed) => {
                if self.is_new(&malformed.text) {
                    tracing::warn!(target: streams::ERRORS, actor = NAME, "malformed: {malformed}");
                }
            }
        }
    }

    fn is_new(&mut self, id: &str) -> bool {
        if !self.seen.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

impl Actor for SignalActor {
    type Context = Context<Self>;
}

impl Handler<Meet> for SignalActor {
    type Result = ();

    fn handle(&mut self, others: Meet, ctx: &mut Context<Self>) {
        let members = others.tickers.into_values();
        let by_symbol = members.map(|member| (member.contract.symbol, member.to)).collect();
        if self.tickers.replace(by_symbol).is_none() {
            self.poll(ctx);
        }
    }
}

impl Handler<Stop> for SignalActor {
    type Result = ();

    fn handle(&mut self, _: Stop, _: &mut Context<Self>) {
        self.stopped = true;
    }
}
