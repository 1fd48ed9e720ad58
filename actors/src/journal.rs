//! The journal's actor: the sequencer of the road.
//!
//! It buffers what comes and commits all that waits in one transaction, by one
//! notification to itself: actix drains the mailbox first. Only what is on disk goes on
//! to the risk book. A journal that fails ends the process; nothing is sent unwritten.

use actix::{Actor, AsyncContext, Context, Handler, Message, Recipient};
use engine::{Body, Step};
use ports::journal::{Committed, Draft, Journal};

use crate::fatal;
use crate::message::{Append, Barrier, Belong, Judge, Recall, Recorded, Tell};

const NAME: &str = "journal";

/// The journal's actor.
pub struct JournalActor {
    journal: Journal,
    risk: Recipient<Recorded>,
    judge: Recipient<Judge>,
    waiting: Vec<Waiting>,
    batch_max: usize,
    notified: bool,
    barriers: Vec<Barrier>,
    recalls: Vec<Recall>,
}

struct Waiting {
    draft: Draft,
    by_risk: bool,
    from: Option<Recipient<Tell>>,
}

/// To itself: commit what waits.
#[derive(Message)]
#[rtype(result = "()")]
struct Flush;

impl JournalActor {
    /// An actor that owns `journal` and tells `risk`; at most `batch_max` records go
    /// into one transaction.
    #[must_use]
    pub fn new(
        journal: Journal,
        risk: Recipient<Recorded>,
        judge: Recipient<Judge>,
        batch_max: usize,
    ) -> JournalActor {
        JournalActor {
            journal,
            risk,
            judge,
            waiting: Vec::new(),
            batch_max,
            notified: false,
            barriers: Vec::new(),
            recalls: Vec::new(),
        }
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        self.notified = false;
        let batch: Vec<Waiting> = self.waiting.drain(..self.waiting.len().min(self.batch_max)).collect();
        let (drafts, whose): (Vec<Draft>, Vec<_>) =
            batch.into_iter().map(|one| (one.draft, (one.by_risk, one.from))).unzip();
        match self.journal.append(drafts) {
            Ok(committed) => self.pass_on(committed, whose),
            Err(error) => fatal::end(NAME, &chain(&error)),
        }
        if self.waiting.is_empty() {
            std::mem::take(&mut self.recalls).into_iter().for_each(|recall| self.recall(recall));
            for Barrier(reached) in self.barriers.drain(..) {
                // Whoever waited may have given up.
                let _ = reached.send(());
            }
        } else {
            self.notify(ctx);
        }
    }

    fn pass_on(&self, committed: Vec<Committed>, whose: Vec<(bool, Option<Recipient<Tell>>)>) {
        if let (Some(first), Some(last)) = (committed.first(), committed.last()) {
            tracing::debug!(actor = NAME, "records {} to {} written", first.record.seq, last.record.seq);
        }
        for (Committed { record, request }, (by_risk, from)) in committed.into_iter().zip(whose) {
            if let Some(from) = from {
                from.do_send(Tell::Flushed(1));
            }
            match (request, record.ticker.clone()) {
                (Some(request), Some(ticker)) => self.judge.do_send(Judge { ticker, request }),
                _ if by_risk => {}
                _ => self.risk.do_send(Recorded(record)),
            }
        }
    }

    /// Reads what a ticker was. Nothing waits to be written, so nothing is missing.
    fn recall(&self, Recall { ticker, to }: Recall) {
        let records = match self.journal.read_of(&ticker) {
            Ok(records) => records,
            Err(error) => fatal::end(NAME, &chain(&error)),
        };
        let steps = records.into_iter().filter_map(|record| match record.body {
            Body::Fact(fact) => Some((record.at, Step::Fact(fact))),
            Body::Request(request) => Some((record.at, Step::Request(request))),
            Body::Input(_) | Body::Verdict(_) | Body::Account(_) => None,
        });
        to.do_send(Tell::Recalled(steps.collect()));
    }

    fn notify(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.notified, true) {
            ctx.notify(Flush);
        }
    }
}

/// An error with its causes, in one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

impl Actor for JournalActor {
    type Context = Context<Self>;
}

impl Handler<Append> for JournalActor {
    type Result = ();

    fn handle(&mut self, Append { drafts, from, by_risk }: Append, ctx: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.waiting.extend(drafts.into_iter().map(|draft| Waiting {
                draft,
                by_risk,
                from: from.clone(),
            }));
            self.notify(ctx);
        });
    }
}

impl Handler<Flush> for JournalActor {
    type Result = ();

    fn handle(&mut self, _: Flush, ctx: &mut Context<Self>) {
        fatal::guard(NAME, || self.flush(ctx));
    }
}

impl Handler<Barrier> for JournalActor {
    type Result = ();

    fn handle(&mut self, barrier: Barrier, ctx: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.barriers.push(barrier);
            self.notify(ctx);
        });
    }
}

impl Handler<Recall> for JournalActor {
    type Result = ();

    fn handle(&mut self, recall: Recall, ctx: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.recalls.push(recall);
            self.notify(ctx);
        });
    }
}

impl Handler<Belong> for JournalActor {
    type Result = ();

    fn handle(&mut self, Belong(account): Belong, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            if let Err(error) = self.journal.belong(&account) {
                fatal::end(NAME, &chain(&error));
            }
        });
    }
}
