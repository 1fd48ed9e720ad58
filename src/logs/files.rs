//! The files of all streams: each is put aside when it is full or its day is over, and old ones are removed.
//!
//! Time is an argument. A day is one of UTC, as the times of the lines are. A disk that takes nothing costs
//! lines, which are counted, and nothing else.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use actors::streams::ERRORS;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::aside;
use super::budget::Budget;
use super::entry::{Entry, Format, Severity};

/// How often it is said that nothing can be written.
const COMPLAIN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How much is kept, and in what form.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// A file that is larger is put aside.
    pub file_bytes_max: u64,
    /// The bytes of a day, over all streams.
    pub day_bytes_max: u64,
    /// Days after which a file is removed.
    pub keep_days: u32,
    /// Files of a stream that are kept beside the one that is written to.
    pub keep_files: usize,
    /// The form of the lines that tell of the log itself.
    pub format: Format,
}

pub(super) struct Files {
    folder: PathBuf,
    bounds: Bounds,
    open: BTreeMap<String, Open>,
    budget: Budget,
    lost: Lost,
}

struct Open {
    file: File,
    bytes: u64,
    day: NaiveDate,
}

/// Lines that the disk did not take.
#[derive(Default)]
struct Lost {
    lines: u64,
    errors: u64,
    complained: Option<DateTime<Utc>>,
}

impl Files {
    pub(super) fn new(folder: &Path, bounds: Bounds, now: DateTime<Utc>) -> Files {
        let day = now.date_naive();
        let spent = aside::bytes_of(folder, day) + aside::bytes_of(&folder.join("actors"), day);
        let budget = Budget::new(bounds.day_bytes_max, now, spent);
        let files =
            Files { folder: folder.to_owned(), bounds, open: BTreeMap::new(), budget, lost: Lost::default() };
        files.sweep(now);
        files
    }

    /// Writes a line, unless the day has had its share.
    pub(super) fn write(&mut self, now: DateTime<Utc>, stream: &str, level: Severity, text: &str) {
        self.turn(now);
        let (admitted, told) = self.budget.admit(now, level, text.len() as u64 + 1);
        if let Some(told) = told {
            self.notice(now, told);
        }
        if admitted {
            self.put(now, stream, level, text);
        }
    }

    /// Tells of the log itself.
    pub(super) fn notice(&mut self, now: DateTime<Utc>, text: String) {
        let level = Severity::Warn;
        let (actor, market, trade, order) = ("logs".to_owned(), None, None, None);
        let line = Entry { time: now, level, market, actor, trade, order, text }.line(self.bounds.format);
        self.budget.spend(line.len() as u64 + 1);
        self.put(now, ERRORS, level, &line);
    }

    /// Tells what has not been told yet of what was held back.
    pub(super) fn tell_held(&mut self, now: DateTime<Utc>) {
        if let Some(told) = self.budget.count() {
            self.notice(now, told);
        }
    }

    /// Begins a new day where it is time to.
    pub(super) fn turn(&mut self, now: DateTime<Utc>) {
        let today = now.date_naive();
        if let Some(told) = self.budget.turn(now) {
            self.notice(now, told);
        }
        let over: Vec<String> =
            self.open.iter().filter(|(_, open)| open.day < today).map(|(name, _)| name.clone()).collect();
        if !over.is_empty() {
            over.iter().for_each(|stream| self.put_aside(stream));
            self.sweep(now);
        }
    }

    fn sweep(&self, now: DateTime<Utc>) {
        let oldest = now.date_naive().checked_sub_days(Days::new(self.bounds.keep_days.into()));
        let Some(oldest) = oldest else { return };
        aside::sweep(&self.folder, oldest);
        aside::sweep(&self.folder.join("actors"), oldest);
    }

    fn put(&mut self, now: DateTime<Utc>, stream: &str, level: Severity, text: &str) {
        match self.append(now, stream, text) {
            Ok(()) if self.lost.lines > 0 => {
                let Lost { lines, errors, .. } = std::mem::take(&mut self.lost);
                self.notice(now, format!("the disk did not take {lines} lines, {errors} of them errors"));
            }
            Ok(()) => {}
            Err(error) => {
                // It is opened anew, and a line that was begun is ended there.
                self.open.remove(stream);
                self.lost.count(now, level, stream, &error);
            }
        }
    }

    fn append(&mut self, now: DateTime<Utc>, stream: &str, text: &str) -> io::Result<()> {
        if self.open.get(stream).is_some_and(|open| open.bytes >= self.bounds.file_bytes_max) {
            self.put_aside(stream);
        }
        if !self.open.contains_key(stream) {
            let open = open(&self.path(stream), now.date_naive())?;
            self.open.insert(stream.to_owned(), open);
        }
        let Some(open) = self.open.get_mut(stream) else { return Ok(()) };
        open.bytes += text.len() as u64 + 1;
        open.file.write_all(format!("{text}\n").as_bytes())
    }

    /// Where that fails the file grows on: a log that is too long is better than none.
    fn put_aside(&mut self, stream: &str) {
        let Some(open) = self.open.remove(stream) else { return };
        let path = self.path(stream);
        let _ = std::fs::rename(&path, aside::next(&path, open.day));
        aside::thin(&path, self.bounds.keep_files);
    }

    fn path(&self, stream: &str) -> PathBuf {
        self.folder.join(format!("{stream}.log"))
    }
}

impl Lost {
    fn count(&mut self, now: DateTime<Utc>, level: Severity, stream: &str, error: &io::Error) {
        self.lines += 1;
        self.errors += u64::from(level == Severity::Error);
        if self.complained.is_none_or(|at| now - at >= COMPLAIN_EVERY) {
            self.complained = Some(now);
            let lines = self.lines;
            // Nothing can be done about a terminal that takes no more, either.
            let _ = writeln!(
                io::stderr(),
                "supervisor: failed to write the log `{stream}`: {error}; {lines} lines are lost; trading goes on; see to the disk"
            );
        }
    }
}

/// Opens a log; one of an earlier day is put aside first.
fn open(path: &Path, today: NaiveDate) -> io::Result<Open> {
    if let Some(day) = aside::day_of(path).filter(|day| *day < today) {
        let _ = std::fs::rename(path, aside::next(path, day));
    }
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    let mut bytes = file.metadata()?.len();
    // The process, or the disk, may have ended within a line.
    if bytes > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
            bytes += 1;
        }
    }
    Ok(Open { file, bytes, day: today })
}
