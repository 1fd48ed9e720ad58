//! What a soak says at its end.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::histogram::Histogram;

/// The whole soak in numbers.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) seed: u64,
    pub(super) seconds: u64,
    pub(super) tickers: usize,
    pub(super) kills: bool,
    /// Troubles by name.
    pub(super) injected: BTreeMap<&'static str, u64>,
    pub(super) audits: u64,
    pub(super) executions: usize,
    pub(super) records: usize,
    pub(super) exposures: Histogram,
    /// Second of the soak, and KiB of the program then running.
    pub(super) memory: Vec<(u64, u64)>,
    pub(super) breaches: Vec<String>,
    /// The command that does it again.
    pub(super) repeat: String,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ms = |percent| self.exposures.percentile(percent).map(|span| span.as_micros() as f64 / 1_000.0);
        let mut report = serializer.serialize_struct("Report", 14)?;
        report.serialize_field("seed", &self.seed)?;
        report.serialize_field("seconds", &self.seconds)?;
        report.serialize_field("tickers", &self.tickers)?;
        report.serialize_field("injected", &self.injected)?;
        report.serialize_field("audits", &self.audits)?;
        report.serialize_field("executions", &self.executions)?;
        report.serialize_field("records", &self.records)?;
        report.serialize_field("exposures", &self.exposures.count())?;
        report.serialize_field("exposure_p50_ms", &ms(50))?;
        report.serialize_field("exposure_p99_ms", &ms(99))?;
        report.serialize_field("exposure_max_ms", &ms(100))?;
        report.serialize_field("memory_kib", &self.memory)?;
        report.serialize_field("breaches", &self.breaches)?;
        report.serialize_field("repeat", &self.repeat)?;
        report.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { seed, seconds, tickers, audits, executions, records, .. } = self;
        writeln!(f, "\nsoaked {seconds} s with seed {seed}, {tickers} tickers")?;
        writeln!(f, "\ninjected")?;
        self.injected.iter().try_for_each(|(name, count)| writeln!(f, "  {count:>6}  {name}"))?;
        writeln!(f, "\nfrom fill to protected, {} times", self.exposures.count())?;
        let span = |percent| self.exposures.percentile(percent).unwrap_or_default();
        writeln!(f, "  p50 {:?}, p99 {:?}, max {:?}", span(50), span(99), span(100))?;
        write!(f, "{}", self.exposures)?;
        if let (false, Some((first, less)), Some((last, more))) =
            (self.kills, self.memory.first(), self.memory.last())
        {
            writeln!(f, "\nmemory {less} KiB after {first} s, {more} KiB after {last} s")?;
        }
        let peak = self.memory.iter().map(|(_, kib)| kib / 1_024).max().unwrap_or_default();
        writeln!(f, "\n{executions} executions, {records} records, {peak} MiB at most, {audits} audits")?;
        if self.breaches.is_empty() {
            return write!(
                f,
                "\nheld: nothing there twice, nothing left behind, each share protected,\n\
                 the journal's ledger is the gateway's to the cent"
            );
        }
        writeln!(f, "\nDID NOT HOLD")?;
        self.breaches.iter().try_for_each(|breach| writeln!(f, "  {breach}"))?;
        write!(f, "\nagain: {}", self.repeat)
    }
}
