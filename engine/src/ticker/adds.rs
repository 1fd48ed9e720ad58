//! Adding to a position: to one that gains, level by level, at the market; to one that loses,
//! by a limit that rests at a better price. The two exclude each other within a trade.
//!
//! Each add has a bracket of its own. Once it is in, `stop_after_add` says what the other
//! stops do.

use super::entry::{Planned, Prices, Sending, bracket_around, exchange_day, marketable, open_instrument};
use super::moves::tightens;
use super::size::orderable;
use super::{Out, Ticker};
use crate::distance::Distance;
use crate::fact::{Fact, LotOpened, StopOutcome};
use crate::money::{Price, Quantity, Rounding};
use crate::order::{End, Side};
use crate::order_ref::Role;
use crate::reason::{Because, Decline};
use crate::request::Request;
use crate::rule::{DoubleDown, EntryKind, Rule, ScaleIn};
use crate::settings::StopAfterAdd;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

impl Ticker {
    pub(super) fn may_scale_in(&self, trade: &Trade) -> bool {
        let left = trade.levels_used < self.settings.scale_ins_max && !trade.withdrawn;
        left && !trade.lots.iter().any(|lot| lot.opened.resting)
    }

    /// One at a time, and only while the first lot is whole; not again on the day of a refusal.
    pub(super) fn may_double_down(&self, now: Now, trade: &Trade, market: &MarketView) -> bool {
        let Some(first) = trade.lots.first() else { return false };
        let others = &trade.lots[1..];
        let scaled = others.iter().any(|lot| lot.opened.adds && !lot.opened.resting);
        let filled = others.iter().filter(|lot| lot.opened.resting && !lot.bought().is_zero()).count();
        let rests = others.iter().any(|lot| lot.opened.resting && !lot.entry_over());
        let day = |at| exchange_day(Now { market: at, ..now }, market);
        let refused = others.iter().any(|lot| {
            let end = lot.entry().and_then(crate::lot::Leg::end);
            lot.opened.resting && end == Some(End::Rejected) && day(lot.opened_at) == day(now.market)
        });
        let most = usize::try_from(self.settings.double_downs_max).unwrap_or(usize::MAX);
        !scaled
            && !rests
            && !refused
            && !trade.withdrawn
            && filled < most
            && first.left().is_zero()
            && !first.held().is_zero()
    }

    /// A level is used whether it led to an order or not: it is not tried at every quote.
    pub(super) fn scale_in(
        &mut self,
        now: Now,
        scale_in: &ScaleIn,
        because: Because,
        market: &MarketView,
        out: &mut Out,
    ) {
        match self.plan_scale_in(now, scale_in, &because, market) {
            Ok(planned) => self.add(now, planned, out),
            Err(decline) => self.fact(now, Fact::AddDeclined { wanted: because, because: decline }, out),
        }
    }

    fn plan_scale_in(
        &self,
        now: Now,
        scale_in: &ScaleIn,
        because: &Because,
        market: &MarketView,
    ) -> Result<Planned, Decline> {
        let instrument = open_instrument(now, market)?;
        let quote = self.usable_quote(now, market)?;
        let trade = self.trade.as_ref().ok_or(Decline::NothingToSell)?;
        let first = trade.lots.first().ok_or(Decline::NothingToSell)?;
        let action = trade.side.opening();
        let touch = quote.touch(action).ok_or(Decline::NoQuote)?;
        let lot = LotOpened { touch, because: because.clone(), ..add_to(trade, &first.opened, false) };
        let bad = |why| Decline::no_bracket(touch, &why);
        let entry = marketable(action, touch, self.settings.entry_offset, instrument).map_err(bad)?;
        let (stop, target) = bracket_around(entry, &lot, instrument).map_err(bad)?;
        let quantity = scale_in.scale_pct.of(trade.first_bought()).in_lots_of(Quantity::whole(1));
        if quantity.is_zero() {
            return Err(Decline::AddRoundsToZero { of: trade.first_bought() });
        }
        let quantity = orderable(quantity, instrument)?;
        let sending = self.sending(trade, EntryKind::Marketable);
        let prices = Prices { entry, stop, target };
        Ok(Planned { orders: self.bracket(now, &lot, sending, prices, quantity, instrument), lot })
    }

    pub(super) fn double_down(
        &mut self,
        now: Now,
        rule: &Rule,
        double_down: &DoubleDown,
        because: Because,
        market: &MarketView,
        out: &mut Out,
    ) {
        match self.plan_double_down(now, double_down, &because, market) {
            Ok(planned) => {
                self.fired(now, rule, &because, out);
                self.add(now, planned, out);
            }
            // Whoever sent a signal hears why; at a quote the rule is looked at again at the next.
            Err(decline) if rule.hears_signals() => {
                self.fact(now, Fact::AddDeclined { wanted: because, because: decline }, out);
            }
            Err(_) => {}
        }
    }

