//! Archives: the journal as it was before `compact` took old records out of it, as a journal of its own, so that whatever
//! reads one reads them.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::sqlite::{database, path};
use super::{Journal, JournalError};
use crate::fail::{self, Point};

/// How the folder of an archive is called, before its span of records.
const ARCHIVE: &str = "archive-";

impl Journal {
    /// Copies the whole journal into a folder beside it, on disk when this returns, and answers with the folder.
    /// `from` and `to` are the records that are about to be taken out.
    ///
    /// # Errors
    /// The disk refuses; nothing of that name is there then.
    pub fn archive(&self, from: u64, to: u64) -> Result<PathBuf, JournalError> {
        let journal = self.path();
        let folder = journal.parent().unwrap_or(Path::new("."));
        let unfinished = folder.join("archive.unfinished");
        let failed = |source| JournalError::Folder { path: unfinished.clone(), source };
        let whole = folder.join(format!("{ARCHIVE}{from}-{to}"));
        for old in [&unfinished, &whole] {
            // Of a compaction that was cut off: the records are all here.
            if old.exists() {
                std::fs::remove_dir_all(old).map_err(failed)?;
            }
        }
        std::fs::create_dir(&unfinished).map_err(failed)?;
        self.copy_to(&path(&unfinished)).inspect_err(|_| {
            // It may have filled the disk; what is wrong is told already.
            let _ = std::fs::remove_dir_all(&unfinished);
        })?;
        for new in [path(&unfinished), unfinished.clone()] {
            File::open(new).and_then(|new| new.sync_all()).map_err(failed)?;
        }
        fail::pass(Point::ArchiveWritten, String::new);
        std::fs::rename(&unfinished, &whole).map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        fail::pass(Point::ArchiveNamed, String::new);
        Ok(whole)
    }

    /// The archive that has the records which were taken out last, link by link up to where this one begins, and the
    /// number of the last of them; none where there is none.
    ///
    /// # Errors
    /// One of that name cannot be read.
    pub fn archive_of_base(&self) -> Result<Option<(Journal, u64)>, JournalError> {
        let Some((base, sum)) = self.base_link() else { return Ok(None) };
        let journal = self.path();
        let own = journal.parent().unwrap_or(Path::new("."));
        // An archive's own archive lies beside it.
        for folder in [Some(own), own.parent()].into_iter().flatten() {
            for path in archives(folder, base)? {
                let archive = Journal::look(&path)?;
                if archive.sum_of(base)? == Some(sum) {
                    return Ok(Some((archive, base)));
                }
            }
        }
        Ok(None)
    }

    fn copy_to(&self, path: &Path) -> Result<(), JournalError> {
        let Some(connection) = self.connection() else { return Ok(()) };
        let to = path.to_str().ok_or_else(|| JournalError::Folder {
            path: path.to_owned(),
            source: std::io::Error::other("its name is no text"),
        })?;
        connection.execute("VACUUM INTO ?1", [to]).map_err(database("copy", path))?;
        Ok(())
    }
}

/// Archives in this folder whose last record to be taken out is this one.
fn archives(folder: &Path, to: u64) -> Result<Vec<PathBuf>, JournalError> {
    // The folder of a path that is relative and has none.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failed = |source| JournalError::Folder { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let span = name.to_str().and_then(|name| name.strip_prefix(ARCHIVE));
        if span.is_some_and(|span| span.ends_with(&format!("-{to}"))) {
            found.push(entry.path());
        }
    }
    Ok(found)
}
