//! The seeded simulation: tickers, risk book and journal as they are, against the paper
//! exchange as a sworn enemy, in virtual time.
//!
//! A seed that has failed stays in [`KEPT`]. One seed, told to its end:
//! `SIMULATION_SEED=7 cargo test --test simulation one_seed -- --nocapture --ignored`.

mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use engine::mutant::{self, Mutant};
use paper::market::Market;
use world::{Counts, World};

/// Seeds that have failed once.
const KEPT: [u64; 12] = [344, 580, 1003, 1335, 1420, 1664, 1896, 2281, 2424, 2496, 2854, 2937];
/// Seeds of every run.
const SEEDS: std::ops::Range<u64> = 0..400;
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

/// True if a world of that seed notices that the mistake is made.
fn notices(mutant: Mutant, seed: u64, market: &Arc<Market>) -> bool {
    mutant::make(Some(mutant));
    let mut world = World::new(seed, market);
    let noticed = catch_unwind(AssertUnwindSafe(|| world.live())).is_err();
    mutant::make(None);
    noticed
}

#[test]
fn every_mistake_is_noticed() {
    let market = world::market();
    let table = include_str!("../docs/mutants.md");
    for mutant in Mutant::ALL {
        let row = table.lines().find(|line| line.starts_with(&format!("| `{mutant:?}` |")));
        let seed = row.and_then(|row| row.split('|').nth(2)?.trim().parse().ok());
        let seed = seed.unwrap_or_else(|| panic!("docs/mutants.md has no seed for {mutant:?}"));
        assert!(notices(mutant, seed, &market), "seed {seed} does not notice {mutant:?}");
    }
}

#[test]
fn what_happens_to_one_ticker_leaves_the_others_alone() {
    let market = world::market();
    let told = |seed, only| {
        let mut world = World::new(seed, &market).only_for(only);
        world.live_through();
        world.outcome().told
    };
    for seed in 0..40 {
        let (calm, hit) = (told(seed, None), told(seed, Some(0)));
        assert!(calm[1..] == hit[1..], "seed {seed}: faults of one ticker moved another");
        assert!(calm[0] != hit[0], "seed {seed}: no fault was felt");
    }
}

#[test]
#[ignore = "finds the first seed that notices each mistake, for docs/mutants.md"]
fn the_first_seed_that_notices() {
    let market = world::market();
    for mutant in Mutant::ALL {
        let seed = (0..2_000).find(|seed| notices(mutant, *seed, &market));
        println!("| `{mutant:?}` | {} |", seed.map_or("none".to_owned(), |seed| seed.to_string()));
    }
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
#[ignore = "a long run: SIMULATION_SEEDS of them, 10,000 where that says nothing"]
fn many_seeds() {
    let seeds = std::env::var("SIMULATION_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    holds(&run(0..seeds.unwrap_or(10_000)));
}

#[test]
#[ignore = "for one seed that failed"]
fn one_seed() {
    let seed = std::env::var("SIMULATION_SEED").ok().and_then(|seed| seed.parse().ok());
    holds(&run([seed.expect("SIMULATION_SEED is a number")].into_iter()));
}
