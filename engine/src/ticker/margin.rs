//! What-if before an entry: the broker is asked what it would do to the margin, and the entry waits for the answer.
//!
//! Nothing is reserved and nothing is placed meanwhile. The answer places the entry at the prices of then, by every rule
//! of an entry; a no, silence, or any reason to open nothing gives it up. It is never placed later than that.
//!
//! Read next: `entry`, how it is planned, before and after.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::entry::Planned;
use super::{Out, Ticker};
use crate::OrderRef;
use crate::fact::{Fact, Wanted};
use crate::money::Quantity;
use crate::order::{Margin, Side, TimeInForce};
use crate::order_ref::Role;
use crate::reason::Decline;
use crate::request::{OrderSpec, Request};
use crate::rule::CreatePosition;
use crate::time::{Now, Process};
use crate::view::MarketView;

/// How long the broker has for its answer, in process time.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);
/// How long a rule that acts without a signal rests at least once an entry was given up, in market time: it would ask again
/// at each quote.
const REST_MIN: TimeDelta = TimeDelta::seconds(60);

/// The entry that waits for its margin, and what was asked before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Margins {
    waiting: Option<AwaitingMargin>,
    /// Trade and number of the newest order that asked: no name is used twice.
    newest: (u32, u32),
    /// When an entry was last given up.
    given_up: Option<DateTime<Utc>>,
}

/// An entry that waits for what the broker says of its margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AwaitingMargin {
    order: OrderRef,
    quantity: Quantity,
    since: Process,
    wanted: Wanted,
}

impl Margins {
    /// When the broker's time for an answer is over; none while nothing waits.
    pub(super) fn until(&self) -> Option<Process> {
        self.waiting.as_ref().map(|waiting| waiting.since.plus(PATIENCE))
    }

    /// The side of what waits.
    pub(super) fn side(&self) -> Option<Side> {
        self.waiting.as_ref().map(|waiting| waiting.wanted.entry.side.side())
    }

    pub(super) fn found(&mut self) {
        self.waiting = None;
    }

    pub(super) fn given_up(&mut self, at: Now) {
        (self.waiting, self.given_up) = (None, Some(at.market));
    }

    fn next(&self, trade: u32) -> u32 {
        if self.newest.0 == trade { self.newest.1 + 1 } else { 1 }
    }
}

impl Ticker {
    /// Lets an entry wait for its margin, and asks about the whole of it.
    pub(super) fn ask_margin(&mut self, now: Now, wanted: Wanted, lots: &[Planned], out: &mut Out) {
        let Some(entry) = lots.iter().find_map(|lot| lot.orders.first()) else { return };
        let (trade, quantity) = (self.trades + 1, whole(lots));
        let order = self.order(trade, Role::WhatIf, self.margins.next(trade));
        // A what-if is answered only where it is sent as if it were to be transmitted.
        let spec = OrderSpec {
            order: order.clone(),
            quantity,
            time_in_force: TimeInForce::Day,
            transmit: true,
            ..entry.clone()
        };
        self.fact(now, Fact::MarginAsked { order, quantity, wanted: Box::new(wanted) }, out);
        self.ask(now, Request::WhatIf(Box::new(spec)), out);
    }

    pub(super) fn margin_asked(&mut self, at: Now, order: &OrderRef, quantity: Quantity, wanted: &Wanted) {
        // It is not taken again, whatever becomes of it.
        wanted.signal.iter().for_each(|signal| self.remember(signal, true));
        let (order, wanted) = (order.clone(), wanted.clone());
        self.margins.newest = (order.trade, order.n);
        self.margins.waiting = Some(AwaitingMargin { order, quantity, since: at.process, wanted });
    }

    /// The broker has answered.
    pub(super) fn on_margin(
        &mut self,
        now: Now,
        order: &OrderRef,
        after: &Result<Margin, String>,
        market: &MarketView,
        out: &mut Out,
    ) {
        self.mind_margin(now, out);
        // What was given up is not placed, however late it is answered.
        let Some(waiting) = self.margins.waiting.clone().filter(|waiting| waiting.order == *order) else {
            return;
        };
        match self.plan_after(now, &waiting, after, market) {
            Ok((after, lots)) => {
                self.fact(now, Fact::MarginFound { order: order.clone(), after }, out);
                if let Wanted { signal: Some(signal), because, .. } = waiting.wanted {
                    self.fact(now, Fact::SignalTaken { signal, because }, out);
                }
                self.open(now, lots, out);
            }
            Err(because) => self.give_up(now, because, out),
        }
    }

    /// The risk book or the wire did not let the question through.
    pub(super) fn margin_not_told(&mut self, now: Now, order: &OrderRef, why: String, out: &mut Out) {
        if self.margins.waiting.as_ref().is_some_and(|waiting| waiting.order == *order) {
            self.give_up(now, Decline::MarginNotTold(why), out);
        }
    }

    /// Gives up what waits, should there be something.
    pub(super) fn give_up(&mut self, now: Now, because: Decline, out: &mut Out) {
        let Some(AwaitingMargin { order, wanted, .. }) = self.margins.waiting.clone() else { return };
        self.fact(now, Fact::EntryGivenUp { order, because: because.clone() }, out);
        if let Some(signal) = wanted.signal {
            self.fact(now, Fact::SignalDeclined { signal, because }, out);
        }
    }

    /// Gives up what may not be opened any more: nobody may wait for it and trade meanwhile, or after a gap.
    pub(super) fn mind_margin(&mut self, now: Now, out: &mut Out) {
        let Some(until) = self.margins.until() else { return };
        let because = match &self.trade {
            _ if !self.opens() => Decline::NotActive(self.state()),
            // The trade before is open again: news of it came late.
            Some(trade) => Decline::Busy(trade.stage()),
            None if until <= now.process => Decline::MarginUnanswered { patience: PATIENCE },
            None => return,
        };
        self.give_up(now, because, out);
    }

    /// True where a rule that acts without a signal may open.
    pub(super) fn may_ask_margin(&self, now: Now) -> bool {
        let rest = self.settings.cool_down.max(REST_MIN);
        let rested = self.margins.given_up.is_none_or(|at| now.market - at >= rest);
        !self.settings.what_if || (rested && !self.awaits_margin())
    }

    /// The entry at the prices of now, and no more of it than was asked about.
    fn plan_after(
        &self,
        now: Now,
        waiting: &AwaitingMargin,
        after: &Result<Margin, String>,
        market: &MarketView,
    ) -> Result<(Margin, Vec<Planned>), Decline> {
        let after = after.clone().map_err(Decline::MarginNotTold)?;
        if after.equity < after.initial {
            return Err(Decline::MarginTooSmall { initial: after.initial, equity: after.equity });
        }
        let Wanted { entry, because, signal } = &waiting.wanted;
        signal.as_ref().map_or(Ok(()), |signal| self.young(now, signal))?;
        let plan = |entry: &CreatePosition| self.plan_entry(now, entry, because, signal.as_ref(), market);
        let lots = plan(entry)?;
        if whole(&lots) <= waiting.quantity {
            return Ok((after, lots));
        }
        let most = CreatePosition { shares: Some(waiting.quantity), position_size: None, ..entry.clone() };
        Ok((after, plan(&most)?))
    }
}

/// Shares of all lots of an entry.
fn whole(lots: &[Planned]) -> Quantity {
    lots.iter().filter_map(|lot| lot.orders.first()).map(|entry| entry.quantity).sum()
}
