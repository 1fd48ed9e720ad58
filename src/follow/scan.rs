//! A log from an earlier place to its end, the files that were put aside included, a line at a time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::filter::Line;
use super::tail::Tail;
use crate::logs::aside;
use crate::logs::plain::TEXT_BYTES_MAX;

/// Bytes that a line of ours never has; more is told apart as several.
const LINE_BYTES_MAX: u64 = 4 * TEXT_BYTES_MAX as u64;

/// Reads one log.
pub(super) struct Scan {
    /// What was put aside and has not been read.
    before: VecDeque<PathBuf>,
    reader: Option<BufReader<File>>,
    /// Where to go on once all is read: the file that is written to.
    tail: Tail,
    is_last: bool,
}

impl Scan {
    /// Begins where the lines since `since` are, or so far before the end that `lines` lines are there; at the very
    /// beginning where neither is known.
    pub(super) fn open(path: &Path, since: Option<DateTime<Utc>>, lines: Option<usize>) -> io::Result<Scan> {
        // Opened before the others are listed: what is put aside meanwhile is among them, and known.
        let tail = Tail::open(path)?;
        let current = tail.inode();
        let before = aside::of(path)
            .into_iter()
            .take_while(|aside| current.is_none() || Tail::inode_of(&aside.path) != current)
            .filter(|aside| since.is_none_or(|since| aside.day >= since.date_naive()))
            .map(|aside| aside.path)
            .collect();
        let mut scan = Scan { before, reader: None, tail, is_last: false };
        if let (Some(lines), None) = (lines, since) {
            scan.skip(lines)?;
        }
        Ok(scan)
    }

    /// Goes so near to the end that `lines` lines of ours are left.
    fn skip(&mut self, lines: usize) -> io::Result<()> {
        let wanted = LINE_BYTES_MAX.saturating_mul(lines as u64 + 1);
        let mut there = self.tail.len()?;
        let mut kept = VecDeque::new();
        while there < wanted
            && let Some(path) = self.before.pop_back()
        {
            there += path.metadata().map_or(0, |file| file.len());
            kept.push_front(path);
        }
        self.before = kept;
        let over = there.saturating_sub(wanted);
        if over > 0 {
            let mut first = match self.before.pop_front() {
                Some(path) => File::open(path)?,
                None => {
                    self.is_last = true;
                    self.tail.reader()?
                }
            };
            first.seek(SeekFrom::Start(over))?;
            let mut reader = BufReader::new(first);
            // The line that it fell into is not whole.
            reader.read_until(b'\n', &mut Vec::new())?;
            self.reader = Some(reader);
        }
        Ok(())
    }

    /// The next line that is whole.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let Some(reader) = &mut self.reader else {
                if self.is_last {
                    return Ok(None);
                }
                self.reader = self.following()?.map(BufReader::new);
                continue;
            };
            let mut bytes = Vec::new();
            reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
            let is_whole = bytes.last() == Some(&b'\n');
            if is_whole || bytes.len() as u64 == LINE_BYTES_MAX || (!bytes.is_empty() && !self.is_last) {
                return Ok(Some(Line::read(bytes.strip_suffix(b"\n").unwrap_or(&bytes))));
            }
            if self.is_last {
                // Where somebody follows, the rest of the line may come.
                let read = reader.stream_position()? - bytes.len() as u64;
                self.tail.go_on_at(read);
            }
            self.reader = None;
        }
    }

    /// The file after the one that was read.
    fn following(&mut self) -> io::Result<Option<File>> {
        while let Some(path) = self.before.pop_front() {
            // One that was too old may have been removed just now.
            if let Ok(file) = File::open(path) {
                return Ok(Some(file));
            }
        }
        self.is_last = true;
        self.tail.reader().map(Some)
    }

    /// Where to go on.
    pub(super) fn into_tail(self) -> Tail {
        self.tail
    }
}
