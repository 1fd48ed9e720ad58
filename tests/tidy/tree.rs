//! The text files of the tree, without what is built, logged or kept at run time.

use std::fs;
use std::path::Path;

/// A text file, its path from the root with `/`.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The path from the root.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

const SKIPPED: [&str; 8] =
    [".git", ".env", ".venv", "target", "logs", "state", "__pycache__", "node_modules"];

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file, in the order of the paths.
pub(crate) fn files() -> Vec<File> {
    let mut found = Vec::new();
    gather(root(), "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn gather(folder: &Path, prefix: &str, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => gather(&entry.path(), &format!("{path}/"), found),
            Ok(kind) if kind.is_file() => found.extend(read(&entry.path(), path)),
            _ => {}
        }
    }
}

/// `None` for what is no text.
fn read(at: &Path, path: String) -> Option<File> {
    fs::read_to_string(at).ok().map(|text| File { path, text })
}

/// A file that is not on disk, for the checks' own tests.
pub(crate) fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}
