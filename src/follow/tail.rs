//! The end of a log, and what is added to it, also when it is put aside and begun anew.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Bytes at the end of a file among which the last lines are looked for.
const END_BYTES_MAX: u64 = 256 * 1024;

/// A place in a log.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    file: File,
    /// The beginning of a line that is not whole yet.
    begun: Vec<u8>,
}

impl Tail {
    /// Opens a log; answers with its last lines, at most `count`, those of the file before
    /// it included.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn open(path: &Path, count: usize) -> io::Result<(Tail, Vec<String>)> {
        let mut file = File::open(path)?;
        let mut begun = end_of(&mut file)?;
        let mut lines = take_lines(&mut begun);
        if lines.len() < count
            && let Ok(mut before) = File::open(path.with_extension("log.1"))
        {
            let mut older = take_lines(&mut end_of(&mut before)?);
            older.append(&mut lines);
            lines = older;
        }
        lines.drain(..lines.len().saturating_sub(count));
        Ok((Tail { path: path.to_owned(), file, begun }, lines))
    }

    /// The lines that were added since the last look.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn more(&mut self) -> io::Result<Vec<String>> {
        // Whether there is a new file is asked first: what the old one still got before it
        // was put aside is read below, and the new one after it.
        let renewed = self.renewed()?;
        self.file.read_to_end(&mut self.begun)?;
        if let Some(mut file) = renewed {
            file.read_to_end(&mut self.begun)?;
            self.file = file;
        }
        Ok(take_lines(&mut self.begun))
    }

    /// The file that has taken the place of ours.
    fn renewed(&mut self) -> io::Result<Option<File>> {
        // For a moment there may be none.
        let Ok(there) = File::open(&self.path) else { return Ok(None) };
        let (ours, new) = (self.file.metadata()?, there.metadata()?);
        if (ours.dev(), ours.ino()) != (new.dev(), new.ino()) {
            return Ok(Some(there));
        }
        if new.len() < self.file.stream_position()? {
            // Somebody emptied it.
            self.file.seek(SeekFrom::Start(0))?;
        }
        Ok(None)
    }
}

/// The last bytes of a file, from the beginning of a line.
fn end_of(file: &mut File) -> io::Result<Vec<u8>> {
    let start = file.metadata()?.len().saturating_sub(END_BYTES_MAX);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if start > 0 {
        let first = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes.drain(..first);
    }
    Ok(bytes)
}

/// Takes the whole lines out of `bytes`.
fn take_lines(bytes: &mut Vec<u8>) -> Vec<String> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let taken: Vec<u8> = bytes.drain(..whole).collect();
    String::from_utf8_lossy(&taken).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Tail;

    #[test]
    fn it_follows_through_a_file_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(path.with_extension("log.1"), "0\n1\n").unwrap();
        std::fs::write(&path, "2\n3\nhal").unwrap();
        let (mut tail, lines) = Tail::open(&path, 3).unwrap();
        assert_eq!(lines, ["1", "2", "3"]);
        let mut writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        assert!(tail.more().unwrap().is_empty());
        writer.write_all(b"f\n").unwrap();
        assert_eq!(tail.more().unwrap(), ["half"]);
        writer.write_all(b"4\n").unwrap();
        std::fs::rename(&path, path.with_extension("log.1")).unwrap();
        writer.write_all(b"5\n").unwrap();
        assert_eq!(tail.more().unwrap(), ["4", "5"]);
        std::fs::write(&path, "6\n").unwrap();
        assert_eq!(tail.more().unwrap(), ["6"]);
        std::fs::write(&path, "").unwrap();
        assert!(tail.more().unwrap().is_empty());
        std::fs::write(&path, "7\n").unwrap();
        assert_eq!(tail.more().unwrap(), ["7"]);
    }

    #[test]
    fn of_a_large_file_only_the_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let text: String = (0..100_000).map(|n| format!("line {n}\n")).collect();
        std::fs::write(&path, text).unwrap();
        let (_, lines) = Tail::open(&path, 2).unwrap();
        assert_eq!(lines, ["line 99998", "line 99999"]);
    }
}
