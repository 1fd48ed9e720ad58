//! The keeper: lives through the records beside those who trade, and writes snapshots.
//!
//! It has a thread of its own, off the road of an order. A snapshot that cannot be written
//! costs time at the next start and nothing else, so it is said and passed over.
//!
//! What the records tell people ([`Dossiers`]) is a part of the memory, so that it comes back as fast as the rest; a copy
//! that lives through the same records is on the board.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::NaiveDate;
use engine::{Body, Dossiers, Input, Record};
use ports::journal::snapshot::{self, Of};
use ports::journal::{Journal, JournalError};

use crate::board::Board;
use crate::journal::chain;
use crate::message::{Recall, Tell};
use crate::recovery::{Memory, Terms};
use crate::streams;

const NAME: &str = "keeper";

/// Records after which another snapshot is written; few in tests, which end the process while
/// it is.
const EVERY: u64 = if cfg!(feature = "testing") { 20 } else { 20_000 };

/// What it hears, in the journal's order.
#[derive(Debug)]
pub enum Heard {
    /// A record that is on disk, with its sum.
    Record(Box<Record>, u32),
    /// Somebody asks what a ticker was by then.
    Recall(Recall),
}

/// Where records go to be lived through.
#[derive(Debug)]
pub struct Keeper {
    records: Sender<Heard>,
    thread: JoinHandle<()>,
}

/// What lives on the thread.
struct Kept {
    folder: PathBuf,
    memory: Memory,
    /// Where people see what the records tell them.
    board: Arc<Board>,
    terms: u32,
    /// The sum of the newest record.
    sum: u32,
    written: u64,
}

/// What the journal says that everybody was, by the newest snapshot and the records after it.
/// The second number is the snapshot's; 0 where none served.
///
/// # Errors
/// The journal cannot be read, or is not what was written.
pub fn remember(journal: &Journal, terms: &Terms) -> Result<(Memory, u64), JournalError> {
    let (mut memory, from) = match newest(journal, terms)? {
        Some(memory) => {
            let seq = memory.seq();
            (memory, seq)
        }
        None => (first(journal, terms)?, 0),
    };
    journal.each_after(memory.seq(), |record| memory.apply(&record))?;
    Ok((memory, from))
}

/// What the records of the journal up to the one numbered `to` make of everybody, whatever
/// snapshots there are.
///
/// # Errors
/// The journal cannot be read, or is not what was written.
pub fn fold(journal: &Journal, terms: &Terms, to: u64) -> Result<Memory, JournalError> {
    let mut memory = first(journal, terms)?;
    journal.each_after(memory.seq(), |record| {
        if record.seq <= to {
            memory.apply(&record);
        }
    })?;
    Ok(memory)
}

/// What the records of the journal up to the end of a day told people by then. Nothing else is made of them, so it is
/// quicker than [`fold`].
///
/// # Errors
/// The journal cannot be read, or is not what was written.
pub fn told_until(journal: &Journal, terms: &Terms, day: NaiveDate) -> Result<Dossiers, JournalError> {
    let memory = first(journal, terms)?;
    let mut dossiers = memory.dossiers().clone();
    journal.each_after(memory.seq(), |record| dossiers.apply_until(day, &record))?;
    Ok(dossiers)
}

/// What the newest snapshot under these terms says; none where there is none.
///
/// # Errors
/// The journal cannot be read.
pub fn newest(journal: &Journal, terms: &Terms) -> Result<Option<Memory>, JournalError> {
    let kept = snapshot::newest(journal, terms.digest())?;
    let memory = kept.and_then(|(_, body)| serde_json::from_slice::<Memory>(&body).ok());
    Ok(memory.map(|memory| memory.resume(terms)))
}

/// Everybody before the first record that the journal holds. What another program kept of those before, and this one
/// cannot read, is made again of their archive.
fn first(journal: &Journal, terms: &Terms) -> Result<Memory, JournalError> {
    let Some(body) = journal.base()? else { return Ok(Memory::new(terms)) };
    match serde_json::from_slice::<Memory>(&body) {
        Ok(kept) => Ok(kept.resume(terms)),
        Err(source) => match journal.archive_of_base()? {
            Some((archive, to)) => fold(&archive, terms, to),
            None => Err(JournalError::Kept { path: journal.path(), source }),
        },
    }
}

impl Keeper {
    /// Starts the thread, with what everybody is after the newest record of `journal`;
    /// `written` is the newest snapshot's number.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn start(
        journal: &Journal,
        memory: Memory,
        terms: &Terms,
        written: u64,
        board: Arc<Board>,
    ) -> Result<Keeper, JournalError> {
        let path = journal.path();
        let folder = path.parent().unwrap_or(&path).to_owned();
        let sum = journal.sum_of(memory.seq())?.unwrap_or_default();
        board.begin_dossiers(memory.dossiers().clone());
        let kept = Kept { folder, memory, board, terms: terms.digest(), sum, written };
        let (records, waiting) = channel();
        let thread = std::thread::spawn(move || kept.live(&waiting));
        Ok(Keeper { records, thread })
    }

    /// Where to send each record, once it is on disk, and who asks what they made of a ticker.
    #[must_use]
    pub fn ear(&self) -> Sender<Heard> {
        self.records.clone()
    }

    /// Waits until all is kept; false if that takes longer than `patience`: the next start reads more
    /// records then. Every other ear must be gone.
    pub fn stop(self, patience: Duration) -> bool {
        let Keeper { records, thread } = self;
        drop(records);
        let (ended, kept) = channel();
        std::thread::spawn(move || {
            // One that panicked has kept what it has kept.
            let _ = thread.join();
            let _ = ended.send(());
        });
        kept.recv_timeout(patience).is_ok()
    }
}

impl Kept {
    fn live(mut self, waiting: &Receiver<Heard>) {
        self.write_if(EVERY);
        while let Ok(heard) = waiting.recv() {
            match heard {
                Heard::Record(record, sum) => {
                    self.memory.apply(&record);
                    self.board.tell(&record);
                    self.sum = sum;
                    self.write_if(EVERY);
                }
                Heard::Recall(Recall { settings, to }) => {
                    let made = catch_unwind(AssertUnwindSafe(|| self.memory.recall(*settings)));
                    to.do_send(Tell::Recalled(made.ok().map(Box::new)));
                }
            }
        }
        self.write_if(1);
    }

    /// Writes a snapshot, if the last one is so many records old.
    fn write_if(&mut self, age: u64) {
        if self.memory.seq() - self.written < age {
            return;
        }
        self.written = self.memory.seq();
        let build = env!("CARGO_PKG_VERSION").to_owned();
        let of = Of { seq: self.memory.seq(), sum: self.sum, build, terms: self.terms };
        let written = serde_json::to_vec(&self.memory)
            .map_err(std::io::Error::from)
            .and_then(|body| snapshot::write(&self.folder, &of, &body));
        match written {
            Ok(()) => tracing::debug!(actor = NAME, "snapshot of record {}", of.seq),
            Err(error) => {
                tracing::warn!(target: streams::ERRORS, actor = NAME, "no snapshot: {}", chain(&error));
            }
        }
    }
}

/// What a keeper needs of a record: what a ticker was told changes nobody, but its number and
/// its time count.
#[must_use]
pub fn needed(record: &Record) -> Record {
    let body = match &record.body {
        Body::Input(_) => Body::Input(Input::Quote),
        body => body.clone(),
    };
    Record { seq: record.seq, at: record.at, ticker: record.ticker.clone(), body }
}
