//! Many worlds: each seed once, on two threads, and what came of all of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use engine::mutant::{self, Mutant};
use paper::market::Market;

use super::{Counts, World};

/// Records shown of a world that failed.
const TOLD_MAX: usize = 120;

/// Worlds that were lived through.
#[derive(Default)]
pub(crate) struct Sum {
    pub(crate) counts: Counts,
    pub(crate) events: u64,
    pub(crate) failed: Vec<u64>,
}

/// Lives through a seed, and tells the end where it does not hold.
fn live(seed: u64, market: &Arc<Market>, sum: &Mutex<Sum>, heard: &(dyn Fn(&Sum) + Sync)) {
    let mut world = World::new(seed, market);
    let held = catch_unwind(AssertUnwindSafe(|| world.live())).is_ok();
    if !held {
        println!("seed {seed}:\n{}", world.tell_end(TOLD_MAX));
    }
    let outcome = world.outcome();
    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
    sum.counts.merge(&outcome.counts);
    sum.events += outcome.events;
    if !held {
        sum.failed.push(seed);
    }
    heard(&sum);
}

/// Every seed once, on two threads; `heard` is told after each.
pub(crate) fn run(seeds: impl Iterator<Item = u64>, heard: &(dyn Fn(&Sum) + Sync)) -> Sum {
    let (market, sum) = (super::market(), Mutex::new(Sum::default()));
    let seeds = Mutex::new(seeds.collect::<Vec<u64>>().into_iter());
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = next() {
                    live(seed, &market, &sum, heard);
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.failed.sort_unstable();
    sum
}

/// True if a world of that seed notices that the mistake is made.
pub(crate) fn notices(mutant: Mutant, seed: u64, market: &Arc<Market>) -> bool {
    mutant::make(Some(mutant));
    let mut world = World::new(seed, market);
    let noticed = catch_unwind(AssertUnwindSafe(|| world.live())).is_err();
    mutant::make(None);
    noticed
}
