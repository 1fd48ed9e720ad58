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

use actix::Arbiter;
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

    /// Stops and joins them, tickers first.
    pub fn stop(self) {
        let arbiters = self.tickers.into_iter().chain([self.road]).chain(self.journal);
        for arbiter in arbiters {
            arbiter.stop();
            // An arbiter that panicked has nothing left to be waited for.
            let _ = arbiter.join();
        }
    }
}
