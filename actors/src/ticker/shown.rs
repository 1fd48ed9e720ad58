//! What a ticker shows of itself on the board.

use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::lot::Lot;
use engine::order::{Side, Standing};
use engine::trade::Trade;
use engine::{Money, Now, Price, Quantity, Role};
use rust_decimal::Decimal;

use super::TickerActor;
use crate::board::{PositionView, TickerView};

impl TickerActor {
    pub(super) fn show(&self, now: Now) {
        let view = TickerView {
            at: now.market,
            mode: self.ticker.mode().clone(),
            winding_down: self.ticker.is_winding_down(),
            in_session: self.view.instrument.as_ref().is_some_and(|own| own.session_at(now.market).is_some()),
            trouble: self.life.trouble(),
            stage: self.ticker.trade().map(engine::trade::Trade::stage),
            position: self.shown_position(),
            decisions: self.decisions.clone(),
            tally: self.ticker.tally().clone(),
            foreign: self.ticker.foreign(),
        };
        self.doors.board.publish(&self.key, view);
    }

    /// What it holds. What a broken ticker remembers may be what it broke over, and shows nothing then.
    fn shown_position(&self) -> Option<PositionView> {
        if self.life.decides() {
            #[cfg(feature = "testing")]
            crate::testing::upset_showing(&self.key);
            return self.position();
        }
        catch_unwind(AssertUnwindSafe(|| self.position())).unwrap_or_default()
    }

    pub(super) fn position(&self) -> Option<PositionView> {
        let trade = self.ticker.trade().filter(|trade| !trade.held().is_zero())?;
        let price = |role| {
            let working =
                trade.lots.iter().rev().filter_map(|lot| lot.newest(role)).find(|leg| leg.works())?;
            working.spec.kind.price()
        };
        let (side, quantity) = (trade.side, trade.held());
        let average = trade.average(self.ticker.ledger());
        let mark = self.view.quote.and_then(|quote| quote.mark(side));
        let multiplier = trade.lots.first().map_or(Decimal::ONE, |lot| lot.opened.multiplier);
        let gain_from = |(mark, average)| gain(side, quantity, average, mark, multiplier);
        let unrealized = mark.zip(average).map(gain_from);
        let at_stop = mark.and_then(|mark| at_stops(trade, mark));
        Some(PositionView {
            side,
            quantity,
            average,
            stop: price(Role::Stop),
            target: price(Role::Target),
            unrealized,
            last: mark,
            at_stop,
            armed: trade.lots.iter().map(Lot::covered).sum(),
            asleep: trade.lots.iter().map(asleep).sum(),
        })
    }
}

/// Shares of a lot whose stop the broker has, and that works only once its entry is filled.
fn asleep(lot: &Lot) -> Quantity {
    let stop = lot.newest(Role::Stop).filter(|leg| leg.standing == Some(Standing::Held));
    stop.map_or(Quantity::ZERO, |leg| leg.remaining)
}

/// What is lost from `mark` on if each lot goes at its stop; none where a lot has none.
fn at_stops(trade: &Trade, mark: Price) -> Option<Money> {
    let held = trade.lots.iter().filter(|lot| !lot.held().is_zero());
    let each = held.map(|lot| {
        let stop = lot.newest(Role::Stop).filter(|leg| leg.works())?.spec.kind.price()?;
        Some(gain(trade.side, lot.held(), mark, stop, lot.opened.multiplier))
    });
    each.sum()
}

/// What shares gain on the way from the first price to the second.
fn gain(side: Side, quantity: Quantity, from: Price, to: Price, multiplier: Decimal) -> Money {
    let moved = to.times(quantity, multiplier) - from.times(quantity, multiplier);
    match side {
        Side::Long => moved,
        Side::Short => -moved,
    }
}
