//! Names and numbers of our orders: which id carries which reference, and the newest echo.

use std::collections::{BTreeMap, HashMap};

use engine::{Money, OrderRef, TickerKey};
use ibapi::contracts::Contract;
use ibapi::orders::Order;

use super::funds::FundsCell;

/// Executions whose ticker is remembered until their commission comes.
const EXECUTIONS_MAX: usize = 10_000;

/// Our orders of this connection, and what the broker last said of each.
#[derive(Debug, Default)]
pub(super) struct Table {
    by_id: HashMap<i32, OrderRef>,
    orders: BTreeMap<OrderRef, Placed>,
    executions: BTreeMap<String, TickerKey>,
    /// Whose contract is whose, by the broker's id of it.
    contracts: BTreeMap<i32, TickerKey>,
    next_id: i32,
    client_id: i32,
    /// Where the rates of other currencies are.
    funds: Option<FundsCell>,
}

/// An order at the broker.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) id: i32,
    pub(super) contract: Contract,
    /// The order as sent, then as echoed.
    pub(super) order: Order,
    /// True once the broker has spoken of it.
    pub(super) heard: bool,
    /// True once it is over.
    pub(super) ended: bool,
}

impl Table {
    /// Ids are handed out from `floor` on, never one twice.
    pub(super) fn raise_floor(&mut self, floor: i32) {
        self.next_id = self.next_id.max(floor);
    }

    /// Only orders of this client are ours: ids of others may be the same numbers.
    pub(super) fn listen_for(&mut self, client_id: i32) {
        self.client_id = client_id;
    }

    /// What is told in other currencies is converted by these rates.
    pub(super) fn convert_by(&mut self, funds: FundsCell) {
        self.funds = Some(funds);
    }

    /// Money in base currency; none where the rate is not known. No currency is the base.
    pub(super) fn in_base(&self, amount: Money, currency: &str) -> Option<Money> {
        match &self.funds {
            Some(funds) if !currency.is_empty() => {
                amount.value().checked_mul(funds.rate(currency)?).map(Money::new)
            }
            _ => Some(amount),
        }
    }

    /// True for a client id that is ours, or that the broker left out.
    pub(super) fn is_ours(&self, client_id: i32) -> bool {
        client_id == self.client_id || client_id == 0
    }

    /// Executions in this contract concern this ticker, whoever made them.
    pub(super) fn watch(&mut self, contract: i32, ticker: &TickerKey) {
        self.contracts.insert(contract, ticker.clone());
    }

    /// The ticker that trades a contract.
    pub(super) fn ticker_on(&self, contract: i32) -> Option<&TickerKey> {
        self.contracts.get(&contract)
    }

    /// The next order id that will be used.
    pub(super) fn next_id(&self) -> i32 {
        self.next_id
    }

    /// A fresh order id.
    pub(super) fn take_id(&mut self) -> i32 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Remembers an order under its name.
    pub(super) fn insert(&mut self, name: OrderRef, placed: Placed) {
        self.next_id = self.next_id.max(placed.id + 1);
        self.by_id.insert(placed.id, name.clone());
        self.orders.insert(name, placed);
    }

    /// An order by its name.
    pub(super) fn get(&self, name: &OrderRef) -> Option<&Placed> {
        self.orders.get(name)
    }

    /// The name behind an id.
    pub(super) fn name(&self, id: i32) -> Option<&OrderRef> {
        self.by_id.get(&id)
    }

    /// True once the broker has spoken of the order.
    pub(super) fn heard(&self, name: &OrderRef) -> bool {
        self.orders.get(name).is_some_and(|placed| placed.heard)
    }

    /// Takes in the broker's echo of an order.
    pub(super) fn echo(&mut self, name: &OrderRef, id: i32, contract: &Contract, order: &Order) {
        let known = self.orders.get(name).is_some_and(|placed| placed.ended);
        let (contract, order) = (contract.clone(), order.clone());
        self.insert(name.clone(), Placed { id, contract, order, heard: true, ended: known });
    }

    /// Takes in that an order was heard of, and whether it is over.
    pub(super) fn moved(&mut self, name: &OrderRef, ended: bool) {
        if let Some(placed) = self.orders.get_mut(name) {
            placed.heard = true;
            placed.ended |= ended;
        }
        self.forget_old(name);
    }

    /// Remembers whose execution it was; says whose it is for its commission.
    pub(super) fn executed(&mut self, id: &str, ticker: &TickerKey) {
        while self.executions.len() >= EXECUTIONS_MAX {
            self.executions.pop_first();
        }
        self.executions.insert(id.to_owned(), ticker.clone());
    }

    /// The ticker of an execution.
    pub(super) fn ticker_of(&self, execution: &str) -> Option<&TickerKey> {
        self.executions.get(execution)
    }

    /// Orders of a ticker's trades before the last are not asked for any more.
    fn forget_old(&mut self, name: &OrderRef) {
        let old = |other: &OrderRef, placed: &Placed| {
            other.ticker == name.ticker && other.trade + 1 < name.trade && placed.ended
        };
        self.orders.retain(|other, placed| !old(other, placed));
        let orders = &self.orders;
        self.by_id.retain(|_, other| orders.contains_key(other));
    }
}
