//! What a person puts under protection: a new position, or one that is there already.
//!
//! Both go the road of every other: sized or counted, held to the limits, with a stop that rests at the broker.

use rust_decimal::Decimal;

use super::entry::{Planned, Prices, Sending, bracket_around, exchange_day, open_instrument};
use super::{Out, Ticker};
use crate::command::{Command, Objection, TakeOver};
use crate::distance::Distance;
use crate::fact::{Fact, LotOpened};
use crate::mode::{Difference, Mode};
use crate::money::{Money, Price, Quantity};
use crate::order::{End, Execution, Side, Standing, Status};
use crate::order_ref::Role;
use crate::reason::{Because, Decline};
use crate::request::OrderSpec;
use crate::rule::{CreatePosition, EntryKind};
use crate::time::Now;
use crate::view::MarketView;

/// A position of somebody else's that becomes a trade.
pub(super) struct TakenOver {
    lot: LotOpened,
    /// Its bracket, as if it had been placed. None of it is at the broker.
    orders: Vec<OrderSpec>,
    execution: Execution,
}

impl Ticker {
    /// What a person opens goes the road of a rule: its prices, its size, every limit, and its protection.
    pub(super) fn plan_by_hand(
        &self,
        now: Now,
        entry: &CreatePosition,
        view: &MarketView,
    ) -> Result<Vec<Planned>, Objection> {
        self.is_free()?;
        if let Some(why) = entry.fault() {
            return Err(Objection::Contradictory(why.to_owned()));
        }
        self.plan_entry(now, entry, &Because::Operator, None, view).map_err(Objection::Declined)
    }

    /// All of what somebody else holds in the contract. What it gained before is not this program's: it counts from the price
    /// at which it could be closed now.
    pub(super) fn plan_taking_over(
        &self,
        now: Now,
        command: &Command,
        wanted: &TakeOver,
        view: &MarketView,
    ) -> Result<Box<TakenOver>, Objection> {
        self.is_free()?;
        let position = self.theirs()?;
        let side = if position.is_sign_negative() { Side::Short } else { Side::Long };
        let quantity = Quantity::new(position.abs()).unwrap_or_default();
        let instrument = open_instrument(now, view).map_err(Objection::Declined)?;
        let quote = self.usable_quote(now, view).map_err(Objection::Declined)?;
        let price = quote.touch(side.closing()).ok_or(Objection::Declined(Decline::NoQuote))?;
        let rate = self.rate(instrument, view).map_err(Objection::Declined)?;
        let lot = LotOpened {
            trade: self.trades + 1,
            lot: 1,
            side,
            stop: Distance::At(wanted.stop),
            trailing: false,
            target: wanted.target.map(Distance::At),
            adds: false,
            resting: false,
            touch: price,
            multiplier: instrument.multiplier * rate,
            margin: self.settings.margin.map(|own| Money::new(own.value() * rate)),
            day: Some(exchange_day(now, view)),
            because: Because::Operator,
        };
        let bad = |why| Objection::Declined(Decline::no_bracket(price, &why));
        let (stop, target) = bracket_around(price, &lot, instrument).map_err(bad)?;
        let prices = Prices { entry: price, stop, target };
        let expiry = self.settings.entry_expiry;
        let sending = Sending { role: Role::Entry, kind: EntryKind::Limit, expiry, n: 1 };
        let orders = self.bracket(now, &lot, sending, prices, quantity, instrument);
        let execution = self.taken(now, &lot, command, quantity, price);
        Ok(Box::new(TakenOver { lot, orders, execution }))
    }

    /// Nothing is open, and nothing waits to be.
    fn is_free(&self) -> Result<(), Objection> {
        if self.trade.is_some() {
            return Err(Objection::Holding);
        }
        if self.awaits_margin() {
            return Err(Objection::Declined(Decline::AwaitingMargin));
        }
        Ok(())
    }

    /// Signed shares of somebody else's, as far as is known.
    fn theirs(&self) -> Result<Decimal, Objection> {
        let position = match self.mode.lasting() {
            Mode::Frozen(Difference::Position { broker, ours }) if ours.is_zero() => *broker,
            mode @ Mode::Frozen(_) => return Err(Objection::Mode(mode.to_string())),
            _ if self.mode.is_reconciling() => return Err(Objection::Mode(self.mode.to_string())),
            _ => self.foreign.unwrap_or_default(),
        };
        if position.is_zero() { Err(Objection::NobodyElses) } else { Ok(position) }
    }

    /// No fill of the broker's: a person's word that the shares are this trade's from here on.
    fn taken(
        &self,
        now: Now,
        lot: &LotOpened,
        command: &Command,
        quantity: Quantity,
        price: Price,
    ) -> Execution {
        Execution {
            id: format!("taken/{}", command.id),
            order: self.order(lot.trade, Role::Entry, 1),
            action: lot.side.opening(),
            quantity,
            price,
            at: now.market,
        }
    }

    /// It has to agree with the broker first; then its stop and target, which nobody has placed, are placed as lost ones
    /// are.
    pub(super) fn take_over(&mut self, now: Now, taken: TakenOver, out: &mut Out) {
        let TakenOver { lot, orders, execution } = taken;
        let ended =
            orders.iter().map(|spec| (spec.order.clone(), spec.quantity, spec.order == execution.order));
        let ended: Vec<Status> = ended
            .map(|(order, all, entry)| Status {
                order,
                standing: Standing::Ended(if entry { End::Filled } else { End::Lost }),
                filled: if entry { all } else { Quantity::ZERO },
                remaining: if entry { Quantity::ZERO } else { all },
            })
            .collect();
        self.fact(now, Fact::LotOpened(lot), out);
        self.fact(now, Fact::Adopted { orders }, out);
        self.fact(now, Fact::TakenOver { execution }, out);
        ended.into_iter().for_each(|status| self.fact(now, Fact::OrderMoved(status), out));
        self.fact(now, Fact::ForeignPosition { position: Decimal::ZERO, by: None }, out);
        let then = match self.mode.lasting() {
            Mode::Frozen(_) => Mode::Active,
            mode => mode.clone(),
        };
        self.fact(now, Fact::ModeChanged { mode: Mode::Reconciling { then: Box::new(then) } }, out);
    }
}
