//! Coming back: what each actor was, as the journal tells. The ordinary way of starting.
//!
//! The state after a record depends on the records up to it and on the settings alone. So it
//! may be kept, and only the records after it be read.
//!
//! Read next: [`keeper`](crate::keeper), which keeps it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{
    AccountFact, Body, Book, ContractSpec, Dossiers, Fact, Installation, Limits, Now, Process, Record,
    Replays, Step, Ticker, TickerKey, TickerSettings,
};
use serde::{Deserialize, Serialize};

/// The code that makes state of records, in a number: see `build.rs`.
const STATE_CODE: &str = env!("STATE_CODE");

/// What the records so far make of everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    installation: Installation,
    tickers: BTreeMap<TickerKey, Ticker>,
    /// What is known of tickers that no settings are for.
    strangers: BTreeMap<TickerKey, Vec<(Now, Step)>>,
    book: Book,
    order_id_floor: i32,
    known_until: Option<DateTime<Utc>>,
    #[serde(default)]
    replays: Replays,
    /// What each ticker was last said to trade.
    #[serde(default)]
    contracts: BTreeMap<TickerKey, ContractSpec>,
    /// What they tell people.
    #[serde(default)]
    dossiers: Dossiers,
    seq: u64,
}

/// What the state depends on besides the records.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Whose orders they are.
    pub installation: Installation,
    /// The tickers.
    pub tickers: Vec<TickerSettings>,
    /// The account's limits.
    pub limits: Limits,
}

impl Terms {
    /// A number that another one of these would not have, nor the same ones under other code.
    #[must_use]
    pub fn digest(&self) -> u32 {
        ports::journal::sum(format!("{STATE_CODE} {self:?}").as_bytes())
    }
}

impl Memory {
    /// Nothing yet.
    #[must_use]
    pub fn new(terms: &Terms) -> Memory {
        let ticker = |settings: &TickerSettings| {
            (settings.key.clone(), Ticker::new(terms.installation, settings.clone()))
        };
        Memory {
            installation: terms.installation,
            tickers: terms.tickers.iter().map(ticker).collect(),
            strangers: BTreeMap::new(),
            book: Book::new(terms.limits.clone()),
            order_id_floor: 0,
            known_until: None,
            replays: Replays::default(),
            contracts: BTreeMap::new(),
            dossiers: Dossiers::new(terms.limits.zone),
            seq: 0,
        }
    }

    /// What was kept, under these terms. A ticker that they are new to is made of what is
    /// known of it.
    #[must_use]
    pub fn resume(self, terms: &Terms) -> Memory {
        let Memory { mut tickers, mut strangers, book, dossiers, .. } = self;
        for settings in &terms.tickers {
            let ticker = match tickers.remove(&settings.key) {
                Some(kept) => kept.resume(settings.clone()),
                None => recovered(terms.installation, settings.clone(), strangers.remove(&settings.key)),
            };
            tickers.insert(settings.key.clone(), ticker);
        }
        let (book, dossiers) = (book.resume(terms.limits.clone()), dossiers.resume(terms.limits.zone));
        Memory { installation: terms.installation, tickers, strangers, book, dossiers, ..self }
    }

    /// Takes in the next record.
    pub fn apply(&mut self, record: &Record) {
        self.seq = record.seq;
        self.known_until = Some(record.at.market);
        self.book.apply(record);
        self.dossiers.apply(record);
        match (&record.ticker, &record.body) {
            (Some(ticker), Body::Fact(fact)) => self.step(ticker, record.at, || Step::Fact(fact.clone())),
            (Some(ticker), Body::Request(request)) => {
                self.step(ticker, record.at, || Step::Request(request.clone()));
            }
            (_, Body::Account(AccountFact::OrderIds { to })) => {
                self.order_id_floor = self.order_id_floor.max(*to);
            }
            (Some(ticker), Body::Account(AccountFact::Joined { contract })) => {
                self.contracts.insert(ticker.clone(), contract.clone());
            }
            (_, Body::Account(AccountFact::MessageTaken { id, at })) => self.replays.take(id, *at),
            _ => {}
        }
    }

