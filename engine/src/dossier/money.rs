//! What moves money: executions, their costs and corrections, lots and trades that end.
//!
//! A ticker's sums and its rules' are counted together, so that they come to the same.

use super::day::{Sums, added};
use super::exact::{minus, plus};
use super::kinds::{NO_RULE, rule_of};
use super::trade::Over;
use super::{Dossiers, EARLY_MAX, Fill};
use crate::fact::{Fact, LotClosed};
use crate::instrument::TickerKey;
use crate::ledger::split;
use crate::money::Money;
use crate::order::{Commission, Execution};
use crate::order_ref::Role;
use crate::time::Now;

impl Dossiers {
    /// An execution, in its place among those of its trade; for the day it counts even where no trade is known.
    pub(super) fn executed(&mut self, ticker: &TickerKey, execution: &Execution, lot: Option<u32>) {
        let booked = self.find(ticker, execution.order.trade).map(|own| own.book(execution, lot));
        let (came, went) = booked.unzip();
        let sums = self.day().of_ticker(ticker);
        if let Some(fill) = &came {
            count(sums, fill, went.flatten().as_ref());
        } else {
            sums.fills += 1;
        }
        let Some(fill) = came else { return };
        let early = self.desks.get_mut(ticker).and_then(|desk| {
            let base = split(&execution.id).0;
            let place = desk.early.iter().position(|(waits, _)| waits == base)?;
            desk.early.remove(place)
        });
        if let Some((base, amount)) = early {
            let rule = self.charge(ticker, fill.execution.order.trade, &base, amount);
            self.day().of_rule(rule.as_deref().unwrap_or(NO_RULE)).charge(amount);
        }
    }

    /// The price of an execution is another one than was booked.
    pub(super) fn corrected(
        &mut self,
        ticker: &TickerKey,
        execution: &Execution,
        lot: Option<u32>,
        by: Money,
    ) {
        let Some(own) = self.find(ticker, execution.order.trade) else {
            return self.realize(ticker, NO_RULE, by);
        };
        let (fill, old) = own.book(execution, lot);
        own.realized = plus(own.realized, by);
        let rule = own.lot(fill.lot).map_or(NO_RULE, |lot| rule_of(&lot.opened.because)).to_owned();
        if let Some(old) = old {
            count(self.day().of_ticker(ticker), &fill, Some(&old));
        }
        self.realize(ticker, &rule, by);
    }

    pub(super) fn commissioned(&mut self, ticker: &TickerKey, Commission { execution, amount }: &Commission) {
        let (base, amount) = (split(execution).0, *amount);
        self.day().of_ticker(ticker).charge(amount);
        let trade = self.desks.get(ticker).and_then(|desk| desk.open.as_ref()).map(|open| open.trade);
        let before = self.over.iter().rev().find(|own| own.ticker == *ticker).map(|own| own.trade);
        let rule =
            [trade, before].into_iter().flatten().find_map(|trade| self.charge(ticker, trade, base, amount));
        match rule {
            Some(rule) => self.day().of_rule(&rule).charge(amount),
            None => {
                let desk = self.desks.entry(ticker.clone()).or_default();
                if desk.early.len() == EARLY_MAX {
                    desk.early.pop_front();
                }
                desk.early.push_back((base.to_owned(), amount));
            }
        }
    }

    /// Books a cost with its trade; answers with the rule of the lot that it is of.
    fn charge(&mut self, ticker: &TickerKey, trade: u32, base: &str, amount: Money) -> Option<String> {
        let own = self.find(ticker, trade)?;
        let lot = own.charge(base, amount)?;
        Some(own.lot(lot).map_or(NO_RULE, |lot| rule_of(&lot.opened.because)).to_owned())
    }

    pub(super) fn lot_closed(&mut self, now: Now, ticker: &TickerKey, closed: &LotClosed) {
        let Some(open) = self.open_of(ticker) else {
            return self.realize(ticker, NO_RULE, closed.realized);
        };
        open.realized = plus(open.realized, closed.realized);
        let (mut rule, mut never) = (NO_RULE.to_owned(), 0);
        if let Some(lot) = open.lot_mut(closed.lot) {
            never = u64::from(std::mem::take(&mut lot.exposed));
            lot.unprotected.never += never;
            lot.closed = Some((now.market, closed.clone()));
            rule = rule_of(&lot.opened.because).to_owned();
        }
        let day = self.day();
        day.of_ticker(ticker).unprotected.never += never;
        let own = day.of_rule(&rule);
        own.ended += 1;
        own.won += u64::from(closed.realized > Money::ZERO);
        self.realize(ticker, &rule, closed.realized);
    }

    pub(super) fn lot_reopened(&mut self, ticker: &TickerKey, lot: u32, realized: Money) {
        let mut rule = NO_RULE.to_owned();
        if let Some(open) = self.open_of(ticker) {
            open.realized = minus(open.realized, realized);
            if let Some(own) = open.lot_mut(lot) {
                own.closed = None;
                rule = rule_of(&own.opened.because).to_owned();
            }
        }
        let own = self.day().of_rule(&rule);
        own.ended = own.ended.saturating_sub(1);
        own.won = own.won.saturating_sub(u64::from(realized > Money::ZERO));
        self.realize(ticker, &rule, -realized);
    }

    fn realize(&mut self, ticker: &TickerKey, rule: &str, amount: Money) {
        let day = self.day();
        let own = day.of_rule(rule);
        own.realized = plus(own.realized, amount);
        let sums = day.of_ticker(ticker);
        sums.realized = plus(sums.realized, amount);
    }

    /// A trade is over, or is not after all.
    pub(super) fn turned(&mut self, now: Now, ticker: &TickerKey, fact: &Fact) {
        let sums = self.day().of_ticker(ticker);
        match fact {
            Fact::TradeClosed { trade, realized, commission, traded } => {
                sums.ended += u64::from(*traded);
                sums.unfilled += u64::from(!*traded);
                sums.won += u64::from(*traded && minus(*realized, *commission) > Money::ZERO);
                let desk = self.desks.get_mut(ticker);
                let ended = desk.and_then(|desk| desk.open.take_if(|open| open.trade == *trade));
                if let Some(mut ended) = ended {
                    ended.over = Some(Over { at: now.market, traded: *traded });
                    self.put_away(ended);
                }
            }
            Fact::TradeReopened { trade, counted } => {
                sums.ended = sums.ended.saturating_sub(u64::from(counted.is_some()));
                sums.won = sums.won.saturating_sub(u64::from(*counted == Some(true)));
                let place = self.over.iter().rposition(|own| own.is(ticker, *trade));
                if let Some(mut again) = place.and_then(|place| self.over.remove(place)) {
                    again.over = None;
                    again.reopened += 1;
                    self.desks.entry(ticker.clone()).or_default().open = Some(again);
                }
            }
            _ => {}
        }
    }
}

/// Counts a fill, in the place of the one that it replaces.
fn count(sums: &mut Sums, fill: &Fill, replaces: Option<&Fill>) {
    let stop = fill.execution.order.role == Role::Stop;
    let by = minus(
        fill.slippage.unwrap_or(Money::ZERO),
        replaces.and_then(|old| old.slippage).unwrap_or(Money::ZERO),
    );
    let sum = if stop { &mut sums.stop_slippage } else { &mut sums.slippage };
    *sum = plus(*sum, by);
    if let Some(old) = replaces {
        sums.shares = sums.shares.less(old.execution.quantity);
    } else {
        sums.fills += 1;
    }
    sums.shares = added(sums.shares, fill.execution.quantity);
}
