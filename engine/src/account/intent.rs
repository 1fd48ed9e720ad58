//! What an entry is for: the signal that led to it and the lots it fills.

use serde::{Deserialize, Serialize};

use crate::fact::{Fact, LotOpened};
use crate::money::Price;

/// What the facts before a request say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    /// The signal's id, where one led to it.
    signal: Option<String>,
    /// Trade and lot.
    lots: Vec<(u32, u32)>,
    /// The quote that its prices were made from.
    pub(super) touch: Option<Price>,
}

impl Intent {
    /// Takes in a fact that comes before the request.
    pub(super) fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::SignalTaken { signal, .. } => self.signal = Some(signal.id.clone()),
            Fact::LotOpened(LotOpened { trade, lot, touch, .. }) => {
                self.lots.push((*trade, *lot));
                self.touch = Some(*touch);
            }
            _ => {}
        }
    }

    /// True for the same signal, or a lot in common.
    pub(super) fn repeats(&self, other: &Intent) -> bool {
        let signal = self.signal.is_some() && self.signal == other.signal;
        signal || self.lots.iter().any(|lot| other.lots.contains(lot))
    }
}
