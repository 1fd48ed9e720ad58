//! A journal that keeps nothing: for tests that need one and no disk.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use engine::Record;

/// Records in memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) records: Vec<Record>,
    meta: Mutex<BTreeMap<String, String>>,
}

impl Memory {
    /// Takes in `records`; answers with their sums, of which it keeps none.
    pub(super) fn extend(&mut self, records: &[Record]) -> Vec<u32> {
        self.records.extend(records.iter().cloned());
        vec![0; records.len()]
    }

    pub(super) fn remember(&self, name: &str, fresh: &str) -> String {
        let mut meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        meta.entry(name.to_owned()).or_insert_with(|| fresh.to_owned()).clone()
    }
}
