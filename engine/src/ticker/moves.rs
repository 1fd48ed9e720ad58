//! Moving stops and taking a part out: what rules do to an open position but closing it.
//!
//! A stop never loosens, and never comes nearer to the market than the least distance. A
//! scale-out is never in a group: the protection is first made smaller, then the part is sold.

use rust_decimal::Decimal;

use super::{Out, Ticker};
use crate::fact::{Fact, StopOutcome};
use crate::instrument::Instrument;
use crate::lot::Lot;
use crate::money::{BadPrice, Price, Quantity, Rounding};
use crate::order::Side;
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::{Change, Request};
use crate::rule::{MoveStop, Rule, ScaleOut, View};
use crate::time::Now;
use crate::trade::Trade;
use crate::view::{MarketView, Quote};

/// A trailing stop is moved when it gains at least this part of the price: each move is an order
/// message.
const TRAIL_STEP: Decimal = Decimal::from_parts(5, 0, 0, false, 4);
/// The spread counts so many times in the least distance of a stop.
const SPREADS: Decimal = Decimal::TWO;

impl Ticker {
    /// Whether the action would tighten any stop now.
    pub(super) fn has_move(
        &self,
        trade: &Trade,
        own: &MoveStop,
        view: &View<'_>,
        market: &MarketView,
    ) -> bool {
        trade.lots.iter().any(|lot| self.move_of(trade, lot, own, view, market).is_some())
    }

    #[expect(clippy::too_many_arguments, reason = "one action with all that it looks at")]
    pub(super) fn move_stops(
        &mut self,
        now: Now,
        rule: &Rule,
        own: &MoveStop,
        because: Because,
        view: &View<'_>,
        market: &MarketView,
        out: &mut Out,
    ) {
        let Some(trade) = &self.trade else { return };
        let to = |lot| change(lot, Role::Stop, self.move_of(trade, lot, own, view, market)?);
        let changes: Vec<Change> = trade.lots.iter().filter_map(to).collect();
        self.fired(now, rule, &because, out);
        changes.into_iter().for_each(|change| self.ask(now, Request::Modify(change), out));
    }

    /// What becomes of stops that are to go to a price, and whether any gets tighter there.
    pub(super) fn stops_to(
        &self,
        trade: &Trade,
        to: Price,
        tightens: bool,
        market: &MarketView,
    ) -> StopOutcome {
        let mark = market.quote.as_ref().and_then(|quote| quote.touch(trade.side.closing()));
        let (Some(quote), Some(mark)) = (&market.quote, mark) else { return StopOutcome::NoQuote };
        let least = self.least_distance(quote, mark);
        let room = match trade.side {
            Side::Long => mark.value() - to.value(),
            Side::Short => to.value() - mark.value(),
        };
        if !tightens {
            return StopOutcome::Looser(to);
        }
        if room < least.max(Decimal::ZERO) {
            return StopOutcome::TooNear { to, mark, least };
        }
        StopOutcome::Moved(to)
    }

    /// Moves each stop that gets tighter by it.
    pub(super) fn tighten_all(&mut self, now: Now, to: Price, out: &mut Out) {
        let Some(trade) = &self.trade else { return };
        let lots = trade.lots.iter().filter(|lot| tightens(lot, to));
        let changes: Vec<Change> = lots.filter_map(|lot| change(lot, Role::Stop, to)).collect();
        changes.into_iter().for_each(|change| self.ask(now, Request::Modify(change), out));
    }

