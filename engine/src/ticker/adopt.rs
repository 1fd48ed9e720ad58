//! A position of ours that no record tells of: the last records were lost with the power, the orders were not.
//!
//! It is taken over where the settings say so, and where there is one way only to read what the broker shows: one bracket,
//! its entry filled, and its executions make the broker's position. All else freezes the ticker.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::entry::{Prices, Sending, bracket_around, exchange_day};
use super::foreign::signed;
use super::{Out, Ticker};
use crate::OrderRef;
use crate::distance::Distance;
use crate::fact::{Fact, LotOpened};
use crate::input::Snapshot;
use crate::ledger::Novelty;
use crate::mode::Mode;
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Execution, Side, Status};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::OrderSpec;
use crate::rule::EntryKind;
use crate::settings::OnUnknown;
use crate::time::Now;
use crate::view::MarketView;

impl Ticker {
    pub(super) fn adopt(&mut self, now: Now, snapshot: &Snapshot, market: &MarketView, out: &mut Out) {
        if let Some((lot, orders)) = self.found(now, snapshot, market) {
            self.fact(now, Fact::LotOpened(lot), out);
            self.fact(now, Fact::Adopted { orders }, out);
        }
    }

    /// True for an order of ours that is of a trade newer than all we know, where such a trade may be adopted.
    pub(super) fn may_adopt(&self, order: &OrderRef) -> bool {
        self.settings.on_unknown == OnUnknown::Adopt
            && self.trade.is_none()
            && self.mode.is_reconciling()
            && !matches!(self.mode.lasting(), Mode::Frozen(_))
            && order.installation == self.installation
            && order.ticker == self.settings.key
            && order.trade > self.trades
    }

    /// The bracket that no record tells of; none where there is none, or more than one way to read it.
    fn found(
        &self,
        now: Now,
        snapshot: &Snapshot,
        market: &MarketView,
    ) -> Option<(LotOpened, Vec<OrderSpec>)> {
        let orders = self.unknown(snapshot)?;
        let trade = orders.first()?.trade;
        let executions: Vec<&Execution> =
            snapshot.executions.iter().filter(|own| orders.contains(&own.order)).collect();
        let entry = *executions.iter().find(|own| own.order.role == Role::Entry)?;
        // What was booked as unexplained once is not booked again.
        if !executions.iter().all(|own| matches!(self.ledger.novelty(own), Novelty::New)) {
            return None;
        }
        let net: Decimal = executions.iter().map(|own| signed(own.action, own.quantity)).sum();
        if snapshot.position != net + self.foreign.unwrap_or_default() {
            return None;
        }
        let instrument = market.instrument.as_ref()?;
        let rate = self.rate(instrument, market).ok()?;
        let side = if entry.action == Action::Buy { Side::Long } else { Side::Short };
        let has = |role| orders.iter().any(|order| order.role == role);
        let at = |role| price_of(snapshot, &self.order(trade, role, 1)).map(Distance::At);
        let target = has(Role::Target)
            .then(|| at(Role::Target).or(Some(Distance::Percent(self.settings.take_profit))))
            .flatten();
        let lot = LotOpened {
            trade,
            lot: 1,
            side,
            stop: at(Role::Stop).unwrap_or(Distance::Percent(self.settings.stop_loss)),
            trailing: false,
            target,
            adds: false,
            resting: false,
            touch: entry.price,
            multiplier: instrument.multiplier * rate,
            margin: self.settings.margin.map(|own| Money::new(own.value() * rate)),
            day: Some(exchange_day(now, market)),
            because: Because::Found,
        };
        let (stop, target) = bracket_around(entry.price, &lot, instrument).ok()?;
        let prices = Prices { entry: entry.price, stop, target };
        let sending =
            Sending { role: Role::Entry, kind: EntryKind::Limit, expiry: self.settings.entry_expiry, n: 1 };
        let bought = ordered(snapshot, &entry.order);
        let whole = self.bracket(now, &lot, sending, prices, bought, instrument);
        // A stop that is not there has been lost, and is placed anew as any lost one is.
        let known =
            whole.into_iter().filter(|spec| spec.order.role == Role::Stop || orders.contains(&spec.order));
        let as_told = |spec: OrderSpec| {
            let told = ordered(snapshot, &spec.order);
            OrderSpec { quantity: if told.is_zero() { bought } else { told }, ..spec }
        };
        Some((lot, known.map(as_told).collect()))
    }

    /// Names of ours of one trade that is newer than all we know; none where they are not one simple bracket.
    fn unknown(&self, snapshot: &Snapshot) -> Option<BTreeSet<OrderRef>> {
        let executed = snapshot.executions.iter().map(|own| &own.order);
        let all = executed.chain(snapshot.orders.iter().map(|own| &own.order));
        let orders: BTreeSet<OrderRef> = all.filter(|order| self.may_adopt(order)).cloned().collect();
        let trade = orders.first()?.trade;
        let simple = |order: &OrderRef| {
            let role = matches!(order.role, Role::Entry | Role::Stop | Role::Target);
            role && order.trade == trade && order.n == 1
        };
        orders.iter().all(simple).then_some(orders)
    }
}

/// An open order's price.
fn price_of(snapshot: &Snapshot, order: &OrderRef) -> Option<Price> {
    snapshot.terms.iter().find(|terms| terms.order == *order)?.price
}

/// How many an order was for, by its status or by what it brought.
fn ordered(snapshot: &Snapshot, order: &OrderRef) -> Quantity {
    let executed = snapshot.executions.iter().filter(|own| own.order == *order);
    let brought = executed.fold(Quantity::ZERO, |sum, own| sum + own.quantity);
    let all = |status: &Status| status.filled + status.remaining;
    snapshot.orders.iter().find(|status| status.order == *order).map_or(brought, |own| all(own).max(brought))
}
