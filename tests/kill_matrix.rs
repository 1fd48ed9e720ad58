//! The kill matrix: the program dies by SIGKILL between any two steps, in each story, while
//! the broker goes on; and comes back with nothing lost, nothing twice, all protected.
//!
//! Here a part of all cells, every story and every moment at least once;
//! `examples/kill_matrix.rs` lives through all of them.

mod crash;
mod support;

use crash::Cell;

/// Of the cells of each moment one is taken, another one at each moment.
fn chosen() -> Vec<Cell> {
    let all = Cell::all();
    let same = |one: &Cell, other: &Cell| (one.flow, one.moment) == (other.flow, other.moment);
    let moments = all.chunk_by(same).enumerate();
    moments.map(|(turn, of_moment)| of_moment[turn % of_moment.len()]).collect()
}

#[test]
fn wherever_it_dies_nothing_is_lost_nothing_is_twice_and_all_is_protected() {
    let cells = chosen();
    assert!(cells.len() >= 100, "only {} cells", cells.len());
    let outcome = crash::run::run(cells, |cell, failed| {
        failed.into_iter().for_each(|why| eprintln!("{cell}: {why}"));
    });
    assert!(outcome.failed.is_empty(), "{} held, {:#?} did not", outcome.held, outcome.failed);
}
