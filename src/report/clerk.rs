//! The clerk: writes each day's report by itself, once the day is over.
//!
//! A day is over when a record of a later one is written: the account opens its day with one as soon as the market's
//! clock is past midnight in the configured zone. No record counts on a day that is over, so nothing of it can be missing. A day that ended while
//! nothing ran is written at the next start. What is there already is never written over: where a later look finds other
//! words, they go into a file of their own, and that is said.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use actors::Board;
use actors::streams::{ERRORS, TRADING};
use chrono::NaiveDate;

use super::{Format, write_whole};
use crate::told::day::Report;

const ACTOR: &str = "report";
/// How often it is looked whether a day is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Files that one day may have; beyond that it is only said.
const FILES_MAX: usize = 20;
/// What is written of each day.
const FORMS: [(Format, &str); 2] = [(Format::Html, "html"), (Format::Csv, "csv")];

/// The running clerk.
#[derive(Debug)]
pub struct Clerk {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    /// It was not there, and is.
    New(PathBuf),
    /// It is there with these words.
    Same,
    /// It is there with other words; these are beside it.
    Beside(PathBuf),
    /// There are too many beside it.
    TooMany,
}

impl Clerk {
    /// Starts one that looks at `board` and writes into `folder`.
    ///
    /// # Errors
    /// There can be no further thread.
    pub fn start(folder: PathBuf, board: Arc<Board>) -> io::Result<Clerk> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("report".to_owned()).spawn(move || {
            let mut done = begin(&folder, &board);
            while stopped.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                done = catch_up(&folder, &board, done);
            }
            // A day may have ended since the last look.
            catch_up(&folder, &board, done);
        })?;
        Ok(Clerk { stop, thread })
    }

    /// Ends it, once what is over is written.
    pub fn stop(self) {
        drop(self.stop);
        // One that panicked has said so.
        let _ = self.thread.join();
    }
}

/// At the start only what is missing is written: what is there was written when more was known of it.
fn begin(folder: &Path, board: &Board) -> Option<NaiveDate> {
    let newest = board.dossiers(engine::Dossiers::newest_day)?;
    for date in over(board, None, newest) {
        if !path(folder, date, 1, "html").exists() {
            write(folder, board, date);
        }
    }
    newest.pred_opt()
}

/// Writes the days that have ended since `done`; answers with the last one.
fn catch_up(folder: &Path, board: &Board, done: Option<NaiveDate>) -> Option<NaiveDate> {
    let Some(newest) = board.dossiers(engine::Dossiers::newest_day) else { return done };
    let days = over(board, done, newest);
    days.iter().for_each(|date| write(folder, board, *date));
    days.last().copied().or(done)
}

fn over(board: &Board, after: Option<NaiveDate>, newest: NaiveDate) -> Vec<NaiveDate> {
    let is_due = |date: &NaiveDate| *date < newest && after.is_none_or(|after| *date > after);
    board.dossiers(|own| own.days().keys().copied().filter(is_due).collect())
}

fn write(folder: &Path, board: &Board, date: NaiveDate) {
    // A day on which the market was closed has no report.
    let report = board.dossiers(|own| Report::of(own, date)).filter(|report| !report.is_empty());
    let Some(report) = report else { return };
    for (format, ending) in FORMS {
        let kept = format.of(&report).and_then(|text| {
            Ok(std::fs::create_dir_all(folder).and_then(|()| keep(folder, date, ending, &text))?)
        });
        match kept {
            Ok(Kept::New(path)) => {
                tracing::info!(target: TRADING, actor = ACTOR, "{date} is over: {}", path.display())
            }
            Ok(Kept::Same) => {}
            Ok(Kept::Beside(path)) => tracing::warn!(
                target: ERRORS,
                actor = ACTOR,
                "there is a report of {date} with other words; this one is beside it: {}",
                path.display()
            ),
            Ok(Kept::TooMany) => {
                tracing::warn!(target: ERRORS, actor = ACTOR, "{date} has {FILES_MAX} reports already; this one is not kept");
            }
            Err(error) => tracing::warn!(
                target: ERRORS,
                actor = ACTOR,
                "no report of {date} in `{}`: {error:#}; `supervisor report --date {date}` tells it",
                folder.display()
            ),
        }
    }
}

/// Keeps a report, and never over another one.
fn keep(folder: &Path, date: NaiveDate, ending: &str, text: &str) -> io::Result<Kept> {
    for number in 1..=FILES_MAX {
        let path = path(folder, date, number, ending);
        match std::fs::read_to_string(&path) {
            Ok(found) if found == text => return Ok(Kept::Same),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_whole(&path, text)?;
                return Ok(if number == 1 { Kept::New(path) } else { Kept::Beside(path) });
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Kept::TooMany)
}

fn path(folder: &Path, date: NaiveDate, number: usize, ending: &str) -> PathBuf {
    folder.join(if number == 1 { format!("{date}.{ending}") } else { format!("{date}.{number}.{ending}") })
}

#[cfg(test)]
mod tests {
    use super::{FILES_MAX, Kept, keep};

    #[test]
    fn a_report_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let date = "2008-09-29".parse().unwrap();
        let keep = |text: &str| keep(folder.path(), date, "html", text).unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(keep("one"), Kept::New(at("2008-09-29.html")));
        assert_eq!(keep("one"), Kept::Same);
        assert_eq!(keep("two"), Kept::Beside(at("2008-09-29.2.html")));
        assert_eq!(keep("two"), Kept::Same);
        assert_eq!(std::fs::read_to_string(at("2008-09-29.html")).unwrap(), "one");
        (3..=FILES_MAX).for_each(|number| drop(keep(&number.to_string())));
        assert_eq!(keep("more"), Kept::TooMany);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            FILES_MAX,
            "nothing half written is left"
        );
    }
}
