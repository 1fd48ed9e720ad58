//! Lines of several logs in order of time, each told once.
//!
//! A line stands in the log of its actor and in the common one of its kind: asked for both, a person sees it once.

use std::collections::VecDeque;
use std::io;

use chrono::{DateTime, Utc};

use super::filter::{Filter, Line};
use super::scan::Scan;

/// A line with the place that it has among all others.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) time: Option<DateTime<Utc>>,
    pub(super) log: usize,
    pub(super) line: Line,
}

/// Reads several logs to their ends.
pub(super) struct Merge<'f> {
    filter: &'f Filter,
    scans: Vec<Scan>,
    heads: Vec<VecDeque<Placed>>,
    times: Vec<Option<DateTime<Utc>>>,
}

impl<'f> Merge<'f> {
    pub(super) fn new(filter: &'f Filter, scans: Vec<Scan>) -> Merge<'f> {
        let heads = scans.iter().map(|_| VecDeque::new()).collect();
        let times = vec![None; scans.len()];
        Merge { filter, scans, heads, times }
    }

    /// The earliest line that is wanted and was not told.
    pub(super) fn next(&mut self) -> io::Result<Option<Placed>> {
        for log in 0..self.scans.len() {
            while self.heads[log].is_empty()
                && let Some(line) = self.scans[log].next()?
            {
                let time = line.time().or(self.times[log]);
                self.times[log] = time;
                if self.filter.wants(&line, time) {
                    self.heads[log].push_back(Placed { time, log, line });
                }
            }
        }
        let heads = self.heads.iter().enumerate();
        let first = heads.filter_map(|(log, head)| Some((head.front()?.time, log))).min();
        Ok(first.and_then(|(_, log)| self.heads[log].pop_front()))
    }

    /// The logs, read to their ends, and the time of the last line of each.
    pub(super) fn into_parts(self) -> (Vec<Scan>, Vec<Option<DateTime<Utc>>>) {
        (self.scans, self.times)
    }
}

/// Tells which lines were told already, from another log.
#[derive(Debug, Default)]
pub(super) struct Once {
    time: Option<DateTime<Utc>>,
    told: Vec<(usize, String)>,
}

impl Once {
    /// True for a line that no other log has told.
    pub(super) fn is_new(&mut self, placed: &Placed) -> bool {
        if placed.time != self.time {
            self.time = placed.time;
            self.told.clear();
        }
        if self.told.iter().any(|(log, text)| *log != placed.log && *text == placed.line.text) {
            return false;
        }
        self.told.push((placed.log, placed.line.text.clone()));
        true
    }
}
