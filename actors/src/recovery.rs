//! Coming back: what each actor was, as the journal tells. The ordinary way of starting.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{
    AccountFact, Body, Book, Installation, Limits, Now, Record, Step, Ticker, TickerKey, TickerSettings,
};

/// The journal's records, sorted for those who need them.
#[derive(Debug)]
pub(crate) struct Memory {
    steps: BTreeMap<TickerKey, Vec<(Now, Step)>>,
    book: Book,
    order_id_floor: i32,
    known_until: Option<DateTime<Utc>>,
}

impl Memory {
    /// Everything in `records`, oldest first; the book is judged by `limits`.
    pub(crate) fn of(records: Vec<Record>, limits: Limits) -> Memory {
        let mut memory = Memory {
            steps: BTreeMap::new(),
            book: Book::new(limits),
            order_id_floor: 0,
            known_until: records.last().map(|record| record.at.market),
        };
        for record in records {
            memory.book.apply(&record);
            match (record.ticker, record.body) {
                (Some(ticker), Body::Fact(fact)) => memory.note(ticker, record.at, Step::Fact(fact)),
                (Some(ticker), Body::Request(request)) => {
                    memory.note(ticker, record.at, Step::Request(request))
                }
                (_, Body::Account(AccountFact::OrderIds { to })) => {
                    memory.order_id_floor = memory.order_id_floor.max(to);
                }
                _ => {}
            }
        }
        memory
    }

    /// A ticker as it was; new if there is nothing of it.
    pub(crate) fn ticker(&mut self, installation: Installation, settings: TickerSettings) -> Ticker {
        let steps = self.steps.remove(&settings.key).unwrap_or_default();
        Ticker::recover(installation, settings, steps.iter().map(|(at, step)| (*at, step)))
    }

    /// Tickers with records that nobody has taken.
    pub(crate) fn left(&self) -> impl Iterator<Item = &TickerKey> {
        self.steps.keys()
    }

    /// The book as it was.
    pub(crate) fn book(&self) -> Book {
        self.book.clone()
    }

    /// The first order id that was surely never used.
    pub(crate) fn order_id_floor(&self) -> i32 {
        self.order_id_floor
    }

    /// The market time of the newest record.
    pub(crate) fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    fn note(&mut self, ticker: TickerKey, at: Now, step: Step) {
        self.steps.entry(ticker).or_default().push((at, step));
    }
}
