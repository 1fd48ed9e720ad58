//! Who may name what: TWS's client, the database, `anyhow`, the environment; and what `engine` never touches.

use super::finding::Finding;
use super::source::{Mention, Source, literals};

/// Whoever may, may in its own folder only. Tests and benches of the packages may name everything.
const HOMES: [(&str, &str); 2] = [("ibapi", "ports/src/broker"), ("rusqlite", "ports/src/journal")];

/// Functions of `std::env` that look at the variables.
pub(crate) const READS: [&str; 6] = ["var", "var_os", "vars", "vars_os", "set_var", "remove_var"];

/// Paths that `engine` never has, and what it has in their place.
const NOT_PURE: [(&[&str], &str); 14] = [
    (&["HashMap"], "use `BTreeMap`: its order is the same in each run"),
    (&["HashSet"], "use `BTreeSet`: its order is the same in each run"),
    (&["f64"], "use `Decimal`"),
    (&["f32"], "use `Decimal`"),
    (&["SystemTime"], "take `now` as an argument"),
    (&["Instant", "now"], "take `now` as an argument"),
    (&["Utc", "now"], "take `now` as an argument"),
    (&["Local", "now"], "take `now` as an argument"),
    (&["std", "time"], "take `now` as an argument, use `TimeDelta`"),
    (&["std", "fs"], "files belong to `ports`"),
    (&["std", "net"], "sockets belong to `ports`"),
    (&["std", "thread"], "threads belong to `actors`"),
    (&["std", "process"], "the process belongs to `src`"),
    (&["thread_local"], "state belongs to the ticker"),
];

/// What is allowed in spite of it: file, name, and why.
const ALLOWED: [(&str, &str, &str); 1] =
    [("engine/src/mutant.rs", "thread_local", "a test makes a mistake for its own thread, by a feature")];

/// Everything this file checks.
pub(crate) fn check(source: &Source<'_>) -> Vec<Finding> {
    let path = source.file.path.as_str();
    let mut findings = Vec::new();
    if !is_code(path) {
        return findings;
    }
    for mention in &source.mentions {
        let told = homes(path, mention).or_else(|| src_only(path, mention)).or_else(|| pure(path, mention));
        findings.extend(told.map(|text| source.finding(mention.line, text)));
    }
    findings.extend(float_literals(source));
    findings
}

/// The code of a package, not its tests and benches.
pub(crate) fn is_code(path: &str) -> bool {
    path.split('/').take(2).any(|part| part == "src")
}

fn homes(path: &str, mention: &Mention) -> Option<String> {
    let (name, home) = HOMES.iter().find(|(name, _)| mention.has(&[name]))?;
    let at_home = path.strip_prefix(home).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
    (!at_home).then(|| format!("only `{home}` names `{name}`: ask it"))
}

fn src_only(path: &str, mention: &Mention) -> Option<String> {
    if path.starts_with("src/") {
        return None;
    }
    if mention.has(&["anyhow"]) {
        return Some("only `src` uses `anyhow`: make a small enum of errors".to_owned());
    }
    is_read(mention).then(|| "only `src` reads the environment: take the value as an argument".to_owned())
}

/// Whether this looks at the environment when the program runs.
pub(crate) fn is_read(mention: &Mention) -> bool {
    READS.iter().any(|read| mention.has(&["env", read])) || mention.has(&["dotenvy"])
}

fn pure(path: &str, mention: &Mention) -> Option<String> {
    if !path.starts_with("engine/") {
        return None;
    }
    let (names, instead) = NOT_PURE.iter().find(|(names, _)| mention.has(names))?;
    let name = names.join("::");
    let allowed = ALLOWED.iter().any(|(file, what, _)| *file == path && *what == name);
    (!allowed).then(|| format!("`engine` is pure and has no `{name}`: {instead}"))
}

fn float_literals(source: &Source<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if source.file.path.starts_with("engine/") {
        literals(source.tokens.clone(), &mut found);
    }
    found.retain(|(text, _)| {
        !text.starts_with(['"', 'r']) && (text.ends_with("f64") || text.ends_with("f32"))
    });
    let text = "`engine` is pure and has no floats: use `Decimal`";
    found.into_iter().map(|(_, line)| source.finding(line, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::finding::assert_told;
    use crate::tidy::source::Source;
    use crate::tidy::tree::file;

    fn told(path: &str, text: &str, wanted: &[&str]) {
        assert_told(&check(&Source::parse(&file(path, text)).unwrap()), wanted);
    }

    #[test]
    fn names_at_home() {
        told("ports/src/broker/client.rs", "use ibapi::Client;", &[]);
        told("ports/src/journal.rs", "use rusqlite::Connection;", &[]);
        told("ports/tests/broker.rs", "use ibapi::Client; use rusqlite::Connection;", &[]);
        told("src/main.rs", "use anyhow::Result; fn f() { std::env::var(\"A\"); }", &[]);
        told("engine/src/lib.rs", "use std::collections::BTreeMap; use chrono::{DateTime, Utc};", &[]);
        told("engine/src/lib.rs", "/// Not a `HashMap` and no f64.\nstruct A { text: &'static str }", &[]);
    }

    #[test]
    fn the_client_away_from_home() {
        let wanted = ["ports/src/lib.rs:2: only `ports/src/broker` names `ibapi`: ask it"];
        told("ports/src/lib.rs", "//! `ibapi` in words is fine.\nfn f() { say!(ibapi::Client); }", &wanted);
        let wanted = ["src/a.rs:1: only `ports/src/journal` names `rusqlite`: ask it"];
        told("src/a.rs", "use {serde, rusqlite::Connection};", &wanted);
        let wanted = ["ports/src/broker_two.rs:1: only `ports/src/broker` names `ibapi`: ask it"];
        told("ports/src/broker_two.rs", "extern crate ibapi;", &wanted);
    }

    #[test]
    fn the_environment_away_from_home() {
        let text = "use std::env::{self, var};\nuse anyhow::Result;\nfn f() {\nenv::vars();\n}";
        told(
            "actors/src/lib.rs",
            text,
            &[
                "actors/src/lib.rs:1: only `src` reads the environment: take the value as an argument",
                "actors/src/lib.rs:2: only `src` uses `anyhow`: make a small enum of errors",
                "actors/src/lib.rs:4: only `src` reads the environment: take the value as an argument",
            ],
        );
    }

    #[test]
    fn the_engine_is_pure() {
        let text = "use std::{fs, collections::HashMap};\nfn f(price: f64) {\nInstant::now();\nchrono::Utc::now();\n1f64\n}";
        told(
            "engine/src/a.rs",
            text,
            &[
                "engine/src/a.rs:1: `engine` is pure and has no `std::fs`: files belong to `ports`",
                "engine/src/a.rs:1: `engine` is pure and has no `HashMap`: use `BTreeMap`: its order is the same in each run",
                "engine/src/a.rs:2: `engine` is pure and has no `f64`: use `Decimal`",
                "engine/src/a.rs:3: `engine` is pure and has no `Instant::now`: take `now` as an argument",
                "engine/src/a.rs:4: `engine` is pure and has no `Utc::now`: take `now` as an argument",
                "engine/src/a.rs:5: `engine` is pure and has no floats: use `Decimal`",
            ],
        );
    }
}
