//! What is said to whom: every client's session as a state machine over one exchange.
//!
//! Pure, like the exchange: messages and the time in, messages out. Order ids, orders, executions and positions belong
//! to the client id and the account and survive a disconnect; only subscriptions die with a connection. Nothing a
//! client asks is met with silence, and nothing it sends can end more than its own connection.
//!
//! Read first: [`dispatch`], [`start`], [`echo`], [`orders`], [`news`]; then the subscriptions: [`quotes`], [`live`], [`history`],
//! [`account`], [`profit`]. [`saved`] is what outlives them, [`faults`] and [`outage`] are what goes wrong on purpose. [`gateway`](crate::gateway) puts sockets around it.

pub mod account;
pub mod binding;
pub mod config;
pub mod contracts;
pub mod depth;
pub mod dispatch;
pub mod echo;
pub mod extras;
pub mod faults;
pub mod feed;
pub mod generics;
pub mod history;
pub mod live;
pub mod news;
pub mod orders;
pub mod outage;
pub mod profit;
pub mod quotes;
pub mod saved;
pub mod search;
pub mod span;
pub mod start;
pub mod tape;
pub mod terms;
pub mod trades;
pub mod unserved;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::exchange::Exchange;
use crate::exchange::event::Event;
use crate::exchange::order::OrderKey;
use crate::wire::message::Failure;
use crate::wire::message::order::Order as WireOrder;
use crate::wire::table::{Reply, Request};

/// A connection, by a number that is never used twice.
pub type Connection = u64;

/// The most live subscriptions of one kind in one session; TWS's own limit of market data lines.
pub const SUBSCRIPTIONS_MAX: usize = 100;

/// After this many steps at once (the process was stopped, or the clock jumped) only the newest quote is published.
const STEPS_PUBLISHED_MAX: usize = 8;

/// How much market time passes between two pushes of account values that nothing has changed.
const ACCOUNT_PUSH: TimeDelta = TimeDelta::minutes(3);

/// What a connection should be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// The handshake's answer: the version both speak, and the time.
    Acknowledge {
        /// The version.
        version: u32,
        /// The time, as text.
        time: String,
    },
    /// A message.
    Reply(Box<Reply>),
    /// Nothing more: the connection is to be closed once everything before this was written.
    Close {
        /// For the log.
        reason: String,
    },
}

/// One client's session.
#[derive(Debug, Default)]
struct Session {
    version: Option<u32>,
    client: Option<i32>,
    /// The type of data that the client asked for last; 0 is live, as 1 is.
    data_type: i32,
    tickers: BTreeMap<i32, quotes::Ticker>,
    bars: BTreeMap<i32, live::BarLine>,
    ticks: BTreeMap<i32, live::TickLine>,
    depths: BTreeMap<i32, depth::DepthLine>,
    histories: BTreeMap<i32, history::Line>,
    positions: bool,
    positions_multi: BTreeSet<i32>,
    summaries: BTreeMap<i32, Vec<String>>,
    account: bool,
    account_multi: BTreeSet<i32>,
    profits: BTreeSet<i32>,
    profits_single: BTreeMap<i32, i32>,
    /// Does client 0 take the orders that are placed by hand from now on?
    binds: bool,
}

/// The exchange's front desk: all sessions, and the exchange behind them.
#[derive(Debug)]
pub struct Desk {
    exchange: Exchange,
    sessions: BTreeMap<Connection, Session>,
    echoes: BTreeMap<OrderKey, WireOrder>,
    account_changed: bool,
    account_pushed: DateTime<Utc>,
    faults: faults::Faults,
    outage: outage::Outage,
    /// The client that hears of every order.
    master: Option<i32>,
    surroundings: config::Surroundings,
    out: Vec<(Connection, Say)>,
}

