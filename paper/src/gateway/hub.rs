//! The hub: the one task that owns the desk. It hears every connection, follows the clock, and hands out frames.
//!
//! Read next: [`connection`](crate::gateway::connection).

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::faults::fault::Way;
use crate::faults::line::{Line, take};
use crate::faults::{Scenario, Seen};
use crate::gateway::connection::carry;
use crate::gateway::control::Command;
use crate::gateway::link::Link;
use crate::gateway::pace::{Pace, Passing};
use crate::gateway::recorder::Recorder;
use crate::gateway::running::Running;
use crate::gateway::sabotage::Sabotage;
use crate::gateway::state::StateFile;
use crate::session::{Connection, Desk, Say};
use crate::wire::capture::Writer;
use crate::wire::frame;
use crate::wire::hello::{Hello, acknowledgement};
use crate::wire::table::Request;
use crate::wire::text;

/// The most connections at once; TWS's own limit is 32 clients.
pub const CONNECTIONS_MAX: usize = 32;

/// Messages from all clients that wait for the hub; beyond it their sockets wait.
const HEARD_MAX: usize = 1024;

/// Messages that are heard in one turn: what they change is kept with one writing of the account's file.
const HEARD_BATCH: usize = 64;

/// How often the market moves on, and how often TWS's own pace beats.
const TICK: Duration = Duration::from_millis(10);
const PULSE: Duration = Duration::from_secs(1);

/// What connections tell the hub.
#[derive(Debug)]
pub enum Heard {
    /// Somebody is there, and reads frames from here.
    Opened {
        /// Its number.
        connection: Connection,
        /// Where its frames go.
        frames: mpsc::Sender<Vec<u8>>,
    },
    /// A whole body arrived.
    Body {
        /// From whom.
        connection: Connection,
        /// What.
        body: Vec<u8>,
    },
    /// Nobody is there any more.
    Closed {
        /// Its number.
        connection: Connection,
        /// Why, for the log.
        why: String,
    },
}

/// What a hub is made of.
pub(super) struct Parts {
    pub(super) desk: Desk,
    pub(super) state: Option<StateFile>,
    pub(super) running: Running,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) scenario: Scenario,
    pub(super) recorder: Recorder,
    pub(super) rate_max: Option<u32>,
}

/// Starts the thread of the hub and its connections.
pub(super) fn spawn(
    listener: TcpListener,
    parts: Parts,
    stopped: watch::Receiver<bool>,
) -> std::io::Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Builder::new().name("paper-tws".to_owned()).spawn(move || {
        let Parts { desk, state, running, commands, scenario, recorder, rate_max } = parts;
        let (peers, sabotage) = (BTreeMap::new(), Sabotage::default());
        let mut hub = Hub { desk, state, running, peers, sabotage, recorder, rate_max };
        hub.begin(&scenario);
        if let Err(error) = runtime.block_on(hub.run(listener, commands, stopped)) {
            tracing::error!("the paper gateway ended: {error}");
        }
    })
}

pub(super) struct Hub {
    pub(super) desk: Desk,
    state: Option<StateFile>,
    pub(super) running: Running,
    pub(super) peers: BTreeMap<Connection, Peer>,
    pub(super) sabotage: Sabotage,
    recorder: Recorder,
    /// Messages a second that a client may send.
    rate_max: Option<u32>,
}

/// One connection as the hub knows it.
pub(super) struct Peer {
    frames: mpsc::Sender<Vec<u8>>,
    task: Option<AbortHandle>,
    pub(super) link: watch::Sender<Link>,
    pub(super) line: Line,
    /// Writes text, where it is spoken.
    writer: text::Writer,
    /// Nothing is answered until then.
    pub(super) mute: Option<Instant>,
    pace: Pace,
}

/// Connections whose tasks live, with the ends by which they are treated badly.
type Tasks = BTreeMap<Connection, (AbortHandle, watch::Sender<Link>)>;

