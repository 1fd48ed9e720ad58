//! One process at a time: a file that is locked, and that says how far the journal had come.
//!
//! The file is not the journal's own: a journal that is lost, or an older one put in its
//! place, is behind what is written here.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::JournalError;

/// A folder that is ours.
#[derive(Debug)]
pub(super) struct Lock {
    folder: PathBuf,
    file: File,
    epoch: u32,
}

impl Lock {
    /// Takes the folder, making it if there is none.
    pub(super) fn make(folder: &Path) -> Result<Lock, JournalError> {
        let failed = |source| JournalError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
        let mut file = open.open(folder.join("lock")).map_err(failed)?;
        file.try_lock().map_err(|_| JournalError::InUse { path: folder.to_owned() })?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        // A file from before epochs were counted is empty.
        let epoch = text.trim().parse().unwrap_or(0);
        Ok(Lock { folder: folder.to_owned(), file, epoch })
    }

    /// The newest life of the process that is written here.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Another life begins; the journal knows it already.
    pub(super) fn note(&mut self, epoch: u32) -> Result<(), JournalError> {
        let mut write = || {
            self.file.seek(SeekFrom::Start(0))?;
            writeln!(self.file, "{epoch}")?;
            self.file.sync_data()?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|source| JournalError::Folder { path: self.folder.clone(), source })?;
        self.epoch = epoch;
        Ok(())
    }
}
