//! The sworn enemy: the paper exchange with drawn readings, and what it tells of itself.
//!
//! What is true is here: positions, orders, prices. What the program hears of it is made in
//! `hear`, late, twice and in another order, by `world`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::input::Foreign;
use engine::order::{Action, Commission, End, Execution, Standing, Status, Terms};
use engine::{Money, OrderRef, Price, Quantity, Role, Snapshot};
use paper::exchange::event::{Event, Execution as Fill};
use paper::exchange::order::{Kind, Oca, OcaType, Order, OrderKey, Phase, Side};
use paper::exchange::readings::{ChildrenGroup, ExecutionsBack, OcaRace};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::quote::{Book, Look};
use rust_decimal::Decimal;

use super::desk::CLIENT;
use super::dice::Dice;
use super::subject;

/// What the program is told, by one of three streams that overtake each other.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// An order's echo.
    Echo(Box<Order>),
    /// An order's status.
    Status(Status),
    /// A refusal or a remark about an order.
    Note { id: i32, code: i32, text: String },
    /// A fill of ours.
    Execution(Execution),
    /// Somebody else's fill.
    Foreign(Foreign),
    /// A fill's cost.
    Commission(Commission),
}

impl Told {
    /// Which stream it comes by.
    pub(crate) fn stream(&self) -> usize {
        match self {
            Told::Echo(_) | Told::Status(_) | Told::Note { .. } => 0,
            Told::Execution(_) | Told::Foreign(_) => 1,
            Told::Commission(_) => 2,
        }
    }

    /// True for a fill and for an order's end: what protects has to follow, from when this is
    /// heard on.
    pub(crate) fn moves_protection(&self) -> bool {
        match self {
            Told::Execution(_) | Told::Foreign(_) => true,
            Told::Status(status) => matches!(status.standing, Standing::Ended(_)),
            _ => false,
        }
    }
}

/// One contract as it truly is.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) con_id: i32,
    /// The middle of the book, in cents.
    pub(crate) mid: i64,
    /// Until when trading is halted, in ms.
    pub(crate) halted_until: Option<u64>,
    pub(crate) resumed: Option<u64>,
    /// When protection last had a reason to be out of step, in ms.
    pub(crate) disturbed: u64,
    /// Until when what was asked may have been lost or refused: orders may stand beside their
    /// replacements.
    pub(crate) astray_until: u64,
    /// When the newest fill is heard of.
    pub(crate) fill_heard: u64,
    /// Refusals since it was last flat: each lets the program wait longer.
    pub(crate) refusals: u32,
    /// True once somebody or something other than our orders has moved the position.
    pub(crate) meddled: bool,
    /// True once a trade was taken back: the program cannot be in step any more.
    pub(crate) busted: bool,
    /// Shares that others have traded here, signed.
    pub(crate) outside: Decimal,
    /// Newest ids of our executions, by what stays of them when they are corrected.
    pub(crate) fills: BTreeMap<String, Fill>,
    /// Shares held, fill by fill.
    net: Decimal,
    /// True for an exit that took the position through zero.
    pub(crate) crossed: bool,
}

/// The broker.
pub(crate) struct Broker {
    pub(crate) exchange: Exchange,
    pub(crate) truths: Vec<Truth>,
    /// Orders of which nothing is told until somebody asks.
    pub(crate) muted: BTreeSet<i32>,
    names: BTreeMap<i32, (usize, OrderRef)>,
}

impl Broker {
    pub(crate) fn new(market: &Arc<Market>, start: DateTime<Utc>, dice: &mut Dice) -> Broker {
        let readings = subject::readings(dice);
        let options =
            ExchangeOptions { account: subject::account(dice), readings, ..ExchangeOptions::default() };
        let races = readings.oca_race == OcaRace::Open || readings.children_group == ChildrenGroup::ByParent;
        let truth = |name: &&str| Truth {
            con_id: subject::con_id(market, name),
            mid: 10_000,
            halted_until: None,
            resumed: None,
            disturbed: 0,
            astray_until: 0,
            fill_heard: 0,
            refusals: 0,
            meddled: races,
            busted: false,
            outside: Decimal::ZERO,
            fills: BTreeMap::new(),
            net: Decimal::ZERO,
            crossed: false,
        };
        Broker {
            exchange: Exchange::new(start, Arc::clone(market), options),
            truths: subject::NAMES.iter().map(truth).collect(),
            muted: BTreeSet::new(),
            names: BTreeMap::new(),
        }
    }

    /// Shares held in a contract, whoever's they are.
    pub(crate) fn held(&self, t: usize) -> Decimal {
        self.exchange.account().held(self.truths[t].con_id)
    }

    /// Our live orders in a contract.
    pub(crate) fn live(&self, t: usize) -> impl Iterator<Item = (&OrderRef, &Order)> {
        let ours = self.exchange.live().filter(|order| order.key.client == CLIENT && order.is_reported());
        ours.filter_map(move |order| {
            let (ticker, name) = self.names.get(&order.key.id)?;
            (*ticker == t).then_some((name, order))
        })
    }

