//! Names and numbers of our orders: which id carries which reference, and the newest echo.

use std::collections::{BTreeMap, HashMap};

use engine::{Money, OrderRef, TickerKey};
use ibapi::contracts::Contract;
use ibapi::orders::Order;

use super::funds::FundsCell;

/// Executions whose ticker is remembered until their commission comes.
const EXECUTIONS_MAX: usize = 10_000;
/// Questions about margins whose answers are waited for; the oldest are forgotten.
const WHAT_IFS_MAX: usize = 256;
/// How often a second life of an order is cancelled before it is left to a person.
const CANCELS_MAX: u32 = 3;

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
    /// Ids of second lives of our orders, and how often each was cancelled.
    twins: BTreeMap<i32, Twin>,
    /// Orders that only ask, by their ids. They are no orders: nothing else of this table knows them.
    what_ifs: BTreeMap<i32, OrderRef>,
}

/// The second life of an order: one change of it became two orders.
#[derive(Debug)]
struct Twin {
    order: OrderRef,
    told: bool,
    cancels: u32,
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

    /// This ticker has ended: what it traded is a stranger's from here on.
    pub(super) fn forget(&mut self, ticker: &TickerKey) {
        self.contracts.retain(|_, own| own != ticker);
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

    /// A fresh id for an order that only asks.
    pub(super) fn ask_what_if(&mut self, name: &OrderRef) -> i32 {
        while self.what_ifs.len() >= WHAT_IFS_MAX {
            self.what_ifs.pop_first();
        }
        let id = self.take_id();
        self.what_ifs.insert(id, name.clone());
        id
    }

    /// The order that asked under this id, should its answer be waited for.
    pub(super) fn what_if(&self, id: i32) -> Option<&OrderRef> {
        self.what_ifs.get(&id)
    }

    /// Takes in that it is answered.
    pub(super) fn answer_what_if(&mut self, id: i32) -> Option<OrderRef> {
        self.what_ifs.remove(&id)
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

    /// Takes in the broker's echo of an order. One that works under another id already keeps that
    /// id: what is echoed now is a second life of it.
    pub(super) fn echo(&mut self, name: &OrderRef, id: i32, contract: &Contract, order: &Order) {
        let works = |placed: &&Placed| placed.heard && !placed.ended;
        if self.orders.get(name).filter(works).is_some_and(|known| id > 0 && known.id != id) {
            let twin = Twin { order: name.clone(), told: false, cancels: 0 };
            self.twins.entry(id).or_insert(twin);
            return;
        }
        let known = self.orders.get(name).is_some_and(|placed| placed.ended);
        let (contract, order) = (contract.clone(), order.clone());
        self.insert(name.clone(), Placed { id, contract, order, heard: true, ended: known });
    }

    /// An order that turned out to live twice and that nobody was told of.
    pub(super) fn new_twin(&mut self) -> Option<OrderRef> {
        let twin = self.twins.values_mut().find(|twin| !twin.told)?;
        twin.told = true;
        Some(twin.order.clone())
    }

    /// The id of a second life that should be cancelled, of those in `live`. After some tries it
    /// is left to a person.
    pub(super) fn twin_to_cancel(&mut self, live: &[i32]) -> Option<(i32, OrderRef)> {
        let open = |(id, twin): &(&i32, &mut Twin)| twin.cancels < CANCELS_MAX && live.contains(id);
        let (id, twin) = self.twins.iter_mut().find(open)?;
        (twin.cancels, twin.told) = (twin.cancels + 1, true);
        Some((*id, twin.order.clone()))
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

#[cfg(test)]
mod tests {
    use ibapi::contracts::Contract;
    use ibapi::orders::Order;

    use super::{CANCELS_MAX, Table};

    #[test]
    fn a_second_life_of_an_order_is_named_and_cancelled_a_few_times() {
        let (mut table, name) = (Table::default(), name());
        let (contract, order) = (Contract::default(), Order::default());
        table.echo(&name, 5, &contract, &order);
        table.echo(&name, 5, &contract, &order);
        assert_eq!(table.new_twin(), None);
        table.echo(&name, 9, &contract, &order);
        assert_eq!(table.get(&name).map(|placed| placed.id), Some(5));
        assert_eq!(table.name(9), None, "what is told of the second life is not told of the first");
        assert_eq!(table.new_twin(), Some(name.clone()));
        assert_eq!(table.new_twin(), None);
        assert_eq!(table.twin_to_cancel(&[5]), None);
        for _ in 0..CANCELS_MAX {
            assert_eq!(table.twin_to_cancel(&[5, 9]), Some((9, name.clone())));
        }
        assert_eq!(table.twin_to_cancel(&[5, 9]), None);
    }

    fn name() -> engine::OrderRef {
        let installation = engine::Installation::from_number(7);
        let ticker = "AAPL".parse().expect("a ticker");
        engine::OrderRef { installation, ticker, trade: 1, role: engine::Role::Target, n: 1 }
    }
}
