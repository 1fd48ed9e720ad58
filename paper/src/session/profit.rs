//! Profit and loss, of the account and of one position, about once a second.
//!
//! Read next: [`unserved`](crate::session::unserved).

use crate::session::account::WRONG_ACCOUNT;
use crate::session::echo::double;
use crate::session::{Connection, Desk, SUBSCRIPTIONS_MAX};
use crate::wire::message::account::{ModelRequest, PnL, PnLSingle, PnLSingleRequest};
use crate::wire::table::Reply;

impl Desk {
    pub(super) fn on_profit(&mut self, from: Connection, asked: &ModelRequest) {
        let id = asked.req_id();
        let Some(session) = self.sessions.get(&from) else { return };
        if asked.account() != self.account_id() || session.profits.len() >= SUBSCRIPTIONS_MAX {
            return self.fail(from, id, 321, WRONG_ACCOUNT);
        }
        if let Some(session) = self.session(from) {
            session.profits.insert(id);
        }
        let reply = self.profit(id);
        self.say(from, reply);
    }

    pub(super) fn on_cancel_profit(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| !session.profits.remove(&id)) {
            self.fail(from, id, 10185, "Failed to cancel PNL (not subscribed)");
        }
    }

    pub(super) fn on_profit_single(&mut self, from: Connection, asked: &PnLSingleRequest) {
        let (id, con_id) = (asked.req_id(), asked.con_id());
        let Some(session) = self.sessions.get(&from) else { return };
        if asked.account() != self.account_id() || session.profits_single.len() >= SUBSCRIPTIONS_MAX {
            return self.fail(from, id, 321, WRONG_ACCOUNT);
        }
        if let Some(session) = self.session(from) {
            session.profits_single.insert(id, con_id);
        }
        let reply = self.profit_single(id, con_id);
        self.say(from, reply);
    }

    pub(super) fn on_cancel_profit_single(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.profits_single.remove(&id).is_none()) {
            self.fail(from, id, 10186, "Failed to cancel PNL single (not subscribed)");
        }
    }

    pub(super) fn publish_profits(&mut self) {
        let sessions = self.sessions.iter();
        let all = sessions.flat_map(|(to, session)| session.profits.iter().map(|id| (*to, *id)));
        let single = self.sessions.iter();
        let single =
            single.flat_map(|(to, session)| session.profits_single.iter().map(|(id, con)| (*to, *id, *con)));
        let (all, single): (Vec<_>, Vec<_>) = (all.collect(), single.collect());
        for (to, id) in all {
            let reply = self.profit(id);
            self.say(to, reply);
        }
        for (to, id, con_id) in single {
            let reply = self.profit_single(id, con_id);
            self.say(to, reply);
        }
    }

    fn profit(&self, id: i32) -> Reply {
        let values = self.exchange.values();
        Reply::PnL(PnL {
            req_id: Some(id),
            daily_pnl: Some(double(values.daily)),
            unrealized_pnl: Some(double(values.unrealized)),
            realized_pnl: Some(double(values.realized)),
        })
    }

    fn profit_single(&self, id: i32, con_id: i32) -> Reply {
        let position = self.exchange.account().position(con_id).cloned().unwrap_or_default();
        // Everything that is money is in the account's currency, as executions are booked.
        let worth = self.exchange.worth(con_id, self.exchange.mark(con_id));
        Reply::PnLSingle(PnLSingle {
            req_id: Some(id),
            position: Some(position.quantity.normalize().to_string()),
            daily_pnl: Some(double(position.daily(worth))),
            unrealized_pnl: Some(double(position.unrealized(worth))),
            realized_pnl: Some(double(position.realized)),
            value: Some(double(position.quantity * worth)),
        })
    }
}
