//! Orders over their whole life, as a supervisor places them: by `submit_order`, watched on `order_update_stream`.

use std::collections::BTreeMap;

use futures::StreamExt;
use ibapi::orders::{Execution, Order, OrderData, OrderState, TimeInForce};
use ibapi::prelude::{
    Action, Client, Contract, ExecutionFilter, OrderUpdate, Orders, Subscription, SubscriptionItem,
    order_builder,
};
use paper::{AccountOptions, ChildrenOnPartial};

use crate::{connect, gateway, gateway_with, open, reading, stock, within};

/// What a client has been told of its orders.
pub(crate) struct Book {
    stream: Subscription<OrderUpdate>,
    pub(crate) orders: BTreeMap<i32, Order>,
    pub(crate) states: BTreeMap<i32, OrderState>,
    pub(crate) statuses: BTreeMap<i32, Vec<ibapi::orders::OrderStatus>>,
    pub(crate) executions: Vec<Execution>,
    pub(crate) commissions: BTreeMap<String, f64>,
    pub(crate) codes: BTreeMap<i32, Vec<i32>>,
}

impl Book {
    pub(crate) async fn of(client: &Client) -> Book {
        Book {
            stream: within(client.order_update_stream()).await.unwrap(),
            orders: BTreeMap::new(),
            states: BTreeMap::new(),
            statuses: BTreeMap::new(),
            executions: Vec::new(),
            commissions: BTreeMap::new(),
            codes: BTreeMap::new(),
        }
    }

    pub(crate) fn status(&self, id: i32) -> String {
        self.statuses
            .get(&id)
            .and_then(|all| all.last())
            .map(|last| last.status.to_string())
            .unwrap_or_default()
    }

    pub(crate) fn held(&self, id: i32) -> String {
        self.statuses
            .get(&id)
            .and_then(|all| all.last())
            .map(|last| last.why_held.clone())
            .unwrap_or_default()
    }

    pub(crate) fn filled(&self, id: i32) -> f64 {
        self.executions.iter().filter(|one| one.order_id == id).map(|one| one.shares).sum()
    }

    pub(crate) fn told(&self, id: i32, code: i32) -> bool {
        self.codes.get(&id).is_some_and(|codes| codes.contains(&code))
    }

    pub(crate) async fn until(&mut self, holds: impl Fn(&Book) -> bool) {
        within(async {
            while !holds(self) {
                let item = self.stream.next().await.expect("the order stream ended").unwrap();
                self.take(item);
            }
        })
        .await;
    }

    fn take(&mut self, item: SubscriptionItem<OrderUpdate>) {
        match item {
            SubscriptionItem::Data(OrderUpdate::OpenOrder(OrderData {
                order_id,
                order,
                order_state,
                ..
            })) => {
                self.orders.insert(order_id, order);
                self.states.insert(order_id, order_state);
            }
            SubscriptionItem::Data(OrderUpdate::OrderStatus(status)) => {
                self.statuses.entry(status.order_id).or_default().push(status);
            }
            SubscriptionItem::Data(OrderUpdate::ExecutionData(data)) => self.executions.push(data.execution),
            SubscriptionItem::Data(OrderUpdate::CommissionReport(report)) => {
                assert!(
                    self.executions.iter().any(|one| one.execution_id == report.execution_id),
                    "execution first"
                );
                self.commissions.insert(report.execution_id, report.commission);
            }
            SubscriptionItem::Data(OrderUpdate::OrderBound(_)) => {}
            SubscriptionItem::Notice(notice) => {
                self.codes.entry(notice.request_id.unwrap_or(-1)).or_default().push(notice.code);
            }
        }
    }
}

pub(crate) async fn submit(client: &Client, contract: &Contract, order: &Order) -> i32 {
    let id = client.next_order_id();
    within(client.submit_order(id, contract, order)).await.unwrap();
    id
}

pub(crate) async fn buy_at_market(client: &Client, contract: &Contract, shares: f64) -> i32 {
    submit(client, contract, &order_builder::market_order(Action::Buy, shares)).await
}

/// Entry, target and stop as a supervisor sends them: the stop last, and only it transmits.
pub(crate) async fn bracket(
    client: &Client,
    contract: &Contract,
    entry: Order,
    target: f64,
    stop: f64,
) -> [i32; 3] {
    let shares = entry.total_quantity;
    let parent =
        submit(client, contract, &Order { transmit: false, order_ref: "a.E1".to_owned(), ..entry }).await;
    let child = |order: Order, transmit: bool, name: &str| Order {
        parent_id: parent,
        tif: TimeInForce::GoodTillCanceled,
        transmit,
        order_ref: name.to_owned(),
        ..order
    };
    let target = child(order_builder::limit_order(Action::Sell, shares, target), false, "a.T1");
    let target = submit(client, contract, &target).await;
    let stop = child(order_builder::stop(Action::Sell, shares, stop), true, "a.S1");
    [parent, target, submit(client, contract, &stop).await]
}

