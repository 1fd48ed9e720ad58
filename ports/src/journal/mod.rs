//! The journal: what was decided, in one order, on disk before anything leaves.
//!
//! Appending is the only way to turn a request into a [`Written`] one, and the broker
//! takes nothing else. The journal numbers the records; their order is *the* order.
//!
//! Read next: [`sqlite`].

mod sqlite;

use std::borrow::Borrow;
use std::path::PathBuf;

use engine::{Body, Now, Record, Request, TickerKey};

pub use sqlite::Journal;

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
    /// The proof, where the record is a request.
    pub request: Option<Written<Request>>,
}

/// When a commit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
