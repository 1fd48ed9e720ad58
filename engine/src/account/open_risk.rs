//! What would be lost from here on: if every stop filled at its price, and if prices leapt past all of them.
//!
//! Shares that no stop covers count with all they are worth, and entries as if they had filled at their worst price. What a
//! stop would lock in is no loss, and makes up for none elsewhere.

use rust_decimal::Decimal;

use super::exact::{bounded, total, without_sign, worth};
use super::holding::Holding;
use super::opening::Opening;
use super::view::AccountView;
use crate::instrument::TickerKey;
use crate::money::{Money, Price, Quantity};
use crate::order::Action;
use crate::order_ref::OrderRef;

/// How far prices leap in the second case.
pub(super) const GAP: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

impl Holding {
    /// What this ticker loses if every stop of it fills, but for one entry; none where it cannot be computed.
    pub(super) fn open_risk(
        &self,
        view: &AccountView,
        ticker: &TickerKey,
        but: Option<&OrderRef>,
    ) -> Option<Money> {
        let entries = self.lines.entries().filter(|(order, _)| Some(*order) != but);
        let entries = entries.map(|(order, line)| {
            // Without a price it is refused; until then it risks nothing.
            let Some(price) = line.worst_price() else { return Some(Money::ZERO) };
            self.risk_of(line.rest(), price, self.lines.stop_of(order), line.action)
        });
        total([self.held_risk(view, ticker)].into_iter().chain(entries))
    }

    /// Each stop takes as many of the shares held as it would close; the rest has none.
    fn held_risk(&self, view: &AccountView, ticker: &TickerKey) -> Option<Money> {
        let mut bare = self.held();
        if bare.is_zero() {
            return Some(Money::ZERO);
        }
        let (mark, side) = (self.mark(view, ticker)?.price, self.side());
        let mut parts = Vec::new();
        for (quantity, stop) in self.lines.stops(side.closing()) {
            let covered = quantity.min(bare);
            bare = bare.less(covered);
            parts.push(self.risk_of(covered, mark, Some(stop), side.opening()));
        }
        parts.push(self.risk_of(bare, mark, None, side.opening()));
        total(parts)
    }

    /// What an order would add.
    pub(super) fn risk_of_opening(&self, opening: &Opening) -> Option<Money> {
        self.risk_of(opening.quantity, opening.price?, opening.stop, opening.action)
    }

    fn risk_of(
        &self,
        quantity: Quantity,
        from: Price,
        stop: Option<Price>,
        opened_by: Action,
    ) -> Option<Money> {
        let to = stop.map_or(Decimal::ZERO, Price::value);
        let lost = match (stop, opened_by) {
            // A short's loss has no end; what it is worth stands for it.
            (None, _) => from.value(),
            (Some(_), Action::Buy) => from.value() - to,
            (Some(_), Action::Sell) => to - from.value(),
        };
        worth(lost.max(Decimal::ZERO), quantity.value(), self.multiplier)
    }
}

/// The part of what is held that a leap of prices takes.
pub(super) fn in_a_gap(gross: Money) -> Option<Money> {
    bounded(without_sign(gross).value().checked_mul(GAP)?)
}