impl Hub {
    async fn run(
        mut self,
        listener: TcpListener,
        mut commands: mpsc::Receiver<Command>,
        mut stopped: watch::Receiver<bool>,
    ) -> std::io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (hub, mut heard) = mpsc::channel(HEARD_MAX);
        let (mut tick, mut pulse) = (every(TICK), every(PULSE));
        let mut tasks = Tasks::new();
        let mut next: Connection = 1;
        loop {
            tokio::select! {
                _ = stopped.changed() => return self.end(),
                accepted = listener.accept() => {
                    let Ok((stream, peer)) = accepted else { continue };
                    if self.turns_away(&stream, &mut tasks) {
                        continue;
                    }
                    tracing::info!("connection {next} from {peer}");
                    let (link, suffered) = watch::channel(Link::default());
                    let task = tokio::spawn(carry(stream, next, hub.clone(), suffered)).abort_handle();
                    tasks.insert(next, (task, link));
                    next += 1;
                }
                Some(first) = heard.recv() => {
                    self.on_heard(first, &tasks);
                    for _ in 1..HEARD_BATCH {
                        let Ok(more) = heard.try_recv() else { break };
                        self.on_heard(more, &tasks);
                    }
                }
                Some(command) = commands.recv() => self.on_command(command),
                _ = tick.tick() => self.desk.advance(self.running.now()),
                _ = pulse.tick() => {
                    self.desk.pulse();
                    self.keep_time()?;
                }
            }
            self.saw_desk();
            self.keep()?;
            self.hand_out();
        }
    }

    fn turns_away(&self, stream: &TcpStream, tasks: &mut Tasks) -> bool {
        tasks.retain(|_, (task, _)| !task.is_finished());
        if self.sabotage.refuses() {
            let _ = stream.set_zero_linger();
            return true;
        }
        let is_full = tasks.len() >= CONNECTIONS_MAX;
        if is_full {
            tracing::warn!("a connection turned away: {CONNECTIONS_MAX} are open");
        }
        is_full
    }

    /// Before anything is handed out: what a client has seen of its account, the file holds.
    fn keep(&mut self) -> std::io::Result<()> {
        let Some(state) = &mut self.state else { return Ok(()) };
        Ok(state.keep(&self.desk)?)
    }

    /// A gateway that is killed goes on at most a pulse earlier than it had come.
    fn keep_time(&mut self) -> std::io::Result<()> {
        let Some(state) = &mut self.state else { return Ok(()) };
        Ok(state.keep_time(&self.desk)?)
    }

    fn end(mut self) -> std::io::Result<()> {
        self.desk.advance(self.running.now());
        self.keep_time()?;
        self.hand_out();
        Ok(())
    }

    fn on_heard(&mut self, heard: Heard, tasks: &Tasks) {
        match heard {
            Heard::Opened { connection, frames } => {
                let task = tasks.get(&connection);
                let link = task.map_or_else(|| watch::channel(Link::default()).0, |(_, link)| link.clone());
                let task = task.map(|(task, _)| task.clone());
                let peer = Peer {
                    frames,
                    task,
                    link,
                    line: Line::default(),
                    writer: text::Writer::default(),
                    mute: None,
                    pace: Pace::default(),
                };
                self.peers.insert(connection, peer);
                self.desk.open(connection);
            }
            Heard::Body { connection, body } => self.on_body(connection, &body),
            Heard::Closed { connection, why } => {
                tracing::info!("connection {connection} closed: {why}");
                self.peers.remove(&connection);
                self.desk.close(connection);
            }
        }
    }

    fn on_body(&mut self, connection: Connection, body: &[u8]) {
        if !self.peers.contains_key(&connection) {
            return;
        }
        let now = self.running.now();
        self.desk.advance(now);
        self.recorder.hear(connection, Writer::Client, self.desk.version_of(connection), body);
        if !self.desk.has_greeted(connection) {
            if self.sabotage.ignores_hello() {
                return;
            }
            return match Hello::parse(body) {
                Some(hello) => self.desk.hello(now, connection, hello),
                None => self.drop_connection(connection, "its first frame is no span of versions"),
            };
        }
        if !self.is_in_pace(connection) {
            return;
        }
        let was_known = self.desk.client_of(connection).is_some();
        let is_text = self.speaks_text(connection);
        match if is_text { text::decode(body) } else { Request::decode(body) } {
            Ok(request) => {
                self.saw_frame(Way::In, request.id());
                self.desk.request(now, connection, request);
            }
            Err(bad) => self.drop_connection(connection, &bad.to_string()),
        }
        if let Some(client) = self.desk.client_of(connection).filter(|_| !was_known) {
            tracing::info!("connection {connection} is client {client}");
            self.saw(&Seen::Connection);
        }
    }

    /// May a message of this connection be read now? If not, it is told so, or ended.
    fn is_in_pace(&mut self, connection: Connection) -> bool {
        let (Some(max), Some(peer)) = (self.rate_max, self.peers.get_mut(&connection)) else { return true };
        match peer.pace.pass(Instant::now(), max) {
            Passing::On => return true,
            Passing::Refused { count } => self.desk.refuse_rate(connection, max, count),
            Passing::Ended => self.drop_connection(connection, "it went on sending too many messages"),
        }
        false
    }

    fn hand_out(&mut self) {
        // What a frame sets off may say more.
        loop {
            let said = self.desk.take();
            if said.is_empty() {
                return self.recorder.flush();
            }
            for (connection, say) in said {
                self.hand_to(connection, say);
            }
        }
    }

    fn hand_to(&mut self, connection: Connection, say: Say) {
        let (message, bytes) = match say {
            Say::Acknowledge { version, time } => (None, acknowledgement(version, &time)),
            Say::Reply(reply) => {
                self.saw_frame(Way::Out, reply.id());
                let id = Some(reply.id());
                if !self.speaks_text(connection) {
                    (id, reply.to_frame())
                } else {
                    let body = self.peers.get_mut(&connection).and_then(|peer| peer.writer.body(&reply));
                    let Some(body) = body else { return };
                    (id, frame(&body))
                }
            }
            Say::Close { reason } => return self.drop_connection(connection, &reason),
        };
        let client = self.desk.client_of(connection);
        let fault = message.and_then(|message| take(&mut self.sabotage.waiting, client, message));
        let Some(peer) = self.peers.get_mut(&connection) else { return };
        if peer.mute.is_some_and(|until| until > Instant::now()) {
            return;
        }
        let is_sound = fault.is_none() && peer.line.is_clear();
        let frames = if is_sound { vec![bytes] } else { peer.line.pass(fault, bytes) };
        let version = message.and_then(|_| self.desk.version_of(connection));
        for bytes in frames {
            // A body without its length; one that lies about it is told as it is.
            self.recorder.hear(connection, Writer::Gateway, version, bytes.get(4..).unwrap_or(&bytes));
            // A closed queue is a connection that has ended by itself; its own last word is on the way.
            if let Err(TrySendError::Full(_)) = peer.frames.try_send(bytes) {
                if let Some(task) = &peer.task {
                    task.abort();
                }
                return self.drop_connection(connection, "it does not read what it asked for");
            }
        }
    }

    fn speaks_text(&self, connection: Connection) -> bool {
        self.desk.version_of(connection) == Some(text::VERSION_TEXT)
    }

    /// Forgets a connection: what was handed out before is still written, then the socket closes.
    pub(super) fn drop_connection(&mut self, connection: Connection, why: &str) {
        if self.peers.remove(&connection).is_some() {
            tracing::warn!("connection {connection} dropped: {why}");
        }
        self.desk.close(connection);
    }
}

fn every(period: Duration) -> Interval {
    let mut every = interval(period);
    every.set_missed_tick_behavior(MissedTickBehavior::Skip);
    every
}
