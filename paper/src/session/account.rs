//! Positions, the account summary and account updates: a snapshot with its end, then whatever changes.
//!
//! A position that was closed is told as zero, never left out. Values that nothing changed are pushed again after some
//! minutes of market time, as TWS does.
//!
//! Read next: [`values`](crate::session::values).

use crate::exchange::account::Position;
use crate::market::calendar::ZONE;
use crate::session::echo::double;
use crate::session::{Connection, Desk};
use crate::wire::message::account::{
    AccountDataEnd, AccountDataRequest, AccountSummary, AccountSummaryRequest, AccountUpdateMulti,
    AccountUpdateTime, AccountUpdatesMultiRequest, AccountValue, ModelRequest, PortfolioValue,
    Position as WirePosition, PositionMulti,
};
use crate::wire::message::{ById, Empty};
use crate::wire::table::Reply;

/// TWS's own limit.
const SUMMARIES_MAX: usize = 2;

/// The words of a wrong account.
pub const WRONG_ACCOUNT: &str = "Error validating request.-'cE' : cause - Invalid account code";

impl Desk {
    pub(super) fn on_positions(&mut self, from: Connection) {
        for (con_id, position) in self.open_positions() {
            let reply = self.position(con_id, &position);
            self.say(from, reply);
        }
        self.say(from, Reply::PositionEnd(Empty {}));
        if let Some(session) = self.session(from) {
            session.positions = true;
        }
    }

    pub(super) fn on_cancel_positions(&mut self, from: Connection) {
        if let Some(session) = self.session(from) {
            session.positions = false;
        }
    }

    pub(super) fn on_positions_multi(&mut self, from: Connection, asked: &ModelRequest) {
        if !self.is_ours(asked.account()) {
            return self.fail(from, asked.req_id(), 321, WRONG_ACCOUNT);
        }
        for (con_id, position) in self.open_positions() {
            let reply = self.position_multi(asked.req_id(), con_id, &position);
            self.say(from, reply);
        }
        self.say(from, Reply::PositionMultiEnd(ById { req_id: asked.req_id }));
        if let Some(session) = self.session(from) {
            session.positions_multi.insert(asked.req_id());
        }
    }

    pub(super) fn on_cancel_positions_multi(&mut self, from: Connection, id: i32) {
        if let Some(session) = self.session(from) {
            session.positions_multi.remove(&id);
        }
    }

    pub(super) fn on_account_summary(&mut self, from: Connection, asked: &AccountSummaryRequest) {
        let id = asked.req_id();
        let Some(session) = self.session(from) else { return };
        if session.summaries.len() >= SUMMARIES_MAX && !session.summaries.contains_key(&id) {
            let text = "Error processing request.-'cG' : cause - Maximum number of account summary requests exceeded";
            return self.fail(from, id, 322, text);
        }
        let tags: Vec<String> = asked.tags().split(',').map(|tag| tag.trim().to_owned()).collect();
        session.summaries.insert(id, tags.clone());
        self.summarize(from, id, &tags);
        self.say(from, Reply::AccountSummaryEnd(ById { req_id: Some(id) }));
    }

    pub(super) fn on_cancel_account_summary(&mut self, from: Connection, id: i32) {
        if let Some(session) = self.session(from) {
            session.summaries.remove(&id);
        }
    }

    pub(super) fn on_account_data(&mut self, from: Connection, asked: &AccountDataRequest) {
        if asked.subscribe() && !self.is_ours(asked.acct_code()) {
            return self.fail(from, -1, 321, WRONG_ACCOUNT);
        }
        let Some(session) = self.session(from) else { return };
        session.account = asked.subscribe();
        if asked.subscribe() {
            self.update_account(from);
            let account_name = Some(self.account_id().to_owned());
            self.say(from, Reply::AccountDataEnd(AccountDataEnd { account_name }));
        }
    }

    pub(super) fn on_account_updates_multi(&mut self, from: Connection, asked: &AccountUpdatesMultiRequest) {
        if !self.is_ours(asked.account()) {
            return self.fail(from, asked.req_id(), 321, WRONG_ACCOUNT);
        }
        self.update_account_multi(from, asked.req_id());
        self.say(from, Reply::AccountUpdateMultiEnd(ById { req_id: asked.req_id }));
        if let Some(session) = self.session(from) {
            session.account_multi.insert(asked.req_id());
        }
    }

    pub(super) fn on_cancel_account_updates_multi(&mut self, from: Connection, id: i32) {
        if let Some(session) = self.session(from) {
            session.account_multi.remove(&id);
        }
    }

