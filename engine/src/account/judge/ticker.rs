//! Limits of one ticker: its position, its pace, its streaks, its intents.

use std::collections::BTreeSet;

use super::{Case, Opening, Refusal, count};
use crate::account::exact::{total, without_sign};
use crate::account::lines::Line;
use crate::account::open_risk::in_a_gap;
use crate::money::Money;
use crate::order::Action;
use crate::order_ref::{OrderRef, Role};
use crate::request::OrderSpec;

impl Case<'_> {
    /// One working entry for one intent: the same signal, the same lot, or a trade's beginning.
    pub(super) fn judge_intent(&self, openings: &[Opening]) -> Result<(), Refusal> {
        let same = |(order, line): &(&OrderRef, &Line)| {
            openings.iter().any(|opening| {
                let begin = opening.order.role == Role::Entry && order.role == Role::Entry;
                line.action == opening.action && (begin || line.intent.repeats(self.holding.intent()))
            })
        };
        match self.holding.lines.entries().find(same) {
            Some((working, _)) => {
                Err(Refusal::DuplicateIntent { ticker: self.ticker.clone(), working: working.clone() })
            }
            None => Ok(()),
        }
    }

    /// The broker counts what lives of one side, held children included.
    pub(super) fn judge_legs(&self, orders: &[OrderSpec]) -> Result<(), Refusal> {
        let Some(max) = self.ticker_limits().legs_a_side_max else { return Ok(()) };
        for action in [Action::Buy, Action::Sell] {
            let more = orders.iter().filter(|spec| spec.action == action).count();
            let legs = count(self.holding.lines.legs(action) + more);
            if more > 0 && legs > max {
                return Err(Refusal::TooManyLegs { ticker: self.ticker.clone(), action, legs, max });
            }
        }
        Ok(())
    }

    /// Entries a minute, trades a day, the pause after losses, entries without a fill.
    pub(super) fn judge_pace(&self, openings: &[Opening]) -> Result<(), Refusal> {
        let (limits, now) = (self.ticker_limits(), self.now.market);
        let ticker = || self.ticker.clone();
        let (entries, within) = (count(self.entries_of_minute()), limits.minute);
        if let Some(max) = limits.entries_a_minute_max.filter(|max| entries >= *max) {
            return Err(Refusal::TooManyEntries { ticker: ticker(), entries, within, max });
        }
        let pause = limits.losing_streak.and_then(|limit| self.holding.streak.pauses_until(now, limit));
        if let Some(until) = pause {
            let losses = count(self.holding.streak.losses());
            return Err(Refusal::LosingStreak { ticker: ticker(), losses, until });
        }
        let entries = count(self.unfilled_entries());
        if let Some(max) = limits.unfilled_in_a_row_max.filter(|max| entries >= *max) {
            return Err(Refusal::UnfilledEntries { ticker: ticker(), entries, max });
        }
        self.judge_trades(openings)
    }

    fn judge_trades(&self, openings: &[Opening]) -> Result<(), Refusal> {
        let Some(max) = self.ticker_limits().trades_a_day_max else { return Ok(()) };
        let known = self.trades_of_day();
        let trades = count(known.len());
        let begins = self.holding.position.is_zero()
            && openings.iter().any(|opening| !known.contains(&opening.order.trade));
        if begins && trades >= max {
            return Err(Refusal::TooManyTrades { ticker: self.ticker.clone(), trades, max });
        }
        Ok(())
    }

    /// What the position would be worth with everything that may come.
    pub(super) fn judge_position(&self, openings: &[Opening]) -> Result<(), Refusal> {
        let limits = self.ticker_limits();
        let (size, gap) = (limits.position_size_max, limits.gap_risk_max);
        if size.is_none() && gap.is_none() {
            return Ok(());
        }
        let own = openings.iter().map(|opening| opening.worth(self.holding.multiplier));
        let would = total(own.chain([self.position_size(replaced(openings))]));
        let would = would.ok_or_else(|| self.not_computable())?;
        if let Some(max) = size.filter(|max| would > *max) {
            return Err(Refusal::PositionTooLarge { ticker: self.ticker.clone(), would, max });
        }
        let would = in_a_gap(would).ok_or_else(|| self.not_computable())?;
        match gap.filter(|max| would > *max) {
            Some(max) => Err(Refusal::TickerGapRisk { ticker: self.ticker.clone(), would, max }),
            None => Ok(()),
        }
    }

    /// What the position is worth with all that its entries may bring, but for one of them; none where it cannot be
    /// computed.
    pub(in crate::account) fn position_size(&self, but: Option<&OrderRef>) -> Option<Money> {
        let held = self.holding.worth(self.view, self.ticker).map(without_sign);
        let reserved = [Action::Buy, Action::Sell].map(|action| self.holding.reserved(action, but));
        total(reserved.into_iter().chain([held]))
    }

    /// Entries admitted within the last minute, and those that were never answered.
    pub(in crate::account) fn entries_of_minute(&self) -> usize {
        let (minute, now) = (self.ticker_limits().minute, self.now.market);
        let open = self.holding.lines.entries().filter(|(_, line)| !line.answered && now - line.at < minute);
        let batches: BTreeSet<u64> = open.map(|(_, line)| line.batch).collect();
        self.holding.streak.entries(now, minute) + batches.len()
    }

    /// Entries in a row that ended without a fill, and those that work without one.
    pub(in crate::account) fn unfilled_entries(&self) -> usize {
        let unfilled = self.holding.lines.entries().filter(|(_, line)| line.got().is_zero());
        let batches: BTreeSet<u64> = unfilled.map(|(_, line)| line.batch).collect();
        self.holding.streak.unfilled_in_a_row(self.book.day()) + batches.len()
    }

    /// Trades whose first fill is of the open day, and those that wait for one.
    pub(in crate::account) fn trades_of_day(&self) -> BTreeSet<u32> {
        let mut trades = self.holding.fills.trades_today();
        if self.holding.position.is_zero() {
            trades.extend(self.holding.lines.entries().map(|(order, _)| order.trade));
        }
        trades
    }
}

/// The working order whose terms a change replaces.
pub(super) fn replaced(openings: &[Opening]) -> Option<&OrderRef> {
    openings.iter().find(|opening| opening.changes).map(|opening| &opening.order)
}
