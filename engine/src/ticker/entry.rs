//! An entry: sized, priced on the grid, each lot sent as one native bracket.
//!
//! Order of sending: parent, target, stop last; only the stop carries `transmit`, so
//! that a refused stop leaves nothing that could fill without it. Several targets are
//! several brackets in one request: one decision, written, admitted and sent whole.
//!
//! Read next: `size`, how large it is.

use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Out, Ticker};
use crate::distance::Distance;
use crate::fact::{Fact, LotOpened, Wanted};
use crate::instrument::Instrument;
use crate::money::{BadPrice, Fraction, Money, Multiple, Price, Quantity, Rounding};
use crate::order::{Action, Kind, Side, TimeInForce};
use crate::order_ref::Role;
use crate::reason::{Because, Decline};
use crate::request::{OrderSpec, Request};
use crate::rule::{self, CreatePosition, EntryKind};
use crate::signal::Signal;
use crate::time::Now;
use crate::view::{MarketView, Quote};

/// No entry so soon after trading has gone on again, in process time.
const AFTER_RESUME: TimeDelta = TimeDelta::seconds(60);
/// No new position in a contract that ends within so many days.
const EXPIRY_DAYS: i64 = 5;

/// The prices of a bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    /// What the bracket is built around: the limit, or for a market order the quote.
    pub(super) entry: Price,
    pub(super) stop: Price,
    pub(super) target: Option<Price>,
}

/// A lot that is decided on, with its bracket.
pub(super) struct Planned {
    pub(super) lot: LotOpened,
    pub(super) orders: Vec<OrderSpec>,
}

/// How one lot's entry is sent.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    pub(super) role: Role,
    pub(super) kind: EntryKind,
    pub(super) expiry: TimeDelta,
    /// The number in the names of its orders.
    pub(super) n: u32,
}

/// What the lots of an entry have in common.
struct Plan<'a> {
    side: Side,
    from: Price,
    quote: &'a Quote,
    instrument: &'a Instrument,
    stop: Distance,
    sending: Sending,
}

impl Ticker {
    /// Opens by the rule that takes the signal, or says why not.
    pub(super) fn enter(
        &mut self,
        now: Now,
        signal: &Signal,
        market: &MarketView,
        out: &mut Out,
    ) -> Result<(), Decline> {
        let rules = self.rules.clone();
        let view = self.rule_view(now, Some(signal), market);
        self.may_open(now, signal.direction == crate::signal::Direction::Short, market)?;
        open_instrument(now, market)?;
        self.usable_quote(now, market)?;
        let (rule, entry) = rule::opening(&rules, &view)?;
        self.is_cool(now, rule)?;
        let because = rule.because(&view);
        let lots = self.plan_entry(now, entry, &because, Some(signal), market)?;
        if self.settings.what_if {
            let wanted = Wanted { entry: entry.clone(), because, signal: Some(signal.clone()) };
            self.ask_margin(now, wanted, &lots, out);
            return Ok(());
        }
        self.fact(now, Fact::SignalTaken { signal: signal.clone(), because: because.clone() }, out);
        self.open(now, lots, out);
        Ok(())
    }

    /// Opens by a rule that needs no signal.
    pub(super) fn enter_by_itself(
        &mut self,
        now: Now,
        (name, entry): (&str, &CreatePosition),
        because: Because,
        market: &MarketView,
        out: &mut Out,
    ) {
        // A reason not to is no news here: the rule is looked at again at the next quote.
        let Ok(lots) = self.plan_entry(now, entry, &because, None, market) else { return };
        self.fact(now, Fact::RuleFired { rule: name.to_owned(), because: because.clone() }, out);
        self.open_unsignalled(now, entry, because, lots, out);
    }

    /// Opens what a rule decides by itself, or a person.
    pub(super) fn open_unsignalled(
        &mut self,
        now: Now,
        entry: &CreatePosition,
        because: Because,
        lots: Vec<Planned>,
        out: &mut Out,
    ) {
        if self.settings.what_if {
            let wanted = Wanted { entry: entry.clone(), because, signal: None };
            return self.ask_margin(now, wanted, &lots, out);
        }
        self.open(now, lots, out);
    }

