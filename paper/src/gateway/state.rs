//! The account's file: read once at the start, then written whole whenever the account changed.
//!
//! It is replaced in one step, so that a reader finds the old account or the new one and never half of one. A file that
//! is another account's, of another market, or not whole is refused and left as it is; only a missing one is made.
//!
//! Read next: [`session::saved`](crate::session::saved) for what is in it.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::gateway::Options;
use crate::session::Desk;
use crate::session::saved::{BadWords, Saved};

/// The shape of the file; another number is another shape.
pub const SCHEMA: u32 = 2;

/// Why an account's file is not used, and what would mend it.
#[derive(Debug, thiserror::Error)]
pub enum BadState {
    /// It is there and cannot be read.
    #[error(
        "failed to read the account's file `{path}`; let this user read it, or name another with --state"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Error,
    },
    /// It cannot be written.
    #[error("failed to write the account's file `{path}`; its folder must be there, writable and not full")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Error,
    },
    /// Another gateway writes it.
    #[error(
        "the account's file `{path}` is in use by another gateway; stop that one, or name another with --state"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It ends in the middle, or is something else.
    #[error(
        "the account's file `{path}` is not whole; put a good copy in its place, or name another with --state"
    )]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// What was found.
        source: serde_json::Error,
    },
    /// The words of one of its orders are damaged.
    #[error(
        "the account's file `{path}` is damaged; put a good copy in its place, or name another with --state"
    )]
    Words {
        /// The file.
        path: PathBuf,
        /// Which.
        source: BadWords,
    },
    /// Another version wrote it.
    #[error(
        "the account's file `{path}` has schema {found}, this gateway knows {SCHEMA}; use the gateway that wrote it, or \
         name another with --state"
    )]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its number.
        found: u32,
    },
    /// It holds another account, or one of another market.
    #[error(
        "the account's file `{path}` has {what} `{found}`, asked for is `{asked}`; start with {option}, or name another \
         file with --state"
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// The file's.
        found: String,
        /// The options'.
        asked: String,
        /// What would make them one.
        option: String,
    },
}

impl From<BadState> for Error {
    fn from(bad: BadState) -> Error {
        let kind = match &bad {
            BadState::Read { source, .. } | BadState::Write { source, .. } => source.kind(),
            BadState::InUse { .. } => ErrorKind::ResourceBusy,
            _ => ErrorKind::InvalidData,
        };
        let why = std::error::Error::source(&bad).map(|source| format!(": {source}"));
        Error::new(kind, format!("{bad}{}", why.unwrap_or_default()))
    }
}

/// Whose account it is, and on which market it trades.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct World {
    account: String,
    currency: String,
    seed: u64,
    start: NaiveDate,
    walks: BTreeMap<String, Decimal>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    schema: u32,
    world: World,
    desk: Saved,
}

/// All that is asked of a file before the rest is believed.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

/// The file of a running gateway, which nobody else writes.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    world: World,
    /// What the file holds: the desk's changes and the market's time.
    held: Option<(u64, DateTime<Utc>)>,
    /// Released by the system, however the process ends.
    _lock: File,
}

impl StateFile {
    /// Takes the file for this gateway, and gives what it holds; nothing if it is not there yet. Where it is, the
    /// market's start becomes the saved one's.
    ///
    /// # Errors
    /// It is in use, cannot be read, or does not fit the options.
    pub fn open(path: &Path, options: &mut Options) -> Result<(StateFile, Option<Saved>), BadState> {
        let path = path.to_owned();
        let lock = lock(&path)?;
        let mut world = world_of(options);
        let found = read(&path)?;
        if let Some(content) = &found {
            check(&path, &content.world, &world)?;
            options.market.start = content.world.start;
            world.start = content.world.start;
        }
        let file = StateFile { path, world, held: None, _lock: lock };
        Ok((file, found.map(|content| content.desk)))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the desk if its account is another one than the file's.
    ///
    /// # Errors
    /// It cannot be written; the file holds what it held before.
    pub fn keep(&mut self, desk: &Desk) -> Result<(), BadState> {
        let changes = desk.exchange().changes();
        if self.held.is_some_and(|(held, _)| held == changes) {
            return Ok(());
        }
        self.write(desk)
    }

    /// Writes the desk if anything at all is different, the market's time included.
    ///
    /// # Errors
    /// It cannot be written; the file holds what it held before.
    pub fn keep_time(&mut self, desk: &Desk) -> Result<(), BadState> {
        let exchange = desk.exchange();
        if self.held == Some((exchange.changes(), exchange.now())) {
            return Ok(());
        }
        self.write(desk)
    }

    fn write(&mut self, desk: &Desk) -> Result<(), BadState> {
        let content = Content { schema: SCHEMA, world: self.world.clone(), desk: desk.save() };
        let bytes = serde_json::to_vec(&content).map_err(Error::from);
        let written = bytes.and_then(|bytes| replace(&self.path, &bytes));
        written.map_err(|source| BadState::Write { path: self.path.clone(), source })?;
        self.held = Some((desk.exchange().changes(), desk.exchange().now()));
        Ok(())
    }
}

fn world_of(options: &Options) -> World {
    World {
        account: options.account.id.clone(),
        currency: options.account.currency.clone(),
        seed: options.market.seed,
        start: options.market.start,
        walks: options.market.walks.clone(),
    }
}

/// The file itself is replaced at each writing, so that the lock lies beside it.
fn lock(path: &Path) -> Result<File, BadState> {
    let failed = |source| BadState::Write { path: path.to_owned(), source };
    let file = File::create(beside(path, ".lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BadState::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn read(path: &Path) -> Result<Option<Content>, BadState> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BadState::Read { path: path.to_owned(), source }),
    };
    let not_whole = |source| BadState::NotWhole { path: path.to_owned(), source };
    let head: Head = serde_json::from_slice(&bytes).map_err(not_whole)?;
    if head.schema != SCHEMA {
        return Err(BadState::Schema { path: path.to_owned(), found: head.schema });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(not_whole)
}

fn check(path: &Path, found: &World, asked: &World) -> Result<(), BadState> {
    let (their_walks, our_walks) = (walks(found), walks(asked));
    let seeds = (found.seed.to_string(), asked.seed.to_string());
    let all = [
        ("account", &found.account, &asked.account, format!("--account {}", found.account)),
        ("currency", &found.currency, &asked.currency, format!("an account in {}", found.currency)),
        ("seed", &seeds.0, &seeds.1, format!("--seed {}", found.seed)),
        ("walks", &their_walks, &our_walks, walk_options(found)),
    ];
    match all.into_iter().find(|(_, found, asked, _)| found != asked) {
        None => Ok(()),
        Some((what, found, asked, option)) => {
            let (found, asked) = (found.clone(), asked.clone());
            Err(BadState::Other { path: path.to_owned(), what, found, asked, option })
        }
    }
}

fn walks(world: &World) -> String {
    let all: Vec<String> = world.walks.iter().map(|(symbol, price)| format!("{symbol}={price}")).collect();
    all.join(" ")
}

fn walk_options(world: &World) -> String {
    let all = world.walks.iter().map(|(symbol, price)| format!("--walk {symbol}={price}"));
    let all: Vec<String> = all.collect();
    if all.is_empty() { "no --walk".to_owned() } else { all.join(" ") }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let draft = beside(path, ".tmp");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    sync_folder(path)
}

/// Without it a power cut may bring the old file back.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
