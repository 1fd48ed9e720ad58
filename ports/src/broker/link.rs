//! The connection: made with a deadline, watched by a heartbeat, served by one task each.
//!
//! Order of work after connecting: notices, order updates, then everything else, so that
//! no gap goes unseen. All tasks run on the caller's thread; requests leave in the order
//! in which they were handed in.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::order::{End, Standing, Status};
use engine::{Admitted, ContractSpec, News, OrderRef, Quantity, Request, TickerKey};
use futures::StreamExt;
use ibapi::accounts::types::AccountId;
use ibapi::contracts::Contract;
use ibapi::market_data::historical::BarSize;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use ibapi::{Client, Notice};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_local};

use super::bars;
use super::codes::{Meaning, meaning, opens_gap, outage_after};
use super::contract::look_up;
use super::funds::{self, FundsCell};
use super::outgoing::{Message, messages};
use super::pacing::Pacer;
use super::quotes::{QuoteCell, pump};
use super::table::Table;
use super::{ContractError, Event, Incomplete, SendError, Settings, incoming, snapshot};
use crate::clock::Clock;
use crate::fail::{self, Point};
use crate::journal::Written;

/// How long an order may stay unheard of after an error before it is looked up.
const LOOK_UP_AFTER: Duration = Duration::from_millis(300);
/// How long bars are not asked for again after they stopped.
const BARS_AGAIN_AFTER: Duration = Duration::from_secs(15);
/// How often it is looked whether the socket is still there.
const SOCKET_LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a heartbeat may go unanswered.
const HEARTBEAT_PATIENCE: Duration = Duration::from_secs(2);
/// Heartbeats missed in a row before the link counts as dead.
const MISSED_MAX: u32 = 2;
/// Slots of the ring that each subscription gets; the client's default is a thousand.
const CHANNEL_CAPACITY: usize = 256;
/// TWS tells executions of seven days at most: these and the two that are always asked for.
const EXECUTION_DAYS_MAX: i64 = 5;

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing listens there, or it refused us.
    #[error("failed to connect to TWS at {address} as client {client_id}")]
    Refused {
        /// Where.
        address: String,
        /// As whom.
        client_id: i32,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
    /// It accepted the connection and said nothing: not logged in, or a dialog is open.
    #[error("TWS at {address} accepts connections but did not answer within {patience:?}; is it logged in?")]
    Silent {
        /// Where.
        address: String,
        /// For how long.
        patience: Duration,
    },
    /// The account is not among those it manages.
    #[error("TWS at {address} manages {managed:?}, not `{wanted}`")]
    Account {
        /// Where.
        address: String,
        /// What it manages.
        managed: Vec<String>,
        /// The account to trade; empty where none was named and several are managed.
        wanted: String,
    },
    /// It is a live account, and nobody allowed it.
    #[error(
        "account {account} holds real money; it is traded only in mode = \"live\" and if live_accounts names it"
    )]
    Live {
        /// The account.
        account: String,
    },
}

/// A connection to the broker. Cheap to clone; lives on one thread.
#[derive(Clone)]
pub struct Link {
    shared: Rc<Shared>,
}

struct Shared {
    client: Client,
    account: String,
    clock: Arc<Clock>,
    pacer: Pacer,
    table: RefCell<Table>,
    contracts: RefCell<BTreeMap<TickerKey, Contract>>,
    events: mpsc::UnboundedSender<Event>,
    queue: mpsc::UnboundedSender<Vec<(OrderRef, Message)>>,
    /// False from the first sign of trouble until the link is made anew or has recovered.
    up: Cell<bool>,
    /// By which code the gateway is without IB, while it is: what it tells then is old.
    outage: Cell<Option<i32>>,
    /// Counts gaps: a snapshot from before one says nothing about what came after it.
    gaps: Cell<u64>,
    tasks: RefCell<Vec<JoinHandle<()>>>,
}

