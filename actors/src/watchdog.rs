//! The watchdog: a thread of its own that notices when another one does not answer.
//!
//! Each thread of actors is asked for a sign of life, and asked again once it has given
//! one. One that is more than a second late is named in the log and on the board, and
//! named again when it is back. The watchdog mends nothing: a ticker that is stuck shows,
//! and its orders are at the broker.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use actix::{Arbiter, ArbiterHandle};

use crate::board::Board;
use crate::streams;

const NAME: &str = "watchdog";
/// The thread that starts all others, reads the config again and hears the order to end.
const MAIN: &str = "main";
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How late a sign of life may be.
const LATE: Duration = Duration::from_secs(1);

/// A running watchdog; dropped, it ends.
#[derive(Debug)]
pub(crate) struct Watchdog {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// One thread that is watched.
struct Watched {
    handle: ArbiterHandle,
    /// When it was asked what it has not answered yet.
    asked: Option<Instant>,
    answered: Arc<Mutex<bool>>,
    late: bool,
}

impl Watchdog {
    /// Watches `threads`, by name, and the one that calls this; shows on `board` those that are late.
    pub(crate) fn over(mut threads: BTreeMap<String, ArbiterHandle>, board: Arc<Board>) -> Watchdog {
        threads.extend(Arbiter::try_current().map(|own| (MAIN.to_owned(), own)));
        let over = Arc::new(AtomicBool::new(false));
        let ends = over.clone();
        let mut watched: BTreeMap<String, Watched> =
            threads.into_iter().map(|(name, handle)| (name, Watched::new(handle))).collect();
        // The first look is over before anybody can ask for it.
        look(&mut watched, &board);
        let thread = Builder::new().name(NAME.to_owned()).spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                look(&mut watched, &board);
                std::thread::park_timeout(LOOK_EVERY);
            }
        });
        if thread.is_err() {
            tracing::error!(target: streams::ERRORS, actor = NAME, "no thread for the watchdog: nobody watches");
        }
        Watchdog { over, thread: thread.ok() }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It panics over nothing, and the program goes on either way.
            let _ = thread.join();
        }
    }
}

impl Watched {
    fn new(handle: ArbiterHandle) -> Watched {
        Watched { handle, asked: None, answered: Arc::default(), late: false }
    }

    /// How long it has owed an answer; asks where it owes none.
    fn owes(&mut self, now: Instant) -> Duration {
        let answered = std::mem::take(&mut *self.answered.lock().unwrap_or_else(PoisonError::into_inner));
        match self.asked {
            Some(asked) if !answered => now.duration_since(asked),
            _ => {
                let answer = self.answered.clone();
                // A thread that is gone owes the answer for ever, and is shown.
                self.handle.spawn_fn(move || {
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = true;
                });
                self.asked = Some(now);
                Duration::ZERO
            }
        }
    }
}

fn look(watched: &mut BTreeMap<String, Watched>, board: &Board) {
    let now = Instant::now();
    let mut late = BTreeMap::new();
    for (name, own) in watched {
        let owes = own.owes(now);
        if owes > LATE {
            late.insert(name.clone(), owes);
        }
        let is_late = owes > LATE;
        if is_late && !own.late {
            let ms = owes.as_millis();
            tracing::error!(target: streams::ERRORS, actor = NAME, "thread {name} has not answered for {ms} ms");
        } else if own.late && !is_late {
            tracing::warn!(target: streams::ERRORS, actor = NAME, "thread {name} answers again");
        }
        own.late = is_late;
    }
    board.publish_late(late);
}
