//! `supervisor logs [NAME] [-f]`: one log's last lines, and what is added to it.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};

use super::streams::Streams;
use super::tail::Tail;
use crate::terminal::say;

/// How often a followed log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Which log, how much of it, and whether to stay.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The log's name; none lists them.
    pub name: Option<String>,
    /// Lines of its end.
    pub lines: usize,
    /// Go on until Ctrl-C.
    pub follow: bool,
}

/// Prints them.
///
/// # Errors
/// There is no such log, or it cannot be read.
pub fn logs(folder: &Path, choices: &Choices) -> anyhow::Result<()> {
    let streams = Streams::of(folder);
    let Some(name) = &choices.name else {
        if streams.is_empty() {
            return Err(anyhow!(streams.none()));
        }
        say(streams.listed());
        return Ok(());
    };
    let path = streams.find(name).map_err(|told| anyhow!(told))?;
    follow(path, choices).with_context(|| format!("failed to read `{}`", path.display()))
}

fn follow(path: &Path, choices: &Choices) -> io::Result<()> {
    if !path.exists() {
        eprintln!("supervisor: nothing has been written to `{}` yet", path.display());
        if !choices.follow {
            return Ok(());
        }
    }
    while !path.exists() {
        std::thread::sleep(LOOK_EVERY);
    }
    let (mut tail, mut lines) = Tail::open(path, choices.lines)?;
    loop {
        // Whoever closed the pipe has seen enough.
        if show(&lines).is_err() || !choices.follow {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
        lines = tail.more()?;
    }
}

fn show(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()
}