impl Link {
    /// Connects, checks the account, and listens. Events come out of the channel in the
    /// order in which the broker told them; unbounded, since none may be dropped.
    ///
    /// # Errors
    /// Refused, silent, or another account.
    pub async fn connect(
        settings: &Settings,
        clock: Arc<Clock>,
    ) -> Result<(Link, mpsc::UnboundedReceiver<Event>), ConnectError> {
        let (client, notices) = open(settings).await?;
        let account = account(settings, client.handshake_managed_accounts())?;
        let refused = |source| ConnectError::Refused {
            address: settings.address.clone(),
            client_id: settings.client_id,
            source,
        };
        let updates = client.order_update_stream().await.map_err(refused)?;
        let floor = client.next_valid_order_id().await.map_err(refused)?;
        let (events, receiver) = mpsc::unbounded_channel();
        let (queue, outgoing) = mpsc::unbounded_channel();
        let shared = Rc::new(Shared {
            client,
            account,
            clock,
            pacer: Pacer::default(),
            table: RefCell::default(),
            contracts: RefCell::default(),
            events,
            queue,
            up: Cell::new(true),
            outage: Cell::new(None),
            gaps: Cell::new(0),
            tasks: RefCell::default(),
        });
        shared.table.borrow_mut().raise_floor(floor.max(settings.order_id_floor));
        shared.table.borrow_mut().listen_for(settings.client_id);
        let link = Link { shared };
        link.spawn(listen_to_notices(link.clone(), notices));
        link.spawn(listen_to_updates(link.clone(), updates));
        link.spawn(send_queued(link.clone(), outgoing));
        link.spawn(watch_socket(link.clone()));
        Ok((link, receiver))
    }

