//! `state/control.json`: where the running program answers, and the tokens it asks for.

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
    /// What every request brings along: one of these.
    pub keys: Keys,
    /// The program's process.
    pub pid: u32,
}

/// What whoever asks may do. Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look.
    View,
    /// Pause, close, halt, compare.
    Trade,
    /// Release, arm, reload: what lets risk be taken.
    Admin,
}

/// One token for each role.
#[derive(Clone, Debug)]
pub struct Keys {
    view: SecretString,
    trade: SecretString,
    admin: SecretString,
}

impl Keys {
    fn fresh() -> io::Result<Keys> {
        Ok(Keys { view: token()?, trade: token()?, admin: token()? })
    }

    /// The token of a role.
    #[must_use]
    pub fn of(&self, role: Role) -> &SecretString {
        match role {
            Role::View => &self.view,
            Role::Trade => &self.trade,
            Role::Admin => &self.admin,
        }
    }
}

/// Text that nobody can guess.
fn token() -> io::Result<SecretString> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

#[derive(Serialize, Deserialize)]
struct Written {
    address: SocketAddr,
    /// May do everything; the commands of this folder use it.
    token: String,
    trade_token: String,
    view_token: String,
    pid: u32,
}

impl Door {
    /// A door of this process, with tokens that nobody can guess.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new(address: SocketAddr) -> io::Result<Door> {
        Ok(Door { address, keys: Keys::fresh()?, pid: std::process::id() })
    }

    /// Writes the file, readable by this user only.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let key = |role| self.keys.of(role).expose_secret().to_owned();
        let text = serde_json::to_string(&Written {
            address: self.address,
            token: key(Role::Admin),
            trade_token: key(Role::Trade),
            view_token: key(Role::View),
            pid: self.pid,
        })?;
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
        let Written { address, token, trade_token, view_token, pid } = serde_json::from_str(&text)?;
        let keys = Keys { view: view_token.into(), trade: trade_token.into(), admin: token.into() };
        Ok(Some(Door { address, keys, pid }))
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

    use super::{Door, Role};

    #[test]
    fn what_is_written_is_read_by_this_user_only_and_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/control.json");
        assert!(Door::read(&path).unwrap().is_none());
        let door = Door::new("127.0.0.1:1".parse().unwrap()).unwrap();
        door.write(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let read = Door::read(&path).unwrap().unwrap();
        let all = |door: &Door| {
            [Role::View, Role::Trade, Role::Admin].map(|role| door.keys.of(role).expose_secret().to_owned())
        };
        assert_eq!(all(&read), all(&door));
        let other = Door { pid: door.pid + 1, ..Door::new(door.address).unwrap() };
        let tokens: std::collections::BTreeSet<String> = all(&door).into_iter().chain(all(&other)).collect();
        assert_eq!((tokens.len(), tokens.iter().all(|token| token.len() == 64)), (6, true));
        other.remove(&path).unwrap();
        assert!(path.exists(), "it is not the other's");
        door.remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_token_is_never_shown() {
        let door = Door::new("127.0.0.1:1".parse().unwrap()).unwrap();
        let shown = format!("{door:?}");
        for role in [Role::View, Role::Trade, Role::Admin] {
            assert!(!shown.contains(door.keys.of(role).expose_secret()));
        }
    }
}