    pub(super) fn open(&mut self, now: Now, lots: Vec<Planned>, out: &mut Out) {
        let mut orders = Vec::new();
        for planned in lots {
            self.fact(now, Fact::LotOpened(planned.lot), out);
            orders.extend(planned.orders);
        }
        self.ask(now, Request::Place { orders }, out);
    }

    /// All that an entry consists of, or why there is none.
    pub(super) fn plan_entry(
        &self,
        now: Now,
        entry: &CreatePosition,
        because: &Because,
        signal: Option<&Signal>,
        market: &MarketView,
    ) -> Result<Vec<Planned>, Decline> {
        let side = entry.side.side();
        self.may_open(now, side == Side::Short, market)?;
        let instrument = open_instrument(now, market)?;
        let quote = self.usable_quote(now, market)?;
        let touch = quote.touch(side.opening()).ok_or(Decline::NoQuote)?;
        let bad = |why| Decline::no_bracket(touch, &why);
        let kind = entry.entry.unwrap_or(self.settings.entry);
        let offset = entry.entry_offset_pct.unwrap_or(self.settings.entry_offset);
        let from = entry_price(kind, side.opening(), touch, offset, instrument).map_err(bad)?;
        let stop = self.stop_of(entry, signal, market)?;
        let stop_price = stop.stop(side, from, &instrument.ticks).map_err(bad)?;
        let whole = self.size(entry, from, stop_price, instrument, market)?;
        shortable(side, quote, whole)?;
        let expiry = entry.entry_expiry_s.map(|seconds| TimeDelta::seconds(seconds.into()));
        let expiry = expiry.unwrap_or(self.settings.entry_expiry);
        let sending = Sending { role: Role::Entry, kind, expiry, n: 1 };
        let plan = Plan { side, from, quote, instrument, stop, sending };
        self.plan_lots(now, entry, because, signal, market, &plan, whole)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one decision, each of another kind")]
    fn plan_lots(
        &self,
        now: Now,
        entry: &CreatePosition,
        because: &Because,
        signal: Option<&Signal>,
        market: &MarketView,
        plan: &Plan<'_>,
        whole: Quantity,
    ) -> Result<Vec<Planned>, Decline> {
        let touch = plan.quote.touch(plan.side.opening()).ok_or(Decline::NoQuote)?;
        let targets = self.targets_of(entry, signal, market, plan.instrument, whole)?;
        let rate = self.rate(plan.instrument, market)?;
        let mut lots = Vec::with_capacity(targets.len());
        for (number, (quantity, target)) in (1..).zip(targets) {
            let lot = LotOpened {
                trade: self.trades + 1,
                lot: number,
                side: plan.side,
                stop: plan.stop,
                trailing: entry.trailing,
                target,
                adds: false,
                resting: false,
                touch,
                multiplier: plan.instrument.multiplier * rate,
                margin: self.settings.margin.map(|own| Money::new(own.value() * rate)),
                day: Some(exchange_day(now, market)),
                because: because.clone(),
            };
            let bad = |why| Decline::no_bracket(touch, &why);
            let (stop, target) = bracket_around(plan.from, &lot, plan.instrument).map_err(bad)?;
            let prices = Prices { entry: plan.from, stop, target };
            let sending = Sending { n: number, ..plan.sending };
            lots.push(Planned {
                orders: self.bracket(now, &lot, sending, prices, quantity, plan.instrument),
                lot,
            });
        }
        Ok(lots)
    }

    pub(super) fn stop_of(
        &self,
        entry: &CreatePosition,
        signal: Option<&Signal>,
        market: &MarketView,
    ) -> Result<Distance, Decline> {
        let told = signal.filter(|_| entry.from_signal).and_then(|signal| signal.stop);
        match (told.or(entry.stop_price), entry.atr_stop_multiplier) {
            (Some(price), _) => Ok(Distance::At(price)),
            (None, Some(multiple)) => in_atrs(multiple, market),
            (None, None) => Ok(Distance::Percent(entry.stop_loss_pct.unwrap_or(self.settings.stop_loss))),
        }
    }

    /// The parts of the whole with the target of each.
    pub(super) fn targets_of(
        &self,
        entry: &CreatePosition,
        signal: Option<&Signal>,
        market: &MarketView,
        instrument: &Instrument,
        whole: Quantity,
    ) -> Result<Vec<(Quantity, Option<Distance>)>, Decline> {
        let told = signal.filter(|_| entry.from_signal).and_then(|signal| signal.target);
        if let Some(price) = told.or(entry.target_price) {
            return Ok(vec![(whole, Some(Distance::At(price)))]);
        }
        if entry.no_target {
            return Ok(vec![(whole, None)]);
        }
        let distance = |percent: Option<Fraction>, atrs: Option<Multiple>| match atrs {
            Some(multiple) => in_atrs(multiple, market),
            None => Ok(Distance::Percent(percent.unwrap_or(self.settings.take_profit))),
        };
        let Some((last, others)) = entry.targets.split_last() else {
            let only = distance(entry.take_profit_pct, entry.atr_target_multiplier)?;
            return Ok(vec![(whole, Some(only))]);
        };
        let mut rest = whole;
        let mut parts = Vec::with_capacity(entry.targets.len());
        for target in others {
            let quantity = instrument.orderable(target.part.of(whole));
            rest = rest.less(quantity);
            parts.push((quantity, Some(distance(target.take_profit_pct, target.atr_target_multiplier)?)));
        }
        parts.push((rest, Some(distance(last.take_profit_pct, last.atr_target_multiplier)?)));
        // A part too small for an order went to the last one; where that is too small, it goes to the one before.
        parts.retain(|(quantity, _)| !quantity.is_zero());
        if let [.., before, last] = &mut *parts
            && last.0 < instrument.size_min
        {
            before.0 = before.0 + last.0;
            parts.pop();
        }
        Ok(parts)
    }

    pub(super) fn may_open(&self, now: Now, short: bool, market: &MarketView) -> Result<(), Decline> {
        if !self.opens() {
            return Err(Decline::NotActive(self.state()));
        }
        if short && !self.settings.allow_short {
            return Err(Decline::ShortNotAllowed);
        }
        let cool = self.stopped_out_at.map(|at| at + self.settings.cool_down);
        if let Some(until) = cool.filter(|until| now.market < *until) {
            return Err(Decline::CoolingDown { until });
        }
        let today = exchange_day(now, market);
        if self.split_on == Some(today) {
            return Err(Decline::SplitToday);
        }
        let (day, count) = self.opened_today;
        match self.settings.trades_a_day_max {
            Some(max) if day == Some(today) && count >= max => Err(Decline::TradesADay { count, max }),
            _ => Ok(()),
        }
    }

    /// A quote that an entry may be made from.
    pub(super) fn usable_quote<'a>(&self, now: Now, view: &'a MarketView) -> Result<&'a Quote, Decline> {
        let quote = self.live_quote(now, view)?;
        match quote.resumed.map(|at| now.process.since(at)) {
            Some(since) if since < AFTER_RESUME => Err(Decline::TradingHalted { since_resumed: Some(since) }),
            _ => Ok(quote),
        }
    }

    /// A quote that tells what a trade would get now.
    pub(super) fn live_quote<'a>(&self, now: Now, view: &'a MarketView) -> Result<&'a Quote, Decline> {
        let quote = view.quote.as_ref().ok_or(Decline::NoQuote)?;
        if quote.delayed {
            return Err(Decline::QuoteDelayed);
        }
        if quote.halted {
            return Err(Decline::TradingHalted { since_resumed: None });
        }
        let (age, max) = (quote.age(now), self.settings.quote_age_max);
        if age > max { Err(Decline::QuoteTooOld { age, max }) } else { Ok(quote) }
    }

    /// The orders of one lot, in order of sending.
    pub(super) fn bracket(
        &self,
        now: Now,
        lot: &LotOpened,
        sending: Sending,
        prices: Prices,
        quantity: Quantity,
        instrument: &Instrument,
    ) -> Vec<OrderSpec> {
        let entry = self.order(lot.trade, sending.role, sending.n);
        let stop = self.order(lot.trade, Role::Stop, sending.n);
        let expires = TimeInForce::GoodTill(whole_second(now.market + sending.expiry));
        let (kind, time_in_force) = match sending.kind {
            EntryKind::Market => (Kind::Market, TimeInForce::Day),
            // It waits for as long as the first lot is whole, and is placed again each session.
            EntryKind::Limit if sending.role == Role::Add => (Kind::Limit(prices.entry), TimeInForce::Day),
            EntryKind::Marketable | EntryKind::Limit => (Kind::Limit(prices.entry), expires),
        };
        let parent = OrderSpec {
            order: entry.clone(),
            lot: lot.lot,
            action: lot.side.opening(),
            quantity,
            kind,
            time_in_force,
            parent: None,
            group: None,
            outside_rth: false,
            transmit: false,
        };
        let child = |order, kind, outside_rth, transmit| OrderSpec {
            order,
            action: lot.side.closing(),
            kind,
            time_in_force: TimeInForce::GoodTillCancelled,
            parent: Some(entry.clone()),
            group: Some(stop.to_string()),
            outside_rth,
            transmit,
            ..parent.clone()
        };
        let target = prices.target.map(|price| {
            child(self.order(lot.trade, Role::Target, sending.n), Kind::Limit(price), false, false)
        });
        let (kind, outside_rth) = self.stop_kind(lot, prices, instrument);
        let stop_leg = child(stop.clone(), kind, outside_rth, true);
        [parent.clone()].into_iter().chain(target).chain([stop_leg]).collect()
    }

    /// What kind of order a lot's stop is, and whether it works outside regular hours.
    fn stop_kind(&self, lot: &LotOpened, prices: Prices, instrument: &Instrument) -> (Kind, bool) {
        let stop = prices.stop;
        if lot.trailing {
            let by = (prices.entry.value() - stop.value()).abs();
            return (Kind::Trail { by, stop }, false);
        }
        let Some(offset) = self.settings.stop_outside_rth else { return (Kind::Stop(stop), false) };
        let ticks = &instrument.ticks;
        let limit = match lot.side {
            Side::Long => Price::on_tick(stop.lowered(offset), ticks, Rounding::Down),
            Side::Short => Price::on_tick(stop.raised(offset), ticks, Rounding::Up),
        };
        (Kind::StopLimit { stop, limit: limit.unwrap_or(stop) }, true)
    }
}