    /// The account that is traded.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.shared.account
    }

    /// False while the socket is down, and until a snapshot has shown what was missed.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.shared.up.get()
    }

    /// The next order id that will be used.
    #[must_use]
    pub fn next_order_id(&self) -> i32 {
        self.shared.table.borrow().next_id()
    }

    /// Follows the gateway's market clock, and watches the link by it: a question that
    /// stays unanswered twice is a dead link. `speed` is none for a broker whose clock is
    /// the wall's; it is only watched then.
    pub fn watch(&self, speed: Option<f64>, every: Duration) {
        self.spawn(beat(self.clone(), speed, every));
    }

    /// The broker's market time, now.
    ///
    /// # Errors
    /// It did not answer.
    pub async fn market_time(&self) -> Result<DateTime<Utc>, ibapi::Error> {
        let at = self.shared.client.server_time_millis().await?;
        let seconds = DateTime::from_timestamp(at.unix_timestamp(), at.nanosecond());
        Ok(seconds.unwrap_or_default())
    }

    /// Looks a contract up and remembers it for this ticker's orders.
    ///
    /// # Errors
    /// Unknown, ambiguous, or no answer.
    pub async fn qualify(&self, ticker: &TickerKey, spec: &ContractSpec) -> Result<(), ContractError> {
        let (contract, instrument) = look_up(&self.shared.client, &self.shared.pacer, spec).await?;
        self.shared.table.borrow_mut().watch(contract.contract_id, ticker);
        self.shared.contracts.borrow_mut().insert(ticker.clone(), contract);
        self.tell(Event::Instrument(ticker.clone(), instrument));
        Ok(())
    }

    /// Streams a ticker's quotes into its cell, and again after every interruption.
    pub fn stream_quotes(&self, ticker: TickerKey, cell: Arc<QuoteCell>, wake: impl Fn() + 'static) {
        self.spawn(stream_quotes(self.clone(), ticker, cell, wake));
    }

    /// Streams a ticker's bars of so many minutes, and again after every interruption.
    pub fn stream_bars(&self, ticker: TickerKey, minutes: u32) {
        if let Some(size) = bars::bar_size(minutes) {
            self.spawn(stream_bars(self.clone(), ticker, size));
        }
    }

    /// Streams what the broker says of the account's money into `cell`, and again after every
    /// interruption.
    pub fn stream_funds(&self, cell: FundsCell) {
        self.shared.table.borrow_mut().convert_by(cell.clone());
        self.spawn(stream_funds(self.clone(), cell));
    }

    /// Hands a request over for sending. It leaves before everything handed in later.
    ///
    /// # Errors
    /// Nothing of it was sent.
    pub fn send(&self, request: &Admitted<Written<Request>>) -> Result<(), SendError> {
        if !self.shared.up.get() {
            return Err(SendError::LinkDown);
        }
        let request = request.request();
        let contracts = self.shared.contracts.borrow();
        let contract = request.ticker().and_then(|ticker| contracts.get(ticker));
        let mut table = self.shared.table.borrow_mut();
        let messages = messages(&mut table, request, contract, &self.shared.account)?;
        self.shared.queue.send(messages).map_err(|_| SendError::LinkDown)
    }

    /// Asks for all that the broker holds, and tells it as events to each of `wanted`.
    /// Executions are asked for from the day of `since` on, in market time.
    ///
    /// # Errors
    /// It broke off, or news may have been missed since it was begun; nothing is told then.
    pub async fn snapshot(
        &self,
        wanted: &BTreeSet<TickerKey>,
        since: DateTime<Utc>,
    ) -> Result<(), Incomplete> {
        if self.shared.outage.get().is_some() {
            return Err(Incomplete::Outage);
        }
        let days = days_since(since, self.shared.clock.now().market);
        let gaps = self.shared.gaps.get();
        let raw = snapshot::ask(&self.shared.client, &self.shared.pacer, days).await?;
        if self.shared.gaps.get() != gaps {
            return Err(Incomplete::Overtaken);
        }
        let tickers = {
            let contracts = self.shared.contracts.borrow();
            let wanted = contracts.iter().filter(|(ticker, _)| wanted.contains(ticker));
            wanted.map(|(ticker, own)| (ticker.clone(), own.contract_id)).collect()
        };
        let now = self.shared.clock.now().market;
        let sorted = snapshot::sort(&raw, &mut self.shared.table.borrow_mut(), &tickers, now);
        self.shared.up.set(true);
        for (ticker, snapshot) in sorted {
            self.tell(Event::Snapshot(ticker, snapshot));
        }
        Ok(())
    }

    /// Ends the connection and everything that runs on it.
    pub async fn close(&self) {
        self.shared.up.set(false);
        self.shared.tasks.borrow_mut().drain(..).for_each(|task| task.abort());
        self.shared.client.disconnect().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.shared.tasks.borrow_mut().push(spawn_local(task));
    }

    fn tell(&self, event: Event) {
        // Nobody listens only while the program ends.
        let _ = self.shared.events.send(event);
    }

    fn gap(&self, why: String) {
        self.shared.up.set(false);
        self.shared.gaps.set(self.shared.gaps.get() + 1);
        self.tell(Event::Gap(why));
    }

    fn lost(&self, why: String) {
        self.shared.up.set(false);
        self.tell(Event::Lost(why));
    }

    /// An error that names an order: a remark, a refused change, or a reason to look.
    fn on_order_notice(&self, notice: &Notice) {
        let Some(id) = notice.request_id else { return };
        let table = self.shared.table.borrow();
        let Some(order) = table.name(id).cloned() else { return };
        let alive = table.heard(&order);
        drop(table);
        let (code, text) = (notice.code, notice.message.clone());
        self.tell(Event::Notice { code, text: format!("{}: {text}", order.short()) });
        match meaning(code, alive) {
            Meaning::Remark => {}
            Meaning::ChangeRefused => {
                let ticker = order.ticker.clone();
                self.tell(Event::News(ticker, News::ChangeRefused { order, code, text }));
            }
            Meaning::Unclear => self.spawn(find_out(self.clone(), order)),
        }
    }
}

/// Days of executions to ask for: those that have begun since, and one more.
fn days_since(since: DateTime<Utc>, now: DateTime<Utc>) -> i32 {
    let days = (now - since).num_days().clamp(0, EXECUTION_DAYS_MAX);
    i32::try_from(days).map_or(1, |days| days + 2)
}

