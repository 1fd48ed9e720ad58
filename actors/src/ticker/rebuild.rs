//! After a panic: the ticker is made anew from its records, and compared with the broker
//! before it trades; or, where that does not help, it is left alone with its stops at the
//! broker.
//!
//! What it was comes through the journal's actor, behind all that waits there, from the keeper that
//! lives through the same records: what the old ticker wrote last is in it. News that come meanwhile are dropped, for the
//! comparison covers them; what nobody would say again is kept.

use std::collections::VecDeque;
use std::time::Duration;

use actix::{AsyncContext, Context};
use engine::lot::{Leg, Lot};
use engine::{AccountFact, Decline, Fact, Input, Now, Quantity, Request, Step, Ticker};

use super::breakdowns::Verdict;
use super::{Body, TickerActor};
use crate::board::Trouble;
use crate::message::{LookAgain, Recall};
use crate::streams;

/// Inputs kept while it is made anew.
const KEPT_MAX: usize = 256;

/// How long the answer of who lived through its records may take.
const RECALL_PATIENCE: Duration = Duration::from_secs(30);

/// Whether it decides, and what about it if not.
#[derive(Debug)]
pub(super) enum Life {
    /// It decides.
    Running,
    /// It waits for its records; what is not covered by a comparison waits with it.
    Rebuilding {
        /// Told again afterwards.
        kept: VecDeque<Input>,
    },
    /// It waits for its records one last time, so that its entries can be taken back.
    Retiring {
        /// Why.
        because: String,
    },
    /// It is left alone until the next start of the program.
    Quarantined {
        /// Why.
        because: String,
    },
}

impl Life {
    /// True where inputs are decided on.
    pub(super) fn decides(&self) -> bool {
        matches!(self, Life::Running)
    }

    /// What a person is shown of it.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        match self {
            Life::Running => None,
            Life::Rebuilding { .. } => Some(Trouble::Rebuilding),
            Life::Retiring { because } | Life::Quarantined { because } => {
                Some(Trouble::Quarantined { because: because.clone() })
            }
        }
    }
}

impl TickerActor {
    /// It panicked over `input`, or over something that is none.
    pub(super) fn break_down(&mut self, ctx: &mut Context<Self>, input: Option<&Input>) {
        let what = input.map_or("what is no input", kind);
        if matches!(self.life, Life::Quarantined { .. }) {
            tracing::error!(target: streams::ERRORS, actor = self.name, "quarantined, and panicked over {what}");
            return;
        }
        let now = self.doors.clock.now();
        let mut kept = self.kept();
        kept.extend(input.filter(|input| is_said_once(input)).cloned());
        self.life = match self.breakdowns.count(now.process, input) {
            Verdict::Rebuild => {
                tracing::error!(
                    target: streams::ERRORS,
                    actor = self.name,
                    "panicked over {what}; the ticker is made anew from the journal"
                );
                self.remember(now, format!("panicked over {what}; {}", Trouble::Rebuilding));
                Life::Rebuilding { kept: std::mem::take(&mut kept) }
            }
            Verdict::Quarantine(because) => self.quarantine(now, because),
        };
        kept.iter().for_each(|input| self.set_aside(ctx, input));
        self.hear_deferred(ctx);
        self.note_panic(ctx, now, what);
        self.recall(ctx);
        self.show(now);
    }

    /// Asks for what it is by the journal.
    pub(super) fn recall(&mut self, ctx: &mut Context<Self>) {
        let settings = Box::new(self.ticker.settings().clone());
        self.doors.recall.do_send(Recall { settings, to: ctx.address().recipient() });
        let wait = ctx.run_later(RECALL_PATIENCE, |this, ctx| this.rebuild(ctx, None));
        if let Some(before) = self.recall.replace(wait) {
            ctx.cancel_future(before);
        }
    }

    /// Has it written, for those who ask later what the day was like.
    fn note_panic(&mut self, ctx: &mut Context<Self>, now: Now, what: &str) {
        let Some(trouble) = self.life.trouble() else { return };
        let panicked = AccountFact::Panicked { over: what.to_owned(), then: trouble.to_string() };
        self.append(ctx, now, vec![Body::Account(panicked)]);
    }

    /// Takes back what it keeps.
    fn kept(&mut self) -> VecDeque<Input> {
        match &mut self.life {
            Life::Rebuilding { kept } => std::mem::take(kept),
            Life::Running | Life::Retiring { .. } | Life::Quarantined { .. } => VecDeque::new(),
        }
    }