impl Desk {
    /// A desk in front of an exchange.
    pub fn new(exchange: Exchange) -> Desk {
        let account_pushed = exchange.now();
        Desk {
            exchange,
            sessions: BTreeMap::new(),
            echoes: BTreeMap::new(),
            account_changed: false,
            account_pushed,
            faults: faults::Faults::default(),
            outage: outage::Outage::default(),
            master: None,
            surroundings: config::Surroundings::default(),
            out: Vec::new(),
        }
    }

    /// The exchange behind it.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// The client id that a connection has taken.
    pub fn client_of(&self, connection: Connection) -> Option<i32> {
        self.sessions.get(&connection)?.client
    }

    /// Sessions, started or not.
    pub fn connections(&self) -> usize {
        self.sessions.len()
    }

    /// What is to be said, in order, since this was last asked.
    pub fn take(&mut self) -> Vec<(Connection, Say)> {
        std::mem::take(&mut self.out)
    }

    /// Somebody connected.
    pub fn open(&mut self, connection: Connection) {
        self.sessions.insert(connection, Session::default());
    }

    /// A connection is gone, and its subscriptions with it.
    pub fn close(&mut self, connection: Connection) {
        self.sessions.remove(&connection);
    }

    /// Time passes: the exchange goes through every step up to `now`, and subscribers see each of them.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        let mut steps = 0;
        while let Some(at) = self.exchange.next_step(now) {
            let events = self.exchange.step(at);
            self.tell(events);
            steps += 1;
            if steps <= STEPS_PUBLISHED_MAX {
                self.publish();
            }
        }
        let events = self.exchange.idle(now);
        self.tell(events);
        self.tell_later();
        // Between two steps nothing is shown; while the exchange is closed there are no steps.
        let is_closed = self.exchange.market().calendar().stretch_at(now).is_none();
        if is_closed || steps > STEPS_PUBLISHED_MAX {
            self.publish();
        }
    }

    /// About once a second of the process: what TWS sends at its own pace, not the market's.
    pub fn pulse(&mut self) {
        self.publish_histories();
        self.publish_profits();
        let is_due = self.exchange.now() - self.account_pushed >= ACCOUNT_PUSH;
        if self.account_changed || is_due {
            self.account_changed = false;
            self.account_pushed = self.exchange.now();
            self.push_account();
        }
        self.echoes.retain(|key, _| self.exchange.order(*key).is_some());
    }

    /// A message from a client. Before StartApi nothing else is listened to.
    pub fn request(&mut self, now: DateTime<Utc>, from: Connection, request: Request) {
        let events = self.exchange.idle(now);
        self.tell(events);
        match (self.client_of(from), request) {
            (None, Request::StartApi(start)) => self.on_start(from, &start),
            (None, _) => self.fail(from, -1, 504, "Not connected"),
            (Some(client), request) => self.on_request(from, client, request),
        }
    }

    fn publish(&mut self) {
        if self.outage.is_dark() {
            return;
        }
        self.publish_quotes();
        self.publish_live();
        self.publish_depths();
    }

    fn tell(&mut self, events: Vec<Event>) {
        for event in events {
            self.on_event(event);
        }
        self.follow_up();
    }

    fn say(&mut self, to: Connection, reply: Reply) {
        self.out.push((to, Say::Reply(Box::new(reply))));
    }

    /// An error or a notice. `id` is an order, a request, or -1.
    fn fail(&mut self, to: Connection, id: i32, code: i32, text: impl Into<String>) {
        let failure = Failure {
            id: Some(id),
            error_time: Some(self.exchange.now().timestamp_millis()),
            error_code: Some(code),
            error_msg: Some(text.into()),
            advanced_order_reject_json: None,
        };
        self.say(to, Reply::Failure(failure));
    }

    fn session(&mut self, connection: Connection) -> Option<&mut Session> {
        self.sessions.get_mut(&connection)
    }

    fn connection_of(&self, client: i32) -> Option<Connection> {
        self.sessions
            .iter()
            .find(|(_, session)| session.client == Some(client))
            .map(|(connection, _)| *connection)
    }

    fn account_id(&self) -> &str {
        &self.exchange.options().account.id
    }
}
