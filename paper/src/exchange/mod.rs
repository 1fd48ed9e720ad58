//! The exchange and the account behind it: orders in, facts out.
//!
//! Pure: time and the market are arguments, there is no socket, clock or thread, and the same calls give the same facts.
//! It can be driven in virtual time:
//!
//! ```
//! use paper::exchange::{Exchange, ExchangeOptions};
//! use paper::exchange::order::{Kind, Side, Terms, TimeInForce};
//! use paper::market::Market;
//! use chrono::TimeDelta;
//! use std::sync::Arc;
//!
//! let market = Arc::new(Market::new(Default::default()));
//! let open = market.calendar().session("2008-09-29".parse()?).ok_or("closed")?.open;
//! let mut exchange = Exchange::new(open, Arc::clone(&market), ExchangeOptions::default());
//! let terms = Terms {
//!     con_id: 265598, side: Side::Buy, kind: Kind::Market, quantity: 10.into(), tif: TimeInForce::Day,
//!     outside_rth: false, oca: None, parent: None, transmit: true, order_ref: "mine".to_owned(),
//! };
//! exchange.place(open, 1, 100, terms);
//! exchange.advance(open + TimeDelta::seconds(5));
//! assert_eq!(exchange.account().held(265598), 10.into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever wants to write the market itself calls [`Exchange::look`] instead of [`Exchange::advance`].
//!
//! Read first: [`order`], [`event`]; then [`place`], [`family`], [`group`], [`matching`], [`fill`]; [`readings`] are the
//! open questions about TWS, [`intervene`] is what happens from outside, [`saved`] is all of it at rest.

pub mod account;
pub mod attributes;
pub mod auction;
pub mod cancel;
pub mod condition;
pub mod display;
pub mod event;
pub mod family;
pub mod fill;
pub mod group;
pub mod intervene;
pub mod kind;
pub mod manual;
pub mod margin;
pub mod matching;
pub mod modify;
pub mod options;
pub mod order;
pub mod place;
pub mod precaution;
pub mod readings;
pub mod refusal;
pub mod saved;
pub mod short;
pub mod split;
pub mod trigger;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::market::Market;
use crate::market::calendar::date_of;
use crate::market::price::{Pips, decimal};
use crate::market::random::Stream;
use account::{Account, Values};
use event::{Event, Execution};
use options::{AccountOptions, Readings};
use order::{Order, OrderKey};

/// The most orders kept, finished ones included; beyond it new ones are refused.
pub const ORDERS_MAX: usize = 50_000;

/// How long finished orders and executions are remembered: a client may ask for seven days.
const MEMORY_DAYS: i64 = 8;

/// The first permanent id.
const PERM_ID_FIRST: i64 = 1_200_000_001;

/// What an exchange is made of, its market aside.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeOptions {
    /// The account.
    pub account: AccountOptions,
    /// The readings of open questions.
    pub readings: Readings,
    /// Market seconds between two looks at the market.
    pub step_seconds: u32,
}

impl Default for ExchangeOptions {
    fn default() -> Self {
        ExchangeOptions { account: AccountOptions::default(), readings: Readings::default(), step_seconds: 1 }
    }
}

/// One account's orders, executions and positions, whoever's they are.
#[derive(Debug)]
pub struct Exchange {
    market: Arc<Market>,
    options: ExchangeOptions,
    now: DateTime<Utc>,
    looked: DateTime<Utc>,
    day: NaiveDate,
    account: Account,
    orders: BTreeMap<OrderKey, Order>,
    live: BTreeMap<i64, OrderKey>,
    executions: Vec<Execution>,
    next_ids: BTreeMap<i32, i32>,
    forgotten: BTreeMap<i32, i32>,
    groups_completed: BTreeSet<String>,
    reductions: Vec<group::Reduction>,
    perm_id_next: i64,
    exec_prefix: u32,
    exec_next: u32,
    /// The account as the day began, and how many executions it holds already: the rest can be booked again.
    morning: (Account, usize),
    /// The last trade of each contract at the last look.
    seen: BTreeMap<i32, (DateTime<Utc>, Pips)>,
    changes: u64,
    out: Vec<Event>,
}

