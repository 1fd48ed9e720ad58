//! The tree keeps its own rules: who may depend on whom, what a file looks like, what is never written.
//!
//! Each check is a function from text to findings, with a test beside it that shows it bite. The last test here
//! runs them all over the real tree and prints every finding at once: `path:line: what, and how to mend it`.

mod tidy {
    pub(crate) mod environment;
    pub(crate) mod finding;
    pub(crate) mod form;
    pub(crate) mod licences;
    pub(crate) mod manifests;
    pub(crate) mod names;
    pub(crate) mod source;
    pub(crate) mod texts;
    pub(crate) mod tree;
}

use tidy::finding::Finding;
use tidy::source::Source;
use tidy::tree::{self, File};
use tidy::{environment, form, licences, manifests, names, texts};

#[test]
fn the_tree_is_tidy() {
    let files = tree::files();
    let (sources, mut findings) = parsed(&files);
    for source in &sources {
        findings.extend(form::check(source));
        findings.extend(names::check(source));
    }
    for file in &files {
        findings.extend(texts::check(file));
    }
    findings.extend(manifests::check(&files));
    findings.extend(environment::check(&sources, &files));
    findings.extend(licences::check());
    findings.sort();
    let told: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(told.is_empty(), "{} findings\n{}\n", told.len(), told.join("\n"));
}

#[test]
fn the_tree_is_all_there() {
    let files = tree::files();
    for path in ["Cargo.toml", "engine/src/lib.rs", "tests/tidy/tree.rs", ".env.example"] {
        assert!(files.iter().any(|file| file.path == path), "{path} was not looked at");
    }
}

fn parsed(files: &[File]) -> (Vec<Source<'_>>, Vec<Finding>) {
    let (mut sources, mut findings) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        match Source::parse(file) {
            Ok(source) => sources.push(source),
            Err(finding) => findings.push(finding),
        }
    }
    (sources, findings)
}