    /// Where the lot's stop would go; none if it stays.
    fn move_of(
        &self,
        trade: &Trade,
        lot: &Lot,
        own: &MoveStop,
        view: &View<'_>,
        market: &MarketView,
    ) -> Option<Price> {
        let (instrument, mark) = (market.instrument.as_ref()?, view.held?.mark);
        let wanted = if own.break_even {
            self.break_even_of(trade, lot, instrument).ok()?
        } else if let Some(price) = own.to_price {
            away(trade.side, price.value(), instrument).ok()?
        } else {
            let (_, best) = self.watch.best.filter(|(number, _)| *number == trade.number)?;
            let behind = own.trail_pct?;
            let value = match trade.side {
                Side::Long => best.lowered(behind),
                Side::Short => best.raised(behind),
            };
            away(trade.side, value, instrument).ok()?
        };
        let stop = lot.newest(Role::Stop)?.spec.kind.price()?;
        let gain = (wanted.value() - stop.value()).abs();
        let worth_it = own.trail_pct.is_none() || gain >= mark.value() * TRAIL_STEP;
        let fits = self.stops_to(trade, wanted, tightens(lot, wanted), market);
        (view.quote.is_some() && worth_it && fits == StopOutcome::Moved(wanted)).then_some(wanted)
    }

    /// The price at which the position neither gains nor loses, commissions included.
    pub(super) fn break_even(
        &self,
        trade: &Trade,
        average: Price,
        instrument: &Instrument,
    ) -> Result<Price, BadPrice> {
        let costs = self.ledger.commissions().value();
        let unit = trade.held().value() * trade.multiplier();
        // What came in is paid already; the way out costs about as much.
        let each = (costs + costs).checked_div(unit).unwrap_or_default();
        let value = match trade.side {
            Side::Long => average.value() + each,
            Side::Short => average.value() - each,
        };
        let toward = if trade.side == Side::Long { Rounding::Up } else { Rounding::Down };
        Price::on_tick(value, &instrument.ticks, toward)
    }

    fn break_even_of(&self, trade: &Trade, lot: &Lot, instrument: &Instrument) -> Result<Price, BadPrice> {
        let average = lot.entry_average.ok_or(BadPrice::NoBands)?;
        self.break_even(trade, average, instrument)
    }

    /// How near to the market a stop may be moved.
    pub(super) fn least_distance(&self, quote: &Quote, mark: Price) -> Decimal {
        let spread = quote.ask.zip(quote.bid).map_or(Decimal::ZERO, |(ask, bid)| ask.value() - bid.value());
        (spread * SPREADS).max(mark.value() * self.settings.stop_distance_min.value())
    }

    /// The part is taken from the lots, oldest first, in whole shares.
    pub(super) fn scale_out(
        &mut self,
        now: Now,
        rule: &Rule,
        own: &ScaleOut,
        because: Because,
        market: &MarketView,
        out: &mut Out,
    ) {
        let (Some(trade), Some(instrument)) = (&self.trade, &market.instrument) else { return };
        let parts: Vec<(u32, Quantity)> = trade
            .lots
            .iter()
            .map(|lot| (lot.opened.lot, instrument.orderable(own.part.of(lot.held()))))
            .filter(|(_, part)| !part.is_zero())
            .collect();
        self.fired(now, rule, &because, out);
        for (lot, part) in parts {
            self.fact(now, Fact::ScaleOutDecided { lot, part, because: because.clone() }, out);
        }
    }
}

/// A price on the tick that lies away from a position of `side`: lower for a long.
fn away(side: Side, value: Decimal, instrument: &Instrument) -> Result<Price, BadPrice> {
    let toward = if side == Side::Long { Rounding::Down } else { Rounding::Up };
    Price::on_tick(value, &instrument.ticks, toward)
}

/// True where the lot's working stop would get tighter at `to`.
pub(super) fn tightens(lot: &Lot, to: Price) -> bool {
    let stop = lot.newest(Role::Stop).filter(|leg| leg.works() && leg.changing.is_none());
    let price = stop.filter(|leg| !leg.spec.kind.trails()).and_then(|leg| leg.spec.kind.price());
    price.is_some_and(|price| lot.side().is_better(to, price))
}

/// Another price for the lot's working exit of this role.
pub(super) fn change(lot: &Lot, role: Role, price: Price) -> Option<Change> {
    let leg = lot.newest(role).filter(|leg| leg.works() && leg.changing.is_none())?;
    let other = leg.spec.kind.price().is_some_and(|now| now != price);
    other.then(|| Change { order: leg.spec.order.clone(), quantity: leg.filled + lot.held(), price })
}
