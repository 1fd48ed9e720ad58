//! The whole kill matrix, or a part of it: see `docs/reliability.md`.
//!
//! It needs the program with its fail-points beside it:
//! `cargo build --features testing && cargo run --features testing --example kill_matrix`.

#![allow(dead_code, unused_imports, reason = "the tests use the rest")]

#[path = "../tests/crash/mod.rs"]
mod crash;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use crash::Cell;

/// Kills the supervisor between any two steps of any story, and looks at what comes of it.
#[derive(Parser)]
struct Choices {
    /// Only the cells whose name has this in it, e.g. "Reversal / before-commit"
    #[arg(long, default_value = "")]
    only: String,
    /// Only name the cells
    #[arg(long)]
    list: bool,
    /// Tell all that a failed cell said
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let choices = Choices::parse();
    let cells: Vec<Cell> =
        Cell::all().into_iter().filter(|cell| cell.to_string().contains(&choices.only)).collect();
    if choices.list {
        cells.iter().for_each(|cell| println!("{cell}"));
        println!("{} cells", cells.len());
        return ExitCode::SUCCESS;
    }
    std::panic::set_hook(Box::new(|_| {}));
    let (began, many) = (Instant::now(), cells.len());
    let verbose = choices.verbose;
    let outcome = crash::run::run(cells, |cell, failed| match failed {
        None => println!("held    {cell}"),
        Some(why) if verbose => println!("FAILED  {cell}\n{why}"),
        Some(why) => println!("FAILED  {cell}: {}", why.lines().next().unwrap_or_default()),
    });
    println!("{} of {many} cells held, in {} s", outcome.held, began.elapsed().as_secs());
    if outcome.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