async fn open(settings: &Settings) -> Result<(Client, NoticeStream), ConnectError> {
    let connecting = Client::builder()
        .address(&settings.address)
        .client_id(settings.client_id)
        .tcp_no_delay(true)
        .reconnect_forever()
        .channel_capacity(CHANNEL_CAPACITY)
        .one_shot_timeout(HEARTBEAT_PATIENCE)
        .connect_with_notice_stream();
    match tokio::time::timeout(settings.patience, connecting).await {
        Ok(Ok(connected)) => Ok(connected),
        Ok(Err(source)) => Err(ConnectError::Refused {
            address: settings.address.clone(),
            client_id: settings.client_id,
            source,
        }),
        Err(_) => {
            Err(ConnectError::Silent { address: settings.address.clone(), patience: settings.patience })
        }
    }
}

/// The account to trade: the one that was named, or the only one there is.
fn account(settings: &Settings, managed: &[String]) -> Result<String, ConnectError> {
    let managed: Vec<String> = managed.iter().filter(|name| !name.is_empty()).cloned().collect();
    let found = match &settings.account {
        Some(wanted) => managed.iter().find(|name| *name == wanted),
        None if managed.len() == 1 => managed.first(),
        None => None,
    };
    let account = found.cloned().ok_or_else(|| ConnectError::Account {
        address: settings.address.clone(),
        managed,
        wanted: settings.account.clone().unwrap_or_default(),
    })?;
    let allowed = account.starts_with('D') || settings.live_accounts.contains(&account);
    if allowed { Ok(account) } else { Err(ConnectError::Live { account }) }
}

async fn listen_to_notices(link: Link, mut notices: NoticeStream) {
    while let Some(notice) = notices.next().await {
        link.shared.outage.set(outage_after(link.shared.outage.get(), notice.code));
        if opens_gap(notice.code) {
            link.gap(format!("{} {}", notice.code, notice.message));
        } else {
            link.tell(Event::Notice { code: notice.code, text: notice.message });
        }
    }
    link.lost("the client has ended".to_owned());
}

async fn listen_to_updates(link: Link, mut updates: Subscription<OrderUpdate>) {
    loop {
        let why = read_updates(&link, &mut updates).await;
        link.gap(format!("the order stream ended: {why}"));
        let Ok(()) = link.shared.client.wait_connected().await else {
            return link.lost(why);
        };
        match link.shared.client.order_update_stream().await {
            Ok(again) => updates = again,
            Err(error) => return link.lost(error.to_string()),
        }
    }
}

async fn read_updates(link: &Link, updates: &mut Subscription<OrderUpdate>) -> String {
    while let Some(item) = StreamExt::next(updates).await {
        match item {
            Ok(SubscriptionItem::Data(update)) => {
                let now = link.shared.clock.now().market;
                let told = incoming::news(&mut link.shared.table.borrow_mut(), &update, now);
                if let Some((ticker, news)) = told {
                    link.tell(Event::News(ticker, news));
                }
            }
            Ok(SubscriptionItem::Notice(notice)) if opens_gap(notice.code) => link.gap(notice.message),
            Ok(SubscriptionItem::Notice(notice)) => link.on_order_notice(&notice),
            Err(error) => return error.to_string(),
        }
    }
    "end of stream".to_owned()
}

/// Sends what is queued, one request after the other. A write is never cut short: half a
/// frame would end the connection.
async fn send_queued(link: Link, mut outgoing: mpsc::UnboundedReceiver<Vec<(OrderRef, Message)>>) {
    while let Some(request) = outgoing.recv().await {
        let last = request.len();
        for (n, (order, message)) in (1..).zip(request) {
            link.shared.pacer.order().await;
            let point = if n == 1 { Point::BeforeSend } else { Point::BetweenLegs };
            fail::pass(point, || order.short());
            if let Err(source) = send(&link.shared.client, &message).await {
                let error = SendError::Unresolved { order, source };
                link.gap(format!("{error}"));
                break;
            }
            if n == last {
                fail::pass(Point::AfterSend, || order.short());
            }
        }
    }
}

async fn send(client: &Client, message: &Message) -> Result<(), ibapi::Error> {
    match message {
        Message::Submit(id, contract, order) => client.submit_order(*id, contract, order).await,
        // The answer comes by the order stream; a subscription kept here would swallow it.
        Message::Cancel(id) => client.cancel_order(*id, "").await.map(drop),
    }
}

