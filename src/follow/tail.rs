//! What is added to a log, also when it is put aside and begun anew.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::logs::aside;

/// A place in a log.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    /// None before anything was written.
    file: Option<File>,
    /// Where in it the next look begins.
    at: u64,
    /// The beginning of a line that is not whole yet.
    begun: Vec<u8>,
}

impl Tail {
    /// At the beginning of a log, which need not be there yet.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn open(path: &Path) -> io::Result<Tail> {
        let file = match File::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Tail { path: path.to_owned(), file, at: 0, begun: Vec::new() })
    }

    /// Which file it is.
    pub(super) fn inode(&self) -> Option<(u64, u64)> {
        let file = self.file.as_ref()?.metadata().ok()?;
        Some((file.dev(), file.ino()))
    }

    pub(super) fn inode_of(path: &Path) -> Option<(u64, u64)> {
        let file = path.metadata().ok()?;
        Some((file.dev(), file.ino()))
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> io::Result<u64> {
        self.file.as_ref().map_or(Ok(0), |file| Ok(file.metadata()?.len()))
    }

    /// Another view of the same file, at its beginning.
    pub(super) fn reader(&self) -> io::Result<File> {
        match &self.file {
            Some(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Ok(file)
            }
            // An empty one.
            None => File::open("/dev/null"),
        }
    }

    /// What lies before is read.
    pub(super) fn go_on_at(&mut self, at: u64) {
        self.at = at;
    }

    /// The whole lines that were added since the last look.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn more(&mut self) -> io::Result<Vec<Vec<u8>>> {
        // Whether there is a new file is asked first: what the old one still got before it
        // was put aside is read below, and those after it in their order.
        let renewed = self.renewed()?;
        self.read()?;
        for file in renewed {
            self.end_line();
            (self.file, self.at) = (Some(file), 0);
            self.read()?;
        }
        Ok(take_lines(&mut self.begun))
    }

    fn read(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if file.metadata()?.len() < self.at {
            // Somebody emptied it.
            self.at = 0;
        }
        file.seek(SeekFrom::Start(self.at))?;
        self.at += file.read_to_end(&mut self.begun)? as u64;
        Ok(())
    }

    /// No file goes on with the line of another.
    fn end_line(&mut self) {
        if self.begun.last().is_some_and(|byte| *byte != b'\n') {
            self.begun.push(b'\n');
        }
    }

    /// The files that were begun after ours, the last of them the one that is written to now.
    fn renewed(&self) -> io::Result<Vec<File>> {
        // For a moment there may be none.
        let Ok(there) = File::open(&self.path) else { return Ok(Vec::new()) };
        let (ours, new) = (self.inode(), there.metadata()?);
        if ours == Some((new.dev(), new.ino())) {
            return Ok(Vec::new());
        }
        // Listed after the newest is opened: it may be among them by now.
        let files: Vec<File> =
            aside::of(&self.path).iter().filter_map(|aside| File::open(&aside.path).ok()).collect();
        let own = |file: &File| file.metadata().ok().map(|own| (own.dev(), own.ino()));
        let place = files.iter().position(|file| own(file) == ours);
        let later = files.into_iter().skip(place.map_or(usize::MAX, |place| place + 1));
        let newest = Some((new.dev(), new.ino()));
        Ok(later.take_while(|file| own(file) != newest).chain([there]).collect())
    }
}

/// Takes the whole lines out of `bytes`.
fn take_lines(bytes: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let taken: Vec<u8> = bytes.drain(..whole).collect();
    let lines = taken.strip_suffix(b"\n").map(|lines| lines.split(|byte| *byte == b'\n'));
    lines.into_iter().flatten().map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::{Path, PathBuf};

    use super::Tail;

    fn more(tail: &mut Tail) -> Vec<String> {
        tail.more().unwrap().into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
    }

    fn aside(path: &Path, number: u32) -> PathBuf {
        path.with_extension(format!("log.2026-11-26.{number}"))
    }

    #[test]
    fn it_follows_through_files_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut tail = Tail::open(&path).unwrap();
        assert!(more(&mut tail).is_empty());
        std::fs::write(&path, "1\nhal").unwrap();
        assert_eq!(more(&mut tail), ["1"]);
        let mut writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        writer.write_all(b"f\n").unwrap();
        assert_eq!(more(&mut tail), ["half"]);
        writer.write_all(b"4\n").unwrap();
        // Three files since the last look.
        std::fs::rename(&path, aside(&path, 1)).unwrap();
        writer.write_all(b"5\ncut").unwrap();
        std::fs::write(aside(&path, 2), "6\n").unwrap();
        std::fs::write(&path, "7\n").unwrap();
        assert_eq!(more(&mut tail), ["4", "5", "cut", "6", "7"]);
        std::fs::write(&path, "").unwrap();
        assert!(more(&mut tail).is_empty());
        std::fs::write(&path, "8\n").unwrap();
        assert_eq!(more(&mut tail), ["8"]);
    }
}
