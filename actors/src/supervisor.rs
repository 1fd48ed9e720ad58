//! The supervisor: starts the others in order, keeps their time, and stops them.
//!
//! Order of starting: broker, risk, journal, tickers, signals; then each is told of the
//! others, and only then the broker connects. Stopping goes the other way: no more
//! signals, what is on its way is written and sent, then the link closes. Protective
//! orders stay at the broker.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Arbiter, AsyncContext, Context, Recipient};
use engine::fleet::{Move, Running as Runs, plan};
use engine::{AccountFact, Body, ContractSpec, Limits, SettingChange, TickerKey, TickerSettings};
use ports::broker::{FundsCell, QuoteCells};
use ports::clock::Clock;
use ports::fail::{self, Point};
use ports::journal::{Draft, Durability, Journal, JournalError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::board::Board;
use crate::broker::{BrokerActor, Route};
use crate::journal::JournalActor;
use crate::keeper::{Keeper, remember};
use crate::message::{Append, Barrier, Look, Meet, Member, Part, SetLimits, Stop, Tell};
use crate::operator::Operator;
use crate::recovery::{Memory, Terms};
use crate::risk::RiskActor;
use crate::signal::arrivals::Inlet;
use crate::signal::{Doors as Around, Hear, SignalActor, Sources};
use crate::streams;
use crate::threads::Threads;
use crate::ticker::{Doors, TickerActor};
use crate::watchdog::Watchdog;

/// Under which name the log speaks of it.
const NAME: &str = "supervisor";
/// How often the account is looked at even when nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the tickers may take to stop deciding.
const LEAVE_PATIENCE: Duration = Duration::from_secs(1);
/// How long what is on its way may take to be written when stopping, each of two times.
const FLUSH_PATIENCE: Duration = Duration::from_millis(1_500);
/// How long what waits for its turn may take to be sent, and the connection to close.
const PART_PATIENCE: Duration = Duration::from_secs(3);
/// How long the threads may take to end.
const JOIN_PATIENCE: Duration = Duration::from_secs(1);

/// All that the actors need to know.
pub struct Settings {
    /// The tickers.
    pub tickers: Vec<TickerSettings>,
    /// What a ticker has that the config does not name and the journal knows with a position.
    pub defaults: TickerSettings,
    /// The account's limits.
    pub limits: Limits,
    /// Where the broker is.
    pub broker: ports::broker::Settings,
    /// How fast a paper gateway's market runs.
    pub market_speed: f64,
    /// The journal's folder.
    pub journal: PathBuf,
    /// When a commit counts.
    pub durability: Durability,
    /// Records of one transaction.
    pub batch_max: usize,
    /// Records of one ticker that may wait for the journal.
    pub in_flight_max: usize,
    /// The account's currency, three letters.
    pub base_currency: String,
    /// Threads for tickers.
    pub ticker_threads: usize,
    /// False where entries wait until a person has armed this start.
    pub armed: bool,
    /// Where signals come from.
    pub signals: Sources,
    /// A number that tells this installation's orders from others'; used once.
    pub mark: u64,
}

/// The running actors.
pub struct Running {
    /// What they show.
    pub board: Arc<Board>,
    /// Their clock.
    pub clock: Arc<Clock>,
    threads: Threads,
    in_flight_max: usize,
    quotes: QuoteCells,
    funds: FundsCell,
    running: BTreeMap<TickerKey, Runs>,
    /// What tickers traded that ran in this process, whether or not they do still.
    ran: BTreeMap<TickerKey, ContractSpec>,
    limits: Limits,
    defaults: TickerSettings,
    meet: Meet,
    /// Tickers that have nothing left to look after say so.
    gone: UnboundedSender<TickerKey>,
    leavers: UnboundedReceiver<TickerKey>,
    risk: Addr<RiskActor>,
    journal: Addr<JournalActor>,
    signals: Addr<SignalActor>,
    broker: Addr<BrokerActor>,
    memory: Memory,
    keeper: Keeper,
    operator: Operator,
    _supervisor: Addr<SupervisorActor>,
    watchdog: Watchdog,
}

/// Keeps the account's time: a look every quarter of a second.
struct SupervisorActor {
    risk: Recipient<Look>,
}

impl Actor for SupervisorActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.run_interval(LOOK_EVERY, |this, _| this.risk.do_send(Look));
    }
}