    /// Shares of `own` that stops and exits would close if the market came to them; of a group only the
    /// largest counts, for the others end with it.
    pub(crate) fn covered(&self, t: usize, own: Decimal) -> Decimal {
        let mut groups: BTreeMap<String, Decimal> = BTreeMap::new();
        for (name, order) in self.live(t) {
            let closes = (order.terms.side == Side::Sell) == (own > Decimal::ZERO);
            let sleeps = matches!(order.phase, Phase::AwaitingParent | Phase::AwaitingLocate);
            if !matches!(name.role, Role::Stop | Role::Exit) || !closes || sleeps {
                continue;
            }
            let group = order.reported_oca().map_or_else(|| name.to_string(), |oca| oca.group);
            let most = groups.entry(group).or_default();
            *most = (*most).max(order.remaining());
        }
        groups.values().sum()
    }

    /// The book at the contract's price.
    pub(crate) fn look(&self, t: usize, before: i64, dice: &mut Dice) -> Look {
        let mid = self.truths[t].mid;
        let deep = |dice: &mut Dice| if dice.one_in(3) { 5 + dice.roll(30) } else { 10_000 };
        let (bid_size, ask_size) = (deep(dice), deep(dice));
        let book = Book { bid: (mid - 1) * 100, ask: (mid + 1) * 100, bid_size, ask_size };
        let (low, high) = (mid.min(before) * 100, mid.max(before) * 100);
        Look { book, last: mid * 100, low, high }
    }

    /// What the events mean to the program; the truth takes note of them.
    pub(crate) fn hear(&mut self, ms: u64, events: Vec<Event>) -> Vec<(usize, Told)> {
        let told = events.into_iter().flat_map(|event| self.hear_one(ms, event)).collect();
        for t in 0..self.truths.len() {
            self.truths[t].net = self.held(t);
        }
        told
    }

    fn hear_one(&mut self, ms: u64, event: Event) -> Vec<(usize, Told)> {
        match event {
            Event::OrderChanged(order) => self.hear_order(ms, order),
            Event::Executed(fill) => self.hear_fill(ms, &fill).into_iter().collect(),
            Event::CommissionCharged(fill) => {
                let Some(t) = self.ticker_on(fill.con_id) else { return vec![] };
                let amount = Money::new(fill.commission);
                let execution = fill.exec_id.clone();
                vec![(t, Told::Commission(Commission { execution, amount }))]
            }
            Event::Noted { key, code, text } if key.client == CLIENT && !self.muted.contains(&key.id) => {
                let ticker = self.names.get(&key.id).map(|(t, _)| *t);
                ticker.map(|t| (t, Told::Note { id: key.id, code, text })).into_iter().collect()
            }
            _ => vec![],
        }
    }

    fn hear_order(&mut self, ms: u64, order: Box<Order>) -> Vec<(usize, Told)> {
        let Some((t, name)) = self.name_of(&order) else { return vec![] };
        if !order.is_live() {
            self.truths[t].disturbed = self.truths[t].disturbed.max(ms);
        }
        if self.muted.contains(&order.key.id) {
            return vec![];
        }
        let status = status_of(&order, &name);
        let echo = (t, Told::Echo(order));
        [echo].into_iter().chain(status.map(|status| (t, Told::Status(status)))).collect()
    }

    fn hear_fill(&mut self, ms: u64, fill: &Fill) -> Option<(usize, Told)> {
        let t = self.ticker_on(fill.con_id)?;
        let truth = &mut self.truths[t];
        truth.disturbed = truth.disturbed.max(ms);
        // A correction replaces what was told before.
        let told = truth.fills.get(base(&fill.exec_id)).map_or(Decimal::ZERO, |old| old.shares);
        let shares = fill.shares - told;
        let signed = if fill.side == Side::Buy { shares } else { -shares };
        let before = truth.net;
        truth.net += signed;
        let Ok(order) = fill.order_ref.parse::<OrderRef>() else {
            truth.outside += signed;
            return Some((t, Told::Foreign(foreign_of(fill)?)));
        };
        let exits = matches!(order.role, Role::Stop | Role::Target | Role::Exit);
        let crosses = !signed.is_zero() && (before * truth.net < Decimal::ZERO || before.is_zero());
        truth.crossed |= exits && !truth.meddled && ms > truth.astray_until && crosses;
        truth.fills.insert(base(&fill.exec_id).to_owned(), fill.clone());
        Some((t, Told::Execution(execution_of(fill, order)?)))
    }

    fn ticker_on(&self, con_id: i32) -> Option<usize> {
        self.truths.iter().position(|truth| truth.con_id == con_id)
    }

