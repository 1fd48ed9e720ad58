//! The parts of a trade's dossier: its lots, its orders, its executions.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::day::Unprotected;
use super::exact::{minus, plus, product};
use crate::account::Refusal;
use crate::fact::{LotClosed, LotOpened};
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Execution, Kind, Side, Standing};
use crate::order_ref::OrderRef;

/// One lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotStory {
    /// As it was decided.
    pub opened: LotOpened,
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// Shares that its entry brought.
    pub bought: Quantity,
    /// What they cost, or for a short brought, in base currency.
    pub value: Money,
    /// Why the risk book refused it, if it did.
    pub refused: Option<Refusal>,
    /// When it was first covered by a working stop, in market time.
    pub protected: Option<DateTime<Utc>>,
    /// How long it was not, in process time.
    pub unprotected: Unprotected,
    /// True while shares have come and no stop has been seen to work.
    pub exposed: bool,
    /// Its end.
    pub closed: Option<(DateTime<Utc>, LotClosed)>,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStory {
    /// Its name.
    pub order: OrderRef,
    /// The number of its lot.
    pub lot: u32,
    /// Which way.
    pub action: Action,
    /// Its whole quantity, as the broker last told, or as asked for.
    pub quantity: Quantity,
    /// What kind, with its price as the broker last told, or as asked for.
    pub kind: Kind,
    /// When it was asked for, in market time.
    pub asked: DateTime<Utc>,
    /// True once the risk book let it through.
    pub admitted: bool,
    /// Why it did not.
    pub refused: Option<Refusal>,
    /// Where the broker says it stands; none until it has spoken.
    pub standing: Option<Standing>,
    /// Filled, by executions.
    pub filled: Quantity,
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The broker's, in its newest revision.
    pub execution: Execution,
    /// The number of its lot.
    pub lot: u32,
    /// Price × shares in base currency.
    pub value: Money,
    /// What it cost more, or brought less, than at the price that was wanted: an entry's at the decision, a stop's own.
    pub slippage: Option<Money>,
    /// What the broker took, once it has told.
    pub commission: Option<Money>,
}

/// Value over shares, in the price's own units.
pub(super) fn average(parts: impl Iterator<Item = (Quantity, Money, Decimal)>) -> Option<Price> {
    let (mut shares, mut points) = (Decimal::ZERO, Decimal::ZERO);
    for (quantity, value, multiplier) in parts {
        shares = shares.checked_add(quantity.value())?;
        points = points.checked_add(value.value().checked_div(multiplier)?)?;
    }
    Price::new(points.checked_div(shares)?).ok()
}

impl LotStory {
    pub(super) fn new(at: DateTime<Utc>, opened: LotOpened) -> LotStory {
        LotStory {
            opened,
            at,
            bought: Quantity::ZERO,
            value: Money::ZERO,
            refused: None,
            protected: None,
            unprotected: Unprotected::default(),
            exposed: false,
            closed: None,
        }
    }

    /// The average price of the shares that came.
    #[must_use]
    pub fn entry(&self) -> Option<Price> {
        average([(self.bought, self.value, self.opened.multiplier)].into_iter())
    }

    /// What its entry cost more than at the quote that it was decided at; below zero: less. None before it brought
    /// anything, and for a limit that waits for a better price.
    #[must_use]
    pub fn slippage(&self) -> Option<Money> {
        if self.opened.resting || self.bought.is_zero() {
            return None;
        }
        let wanted = [self.opened.touch.value(), self.bought.value(), self.opened.multiplier];
        let more = plus(self.value, Money::new(-product(&wanted)));
        Some(if self.opened.side == Side::Long { more } else { minus(Money::ZERO, more) })
    }
}

impl OrderStory {
    /// True for one that can fill no more, or was never sent.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.refused.is_some() || matches!(self.standing, Some(Standing::Ended(_)))
    }
}
