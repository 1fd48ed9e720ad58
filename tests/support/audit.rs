//! An auditor with a client id of its own: asks the gateway what is held and what works,
//! and believes nothing that the program says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt;
use ibapi::Client;
use ibapi::accounts::PositionUpdate;
use ibapi::orders::{Action, ExecutionFilter, ExecutionSide, Executions, Orders};
use ibapi::subscriptions::SubscriptionItem;
use rust_decimal::Decimal;

/// What the gateway holds of one contract.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    pub(crate) position: f64,
    /// Signed quantity of all executions.
    executed: f64,
    stops: f64,
    entries: BTreeSet<String>,
    exits: usize,
}

/// One execution, as the gateway tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fill {
    /// The order's reference; empty for what somebody traded by hand.
    pub(crate) order: String,
    /// What it brought, commission apart.
    pub(crate) cash: Decimal,
    /// What it cost.
    pub(crate) commission: Decimal,
    shares: Decimal,
}

/// What the gateway holds, by symbol; and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) holdings: BTreeMap<String, Holding>,
    pub(crate) executions: usize,
    /// Each execution by its id.
    pub(crate) fills: BTreeMap<String, Fill>,
    /// Each open order by its reference, with its terms.
    pub(crate) orders: BTreeMap<String, String>,
    twice: Vec<String>,
}

/// The market goes on while the auditor asks one thing after the other: a fault counts if
/// it stays.
pub(crate) fn until_sound(address: &str, told: &str) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut faults = Vec::new();
    for _ in 0..5 {
        let books = runtime.block_on(look(address));
        faults = books.faults();
        if faults.is_empty() {
            return books.executions;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{faults:#?}\n{told}");
}

/// Asks the gateway at `address`.
pub(crate) async fn look(address: &str) -> Books {
    let client = Client::connect(address, 99).await.expect("the auditor's connection");
    let mut books = Books::default();
    let mut positions = client.positions().await.expect("positions");
    while let Some(Ok(SubscriptionItem::Data(update))) = positions.next().await {
        let PositionUpdate::Position(own) = update else { break };
        books.holdings.entry(own.contract.symbol.to_string()).or_default().position = own.position;
    }
    look_at_orders(&client, &mut books).await;
    look_at_executions(&client, &mut books).await;
    client.disconnect().await;
    books
}

async fn look_at_orders(client: &Client, books: &mut Books) {
    let mut seen = BTreeSet::new();
    let mut orders = client.all_open_orders().await.expect("open orders");
    let mut remaining = BTreeMap::new();
    let mut listed = Vec::new();
    while let Some(Ok(SubscriptionItem::Data(order))) = orders.next().await {
        match order {
            Orders::OrderData(data) => listed.push(data),
            Orders::OrderStatus(status) => {
                remaining.insert(status.perm_id, status.remaining);
            }
        }
    }
    for data in listed {
        let name = data.order.order_ref.clone();
        let order = &data.order;
        let terms = format!(
            "{} {:?} {} {:?} {:?}",
            order.perm_id, order.action, order.total_quantity, order.limit_price, order.aux_price
        );
        books.orders.insert(name.clone(), terms);
        if !seen.insert(name.clone()) {
            books.twice.push(name.clone());
        }
        let holding = books.holdings.entry(data.contract.symbol.to_string()).or_default();
        let rest = remaining.get(&data.order.perm_id).copied().unwrap_or(data.order.total_quantity);
        match (role(&name), data.order.action) {
            (Some('E' | 'A'), _) => drop(holding.entries.insert(name)),
            (Some('S'), action) => {
                holding.exits += 1;
                holding.stops += if action == Action::Sell { rest } else { -rest };
            }
            _ => holding.exits += 1,
        }
    }
}

async fn look_at_executions(client: &Client, books: &mut Books) {
    let filter = ExecutionFilter { last_n_days: 7, ..ExecutionFilter::default() };
    let mut executions = client.executions(filter).await.expect("executions");
    let mut seen = BTreeSet::new();
    while let Some(Ok(SubscriptionItem::Data(item))) = executions.next().await {
        let data = match item {
            Executions::ExecutionData(data) => data,
            Executions::CommissionReport(report) => {
                books.fills.entry(report.execution_id).or_default().commission = exact(report.commission);
                continue;
            }
        };
        if !seen.insert(data.execution.execution_id.clone()) {
            books.twice.push(data.execution.execution_id.clone());
        }
        let sign = if data.execution.side == ExecutionSide::Bought { 1.0 } else { -1.0 };
        books.executions += 1;
        let fill = books.fills.entry(data.execution.execution_id.clone()).or_default();
        fill.order.clone_from(&data.execution.order_reference);
        fill.shares = exact(data.execution.shares);
        fill.cash = exact(-sign) * fill.shares * exact(data.execution.price);
        books.holdings.entry(data.contract.symbol.to_string()).or_default().executed +=
            sign * data.execution.shares;
    }
}

/// What an order of ours is for, in one letter; none where it is not one of ours.
fn role(name: &str) -> Option<char> {
    name.split('.').nth(3)?.chars().next()
}

/// What a float of the wire stands for.
fn exact(number: f64) -> Decimal {
    Decimal::from_f64_retain(number).unwrap_or_default().round_dp(6).normalize()
}

impl Books {
    /// Orders that open a trade, of which something is there.
    pub(crate) fn opened(&self) -> BTreeSet<&str> {
        let names = self.orders.keys().chain(self.fills.values().map(|fill| &fill.order));
        names.map(String::as_str).filter(|name| role(name) == Some('E')).collect()
    }

    /// Shares of each order that brought some.
    pub(crate) fn bought(&self) -> BTreeMap<&str, Decimal> {
        let mut bought = BTreeMap::new();
        let brings = |fill: &&Fill| matches!(role(&fill.order), Some('E' | 'A'));
        for fill in self.fills.values().filter(brings) {
            *bought.entry(fill.order.as_str()).or_default() += fill.shares;
        }
        bought
    }

    /// All that is wrong: shares without exactly as much of a stop, orders or executions
    /// told twice, exits that nothing is held for, more than one entry at work.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> =
            self.twice.iter().map(|name| format!("{name} is there twice")).collect();
        for (symbol, own) in &self.holdings {
            // The stop of an entry that still works may cover what is yet to come.
            if own.entries.is_empty() && (own.stops - own.position).abs() > 1e-9 {
                faults.push(format!("{symbol}: {} held, stops for {}", own.position, own.stops));
            }
            if own.stops.abs() + 1e-9 < own.position.abs() {
                faults.push(format!("{symbol}: {} held, stops for {} only", own.position, own.stops));
            }
            if own.position == 0.0 && own.entries.is_empty() && own.exits > 0 {
                faults.push(format!("{symbol}: flat, and {} exits work", own.exits));
            }
            if own.entries.len() > 1 {
                faults.push(format!("{symbol}: entries {:?} work", own.entries));
            }
            if (own.executed - own.position).abs() > 1e-9 {
                faults.push(format!("{symbol}: {} held, executions make {}", own.position, own.executed));
            }
        }
        faults
    }
}