    /// A fill changed a position: its subscribers hear of it at once, those of account values at the next pulse.
    pub(super) fn push_position(&mut self, con_id: i32) {
        self.account_changed = true;
        let position = self.exchange.account().position(con_id).cloned().unwrap_or_default();
        let sessions = self.sessions.iter().map(|(connection, session)| {
            (*connection, session.positions, session.positions_multi.iter().copied().collect::<Vec<_>>())
        });
        for (connection, is_subscribed, multi) in sessions.collect::<Vec<_>>() {
            if is_subscribed {
                let reply = self.position(con_id, &position);
                self.say(connection, reply);
            }
            for id in multi {
                let reply = self.position_multi(id, con_id, &position);
                self.say(connection, reply);
            }
        }
    }

    pub(super) fn push_account(&mut self) {
        let sessions = self.sessions.iter().map(|(connection, session)| {
            (*connection, session.account, session.account_multi.clone(), session.summaries.clone())
        });
        for (connection, is_subscribed, multi, summaries) in sessions.collect::<Vec<_>>() {
            if is_subscribed {
                self.update_account(connection);
            }
            for id in multi {
                self.update_account_multi(connection, id);
            }
            for (id, tags) in summaries {
                self.summarize(connection, id, &tags);
            }
        }
    }

    /// Is it our account, or none in particular?
    pub(super) fn is_ours(&self, account: &str) -> bool {
        account.is_empty() || account == self.account_id()
    }

    fn open_positions(&self) -> Vec<(i32, Position)> {
        let all = self.exchange.account().positions();
        all.filter(|(_, held)| !held.quantity.is_zero()).map(|(id, held)| (id, held.clone())).collect()
    }

    fn position(&self, con_id: i32, position: &Position) -> Reply {
        Reply::Position(WirePosition {
            account: Some(self.account_id().to_owned()),
            // TWS leaves a position's exchange empty: it is held, not traded anywhere.
            contract: Some(self.contract(con_id, "")),
            position: Some(position.quantity.normalize().to_string()),
            avg_cost: Some(double(position.average_cost)),
        })
    }

    fn position_multi(&self, id: i32, con_id: i32, position: &Position) -> Reply {
        Reply::PositionMulti(PositionMulti {
            req_id: Some(id),
            account: Some(self.account_id().to_owned()),
            contract: Some(self.contract(con_id, "")),
            position: Some(position.quantity.normalize().to_string()),
            avg_cost: Some(double(position.average_cost)),
            model_code: None,
        })
    }

    fn summarize(&mut self, to: Connection, id: i32, tags: &[String]) {
        let account = Some(self.account_id().to_owned());
        let is_ledger = tags.iter().any(|tag| tag.starts_with("$LEDGER"));
        let of_ledger = if is_ledger { self.ledger() } else { Vec::new() };
        let all = self.account_values();
        let named = all.into_iter().filter(|(tag, _, _)| tags.iter().any(|asked| asked == tag));
        for (tag, value, currency) in named.chain(of_ledger).collect::<Vec<_>>() {
            let (tag, value) = (Some(tag.to_owned()), Some(value));
            let summary = AccountSummary { req_id: Some(id), account: account.clone(), tag, value, currency };
            self.say(to, Reply::AccountSummary(summary));
        }
    }

    fn update_account(&mut self, to: Connection) {
        let account_name = Some(self.account_id().to_owned());
        for (key, value, currency) in self.all_values() {
            let (key, value) = (Some(key.to_owned()), Some(value));
            self.say(
                to,
                Reply::AccountValue(AccountValue {
                    key,
                    value,
                    currency,
                    account_name: account_name.clone(),
                }),
            );
        }
        let positions: Vec<(i32, Position)> =
            self.exchange.account().positions().map(|(id, held)| (id, held.clone())).collect();
        for (con_id, position) in positions {
            let reply = self.portfolio(con_id, &position);
            self.say(to, reply);
        }
        let time = self.exchange.now().with_timezone(&ZONE).format("%H:%M").to_string();
        self.say(to, Reply::AccountUpdateTime(AccountUpdateTime { time_stamp: Some(time) }));
    }

    fn update_account_multi(&mut self, to: Connection, id: i32) {
        let account = Some(self.account_id().to_owned());
        for (key, value, currency) in self.all_values() {
            let (key, value, model_code) = (Some(key.to_owned()), Some(value), None);
            let update = AccountUpdateMulti {
                req_id: Some(id),
                account: account.clone(),
                model_code,
                key,
                value,
                currency,
            };
            self.say(to, Reply::AccountUpdateMulti(update));
        }
    }

    fn portfolio(&self, con_id: i32, position: &Position) -> Reply {
        let mark = self.exchange.mark(con_id);
        let worth = self.exchange.worth(con_id, mark);
        Reply::PortfolioValue(PortfolioValue {
            contract: Some(self.contract(con_id, "")),
            position: Some(position.quantity.normalize().to_string()),
            market_price: Some(double(mark)),
            market_value: Some(double(position.quantity * worth)),
            average_cost: Some(double(position.average_cost)),
            unrealized_pnl: Some(double(position.unrealized(worth))),
            realized_pnl: Some(double(position.realized)),
            account_name: Some(self.account_id().to_owned()),
        })
    }
}
