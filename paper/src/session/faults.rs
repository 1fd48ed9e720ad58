//! Faults of orders, accounts and the market: what is armed waits here for the order it meets.
//!
//! Nothing here is drawn by lot and nothing is invented: each fault is one of the ways in which TWS is known to behave, and
//! what it does to the account is booked by the exchange like anything else.
//!
//! Read next: [`news`](crate::session::news), which lets news pass through here.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::exchange::event::{Event, Execution};
use crate::exchange::intervene::{BY_BROKER, BY_HAND, Outside};
use crate::exchange::order::{Order, OrderKey, Side};
use crate::faults::Seen;
use crate::faults::fault::{After, Fault};
use crate::session::Desk;

/// What waits for its order, and what was put off.
#[derive(Debug, Default)]
pub struct Faults {
    armed: Vec<Fault>,
    /// A status that is told again after the next one.
    stale: BTreeMap<OrderKey, Box<Order>>,
    /// Orders whose status is withheld: until a moment, or for ever.
    silenced: BTreeMap<OrderKey, Option<DateTime<Utc>>>,
    later: Vec<(DateTime<Utc>, Event)>,
    /// What the exchange is asked to do once the news under way is told.
    then: Vec<Then>,
    pub(super) account: Option<String>,
    pub(super) clock_back: Option<TimeDelta>,
    pub(super) seen: Vec<Seen>,
}

/// Something that follows from news.
#[derive(Debug)]
enum Then {
    Correct(Box<Execution>, Option<Decimal>, Option<Decimal>),
    Bust(String),
    Fill(OrderKey, Decimal),
}

impl Faults {
    /// The first armed fault that fits an order, which is thereby used up.
    fn take(&mut self, order_ref: &str, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let meets = |fault: &Fault| fault.order_ref().is_some_and(|part| order_ref.contains(part));
        let at = self.armed.iter().position(|fault| meets(fault) && fits(fault))?;
        Some(self.armed.remove(at))
    }
}

/// What becomes of a request to place an order.
pub(super) enum Placing {
    /// It goes its way.
    On,
    /// It is refused with a code.
    Refused(i32, String),
    /// It is lost.
    Lost,
}

impl Desk {
    /// Makes something go wrong, now or with the next order that it meets. Faults of sockets, frames and the clock's
    /// forward jumps are not for a desk.
    pub fn inject(&mut self, fault: Fault) {
        let now = self.exchange.now();
        match fault {
            Fault::Code { code, id, text } => self.say_code(code, id, text),
            Fault::NextIdRollback { by, client } => self.roll_back(by, client),
            Fault::AccountSwap { account } => self.faults.account = Some(account),
            Fault::ClockJump { seconds } => {
                let before = self.faults.clock_back.unwrap_or_default();
                self.faults.clock_back = Some(before + TimeDelta::seconds(seconds));
            }
            Fault::SessionEarlyClose { seconds } => {
                let close = now + TimeDelta::seconds(i64::from(seconds));
                self.exchange.market().calendar().close_early(crate::market::calendar::date_of(now), close);
            }
            Fault::Halt { symbol, seconds } => {
                let until = now + TimeDelta::seconds(i64::from(seconds));
                self.exchange.market().halt(&symbol, now, until);
            }
            Fault::Gap { symbol, percent } => self.exchange.market().gap(now, &symbol, percent),
            Fault::ManualCancel { order_ref } => self.cancel_by_hand(&order_ref),
            Fault::ManualClose { symbol } => self.close_outside(&symbol, None, BY_HAND, false),
            Fault::ManualNew { symbol, side, shares } => self.trade_by_hand(&symbol, side, shares),
            Fault::ManualOrder { symbol, side, shares, limit } => {
                self.order_by_hand(&symbol, side, shares, limit);
            }
            Fault::Liquidation { symbol, shares } => self.close_outside(&symbol, shares, BY_BROKER, true),
            Fault::BuyIn { symbol, shares } => self.close_outside(&symbol, shares, BY_BROKER, false),
            Fault::PosSplit { symbol, ratio } => {
                if let Some(con_id) = self.con_id(&symbol) {
                    let events = self.exchange.split(now, con_id, ratio);
                    self.tell(events);
                }
            }
            fault if fault.order_ref().is_some() => self.faults.armed.push(fault),
            fault => tracing::warn!("{fault:?} is not for a desk"),
        }
    }