    fn name_of(&mut self, order: &Order) -> Option<(usize, OrderRef)> {
        if order.key.client != CLIENT {
            return None;
        }
        if let Some(known) = self.names.get(&order.key.id) {
            return Some(known.clone());
        }
        let named = (self.ticker_on(order.terms.con_id)?, order.terms.order_ref.parse().ok()?);
        self.names.insert(order.key.id, named.clone());
        Some(named)
    }

    /// An order that is on its way, so that a refusal of it finds its ticker.
    pub(crate) fn expect(&mut self, id: i32, t: usize, name: &OrderRef) {
        self.names.insert(id, (t, name.clone()));
    }

    /// All that the broker holds for one contract at this moment, with the echo of each order.
    /// Orders that ended are told on the day of their end, executions as far back as the
    /// reading goes.
    pub(crate) fn snapshot(&mut self, t: usize) -> (Snapshot, Vec<Order>) {
        let now = self.exchange.now();
        let today = |at: DateTime<Utc>| at.date_naive() == now.date_naive();
        let back = match self.exchange.options().readings.executions_back {
            ExecutionsBack::SevenDays => TimeDelta::days(7),
            ExecutionsBack::CurrentDay => TimeDelta::zero(),
        };
        let mut snapshot = Snapshot { position: self.held(t), ..Snapshot::default() };
        let con_id = self.truths[t].con_id;
        let cost = self.exchange.account().position(con_id).map(|position| position.average_cost);
        snapshot.average_cost = cost.and_then(|cost| Price::new(cost).ok());
        for fill in self.exchange.executions().iter().filter(|fill| fill.con_id == con_id) {
            if !today(fill.time) && now - fill.time > back {
                continue;
            }
            match fill.order_ref.parse() {
                Ok(order) => snapshot.executions.extend(execution_of(fill, order)),
                Err(_) => snapshot.foreign.extend(foreign_of(fill)),
            }
            let (execution, amount) = (fill.exec_id.clone(), Money::new(fill.commission));
            snapshot.commissions.push(Commission { execution, amount });
        }
        let mut echoes = Vec::new();
        let told = |order: &&Order| order.is_reported() && order.ended.is_none_or(today);
        for (id, (ticker, name)) in &self.names {
            let order = self.exchange.order(OrderKey { client: CLIENT, id: *id });
            let Some(order) = order.filter(told).filter(|_| *ticker == t) else { continue };
            self.muted.remove(id);
            snapshot.orders.extend(status_of(order, name));
            if order.is_live() {
                snapshot.terms.push(terms_of(order, name));
            }
            echoes.push(order.clone());
        }
        (snapshot, echoes)
    }
}

/// An execution's name without its revision.
pub(crate) fn base(id: &str) -> &str {
    id.rsplit_once('.').map_or(id, |(base, _)| base)
}

/// An order's standing, in the words of the program.
pub(crate) fn status_of(order: &Order, name: &OrderRef) -> Option<Status> {
    let standing = match order.phase {
        Phase::Untransmitted => return None,
        Phase::AwaitingParent | Phase::AwaitingLocate => Standing::Held,
        Phase::Filled => Standing::Ended(End::Filled),
        Phase::Cancelled => Standing::Ended(End::Cancelled),
        Phase::Inactive => Standing::Ended(End::Rejected),
        _ => Standing::Working,
    };
    let (filled, remaining) = (quantity(order.filled), quantity(order.remaining()));
    Some(Status { order: name.clone(), standing, filled, remaining })
}

/// An order's terms, in the words of the program.
pub(crate) fn terms_of(order: &Order, name: &OrderRef) -> Terms {
    let price = match order.terms.kind {
        Kind::Limit(limit) => Some(limit),
        kind => kind.stop(),
    };
    let price = price.and_then(|price| Price::new(price).ok());
    let blocks = |oca: &Oca| oca.kind != OcaType::ReduceWithoutBlock;
    let guard = order.reported_oca().filter(blocks).map(|oca| oca.group);
    Terms { order: name.clone(), quantity: quantity(order.total()), price, guard }
}

fn execution_of(fill: &Fill, order: OrderRef) -> Option<Execution> {
    let (id, action) = (fill.exec_id.clone(), action(fill.side));
    let (quantity, price) = (quantity(fill.shares), Price::new(fill.price).ok()?);
    Some(Execution { id, order, action, quantity, price, at: fill.time })
}

fn foreign_of(fill: &Fill) -> Option<Foreign> {
    let (id, action) = (fill.exec_id.clone(), action(fill.side));
    let (quantity, price) = (quantity(fill.shares), Price::new(fill.price).ok()?);
    Some(Foreign { id, action, quantity, price, at: fill.time, emergency: false })
}

fn action(side: Side) -> Action {
    match side {
        Side::Buy => Action::Buy,
        Side::Sell => Action::Sell,
    }
}

fn quantity(shares: Decimal) -> Quantity {
    Quantity::new(shares).unwrap_or_default()
}
