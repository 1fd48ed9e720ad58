//! The arrows between the packages, and what each may depend on, from the manifests.
//!
//! ```text
//! engine ◄── ports ◄── actors ◄── src ──► paper
//! ```

use toml::{Table, Value};

use super::finding::Finding;
use super::tree::File;

const OURS: [&str; 5] = ["engine", "ports", "actors", "paper", "ringfence"];

/// Which of ours each package may use.
const ARROWS: [(&str, &[&str]); 5] = [
    ("engine", &[]),
    ("paper", &[]),
    ("ports", &["engine"]),
    ("actors", &["engine", "ports"]),
    ("ringfence", &["engine", "ports", "actors", "paper"]),
];

/// All that `engine` may use: crates of data. Where nothing of it decides, and only by a feature, also `schemars`, by which
/// types describe themselves.
const ENGINE: [&str; 5] = ["rust_decimal", "chrono", "chrono-tz", "serde", "thiserror"];

/// Crates that one package only may use outside of its tests.
const HOMES: [(&str, &str); 3] = [("ibapi", "ports"), ("rusqlite", "ports"), ("anyhow", "ringfence")];

/// Everything this file checks.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let is_manifest = |file: &&File| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml");
    let manifests: Vec<&File> = files.iter().filter(is_manifest).collect();
    let root = manifests.iter().find(|file| file.path == "Cargo.toml");
    let shared = root.and_then(|file| file.text.parse().ok()).unwrap_or_default();
    manifests.iter().flat_map(|file| one(file, &shared)).collect()
}

fn one(file: &File, root: &Table) -> Vec<Finding> {
    let manifest: Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::new(&file.path, 1, format!("not TOML: {}", error.message()))],
    };
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    let Some((name, arrows)) = ARROWS.iter().find(|(ours, _)| name == Some(ours)) else {
        return vec![Finding::new(
            &file.path,
            1,
            "not one of the five packages: say in tidy what it may use",
        )];
    };
    let used = dependencies(&manifest);
    let told = used.iter().filter_map(|dependency| wrong(name, arrows, dependency, root));
    told.map(|(what, text)| Finding::new(&file.path, line_of(&file.text, &what), text)).collect()
}

/// One line of a `[dependencies]`.
struct Dependency {
    key: String,
    /// The crate, which may be known here by another key.
    name: String,
    tests_only: bool,
    defaults: Option<bool>,
    optional: bool,
}

fn wrong(package: &str, arrows: &[&str], used: &Dependency, root: &Table) -> Option<(String, String)> {
    let name = used.name.as_str();
    let told = |text: String| Some((used.key.clone(), text));
    let is_island = arrows.is_empty();
    if OURS.contains(&name) && !arrows.contains(&name) && (is_island || !used.tests_only) {
        return told(format!(
            "`{package}` may not use `{name}`: engine ◄── ports ◄── actors ◄── src ──► paper"
        ));
    }
    if used.tests_only {
        return None;
    }
    let is_description = name == "schemars" && used.optional;
    if package == "engine" && !ENGINE.contains(&name) && !is_description {
        return told(format!("`engine` uses {} only, not `{name}`", ENGINE.join(", ")));
    }
    if package == "engine" && name == "chrono" && has_clock(used, root) {
        return told("`chrono` brings its clock: say `default-features = false`".to_owned());
    }
    let home = HOMES.iter().find(|(what, home)| *what == name && *home != package)?;
    told(format!("only `{}` depends on `{name}`", home.1))
}

fn has_clock(used: &Dependency, root: &Table) -> bool {
    let shared = root.get("workspace").and_then(|it| it.get("dependencies")).and_then(|it| it.get("chrono"));
    let by_root = shared.and_then(defaults_of);
    used.defaults.or(by_root) != Some(false)
}

fn defaults_of(value: &Value) -> Option<bool> {
    value.get("default-features").and_then(Value::as_bool)
}

