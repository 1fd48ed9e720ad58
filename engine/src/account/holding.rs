//! One ticker's line in the book: what it holds, what works for it, and its day.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::LimitName;
use super::exact::{less, total, worth};
use super::fills::{Day, Fills};
use super::intent::Intent;
use super::lines::{Ended, Line, Lines};
use super::opening::Opening;
use super::streak::Streak;
use super::view::{AccountView, Mark};
use crate::fact::Fact;
use crate::instrument::TickerKey;
use crate::mode::Mode;
use crate::money::{Fraction, Money, Price, Quantity};
use crate::order::{Action, Execution, Side};
use crate::order_ref::{OrderRef, Role};
use crate::request::{OrderSpec, Request};
use crate::time::Now;

/// Buying power that goes with one unit of available funds: TWS tells four times the funds of a margin
/// account, and less of any other, so that this much is on the safe side.
const BUYING_POWER_OF_FUNDS: Decimal = Decimal::from_parts(4, 0, 0, false, 0);

/// One ticker's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holding {
    /// Signed shares, by executions.
    pub(super) position: Decimal,
    pub(super) multiplier: Decimal,
    /// What one contract takes of the available funds; none: its worth.
    margin: Option<Money>,
    pub(super) lines: Lines,
    pub(super) fills: Fills,
    pub(super) streak: Streak,
    /// What the facts since the last request say of the next one.
    intent: Intent,
    /// The newest price it traded at.
    traded: Option<Price>,
    /// What the open day is counted from, and since when: a split that was noticed before then is
    /// in the price, in whatever order the two were told.
    day_mark: Option<(DateTime<Utc>, Price)>,
    /// Requests for new orders so far.
    batches: u64,
    reconciling: bool,
    /// How often each limit refused it today.
    #[serde(default)]
    refusals: BTreeMap<LimitName, u32>,
}

impl Holding {
    /// Nothing held, on the open day.
    pub(super) fn on(day: Option<Day>) -> Holding {
        Holding {
            position: Decimal::ZERO,
            multiplier: Decimal::ONE,
            margin: None,
            lines: Lines::default(),
            fills: Fills::on(day),
            streak: Streak::default(),
            intent: Intent::default(),
            traded: None,
            day_mark: None,
            batches: 0,
            reconciling: false,
            refusals: BTreeMap::new(),
        }
    }

    /// Takes in a fact of its ticker; answers with the shares that opened or enlarged the
    /// position.
    pub(super) fn apply(&mut self, at: Now, fact: &Fact) -> Quantity {
        self.intent.note(fact);
        match fact {
            Fact::LotOpened(lot) => (self.multiplier, self.margin) = (lot.multiplier, lot.margin),
            Fact::Executed { execution }
            | Fact::TakenOver { execution }
            | Fact::Stray { execution }
            | Fact::CorrectedLate { execution, .. }
            | Fact::ClosedOutside { execution, .. } => return self.executed(at, execution),
            Fact::ClosedUnseen(unseen) => return self.executed(at, &unseen.execution(at.market)),
            Fact::Settled { execution, .. } if self.fills.knows(execution) => {
                return self.executed(at, execution);
            }
            Fact::Split { ratio, .. } => self.split(at, *ratio),
            Fact::Commissioned(commission) => self.fills.commission(commission),
            Fact::OrderMoved(status) => {
                let batch = self.lines.get(&status.order).map(|line| line.batch);
                let ended = self.lines.moved(status);
                self.ended(at, batch, ended);
            }
            Fact::Adopted { orders } => {
                self.asked(at, &Request::Place { orders: orders.clone() }, None);
                orders.iter().for_each(|spec| self.lines.answer(&spec.order, at.market));
            }
            Fact::TermsEchoed(terms) => self.lines.echoed(terms),
            Fact::ChangeRefused { order, .. } => self.lines.works_on(order),
            Fact::TradeClosed { trade, realized, commission, traded } => {
                if *traded {
                    let net = total([Some(*realized), less(Some(*commission))]);
                    // What cannot be computed is no gain.
                    self.streak.traded(at.market, net.unwrap_or(Money::new(Decimal::NEGATIVE_ONE)));
                }
                self.lines.close(*trade);
                self.fills.close(*trade);
            }
            Fact::ModeChanged { mode } => {
                let before = std::mem::replace(&mut self.reconciling, mode.is_reconciling());
                if before && !self.reconciling && !matches!(mode, Mode::Frozen(_)) {
                    self.lines.in_step();
                }
            }
            _ => {}
        }
        Quantity::ZERO
    }

