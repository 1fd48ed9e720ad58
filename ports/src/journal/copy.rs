//! A look at a journal that another process has open: a copy of its files is looked at.
//!
//! The files themselves are only read, so that it works on a journal whose process hangs, and changes nothing where it
//! is dead. A copy that was not taken in one piece is told by sizes and times, and by the chain of the records.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::{Journal, JournalError, snapshot, sqlite};

/// How often a copy is taken while the files change under it.
const TRIES_MAX: u32 = 5;

/// What tells one state of a file from another.
type Stamp = Option<(u64, SystemTime)>;

impl Journal {
    /// Copies the journal in `folder` into the empty folder `to` and opens the copy to look at it.
    ///
    /// # Errors
    /// There is none, it cannot be copied, or the copy is not what was written.
    pub fn look_at_copy(folder: &Path, to: &Path) -> Result<Journal, JournalError> {
        if !sqlite::path(folder).is_file() {
            return Err(JournalError::Missing { path: folder.to_owned() });
        }
        let failed = |source| JournalError::Copy { path: folder.to_owned(), source };
        for _ in 0..TRIES_MAX {
            let before = stamps(folder);
            copy(folder, to).map_err(failed)?;
            if stamps(folder) == before {
                return Journal::look(to);
            }
        }
        Err(failed(io::Error::other(format!("it changed {TRIES_MAX} times while it was copied"))))
    }
}

/// The database before its log: what is carried over in between is then in the log that is copied, or missing from the
/// chain.
fn copy(folder: &Path, to: &Path) -> io::Result<()> {
    let names = ["journal.db", "journal.db-wal", "lock"];
    let files = names.map(|name| folder.join(name)).into_iter().chain(snapshot::names(folder));
    for file in files {
        let Some(copy) = file.file_name().map(|name| to.join(name)) else { continue };
        // That of a copy before this one is not this one's.
        if copy.exists() {
            fs::remove_file(&copy)?;
        }
        match fs::copy(&file, &copy) {
            // A journal that was closed in order has no log.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => drop(copied?),
        }
    }
    Ok(())
}

fn stamps(folder: &Path) -> [Stamp; 2] {
    ["journal.db", "journal.db-wal"].map(|name| {
        let about = fs::metadata(folder.join(name)).ok()?;
        Some((about.len(), about.modified().ok()?))
    })
}
