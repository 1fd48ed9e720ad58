//! `kill-switch`: stops what a supervisor does, whether it runs, hangs or is dead.
//!
//! Two levels. HALT: nothing opens. KILL: nothing is sent at all, what works is cancelled, what is ours is closed.
//! Both are files that are set before anything else is tried, and released by name only.
//!
//! Read next: [`brake`] (the files), [`kill`] (what KILL does besides); then `place` (where the broker is), `books`
//! (what is ours), `count` (what is to be closed), `switch` (cancel, close, look again), [`report`].

mod books;
pub mod brake;
mod count;
pub mod kill;
mod place;
pub mod report;
mod switch;

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A person who waits is told something at least that often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// What the command line says about where everything is. What is none is as the supervisor's config says.
#[derive(Clone, Debug, Default)]
pub struct Where {
    /// The folder of the three files.
    pub config: Option<PathBuf>,
    /// The embedded gateway, whatever the config says: for a supervisor that was started so.
    pub test_mode: bool,
    /// The broker's host.
    pub host: Option<String>,
    /// The broker's port.
    pub port: Option<u16>,
    /// The client id of the supervisor.
    pub client_id: Option<i32>,
    /// The account.
    pub account: Option<String>,
    /// The journal's folder.
    pub journal: Option<PathBuf>,
}

/// Who does it, and why: for the file.
#[derive(Clone, Debug)]
pub struct Author {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A line for the person who waits. The report goes to the standard output, this does not.
fn tell(line: impl std::fmt::Display) {
    eprintln!("kill-switch: {line}");
}

/// A wait, and when it was last told of.
struct Wait {
    began: Instant,
    told: Instant,
}

impl Wait {
    fn begin() -> Wait {
        Wait { began: Instant::now(), told: Instant::now() }
    }

    fn tell(&mut self, what: impl std::fmt::Display) {
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            tell(format_args!("{what}, after {} s", self.began.elapsed().as_secs()));
        }
    }
}
