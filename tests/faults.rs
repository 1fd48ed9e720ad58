//! The fault catalogue: what can go wrong at the broker, on the way to it, and at the hands
//! of people, each played over a real socket against the program as its users have it.
//!
//! [docs/faults.md](../docs/faults.md) has the rows; each of its tests has to be here.

mod faults {
    pub(crate) mod broker;
    pub(crate) mod fills;
    pub(crate) mod human;
    pub(crate) mod network;
    pub(crate) mod process;
    pub(crate) mod public;
    pub(crate) mod stage;
}
mod support;

/// A row of the catalogue that names a test which is not there proves nothing; nor does a
/// test that no row names.
#[test]
fn each_test_of_the_catalogue_is_here_and_each_one_here_is_in_it() {
    let catalogue = include_str!("../docs/faults.md");
    let named: std::collections::BTreeSet<&str> = catalogue
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|word| word.contains('_') && !word.contains(['/', '.', ' ']))
        .collect();
    let sources = [
        include_str!("faults/broker.rs"),
        include_str!("faults/fills.rs"),
        include_str!("faults/human.rs"),
        include_str!("faults/network.rs"),
        include_str!("faults/process.rs"),
        include_str!("faults/public.rs"),
    ];
    let written: std::collections::BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.split("#[test]\nfn ").skip(1))
        .filter_map(|rest| rest.split('(').next())
        .collect();
    let lost: Vec<_> = named.difference(&written).collect();
    let unnamed: Vec<_> = written.difference(&named).collect();
    assert!(lost.is_empty(), "docs/faults.md names tests that do not exist: {lost:?}");
    assert!(unnamed.is_empty(), "docs/faults.md does not name {unnamed:?}");
    assert!(written.len() > 50, "only {} tests", written.len());
}