/// Starts everything. Call it within an actix system.
///
/// # Errors
/// The journal cannot be used.
pub fn start(settings: Settings) -> Result<Running, JournalError> {
    let journal = Journal::open(&settings.journal, settings.durability)?;
    let installation = journal.installation(settings.mark)?;
    let terms = Terms { installation, tickers: settings.tickers.clone(), limits: settings.limits };
    let (memory, kept) = remember(&journal, &terms)?;
    let board = Arc::new(Board::default());
    let keeper = Keeper::start(&journal, memory.clone(), &terms, kept, board.clone())?;
    fail::pass(Point::Recovered, String::new);
    let threads = Threads::start(settings.durability, settings.ticker_threads.min(settings.tickers.len()));
    let clock = Arc::new(Clock::resuming(memory.known_until()));
    let quotes = QuoteCells::default();
    let (funds, brakes) = (FundsCell::of(&settings.base_currency), settings.broker.brakes.clone());

    let broker = {
        let to = ports::broker::Settings { order_id_floor: memory.order_id_floor(), ..settings.broker };
        let (quotes, funds, known_until) = (quotes.clone(), funds.clone(), memory.known_until());
        let route = Route { settings: to, market_speed: settings.market_speed, quotes, funds, known_until };
        let (clock, board) = (clock.clone(), board.clone());
        on(threads.road(), move || BrokerActor::new(route, clock, board))
    };
    let risk = {
        let (book, broker) = (memory.book(), broker.clone().recipient());
        let (clock, quotes, board) = (clock.clone(), quotes.clone(), board.clone());
        let (unarmed, funds) = (!settings.armed, funds.clone());
        on(threads.road(), move || {
            RiskActor::new(book, clock, quotes, funds, brakes, board, broker).waiting_for_arms(unarmed)
        })
    };
    let journal = {
        let (recorded, judge) = (risk.clone().recipient(), risk.clone().recipient());
        let (batch_max, ear) = (settings.batch_max, keeper.ear());
        on(threads.journal(), move || JournalActor::new(journal, recorded, judge, batch_max, ear))
    };
    let signals = {
        let (sources, clock, board) = (settings.signals, clock.clone(), board.clone());
        let (barrier, replays) = (journal.clone().recipient(), memory.replays());
        on(threads.road(), move || SignalActor::new(sources, Around { clock, board, barrier, replays }))
    };
    let supervisor = SupervisorActor { risk: risk.clone().recipient() }.start();
    let (told, account) = (journal.clone().recipient(), journal.clone().recipient());
    let meet = Meet { tickers: BTreeMap::new(), journal: told, account };
    let watchdog = Watchdog::over(threads.by_name(), board.clone());
    let (gone, leavers) = unbounded_channel();
    let mut running = Running {
        board,
        clock,
        threads,
        in_flight_max: settings.in_flight_max,
        quotes,
        funds,
        running: BTreeMap::new(),
        ran: BTreeMap::new(),
        limits: terms.limits,
        defaults: settings.defaults,
        meet,
        gone,
        leavers,
        operator: Operator::new(&risk, journal.clone().recipient(), memory.book().groups()),
        risk,
        journal,
        signals,
        broker,
        memory,
        keeper,
        _supervisor: supervisor,
        watchdog,
    };
    running.begin(&settings.tickers);
    Ok(running)
}

/// What of a ticker's settings is another one than before, for people to read.
type Changes<'a> = &'a dyn Fn(&TickerSettings, &TickerSettings) -> Vec<SettingChange>;

impl Running {
    fn begin(&mut self, tickers: &[TickerSettings]) {
        for step in plan(&self.running, tickers) {
            self.take(step, &|_, _| Vec::new());
        }
        self.look_after_the_left();
        self.introduce();
    }

    /// How many tickers run that the config names.
    #[must_use]
    pub fn count(&self) -> usize {
        self.running.values().filter(|own| !own.winding_down).count()
    }

    /// What has to happen so that `wanted` run.
    #[must_use]
    pub fn plan(&self, wanted: &[TickerSettings]) -> Vec<Move> {
        plan(&self.running, wanted)
    }

    /// Has a fact of the account written: it was not the account's doing.
    pub fn note(&self, fact: AccountFact) {
        let draft = Draft { at: self.clock.now(), ticker: None, body: Body::Account(fact) };
        self.journal.do_send(Append { drafts: vec![draft], from: None, by_risk: false });
    }

