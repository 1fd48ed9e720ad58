//! Where every dependency comes from, that its licence lets us use it, and that it is none that we do without.

use std::process::Command;

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

use super::finding::Finding;
use super::tree::root;

const ALLOWED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that are not used, and why.
const BANNED: [(&str, &str); 4] = [
    ("openssl", "it needs a library of the system: TLS is rustls"),
    ("openssl-sys", "it needs a library of the system: TLS is rustls"),
    ("native-tls", "it needs a library of the system: TLS is rustls"),
    ("protobuf-src", "it needs protoc built: messages are written by hand with prost"),
];

/// Everything this file checks, for the whole tree of dependencies.
pub(crate) fn check() -> Vec<Finding> {
    match metadata(&["--offline"]).or_else(|_| metadata(&[])) {
        Ok(metadata) => packages(&metadata, &root().to_string_lossy()),
        Err(error) => {
            vec![Finding::new("Cargo.lock", 1, format!("`cargo metadata --locked` fails: {error}"))]
        }
    }
}

fn metadata(more: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--locked"]).args(more).current_dir(root());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().replace('\n', " "));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn packages(metadata: &Value, root: &str) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    packages.iter().flat_map(|package| one(package, root)).collect()
}

fn one(package: &Value, root: &str) -> Vec<Finding> {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let who = format!("{} {}", text("name"), text("version"));
    let problems =
        [source(text("source"), text("manifest_path"), root), licence(text("license")), banned(text("name"))];
    let tell = |problem| Finding::new("Cargo.lock", 1, format!("{who}: {problem}"));
    problems.into_iter().flatten().map(tell).collect()
}

fn source(source: &str, manifest: &str, root: &str) -> Option<String> {
    if source.starts_with("registry+") {
        return None;
    }
    let inside = source.is_empty() && manifest.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    (!inside).then(|| "comes neither from the public registry nor from this tree: replace it".to_owned())
}

fn banned(name: &str) -> Option<String> {
    BANNED.iter().find(|(banned, _)| *banned == name).map(|(_, why)| format!("is not used here: {why}"))
}

fn licence(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("names no licence: replace it".to_owned());
    }
    let expression = match Expression::parse_mode(text, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("its licence `{text}` cannot be read: {}", error.reason)),
    };
    (!expression.evaluate(is_allowed))
        .then(|| format!("its licence `{text}` is not an allowed one: replace it"))
}

/// An exception adds to what the licence grants, so the licence alone decides.
fn is_allowed(licence: &LicenseReq) -> bool {
    licence.license.id().is_some_and(|id| ALLOWED.contains(&id.name))
}

#[cfg(test)]
mod tests {
    use super::{licence, packages, source};
    use crate::tidy::finding::assert_told;

    #[test]
    fn licences_that_let_us() {
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR GPL-2.0) AND ISC",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert_eq!(licence(text), None, "{text}");
        }
    }

    #[test]
    fn licences_that_do_not() {
        for text in ["", "GPL-3.0-only", "MIT AND AGPL-3.0-only", "LicenseRef-ours", "free beer", "MIT OR"] {
            assert!(licence(text).is_some(), "{text}");
        }
    }

    #[test]
    fn sources() {
        assert_eq!(source("registry+https://example.org/index", "/far/a/Cargo.toml", "/here"), None);
        assert_eq!(source("", "/here/engine/Cargo.toml", "/here"), None);
        assert!(source("", "/hereafter/engine/Cargo.toml", "/here").is_some());
        assert!(source("git+https://example.org/a", "/far/a/Cargo.toml", "/here").is_some());
    }

    #[test]
    fn findings_name_the_package() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "a", "version": "1.0.0", "source": "git+x", "license": null, "manifest_path": "/a/Cargo.toml" },
            { "name": "openssl-sys", "version": "0.9.1", "source": "registry+x", "license": "MIT" },
        ] });
        let wanted = [
            "Cargo.lock:1: a 1.0.0: comes neither from the public registry nor from this tree: replace it",
            "Cargo.lock:1: a 1.0.0: names no licence: replace it",
            "Cargo.lock:1: openssl-sys 0.9.1: is not used here: it needs a library of the system: TLS is rustls",
        ];
        assert_told(&packages(&metadata, "/here"), &wanted);
    }
}
