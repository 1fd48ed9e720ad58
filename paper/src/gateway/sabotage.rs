//! Carrying out what goes wrong: on sockets and frames here, on the clock, and everything else at the desk.
//!
//! Read next: [`faults`](crate::faults).

use chrono::TimeDelta;
use tokio::time::Instant;

use crate::faults::fault::{Ending, Fault, Way};
use crate::faults::line::frames_of;
use crate::faults::{Director, Scenario, Seen};
use crate::gateway::hub::Hub;
use crate::gateway::link::until;
use crate::session::Connection;

/// What goes wrong with sockets as a whole, and who decides what goes wrong next.
#[derive(Debug, Default)]
pub(super) struct Sabotage {
    director: Option<Director>,
    /// What happens to the next frames that it fits.
    pub(super) waiting: Vec<Fault>,
    no_accept: Option<Instant>,
    no_handshake: Option<Instant>,
}

impl Sabotage {
    /// Are new connections reset?
    pub(super) fn refuses(&self) -> bool {
        self.no_accept.is_some_and(|until| until > Instant::now())
    }

    /// Is a hello left unanswered?
    pub(super) fn ignores_hello(&self) -> bool {
        self.no_handshake.is_some_and(|until| until > Instant::now())
    }
}

impl Hub {
    pub(super) fn begin(&mut self, scenario: &Scenario) {
        self.sabotage.director = Some(Director::new(self.running.now(), scenario));
    }

    /// Something passed: what is due because of it is carried out.
    pub(super) fn saw(&mut self, seen: &Seen) {
        let Some(director) = &mut self.sabotage.director else { return };
        let due = director.on(seen);
        if director.is_over() {
            self.sabotage.director = None;
        }
        for fault in due {
            self.carry_out(fault);
        }
    }

    /// Everything that the desk has seen since, and the time.
    pub(super) fn saw_desk(&mut self) {
        let seen = self.desk.take_seen();
        if self.sabotage.director.is_none() {
            return;
        }
        let now = Seen::Time(self.desk.exchange().now());
        for seen in seen.into_iter().chain([now]) {
            self.saw(&seen);
        }
    }

    pub(super) fn saw_frame(&mut self, way: Way, message: u32) {
        if self.sabotage.director.is_some() {
            self.saw(&Seen::Frame(way, message));
        }
    }

    pub(super) fn carry_out(&mut self, fault: Fault) {
        tracing::info!("fault: {fault:?}");
        match fault {
            Fault::NetClose { how, client } => self.close_all(how, client),
            Fault::NetMute { seconds, client } => {
                let until = until(seconds);
                for connection in self.connections_of(client) {
                    if let Some(peer) = self.peers.get_mut(&connection) {
                        peer.mute = Some(until);
                    }
                }
            }
            Fault::NetNoAccept { seconds } => self.sabotage.no_accept = Some(until(Some(seconds))),
            Fault::NetNoHandshake { seconds } => self.sabotage.no_handshake = Some(until(seconds)),
            Fault::NetBlackhole { client, .. }
            | Fault::NetDelay { client, .. }
            | Fault::NetFragment { client, .. }
            | Fault::NetCoalesce { client, .. }
            | Fault::NetSlow { client, .. } => self.suffer(&fault, client),
            Fault::NetHeal => {
                (self.sabotage.no_accept, self.sabotage.no_handshake) = (None, None);
                self.peers.values_mut().for_each(|peer| peer.mute = None);
                self.suffer(&fault, None);
            }
            Fault::SessionClose => self.running.to_close(),
            Fault::ClockJump { seconds } if seconds >= 0 => self.running.step(TimeDelta::seconds(seconds)),
            fault if frames_of(&fault).is_some() => self.sabotage.waiting.push(fault),
            fault => self.desk.inject(fault),
        }
    }

    fn close_all(&mut self, how: Ending, client: Option<i32>) {
        for connection in self.connections_of(client) {
            if how == Ending::Rst
                && let Some(peer) = self.peers.get(&connection)
            {
                peer.link.send_modify(|link| link.is_reset = true);
            }
            self.drop_connection(connection, "a fault");
        }
    }

    fn suffer(&self, fault: &Fault, client: Option<i32>) {
        for peer in self.connections_of(client).iter().filter_map(|connection| self.peers.get(connection)) {
            peer.link.send_modify(|link| link.suffer(fault));
        }
    }

    fn connections_of(&self, client: Option<i32>) -> Vec<Connection> {
        let is_meant = |connection: &&Connection| {
            client.is_none_or(|client| self.desk.client_of(**connection) == Some(client))
        };
        self.peers.keys().filter(is_meant).copied().collect()
    }
}