    /// A ticker as it was; new if there is nothing of it.
    pub(crate) fn ticker(&mut self, settings: TickerSettings) -> Ticker {
        match self.tickers.remove(&settings.key) {
            Some(ticker) => ticker,
            None => {
                let steps = self.strangers.remove(&settings.key);
                recovered(self.installation, settings, steps)
            }
        }
    }

    /// A ticker as it is by the newest record, for one that has lost itself.
    pub(crate) fn recall(&self, settings: TickerSettings) -> Ticker {
        match self.tickers.get(&settings.key) {
            Some(ticker) => ticker.clone().resume(settings),
            None => {
                let steps = self.strangers.get(&settings.key).cloned();
                recovered(self.installation, settings, steps)
            }
        }
    }

    /// Tickers with records that nobody has taken.
    pub(crate) fn left(&self) -> Vec<TickerKey> {
        self.strangers.keys().chain(self.tickers.keys()).cloned().collect()
    }

    /// What a ticker was last said to trade.
    pub(crate) fn contract(&self, ticker: &TickerKey) -> Option<&ContractSpec> {
        self.contracts.get(ticker)
    }

    /// The book as it was.
    #[must_use]
    pub fn book(&self) -> Book {
        self.book.clone()
    }

    /// What the records tell people.
    #[must_use]
    pub fn dossiers(&self) -> &Dossiers {
        &self.dossiers
    }

    /// True where a ticker's records tell of this trade of somebody else's.
    #[must_use]
    pub fn knows_foreign(&self, ticker: &TickerKey, id: &str) -> bool {
        let tells =
            |step: &Step| matches!(step, Step::Fact(Fact::ForeignPosition { by: Some(by), .. }) if by == id);
        match self.tickers.get(ticker) {
            Some(own) => own.ledger().knows_foreign(id),
            None => self.strangers.get(ticker).is_some_and(|steps| steps.iter().any(|(_, step)| tells(step))),
        }
    }

    /// The first order id that was surely never used.
    pub(crate) fn order_id_floor(&self) -> i32 {
        self.order_id_floor
    }

    /// The messages that were taken.
    pub(crate) fn replays(&self) -> Replays {
        self.replays.clone()
    }

    /// The market time of the newest record.
    pub(crate) fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    /// The number of the newest record.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    fn step(&mut self, key: &TickerKey, at: Now, step: impl FnOnce() -> Step) {
        match self.tickers.get_mut(key) {
            // Spans of process time begin anew with each process.
            Some(ticker) => ticker.apply(Now { process: Process::default(), ..at }, &step()),
            None => self.strangers.entry(key.clone()).or_default().push((at, step())),
        }
    }
}

fn recovered(
    installation: Installation,
    settings: TickerSettings,
    steps: Option<Vec<(Now, Step)>>,
) -> Ticker {
    let steps = steps.unwrap_or_default();
    Ticker::recover(installation, settings, steps.iter().map(|(at, step)| (*at, step)))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use engine::{AccountFact, Body, Installation, Limits, Now, Process, Record};

    use super::{Memory, Terms};

    #[test]
    fn a_message_that_was_taken_is_known_from_records_and_from_what_was_kept_of_them() {
        let terms = Terms {
            installation: Installation::from_number(5),
            tickers: Vec::new(),
            limits: Limits::off("UTC".parse().unwrap()),
        };
        let at = Now { market: DateTime::UNIX_EPOCH, process: Process::default() };
        let body = Body::Account(AccountFact::MessageTaken { id: "a".to_owned(), at: at.market });
        let mut memory = Memory::new(&terms);
        memory.apply(&Record { seq: 1, at, ticker: None, body });
        assert!(memory.replays().knows("a") && !memory.replays().knows("b"));
        let kept = serde_json::to_vec(&memory).unwrap();
        let resumed = serde_json::from_slice::<Memory>(&kept).unwrap().resume(&terms);
        assert!(resumed.replays().knows("a"));
        assert_eq!(resumed, memory);
    }
}
