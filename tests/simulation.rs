//! The seeded simulation: tickers, risk book and journal as they are, against the paper
//! exchange as a sworn enemy, in virtual time.
//!
//! A seed that has failed stays in [`KEPT`]. One seed, told to its end:
//! `SIMULATION_SEED=7 cargo test --test simulation one_seed -- --nocapture --ignored`.

mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use paper::market::Market;
use world::{Counts, World};

/// Seeds that have failed once.
const KEPT: [u64; 0] = [];
/// Seeds of every run.
const SEEDS: std::ops::Range<u64> = 900..1500;
/// Records shown of a world that failed.
const TOLD_MAX: usize = 120;

/// Worlds that were lived through.
#[derive(Default)]
struct Sum {
    counts: Counts,
    events: u64,
    failed: Vec<u64>,
}

/// Lives through a seed; answers false, and tells the end, where it does not hold.
fn live(seed: u64, market: &Arc<Market>, sum: &Mutex<Sum>) {
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
}

/// Every seed once, on two threads.
fn run(seeds: impl Iterator<Item = u64>) -> Sum {
    let (market, sum) = (world::market(), Mutex::new(Sum::default()));
    let seeds = Mutex::new(seeds.collect::<Vec<u64>>().into_iter());
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = next() {
                    live(seed, &market, &sum);
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.failed.sort_unstable();
    sum
}

fn holds(sum: &Sum) {
    println!("{} events\n{}", sum.events, sum.counts);
    assert!(sum.failed.is_empty(), "seeds {:?} do not hold; put them into KEPT", sum.failed);
}

#[test]
fn every_seed_holds() {
    holds(&run(SEEDS));
}

#[test]
fn kept_seeds_hold() {
    holds(&run(KEPT.into_iter()));
}

#[test]
#[ignore = "for one seed that failed"]
fn one_seed() {
    let seed = std::env::var("SIMULATION_SEED").ok().and_then(|seed| seed.parse().ok());
    holds(&run([seed.expect("SIMULATION_SEED is a number")].into_iter()));
}
