//! An entry: sized by the quote, priced on the grid, sent as one native bracket.
//!
//! Order of sending: parent, target, stop last; only the stop carries `transmit`, so
//! that a refused stop leaves nothing that could fill without it.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Out, Ticker};
use crate::fact::{Fact, LotOpened};
use crate::instrument::Instrument;
use crate::money::{BadPrice, Fraction, Price, Quantity, Rounding};
use crate::order::{Action, Kind, Side, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Decline;
use crate::request::{OrderSpec, Request};
use crate::rule;
use crate::signal::Signal;
use crate::time::Now;
use crate::view::{MarketView, Quote};

/// The three prices of a bracket.
pub(super) struct Prices {
    pub(super) limit: Price,
    pub(super) stop: Price,
    pub(super) target: Price,
}

impl Ticker {
    /// Opens a lot of `side`, or says why not.
    pub(super) fn enter(
        &mut self,
        now: Now,
        side: Side,
        signal: &Signal,
        view: &MarketView,
        out: &mut Out,
    ) -> Result<(), Decline> {
        self.may_open(now, side)?;
        let instrument = open_instrument(now, view)?;
        let quote = self.usable_quote(now, view)?;
        let wanted = rule::entry_for(&self.settings.rules, &self.settings.key, signal)?;
        let touch = quote.touch(side.opening()).ok_or(Decline::NoQuote)?;
        let lot = LotOpened {
            trade: self.trades + 1,
            lot: 1,
            side,
            stop_loss: wanted.entry.stop_loss_pct.unwrap_or(self.settings.stop_loss),
            take_profit: wanted.entry.take_profit_pct.unwrap_or(self.settings.take_profit),
            touch,
            multiplier: instrument.multiplier,
            because: wanted.because,
        };
        let prices = self.entry_prices(&lot, instrument).map_err(|why| Decline::no_bracket(touch, &why))?;
        let quantity = self.size(&lot, prices.limit, instrument)?;
        shortable(side, quote, quantity)?;
        self.open(now, signal, lot, &prices, quantity, out);
        Ok(())
    }

    fn open(
        &mut self,
        now: Now,
        signal: &Signal,
        lot: LotOpened,
        prices: &Prices,
        quantity: Quantity,
        out: &mut Out,
    ) {
        let orders = self.bracket(now, &lot, Role::Entry, prices, quantity);
        let number = lot.lot;
        self.fact(now, Fact::SignalTaken { signal: signal.clone(), because: lot.because.clone() }, out);
        self.fact(now, Fact::LotOpened(lot), out);
        self.ask(now, Request::Place { lot: number, orders }, out);
    }

    fn may_open(&self, now: Now, side: Side) -> Result<(), Decline> {
        if !self.mode.opens() {
            return Err(Decline::NotActive(self.mode.to_string()));
        }
        if side == Side::Short && !self.settings.allow_short {
            return Err(Decline::ShortNotAllowed);
        }
        match self.cooling_until {
            Some(until) if now.market < until => Err(Decline::CoolingDown { until }),
            _ => Ok(()),
        }
    }

    pub(super) fn usable_quote<'a>(&self, now: Now, view: &'a MarketView) -> Result<&'a Quote, Decline> {
        let quote = view.quote.as_ref().ok_or(Decline::NoQuote)?;
        if quote.delayed {
            return Err(Decline::QuoteDelayed);
        }
        let (age, max) = (quote.age(now), self.settings.quote_age_max);
        if age > max { Err(Decline::QuoteTooOld { age, max }) } else { Ok(quote) }
    }

    /// A marketable limit reaches beyond the quote, and its bracket is built around it.
    pub(super) fn entry_prices(&self, lot: &LotOpened, instrument: &Instrument) -> Result<Prices, BadPrice> {
        let (action, touch) = (lot.side.opening(), lot.touch);
        let limit = marketable(action, touch, self.settings.entry_offset, instrument)?;
        let (stop, target) = bracket_around(limit, lot, instrument)?;
        Ok(Prices { limit, stop, target })
    }

    /// Whole shares for the configured money, rounded down.
    fn size(&self, lot: &LotOpened, limit: Price, instrument: &Instrument) -> Result<Quantity, Decline> {
        let money = self.settings.position_size;
        let quantity = money.buys(limit, lot.multiplier).in_lots_of(instrument.lot_size);
        if quantity.is_zero() { Err(Decline::RoundsToZero { money, price: limit }) } else { Ok(quantity) }
    }

    pub(super) fn bracket(
        &self,
        now: Now,
        lot: &LotOpened,
        role: Role,
        prices: &Prices,
        quantity: Quantity,
    ) -> Vec<OrderSpec> {
        let n = self.trade.as_ref().map_or(1, crate::trade::Trade::next_n);
        let entry = self.order(lot.trade, role, n);
        let stop = self.order(lot.trade, Role::Stop, n);
        let child = |role, kind, transmit| OrderSpec {
            order: self.order(lot.trade, role, n),
            action: lot.side.closing(),
            quantity,
            kind,
            time_in_force: TimeInForce::GoodTillCancelled,
            parent: Some(entry.clone()),
            group: Some(stop.to_string()),
            transmit,
        };
        let parent = OrderSpec {
            order: entry.clone(),
            action: lot.side.opening(),
            quantity,
            kind: Kind::Limit(prices.limit),
            time_in_force: TimeInForce::GoodTill(whole_second(now.market + self.settings.entry_expiry)),
            parent: None,
            group: None,
            transmit: false,
        };
        let target = child(Role::Target, Kind::Limit(prices.target), false);
        let stop_leg = child(Role::Stop, Kind::Stop(prices.stop), true);
        vec![parent, target, stop_leg]
    }
}

