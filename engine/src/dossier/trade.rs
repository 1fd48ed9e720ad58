//! One trade's dossier: the signal, the decision, the orders, the fills, the protection, the money.
//!
//! Details are bounded and the oldest go first; sums are of all.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::day::{Unprotected, added};
use super::exact::{plus, product};
use super::parts::{Fill, LotStory, OrderStory, average};
use crate::fact::LotOpened;
use crate::instrument::TickerKey;
use crate::ledger::split;
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Execution, Side};
use crate::order_ref::{OrderRef, Role};
use crate::reason::Because;
use crate::request::OrderSpec;
use crate::signal::Signal;

/// Lots of a trade that are told one by one.
pub const LOTS_MAX: usize = 64;
/// Orders of a trade that are told, the newest.
pub const ORDERS_MAX: usize = 128;
/// Executions of a trade that are told, the newest.
pub const FILLS_MAX: usize = 128;

/// A trade, from flat to flat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Whose.
    pub ticker: TickerKey,
    /// Its number.
    pub trade: u32,
    /// Which side.
    pub side: Side,
    /// When it was decided, in market time.
    pub opened: DateTime<Utc>,
    /// Why.
    pub because: Because,
    /// The signal that it was opened for; none where a rule or a person opened it.
    pub signal: Option<Signal>,
    /// Its lots, in the order of their decision.
    pub lots: Vec<LotStory>,
    /// Its orders, oldest first.
    pub orders: VecDeque<OrderStory>,
    /// Its executions, oldest first.
    pub fills: VecDeque<Fill>,
    /// Executions that are counted and not told any more.
    pub fills_before: u64,
    /// Since when it leaves, and why.
    pub leaving: Option<(DateTime<Utc>, Because)>,
    /// Gains less losses of its closed lots, before commissions.
    pub realized: Money,
    /// Commissions told.
    pub commission: Money,
    /// Executions whose commission was told.
    pub commissioned: u64,
    /// Its end; none while it is open.
    pub over: Option<Over>,
    /// Times that it was counted as over and news came late.
    pub reopened: u32,
}

/// How a trade ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// False where its entry never filled.
    pub traded: bool,
}

impl Dossier {
    pub(super) fn new(
        at: DateTime<Utc>,
        ticker: &TickerKey,
        lot: &LotOpened,
        signal: Option<Signal>,
    ) -> Dossier {
        Dossier {
            ticker: ticker.clone(),
            trade: lot.trade,
            side: lot.side,
            opened: at,
            because: lot.because.clone(),
            signal,
            lots: Vec::new(),
            orders: VecDeque::new(),
            fills: VecDeque::new(),
            fills_before: 0,
            leaving: None,
            realized: Money::ZERO,
            commission: Money::ZERO,
            commissioned: 0,
            over: None,
            reopened: 0,
        }
    }

