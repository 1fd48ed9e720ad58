//! Writes lines to files on a thread of its own; whoever logs never waits for the disk.
//!
//! Bounded twice: lines that find the queue full are counted and told of, and a file
//! that grows too large is put aside over the one before it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Lines that may wait for the disk.
const WAITING_MAX: usize = 16_384;

/// A way to the writing thread. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: SyncSender<Job>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Job {
    Line { stream: String, text: String },
    Flush(SyncSender<()>),
}

struct Files {
    folder: PathBuf,
    bytes_max: u64,
    open: BTreeMap<String, (File, u64)>,
}

impl Writer {
    /// Starts the thread; streams are files under `folder`.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn start(folder: &Path, bytes_max: u64) -> std::io::Result<Writer> {
        std::fs::create_dir_all(folder.join("actors"))?;
        let (queue, jobs) = sync_channel(WAITING_MAX);
        let files = Files { folder: folder.to_owned(), bytes_max, open: BTreeMap::new() };
        std::thread::Builder::new().name("logs".to_owned()).spawn(move || serve(files, &jobs))?;
        Ok(Writer { queue, dropped: Arc::default() })
    }

    /// Writes a line, or counts it as dropped when too many wait.
    pub fn write(&self, stream: &str, text: &str) {
        let dropped = self.dropped.load(Ordering::Relaxed);
        let text =
            if dropped == 0 { text.to_owned() } else { format!("{text} ({dropped} lines dropped before)") };
        match self.queue.try_send(Job::Line { stream: stream.to_owned(), text }) {
            Ok(()) if dropped > 0 => {
                self.dropped.fetch_sub(dropped, Ordering::Relaxed);
            }
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until everything written so far is in its file.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.queue.send(Job::Flush(done)).is_ok() {
            // The thread ends only with the process; a broken answer means it is ending.
            let _ = written.recv();
        }
    }
}

fn serve(mut files: Files, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Line { stream, text } => {
                if let Err(error) = files.write(&stream, &text) {
                    eprintln!("supervisor: failed to write the log `{stream}`: {error}");
                }
            }
            Job::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}

impl Files {
    fn write(&mut self, stream: &str, text: &str) -> std::io::Result<()> {
        if self.open.get(stream).is_some_and(|(_, bytes)| *bytes >= self.bytes_max) {
            self.open.remove(stream);
            let path = self.path(stream);
            std::fs::rename(&path, path.with_extension("log.1"))?;
        }
        if !self.open.contains_key(stream) {
            let file = OpenOptions::new().create(true).append(true).open(self.path(stream))?;
            let bytes = file.metadata()?.len();
            self.open.insert(stream.to_owned(), (file, bytes));
        }
        let Some((file, bytes)) = self.open.get_mut(stream) else { return Ok(()) };
        *bytes += text.len() as u64 + 1;
        file.write_all(format!("{text}\n").as_bytes())
    }

    fn path(&self, stream: &str) -> PathBuf {
        self.folder.join(format!("{stream}.log"))
    }
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn a_stream_is_a_file_of_bounded_size() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::start(folder.path(), 100).unwrap();
        for n in 0..20 {
            writer.write("actors/ticker-AAPL", &format!("line {n:02}"));
        }
        writer.flush();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("actors/ticker-AAPL.log").ends_with("line 19\n"));
        assert!(read("actors/ticker-AAPL.log").len() <= 108);
        assert!(read("actors/ticker-AAPL.log.1").len() <= 108);
    }
}
