//! What only this user may read or change: the state, the logs, the config.
//!
//! Whoever can write the config trades with it, and whoever can read the control file's
//! tokens orders the program about. So nothing is started on files that others may write,
//! and what the program writes is for its user alone.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};

use crate::config::Source;

/// Bits of a file's mode that let others write it.
const WRITABLE: u32 = 0o022;
/// Bits of a file's mode that let others do anything with it.
const OPEN: u32 = 0o077;

/// Where state and secrets lie.
const STATE: &str = "state";
const SECRETS: &str = ".env";

/// From here on, what this process makes is its user's alone, whatever the shell's mask is.
pub fn make_private() {
    umask(Mode::from_raw_mode(OPEN));
}

/// All that others may change or read, in words that say how to mend it. `live`: with real money.
#[must_use]
pub fn faults(source: &Source, logs: &Path, live: bool) -> Vec<String> {
    let mut faults = Vec::new();
    if let Source::Folder(folder) = source {
        faults.extend(changeable(folder));
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let read = |path: &Path| path.extension().is_some_and(|end| end == "toml" || end == "yaml");
        let files = entries.map(|entry| entry.path()).filter(|path| read(path));
        faults.extend(files.filter_map(|path| changeable(&path)));
    }
    faults.extend([Path::new(STATE), logs].into_iter().filter_map(changeable));
    if live {
        faults.extend(readable(Path::new(SECRETS)));
    }
    faults
}

/// Takes from others what they may do in the folder of the state, should they be able to.
///
/// # Errors
/// Its mode cannot be changed.
pub fn close_state() -> io::Result<()> {
    match Path::new(STATE).metadata() {
        Ok(about) if about.mode() & OPEN != 0 => {
            std::fs::set_permissions(STATE, std::fs::Permissions::from_mode(0o700))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Why somebody else could change this; none where nobody can, or where it is not there.
fn changeable(path: &Path) -> Option<String> {
    let about = path.metadata().ok()?;
    let (shown, own) = (path.display(), geteuid().as_raw());
    if about.uid() != own && about.uid() != 0 {
        return Some(format!(
            "`{shown}` belongs to another user (id {}): chown it to the one who trades",
            about.uid()
        ));
    }
    let writable = about.mode() & WRITABLE != 0;
    writable.then(|| {
        format!("`{shown}` can be changed by others (mode {:03o}): chmod go-w {shown}", about.mode() & 0o777)
    })
}

fn readable(path: &Path) -> Option<String> {
    let about = path.metadata().ok()?;
    let shown = path.display();
    let open = about.mode() & OPEN != 0;
    open.then(|| {
        format!(
            "`{shown}` can be read by others (mode {:03o}), and has secrets: chmod 600 {shown}",
            about.mode() & 0o777
        )
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{changeable, readable};

    #[test]
    fn what_others_may_do_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("supervisor.toml");
        assert_eq!((changeable(&file), readable(&file)), (None, None), "nothing is there");
        std::fs::write(&file, "").unwrap();
        let told = |mode: u32| {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            (changeable(&file).is_some(), readable(&file).is_some())
        };
        assert_eq!(
            [0o600, 0o640, 0o644, 0o664, 0o646, 0o666].map(told),
            [(false, false), (false, true), (false, true), (true, true), (true, true), (true, true)]
        );
        assert!(changeable(&file).unwrap().contains("chmod go-w "));
    }
}
