//! The connection: made with a deadline, watched by a heartbeat, served by one task each.
//!
//! Order of work after connecting: notices, order updates, then everything else, so that
//! no gap goes unseen. All tasks run on the caller's thread.
//!
//! Read next: `connect` (what is checked first), `watch` (what is listened to), `lanes` and
//! `sending` (what leaves when), `feeds` (prices, bars, money).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::{ContractSpec, News, TickerKey};
use futures::FutureExt;
use ibapi::contracts::Contract;
use ibapi::{Client, Notice};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::Instant;

use super::codes::{Condition, Meaning, meaning};
use super::connect::{ConnectError, account, managed, open};
use super::contract::{Rules, look_up};
use super::convert::time;
use super::funds::FundsCell;
use super::lanes::{Lanes, Leaving, lane};
use super::pacing::Pacer;
use super::quotes::QuoteCell;
use super::sending::{cancel_twin, find_out, send_queued};
use super::table::Table;
use super::tally::Tally;
use super::watch::{beat, listen_to_notices, listen_to_updates, watch_socket};
use super::{ContractError, Event, Incomplete, SendError, Settings, bars, feeds, snapshot};
use crate::brakes::{Brake, Brakes};
use crate::clock::Clock;

/// How often it is looked whether all has left.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// TWS tells executions of seven days at most: these and the two that are always asked for.
const EXECUTION_DAYS_MAX: i64 = 5;

/// A connection to the broker. Cheap to clone; lives on one thread.
#[derive(Clone)]
pub struct Link {
    pub(super) shared: Rc<Shared>,
}

pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) account: String,
    pub(super) clock: Arc<Clock>,
    brakes: Brakes,
    pub(super) pacer: Pacer,
    pub(super) table: RefCell<Table>,
    pub(super) contracts: RefCell<BTreeMap<TickerKey, Contract>>,
    rules: Rules,
    events: mpsc::UnboundedSender<Event>,
    pub(super) lanes: Lanes<Leaving>,
    pub(super) tally: Tally,
    /// False from the first sign of trouble until the link is made anew or has recovered.
    up: Cell<bool>,
    /// What stands in the way although the socket is there.
    pub(super) condition: RefCell<Condition>,
    /// When another session was last said to have the market data.
    pub(super) competing_since: Cell<Option<Instant>>,
    /// Tells when TWS has lost what was subscribed to.
    pub(super) losses: watch::Sender<()>,
    /// Counts gaps: a snapshot from before one says nothing about what came after it.
    gaps: Cell<u64>,
    tasks: RefCell<Vec<JoinHandle<()>>>,
    /// What streams for a ticker: its quotes, its bars.
    feeds: RefCell<BTreeMap<(TickerKey, Feed), JoinHandle<()>>>,
}