    /// What has passed since this was last asked, for a director.
    pub fn take_seen(&mut self) -> Vec<Seen> {
        std::mem::take(&mut self.faults.seen)
    }

    /// A request to place or change an order passes.
    pub(super) fn pass_place(&mut self, key: OrderKey, order_ref: &str, is_child: bool) -> Placing {
        if self.faults.armed.is_empty() {
            return Placing::On;
        }
        let lost = |fault: &Fault| matches!(fault, Fault::OrderDropSilent { .. });
        if self.faults.take(order_ref, lost).is_some() {
            return Placing::Lost;
        }
        let refused = |fault: &Fault| match fault {
            Fault::OrderReject { after, .. } => *after == After::Submit || *after == After::Child && is_child,
            _ => false,
        };
        if let Some(Fault::OrderReject { code, text, .. }) = self.faults.take(order_ref, refused) {
            return Placing::Refused(code, text.unwrap_or_else(|| words(code)));
        }
        if self.exchange.order(key).is_some_and(Order::is_live) {
            self.pass_change(key, order_ref);
        }
        Placing::On
    }

    fn pass_change(&mut self, key: OrderKey, order_ref: &str) {
        let now = self.exchange.now();
        let race = |fault: &Fault| matches!(fault, Fault::ModifyRaceFilled { .. });
        if self.faults.take(order_ref, race).is_some() {
            let left = self.exchange.order(key).map_or(Decimal::ZERO, Order::remaining);
            let events = self.exchange.fill_anyway(now, key, left, None);
            self.tell(events);
        }
        let twice = |fault: &Fault| matches!(fault, Fault::ModifyTwoIncarnations { .. });
        if self.faults.take(order_ref, twice).is_some() {
            if let Some(echo) = self.echoes.get(&key).cloned() {
                let twin = OrderKey { id: self.exchange.next_id(key.client), ..key };
                self.echoes.insert(twin, echo);
            }
            let events = self.exchange.incarnate(now, key);
            self.tell(events);
        }
    }

    /// An order was placed: its news, as faults let them be.
    pub(super) fn pass_placed(&mut self, key: OrderKey, mut events: Vec<Event>) -> Vec<Event> {
        let Some(order) = self.exchange.order(key).filter(|_| !self.faults.armed.is_empty()) else {
            return events;
        };
        let (now, order_ref, total) = (self.exchange.now(), order.terms.order_ref.clone(), order.remaining());
        let silence =
            |fault: &Fault| matches!(fault, Fault::OrderAckNever { .. } | Fault::OrderAckDelay { .. });
        match self.faults.take(&order_ref, silence) {
            Some(Fault::OrderAckDelay { seconds, .. }) => {
                let until = now + TimeDelta::seconds(i64::from(seconds));
                self.faults.silenced.insert(key, Some(until));
            }
            Some(_) => drop(self.faults.silenced.insert(key, None)),
            None => {}
        }
        let turned_down = |fault: &Fault| matches!(fault, Fault::OrderReject { after: After::Ack, .. });
        if let Some(Fault::OrderReject { code, text, .. }) = self.faults.take(&order_ref, turned_down) {
            let text = text.unwrap_or_else(|| words(code));
            events.extend(self.exchange.reject(now, key, code, &text));
        }
        let partial = |fault: &Fault| matches!(fault, Fault::FillPartial { .. });
        if let Some(Fault::FillPartial { parts, .. }) = self.faults.take(&order_ref, partial) {
            let shares = (total / Decimal::from(parts.max(1))).floor().max(Decimal::ONE).min(total);
            events.extend(self.exchange.fill_anyway(now, key, shares, None));
        }
        let early = |fault: &Fault| matches!(fault, Fault::FillBeforeAck { .. });
        if self.faults.take(&order_ref, early).is_some() {
            let mut first = self.exchange.fill_anyway(now, key, total, None);
            first.append(&mut events);
            events = first;
        }
        events
    }

    /// A request to cancel passes: the code it is refused with, if it is.
    pub(super) fn pass_cancel(&mut self, key: OrderKey) -> Option<i32> {
        let order_ref = self.exchange.order(key)?.terms.order_ref.clone();
        match self.faults.take(&order_ref, |fault| matches!(fault, Fault::CancelReject { .. }))? {
            Fault::CancelReject { code, .. } => Some(code),
            _ => None,
        }
    }