    /// A corporate action gave `ratio` new shares for each old one: nothing was gained by it.
    fn split(&mut self, at: Now, ratio: Decimal) {
        let price = |price: Price| {
            price.value().checked_div(ratio).and_then(|value| Price::new(value).ok()).unwrap_or(price)
        };
        let exact = self.position.checked_mul(ratio).unwrap_or(self.position);
        // The broker pays fractions out.
        self.position = exact.round_dp(6).trunc().normalize();
        self.traded = self.traded.map(price);
        let marked = self.day_mark.as_mut().filter(|(since, _)| at.market > *since);
        marked.into_iter().for_each(|(_, mark)| *mark = price(*mark));
        self.fills.split(ratio);
    }

    /// Takes in a request as it was written. Until it is answered it counts as admitted.
    pub(super) fn asked(&mut self, at: Now, request: &Request, collar: Option<Fraction>) {
        match request {
            Request::Place { orders, .. } => {
                self.batches += 1;
                for spec in orders {
                    let line = self.line(at, spec, collar);
                    self.lines.place(spec, line);
                }
                self.intent = Intent::default();
            }
            Request::Modify(change) => self.lines.change(change),
            Request::Cancel(order) => self.lines.cancel(order),
            // It asks, and opens nothing.
            Request::WhatIf(_) => {}
        }
    }

    /// Takes in that a request was admitted.
    pub(super) fn admitted(&mut self, at: Now, request: &Request, minute: TimeDelta) {
        let orders = match request {
            Request::Place { orders, .. } => orders,
            Request::Modify(change) => return self.lines.answer_change(change),
            Request::Cancel(order) => return self.lines.answer_cancel(order),
            Request::WhatIf(_) => return,
        };
        orders.iter().for_each(|spec| self.lines.answer(&spec.order, at.market));
        if orders.iter().any(enters) {
            self.streak.entered(at.market, minute);
        }
    }

    /// Takes in that a request was refused: it is as if it had not been asked for.
    pub(super) fn refused(&mut self, request: &Request) {
        match request {
            Request::Place { orders, .. } => orders.iter().for_each(|spec| self.lines.refuse(&spec.order)),
            Request::Modify(change) => self.lines.refuse_change(change),
            Request::Cancel(_) | Request::WhatIf(_) => {}
        }
    }

    /// A limit refused it.
    pub(super) fn refused_by(&mut self, limit: LimitName) {
        let count = self.refusals.entry(limit).or_default();
        *count = count.saturating_add(1);
    }

    /// How often a limit refused it today.
    pub(super) fn times_refused(&self, limit: LimitName) -> u32 {
        self.refusals.get(&limit).copied().unwrap_or(0)
    }

    /// The day begins: what is held is counted from `mark`.
    pub(super) fn open_day(&mut self, at: Now, day: Day, mark: Option<Price>) {
        self.refusals.clear();
        self.fills.open_day(day);
        self.day_mark = mark.map(|mark| (at.market, mark));
    }

    /// True with a position or an entry at work.
    pub(super) fn is_open(&self) -> bool {
        !self.position.is_zero() || self.lines.entries().next().is_some()
    }

    /// The side of what is held; long for nothing.
    pub(super) fn side(&self) -> Side {
        if self.position.is_sign_negative() { Side::Short } else { Side::Long }
    }

    /// Shares held, without sign.
    pub(super) fn held(&self) -> Quantity {
        Quantity::new(self.position.abs()).unwrap_or_default()
    }

    /// Shares that an order of this action would take off the position.
    pub(super) fn closable(&self, action: Action) -> Quantity {
        if self.side().closing() == action { self.held() } else { Quantity::ZERO }
    }

    /// What the position is valued at: the market's mark, else the newest price known here.
    pub(super) fn mark(&self, view: &AccountView, ticker: &TickerKey) -> Option<Mark> {
        let known = if self.fills.today().executions > 0 {
            self.traded
        } else {
            self.day_mark.map(|(_, mark)| mark).or(self.traded)
        };
        let known = known.map(|price| Mark { price, live: false });
        view.mark(ticker, self.side()).or(known)
    }

    /// What the position is worth at its mark, signed; none where it cannot be computed.
    pub(super) fn worth(&self, view: &AccountView, ticker: &TickerKey) -> Option<Money> {
        if self.position.is_zero() {
            return Some(Money::ZERO);
        }
        worth(self.mark(view, ticker)?.price.value(), self.position, self.multiplier)
    }

