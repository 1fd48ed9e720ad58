//! The journal: what was decided, in one order, on disk before anything leaves.
//!
//! Appending is the only way to turn a request into a [`Written`] one, and the broker
//! takes nothing else. The journal numbers the records; their order is *the* order.
//!
//! Each record is chained to the one before it, so that one which was changed, moved or
//! left out is found by its number.
//!
//! Read next: `open` ([`Journal`]), [`verify`]; then `sqlite`, where it lies.

mod archive;
mod base;
mod copy;
mod epochs;
mod lock;
#[cfg(feature = "testing")]
mod memory;
mod meta;
mod open;
mod row;
mod schema;
pub mod snapshot;
mod sqlite;
pub mod verify;

use std::borrow::Borrow;
use std::path::PathBuf;

use engine::{Body, Now, Record, Request, TickerKey};

pub use open::Journal;
pub use snapshot::sum;

/// A record before it has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// When it was decided.
    pub at: Now,
    /// The ticker it is about; none for the account's own.
    pub ticker: Option<TickerKey>,
    /// What it says.
    pub body: Body,
}

/// A request that the journal holds. Only the journal makes one; it cannot be copied,
/// made from nothing, or read from a file.
///
/// Whoever is handed one may read the request:
/// ```
/// fn read(written: &ports::journal::Written<engine::Request>) -> &engine::Request {
///     std::borrow::Borrow::borrow(written)
/// }
/// ```
/// but cannot make one:
/// ```compile_fail
/// fn forge(request: engine::Request) -> ports::journal::Written<engine::Request> {
///     ports::journal::Written(request)
/// }
/// ```
/// nor a second one from the first:
/// ```compile_fail
/// fn twice(written: &ports::journal::Written<engine::Request>) -> ports::journal::Written<engine::Request> {
///     written.clone()
/// }
/// ```
#[derive(Debug)]
pub struct Written<R>(R);

impl Borrow<Request> for Written<Request> {
    fn borrow(&self) -> &Request {
        &self.0
    }
}

/// What became of a draft: a record, and for a request also the proof of it.
#[derive(Debug)]
pub struct Committed {
    /// The record as it stands on disk.
    pub record: Record,
    /// Its sum, in which those of all before it are.
    pub sum: u32,
    /// The proof, where the record is a request.
    pub request: Option<Written<Request>>,
}

/// One life of the process.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Epoch {
    /// Which, from 1; 0 is what a journal holds from before lives were counted.
    pub number: u32,
    /// The number that its first record has, or would have had.
    pub first: u64,
    /// That of its last one; none for a life that did not end in order.
    pub last: Option<u64>,
    /// The version of the program.
    pub build: String,
    /// When it began, by the wall.
    pub opened: String,
}

/// When a commit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Synced to the disk: a power cut loses nothing.
    #[default]
    Power,
    /// Handed to the operating system: a crash of the program loses nothing.
    Process,
}

/// Why the journal cannot be used. None of these may be traded through.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or the lock file cannot be made, or not be emptied.
    #[error("failed to make or empty the journal's folder `{path}`")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("the journal `{path}` is in use by another process; stop that one first")]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// There is none.
    #[error("there is no journal in `{path}`")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It cannot be copied.
    #[error("failed to copy the journal `{path}`")]
    Copy {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not the one that was here last.
    #[error(
        "the journal `{path}` knows {known} lives of the program, {begun} have begun here: it is lost, or an older one \
         was put in its place; put the right one back, or, once the account is flat, use another [journal] folder"
    )]
    Behind {
        /// Which.
        path: PathBuf,
        /// The lives that it knows.
        known: u32,
        /// The lives that there were.
        begun: u32,
    },
    /// Whose it is, it does not say as it was written.
    #[error(
        "what the journal `{path}` says of its account and of the mark of its orders is not what was written; put the \
         right one back, or, once the account is flat, use another [journal] folder"
    )]
    Owner {
        /// Which.
        path: PathBuf,
    },
    /// Records at its end are gone.
    #[error(
        "the journal `{path}` ends with record {last}, and record {told} was written; put the right one back, or, once \
         the account is flat, use another [journal] folder"
    )]
    Short {
        /// Which.
        path: PathBuf,
        /// Its last record.
        last: u64,
        /// The last one that it says was written.
        told: u64,
    },
    /// A record is not what was written.
    #[error(
        "record {seq} of the journal `{path}` {what}; put the right journal \
         back, or, once the account is flat, use another [journal] folder"
    )]
    Broken {
        /// Which.
        path: PathBuf,
        /// Its number.
        seq: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// What `compact` kept is not of this program.
    #[error(
        "this program cannot read what was kept of the records that were taken out of the journal `{path}`, and their \
         archive is not beside it; put the archive back, or use the program that compacted it"
    )]
    Kept {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The file itself is damaged.
    #[error("the file of the journal `{path}` is damaged: {told}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        told: String,
    },
    /// The database refused.
    #[error("failed to {what} the journal `{path}`")]
    Database {
        /// What was tried.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A record cannot be written or read as text.
    #[error("record {seq} of the journal `{path}` is unreadable")]
    Record {
        /// Its number.
        seq: u64,
        /// Which journal.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It was written by another version of this program.
    #[error(
        "the journal `{path}` has schema {found}, this program knows {known}; use the program that wrote it, or, \
         once its account is flat, another [journal] folder"
    )]
    Schema {
        /// Which.
        path: PathBuf,
        /// The schema on disk.
        found: i64,
        /// The one known here.
        known: i64,
    },
    /// It belongs to another account.
    #[error(
        "the journal `{path}` is of account {found}, the broker's account is {wanted}; use another [journal] folder"
    )]
    Account {
        /// Which.
        path: PathBuf,
        /// The account on disk.
        found: String,
        /// The account at the broker.
        wanted: String,
    },
}
