//! The broker's actor: connects, listens, reconciles, sends what was admitted.
//!
//! A lost connection is a state, never an exit. After anything that may have cost news,
//! every ticker is told `Gap`, and a complete snapshot has to bring it back.
//!
//! Read next: `Shared::serve`, the life of one connection; `kill`, while nothing may be sent;
//! [`ports::broker`] for the wire.

mod kill;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context, Handler, WrapFuture};
use chrono::{DateTime, TimeDelta, Utc};
use engine::order_ref::OrderRef;
use engine::{AccountFact, Body, Input, Refusal, Request, TickerKey};
use ports::broker::window::restart_until;
use ports::broker::{Event, FundsCell, Incomplete, Leaving, Link, Others, QuoteCells, Settings};
use ports::clock::Clock;
use ports::fail::{self, Point};
use ports::journal::Draft;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{JoinHandle, spawn_local};

use crate::board::{Board, LinkState};
use crate::complaint::Complaint;
use crate::journal::chain;
use crate::message::{Append, Belong, LookAgain, Meet, Member, NeedBars, Part, Send, Tell};
use crate::{fatal, streams};

const NAME: &str = "broker";
/// Between two attempts to connect, or to be told what the broker holds.
const RETRY: Duration = Duration::from_secs(2);
/// How long news may settle before a snapshot is asked for.
const CALM: Duration = Duration::from_millis(500);
/// How often everything is compared with the broker although nothing is wrong.
const COMPARE_EVERY: Duration = Duration::from_secs(60);
/// How long news that a snapshot was ahead of, or behind, may take to come.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(1_000);
/// How often it is looked whether contracts have to be asked for anew.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How old a contract's hours may become, in market time; the broker tells some days.
const HOURS_AGE_MAX: TimeDelta = TimeDelta::hours(12);
/// Order ids are taken from blocks of this size, written before any of them is used.
const IDS_BLOCK: i32 = 4_000;
/// A new block is written when so few are left: more than what can wait to be sent takes.
const IDS_LEFT_MIN: i32 = 2_000;
/// How long what waits may take to be sent when the program ends.
const SEND_PATIENCE: Duration = Duration::from_secs(2);

/// Where the broker is and how to follow it.
pub struct Route {
    /// How to connect.
    pub settings: Settings,
    /// How fast a paper gateway's market runs; used with its accounts (`DSIM…`) only.
    pub market_speed: f64,
    /// Where quotes go.
    pub quotes: QuoteCells,
    /// Where the account's values go.
    pub funds: FundsCell,
    /// The market time of the journal's newest record: what happened since is not known.
    pub known_until: Option<DateTime<Utc>>,
}

/// The broker's actor.
pub struct BrokerActor {
    shared: Rc<Shared>,
}

struct Shared {
    route: Route,
    clock: Arc<Clock>,
    board: Arc<Board>,
    link: RefCell<Option<Link>>,
    others: RefCell<Option<Meet>>,
    /// When each ticker's contract was last asked for, in market time.
    qualified: RefCell<BTreeMap<TickerKey, DateTime<Utc>>>,
    /// The minutes of the bars that tickers have asked for since they joined.
    bars: RefCell<BTreeMap<TickerKey, Option<u32>>>,
    /// When all was last known to be told, in market time.
    in_step_at: Cell<Option<DateTime<Utc>>>,
    /// Ids below this are written as used.
    ids_to: Cell<i32>,
    /// Tickers that wait to be shown what the broker holds.
    waiting: RefCell<BTreeSet<TickerKey>>,
    /// The account of the last connection.
    account: RefCell<Option<String>>,
    /// Of connections that do not come about.
    complaint: RefCell<Complaint>,
    /// Of snapshots that do not come to their end.
    incomplete: RefCell<Complaint>,
    wanted: Notify,
    stopping: Cell<bool>,
    /// True while KILL was set at the last look.
    killed: Cell<bool>,
}

