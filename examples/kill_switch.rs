//! The kill switch against a supervisor that is stopped (SIGSTOP), as often as you like.
//!
//! It needs both programs beside it: `cargo build && cargo run --example kill_switch -- 20`.

#![allow(dead_code, unused_imports, reason = "the tests use the rest")]

#[path = "../tests/crash/mod.rs"]
mod crash;
#[path = "../tests/stopping/mod.rs"]
mod stopping;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use clap::Parser;

/// Stops a supervisor that holds something, kills what it has, and looks at what it does afterwards.
#[derive(Parser)]
struct Choices {
    /// How often
    #[arg(default_value_t = 20)]
    times: u32,
}

fn main() {
    let (times, began) = (Choices::parse().times, Instant::now());
    for n in 1..=times {
        stopping::stopped_it_is_killed();
        println!("held    {n} of {times}, after {} s", began.elapsed().as_secs());
    }
}