    /// An order was cancelled: a fill that was already on its way.
    pub(super) fn pass_cancelled(&mut self, key: OrderKey, left: Decimal) -> Vec<Event> {
        let Some(order) = self.exchange.order(key) else { return Vec::new() };
        let order_ref = order.terms.order_ref.clone();
        let late = |fault: &Fault| matches!(fault, Fault::FillAfterCancel { .. });
        match self.faults.take(&order_ref, late) {
            Some(Fault::FillAfterCancel { shares, .. }) => {
                let now = self.exchange.now();
                self.exchange.fill_anyway(now, key, shares.unwrap_or(left), None)
            }
            _ => Vec::new(),
        }
    }

    /// News pass: what of them is told now, as often as it is told.
    pub(super) fn pass_news(&mut self, event: Event) -> Vec<Event> {
        match event {
            Event::OrderChanged(order) => self.pass_status(order),
            Event::Executed(execution) => self.pass_execution(execution),
            Event::CommissionCharged(execution) => self.pass_commission(execution),
            event => vec![event],
        }
    }

    fn pass_status(&mut self, order: Box<Order>) -> Vec<Event> {
        let (key, order_ref) = (order.key, order.terms.order_ref.clone());
        self.faults.seen.push(Seen::Order { order_ref: order_ref.clone(), state: order.status() });
        match self.faults.silenced.get(&key).copied() {
            None => {}
            Some(None) => return Vec::new(),
            Some(Some(until)) => {
                self.faults.later.push((until, Event::OrderChanged(order)));
                return Vec::new();
            }
        }
        let status = |fault: &Fault| {
            matches!(fault, Fault::StatusDup { .. } | Fault::StatusSkip { .. } | Fault::StatusStale { .. })
        };
        let stale = self.faults.stale.remove(&key).map(Event::OrderChanged);
        let mut told = match self.faults.take(&order_ref, status) {
            Some(Fault::StatusSkip { .. }) => Vec::new(),
            Some(Fault::StatusDup { times, .. }) => {
                vec![Event::OrderChanged(order); times.min(1000) as usize + 1]
            }
            Some(_) => {
                self.faults.stale.insert(key, order.clone());
                vec![Event::OrderChanged(order)]
            }
            None => vec![Event::OrderChanged(order)],
        };
        told.extend(stale);
        told
    }

    fn pass_execution(&mut self, execution: Box<Execution>) -> Vec<Event> {
        self.faults.seen.push(Seen::Fill);
        let order_ref = execution.order_ref.clone();
        let after = |fault: &Fault| {
            matches!(fault, Fault::ExecCorrect { .. } | Fault::ExecBust { .. } | Fault::OcaBothFill { .. })
        };
        match self.faults.take(&order_ref, after) {
            Some(Fault::ExecCorrect { shares, price, .. }) => {
                self.faults.then.push(Then::Correct(execution.clone(), shares, price));
            }
            Some(Fault::ExecBust { .. }) => self.faults.then.push(Then::Bust(execution.exec_id.clone())),
            Some(_) => self.fill_group_of(execution.key),
            None => {}
        }
        let is_complete = self
            .exchange
            .order(execution.key)
            .is_some_and(|order| execution.cumulative >= order.terms.quantity);
        let over = |fault: &Fault| is_complete && matches!(fault, Fault::FillOver { .. });
        if let Some(Fault::FillOver { shares, .. }) = self.faults.take(&order_ref, over) {
            self.faults.then.push(Then::Fill(execution.key, shares));
        }
        let late = |fault: &Fault| matches!(fault, Fault::ExecLate { .. });
        match self.faults.take(&order_ref, late) {
            Some(Fault::ExecLate { seconds, .. }) => {
                let until = self.exchange.now() + TimeDelta::seconds(i64::from(seconds));
                // Its commission must not be told before it.
                let seconds = seconds.saturating_add(1);
                self.faults.armed.insert(0, Fault::CommissionLate { seconds, order_ref });
                self.faults.later.push((until, Event::Executed(execution)));
                Vec::new()
            }
            _ => vec![Event::Executed(execution)],
        }
    }

    fn fill_group_of(&mut self, key: OrderKey) {
        let Some(oca) = self.exchange.order(key).and_then(Order::reported_oca) else { return };
        let members = self.exchange.orders().filter(|order| {
            order.key != key && order.reported_oca().is_some_and(|named| named.group == oca.group)
        });
        let rests = members.map(|order| Then::Fill(order.key, order.terms.quantity - order.filled));
        self.faults.then.extend(rests.collect::<Vec<_>>());
    }

