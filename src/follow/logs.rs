//! `supervisor logs [NAME…] [-f]`: the last lines of some logs in order of time, and what is added to them.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use regex::Regex;

use super::filter::{self, Filter, Line};
use super::merge::{Merge, Once, Placed};
use super::scan::Scan;
use super::streams::Streams;
use super::tail::Tail;
use crate::logs::entry::Severity;
use crate::terminal::say;

/// How often followed logs are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Lines that are shown where nobody says how many.
const LINES: usize = 20;

/// Which logs, which lines of them, and whether to stay.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The logs' names. None: those of all actors where a line is chosen in some way, else a list of them.
    pub names: Vec<String>,
    /// Lines of the end.
    pub lines: Option<usize>,
    /// Go on until Ctrl-C.
    pub follow: bool,
    /// The least level.
    pub level: Option<Severity>,
    /// The earliest time, or the span before now.
    pub since: Option<String>,
    /// What has to be found in a line.
    pub grep: Option<String>,
    /// Each line as a JSON object.
    pub json: bool,
}

/// Prints them.
///
/// # Errors
/// There is no such log, it cannot be read, or what is wanted makes no sense.
pub fn logs(folder: &Path, choices: &Choices) -> anyhow::Result<()> {
    let filter = filter_of(choices)?;
    let streams = Streams::of(folder);
    let chosen = choices.follow || choices.lines.is_some() || filter.is_choosy();
    if choices.names.is_empty() && streams.is_empty() {
        return Err(anyhow!(streams.none()));
    }
    let paths = if choices.names.is_empty() {
        if !chosen {
            say(if choices.json { streams.json() } else { streams.listed() });
            return Ok(());
        }
        streams.everything()
    } else {
        let found = choices.names.iter().map(|name| streams.find(name).map(Path::to_owned));
        found.collect::<Result<Vec<PathBuf>, String>>().map_err(|told| anyhow!(told))?
    };
    for path in paths.iter().filter(|path| !path.exists()) {
        eprintln!("supervisor: nothing has been written to `{}` yet", path.display());
    }
    show(&paths, &filter, choices)
        .with_context(|| format!("failed to read the logs in `{}`", folder.display()))
}

fn filter_of(choices: &Choices) -> anyhow::Result<Filter> {
    let since = choices.since.as_deref().map(|text| filter::since(text, Utc::now())).transpose();
    let grep = choices.grep.as_deref().map(Regex::new).transpose();
    Ok(Filter {
        level: choices.level,
        since: since.map_err(|told| anyhow!("--since: {told}"))?,
        // The parser's own words have several lines.
        grep: grep.map_err(|error| anyhow!("--grep: {}", error.to_string().replace('\n', " ")))?,
    })
}

fn show(paths: &[PathBuf], filter: &Filter, choices: &Choices) -> io::Result<()> {
    let lines = choices.lines.or(filter.since.is_none().then_some(LINES));
    // Where not all lines are wanted, nobody knows how far back those are that are.
    let near = lines.filter(|_| !filter.is_choosy());
    let open = |path: &PathBuf| Scan::open(path, filter.since, near);
    let mut merge = Merge::new(filter, paths.iter().map(open).collect::<io::Result<_>>()?);
    let (mut once, mut last) = (Once::default(), VecDeque::new());
    while let Some(placed) = merge.next()? {
        if !once.is_new(&placed) {
            continue;
        }
        last.push_back(placed.line);
        // Without a count each is shown at once: there may be many.
        let keep = lines.unwrap_or(0);
        while last.len() > keep
            && let Some(line) = last.pop_front()
        {
            // Whoever closed the pipe has seen enough.
            if lines.is_none() && print(&[line], choices.json).is_err() {
                return Ok(());
            }
        }
    }
    if print(last.make_contiguous(), choices.json).is_err() || !choices.follow {
        return Ok(());
    }
    let (scans, times) = merge.into_parts();
    let tails = scans.into_iter().map(Scan::into_tail).collect();
    Followed { tails, times, waiting: Vec::new(), once }.follow(filter, choices.json)
}

/// Logs whose news are shown.
struct Followed {
    tails: Vec<Tail>,
    times: Vec<Option<DateTime<Utc>>>,
    /// Lines that wait for one look: an earlier one may be on its way into another log.
    waiting: Vec<Placed>,
    once: Once,
}

impl Followed {
    fn follow(mut self, filter: &Filter, json: bool) -> io::Result<()> {
        loop {
            let until = self.waiting.iter().filter_map(|placed| placed.time).max();
            let mut there = std::mem::take(&mut self.waiting);
            there.extend(self.news(filter)?);
            there.sort_by_key(|placed| placed.time);
            if self.tails.len() > 1 {
                let due = there.partition_point(|placed| placed.time <= until);
                self.waiting = there.split_off(due);
            }
            there.retain(|placed| self.once.is_new(placed));
            let lines: Vec<Line> = there.into_iter().map(|placed| placed.line).collect();
            if print(&lines, json).is_err() {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn news(&mut self, filter: &Filter) -> io::Result<Vec<Placed>> {
        let mut news = Vec::new();
        for (log, (tail, last)) in self.tails.iter_mut().zip(&mut self.times).enumerate() {
            for bytes in tail.more()? {
                let line = Line::read(&bytes);
                let time = line.time().or(*last);
                *last = time;
                if filter.wants(&line, time) {
                    news.push(Placed { time, log, line });
                }
            }
        }
        Ok(news)
    }
}

fn print(lines: &[Line], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{}", line.shown(json)))?;
    out.flush()
}
