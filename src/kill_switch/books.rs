//! What is ours: by the journal, and by executions at the broker that no record tells of.

use std::collections::BTreeMap;

use actors::keeper::remember;
use actors::recovery::Memory;
use anyhow::Context;
use engine::{Body, Fact, Installation, Now, OrderRef, Process, Record, TickerKey};
use ports::broker::emergency::{Done, REFERENCE, Seen};
use ports::journal::Journal;
use rust_decimal::Decimal;

use super::place::Place;

/// The journal, as it was when it was read.
pub(super) struct Books {
    memory: Memory,
    installation: Installation,
}

impl Books {
    /// Reads a copy of the journal's files, so that it does not matter who has them open, and nothing is changed.
    ///
    /// # Errors
    /// There is none, or it is not what was written.
    pub(super) fn read(place: &Place) -> anyhow::Result<Books> {
        let copy = tempfile::tempdir().context("failed to make a folder for a copy of the journal")?;
        let journal = Journal::look_at_copy(&place.journal, copy.path())?;
        let installation = journal.mark()?.context("no supervisor has begun with this journal yet")?;
        let (memory, _) = remember(&journal, &place.terms(installation))?;
        Ok(Books { memory, installation })
    }

    /// How far it goes.
    pub(super) fn last(&self) -> u64 {
        self.memory.seq()
    }

    /// True for an order of this installation.
    pub(super) fn has(&self, order: &OrderRef) -> bool {
        order.installation == self.installation
    }

    /// Signed shares of each ticker.
    pub(super) fn ours(&self, seen: &Seen) -> BTreeMap<TickerKey, Decimal> {
        let mut book = self.memory.book();
        let own = seen.executions.iter().filter_map(|done| done.own.clone());
        for execution in own.filter(|execution| self.has(&execution.order)) {
            // The book knows each execution by its id, and takes in what it does not know.
            let at = Now { market: execution.at, process: Process::default() };
            let ticker = Some(execution.order.ticker.clone());
            book.apply(&Record { seq: 0, at, ticker, body: Body::Fact(Fact::Executed { execution }) });
        }
        book.positions()
    }

    /// What emergency orders have closed of a ticker in this contract, and no record tells of.
    pub(super) fn closed_since<'a>(
        &'a self,
        ticker: &'a TickerKey,
        con_id: i32,
        seen: &'a Seen,
    ) -> impl Iterator<Item = &'a Done> {
        let emergency = move |done: &&Done| done.con_id == con_id && done.reference == REFERENCE;
        seen.executions.iter().filter(emergency).filter(|done| !self.memory.knows_foreign(ticker, &done.id))
    }
}
