//! Files that were put aside: `NAME.log.DAY.NUMBER`, the day in UTC. A name is never used again, so that who
//! follows a log finds each of them.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

/// A file that was put aside. They are in the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Aside {
    pub(crate) day: NaiveDate,
    number: u32,
    pub(crate) path: PathBuf,
}

/// Those of the log `path`, oldest first.
pub(crate) fn of(path: &Path) -> Vec<Aside> {
    let name = path.file_name().unwrap_or_default();
    let mut all: Vec<Aside> = files(path.parent().unwrap_or(Path::new(".")))
        .filter_map(|entry| parse(&entry.path()))
        .filter(|(log, _)| log.as_os_str() == name)
        .map(|(_, aside)| aside)
        .collect();
    all.sort();
    all
}

/// Where the log `path` is put aside.
pub(super) fn next(path: &Path, day: NaiveDate) -> PathBuf {
    let last = of(path).into_iter().filter(|aside| aside.day == day).map(|aside| aside.number).max();
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{day}.{}", last.unwrap_or(0).saturating_add(1)));
    name.into()
}

/// Removes of the log `path` all but the newest `keep_files`.
pub(super) fn thin(path: &Path, keep_files: usize) {
    let all = of(path);
    // One that cannot be removed is tried again at the next turn.
    all.iter().rev().skip(keep_files).for_each(|aside| drop(std::fs::remove_file(&aside.path)));
}

/// Removes what is older than `oldest`: files put aside, and logs to which nobody has written since.
pub(super) fn sweep(folder: &Path, oldest: NaiveDate) {
    for entry in files(folder) {
        let path = entry.path();
        let day = match parse(&path) {
            Some((_, aside)) => Some(aside.day),
            None if path.extension().is_some_and(|end| end == "log") => day_of(&path),
            None => None,
        };
        if day.is_some_and(|day| day < oldest) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Bytes of `day` in a folder's logs.
pub(super) fn bytes_of(folder: &Path, day: NaiveDate) -> u64 {
    let is_of_day = |path: &Path| match parse(path) {
        Some((_, aside)) => aside.day == day,
        None => path.extension().is_some_and(|end| end == "log") && day_of(path) == Some(day),
    };
    let own = files(folder).filter(|entry| is_of_day(&entry.path()));
    own.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
}

/// The day on which a log was last written to.
pub(super) fn day_of(path: &Path) -> Option<NaiveDate> {
    let modified = path.metadata().and_then(|file| file.modified()).ok()?;
    Some(DateTime::<Utc>::from(modified).date_naive())
}

fn files(folder: &Path) -> impl Iterator<Item = DirEntry> {
    std::fs::read_dir(folder).into_iter().flatten().flatten()
}

/// The log's name, and what was put aside of it.
fn parse(path: &Path) -> Option<(PathBuf, Aside)> {
    let (log, end) = path.file_name()?.to_str()?.rsplit_once(".log.")?;
    let (day, number) = end.split_once('.')?;
    let aside = Aside { day: day.parse().ok()?, number: number.parse().ok()?, path: path.to_owned() };
    Some((format!("{log}.log").into(), aside))
}
