//! The fault catalogue: what can go wrong at the broker, on the way to it, and at the hands of people, each played over a
//! real socket against the program as its users have it.
//!
//! The market stands still: nothing moves by itself, so whatever happens came of the fault, and each row ends in a
//! position that is known beforehand. An auditor asks the gateway, under a client id of its own, what is held and what
//! protects it. [docs/faults.md](../docs/faults.md) has the table of rows.
//!
//! Read next: [`faults::stage`], what each test stands on.

mod faults {
    pub(crate) mod broker;
    pub(crate) mod fills;
    pub(crate) mod human;
    pub(crate) mod market;
    pub(crate) mod network;
    pub(crate) mod process;
    pub(crate) mod public;
    pub(crate) mod stage;
}
mod support;

use std::collections::BTreeSet;
use std::path::Path;

/// A row that names a test which is not there proves nothing; nor does a test that no row names.
#[test]
fn each_test_of_the_catalogue_is_here_and_each_one_here_is_in_it() {
    let catalogue = include_str!("../docs/faults.md");
    let table = catalogue.split("\n## ").next().expect("the table");
    let mut named = BTreeSet::new();
    for line in table.lines().filter(|line| line.contains(" | `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let test = cells[2].trim_matches('`');
        assert!(named.insert(test), "`{test}` has two rows");
        let row = cells[0].replace(", ", "_").to_lowercase();
        let is_public = row.starts_with("public");
        assert!(is_public || test.starts_with(&format!("{row}_")), "`{test}` is none of row {}", cells[0]);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let files = std::fs::read_dir(folder).expect("the tests").map(|file| file.expect("a file").path());
    let sources: Vec<String> =
        files.map(|file| std::fs::read_to_string(file).expect("a file of tests")).collect();
    let written: BTreeSet<&str> = sources
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
