//! Writes lines to files and to the terminal on threads of their own; whoever logs never waits for either.
//!
//! Lines that find a queue full are counted, and told of by the thread that fell behind.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use chrono::Utc;

use super::entry::Severity;
use super::files::{Bounds, Files};
use crate::terminal;

/// Lines that may wait for the disk, or for the terminal.
const WAITING_MAX: usize = 16_384;
/// How often it is looked whether a new day has begun.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A way to the writing threads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    disk: Queue<Line>,
    screen: Queue<String>,
}

#[derive(Debug)]
struct Line {
    streams: Vec<String>,
    level: Severity,
    text: String,
}

#[derive(Debug)]
enum Job<L> {
    Line(L),
    Flush(SyncSender<()>),
}

#[derive(Debug)]
struct Queue<L> {
    jobs: SyncSender<Job<L>>,
    dropped: Arc<Dropped>,
}

#[derive(Debug, Default)]
struct Dropped {
    lines: AtomicU64,
    errors: AtomicU64,
}

impl<L> Clone for Queue<L> {
    fn clone(&self) -> Queue<L> {
        Queue { jobs: self.jobs.clone(), dropped: self.dropped.clone() }
    }
}

impl<L> Queue<L> {
    fn new() -> (Queue<L>, Receiver<Job<L>>, Arc<Dropped>) {
        let (jobs, theirs) = sync_channel(WAITING_MAX);
        let dropped = Arc::<Dropped>::default();
        (Queue { jobs, dropped: dropped.clone() }, theirs, dropped)
    }

    fn put(&self, line: L, is_error: bool) {
        if self.jobs.try_send(Job::Line(line)).is_err() {
            self.dropped.lines.fetch_add(1, Ordering::Relaxed);
            self.dropped.errors.fetch_add(is_error.into(), Ordering::Relaxed);
        }
    }

    fn flush(&self, patience: Duration) {
        let (done, written) = sync_channel(1);
        // One whose queue is full takes nothing: waiting for it would not help.
        if self.jobs.try_send(Job::Flush(done)).is_ok() {
            let _ = written.recv_timeout(patience);
        }
    }
}

impl Dropped {
    /// What was dropped since this was last asked.
    fn take(&self) -> Option<String> {
        let (lines, errors) = (self.lines.swap(0, Ordering::Relaxed), self.errors.swap(0, Ordering::Relaxed));
        (lines > 0).then(|| format!("{lines} lines found no place in the queue, {errors} of them errors"))
    }
}

impl Writer {
    /// Starts the threads; streams are files under `folder`.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn start(folder: &Path, bounds: Bounds) -> std::io::Result<Writer> {
        std::fs::create_dir_all(folder.join("actors"))?;
        let files = Files::new(folder, bounds, Utc::now());
        let (disk, jobs, dropped) = Queue::new();
        std::thread::Builder::new().name("logs".to_owned()).spawn(move || to_disk(files, &jobs, &dropped))?;
        let (screen, jobs, dropped) = Queue::new();
        std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || to_terminal(&jobs, &dropped))?;
        Ok(Writer { disk, screen })
    }

    /// Writes a line to some streams, or counts it as dropped when too many wait.
    pub fn write(&self, streams: Vec<String>, level: Severity, text: String) {
        self.disk.put(Line { streams, level, text }, level == Severity::Error);
    }

    /// Shows a line on the terminal, or counts it as dropped.
    pub fn show(&self, level: Severity, text: String) {
        self.screen.put(text, level == Severity::Error);
    }

    /// Waits until everything said so far is in its file and on the terminal; for each no longer than `patience`.
    pub fn flush(&self, patience: Duration) {
        self.disk.flush(patience);
        self.screen.flush(patience);
    }
}

fn to_disk(mut files: Files, jobs: &Receiver<Job<Line>>, dropped: &Dropped) {
    loop {
        let job = jobs.recv_timeout(LOOK_EVERY);
        let now = Utc::now();
        if let Some(told) = dropped.take() {
            files.notice(now, told);
        }
        match job {
            Ok(Job::Line(Line { streams, level, text })) => {
                streams.iter().for_each(|stream| files.write(now, stream, level, &text));
            }
            Ok(Job::Flush(done)) => {
                files.tell_held(now);
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => files.turn(now),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn to_terminal(jobs: &Receiver<Job<String>>, dropped: &Dropped) {
    while let Ok(job) = jobs.recv() {
        if let Some(told) = dropped.take() {
            terminal::say(told);
        }
        match job {
            Job::Line(text) => terminal::say(text),
            Job::Flush(done) => drop(done.send(())),
        }
    }
}
