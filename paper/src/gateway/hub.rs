//! The hub: the one task that owns the desk. It hears every connection, follows the clock, and hands out frames.
//!
//! Read next: [`connection`](crate::gateway::connection).

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::gateway::Running;
use crate::gateway::connection::carry;
use crate::gateway::state::StateFile;
use crate::session::{Connection, Desk, Say};
use crate::wire::hello::{Hello, acknowledgement};
use crate::wire::table::Request;

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

/// Starts the thread of the hub and its connections.
pub fn spawn(
    listener: TcpListener,
    running: Running,
    desk: Desk,
    state: Option<StateFile>,
    stopped: watch::Receiver<bool>,
) -> std::io::Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let hub = Hub { desk, state, running, frames: BTreeMap::new() };
    Builder::new().name("paper-tws".to_owned()).spawn(move || {
        if let Err(error) = runtime.block_on(hub.run(listener, stopped)) {
            tracing::error!("the paper gateway ended: {error}");
        }
    })
}

struct Hub {
    desk: Desk,
    state: Option<StateFile>,
    running: Running,
    frames: BTreeMap<Connection, (mpsc::Sender<Vec<u8>>, Option<AbortHandle>)>,
}

impl Hub {
    async fn run(mut self, listener: TcpListener, mut stopped: watch::Receiver<bool>) -> std::io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (hub, mut heard) = mpsc::channel(HEARD_MAX);
        let (mut tick, mut pulse) = (every(TICK), every(PULSE));
        let mut tasks: BTreeMap<Connection, AbortHandle> = BTreeMap::new();
        let mut next: Connection = 1;
        loop {
            tokio::select! {
                _ = stopped.changed() => return self.end(),
                accepted = listener.accept() => {
                    let Ok((stream, peer)) = accepted else { continue };
                    tasks.retain(|_, task| !task.is_finished());
                    if tasks.len() >= CONNECTIONS_MAX {
                        tracing::warn!("{peer} turned away: {CONNECTIONS_MAX} connections are open");
                        continue;
                    }
                    tracing::info!("connection {next} from {peer}");
                    tasks.insert(next, tokio::spawn(carry(stream, next, hub.clone())).abort_handle());
                    next += 1;
                }
                Some(first) = heard.recv() => {
                    self.on_heard(first, &tasks);
                    for _ in 1..HEARD_BATCH {
                        let Ok(more) = heard.try_recv() else { break };
                        self.on_heard(more, &tasks);
                    }
                }
                _ = tick.tick() => self.desk.advance(self.running.now()),
                _ = pulse.tick() => {
                    self.desk.pulse();
                    self.keep_time()?;
                }
            }
            self.keep()?;
            self.hand_out();
        }
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

    fn on_heard(&mut self, heard: Heard, tasks: &BTreeMap<Connection, AbortHandle>) {
        match heard {
            Heard::Opened { connection, frames } => {
                self.frames.insert(connection, (frames, tasks.get(&connection).cloned()));
                self.desk.open(connection);
            }
            Heard::Body { connection, body } => self.on_body(connection, &body),
            Heard::Closed { connection, why } => {
                tracing::info!("connection {connection} closed: {why}");
                self.frames.remove(&connection);
                self.desk.close(connection);
            }
        }
    }

    fn on_body(&mut self, connection: Connection, body: &[u8]) {
        if !self.frames.contains_key(&connection) {
            return;
        }
        let now = self.running.now();
        self.desk.advance(now);
        if !self.desk.has_greeted(connection) {
            return match Hello::parse(body) {
                Some(hello) => self.desk.hello(now, connection, hello),
                None => self.drop_connection(connection, "its first frame is no span of versions"),
            };
        }
        let was_known = self.desk.client_of(connection).is_some();
        match Request::decode(body) {
            Ok(request) => self.desk.request(now, connection, request),
            Err(bad) => self.drop_connection(connection, &bad.to_string()),
        }
        if let Some(client) = self.desk.client_of(connection).filter(|_| !was_known) {
            tracing::info!("connection {connection} is client {client}");
        }
    }

    fn hand_out(&mut self) {
        for (connection, say) in self.desk.take() {
            let frame = match say {
                Say::Acknowledge { version, time } => acknowledgement(version, &time),
                Say::Reply(reply) => reply.to_frame(),
                Say::Close { reason } => {
                    self.drop_connection(connection, &reason);
                    continue;
                }
            };
            let Some((frames, task)) = self.frames.get(&connection) else { continue };
            // A closed queue is a connection that has ended by itself; its own last word is on the way.
            if let Err(TrySendError::Full(_)) = frames.try_send(frame) {
                if let Some(task) = task {
                    task.abort();
                }
                self.drop_connection(connection, "it does not read what it asked for");
            }
        }
    }

    /// Forgets a connection: what was handed out before is still written, then the socket closes.
    fn drop_connection(&mut self, connection: Connection, why: &str) {
        if self.frames.remove(&connection).is_some() {
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
