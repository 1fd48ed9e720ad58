//! Counting: which orders are ours, and what is to be closed of each contract.

use std::collections::{BTreeMap, BTreeSet};

use engine::TickerKey;
use engine::emergency::{Exposed, after};
use ports::broker::emergency::{OpenOrder, REFERENCE, Seen};
use rust_decimal::Decimal;

use super::books::Books;

/// What is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    /// What is ours, as far as the broker has it.
    Own,
    /// All that the account holds.
    All,
}

/// What counting is done by.
pub(super) struct Count {
    pub(super) positions: Positions,
    /// None where the journal cannot be read.
    pub(super) books: Option<Books>,
    /// The supervisor's client id.
    pub(super) supervisor: i32,
    /// Contracts that the config names.
    pub(super) contracts: BTreeMap<TickerKey, i32>,
    /// What there was in the beginning.
    pub(super) first: Seen,
}

/// What is exposed, by contract; and tickers with shares in a contract that nobody knows.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) exposed: BTreeMap<i32, Exposed>,
    pub(super) unknown: BTreeMap<TickerKey, Decimal>,
}

impl Count {
    /// True for an order of this supervisor. Without its journal: for one that is called so, and is of its client.
    pub(super) fn is_ours(&self, order: &OpenOrder) -> bool {
        order.own.as_ref().is_some_and(|name| match &self.books {
            Some(books) => books.has(name),
            None => order.client_id == self.supervisor,
        })
    }

    /// Orders of ours that can still fill.
    pub(super) fn ours<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a OpenOrder> {
        seen.orders.iter().filter(|order| self.is_ours(order))
    }

    /// What is to be closed, against what the broker has, and what closing orders will still take.
    pub(super) fn exposed(&self, seen: &Seen) -> Counted {
        let mut counted = Counted::default();
        match (&self.books, self.positions) {
            (Some(books), Positions::Own) => self.count_own(books, seen, &mut counted),
            _ => self.count_all(seen, &mut counted),
        }
        for held in &seen.positions {
            counted.exposed.entry(held.con_id).or_default().broker += held.quantity;
        }
        for order in seen.orders.iter().filter(|order| order.reference == REFERENCE) {
            counted.exposed.entry(order.con_id).or_default().working += order.remaining;
        }
        counted
    }

    fn count_own(&self, books: &Books, seen: &Seen, counted: &mut Counted) {
        for (ticker, quantity) in books.ours(seen) {
            let Some(con_id) = self.contract_of(&ticker, seen) else {
                counted.unknown.insert(ticker, quantity);
                continue;
            };
            let moved: Decimal = books.closed_since(&ticker, con_id, seen).map(|done| done.signed).sum();
            counted.exposed.entry(con_id).or_default().ours += after(quantity, moved);
        }
    }

    /// What was held in the beginning and what was traded since, whoever did it: positions may be told late.
    fn count_all(&self, seen: &Seen, counted: &mut Counted) {
        for held in &self.first.positions {
            counted.exposed.entry(held.con_id).or_default().ours += held.quantity;
        }
        let known: BTreeSet<&str> = self.first.executions.iter().map(|done| done.id.as_str()).collect();
        for done in seen.executions.iter().filter(|done| !known.contains(done.id.as_str())) {
            counted.exposed.entry(done.con_id).or_default().ours += done.signed;
        }
    }

    /// The contract of a ticker: as the config has it, else as its own orders have it.
    fn contract_of(&self, ticker: &TickerKey, seen: &Seen) -> Option<i32> {
        let traded = || {
            let own = |done: &ports::broker::emergency::Done| {
                done.own.as_ref().is_some_and(|own| own.order.ticker == *ticker)
            };
            Some(seen.executions.iter().find(|done| own(done))?.con_id)
        };
        let works = || {
            let own = |order: &OpenOrder| order.own.as_ref().is_some_and(|own| own.ticker == *ticker);
            Some(self.first.orders.iter().find(|order| own(order))?.con_id)
        };
        self.contracts.get(ticker).copied().or_else(traded).or_else(works)
    }
}
