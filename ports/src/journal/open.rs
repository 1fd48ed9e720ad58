//! An open journal: numbers what is written, and reads it again link by link.

use std::path::{Path, PathBuf};

use engine::{Body, Installation, Record};
use rusqlite::Connection;

#[cfg(feature = "testing")]
use super::memory::Memory;
use super::row::Row;
use super::sqlite::Sqlite;
use super::{Committed, Draft, Durability, Epoch, JournalError, Written};

/// An open journal. Exactly one process has it.
#[derive(Debug)]
pub struct Journal {
    store: Store,
}

/// Where the records are.
#[derive(Debug)]
enum Store {
    Sqlite(Sqlite),
    #[cfg(feature = "testing")]
    Memory(Memory),
}

impl Journal {
    /// Opens the journal in `folder`, making it if there is none.
    ///
    /// # Errors
    /// Another process has it, it cannot be read, records of it are gone, or a newer program
    /// wrote it.
    pub fn open(folder: &Path, durability: Durability) -> Result<Journal, JournalError> {
        Ok(Journal { store: Store::Sqlite(Sqlite::open(folder, durability)?) })
    }

    /// Opens the journal in `folder` to look at it; nothing can be appended.
    ///
    /// # Errors
    /// As [`Journal::open`], and there is none.
    pub fn look(folder: &Path) -> Result<Journal, JournalError> {
        Ok(Journal { store: Store::Sqlite(Sqlite::look(folder)?) })
    }

