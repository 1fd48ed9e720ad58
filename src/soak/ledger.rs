//! The journal's ledger against the gateway's: each execution, and the cash to the cent.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use engine::order::Action;
use engine::{Body, Fact};
use paper::gateway::control::Books;
use ports::journal::{Durability, Journal};
use rust_decimal::Decimal;

/// What the journal says was traded.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Signed shares and price, by execution.
    executions: BTreeMap<String, (Decimal, Decimal)>,
    commissions: BTreeMap<String, Decimal>,
    /// How long shares were held without a stop, each time.
    pub(super) exposures: Vec<Duration>,
    /// Records in all.
    pub(super) records: usize,
}

/// Reads the journal in `folder`, which no program has open.
pub(super) fn read(folder: &Path) -> anyhow::Result<Ledger> {
    let journal = Journal::open(folder, Durability::Process).context("failed to open the journal")?;
    let records = journal.read().context("failed to read the journal")?;
    let mut ledger = Ledger { records: records.len(), ..Ledger::default() };
    for record in records {
        let Body::Fact(fact) = record.body else { continue };
        match fact {
            Fact::Executed { execution } => {
                let shares = execution.quantity.value();
                let signed = if execution.action == Action::Buy { shares } else { -shares };
                ledger.executions.insert(execution.id, (signed, execution.price.value()));
            }
            Fact::Commissioned(commission) => {
                ledger.commissions.insert(commission.execution, commission.amount.value());
            }
            Fact::Protected { exposed, .. } => ledger.exposures.push(exposed.to_std().unwrap_or_default()),
            _ => {}
        }
    }
    Ok(ledger)
}

impl Ledger {
    /// All that differs from the gateway's books, whose account began with `cash`.
    pub(super) fn faults(&self, books: &Books, cash: Decimal) -> Vec<String> {
        let mut faults = Vec::new();
        for done in &books.executions {
            match self.executions.get(&done.exec_id) {
                None => faults.push(format!("the journal misses execution {}", done.exec_id)),
                Some(own) if *own != (done.signed, done.price) => {
                    faults.push(format!("{}: {own:?} in the journal, not {done:?}", done.exec_id));
                }
                Some(_) => {}
            }
        }
        let unknown = self.executions.keys().filter(|id| !self.commissions.contains_key(*id)).count();
        if unknown > 0 {
            faults.push(format!("the journal misses the commissions of {unknown} executions"));
        }
        let traded: Decimal = self.executions.values().map(|(shares, price)| shares * price).sum();
        let ours = cash - traded - self.commissions.values().sum::<Decimal>();
        if ours.round_dp(2) != books.cash.round_dp(2) {
            faults.push(format!("the journal makes {ours:.2} of cash, the gateway has {:.2}", books.cash));
        }
        faults
    }

    /// How many executions it has.
    pub(super) fn executions(&self) -> usize {
        self.executions.len()
    }
}