#[tokio::test]
async fn a_bracket_sleeps_wakes_and_its_exits_cancel_each_other() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::limit_order(Action::Buy, 100.0, 130.0);
    let [parent, target, stop] = bracket(&client, &stock("AAPL"), entry, 200.0, 50.0).await;
    book.until(|book| book.status(parent) == "Filled" && book.status(target) == "Submitted").await;
    book.until(|book| book.status(stop) == "PreSubmitted" && book.held(stop) == "trigger").await;
    assert_eq!(book.statuses[&target][0].why_held, "child");
    assert_eq!(book.statuses[&stop][0].why_held, "child,trigger");
    assert_eq!((book.orders[&stop].order_ref.as_str(), book.orders[&stop].parent_id), ("a.S1", 0));
    assert_eq!(book.orders[&parent].account, "DSIM0001");
    assert!(book.orders[&parent].perm_id > i64::from(i32::MAX) / 2);
    // The target is moved to the market, as a supervisor closes a trade; its sibling goes with it.
    let close = Order { limit_price: Some(60.0), ..book.orders[&target].clone() };
    within(client.submit_order(target, &stock("AAPL"), &close)).await.unwrap();
    book.until(|book| {
        book.status(target) == "Filled" && book.status(stop) == "Cancelled" && book.told(stop, 202)
    })
    .await;
    assert_eq!((book.filled(parent), book.filled(target)), (100.0, 100.0));
    book.until(|book| book.commissions.len() == book.executions.len()).await;
    let costs: f64 = book.commissions.values().sum();
    assert!((costs - 2.0).abs() < 1e-9, "the minimum of 1.00, once for each order: {costs}");
}

#[tokio::test]
async fn a_modify_that_names_a_filled_parent_is_error_135_and_the_order_lives() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::market_order(Action::Buy, 10.0);
    let [parent, target, stop] = bracket(&client, &stock("IBM"), entry, 200.0, 50.0).await;
    book.until(|book| book.status(parent) == "Filled" && book.status(target) == "Submitted").await;
    let again = Order { parent_id: parent, aux_price: Some(51.0), ..book.orders[&stop].clone() };
    within(client.submit_order(stop, &stock("IBM"), &again)).await.unwrap();
    book.until(|book| book.told(stop, 135)).await;
    let again = Order { parent_id: 0, ..again };
    within(client.submit_order(stop, &stock("IBM"), &again)).await.unwrap();
    book.until(|book| book.orders[&stop].aux_price == Some(51.0)).await;
    let off_tick = Order { aux_price: Some(51.005), ..again };
    within(client.submit_order(stop, &stock("IBM"), &off_tick)).await.unwrap();
    book.until(|book| book.told(stop, 110)).await;
    let group = Order { oca_group: "other".to_owned(), ..book.orders[&stop].clone() };
    within(client.submit_order(stop, &stock("IBM"), &group)).await.unwrap();
    book.until(|book| book.told(stop, 10326)).await;
    let open = open_orders(&client).await;
    assert_eq!(open[&stop].aux_price, Some(51.0));
}

#[tokio::test]
async fn a_large_order_fills_in_parts_and_its_children_grow_with_it() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::market_order(Action::Buy, 3000.0);
    let [parent, target, stop] = bracket(&client, &stock("IBM"), entry, 200.0, 50.0).await;
    book.until(|book| {
        book.filled(parent) > 0.0 && book.orders.contains_key(&stop) && book.held(stop) == "trigger"
    })
    .await;
    let covered = book.orders[&stop].total_quantity;
    assert!(covered < 3000.0, "the stop covers what is filled, {covered}");
    book.until(|book| book.status(parent) == "Filled" && book.orders[&stop].total_quantity == 3000.0).await;
    assert!(book.executions.len() > 2);
    book.until(|book| book.orders[&target].total_quantity == 3000.0).await;
}

#[tokio::test]
async fn held_children_wait_for_the_whole_parent() {
    let gateway = gateway_with(reading(ChildrenOnPartial::Held), AccountOptions::default());
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::market_order(Action::Buy, 3000.0);
    let [parent, _, stop] = bracket(&client, &stock("IBM"), entry, 200.0, 50.0).await;
    book.until(|book| book.status(parent) == "Filled" && book.held(stop) == "trigger").await;
    let told = book.statuses[&stop].iter().map(|status| status.remaining);
    assert!(told.clone().all(|remaining| remaining == 3000.0), "{:?}", told.collect::<Vec<_>>());
}