/// A limit that meets the quote: beyond it by `offset`, on the safe tick, never short of it.
pub(super) fn marketable(
    action: Action,
    touch: Price,
    offset: Fraction,
    instrument: &Instrument,
) -> Result<Price, BadPrice> {
    match action {
        Action::Buy => {
            Price::on_tick(touch.raised(offset), &instrument.ticks, Rounding::Down).map(|p| p.max(touch))
        }
        Action::Sell => {
            Price::on_tick(touch.lowered(offset), &instrument.ticks, Rounding::Up).map(|p| p.min(touch))
        }
    }
}

/// Stop and target around `price`: the stop rounded away from the position, the target
/// to the better side.
pub(super) fn bracket_around(
    price: Price,
    lot: &LotOpened,
    instrument: &Instrument,
) -> Result<(Price, Price), BadPrice> {
    let ticks = &instrument.ticks;
    match lot.side {
        Side::Long => Ok((
            Price::on_tick(price.lowered(lot.stop_loss), ticks, Rounding::Down)?,
            Price::on_tick(price.raised(lot.take_profit), ticks, Rounding::Up)?,
        )),
        Side::Short => Ok((
            Price::on_tick(price.raised(lot.stop_loss), ticks, Rounding::Up)?,
            Price::on_tick(price.lowered(lot.take_profit), ticks, Rounding::Down)?,
        )),
    }
}

pub(super) fn open_instrument(now: Now, view: &MarketView) -> Result<&Instrument, Decline> {
    let instrument = view.instrument.as_ref().ok_or(Decline::NoInstrument)?;
    match instrument.session_at(now.market) {
        Some(_) => Ok(instrument),
        None => Err(Decline::MarketClosed { next: instrument.next_open(now.market) }),
    }
}

/// A short sale needs shares to borrow; silence of the broker is not a yes.
fn shortable(side: Side, quote: &Quote, wanted: Quantity) -> Result<(), Decline> {
    let available = quote.shortable.unwrap_or(Decimal::ZERO);
    if side == Side::Short && available < wanted.value() {
        return Err(Decline::NotShortable { available, wanted });
    }
    Ok(())
}

/// The wire knows whole seconds; an entry works until the end of its last one.
fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_round_up(TimeDelta::seconds(1)).unwrap_or(at)
}
