//! A session's beginning, and the questions that need nothing but the desk itself.
//!
//! Read next: [`orders`](crate::session::orders).

use crate::exchange::manual::NOBODY;
use crate::market::calendar::stamp;
use crate::session::{Connection, Desk, Say};
use crate::wire::hello::Hello;
use crate::wire::message::Empty;
use crate::wire::message::request::{
    CurrentTime, CurrentTimeInMillis, ManagedAccounts, NextValidId, StartApi,
};
use crate::wire::table::Reply;

/// The `ibapi` crate stops listening for its ids after 101 frames, so an open order book longer than this is told after
/// them.
const REPLAY_FRAMES_MAX: usize = 90;

const FARMS: [(i32, &str); 3] = [
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
];

impl Desk {
    /// The first frame of a connection: the versions that the client speaks.
    pub fn hello(&mut self, now: chrono::DateTime<chrono::Utc>, from: Connection, hello: Hello) {
        let Some(version) = hello.version() else {
            let reason = format!("it speaks versions {} to {}", hello.min, hello.max);
            return self.out.push((from, Say::Close { reason }));
        };
        if let Some(session) = self.session(from) {
            session.version = Some(version);
        }
        // The ibapi crate has a table of zone names; it knows this one.
        self.out.push((from, Say::Acknowledge { version, time: stamp(now) }));
    }

    /// A message was not read, for there were too many in its second.
    pub fn refuse_rate(&mut self, connection: Connection, max: u32, count: u32) {
        let text = format!("Max rate of messages per second has been exceeded:max={max} rec={count}");
        self.fail(connection, -1, 100, text);
    }

    /// The version that a connection speaks, once it has said hello.
    pub fn version_of(&self, connection: Connection) -> Option<u32> {
        self.sessions.get(&connection)?.version
    }

    /// Has a connection said hello?
    pub fn has_greeted(&self, connection: Connection) -> bool {
        self.sessions.get(&connection).is_some_and(|session| session.version.is_some())
    }

    pub(super) fn on_start(&mut self, from: Connection, start: &StartApi) {
        let client = start.client_id();
        if self.connection_of(client).is_some() || client == NOBODY {
            self.fail(
                from,
                -1,
                326,
                "Unable to connect as the client id is already in use. Retry with a unique client id.",
            );
            return self.out.push((from, Say::Close { reason: format!("client id {client} is in use") }));
        }
        if let Some(session) = self.session(from) {
            session.client = Some(client);
        }
        let replay = self.open_order_replies(Some(client).filter(|client| !self.is_master(*client)));
        let (before, after) =
            if replay.len() <= REPLAY_FRAMES_MAX { (replay, vec![]) } else { (vec![], replay) };
        self.replay(from, before);
        self.on_managed_accounts(from);
        self.on_ids(from, client);
        for (code, text) in FARMS {
            self.fail(from, -1, code, text);
        }
        self.replay(from, after);
    }

    fn replay(&mut self, to: Connection, replies: Vec<Reply>) {
        if replies.is_empty() {
            return;
        }
        for reply in replies {
            self.say(to, reply);
        }
        self.say(to, Reply::OpenOrdersEnd(Empty {}));
    }

    pub(super) fn on_ids(&mut self, from: Connection, client: i32) {
        let order_id = Some(self.exchange.next_id(client));
        self.say(from, Reply::NextValidId(NextValidId { order_id }));
    }

    pub(super) fn on_managed_accounts(&mut self, from: Connection) {
        let swapped = self.faults.account.clone();
        let accounts_list = Some(swapped.unwrap_or_else(|| self.account_id().to_owned()));
        self.say(from, Reply::ManagedAccounts(ManagedAccounts { accounts_list }));
    }

    /// The market's time, which a fault may have put back.
    fn told_time(&self) -> chrono::DateTime<chrono::Utc> {
        self.exchange.now() + self.faults.clock_back.unwrap_or_default()
    }

    pub(super) fn on_current_time(&mut self, from: Connection) {
        let current_time = Some(self.told_time().timestamp());
        self.say(from, Reply::CurrentTime(CurrentTime { current_time }));
    }

    pub(super) fn on_current_time_in_millis(&mut self, from: Connection) {
        let current_time_in_millis = Some(self.told_time().timestamp_millis());
        self.say(from, Reply::CurrentTimeInMillis(CurrentTimeInMillis { current_time_in_millis }));
    }
}