#[tokio::test]
async fn cancelling_an_entry_cancels_its_exits() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::limit_order(Action::Buy, 100.0, 10.0);
    let family = bracket(&client, &stock("MSFT"), entry, 200.0, 5.0).await;
    book.until(|book| book.status(family[2]) == "PreSubmitted").await;
    let cancelled = within(client.cancel_order(family[0], "")).await.unwrap();
    drop(cancelled);
    book.until(|book| family.iter().all(|id| book.status(*id) == "Cancelled")).await;
    let completed = completed_orders(&client).await;
    assert_eq!(completed.len(), 3);
    let entry = completed.iter().find(|data| data.order.order_id == family[0]).unwrap();
    assert_eq!((entry.order.total_quantity, entry.order.filled_quantity), (100.0, 0.0));
    assert!(open_orders(&client).await.is_empty());
    let twice = within(client.cancel_order(family[0], "")).await.unwrap();
    drop(twice);
    book.until(|book| book.told(family[0], 10148)).await;
    let never = within(client.cancel_order(999, "")).await.unwrap();
    drop(never);
    book.until(|book| book.told(999, 10147)).await;
}

#[tokio::test]
async fn orders_and_executions_survive_a_disconnect() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::market_order(Action::Buy, 50.0);
    let [parent, target, stop] = bracket(&client, &stock("AAPL"), entry, 200.0, 50.0).await;
    book.until(|book| book.held(stop) == "trigger").await;
    client.disconnect().await;
    let again = within(async {
        loop {
            if let Ok(client) = Client::connect(&gateway.tws().to_string(), 5).await {
                return client;
            }
        }
    })
    .await;
    assert!(again.next_order_id() > stop);
    assert_eq!(open_orders(&again).await.keys().copied().collect::<Vec<_>>(), [target, stop]);
    let mut executions = within(again.executions(ExecutionFilter::default())).await.unwrap();
    let mut shares = 0.0;
    while let Some(Ok(item)) = within(executions.next()).await {
        if let SubscriptionItem::Data(ibapi::orders::Executions::ExecutionData(data)) = item {
            assert_eq!((data.execution.order_id, data.execution.order_reference.as_str()), (parent, "a.E1"));
            shares += data.execution.shares;
        }
    }
    assert_eq!(shares, 50.0);
    // Another client sees them among all orders, and may not touch them.
    let other = connect(&gateway, 6).await;
    assert!(open_orders(&other).await.is_empty());
    let mut all = within(other.all_open_orders()).await.unwrap();
    let first = within(all.next()).await.unwrap().unwrap();
    assert!(matches!(first, SubscriptionItem::Data(Orders::OrderData(data)) if data.order.client_id == 5));
    within(other.global_cancel()).await.unwrap();
    let mut book = Book::of(&again).await;
    let _ = within(again.open_orders()).await.unwrap();
    within(async {
        while !open_orders(&again).await.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    book.until(|book| book.status(target) == "Cancelled").await;
}

#[tokio::test]
async fn an_order_beyond_the_account_is_turned_down_with_its_exits() {
    let account = AccountOptions { cash: 10_000.into(), ..AccountOptions::default() };
    let gateway = gateway_with(reading(ChildrenOnPartial::Grow), account);
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let mut book = Book::of(&client).await;
    let entry = order_builder::limit_order(Action::Buy, 1000.0, 110.0);
    let [parent, target, stop] = bracket(&client, &stock("AAPL"), entry, 200.0, 50.0).await;
    book.until(|book| book.told(parent, 201) && book.status(parent) == "Inactive").await;
    book.until(|book| book.status(target) == "Inactive" && book.status(stop) == "Inactive").await;
}

#[tokio::test]
async fn a_what_if_order_is_answered_and_not_placed() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    open(&gateway).await;
    let state = within(client.order(&stock("AAPL")).buy(100).limit(100.0).analyze()).await.unwrap();
    assert_eq!((state.initial_margin_change, state.equity_with_loan_change), (Some(5000.0), Some(-1.0)));
    assert!(open_orders(&client).await.is_empty());
}

#[tokio::test]
async fn a_market_order_before_the_open_waits_with_a_warning() {
    let gateway = gateway();
    let client = connect(&gateway, 5).await;
    let mut book = Book::of(&client).await;
    let id = buy_at_market(&client, &stock("IBM"), 10.0).await;
    book.until(|book| book.status(id) == "PreSubmitted" && book.told(id, 399)).await;
    book.until(|book| book.status(id) == "Filled").await;
}

pub(crate) async fn open_orders(client: &Client) -> BTreeMap<i32, Order> {
    let mut orders = within(client.open_orders()).await.unwrap();
    let mut open = BTreeMap::new();
    while let Some(Ok(item)) = within(orders.next()).await {
        if let SubscriptionItem::Data(Orders::OrderData(data)) = item {
            open.insert(data.order_id, data.order);
        }
    }
    open
}

async fn completed_orders(client: &Client) -> Vec<OrderData> {
    let mut orders = within(client.completed_orders(false)).await.unwrap();
    let mut completed = Vec::new();
    while let Some(Ok(item)) = within(orders.next()).await {
        if let SubscriptionItem::Data(Orders::OrderData(data)) = item {
            completed.push(data);
        }
    }
    completed
}
