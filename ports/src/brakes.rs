//! HALT and KILL: two files that a person sets and releases by name, whatever runs.
//!
//! A file holds over crashes and restarts, and needs nobody who answers. It is only looked for, never trusted to be
//! readable: one that cannot be read counts as there, and so does one that cannot be looked for.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where they lie, beside `control.json`, in the folder the supervisor was started in.
pub const FOLDER: &str = "state";
/// Characters of a line that are shown.
const SHOWN_MAX: usize = 200;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brake {
    /// Nothing opens; what is held is managed as ever.
    Halt,
    /// Nothing is sent at all.
    Kill,
}

impl Brake {
    /// Both.
    pub const ALL: [Brake; 2] = [Brake::Halt, Brake::Kill];
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Brake::Halt => "HALT",
            Brake::Kill => "KILL",
        })
    }
}

/// The two files of one folder. Cheap to clone; each look is a look at the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brakes {
    folder: PathBuf,
}

impl Brakes {
    /// Those in `folder`, which need not be there.
    #[must_use]
    pub fn of(folder: &Path) -> Brakes {
        // The folder stays the same one wherever the process goes; one that has no name keeps its own.
        Brakes { folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()) }
    }

    /// Where one of them lies.
    #[must_use]
    pub fn path(&self, brake: Brake) -> PathBuf {
        self.folder.join(brake.to_string())
    }

    /// True unless it is surely not there.
    #[must_use]
    pub fn is_set(&self, brake: Brake) -> bool {
        match std::fs::symlink_metadata(self.path(brake)) {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    /// Who set it, when and why; none where it is not set.
    #[must_use]
    pub fn words(&self, brake: Brake) -> Option<String> {
        if !self.is_set(brake) {
            return None;
        }
        Some(match std::fs::read(self.path(brake)) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let line = text.lines().next().unwrap_or_default();
                line.chars().filter(|letter| !letter.is_control()).take(SHOWN_MAX).collect()
            }
            // Released between the two looks.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => format!("set; its file cannot be read ({error})"),
        })
    }

    /// Sets it, on disk when this returns, with `line` in its file; one that is set already stays as it is. Answers
    /// whether it is new.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn set(&self, brake: Brake, line: &str) -> io::Result<bool> {
        if self.is_set(brake) {
            return Ok(false);
        }
        std::fs::create_dir_all(&self.folder)?;
        let made =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path(brake));
        let mut file = match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            made => made?,
        };
        // It is set from here on, whatever becomes of its words.
        writeln!(file, "{}", line.replace(['\n', '\r'], " "))?;
        file.sync_all()?;
        std::fs::File::open(&self.folder)?.sync_all()?;
        Ok(true)
    }

    /// Releases it; answers whether it was set.
    ///
    /// # Errors
    /// The file cannot be removed: it stays set.
    pub fn release(&self, brake: Brake) -> io::Result<bool> {
        match std::fs::remove_file(self.path(brake)) {
            Ok(()) => std::fs::File::open(&self.folder)?.sync_all().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Brake, Brakes};

    #[test]
    fn one_is_set_once_read_and_released() {
        let folder = tempfile::tempdir().unwrap();
        let brakes = Brakes::of(&folder.path().join("state"));
        assert_eq!((brakes.is_set(Brake::Kill), brakes.words(Brake::Kill)), (false, None));
        assert!(!brakes.release(Brake::Kill).unwrap());
        assert!(brakes.set(Brake::Kill, "ann, now:\nfire").unwrap());
        assert!(!brakes.set(Brake::Kill, "bob, later").unwrap(), "the first words stay");
        assert_eq!(brakes.words(Brake::Kill).as_deref(), Some("ann, now: fire"));
        assert_eq!(brakes.path(Brake::Kill).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!brakes.is_set(Brake::Halt), "each has a file of its own");
        assert!(brakes.release(Brake::Kill).unwrap());
        assert!(!brakes.is_set(Brake::Kill));
    }

    #[test]
    fn what_cannot_be_read_or_looked_for_counts_as_there() {
        let folder = tempfile::tempdir().unwrap();
        let brakes = Brakes::of(folder.path());
        std::fs::create_dir(brakes.path(Brake::Halt)).unwrap();
        assert!(brakes.is_set(Brake::Halt) && brakes.words(Brake::Halt).unwrap().contains("cannot be read"));
        std::os::unix::fs::symlink("nowhere", brakes.path(Brake::Kill)).unwrap();
        assert!(brakes.is_set(Brake::Kill), "a link to nothing is there");
        std::fs::write(folder.path().join("state"), "a file in place of the folder").unwrap();
        let odd = Brakes::of(&folder.path().join("state"));
        assert!(odd.is_set(Brake::Kill) && odd.release(Brake::Kill).is_err());
    }
}