impl Exchange {
    /// An exchange that has looked at nothing before `now`.
    pub fn new(now: DateTime<Utc>, market: Arc<Market>, options: ExchangeOptions) -> Exchange {
        let world = Stream::of(market.options().seed, &["executions", &now.to_rfc3339()]).bits();
        Exchange {
            account: Account::new(options.account.cash),
            morning: (Account::new(options.account.cash), 0),
            market,
            options,
            now,
            looked: now,
            day: date_of(now),
            orders: BTreeMap::new(),
            live: BTreeMap::new(),
            executions: Vec::new(),
            next_ids: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            groups_completed: BTreeSet::new(),
            reductions: Vec::new(),
            perm_id_next: PERM_ID_FIRST,
            exec_prefix: (world >> 32) as u32,
            exec_next: world as u32 >> 8,
            seen: BTreeMap::new(),
            changes: 0,
            out: Vec::new(),
        }
    }

    /// The newest moment it was told of.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The market it trades on.
    pub fn market(&self) -> &Arc<Market> {
        &self.market
    }

    /// What it is made of.
    pub fn options(&self) -> &ExchangeOptions {
        &self.options
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The account at the market's newest prices.
    pub fn values(&self) -> Values {
        self.account.values(|con_id| self.worth(con_id, self.mark(con_id)))
    }

    /// What a price of a contract is worth in the account's currency.
    pub fn worth(&self, con_id: i32, price: Decimal) -> Decimal {
        let Some(listing) = self.market.listing(con_id) else { return price };
        let rate = match listing.currency {
            currency if currency == self.options.account.currency => Decimal::ONE,
            currency => self.options.account.rates.get(currency).copied().unwrap_or(Decimal::ONE),
        };
        price * rate / Decimal::from(listing.magnifier)
    }

    /// The last trade of a contract, in the contract's own quotation.
    pub fn mark(&self, con_id: i32) -> Decimal {
        let symbol = self.market.listing(con_id).map(|listing| listing.symbol.as_str());
        let quote = symbol.and_then(|symbol| self.market.quote(self.now, symbol));
        quote.map_or(Decimal::ZERO, |quote| decimal(quote.last))
    }

    /// One order, finished or not.
    pub fn order(&self, key: OrderKey) -> Option<&Order> {
        self.orders.get(&key)
    }

    /// All orders that are remembered, by client and id.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// The orders that can still fill, oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Order> {
        self.live.values().filter_map(|key| self.orders.get(key))
    }

    /// All executions that are remembered, oldest first.
    pub fn executions(&self) -> &[Execution] {
        &self.executions
    }

    /// The smallest id that this client has never used, and no smaller one after it.
    pub fn next_id(&self, client: i32) -> i32 {
        self.next_ids.get(&client).copied().unwrap_or(1)
    }

    /// Counts the calls after which the account was another one; time alone does not count.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Facts gathered since the last call.
    fn take_events(&mut self) -> Vec<Event> {
        if self.out.iter().any(Event::changes_account) {
            self.changes += 1;
        }
        std::mem::take(&mut self.out)
    }

    /// Time never runs backwards, whatever a caller says.
    fn pass_to(&mut self, now: DateTime<Utc>) {
        self.now = self.now.max(now);
        let day = date_of(self.now);
        if day > self.day && self.market.calendar().session(day).is_some() {
            self.begin_day(day);
        }
    }

    fn begin_day(&mut self, day: NaiveDate) {
        let before = std::mem::replace(&mut self.day, day);
        self.changes += 1;
        let mut account = self.account.clone();
        account.begin_day(|con_id| {
            let symbol = self.market.listing(con_id).map_or("", |listing| listing.symbol.as_str());
            let before = self.market.daily_before(symbol, day);
            self.worth(con_id, before.map_or(Decimal::ZERO, |(_, before)| decimal(before.close)))
        });
        self.account = account;
        self.groups_completed.clear();
        let oldest = self.now - TimeDelta::days(MEMORY_DAYS);
        self.executions.retain(|execution| execution.time >= oldest);
        self.morning = (self.account.clone(), self.executions.len());
        let forgotten =
            self.orders.extract_if(.., |_, order| order.ended.is_some_and(|ended| ended < oldest));
        for (key, _) in forgotten {
            let floor = self.forgotten.entry(key.client).or_default();
            *floor = (*floor).max(key.id + 1);
        }
        self.act_on_day(before, day);
    }

    /// Tells of an order, unless nobody may know of it yet.
    fn tell(&mut self, key: OrderKey) {
        if let Some(order) = self.orders.get(&key).filter(|order| order.is_reported()) {
            self.out.push(Event::OrderChanged(Box::new(order.clone())));
        }
    }

    fn note(&mut self, key: OrderKey, code: i32, text: impl Into<String>) {
        self.out.push(Event::Noted { key, code, text: text.into() });
    }
}
