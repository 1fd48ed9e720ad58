//! `docs/faults.md` names a test for each row, or says why there is none; and the tests are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rows of the catalogue.
const ROWS: [(char, u32); 6] = [('N', 18), ('B', 33), ('H', 8), ('D', 8), ('T', 8), ('P', 10)];

#[test]
fn each_row_of_the_catalogue_has_its_tests_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/faults.md")).expect("docs/faults.md");
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")).filter(|line| is_row(line));
    let rows: BTreeMap<&str, Vec<&str>> = lines.map(cells).collect();
    let wanted = ROWS.iter().flat_map(|(kind, last)| (1..=*last).map(move |n| format!("{kind}{n}")));
    let missing: Vec<String> = wanted.filter(|row| !rows.contains_key(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/faults.md says nothing of {missing:?}");
    let named: BTreeSet<&str> =
        text.split('`').skip(1).step_by(2).filter(|word| word.contains("::")).collect();
    for name in &named {
        let (file, test) = name.rsplit_once("::").expect("a path");
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        assert!(source.contains(&format!("fn {test}(")), "docs/faults.md names `{name}`, which is not there");
    }
    for file in ["network", "broker", "human", "time", "process"] {
        let path = format!("tests/faults/{file}.rs");
        let source = std::fs::read_to_string(root.join(&path)).expect("a file of tests");
        let tests = source.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next());
        let unnamed: Vec<&str> =
            tests.filter(|test| !named.contains(format!("{path}::{test}").as_str())).collect();
        assert!(unnamed.is_empty(), "docs/faults.md does not name {unnamed:?} of {path}");
    }
    let empty: Vec<&&str> = rows
        .iter()
        .filter(|(_, cells)| cells.iter().any(|cell| cell.is_empty()))
        .map(|(row, _)| row)
        .collect();
    assert!(empty.is_empty(), "docs/faults.md has empty cells in {empty:?}");
}

fn is_row(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    name.len() > 1 && ROWS.iter().any(|(kind, _)| name.starts_with(*kind)) && name[1..].parse::<u32>().is_ok()
}

fn cells(line: &str) -> (&str, Vec<&str>) {
    let mut cells = line.trim_end_matches(" |").split(" | ").map(str::trim);
    (cells.next().unwrap_or_default(), cells.collect())
}