/// From all tables of dependencies, those for one target included.
fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    std::iter::once(manifest).chain(targets).flat_map(of_one_table).collect()
}

fn of_one_table(table: &Table) -> Vec<Dependency> {
    let mut found = Vec::new();
    for (kind, tests_only) in
        [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
    {
        for (key, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
            let name = value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned();
            let optional = value.get("optional").and_then(Value::as_bool) == Some(true);
            found.push(Dependency {
                key: key.clone(),
                name,
                tests_only,
                defaults: defaults_of(value),
                optional,
            });
        }
    }
    found
}

fn line_of(text: &str, key: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
    text.lines().position(begins).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::finding::assert_told;
    use crate::tidy::tree::file;

    const ROOT: &str = "[workspace.dependencies]\nchrono = { version = \"0.4\", default-features = false }\n\
                        [package]\nname = \"ringfence\"\n";

    fn told(name: &str, lines: &str, wanted: &[&str]) {
        let manifest = format!("[package]\nname = \"{name}\"\n{lines}");
        assert_told(&check(&[file("Cargo.toml", ROOT), file("a/Cargo.toml", &manifest)]), wanted);
    }

    #[test]
    fn arrows_as_drawn() {
        told(
            "engine",
            "[dependencies]\nchrono.workspace = true\nserde = \"1\"\n[dev-dependencies]\nproptest = \"1\"",
            &[],
        );
        told(
            "ports",
            "[dependencies]\nengine.workspace = true\nibapi = \"5\"\n[dev-dependencies]\npaper.workspace = true",
            &[],
        );
        told("actors", "[dependencies]\nengine.workspace = true\nports.workspace = true\n", &[]);
    }

    #[test]
    fn arrows_the_other_way() {
        let wrong = |package, line, name| {
            format!(
                "a/Cargo.toml:{line}: `{package}` may not use `{name}`: engine ◄── ports ◄── actors ◄── src ──► paper"
            )
        };
        told("engine", "[dev-dependencies]\nports.workspace = true", &[&wrong("engine", 4, "ports")]);
        told("paper", "[dependencies]\nengine = { path = \"../engine\" }", &[&wrong("paper", 4, "engine")]);
        told(
            "ports",
            "[dependencies]\nengine.workspace = true\nactors.workspace = true",
            &[&wrong("ports", 5, "actors")],
        );
        told(
            "actors",
            "[target.'cfg(unix)'.dependencies]\np = { package = \"paper\" }",
            &[&wrong("actors", 4, "paper")],
        );
    }

    #[test]
    fn the_engine_uses_data_only() {
        let wanted = [
            "a/Cargo.toml:4: `engine` uses rust_decimal, chrono, chrono-tz, serde, thiserror only, not `rand`",
        ];
        told("engine", "[dependencies]\nrand = \"1\"", &wanted);
        told("engine", "[dependencies]\nschemars = { version = \"1\", optional = true }", &[]);
        let always = [
            "a/Cargo.toml:4: `engine` uses rust_decimal, chrono, chrono-tz, serde, thiserror only, not `schemars`",
        ];
        told("engine", "[dependencies]\nschemars = \"1\"", &always);
        let wanted = ["a/Cargo.toml:4: `chrono` brings its clock: say `default-features = false`"];
        told("engine", "[dependencies]\nchrono = { version = \"0.4\", default-features = true }", &wanted);
    }

    #[test]
    fn crates_with_a_home() {
        told(
            "actors",
            "[dependencies]\nrusqlite = \"1\"",
            &["a/Cargo.toml:4: only `ports` depends on `rusqlite`"],
        );
        told(
            "ports",
            "[dependencies]\nanyhow = \"1\"",
            &["a/Cargo.toml:4: only `ringfence` depends on `anyhow`"],
        );
    }

    #[test]
    fn a_sixth_package() {
        told("core", "", &["a/Cargo.toml:1: not one of the five packages: say in tidy what it may use"]);
    }
}
