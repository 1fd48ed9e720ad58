//! An exchange at rest: everything that belongs to the account and to client ids, as data.
//!
//! Saving and restoring changes nothing: the same calls give the same events as if there had been no rest. The market
//! and the options are not part of it; which orders are live follows from the orders.
//!
//! Read next: [`gateway::state`](crate::gateway::state), which keeps it in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::exchange::account::Account;
use crate::exchange::event::Execution;
use crate::exchange::group::Reduction;
use crate::exchange::order::Order;
use crate::exchange::{Exchange, ExchangeOptions};
use crate::market::Market;

/// What [`Exchange::save`] gives and [`Exchange::restore`] takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    now: DateTime<Utc>,
    looked: DateTime<Utc>,
    day: NaiveDate,
    account: Account,
    orders: Vec<Order>,
    executions: Vec<Execution>,
    next_ids: BTreeMap<i32, i32>,
    forgotten: BTreeMap<i32, i32>,
    groups_completed: BTreeSet<String>,
    reductions: Vec<Reduction>,
    perm_id_next: i64,
    exec_prefix: u32,
    exec_next: u32,
    morning: (Account, usize),
}

impl Saved {
    /// The market's time when it was saved: where it goes on.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl Exchange {
    /// Everything that a later exchange on the same market needs to go on as this one would.
    pub fn save(&self) -> Saved {
        Saved {
            now: self.now,
            looked: self.looked,
            day: self.day,
            account: self.account.clone(),
            orders: self.orders.values().cloned().collect(),
            executions: self.executions.clone(),
            next_ids: self.next_ids.clone(),
            forgotten: self.forgotten.clone(),
            groups_completed: self.groups_completed.clone(),
            reductions: self.reductions.clone(),
            perm_id_next: self.perm_id_next,
            exec_prefix: self.exec_prefix,
            exec_next: self.exec_next,
            morning: self.morning.clone(),
        }
    }

    /// An exchange that goes on where another one was saved. The options' cash is of no account: the saved one counts.
    pub fn restore(market: Arc<Market>, options: ExchangeOptions, saved: Saved) -> Exchange {
        let live = saved.orders.iter().filter(|order| order.is_live());
        Exchange {
            live: live.map(|order| (order.perm_id, order.key)).collect(),
            orders: saved.orders.into_iter().map(|order| (order.key, order)).collect(),
            now: saved.now,
            looked: saved.looked,
            day: saved.day,
            account: saved.account,
            executions: saved.executions,
            next_ids: saved.next_ids,
            forgotten: saved.forgotten,
            groups_completed: saved.groups_completed,
            reductions: saved.reductions,
            perm_id_next: saved.perm_id_next,
            exec_prefix: saved.exec_prefix,
            exec_next: saved.exec_next,
            morning: saved.morning,
            ..Exchange::new(saved.now, market, options)
        }
    }
}
