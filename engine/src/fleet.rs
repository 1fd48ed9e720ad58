//! The fleet: which tickers run, and what has to happen so that the wanted ones do.
//!
//! A cold start and a reload are the same function: a start plans from nothing.

use std::collections::BTreeMap;

use crate::instrument::TickerKey;
use crate::settings::TickerSettings;

/// One step from the running tickers to the wanted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A ticker that is wanted and does not run.
    Start(TickerSettings),
    /// A ticker that runs with other settings than wanted.
    Change(TickerSettings),
    /// A ticker that runs and is not wanted any more.
    Retire(TickerKey),
}

/// The steps, in the order of names; a ticker that stays as it is has none.
#[must_use]
pub fn plan(running: &BTreeMap<TickerKey, TickerSettings>, wanted: &[TickerSettings]) -> Vec<Move> {
    let named: BTreeMap<&TickerKey, &TickerSettings> = wanted.iter().map(|own| (&own.key, own)).collect();
    let gone = running.keys().filter(|key| !named.contains_key(key)).cloned().map(Move::Retire);
    let come = named.values().filter_map(|own| match running.get(&own.key) {
        None => Some(Move::Start((*own).clone())),
        Some(now) if now != *own => Some(Move::Change((*own).clone())),
        Some(_) => None,
    });
    gone.chain(come).collect()
}