    /// What working entries of `action` may bring, without sign, but for one of them.
    pub(super) fn reserved(&self, action: Action, but: Option<&OrderRef>) -> Option<Money> {
        let worth = |price: Price, rest: Quantity| worth(price.value(), rest.value(), self.multiplier);
        self.of_entries(|order, line| line.action == action && Some(order) != but, worth)
    }

    /// The buying power that opening so many takes: their worth, or what their margin leaves unusable.
    pub(super) fn binds(&self, price: Price, quantity: Quantity) -> Option<Money> {
        match self.margin {
            Some(margin) => worth(margin.value(), quantity.value(), BUYING_POWER_OF_FUNDS),
            None => worth(price.value(), quantity.value(), self.multiplier),
        }
    }

    /// The buying power that working entries may take, but for one of them.
    pub(super) fn bound(&self, but: Option<&OrderRef>) -> Option<Money> {
        self.of_entries(|order, _| Some(order) != but, |price, rest| self.binds(price, rest))
    }

    /// The sum of `each` over some of the working entries, each at its worst price.
    fn of_entries(
        &self,
        some: impl Fn(&OrderRef, &Line) -> bool,
        each: impl Fn(Price, Quantity) -> Option<Money>,
    ) -> Option<Money> {
        let entries = self.lines.entries().filter(|(order, line)| some(order, line));
        total(entries.map(|(_, line)| match line.worst_price() {
            Some(price) => each(price, line.rest()),
            // Without a price it is refused; until then it reserves no money.
            None => Some(Money::ZERO),
        }))
    }

    /// The day's result at `mark`: money in and out today, and what the position has gained
    /// since the later of its entry and the day's opening mark. None where it cannot be
    /// computed.
    pub(super) fn day_result(&self, mark: Option<Price>) -> Option<Money> {
        let today = self.fills.today();
        if today.incomputable > 0 {
            return None;
        }
        let value = |shares: Decimal, price: Option<Price>| match price {
            _ if shares.is_zero() => Some(Money::ZERO),
            Some(price) => worth(price.value(), shares, self.multiplier),
            None => None,
        };
        let now = value(self.position, mark);
        let began = value(self.position - today.shares, self.day_mark.map(|(_, mark)| mark).or(self.traded));
        total([now, less(began), Some(today.cash), Some(-today.cost)])
    }

    /// How an order of this request would open or enlarge the position; none for one that
    /// does not.
    pub(super) fn opening(&self, spec: &OrderSpec, collar: Option<Fraction>) -> Option<Opening> {
        let opens = spec.parent.is_none() && !spec.quantity.less(self.closable(spec.action)).is_zero();
        opens.then(|| Opening::of(spec, self.intent.touch, collar))
    }

    /// What the facts since the last request say of the next one.
    pub(super) fn intent(&self) -> &Intent {
        &self.intent
    }

    fn line(&self, at: Now, spec: &OrderSpec, collar: Option<Fraction>) -> Line {
        let entry = spec.parent.as_ref().map(|parent| self.lines.get(parent));
        let cover = match entry {
            Some(entry) => entry.map(Line::got).unwrap_or_default(),
            None => spec.quantity,
        };
        let mut line = Line::asked(spec, at.market, cover);
        line.batch = self.batches;
        if let Some(opening) = self.opening(spec, collar) {
            (line.opens, line.price, line.intent) = (true, opening.price, self.intent.clone());
        }
        line
    }

    fn executed(&mut self, at: Now, execution: &Execution) -> Quantity {
        let Some(booked) = self.fills.book(execution, self.multiplier) else { return Quantity::ZERO };
        let before = self.position;
        self.position += booked.shares;
        self.traded = Some(execution.price);
        let line = self.lines.get(&execution.order);
        let batch = line.map(|line| line.batch);
        if let Some(line) = line.filter(|line| line.opens) {
            self.streak.filled(line.batch);
        }
        let ended = self.lines.filled(&execution.order, booked.filled);
        self.ended(at, batch, ended);
        Quantity::new((self.position.abs() - before.abs()).max(Decimal::ZERO)).unwrap_or_default()
    }

    /// An entry that brought nothing counts once its whole batch is over.
    fn ended(&mut self, at: Now, batch: Option<u64>, ended: Ended) {
        let (Some(batch), Ended::Gone { unfilled: true }) = (batch, ended) else { return };
        if !self.lines.entries().any(|(_, line)| line.batch == batch) {
            self.streak.unfilled(at.market, batch);
        }
    }
}

/// True for an order that is there to open or enlarge a position.
fn enters(spec: &OrderSpec) -> bool {
    spec.parent.is_none() && matches!(spec.order.role, Role::Entry | Role::Add)
}
