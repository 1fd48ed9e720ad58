//! `docs/faults.md` names each test of the still market by its row, and nothing that is not there.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_catalogue_names_each_test_of_the_still_market() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file of this repository");
    let text = read("docs/faults.md");
    let words = text.split('`').skip(1).step_by(2);
    let named: BTreeSet<String> = words
        .filter(|word| word.starts_with("tests/still/") && word.contains("::"))
        .map(str::to_owned)
        .collect();
    let mut written = BTreeSet::new();
    for file in ["network", "broker", "human", "time", "process"] {
        let path = format!("tests/still/{file}.rs");
        let source = read(&path);
        let tests = source.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next());
        written.extend(tests.map(|test| format!("{path}::{test}")));
    }
    let lost: Vec<&String> = named.difference(&written).collect();
    let unnamed: Vec<&String> = written.difference(&named).collect();
    assert!(
        lost.is_empty() && unnamed.is_empty(),
        "named and not there: {lost:?}; there and not named: {unnamed:?}"
    );
    assert!(written.len() > 40, "only {} tests", written.len());
}
