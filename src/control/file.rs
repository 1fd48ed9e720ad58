//! `state/control.json`: where the running program answers, and the token it asks for.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// Where it lies, in the folder the program was started in.
pub const PATH: &str = "state/control.json";

/// Bytes of a token, before they are written as text.
const TOKEN_BYTES: usize = 32;

/// What the file says.
#[derive(Debug)]
pub struct Door {
    /// Where the program answers.
    pub address: SocketAddr,
    /// What every request brings along.
    pub token: SecretString,
    /// The program's process.
    pub pid: u32,
}

#[derive(Serialize, Deserialize)]
struct Written {
    address: SocketAddr,
    token: String,
    pid: u32,
}

impl Door {
    /// A door of this process, with a token that nobody can guess.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new(address: SocketAddr) -> io::Result<Door> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Door { address, token: token.into(), pid: std::process::id() })
    }

    /// Writes the file, readable by this user only.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let token = self.token.expose_secret().to_owned();
        let text = serde_json::to_string(&Written { address: self.address, token, pid: self.pid })?;
        // A file of its own and a rename: nobody reads half a file, and the mode of one
        // that lay there before does not matter.
        let fresh = path.with_extension("json.new");
        remove(&fresh)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&fresh, path)
    }

    /// Reads the file; none where there is none.
    ///
    /// # Errors
    /// It cannot be read, or says something else.
    pub fn read(path: &Path) -> io::Result<Option<Door>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Written { address, token, pid } = serde_json::from_str(&text)?;
        Ok(Some(Door { address, token: token.into(), pid }))
    }

    /// Removes the file, unless another program has put its own there.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        match Door::read(path) {
            Ok(Some(there)) if there.pid != self.pid => Ok(()),
            _ => remove(path),
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::Door;

    #[test]
    fn what_is_written_is_read_by_this_user_only_and_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/control.json");
        assert!(Door::read(&path).unwrap().is_none());
        let door = Door::new("127.0.0.1:1".parse().unwrap()).unwrap();
        door.write(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let read = Door::read(&path).unwrap().unwrap();
        assert_eq!(read.token.expose_secret(), door.token.expose_secret());
        assert_eq!(read.token.expose_secret().len(), 64);
        let other = Door { pid: door.pid + 1, ..Door::new(door.address).unwrap() };
        assert_ne!(other.token.expose_secret(), door.token.expose_secret());
        other.remove(&path).unwrap();
        assert!(path.exists(), "it is not the other's");
        door.remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_token_is_never_shown() {
        let door = Door::new("127.0.0.1:1".parse().unwrap()).unwrap();
        assert!(!format!("{door:?}").contains(door.token.expose_secret()));
    }
}
