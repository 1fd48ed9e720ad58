//! Signals that are sent to us: whoever sent one is known by then, and hears what became of it.
//!
//! A message is on disk before its signal goes to a ticker: sent again, it is known, after a crash as well.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use actix::{
    ActorFutureExt, Context, Handler, MailboxError, Message, Recipient, ResponseActFuture, WrapFuture,
};
use chrono::{DateTime, TimeDelta, Utc};
use engine::{AccountFact, Body};
use futures::future::{LocalBoxFuture, ready};
use ports::journal::Draft;
use ports::signals::{Malformed, Prediction};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::shown::End;
use super::{NAME, SignalActor};
use crate::message::{Append, Barrier};
use crate::streams;

/// Signals of one ticker that are taken within a second.
pub const PACE_MAX: usize = 20;
/// How long a message may take to be on disk.
const DISK_PATIENCE: Duration = Duration::from_secs(2);
/// How long a sender waits to hear what its signal led to.
const MOMENT: Duration = Duration::from_millis(500);
/// How long an answer may take in all.
const PATIENCE: Duration = Duration::from_secs(4);

/// To the sources' actor: a message of a known sender.
#[derive(Debug, Message)]
#[rtype(result = "Received")]
pub struct Arrive {
    /// Through which door it came.
    pub door: &'static str,
    /// What tells it from every other message.
    pub id: String,
    /// When it came, by the wall.
    pub at: DateTime<Utc>,
    /// What it says.
    pub said: Result<Prediction, Malformed>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Its signal has ended.
    Ended(End),
    /// Its ticker has not answered yet.
    Accepted,
    /// It, or its signal, was taken before.
    Duplicate,
    /// It says no signal, and why.
    Malformed(String),
    /// Too many of its ticker came within a second.
    TooMany,
    /// It cannot be taken now.
    Unready(&'static str),
}

/// Where messages of known senders come in. Cheap to clone.
#[derive(Clone)]
pub struct Inlet(Recipient<Arrive>);

impl Inlet {
    /// The inlet of whoever hears.
    #[must_use]
    pub fn new(to: Recipient<Arrive>) -> Inlet {
        Inlet(to)
    }

    /// Hands a message in. Who sent it may go away meanwhile; the message does not.
    pub async fn receive(&self, message: Arrive) -> Received {
        let answer = actix_rt::spawn(self.0.send(message));
        match timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(received))) => received,
            Ok(Ok(Err(MailboxError::Closed)) | Err(_)) => Received::Unready("the program is ending"),
            Ok(Ok(Err(MailboxError::Timeout))) | Err(_) => Received::Unready("no answer in time"),
        }
    }
}

/// A message that may be taken, once it is on disk.
struct Entering {
    door: &'static str,
    prediction: Prediction,
    written: oneshot::Receiver<()>,
}

impl SignalActor {
    fn admit(&mut self, message: Arrive) -> Result<Entering, Received> {
        let Arrive { door, id, at, said } = message;
        if !id.is_empty() && self.replays.knows(&id) {
            match &said {
                Ok(prediction) => self.count(door, prediction, &End::Duplicate),
                Err(_) => self.board.signals().count(door, None, &End::Duplicate),
            }
            return Err(Received::Duplicate);
        }
        let prediction = said.map_err(|malformed| {
            self.tell_malformed(door, &malformed);
            Received::Malformed(malformed.to_string())
        })?;
        self.may_enter(&prediction.symbol, at).map_err(|(why, received)| {
            self.count(door, &prediction, &End::Declined(why.to_owned()));
            tracing::debug!(actor = NAME, "{door}: {} declined: {why}", prediction.signal);
            received
        })?;
        if !self.is_new(&prediction.signal.id) {
            self.count(door, &prediction, &End::Duplicate);
            return Err(Received::Duplicate);
        }
        let written = self.write(id, at).ok_or(Received::Unready("the journal is not there yet"))?;
        Ok(Entering { door, prediction, written })
    }

    fn may_enter(&mut self, symbol: &str, at: DateTime<Utc>) -> Result<(), (&'static str, Received)> {
        let unready = |why| Err((why, Received::Unready(why)));
        if self.stopped {
            return unready("the program is ending");
        }
        if !self.clock.is_set() {
            return unready("the market's time is not known yet");
        }
        if self.replays.is_full(at) {
            return unready("more messages came than can be told from those that come again");
        }
        let now = self.clock.process();
        let Some((ticker, _)) = self.tickers.get(symbol) else { return Ok(()) };
        let pace = self.paces.entry(ticker.clone()).or_default();
        while pace.front().is_some_and(|first| now.since(*first) >= TimeDelta::seconds(1)) {
            pace.pop_front();
        }
        if pace.len() >= PACE_MAX {
            return Err(("more than 20 signals came for it within a second", Received::TooMany));
        }
        pace.push_back(now);
        Ok(())
    }

    /// Has the message written; answers with who hears when it is on disk.
    fn write(&mut self, id: String, at: DateTime<Utc>) -> Option<oneshot::Receiver<()>> {
        let journal = self.journal.as_ref()?;
        self.replays.take(&id, at);
        let body = Body::Account(AccountFact::MessageTaken { id, at });
        let drafts = vec![Draft { at: self.clock.now(), ticker: None, body }];
        journal.do_send(Append { drafts, from: None, by_risk: false });
        let (reached, written) = oneshot::channel();
        self.barrier.do_send(Barrier(reached));
        Some(written)
    }

    fn enter(&mut self, door: &'static str, prediction: Prediction) -> LocalBoxFuture<'static, Received> {
        let (told, ended) = oneshot::channel();
        let dating = self.doors_dating;
        let handed = catch_unwind(AssertUnwindSafe(|| self.hand_over(door, dating, prediction, Some(told))));
        if handed.is_err() {
            return Box::pin(ready(panicked()));
        }
        Box::pin(async move {
            match timeout(MOMENT, ended).await {
                Ok(Ok(end)) => Received::Ended(end),
                Ok(Err(_)) | Err(_) => Received::Accepted,
            }
        })
    }

    /// It is not handed on, though it may be on disk by now: nobody was told that it was taken.
    fn too_late(&self, door: &'static str, said: &Prediction) -> Received {
        let why = "the journal is behind";
        self.count(door, said, &End::Declined(why.to_owned()));
        Received::Unready(why)
    }
}

fn panicked() -> Received {
    tracing::error!(target: streams::ERRORS, actor = NAME, "panicked over a message; it is not taken");
    Received::Unready("the message could not be taken")
}

impl Handler<Arrive> for SignalActor {
    type Result = ResponseActFuture<Self, Received>;

    fn handle(&mut self, message: Arrive, _: &mut Context<Self>) -> Self::Result {
        let admitted = catch_unwind(AssertUnwindSafe(|| self.admit(message)));
        let Entering { door, prediction, written } = match admitted.unwrap_or_else(|_| Err(panicked())) {
            Ok(entering) => entering,
            Err(received) => return Box::pin(ready(received).into_actor(self)),
        };
        let written = timeout(DISK_PATIENCE, written).into_actor(self);
        Box::pin(written.then(move |written, this, _| {
            let entered = match written {
                Ok(Ok(())) => this.enter(door, prediction),
                _ => Box::pin(ready(this.too_late(door, &prediction))),
            };
            entered.into_actor(this)
        }))
    }
}