/// The price that an entry is built around.
fn entry_price(
    kind: EntryKind,
    action: Action,
    touch: Price,
    offset: Fraction,
    instrument: &Instrument,
) -> Result<Price, BadPrice> {
    match (kind, action) {
        (EntryKind::Market, _) => Ok(touch),
        (EntryKind::Marketable, _) => marketable(action, touch, offset, instrument),
        (EntryKind::Limit, Action::Buy) => {
            Price::on_tick(touch.lowered(offset), &instrument.ticks, Rounding::Down)
        }
        (EntryKind::Limit, Action::Sell) => {
            Price::on_tick(touch.raised(offset), &instrument.ticks, Rounding::Up)
        }
    }
}

fn in_atrs(multiple: Multiple, market: &MarketView) -> Result<Distance, Decline> {
    let points = market.atr.and_then(|atr| atr.checked_mul(multiple.value())).ok_or(Decline::NoAtr)?;
    Ok(Distance::Points(points))
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

/// Stop and target around `price`.
pub(super) fn bracket_around(
    price: Price,
    lot: &LotOpened,
    instrument: &Instrument,
) -> Result<(Price, Option<Price>), BadPrice> {
    let target =
        lot.target.map(|distance| distance.target(lot.side, price, &instrument.ticks)).transpose()?;
    Ok((lot.stop.stop(lot.side, price, &instrument.ticks)?, target))
}

pub(super) fn open_instrument(now: Now, view: &MarketView) -> Result<&Instrument, Decline> {
    let instrument = view.instrument.as_ref().ok_or(Decline::NoInstrument)?;
    if let Some(expiry) = instrument.expiry
        && (expiry - instrument.day(now.market)).num_days() < EXPIRY_DAYS
    {
        return Err(Decline::ExpiresSoon { expiry });
    }
    match instrument.session_at(now.market) {
        Some(_) => Ok(instrument),
        None => Err(Decline::MarketClosed { next: instrument.next_open(now.market) }),
    }
}

/// The day that the exchange counts; before the contract is known, that of UTC.
pub(super) fn exchange_day(now: Now, market: &MarketView) -> NaiveDate {
    let own = market.instrument.as_ref().map(|instrument| instrument.day(now.market));
    own.unwrap_or_else(|| now.market.date_naive())
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