/// An order that an error names and nobody has heard of: if the broker does not know it
/// either, it was never placed.
async fn find_out(link: Link, order: OrderRef) {
    tokio::time::sleep(LOOK_UP_AFTER).await;
    if link.shared.table.borrow().heard(&order) {
        return;
    }
    let now = link.shared.clock.now().market;
    let Ok(raw) = snapshot::ask(&link.shared.client, &link.shared.pacer, days_since(now, now)).await else {
        return link.gap(format!("{order} cannot be looked up"));
    };
    let contracts = BTreeMap::new();
    snapshot::sort(&raw, &mut link.shared.table.borrow_mut(), &contracts, now);
    if !link.shared.table.borrow().heard(&order) {
        link.shared.table.borrow_mut().moved(&order, true);
        let (filled, remaining) = (Quantity::ZERO, Quantity::ZERO);
        let status = Status { standing: Standing::Ended(End::Rejected), order, filled, remaining };
        link.tell(Event::News(status.order.ticker.clone(), News::Status(status)));
    }
}

/// The client reconnects by itself and says so afterwards; whoever trades has to know at once
/// that nothing is heard any more.
async fn watch_socket(link: Link) {
    let mut was_connected = true;
    loop {
        let is_connected = link.shared.client.is_connected();
        if was_connected && !is_connected {
            link.gap("the connection is lost, trying to get it back".to_owned());
        }
        was_connected = is_connected;
        tokio::time::sleep(SOCKET_LOOK_EVERY).await;
    }
}

async fn beat(link: Link, speed: Option<f64>, every: Duration) {
    let mut missed = 0;
    loop {
        match link.market_time().await {
            Ok(at) => {
                missed = 0;
                if let Some(speed) = speed {
                    link.shared.clock.follow(at, speed);
                }
            }
            Err(error) if error.is_connection_lost() => missed = 0,
            Err(_) => missed += 1,
        }
        if missed == MISSED_MAX {
            return link.lost(format!("the gateway left {MISSED_MAX} questions unanswered"));
        }
        tokio::time::sleep(every).await;
    }
}

async fn stream_quotes(link: Link, ticker: TickerKey, cell: Arc<QuoteCell>, wake: impl Fn() + 'static) {
    loop {
        let contract = link.shared.contracts.borrow().get(&ticker).cloned();
        let Some(contract) = contract else { return };
        link.shared.pacer.data().await;
        // 236 asks for the shares that can be borrowed (ticks 46 and 89).
        let ticks = link.shared.client.market_data(&contract).generic_ticks(&["236"]).subscribe().await;
        let why = match ticks {
            Ok(ticks) => pump(ticks, &cell, || link.shared.clock.process(), &wake).await,
            Err(error) => error.to_string(),
        };
        link.tell(Event::Notice { code: 0, text: format!("quotes of {ticker} stopped: {why}") });
        tokio::time::sleep(Duration::from_secs(1)).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

async fn stream_bars(link: Link, ticker: TickerKey, size: BarSize) {
    loop {
        let contract = link.shared.contracts.borrow().get(&ticker).cloned();
        let Some(contract) = contract else { return };
        link.shared.pacer.data().await;
        let why = bars::pump(&link.shared.client, &contract, &ticker, size, |event| link.tell(event)).await;
        link.tell(Event::Notice { code: 0, text: format!("bars of {ticker} stopped: {why}") });
        // TWS answers history too often asked for with a pacing violation.
        tokio::time::sleep(BARS_AGAIN_AFTER).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

async fn stream_funds(link: Link, cell: FundsCell) {
    let account = AccountId(link.shared.account.clone());
    loop {
        link.shared.pacer.data().await;
        let why = match link.shared.client.account_updates(&account).await {
            Ok(updates) => funds::pump(updates, &cell, || link.shared.clock.now().market).await,
            Err(error) => error.to_string(),
        };
        link.tell(Event::Notice { code: 0, text: format!("account values stopped: {why}") });
        tokio::time::sleep(Duration::from_secs(1)).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}