    /// What it is called: `AAPL.12`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.ticker.as_str(), self.trade)
    }

    pub(super) fn is(&self, ticker: &TickerKey, number: u32) -> bool {
        self.trade == number && self.ticker == *ticker
    }

    /// Shares that came, over all lots.
    #[must_use]
    pub fn bought(&self) -> Quantity {
        self.lots.iter().fold(Quantity::ZERO, |sum, lot| added(sum, lot.bought))
    }

    /// The average price of the shares that came.
    #[must_use]
    pub fn entry(&self) -> Option<Price> {
        average(self.lots.iter().map(|lot| (lot.bought, lot.value, lot.opened.multiplier)))
    }

    /// The average price of the shares that closed lots went at.
    #[must_use]
    pub fn exit(&self) -> Option<Price> {
        let closed = self.lots.iter().filter_map(|lot| lot.closed.as_ref());
        let parts = closed.map(|(_, own)| {
            let value = Money::new(product(&[own.exit.value(), own.quantity.value()]));
            (own.quantity, value, Decimal::ONE)
        });
        average(parts)
    }

    /// What is left after commissions, so far.
    #[must_use]
    pub fn net(&self) -> Money {
        plus(self.realized, -self.commission)
    }

    /// What entries cost more than at the quotes that they were decided at; none where there is nothing to compare.
    #[must_use]
    pub fn slippage(&self) -> Option<Money> {
        let known: Vec<Money> = self.lots.iter().filter_map(LotStory::slippage).collect();
        (!known.is_empty()).then(|| known.into_iter().fold(Money::ZERO, plus))
    }

    /// How long its shares were without a working stop.
    #[must_use]
    pub fn unprotected(&self) -> Unprotected {
        self.lots.iter().fold(Unprotected::default(), |sum, lot| sum.and(lot.unprotected))
    }

    /// What ended it: what ended the last of its lots.
    #[must_use]
    pub fn ended_by(&self) -> Option<&Because> {
        let last = self.lots.iter().filter_map(|lot| lot.closed.as_ref()).max_by_key(|(at, _)| *at);
        last.map(|(_, closed)| &closed.by)
    }

    /// All its executions, told or not.
    #[must_use]
    pub fn fills_all(&self) -> u64 {
        self.fills_before + self.fills.len() as u64
    }

    pub(super) fn lot_mut(&mut self, number: u32) -> Option<&mut LotStory> {
        self.lots.iter_mut().rev().find(|lot| lot.opened.lot == number)
    }

    pub(super) fn lot(&self, number: u32) -> Option<&LotStory> {
        self.lots.iter().rev().find(|lot| lot.opened.lot == number)
    }

    pub(super) fn order_mut(&mut self, order: &OrderRef) -> Option<&mut OrderStory> {
        self.orders.iter_mut().rev().find(|own| own.order == *order)
    }

    pub(super) fn open_lot(&mut self, at: DateTime<Utc>, opened: &LotOpened) {
        if self.lots.len() < LOTS_MAX {
            self.lots.push(LotStory::new(at, opened.clone()));
        }
    }

    pub(super) fn ask(&mut self, at: DateTime<Utc>, spec: &OrderSpec) {
        if self.orders.len() == ORDERS_MAX {
            // One that has ended, where there is one: what lives is what people look for.
            let ended = self.orders.iter().position(OrderStory::has_ended).unwrap_or(0);
            self.orders.remove(ended);
        }
        self.orders.push_back(OrderStory {
            order: spec.order.clone(),
            lot: spec.lot,
            action: spec.action,
            quantity: spec.quantity,
            kind: spec.kind,
            asked: at,
            admitted: false,
            refused: None,
            standing: None,
            filled: Quantity::ZERO,
        });
    }

    /// Books an execution in the place of its older revision; answers with what it is, and with what it replaces.
    pub(super) fn book(&mut self, execution: &Execution, lot: Option<u32>) -> (Fill, Option<Fill>) {
        let (base, _) = split(&execution.id);
        let place = self.fills.iter().rposition(|own| split(&own.execution.id).0 == base);
        let old = place.and_then(|place| self.fills.remove(place));
        let order = self.orders.iter().rev().find(|own| own.order == execution.order);
        let lot = lot.or(order.map(|own| own.lot)).or(old.as_ref().map(|old| old.lot));
        let lot = lot.or(self.lots.first().map(|first| first.opened.lot)).unwrap_or(1);
        let wanted = order.filter(|own| own.order.role == Role::Stop).and_then(|own| own.kind.price());
        let fill = self.fill(execution, lot, wanted, old.as_ref().and_then(|old| old.commission));
        if let Some(old) = &old {
            self.count(old, false);
        }
        self.count(&fill, true);
        if self.fills.len() == FILLS_MAX {
            self.fills.pop_front();
            self.fills_before += 1;
        }
        self.fills.insert(place.unwrap_or(self.fills.len()).min(self.fills.len()), fill.clone());
        (fill, old)
    }

    fn fill(&self, execution: &Execution, lot: u32, stop: Option<Price>, commission: Option<Money>) -> Fill {
        let opened = self.lot(lot).map(|own| &own.opened);
        let multiplier = opened.map_or(Decimal::ONE, |own| own.multiplier);
        let (price, shares) = (execution.price.value(), execution.quantity.value());
        let brings = execution.action == self.side.opening();
        let wanted = match execution.order.role {
            Role::Entry | Role::Add => opened.filter(|own| !own.resting).map(|own| own.touch),
            Role::Stop => stop,
            _ => None,
        };
        let slippage = wanted.map(|wanted| {
            let worse = match execution.action {
                Action::Buy => price - wanted.value(),
                Action::Sell => wanted.value() - price,
            };
            Money::new(product(&[worse, shares, multiplier]))
        });
        let slippage = slippage.filter(|_| brings == matches!(execution.order.role, Role::Entry | Role::Add));
        let value = Money::new(product(&[price, shares, multiplier]));
        Fill { execution: execution.clone(), lot, value, slippage, commission }
    }

    /// Adds a fill to the lot and the order that it is of, or takes it away again.
    fn count(&mut self, fill: &Fill, comes: bool) {
        let Execution { order, action, quantity, .. } = &fill.execution;
        let changed = |so_far: Quantity| {
            if comes { added(so_far, *quantity) } else { so_far.less(*quantity) }
        };
        if let Some(own) = self.order_mut(order) {
            own.filled = changed(own.filled);
        }
        let brings = *action == self.side.opening();
        if let Some(lot) = self.lot_mut(fill.lot).filter(|_| brings) {
            lot.bought = changed(lot.bought);
            lot.value = plus(lot.value, if comes { fill.value } else { -fill.value });
            lot.exposed |= comes;
        }
    }

    /// A cost became known; answers with the lot of its execution, none where that is not of this trade.
    pub(super) fn charge(&mut self, base: &str, amount: Money) -> Option<u32> {
        let fill = self.fills.iter_mut().rev().find(|own| split(&own.execution.id).0 == base)?;
        if fill.commission.replace(amount).is_some() {
            return None;
        }
        let lot = fill.lot;
        self.commission = plus(self.commission, amount);
        self.commissioned += 1;
        Some(lot)
    }

    /// A corporate action gave `ratio` new shares for an old one.
    pub(super) fn split(&mut self, ratio: Decimal) {
        for lot in &mut self.lots {
            let scaled = Quantity::new(product(&[lot.bought.value(), ratio]));
            lot.bought = scaled.unwrap_or(lot.bought);
            let touch = lot.opened.touch.value().checked_div(ratio).and_then(|price| Price::new(price).ok());
            lot.opened.touch = touch.unwrap_or(lot.opened.touch);
        }
    }
}
