//! Snapshots: what the records up to one make of everybody, kept beside the journal so that a
//! start need not read them all.
//!
//! A snapshot is no more than a shorter way to what the records say: one that is damaged, of
//! another build or of other terms, or that is not of this journal, is passed over. It has its
//! name only once it is whole on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Journal, JournalError};
use crate::fail::{self, Point};

/// Snapshots that are kept: the newest, and the one before it.
const KEPT: usize = 2;
const SUFFIX: &str = "snapshot";

/// What a snapshot is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of {
    /// The number of the last record in it.
    pub seq: u64,
    /// The sum of that record, which ties it to its journal.
    pub sum: u32,
    /// The version of the program that made it.
    pub build: String,
    /// What it depends on besides the records.
    pub terms: u32,
}

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    #[serde(flatten)]
    of: Of,
    body_sum: u32,
}

/// The sum of some bytes.
#[must_use]
pub fn sum(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Keeps a snapshot in the journal's folder, and no more than the one before beside it.
///
/// # Errors
/// The disk refuses; the journal is as it was.
pub fn write(folder: &Path, of: &Of, body: &[u8]) -> io::Result<()> {
    let name = folder.join(format!("{:020}.{SUFFIX}", of.seq));
    let draft = folder.join(format!("{SUFFIX}.tmp"));
    let head = Head { of: of.clone(), body_sum: sum(body) };
    let mut file = File::create(&draft)?;
    serde_json::to_writer(&mut file, &head)?;
    file.write_all(b"\n")?;
    file.write_all(body)?;
    file.sync_all()?;
    fail::pass(Point::StateWritten, String::new);
    fs::rename(&draft, &name)?;
    File::open(folder)?.sync_all()?;
    fail::pass(Point::StateNamed, String::new);
    // One ahead of the newest record is of a journal that is gone; it would be taken for the newest.
    let (ahead, own): (Vec<PathBuf>, Vec<PathBuf>) =
        names(folder).into_iter().partition(|other| *other > name);
    ahead.iter().chain(own.iter().skip(KEPT)).try_for_each(fs::remove_file)
}

/// The newest snapshot of `journal` that this build made under these terms, with what it is of.
///
/// # Errors
/// The journal cannot be read.
pub fn newest(journal: &Journal, terms: u32) -> Result<Option<(Of, Vec<u8>)>, JournalError> {
    let path = journal.path();
    for name in names(path.parent().unwrap_or(&path)) {
        let Some((of, body)) = read(&name) else { continue };
        let fits = of.build == env!("CARGO_PKG_VERSION") && of.terms == terms;
        if fits && journal.sum_of(of.seq)? == Some(of.sum) {
            return Ok(Some((of, body)));
        }
    }
    Ok(None)
}

/// A file that is whole; none for any other.
fn read(name: &Path) -> Option<(Of, Vec<u8>)> {
    let mut bytes = fs::read(name).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
    let body = bytes.split_off(end + 1);
    (sum(&body) == head.body_sum).then_some((head.of, body))
}

/// The files of snapshots, the newest first.
pub(super) fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut names: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|suffix| suffix == SUFFIX)).collect();
    names.sort();
    names.reverse();
    names
}