    /// A journal that ends with the process.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn in_memory() -> Journal {
        Journal { store: Store::Memory(Memory::default()) }
    }

    /// Removes the journal in `folder` with all it holds; one that a process has open stays.
    ///
    /// # Errors
    /// It is in use, or cannot be removed.
    pub fn erase(folder: &Path) -> Result<(), JournalError> {
        let _lock = super::lock::Lock::make(folder)?;
        std::fs::remove_dir_all(folder)
            .map_err(|source| JournalError::Folder { path: folder.to_owned(), source })
    }

    /// The mark of our orders: the first call's `mark`, for ever.
    ///
    /// # Errors
    /// The file cannot be read, or what it has there is no mark.
    pub fn installation(&self, mark: u64) -> Result<Installation, JournalError> {
        let known = self.remember("installation", &Installation::from_number(mark).to_string())?;
        known.parse().map_err(|_| JournalError::Owner { path: self.path() })
    }

    /// The mark of our orders, if it has one yet.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn mark(&self) -> Result<Option<Installation>, JournalError> {
        match &self.store {
            Store::Sqlite(store) => Ok(store.known("installation")?.and_then(|mark| mark.parse().ok())),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(None),
        }
    }

    /// What the records made of everybody that were taken out; none where none was.
    ///
    /// # Errors
    /// The file cannot be read, or that is not what was written.
    pub fn base(&self) -> Result<Option<Vec<u8>>, JournalError> {
        match &self.store {
            Store::Sqlite(store) => store.base_body(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(None),
        }
    }

    /// Takes out the records up to the one numbered `to`, of which `body` is kept.
    ///
    /// # Errors
    /// The disk refuses; all records are there then.
    pub fn take_out(&mut self, to: u64, body: &[u8]) -> Result<(), JournalError> {
        match &mut self.store {
            Store::Sqlite(store) => store.take_out(to, body),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(()),
        }
    }

    /// The last record that was taken out, and its sum; none where none was.
    pub(super) fn base_link(&self) -> Option<(u64, u32)> {
        match &self.store {
            Store::Sqlite(store) => store.base,
            #[cfg(feature = "testing")]
            Store::Memory(_) => None,
        }
    }

    /// The database; none for one in memory.
    pub(super) fn connection(&self) -> Option<&Connection> {
        match &self.store {
            Store::Sqlite(store) => Some(&store.connection),
            #[cfg(feature = "testing")]
            Store::Memory(_) => None,
        }
    }

    /// Ties the journal to an account, for ever.
    ///
    /// # Errors
    /// It belongs to another account.
    pub fn belong(&self, account: &str) -> Result<(), JournalError> {
        let found = self.remember("account", account)?;
        if found == account {
            return Ok(());
        }
        Err(JournalError::Account { path: self.path(), found, wanted: account.to_owned() })
    }

    /// Writes `drafts` in one transaction and numbers them. When this returns, they are
    /// as durable as the journal was opened for.
    ///
    /// # Errors
    /// Nothing was written; trading must end.
    pub fn append(&mut self, drafts: Vec<Draft>) -> Result<Vec<Committed>, JournalError> {
        let first = self.last() + 1;
        let records: Vec<Record> = drafts
            .into_iter()
            .zip(first..)
            .map(|(Draft { at, ticker, body }, seq)| Record { seq, at, ticker, body })
            .collect();
        let sums = match &mut self.store {
            Store::Sqlite(store) => store.insert(&records)?,
            #[cfg(feature = "testing")]
            Store::Memory(store) => store.extend(&records),
        };
        Ok(records.into_iter().zip(sums).map(|(record, sum)| committed(record, sum)).collect())
    }

    /// Work that may wait until nothing else does.
    ///
    /// # Errors
    /// The disk refuses; trading must end.
    pub fn tidy_up(&mut self) -> Result<(), JournalError> {
        match &mut self.store {
            Store::Sqlite(store) => store.checkpoint(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(()),
        }
    }

    /// All records, oldest first.
    ///
    /// # Errors
    /// As [`Journal::each_after`].
    pub fn read(&self) -> Result<Vec<Record>, JournalError> {
        let mut records = Vec::new();
        self.each_after(0, |record| records.push(record))?;
        Ok(records)
    }

    /// Each record after the one numbered `after`, oldest first; those that were taken out are
    /// passed over.
    ///
    /// # Errors
    /// The file cannot be read, or a record in it is not what was written.
    pub fn each_after(&self, after: u64, mut each: impl FnMut(Record)) -> Result<(), JournalError> {
        match &self.store {
            Store::Sqlite(store) => {
                let after = after.max(store.base());
                let mut chain = Chain::after(after, store)?;
                store.rows(after, |row| {
                    chain.follow(&row)?;
                    each(row.record(store.path())?);
                    Ok(())
                })
            }
            #[cfg(feature = "testing")]
            Store::Memory(store) => {
                store.records.iter().filter(|record| record.seq > after).cloned().for_each(each);
                Ok(())
            }
        }
    }

    /// The number of the newest record; 0 where there is none.
    #[must_use]
    pub fn last(&self) -> u64 {
        match &self.store {
            Store::Sqlite(store) => store.last(),
            #[cfg(feature = "testing")]
            Store::Memory(store) => store.records.len() as u64,
        }
    }

    /// The sum of the record numbered `seq`; none where there is no such record.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn sum_of(&self, seq: u64) -> Result<Option<u32>, JournalError> {
        match &self.store {
            Store::Sqlite(store) => store.sum_of(seq),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(None),
        }
    }

    /// The lives of the process that it knows, oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn epochs(&self) -> Result<Vec<Epoch>, JournalError> {
        match &self.store {
            Store::Sqlite(store) => store.epochs(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(Vec::new()),
        }
    }

    /// The life of the process that writes now; 0 where it is only looked at.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        match &self.store {
            Store::Sqlite(store) => store.epoch(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => 1,
        }
    }

    /// What SQLite itself finds wrong with the file, in its words.
    pub(super) fn damage(&self) -> Result<Vec<String>, JournalError> {
        match &self.store {
            Store::Sqlite(store) => store.damage(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => Ok(Vec::new()),
        }
    }

    fn remember(&self, name: &str, fresh: &str) -> Result<String, JournalError> {
        match &self.store {
            Store::Sqlite(store) => store.remember(name, fresh),
            #[cfg(feature = "testing")]
            Store::Memory(store) => Ok(store.remember(name, fresh)),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match &self.store {
            Store::Sqlite(store) => store.path().to_owned(),
            #[cfg(feature = "testing")]
            Store::Memory(_) => PathBuf::new(),
        }
    }
}

/// What the next row has to follow.
struct Chain {
    path: PathBuf,
    last: u64,
    sum: u32,
}

impl Chain {
    fn after(seq: u64, store: &Sqlite) -> Result<Chain, JournalError> {
        let path = store.path().to_owned();
        match store.sum_of(seq)? {
            Some(sum) => Ok(Chain { path, last: seq, sum }),
            None => Err(JournalError::Broken { path, seq, what: "is missing" }),
        }
    }

    fn follow(&mut self, row: &Row) -> Result<(), JournalError> {
        let broken = |seq, what| Err(JournalError::Broken { path: self.path.clone(), seq, what });
        if row.seq != self.last + 1 {
            return broken(self.last + 1, "is missing");
        }
        if row.sum != row.sum_after(self.sum) {
            return broken(row.seq, "is not what was written: its checksum does not agree");
        }
        (self.last, self.sum) = (row.seq, row.sum);
        Ok(())
    }
}

fn committed(record: Record, sum: u32) -> Committed {
    let request = match &record.body {
        Body::Request(request) => Some(Written(request.clone())),
        _ => None,
    };
    Committed { record, sum, request }
}