/// What streams for a ticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Feed {
    Quotes,
    Bars,
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
        let refused = |source| ConnectError::of(settings, source);
        let account = account(settings, &managed(&client).await.map_err(refused)?)?;
        let updates = client.order_update_stream().await.map_err(refused)?;
        let floor = client.next_valid_order_id().await.map_err(refused)?;
        let (events, receiver) = mpsc::unbounded_channel();
        let shared = Rc::new(Shared {
            client,
            account,
            clock,
            brakes: settings.brakes.clone(),
            pacer: Pacer::default(),
            table: RefCell::default(),
            contracts: RefCell::default(),
            rules: Rules::default(),
            events,
            lanes: Lanes::default(),
            tally: Tally::default(),
            up: Cell::new(true),
            condition: RefCell::default(),
            competing_since: Cell::default(),
            losses: watch::Sender::default(),
            gaps: Cell::new(0),
            tasks: RefCell::default(),
            feeds: RefCell::default(),
        });
        shared.table.borrow_mut().raise_floor(floor.max(settings.order_id_floor));
        shared.table.borrow_mut().listen_for(settings.client_id);
        let link = Link { shared };
        link.spawn(listen_to_notices(link.clone(), notices));
        link.spawn(listen_to_updates(link.clone(), updates));
        link.spawn(send_queued(link.clone()));
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
        Ok(time(self.shared.client.server_time_millis().await?))
    }

    /// Looks a contract up and remembers it for this ticker's orders.
    ///
    /// # Errors
    /// Unknown, ambiguous, or no answer.
    pub async fn qualify(&self, ticker: &TickerKey, spec: &ContractSpec) -> Result<(), ContractError> {
        let (contract, instrument) =
            look_up(&self.shared.client, &self.shared.pacer, &self.shared.rules, spec).await?;
        self.shared.table.borrow_mut().watch(contract.contract_id, ticker);
        self.shared.contracts.borrow_mut().insert(ticker.clone(), contract);
        self.tell(Event::Instrument(ticker.clone(), instrument));
        Ok(())
    }

    /// Streams a ticker's quotes into its cell, and again after every interruption.
    pub fn stream_quotes(&self, ticker: TickerKey, cell: Arc<QuoteCell>, wake: impl Fn() + 'static) {
        let feed = feeds::quotes(self.clone(), ticker.clone(), cell, wake);
        self.feed(ticker, Feed::Quotes, Some(self.begun(feed)));
    }

    /// Streams a ticker's bars of so many minutes in place of others, and again after every interruption; none: ends
    /// them.
    pub fn stream_bars(&self, ticker: TickerKey, minutes: Option<u32>) {
        let size = minutes.and_then(bars::bar_size);
        let feed = size.map(|size| self.begun(feeds::bars(self.clone(), ticker.clone(), size)));
        self.feed(ticker, Feed::Bars, feed);
    }

    /// Ends what streams for a ticker that has ended.
    pub fn forget(&self, ticker: &TickerKey) {
        self.shared.table.borrow_mut().forget(ticker);
        self.shared.contracts.borrow_mut().remove(ticker);
        [Feed::Quotes, Feed::Bars].into_iter().for_each(|feed| self.feed(ticker.clone(), feed, None));
    }

    fn feed(&self, ticker: TickerKey, feed: Feed, task: Option<JoinHandle<()>>) {
        let mut feeds = self.shared.feeds.borrow_mut();
        let before = match task {
            Some(task) => feeds.insert((ticker, feed), task),
            None => feeds.remove(&(ticker, feed)),
        };
        before.into_iter().for_each(|before| before.abort());
    }

    /// Streams what the broker says of the account's money into `cell`, and again after every
    /// interruption.
    pub fn stream_funds(&self, cell: FundsCell) {
        self.shared.table.borrow_mut().convert_by(cell.clone());
        self.spawn(feeds::funds(self.clone(), cell.clone()));
        self.spawn(feeds::day(self.clone(), cell));
    }

    /// Hands a request over for sending: cancels leave first, then stops and exits, then
    /// entries. One that cannot leave is told as [`Event::NotSent`].
    pub fn send(&self, request: Leaving) {
        self.shared.tally.ask(request.request());
        if self.is_killed() {
            return self.not_sent(request, SendError::Killed);
        }
        if !self.is_open() {
            return self.not_sent(request, SendError::LinkDown);
        }
        if let Err(request) = self.shared.lanes.add(lane(request.request()), request) {
            self.not_sent(request, SendError::TooMany);
        }
    }

    /// Nothing of a request has left.
    pub(super) fn not_sent(&self, request: Leaving, why: SendError) {
        self.shared.tally.done(request.request(), 0);
        self.tell(Event::NotSent(request, why));
    }

    /// For a test: the link forgets what it was asked to send.
    #[cfg(feature = "testing")]
    pub fn forget_what_was_asked(&self) {
        self.shared.tally.forget();
    }

    /// Waits until all that was handed over has left, or cannot.
    pub async fn sent(&self) {
        while !self.shared.lanes.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
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
        if self.is_killed() {
            return Err(Incomplete::Killed);
        }
        if self.shared.condition.borrow().outage.is_some() {
            return Err(Incomplete::Outage);
        }
        let days = days_since(since, self.shared.clock.now().market);
        let gaps = self.gaps();
        let raw = snapshot::ask(&self.shared.client, &self.shared.pacer, days).await?;
        if self.gaps() != gaps {
            return Err(Incomplete::Overtaken);
        }
        let tickers = {
            let contracts = self.shared.contracts.borrow();
            let wanted = contracts.iter().filter(|(ticker, _)| wanted.contains(ticker));
            wanted.map(|(ticker, own)| (ticker.clone(), own.contract_id)).collect()
        };
        let now = self.shared.clock.now().market;
        let sorted = snapshot::sort(&raw, &mut self.shared.table.borrow_mut(), &tickers, now);
        let twin = self.shared.table.borrow_mut().twin_to_cancel(&snapshot::live(&raw));
        if let Some((id, order)) = twin {
            cancel_twin(self, id).await;
            return Err(Incomplete::Twice(order));
        }
        // Set while the broker answered: nobody may go on by it.
        if self.is_killed() {
            return Err(Incomplete::Killed);
        }
        self.shared.up.set(true);
        self.tell(Event::Others(snapshot::others(&raw, &self.shared.table.borrow())));
        for (ticker, snapshot) in sorted {
            self.tell(Event::Snapshot(ticker, snapshot));
        }
        Ok(())
    }

    /// Nobody is to trade until a snapshot that is asked for later has come.
    pub fn distrust(&self, why: &str) {
        self.gap(why.to_owned());
    }

    /// Ends the connection and everything that runs on it.
    pub async fn close(&self) {
        self.shared.up.set(false);
        self.shared.tasks.borrow_mut().drain(..).for_each(|task| task.abort());
        std::mem::take(&mut *self.shared.feeds.borrow_mut()).into_values().for_each(|task| task.abort());
        self.shared.client.disconnect().await;
    }

    /// Runs a task of the connection. One that panics is told, for nobody would hear of what it listens to.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let begun = self.begun(task);
        self.shared.tasks.borrow_mut().push(begun);
    }

    fn begun(&self, task: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
        let link = self.clone();
        let whole = async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                link.tell(Event::Broken);
            }
        };
        spawn_local(whole)
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody listens only while the program ends.
        let _ = self.shared.events.send(event);
    }

    pub(super) fn gap(&self, why: String) {
        self.shared.up.set(false);
        self.shared.gaps.set(self.shared.gaps.get() + 1);
        self.tell(Event::Gap(why));
    }

    pub(super) fn gaps(&self) -> u64 {
        self.shared.gaps.get()
    }

    pub(super) fn is_open(&self) -> bool {
        self.shared.up.get()
    }

    /// True while a person has set KILL: looked for on the disk, each time.
    pub(super) fn is_killed(&self) -> bool {
        self.shared.brakes.is_set(Brake::Kill)
    }

    pub(super) fn lost(&self, why: String) {
        self.shared.up.set(false);
        self.tell(Event::Lost(why));
    }

    /// An error that names an order: a remark, a refused change, or a reason to look.
    pub(super) fn on_order_notice(&self, notice: &Notice) {
        let Some(id) = notice.request_id else { return };
        if self.shared.table.borrow().what_if(id).is_some() {
            return self.on_what_if_notice(id, notice);
        }
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

    /// An error that names an order that only asks: a remark, or the answer.
    fn on_what_if_notice(&self, id: i32, notice: &Notice) {
        let (code, text) = (notice.code, &notice.message);
        self.tell(Event::Notice { code, text: text.clone() });
        if meaning(code, false) == Meaning::Remark {
            return;
        }
        let Some(order) = self.shared.table.borrow_mut().answer_what_if(id) else { return };
        let after = Err(format!("{code} {text}"));
        self.tell(Event::News(order.ticker.clone(), News::Margin { order, after }));
    }
}

/// Days of executions to ask for: those that have begun since, and one more.
pub(super) fn days_since(since: DateTime<Utc>, now: DateTime<Utc>) -> i32 {
    let days = (now - since).num_days().clamp(0, EXECUTION_DAYS_MAX);
    i32::try_from(days).map_or(1, |days| days + 2)
}