    fn plan_double_down(
        &self,
        now: Now,
        double_down: &DoubleDown,
        because: &Because,
        market: &MarketView,
    ) -> Result<Planned, Decline> {
        let instrument = open_instrument(now, market)?;
        let quote = self.usable_quote(now, market)?;
        let trade = self.trade.as_ref().ok_or(Decline::NothingToSell)?;
        let first = trade.lots.first().ok_or(Decline::NothingToSell)?;
        let average = first.entry_average.ok_or(Decline::NoQuote)?;
        let stop = first.newest(Role::Stop).and_then(|leg| leg.spec.kind.price()).ok_or(Decline::NoQuote)?;
        let bad = |why| Decline::no_bracket(average, &why);
        let (from, toward) = match trade.side {
            Side::Long => (average.lowered(double_down.distance_pct), Rounding::Down),
            Side::Short => (average.raised(double_down.distance_pct), Rounding::Up),
        };
        let entry = Price::on_tick(from, &instrument.ticks, toward).map_err(bad)?;
        let touch = quote.touch(trade.side.opening()).ok_or(Decline::NoQuote)?;
        let lot = LotOpened {
            touch,
            // Its stop is the first lot's.
            stop: Distance::At(stop),
            trailing: false,
            because: because.clone(),
            ..add_to(trade, &first.opened, true)
        };
        let (stop, target) = bracket_around(entry, &lot, instrument).map_err(bad)?;
        let scaled = trade.first_bought().value().checked_mul(double_down.scale.value()).unwrap_or_default();
        let quantity = Quantity::new(scaled).unwrap_or_default().in_lots_of(Quantity::whole(1));
        if quantity.is_zero() {
            return Err(Decline::AddRoundsToZero { of: trade.first_bought() });
        }
        let quantity = orderable(quantity, instrument)?;
        let sending = self.sending(trade, EntryKind::Limit);
        let prices = Prices { entry, stop, target };
        Ok(Planned { orders: self.bracket(now, &lot, sending, prices, quantity, instrument), lot })
    }

    fn sending(&self, trade: &Trade, kind: EntryKind) -> Sending {
        Sending { role: Role::Add, kind, expiry: self.settings.entry_expiry, n: trade.next_n() }
    }

    fn add(&mut self, now: Now, planned: Planned, out: &mut Out) {
        self.fact(now, Fact::LotOpened(planned.lot), out);
        self.ask(now, Request::Place { orders: planned.orders }, out);
    }

    /// Once an add is in and everything is at rest: where the stops go now, once for each add.
    pub(super) fn after_add(&mut self, now: Now, market: &MarketView, out: &mut Out) {
        let Some(trade) = self.trade.as_ref().filter(|trade| trade.is_quiet() && trade.leaving.is_none())
        else {
            return;
        };
        let pending = |lot: &&crate::lot::Lot| lot.opened.adds && !lot.stops_settled && !lot.held().is_zero();
        let Some(lot) = trade.lots.iter().find(pending).map(|lot| lot.opened.lot) else { return };
        if !self.mode.places() || self.mode.is_reconciling() {
            return;
        }
        let outcome = self.stop_after_add(trade, market);
        self.fact(now, Fact::StopsAfterAdd { lot, outcome }, out);
        if let StopOutcome::Moved(price) = outcome {
            self.tighten_all(now, price, out);
        }
    }

    fn stop_after_add(&self, trade: &Trade, market: &MarketView) -> StopOutcome {
        if self.settings.stop_after_add == StopAfterAdd::Keep {
            return StopOutcome::Kept;
        }
        let (Some(average), Some(first)) = (trade.average(&self.ledger), trade.lots.first()) else {
            return StopOutcome::NoQuote;
        };
        let Some(instrument) = &market.instrument else { return StopOutcome::NoQuote };
        let to = match self.settings.stop_after_add {
            StopAfterAdd::Breakeven => self.break_even(trade, average, instrument),
            _ => first.opened.stop.stop(trade.side, average, &instrument.ticks),
        };
        let Ok(to) = to else { return StopOutcome::NoQuote };
        let tightens = trade.lots.iter().any(|lot| tightens(lot, to));
        self.stops_to(trade, to, tightens, market)
    }
}

/// What an add inherits of the first lot.
fn add_to(trade: &Trade, first: &LotOpened, resting: bool) -> LotOpened {
    let lot = trade.lots.iter().map(|lot| lot.opened.lot).max().unwrap_or(0) + 1;
    LotOpened { trade: trade.number, lot, adds: true, resting, ..first.clone() }
}
