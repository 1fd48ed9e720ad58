//! What systemd is told where it started the program: ready, how it does, that it lives, that it ends.
//!
//! The messages of `sd_notify(3)`. A sign of life is sent by a thread of its own, and only while the board shows none
//! that is stuck: a road that hangs makes systemd start the program anew, which is the one way back. Ready means that
//! the journal is read and the tickers run; the broker is not waited for, since one that cannot be reached is a state
//! that ends by itself, and a new start would not mend it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use actors::Board;
use actors::streams::ERRORS;
use sd_notify::NotifyState::{self, Ready, Reloading, Status, Stopping, Watchdog};

use crate::control::health::Health;

const ACTOR: &str = "service";
/// How often the state is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What systemd sets; nobody else does.
pub const VARIABLES: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Tells systemd of the running program, until it is stopped.
#[derive(Debug)]
pub struct Service {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Signs of life: when the last one went, and how often systemd wants one.
struct Signs {
    every: Duration,
    last: Option<Instant>,
}

impl Service {
    /// Says that the program is ready, and goes on telling how it does. Nothing where systemd did not start it.
    #[must_use]
    pub fn start(board: Arc<Board>) -> Service {
        let over = Arc::new(AtomicBool::new(false));
        if std::env::var_os(VARIABLES[0]).is_none() {
            return Service { over, thread: None };
        }
        let ends = over.clone();
        let told = Builder::new().name(ACTOR.to_owned()).spawn(move || tell_on(&board, &ends));
        if let Err(error) = &told {
            tracing::error!(target: ERRORS, actor = ACTOR, "no thread tells systemd that this lives: {error}");
        }
        Service { over, thread: told.ok() }
    }

    /// Says that the program ends.
    pub fn stop(self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread {
            thread.thread().unpark();
            // It panics over nothing, and the program ends either way.
            let _ = thread.join();
            notify(&[Stopping, Status("stopping; orders at the broker stay as they are")]);
        }
    }
}

/// Says that the config is read again while `work` does it.
pub fn reloading<T>(work: impl FnOnce() -> T) -> T {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[Reloading, now]),
        Err(error) => tell(&error),
    }
    let done = work();
    notify(&[Ready]);
    done
}

fn tell_on(board: &Board, over: &AtomicBool) {
    notify(&[Ready]);
    let mut signs = sd_notify::watchdog_enabled().map(|within| Signs { every: within / 2, last: None });
    let pause = signs.as_ref().map_or(EVERY, |signs| signs.every.min(EVERY));
    let mut before = String::new();
    while !over.load(Ordering::Relaxed) {
        let health = Health::of(board);
        let line = health.line();
        if line != before {
            notify(&[Status(&line)]);
            before = line;
        }
        if let Some(signs) = &mut signs
            && health.lives()
        {
            signs.give(Instant::now());
        }
        std::thread::park_timeout(pause);
    }
}

impl Signs {
    /// Gives one where it is due: in half the time within which systemd wants it.
    fn give(&mut self, now: Instant) {
        if self.last.is_none_or(|last| now.duration_since(last) >= self.every) {
            notify(&[Watchdog]);
            self.last = Some(now);
        }
    }
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tell(&error);
    }
}

/// Trading does not need systemd.
fn tell(error: &std::io::Error) {
    tracing::warn!(target: ERRORS, actor = ACTOR, "failed to tell systemd: {error}");
}