    /// Where orders of a person come in.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator.clone()
    }

    /// Where signals come in that are sent to us.
    #[must_use]
    pub fn inlet(&self) -> Inlet {
        Inlet::new(self.signals.clone().recipient())
    }

    /// Why a plan cannot be carried out, in words; empty where it can.
    #[must_use]
    pub fn objections(&self, moves: &[Move]) -> Vec<String> {
        let differs = |step: &Move| {
            let (Move::Change(wanted) | Move::Return(wanted)) = step else { return None };
            let trades = &self.running.get(&wanted.key)?.settings.contract;
            (*trades != wanted.contract).then(|| {
                let (key, wanted) = (&wanted.key, &wanted.contract);
                format!(
                    "{key} trades {trades}; it cannot change to {wanted} while it runs: give that a ticker of its own, \
                     or take {key} out until it is gone"
                )
            })
        };
        moves.iter().filter_map(differs).collect()
    }

    /// Carries out a plan under these limits. Each ticker that it names is told what of its settings has changed; the
    /// others hear nothing.
    pub fn apply(&mut self, moves: Vec<Move>, limits: &Limits, changes: Changes<'_>) {
        if self.limits != *limits {
            self.operator.meet_groups(limits.groups.keys());
            self.risk.do_send(SetLimits(Box::new(limits.clone())));
            self.limits = limits.clone();
        }
        let joins = moves.iter().any(|step| matches!(step, Move::Start(_)));
        moves.into_iter().for_each(|step| self.take(step, changes));
        if joins {
            self.introduce();
        }
    }

    /// Asks and hears these sources from here on.
    pub fn hear(&self, sources: Sources) {
        self.signals.do_send(Hear(sources));
    }

    /// The next ticker that has nothing left to look after.
    pub async fn leaver(&mut self) -> TickerKey {
        match self.leavers.recv().await {
            Some(key) => key,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }

    /// Ends a ticker that the config does not name and that is flat; one that came back meanwhile stays.
    pub fn part_from(&mut self, key: &TickerKey) {
        if !self.running.get(key).is_some_and(|own| own.winding_down) {
            return;
        }
        self.running.remove(key);
        self.operator.part(key);
        let member = self.meet.tickers.remove(key);
        // The others first: nothing is sent to one that has ended.
        self.introduce();
        member.into_iter().for_each(|member| member.to.do_send(Tell::End));
        tracing::info!(target: streams::TRADING, actor = NAME, "{key} is flat and out of the config: ended");
    }

    fn take(&mut self, step: Move, changes: Changes<'_>) {
        match step {
            Move::Start(settings) => self.start_ticker(settings),
            Move::Change(settings) => self.configure(settings, changes),
            Move::Return(settings) => {
                self.tell(&settings.key, Tell::ComeBack);
                self.configure(settings, changes);
            }
            Move::Retire(key) => {
                self.tell(&key, Tell::WindDown);
                self.running.entry(key).and_modify(|own| own.winding_down = true);
            }
        }
    }

    fn configure(&mut self, settings: TickerSettings, changes: Changes<'_>) {
        let key = settings.key.clone();
        let wanted = Runs { settings: settings.clone(), winding_down: false };
        let before = self.running.insert(key.clone(), wanted);
        if let Some(before) = before.filter(|before| before.settings != settings) {
            let changes = changes(&before.settings, &settings);
            self.tell(&key, Tell::Configure { settings: Box::new(settings), changes });
        }
    }

    fn tell(&self, key: &TickerKey, told: Tell) {
        if let Some(member) = self.meet.tickers.get(key) {
            member.to.do_send(told);
        }
    }

    /// Tells those on the road who is there.
    fn introduce(&self) {
        self.risk.do_send(self.meet.clone());
        self.broker.do_send(self.meet.clone());
        self.signals.do_send(self.meet.clone());
    }

    /// What pours so many quotes into a ticker's cell, as the broker's reader would; none for no ticker.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn flood(&self, ticker: &TickerKey) -> Option<impl Fn(u32) + Send + 'static> {
        let to = self.meet.tickers.get(ticker)?.to.clone();
        let (cell, clock) = (self.quotes.cell(ticker), self.clock.clone());
        Some(move |quotes| {
            for _ in 0..quotes {
                if cell.change(clock.process(), |_| {}) {
                    to.do_send(Tell::Wake);
                }
            }
        })
    }

    /// How long a ticker takes to decide on its newest quote: its mailbox, its decision, and the way back. None for
    /// no ticker.
    #[cfg(feature = "testing")]
    pub async fn decide(&self, ticker: &TickerKey) -> Option<std::time::Duration> {
        let to = self.meet.tickers.get(ticker)?.to.clone();
        let began = std::time::Instant::now();
        to.send(Tell::Wake).await.ok()?;
        Some(began.elapsed())
    }

    fn start_ticker(&mut self, settings: TickerSettings) {
        let key = settings.key.clone();
        let doors = Doors {
            clock: self.clock.clone(),
            quote: self.quotes.cell(&key),
            funds: self.funds.clone(),
            journal: self.journal.clone().recipient(),
            recall: self.journal.clone().recipient(),
            broker: self.broker.clone().recipient(),
            signals: self.signals.clone().recipient(),
            bars: self.broker.clone().recipient(),
            gone: self.gone.clone(),
            board: self.board.clone(),
            in_flight_max: self.in_flight_max,
        };
        let returns = self.ran.contains_key(&key);
        self.note_contract(&key, &settings.contract);
        let ticker = self.memory.ticker(settings.clone());
        let (held, removed) = (ticker.position(), returns || ticker.is_winding_down());
        let arbiter = self.threads.ticker(self.running.len());
        let address = on(arbiter, move || match returns {
            true => TickerActor::returning(ticker, doors),
            false => TickerActor::new(ticker, doors),
        });
        let what = if held.is_zero() { String::new() } else { format!(", {held} held by the journal") };
        tracing::info!(target: streams::TRADING, actor = format!("ticker-{key}"), "started{what}");
        self.operator.meet(key.clone(), address.clone().recipient());
        let member = Member {
            to: address.recipient(),
            contract: settings.contract.clone(),
            bar_minutes: settings.bars().map(|(minutes, _)| minutes),
        };
        self.meet.tickers.insert(key.clone(), member);
        if removed {
            self.tell(&key, Tell::ComeBack);
        }
        self.running.insert(key, Runs { settings, winding_down: false });
    }

    /// What a ticker trades is in the journal, for a start at which no config tells.
    fn note_contract(&mut self, key: &TickerKey, contract: &ContractSpec) {
        let known = self.ran.insert(key.clone(), contract.clone());
        if known.as_ref().or(self.memory.contract(key)) != Some(contract) {
            let body = Body::Account(AccountFact::Joined { contract: contract.clone() });
            let draft = Draft { at: self.clock.now(), ticker: Some(key.clone()), body };
            self.journal.do_send(Append { drafts: vec![draft], from: None, by_risk: false });
        }
    }

    /// A ticker of the journal that the config no longer names is looked after until it is flat.
    fn look_after_the_left(&mut self) {
        for key in self.memory.left() {
            let Some(contract) = self.memory.contract(&key).cloned() else {
                tracing::warn!(
                    target: streams::ERRORS,
                    actor = NAME,
                    "the journal knows {key}, the config does not: nobody looks after its position or orders"
                );
                continue;
            };
            let settings = TickerSettings { key: key.clone(), contract, ..self.defaults.clone() };
            if self.memory.recall(settings.clone()).trade().is_none() {
                continue;
            }
            tracing::warn!(
                target: streams::TRADING,
                actor = NAME,
                "the journal has a trade of {key} open, the config does not name it: winding down"
            );
            self.start_ticker(settings);
            self.take(Move::Retire(key), &|_, _| Vec::new());
        }
    }

    /// Stops in order: no signal is taken any more, what was decided is written and sent, the
    /// link closes. Orders at the broker are left as they are. Nothing that is stuck is waited
    /// for beyond its patience: all of it takes less than ten seconds.
    pub async fn stop(self) {
        fail::pass(Point::Stopping, String::new);
        drop(self.watchdog);
        self.signals.do_send(Stop);
        let tickers = self.meet.tickers.values().map(|member| member.to.send(Tell::Leave));
        let left = timeout(LEAVE_PATIENCE, futures::future::join_all(tickers)).await;
        complain(left.is_ok(), "not all tickers have stopped deciding in time");
        complain(flush(&self.journal).await, "the journal did not finish in time");
        // What was written has been handed to the risk book; its answer to this comes after
        // its answers to those, and its verdicts are in the journal's queue.
        let judged = timeout(LEAVE_PATIENCE, self.risk.send(Look)).await;
        complain(judged.is_ok(), "the risk book did not finish in time");
        fail::pass(Point::StopWritten, String::new);
        let (parted, gone) = tokio::sync::oneshot::channel();
        self.broker.do_send(Part(parted));
        complain(timeout(PART_PATIENCE, gone).await.is_ok(), "the link was not closed in time");
        complain(flush(&self.journal).await, "the journal did not finish in time");
        fail::pass(Point::StopClosed, String::new);
        let ended = self.threads.stop(JOIN_PATIENCE);
        complain(ended, "a thread is stuck and is left behind");
        // One that is stuck may hold the journal, and the keeper would wait for it for ever.
        complain(!ended || self.keeper.stop(JOIN_PATIENCE), "the last snapshot was not written in time");
    }
}

/// True once all that waits is on disk; false if that takes too long.
async fn flush(journal: &Addr<JournalActor>) -> bool {
    let (reached, written) = tokio::sync::oneshot::channel();
    journal.do_send(Barrier(reached));
    timeout(FLUSH_PATIENCE, written).await.is_ok()
}

fn complain(is_well: bool, what: &str) {
    if !is_well {
        tracing::error!(target: streams::ERRORS, actor = NAME, "stopping: {what}");
    }
}

/// Starts an actor on the thread of `arbiter`; it is made there.
fn on<A: Actor<Context = Context<A>>>(
    arbiter: &Arbiter,
    make: impl FnOnce() -> A + std::marker::Send + 'static,
) -> Addr<A> {
    A::start_in_arbiter(&arbiter.handle(), move |_| make())
}