    fn pass_commission(&mut self, execution: Box<Execution>) -> Vec<Event> {
        let fits =
            |fault: &Fault| matches!(fault, Fault::CommissionLate { .. } | Fault::CommissionSentinel { .. });
        match self.faults.take(&execution.order_ref, fits) {
            Some(Fault::CommissionLate { seconds, .. }) => {
                let until = self.exchange.now() + TimeDelta::seconds(i64::from(seconds));
                self.faults.later.push((until, Event::CommissionCharged(execution)));
                Vec::new()
            }
            Some(_) => {
                let report = self.unknown_commission(&execution);
                self.say_to_client(execution.key.client, report);
                Vec::new()
            }
            None => vec![Event::CommissionCharged(execution)],
        }
    }

    /// What follows from the news that were just told.
    pub(super) fn follow_up(&mut self) {
        let now = self.exchange.now();
        for then in std::mem::take(&mut self.faults.then) {
            let events = match then {
                Then::Correct(one, shares, price) => self.exchange.correct(
                    now,
                    &one.exec_id,
                    shares.unwrap_or(one.shares),
                    price.unwrap_or(one.price),
                ),
                Then::Bust(exec_id) => self.exchange.bust(now, &exec_id),
                Then::Fill(key, shares) => self.exchange.fill_anyway(now, key, shares, None),
            };
            self.tell(events);
        }
    }

    /// Tells what was put off until now.
    pub(super) fn tell_later(&mut self) {
        let now = self.exchange.now();
        self.faults.silenced.retain(|_, until| until.is_none_or(|until| until > now));
        if self.faults.later.is_empty() {
            return;
        }
        let due: Vec<Event> =
            self.faults.later.extract_if(.., |(until, _)| *until <= now).map(|(_, event)| event).collect();
        for event in due {
            self.on_news(event);
        }
    }

    fn roll_back(&mut self, by: i32, client: Option<i32>) {
        // A client that is named need not be there: it finds its ids gone back when it comes.
        let there = || self.sessions.values().filter_map(|session| session.client).collect();
        for client in client.map_or_else(there, |named| vec![named]) {
            self.exchange.roll_back_ids(client, by);
        }
    }

    fn cancel_by_hand(&mut self, order_ref: &str) {
        let named: Vec<OrderKey> = self
            .exchange
            .orders()
            .filter(|order| order.is_live() && order.terms.order_ref.contains(order_ref))
            .map(|order| order.key)
            .collect();
        for key in named {
            let events = self.exchange.cancel_outside(self.exchange.now(), key);
            self.tell(events);
        }
    }

    fn trade_by_hand(&mut self, symbol: &str, side: Side, shares: Decimal) {
        if let Some(con_id) = self.con_id(symbol) {
            self.trade_outside(&Outside {
                con_id,
                side,
                shares,
                price: None,
                key: BY_HAND,
                is_liquidation: false,
            });
        }
    }

    fn close_outside(&mut self, symbol: &str, shares: Option<Decimal>, key: OrderKey, is_liquidation: bool) {
        let Some(con_id) = self.con_id(symbol) else { return };
        let held = self.exchange.account().held(con_id);
        let side = if held.is_sign_negative() { Side::Buy } else { Side::Sell };
        let shares = shares.unwrap_or(held.abs()).min(held.abs());
        self.trade_outside(&Outside { con_id, side, shares, price: None, key, is_liquidation });
    }

    fn trade_outside(&mut self, trade: &Outside) {
        let events = self.exchange.trade_outside(self.exchange.now(), trade);
        self.tell(events);
    }

    pub(super) fn con_id(&self, symbol: &str) -> Option<i32> {
        let listing = self.exchange.market().listings().find(|listing| listing.symbol == symbol);
        if listing.is_none() {
            tracing::warn!("a fault names `{symbol}`, which is not listed");
        }
        listing.map(|listing| listing.con_id)
    }
}

/// Words for a code, where a scenario has none.
pub(super) fn words(code: i32) -> String {
    match code {
        103 => "Duplicate order id".to_owned(),
        110 => "The price does not conform to the minimum price variation for this contract.".to_owned(),
        201 => "Order rejected - reason:The order was turned down by a scenario.".to_owned(),
        other => format!("Code {other} by a scenario"),
    }
}
