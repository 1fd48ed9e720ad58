//! The table of threads.
//!
//! | thread | who |
//! |---|---|
//! | road | Signal, Risk, Broker with `ibapi`; the journal too with `durability = "process"` |
//! | journal | Journal with `durability = "power"`: its syncs block |
//! | ticker-0 … | tickers, dealt out in order; as many as there are tickers, up to a limit |
//!
//! A hop within a thread costs a tenth of a microsecond, one between two threads some
//! microseconds: the way of an order stays on the road.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::time::Duration;

use actix::{Arbiter, ArbiterHandle};
use ports::journal::Durability;

/// The arbiters, each with a thread of its own.
#[derive(Debug)]
pub struct Threads {
    road: Arbiter,
    journal: Option<Arbiter>,
    tickers: Vec<Arbiter>,
}

impl Threads {
    /// Starts them: `tickers` threads at least one, for the tickers.
    #[must_use]
    pub fn start(durability: Durability, tickers: usize) -> Threads {
        Threads {
            road: Arbiter::new(),
            journal: (durability == Durability::Power).then(Arbiter::new),
            tickers: (0..tickers.max(1)).map(|_| Arbiter::new()).collect(),
        }
    }

    /// Where signals, risk and broker run.
    #[must_use]
    pub fn road(&self) -> &Arbiter {
        &self.road
    }

    /// Where the journal runs.
    #[must_use]
    pub fn journal(&self) -> &Arbiter {
        self.journal.as_ref().unwrap_or(&self.road)
    }

    /// Where the `n`th ticker runs.
    #[must_use]
    pub fn ticker(&self, n: usize) -> &Arbiter {
        &self.tickers[n % self.tickers.len()]
    }

    /// All of them, by the names that the watchdog gives them.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<String, ArbiterHandle> {
        let tickers = self.tickers.iter().enumerate().map(|(n, own)| (format!("ticker-{n}"), own.handle()));
        let journal = self.journal.iter().map(|own| ("journal".to_owned(), own.handle()));
        tickers.chain(journal).chain([("road".to_owned(), self.road.handle())]).collect()
    }

    /// Stops them all and waits until they have ended, tickers first; one that is stuck is waited for until
    /// `patience` is over. Answers whether all have ended.
    #[must_use]
    pub fn stop(self, patience: Duration) -> bool {
        let arbiters: Vec<Arbiter> =
            self.tickers.into_iter().chain([self.road]).chain(self.journal).collect();
        let (ended, all) = channel();
        std::thread::spawn(move || {
            for arbiter in arbiters {
                arbiter.stop();
                // An arbiter that panicked has nothing left to be waited for.
                let _ = arbiter.join();
            }
            let _ = ended.send(());
        });
        all.recv_timeout(patience).is_ok()
    }
}
