//! What a ticker shows of itself on the board.

use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::order::Side;
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
        let gain = |(mark, average)| gain(side, quantity, average, mark, multiplier);
        let unrealized = mark.zip(average).map(gain);
        Some(PositionView {
            side,
            quantity,
            average,
            stop: price(Role::Stop),
            target: price(Role::Target),
            unrealized,
        })
    }
}

fn gain(side: Side, quantity: Quantity, average: Price, mark: Price, multiplier: Decimal) -> Money {
    let moved = mark.times(quantity, multiplier) - average.times(quantity, multiplier);
    match side {
        Side::Long => moved,
        Side::Short => -moved,
    }
}
