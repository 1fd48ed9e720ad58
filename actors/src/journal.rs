//! The journal's actor: the sequencer of the road.
//!
//! It buffers what comes and commits all that waits in one transaction, by one
//! notification to itself: actix drains the mailbox first. Only what is on disk goes on
//! to the risk book. A journal that fails ends the process, with a status of its own;
//! nothing is sent unwritten, and nothing is tried twice: what a disk that has failed once
//! holds is found out by reading it anew.

use std::sync::mpsc::{SendError, Sender};

use actix::{Actor, AsyncContext, Context, Handler, Message, Recipient};
use ports::journal::{Committed, Draft, Journal, JournalError};

use crate::fatal;
use crate::keeper::{Heard, needed};
use crate::message::{Append, Barrier, Belong, Judge, Recall, Recorded, Tell};

const NAME: &str = "journal";

/// The exit status of a process whose journal could not be written: a full or failing disk.
pub const EXIT: i32 = 74;

/// The journal's actor.
pub struct JournalActor {
    journal: Journal,
    risk: Recipient<Recorded>,
    judge: Recipient<Judge>,
    waiting: Vec<Waiting>,
    batch_max: usize,
    keeper: Sender<Heard>,
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
    /// An actor that owns `journal` and tells `risk`, and `keeper` aside; at most `batch_max`
    /// records go into one transaction.
    #[must_use]
    pub fn new(
        journal: Journal,
        risk: Recipient<Recorded>,
        judge: Recipient<Judge>,
        batch_max: usize,
        keeper: Sender<Heard>,
    ) -> JournalActor {
        JournalActor {
            keeper,
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
            Err(error) => give_up(&error),
        }
        if self.waiting.is_empty() {
            self.journal.tidy_up().unwrap_or_else(|error| give_up(&error));
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
        for (Committed { record, sum, request }, (by_risk, from)) in committed.into_iter().zip(whose) {
            // One that has panicked keeps nothing any more, and trading goes on.
            let _ = self.keeper.send(Heard::Record(Box::new(needed(&record)), sum));
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

    /// Lets the keeper tell what a ticker was. It has heard every record by then: none waits.
    fn recall(&self, recall: Recall) {
        if let Err(SendError(Heard::Recall(recall))) = self.keeper.send(Heard::Recall(recall)) {
            recall.to.do_send(Tell::Recalled(None));
        }
    }

    fn notify(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.notified, true) {
            ctx.notify(Flush);
        }
    }
}

/// Says what is wrong, what it means and how to mend it, and ends the process.
fn give_up(error: &JournalError) -> ! {
    let why = format!(
        "{}; nothing more is sent, stops and targets stay at the broker: see to the disk, run `supervisor journal \
         verify`, then start again",
        chain(error)
    );
    tracing::error!(target: crate::streams::ERRORS, actor = NAME, ends = true, "{why}");
    eprintln!("supervisor: {NAME}: {why}");
    std::process::exit(EXIT)
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
        fatal::guard(NAME, || match self.journal.belong(&account) {
            Ok(()) => {}
            Err(error @ JournalError::Account { .. }) => fatal::end(NAME, &chain(&error)),
            Err(error) => give_up(&error),
        });
    }
}
