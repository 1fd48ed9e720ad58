//! The fleet: which tickers run, and what has to happen so that the wanted ones do.
//!
//! A cold start and a reload are the same function: a start plans from nothing.

use std::collections::BTreeMap;

use crate::instrument::TickerKey;
use crate::settings::TickerSettings;

/// A ticker that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What it was last told.
    pub settings: TickerSettings,
    /// True for one that was not wanted any more, and still protects what it holds.
    pub winding_down: bool,
}

/// One step from the running tickers to the wanted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A ticker that is wanted and does not run.
    Start(TickerSettings),
    /// A ticker that runs with other settings than wanted.
    Change(TickerSettings),
    /// A ticker that winds down and is wanted again, with these settings.
    Return(TickerSettings),
    /// A ticker that runs and is not wanted any more.
    Retire(TickerKey),
}

/// The steps, in the order of names, those that leave first; a ticker that stays as it is has none.
#[must_use]
pub fn plan(running: &BTreeMap<TickerKey, Running>, wanted: &[TickerSettings]) -> Vec<Move> {
    let named: BTreeMap<&TickerKey, &TickerSettings> = wanted.iter().map(|own| (&own.key, own)).collect();
    let gone = running.iter().filter(|(key, own)| !named.contains_key(key) && !own.winding_down);
    let gone = gone.map(|(key, _)| Move::Retire(key.clone()));
    let come = named.values().filter_map(|own| match running.get(&own.key) {
        None => Some(Move::Start((*own).clone())),
        Some(now) if now.winding_down => Some(Move::Return((*own).clone())),
        Some(now) if now.settings != **own => Some(Move::Change((*own).clone())),
        Some(_) => None,
    });
    gone.chain(come).collect()
}
