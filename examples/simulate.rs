//! The seeded simulation for as long as you like: see `docs/simulation.md`.

#![allow(dead_code, unused_imports, reason = "the tests use the rest of the world")]

#[path = "../tests/world/mod.rs"]
mod world;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Parser;
use engine::mutant::Mutant;

/// How often a long run says how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// Lets tickers, risk book and journal live against the paper exchange as an enemy.
#[derive(Parser)]
struct Choices {
    /// How many seeds, from 0 on.
    #[arg(long, default_value_t = 1_000, conflicts_with_all = ["seed", "mutants"])]
    seeds: u64,
    /// One seed only; its end is told where it does not hold.
    #[arg(long)]
    seed: Option<u64>,
    /// With `--mutants`: this mistake only.
    #[arg(long, requires = "mutants")]
    only: Option<String>,
    /// For each mistake of `engine/src/mutant.rs` the first of so many seeds that notices it, as
    /// rows for `docs/mutants.md`.
    #[arg(long, value_name = "SEEDS")]
    mutants: Option<u64>,
}

fn main() {
    let choices = Choices::parse();
    if let Some(seeds) = choices.mutants {
        return tell_mutants(seeds, choices.only.as_deref());
    }
    let seeds = choices.seed.map_or(0..choices.seeds, |seed| seed..seed + 1);
    let (began, told, all) = (Instant::now(), Mutex::new(Instant::now()), seeds.end - seeds.start);
    let sum = world::run(seeds, &|sum| {
        let Ok(mut told) = told.lock() else { return };
        if told.elapsed() >= TOLD_EVERY {
            *told = Instant::now();
            let lived = sum.counts.of("seed");
            eprintln!("{lived} of {all} seeds, {} events, {} failed", sum.events, sum.failed.len());
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    println!("{}\n{} events in {seconds:.1} s; failed: {:?}", sum.counts, sum.events, sum.failed);
    std::process::exit(i32::from(!sum.failed.is_empty()));
}

fn tell_mutants(seeds: u64, only: Option<&str>) {
    let market = world::market();
    let wanted = |mutant: &Mutant| only.is_none_or(|only| format!("{mutant:?}") == only);
    for mutant in Mutant::ALL.into_iter().filter(wanted) {
        let seed = (0..seeds).find(|seed| world::notices(mutant, *seed, &market));
        println!("| `{mutant:?}` | {} |", seed.map_or("none".to_owned(), |seed| seed.to_string()));
    }
}
