//! A file or pipe to which somebody appends predictions, one JSON object a line.
//!
//! It is followed as `tail -F` does: from its end on, for a backlog is never traded; across being cut off and being
//! replaced. A line counts once its end is there.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::read::{Given, PREDICTION_BYTES_MAX, one};
use super::shown::shown;
use super::{Answer, Fields, Malformed, PollError, Prediction};

/// What is read at once; the rest waits.
const READ_BYTES_MAX: u64 = 1 << 20;
/// How much of a line without end is shown.
const TEXT_MAX: usize = 120;
/// A pipe without a writer must not hold whoever opens it.
const O_NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// A file that is followed.
#[derive(Debug)]
pub struct FileSource(Arc<Mutex<Followed>>);

#[derive(Debug)]
struct Followed {
    path: PathBuf,
    fields: Fields,
    open: Option<Open>,
    /// True once it was open, or was not there: what comes to be after that is new from its beginning.
    begun: bool,
    line: Vec<u8>,
    /// True while the rest of a line is passed over.
    skips: bool,
}

#[derive(Debug)]
struct Open {
    file: File,
    is_pipe: bool,
    /// Device and number: what is at the path may be another file by now.
    id: (u64, u64),
    at: u64,
}

impl FileSource {
    /// A source that follows `path`.
    #[must_use]
    pub fn new(path: PathBuf, fields: Fields) -> FileSource {
        let followed = Followed { path, fields, open: None, begun: false, line: Vec::new(), skips: false };
        FileSource(Arc::new(Mutex::new(followed)))
    }

    /// Reads what was added, on a thread that may wait for a disk.
    pub(super) async fn poll(&self) -> Answer {
        let followed = self.0.clone();
        let read = tokio::task::spawn_blocking(move || {
            followed.lock().unwrap_or_else(PoisonError::into_inner).look()
        });
        // It ends early only where the program does.
        read.await.unwrap_or_default()
    }
}

impl Followed {
    fn look(&mut self) -> Answer {
        let mut parts = Vec::new();
        let trouble = self.follow(&mut parts).err();
        let trouble = trouble.map(|source| PollError::File { path: self.path.clone(), source });
        Answer { parts, tags: Vec::new(), trouble }
    }

    fn follow(&mut self, parts: &mut Vec<Result<Prediction, Malformed>>) -> io::Result<()> {
        let there = std::fs::metadata(&self.path);
        if self.open.is_none() {
            let opened = self.open_at(self.begun);
            // What cannot be read yet may hold a backlog all the same.
            let missing = |error: &io::Error| error.kind() == ErrorKind::NotFound;
            self.begun |= opened.as_ref().err().is_none_or(missing);
            self.open = Some(opened?);
        }
        let rest = self.read_on(parts)?;
        let there = there?;
        let Some(open) = &mut self.open else { return Ok(()) };
        if id(&there) != open.id && !rest {
            // All of the old one is read; the new one is new from its beginning.
            self.leave(parts);
            self.open = Some(self.open_at(true)?);
            self.read_on(parts)?;
        } else if !open.is_pipe && there.len() < open.at && id(&there) == open.id {
            open.at = open.file.seek(SeekFrom::Start(0))?;
            self.leave(parts);
            self.read_on(parts)?;
        }
        Ok(())
    }

    fn open_at(&mut self, beginning: bool) -> io::Result<Open> {
        let mut file = open(&self.path)?;
        let about = file.metadata()?;
        let is_pipe = about.file_type().is_fifo();
        if !is_pipe && !about.is_file() {
            return Err(io::Error::other("it is neither a file nor a pipe"));
        }
        let at = if is_pipe || beginning { 0 } else { file.seek(SeekFrom::End(0))? };
        if at > 0 {
            // The end of a line whose beginning is backlog.
            self.skips = last_byte(&mut file, at)? != b'\n';
        }
        Ok(Open { file, is_pipe, id: id(&about), at })
    }

    /// Reads what is there; true where there is more.
    fn read_on(&mut self, parts: &mut Vec<Result<Prediction, Malformed>>) -> io::Result<bool> {
        let Some(open) = &mut self.open else { return Ok(false) };
        let (is_pipe, mut bytes) = (open.is_pipe, Vec::new());
        let read = open.file.by_ref().take(READ_BYTES_MAX).read_to_end(&mut bytes);
        let idle = match read {
            Ok(_) => false,
            // A pipe whose writer says nothing now.
            Err(error) if error.kind() == ErrorKind::WouldBlock => true,
            Err(error) => return Err(error),
        };
        open.at += bytes.len() as u64;
        bytes.split_inclusive(|byte| *byte == b'\n').for_each(|piece| self.take(piece, parts));
        let more = bytes.len() as u64 == READ_BYTES_MAX;
        if is_pipe && !idle && !more {
            // Its writer has gone: the line will never end.
            self.leave(parts);
        }
        Ok(more)
    }

    fn take(&mut self, piece: &[u8], parts: &mut Vec<Result<Prediction, Malformed>>) {
        let (text, ends) = match piece.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (piece, false),
        };
        if !self.skips {
            self.line.extend_from_slice(text);
        }
        if self.line.len() > PREDICTION_BYTES_MAX + 1 {
            // Told once, though its end is far.
            parts.push(one(&self.line, &self.fields, Given::default()));
            (self.line, self.skips) = (Vec::new(), true);
        }
        if !ends {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if !std::mem::take(&mut self.skips) && !line.trim_ascii().is_empty() {
            parts.push(one(line, &self.fields, Given::default()));
        }
    }

    /// What was begun will not be ended.
    fn leave(&mut self, parts: &mut Vec<Result<Prediction, Malformed>>) {
        let line = std::mem::take(&mut self.line);
        self.skips = false;
        if !line.is_empty() {
            let start = String::from_utf8_lossy(&line[..line.len().min(TEXT_MAX)]).into_owned();
            let why = "the line ends in the middle".to_owned();
            parts.push(Err(Malformed { why, text: shown(&start, TEXT_MAX) }));
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path)
}

fn id(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

fn last_byte(file: &mut File, at: u64) -> io::Result<u8> {
    let mut byte = [b'\n'];
    file.seek(SeekFrom::Start(at - 1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}