    /// Keeps an input that nobody will say again, until there is a ticker to take it. Where there will be
    /// none, a signal is declined: each ends in some way.
    pub(super) fn set_aside(&mut self, ctx: &mut Context<Self>, input: &Input) {
        match (&mut self.life, input) {
            (Life::Rebuilding { kept }, _) if is_said_once(input) && kept.len() < KEPT_MAX => {
                kept.push_back(input.clone());
            }
            (Life::Retiring { .. } | Life::Quarantined { .. }, Input::Signal(signal)) => {
                let because = Decline::NotActive("quarantined".to_owned());
                let declined = Fact::SignalDeclined { signal: signal.clone(), because };
                let now = self.doors.clock.now();
                self.write(ctx, now, input, vec![Step::Fact(declined)]);
                self.show(now);
            }
            (Life::Retiring { .. } | Life::Quarantined { .. }, _) if is_said_once(input) => {
                let what = kind(input);
                tracing::error!(target: streams::ERRORS, actor = self.name, "quarantined: {what} is not followed");
            }
            _ => {}
        }
    }

    /// What its records make of it has come.
    pub(super) fn rebuild(&mut self, ctx: &mut Context<Self>, made: Option<Box<Ticker>>) {
        if let Some(wait) = self.recall.take() {
            ctx.cancel_future(wait);
        }
        let now = self.doors.clock.now();
        let Some(ticker) = made else {
            let kept = self.kept();
            // An answer that comes late still takes its entries back.
            self.life = self.quarantine(now, "it cannot be made anew from the journal".to_owned());
            kept.iter().for_each(|input| self.set_aside(ctx, input));
            self.hear_deferred(ctx);
            return self.show(now);
        };
        let waiting = self.ticker.waiting_settings();
        self.ticker = *ticker;
        self.ticker.await_settings(waiting);
        match std::mem::replace(&mut self.life, Life::Running) {
            Life::Rebuilding { kept } => {
                self.decide(ctx, &Input::Gap);
                kept.iter().for_each(|input| self.decide(ctx, input));
                self.hear_deferred(ctx);
                self.doors.broker.do_send(LookAgain(self.key.clone()));
            }
            Life::Retiring { because } => {
                self.life = Life::Quarantined { because };
                self.take_entries_back(ctx, now);
            }
            life @ (Life::Running | Life::Quarantined { .. }) => self.life = life,
        }
        self.show(now);
    }

    fn quarantine(&mut self, now: Now, because: String) -> Life {
        tracing::error!(
            target: streams::ERRORS,
            actor = self.name,
            "quarantined: {because}; its stops stay at the broker, nothing is decided until a restart"
        );
        self.remember(now, format!("quarantined: {because}"));
        Life::Retiring { because }
    }

    /// Entries that brought nothing yet are cancelled, the exits stay: nothing opens any
    /// more, and what is held is protected. An entry that is filled in part is left alone,
    /// for a broker may cancel the exits with it.
    fn take_entries_back(&mut self, ctx: &mut Context<Self>, now: Now) {
        let lots = self.ticker.trade().into_iter().flat_map(|trade| &trade.lots);
        let empty = lots.filter(|lot| lot.bought() == Quantity::ZERO);
        let cancels: Vec<Body> = empty.flat_map(open_entries).map(Body::Request).collect();
        if !cancels.is_empty() {
            self.append(ctx, now, cancels);
        }
    }
}

fn open_entries(lot: &Lot) -> impl Iterator<Item = Request> + '_ {
    let entries = lot.legs.iter().filter(|leg| leg.opens() && !leg.ended());
    entries.map(|leg: &Leg| Request::Cancel(leg.spec.order.clone()))
}

/// True for what no comparison with the broker brings back.
fn is_said_once(input: &Input) -> bool {
    matches!(
        input,
        Input::Signal(_)
            | Input::Refused { .. }
            | Input::Settle { .. }
            | Input::Command(_)
            | Input::Close(_)
            | Input::Withdraw(_)
    )
}

/// Only its kind: an input may carry what belongs into no log.
fn kind(input: &Input) -> &'static str {
    match input {
        Input::Signal(_) => "a signal",
        Input::Quote => "a quote",
        Input::Wakeup => "a look at the clock",
        Input::News(_) => "news of an order",
        Input::Refused { .. } => "a refusal",
        Input::Gap => "a gap",
        Input::Snapshot(_) => "a snapshot",
        Input::Settle { .. } => "a settlement",
        Input::Command(_) => "an order of a person",
        Input::Close(_) => "a close",
        Input::Withdraw(_) => "a withdrawal",
    }
}
