//! A trade: from flat to flat, a list of lots on one side.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ledger::Ledger;
use crate::lot::{Leg, Lot};
use crate::money::{Price, Quantity};
use crate::order::Side;
use crate::order_ref::OrderRef;
use crate::reason::Because;
use crate::signal::Signal;

/// What is open now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Counted from 1 for the ticker's whole life.
    pub number: u32,
    /// Which side.
    pub side: Side,
    /// Its lots, oldest first; never empty.
    pub lots: Vec<Lot>,
    /// Why it leaves, once it does.
    pub leaving: Option<Because>,
    /// The signal that opens the other side once flat, and until when.
    pub reversal: Option<(Signal, DateTime<Utc>)>,
    /// Levels at which a rule has added, or tried to.
    pub levels_used: u32,
    /// How often the leaving orders were priced anew.
    pub repricings: u32,
    /// True once its resting entries were taken back.
    pub withdrawn: bool,
    /// Whether it was a gain, once it was counted.
    pub counted: Option<bool>,
}

/// How far a trade has come, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Its entry works.
    Entering,
    /// It holds shares, and nothing else is to be done.
    Holding,
    /// It is on its way out.
    Leaving,
}

impl Trade {
    /// Shares it holds, without sign.
    #[must_use]
    pub fn held(&self) -> Quantity {
        self.lots.iter().map(Lot::held).sum()
    }

    /// The average price of the shares it holds, each lot at its own average entry.
    #[must_use]
    pub fn average(&self, ledger: &Ledger) -> Option<Price> {
        let worth = |lot: &Lot| Some(lot.average(ledger, true)?.value() * lot.held().value());
        let total: Decimal = self.lots.iter().filter_map(worth).sum();
        Price::new(total.checked_div(self.held().value())?).ok()
    }

    /// How far it has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.leaving.is_some() || (self.held().is_zero() && self.lots.iter().all(Lot::entry_over)) {
            Stage::Leaving
        } else if self.lots.iter().any(|lot| !lot.entry_over() && !lot.waits()) {
            Stage::Entering
        } else {
            Stage::Holding
        }
    }

    /// True when nothing is to be done until the next news: every share is covered by
    /// exactly as much of a working stop, and nothing is on its way.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let quiet = |lot: &Lot| {
            lot.exposed_since.is_none()
                && lot.legs.iter().all(|leg| leg.changing.is_none() && leg.standing.is_some())
                && lot.covered() == lot.held()
                && lot.scaling.is_none()
        };
        self.stage() == Stage::Holding && self.lots.iter().all(quiet)
    }

    /// Shares that its first entry brought, over all its targets.
    #[must_use]
    pub fn first_bought(&self) -> Quantity {
        self.lots.iter().filter(|lot| !lot.opened.adds).map(Lot::bought).sum()
    }

    /// Units of base currency for one point of price.
    #[must_use]
    pub fn multiplier(&self) -> Decimal {
        self.lots.first().map_or(Decimal::ONE, |lot| lot.opened.multiplier)
    }

    /// One of its orders, by name.
    #[must_use]
    pub fn leg(&self, order: &OrderRef) -> Option<&Leg> {
        self.lots.iter().find_map(|lot| lot.leg(order))
    }

    /// The lot that an order belongs to.
    pub fn lot_of(&mut self, order: &OrderRef) -> Option<&mut Lot> {
        self.lots.iter_mut().find(|lot| lot.leg(order).is_some())
    }

    /// It is on its way out from here on.
    pub(crate) fn leave(&mut self, because: &Because) {
        self.leaving = Some(because.clone());
        self.lots.iter_mut().for_each(|lot| lot.scaling = None);
    }

    /// The next number for an order's name: above all that were used.
    #[must_use]
    pub fn next_n(&self) -> u32 {
        let used = self.lots.iter().flat_map(|lot| &lot.legs).map(|leg| leg.spec.order.n);
        used.max().unwrap_or(0) + 1
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Entering => "entering",
            Stage::Holding => "holding",
            Stage::Leaving => "leaving",
        })
    }
}