impl BrokerActor {
    /// An actor that connects once it has met the others.
    #[must_use]
    pub fn new(route: Route, clock: Arc<Clock>, board: Arc<Board>) -> BrokerActor {
        let ids_to = Cell::new(route.settings.order_id_floor);
        let in_step_at = Cell::new(route.known_until);
        BrokerActor {
            shared: Rc::new(Shared {
                route,
                clock,
                board,
                link: RefCell::default(),
                others: RefCell::default(),
                qualified: RefCell::default(),
                bars: RefCell::default(),
                in_step_at,
                ids_to,
                waiting: RefCell::default(),
                account: RefCell::default(),
                complaint: RefCell::default(),
                incomplete: RefCell::default(),
                wanted: Notify::new(),
                stopping: Cell::new(false),
                killed: Cell::new(false),
            }),
        }
    }
}

impl Shared {
    /// Connects and serves until the program ends. A gateway that is not there yet is waited for.
    async fn run(self: Rc<Self>) {
        while !self.stopping.get() {
            let mut settings = self.route.settings.clone();
            settings.order_id_floor = self.ids_to.get();
            match Link::connect(&settings, self.clock.clone()).await {
                Ok((link, events)) => {
                    self.complaint.borrow_mut().over();
                    let why = self.explained(self.clone().serve(link.clone(), events).await);
                    self.complain(&format!("connection lost: {why}"));
                    self.link.take();
                    self.down(&why);
                    link.close().await;
                }
                Err(error) => self.not_connected(&chain(&error)),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Says why there is no connection, without becoming a storm.
    fn not_connected(&self, why: &str) {
        let why = self.explained(why.to_owned());
        if let Some(line) = self.complaint.borrow_mut().about(&why) {
            self.complain(&line);
        }
        self.board.publish_link(LinkState::Down { why });
    }

    /// Says what is wrong with the connection; IB's own restart is no alarm.
    fn complain(&self, line: &str) {
        match self.restarts_until() {
            Some(_) => tracing::info!(target: streams::TRADING, actor = NAME, "{line}"),
            None => tracing::error!(target: streams::ERRORS, actor = NAME, "{line}"),
        }
    }

    /// Why something is not there, with IB's own restart where that explains it.
    fn explained(&self, why: String) -> String {
        match self.restarts_until() {
            Some(until) => format!("IB restarts until {until} New York time: {why}"),
            None => why,
        }
    }

    /// Until when IB restarts, by the wall's clock.
    fn restarts_until(&self) -> Option<chrono::NaiveTime> {
        restart_until(self.account.borrow().as_deref().unwrap_or_default(), Utc::now())
    }

    /// Serves one connection until it is lost; answers with why.
    async fn serve(self: Rc<Self>, link: Link, mut events: UnboundedReceiver<Event>) -> String {
        self.greet(&link).await;
        self.link.replace(Some(link.clone()));
        let _care = Care(spawn_local(fatal::guard_task(NAME, look_after(self.clone(), link.clone()))));
        let _reconcile = Care(spawn_local(fatal::guard_task(NAME, reconcile(self.clone(), link))));
        loop {
            match events.recv().await {
                Some(Event::Lost(why)) => return why,
                Some(event) => self.on_event(event),
                None => return "the link has ended".to_owned(),
            }
        }
    }

    /// The account, the clock, the ids: what has to be right before anything else.
    async fn greet(&self, link: &Link) {
        let account = link.account().to_owned();
        self.account.replace(Some(account.clone()));
        self.board.publish_condition(ports::broker::Condition::default());
        self.board.publish_link(LinkState::Reconciling);
        if let Some(meet) = &*self.others.borrow() {
            meet.account.do_send(Belong(account.clone()));
        }
        let speed = account.starts_with("DSIM").then_some(self.route.market_speed);
        match (speed, link.market_time().await) {
            (Some(speed), Ok(at)) => self.clock.follow(at, speed),
            // The heartbeat will tell, or find the link dead.
            (Some(_), Err(_)) => {}
            (None, _) => self.clock.follow_the_wall(),
        }
        let every = if speed.is_some() { Duration::from_millis(250) } else { Duration::from_secs(3) };
        link.watch(speed, every);
        link.stream_funds(self.route.funds.clone());
        self.reserve_ids(link);
        self.qualified.borrow_mut().clear();
        let settings = &self.route.settings;
        tracing::info!(
            target: streams::TRADING,
            actor = NAME,
            market = self.clock.now().market.to_rfc3339(),
            "connected to {} as client {}, account {account}",
            settings.address,
            settings.client_id
        );
    }

    /// Writes the next block of ids as used. Requests pass the journal after this record,
    /// so no id of the block leaves before it.
    fn reserve_ids(&self, link: &Link) {
        let to = self.ids_to.get().max(link.next_order_id());
        let to = to.saturating_add(IDS_BLOCK);
        self.ids_to.set(to);
        self.write(None, AccountFact::OrderIds { to });
    }

    /// Looks up contracts that are new or whose hours are old, and streams quotes of new
    /// ones. One that is refused is said, and leaves its ticker without an instrument, so
    /// that it opens nothing; it is tried again.
    async fn qualify(&self, link: &Link) {
        for (ticker, member) in self.members() {
            let now = self.clock.now().market;
            let last = self.qualified.borrow().get(&ticker).copied();
            if last.is_some_and(|last| now - last < HOURS_AGE_MAX) {
                continue;
            }
            self.qualified.borrow_mut().insert(ticker.clone(), now);
            if let Err(error) = link.qualify(&ticker, &member.contract).await {
                tracing::error!(target: streams::ERRORS, actor = NAME, "{ticker}: {}", chain(&error));
            } else if last.is_none() {
                let to = member.to.clone();
                let cell = self.route.quotes.cell(&ticker);
                link.stream_quotes(ticker.clone(), cell, move || to.do_send(Tell::Wake));
                let minutes = self.bars.borrow().get(&ticker).copied().unwrap_or(member.bar_minutes);
                link.stream_bars(ticker.clone(), minutes);
                self.want_snapshot([ticker]);
            }
        }
    }

    fn want_snapshot(&self, tickers: impl IntoIterator<Item = TickerKey>) {
        self.waiting.borrow_mut().extend(tickers);
        self.wanted.notify_one();
    }

    /// What was followed for tickers that have ended.
    fn forget(&self, gone: impl IntoIterator<Item = TickerKey>) {
        for ticker in gone {
            self.link.borrow().iter().for_each(|link| link.forget(&ticker));
            self.route.quotes.forget(&ticker);
            self.qualified.borrow_mut().remove(&ticker);
            self.bars.borrow_mut().remove(&ticker);
            self.waiting.borrow_mut().remove(&ticker);
        }
    }

    fn members(&self) -> BTreeMap<TickerKey, Member> {
        self.others.borrow().as_ref().map(|meet| meet.tickers.clone()).unwrap_or_default()
    }

    fn on_event(&self, event: Event) {
        if let Event::News(_, news) = &event {
            fail::pass(Point::News, || format!("{news:?}"));
        }
        match event {
            Event::News(ticker, news) => self.tell(&ticker, Tell::Input(Input::News(news))),
            Event::Instrument(ticker, instrument) => self.tell(&ticker, Tell::Know(instrument)),
            Event::Bars { ticker, bars, anew } => self.tell(&ticker, Tell::Bars { bars, anew }),
            Event::Snapshot(ticker, snapshot) => self.tell(&ticker, Tell::Input(Input::Snapshot(snapshot))),
            Event::Gap(why) => {
                tracing::warn!(target: streams::ERRORS, actor = NAME, "order news may be missing: {why}");
                self.down(&why);
                self.want_snapshot(self.members().into_keys());
            }
            Event::Others(others) => self.see(others),
            Event::Condition(condition) => {
                let market = self.clock.now().market.to_rfc3339();
                let words = crate::board::words(&condition);
                tracing::warn!(target: streams::TRADING, actor = NAME, market, "the broker's state: {words}");
                self.board.publish_condition(condition);
            }
            Event::NotSent(leaving, error) => {
                // Its ticker hears of the gap first: it is not to look for another way.
                self.look_for_kill();
                self.not_sent(leaving.request(), &chain(&error));
            }
            Event::Notice { code, text } => tracing::debug!(actor = NAME, code, "{text}"),
            Event::TooMany(why) => fatal::end(NAME, &why.to_string()),
            Event::Broken => fatal::end(NAME, "a task of the link panicked"),
            Event::Lost(_) => {}
        }
    }

    /// Every ticker stops opening until it has been shown what the broker holds.
    fn down(&self, why: &str) {
        self.board.publish_link(LinkState::Down { why: why.to_owned() });
        self.members().into_values().for_each(|member| member.to.do_send(Tell::Input(Input::Gap)));
    }

    /// What is not ours is shown and counted, and never touched. One of ours that is there twice
    /// is an alarm: cancelling the second did not help, and only a person can say what does.
    fn see(&self, others: Others) {
        if others != self.board.others() {
            let market = self.clock.now().market.to_rfc3339();
            for order in &others.twice {
                let trade = order.parse::<OrderRef>().ok().map(|order| order.trade);
                tracing::error!(
                    target: streams::ERRORS,
                    actor = NAME,
                    market,
                    trade,
                    order,
                    "{order} lives twice at the broker"
                );
            }
            let (orders, positions) = (others.orders.len(), others.positions.len());
            tracing::info!(
                target: streams::TRADING,
                actor = NAME,
                market,
                "of others: {orders} open orders, {positions} positions"
            );
        }
        self.board.publish_others(others);
    }

    fn in_step(&self, link: &Link) {
        let up = LinkState::Up { account: link.account().to_owned() };
        if self.board.link() != up {
            let market = self.clock.now().market.to_rfc3339();
            tracing::info!(target: streams::TRADING, actor = NAME, market, "in step with the broker");
        }
        self.board.publish_link(up);
    }

    fn tell(&self, ticker: &TickerKey, told: Tell) {
        if let Some(meet) = &*self.others.borrow()
            && let Some(member) = meet.tickers.get(ticker)
        {
            member.to.do_send(told);
        }
    }

    fn write(&self, ticker: Option<TickerKey>, fact: AccountFact) {
        let draft = Draft { at: self.clock.now(), ticker, body: Body::Account(fact) };
        if let Some(meet) = &*self.others.borrow() {
            meet.journal.do_send(Append { drafts: vec![draft], from: None, by_risk: false });
        }
    }

    /// Hands over for sending, or says what stood in the way: to the journal first, so that
    /// the risk book frees what the request reserved, then to the ticker.
    fn send(&self, admitted: Leaving) {
        let Some(link) = self.link.borrow().clone() else {
            return self.not_sent(admitted.request(), "not connected");
        };
        link.send(admitted);
        if self.ids_to.get() - link.next_order_id() < IDS_LEFT_MIN {
            self.reserve_ids(&link);
        }
    }

    fn not_sent(&self, request: &Request, why: &str) {
        let first = request.orders().next();
        let (trade, order) = (first.map(|order| order.trade), first.map(tracing::field::display));
        if self.stopping.get() {
            // The journal has it, and the next start finds that it was not sent.
            tracing::debug!(actor = NAME, trade, order, "not sent while stopping: {request}");
        } else {
            tracing::error!(target: streams::ERRORS, actor = NAME, trade, order, "not sent: {request}: {why}");
        }
        let orders: Vec<_> = request.orders().cloned().collect();
        let Some(ticker) = request.ticker().cloned() else { return };
        self.write(
            Some(ticker.clone()),
            AccountFact::NotSent { orders: orders.clone(), why: why.to_owned() },
        );
        let because = Refusal::NotSent(why.to_owned());
        self.tell(&ticker, Tell::Input(Input::Refused { orders, because }));
    }
}

/// A task that ends with its connection.
struct Care(JoinHandle<()>);

impl Drop for Care {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Keeps contracts known and their hours fresh.
async fn look_after(shared: Rc<Shared>, link: Link) {
    loop {
        if link.is_up() {
            shared.qualify(&link).await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Asks for a snapshot whenever one is wanted, and for all tickers where none was for a minute:
/// one at a time, and once more for all that was wanted meanwhile. Only those who wait are told;
/// the others hear nothing.
async fn reconcile(shared: Rc<Shared>, link: Link) {
    loop {
        if tokio::time::timeout(COMPARE_EVERY, shared.wanted.notified()).await.is_err() {
            shared.waiting.borrow_mut().extend(shared.members().into_keys());
        }
        tokio::time::sleep(CALM).await;
        let waiting = shared.waiting.take();
        let since = shared.in_step_at.get().unwrap_or_else(|| shared.clock.now().market);
        fail::pass(Point::BeforeSnapshot, || format!("{waiting:?}"));
        while let Err(error) = link.snapshot(&waiting, since).await {
            if matches!(error, Incomplete::Killed) {
                shared.released().await;
                continue;
            }
            // An outage was told when it began, and its end will tell itself.
            let line = shared.incomplete.borrow_mut().about(&chain(&error));
            if let Some(line) = line.filter(|_| !matches!(error, Incomplete::Outage)) {
                tracing::error!(target: streams::ERRORS, actor = NAME, "{line}");
            }
            tokio::time::sleep(RETRY).await;
        }
        fail::pass(Point::AfterSnapshot, || format!("{waiting:?}"));
        shared.incomplete.borrow_mut().over();
        shared.in_step_at.set(Some(shared.clock.now().market));
        shared.in_step(&link);
    }
}

impl Actor for BrokerActor {
    type Context = Context<Self>;
}

impl Handler<Meet> for BrokerActor {
    type Result = ();

    fn handle(&mut self, meet: Meet, ctx: &mut Context<Self>) {
        let known = fatal::guard(NAME, || {
            let before = self.shared.members();
            let gone = before.into_keys().filter(|ticker| !meet.tickers.contains_key(ticker));
            self.shared.forget(gone);
            self.shared.others.borrow_mut().replace(meet)
        });
        if known.is_none() {
            let run = fatal::guard_task(NAME, self.shared.clone().run());
            ctx.spawn(run.into_actor(self));
            let watch = fatal::guard_task(NAME, kill::watch(self.shared.clone()));
            ctx.spawn(watch.into_actor(self));
        }
    }
}

impl Handler<Send> for BrokerActor {
    type Result = ();

    fn handle(&mut self, Send(admitted): Send, _: &mut Context<Self>) {
        fatal::guard(NAME, || self.shared.send(admitted));
    }
}

impl Handler<NeedBars> for BrokerActor {
    type Result = ();

    fn handle(&mut self, NeedBars { ticker, minutes }: NeedBars, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.shared.bars.borrow_mut().insert(ticker.clone(), minutes);
            let known = self.shared.qualified.borrow().contains_key(&ticker);
            // One whose contract is not known yet gets them once it is.
            if let Some(link) = self.shared.link.borrow().as_ref().filter(|_| known) {
                link.stream_bars(ticker, minutes);
            }
        });
    }
}

impl Handler<LookAgain> for BrokerActor {
    type Result = ();

    fn handle(&mut self, LookAgain(ticker): LookAgain, ctx: &mut Context<Self>) {
        let shared = self.shared.clone();
        let again = async move {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            shared.want_snapshot([ticker]);
        };
        ctx.spawn(fatal::guard_task(NAME, again).into_actor(self));
    }
}

impl Handler<Part> for BrokerActor {
    type Result = ();

    fn handle(&mut self, Part(parted): Part, ctx: &mut Context<Self>) {
        self.shared.stopping.set(true);
        let link = self.shared.link.take();
        let part = async move {
            if let Some(link) = link {
                // A gateway that takes nothing more is not waited for.
                let _ = tokio::time::timeout(SEND_PATIENCE, link.sent()).await;
                link.close().await;
            }
            // Whoever waited may have given up.
            let _ = parted.send(());
        };
        ctx.spawn(fatal::guard_task(NAME, part).into_actor(self));
    }
}
