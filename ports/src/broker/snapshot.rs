//! All that the broker holds, every part seen to its end marker, or nothing at all.
//!
//! An answer that broke off is [`Incomplete`] and changes nothing: an empty answer is
//! never read as "flat".

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::order::{End, Standing, Status};
use engine::{OrderRef, Snapshot, TickerKey};
use futures::{Stream, StreamExt};
use ibapi::Client;
use ibapi::accounts::PositionUpdate;
use ibapi::orders::{ExecutionFilter, Executions, OrderData, OrderStatusKind, Orders};
use ibapi::subscriptions::SubscriptionItem;
use rust_decimal::Decimal;

use super::convert::{decimal, price, quantity};
use super::incoming::{commission_of, execution_of, foreign_of, id_of, status_of, terms_of};
use super::pacing::Pacer;
use super::table::Table;

/// How long one part of a snapshot may take.
const PART_PATIENCE: Duration = Duration::from_secs(10);
/// How often the whole is asked for while fills keep coming in between.
const TRIES_MAX: u32 = 5;

/// A snapshot that broke off. It says nothing about what the broker holds.
#[derive(Debug, thiserror::Error)]
pub enum Incomplete {
    /// A part did not end in time.
    #[error("the broker did not finish telling its {0} within {PART_PATIENCE:?}")]
    Timeout(&'static str),
    /// Fills came faster than they could be told.
    #[error("executions changed {TRIES_MAX} times while the broker told what it holds")]
    Moving,
    /// The gateway has lost IB: it would tell what it last knew.
    #[error("the gateway is not connected to IB")]
    Outage,
    /// A person has set KILL: nobody is to go on by it.
    #[error("KILL is set: what the broker holds is compared once it is released")]
    Killed,
    /// One change became two live orders: until one of them is gone nothing is made of either.
    #[error("{0} lives twice at the broker; the second one is cancelled")]
    Twice(OrderRef),
    /// News may have been missed since it was begun.
    #[error("order news may have been missed while the broker told what it holds")]
    Overtaken,
    /// A part broke off.
    #[error("the broker broke off telling its {part}")]
    Broken {
        /// Which.
        part: &'static str,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
}

/// What the broker holds, in its own words.
pub(super) struct Raw {
    pub(super) executions: Vec<Executions>,
    pub(super) orders: Vec<Orders>,
    pub(super) positions: Vec<PositionUpdate>,
}

/// Asks for everything, until no fill came in between: positions and executions of two
/// moments would not agree. `days` is how far back executions are asked for.
pub(super) async fn ask(client: &Client, pacer: &Pacer, days: i32) -> Result<Raw, Incomplete> {
    let mut before = ask_executions(client, pacer, days).await?;
    for _ in 0..TRIES_MAX {
        let orders = ask_orders(client, pacer).await?;
        let positions = ask_positions(client, pacer).await?;
        let executions = ask_executions(client, pacer, days).await?;
        if names(&executions) == names(&before) {
            return Ok(Raw { executions, orders, positions });
        }
        before = executions;
    }
    Err(Incomplete::Moving)
}

/// Open orders, then completed ones.
async fn ask_orders(client: &Client, pacer: &Pacer) -> Result<Vec<Orders>, Incomplete> {
    pacer.data().await;
    let open = client.all_open_orders().await;
    let mut orders = all("open orders", open, |_| false).await?;
    pacer.data().await;
    let completed = client.completed_orders(false).await;
    orders.extend(all("completed orders", completed, |_| false).await?);
    Ok(orders)
}

async fn ask_positions(client: &Client, pacer: &Pacer) -> Result<Vec<PositionUpdate>, Incomplete> {
    pacer.data().await;
    let end = |update: &PositionUpdate| matches!(update, PositionUpdate::PositionEnd);
    all("positions", client.positions().await, end).await
}

async fn ask_executions(client: &Client, pacer: &Pacer, days: i32) -> Result<Vec<Executions>, Incomplete> {
    pacer.data().await;
    let filter = ExecutionFilter { last_n_days: days, ..ExecutionFilter::default() };
    all("executions", client.executions(filter).await, |_| false).await
}

/// The executions by name, corrections included.
fn names(executions: &[Executions]) -> BTreeSet<&str> {
    fn name(one: &Executions) -> Option<&str> {
        match one {
            Executions::ExecutionData(data) => Some(data.execution.execution_id.as_str()),
            Executions::CommissionReport(_) => None,
        }
    }
    executions.iter().filter_map(name).collect()
}

/// Everything until the end marker, which ends the stream or is `end` itself.
async fn all<T, S>(
    part: &'static str,
    subscription: Result<S, ibapi::Error>,
    end: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Incomplete>
where
    S: Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin,
{
    let broken = |source| Incomplete::Broken { part, source };
    let mut subscription = subscription.map_err(broken)?;
    let read = async {
        let mut items = Vec::new();
        while let Some(item) = subscription.next().await {
            match item.map_err(broken)? {
                SubscriptionItem::Data(data) if end(&data) => break,
                SubscriptionItem::Data(data) => items.push(data),
                SubscriptionItem::Notice(_) => {}
            }
        }
        Ok(items)
    };
    tokio::time::timeout(PART_PATIENCE, read).await.map_err(|_| Incomplete::Timeout(part))?
}

/// What the broker holds for each of `tickers`, in the engine's words. Open orders are
/// read before completed ones, so that an order that ended in between counts as ended.
pub(super) fn sort(
    raw: &Raw,
    table: &mut Table,
    tickers: &BTreeMap<TickerKey, i32>,
    now: DateTime<Utc>,
) -> BTreeMap<TickerKey, Snapshot> {
    let mut sorted: BTreeMap<TickerKey, Snapshot> =
        tickers.keys().map(|ticker| (ticker.clone(), Snapshot::default())).collect();
    for order in raw.orders.iter().filter(|order| !is_over_elsewhere(raw, order)) {
        sort_order(order, table, &mut sorted);
    }
    for execution in &raw.executions {
        sort_execution(execution, table, &mut sorted, now);
    }
    for position in &raw.positions {
        let PositionUpdate::Position(position) = position else { continue };
        let own = tickers.iter().find(|(_, con_id)| **con_id == position.contract.contract_id);
        if let Some(snapshot) = own.and_then(|(ticker, _)| sorted.get_mut(ticker)) {
            snapshot.position = decimal(position.position).unwrap_or(Decimal::MAX);
            snapshot.average_cost = price(position.average_cost);
        }
    }
    sorted
}

/// What an account holds beside what is ours: by hand, or by other programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Open orders, each as `BUY 100 IBM (client 0)`.
    pub orders: Vec<String>,
    /// Positions in contracts that no ticker trades, each as `-100 IBM`.
    pub positions: Vec<String>,
    /// Orders of ours that are there more than once: one change became two live orders.
    pub twice: Vec<String>,
}

/// What of `raw` is not ours.
pub(super) fn others(raw: &Raw, table: &Table) -> Others {
    let mut others = Others::default();
    let mut seen = BTreeMap::new();
    for order in &raw.orders {
        let Some(data) = open(order) else { continue };
        let name = &data.order.order_ref;
        if !table.is_ours(data.order.client_id) || name.parse::<OrderRef>().is_err() {
            let (symbol, client) = (&data.contract.symbol, data.order.client_id);
            let (action, shares) = (&data.order.action, data.order.total_quantity);
            others.orders.push(format!("{action} {shares} {symbol} (client {client})"));
        } else if seen.insert(name, data.order.perm_id).is_some_and(|before| before != data.order.perm_id) {
            others.twice.push(name.clone());
        }
    }
    for position in &raw.positions {
        let PositionUpdate::Position(own) = position else { continue };
        if own.position != 0.0 && table.ticker_on(own.contract.contract_id).is_none() {
            others.positions.push(format!("{} {}", own.position, own.contract.symbol));
        }
    }
    others
}

/// The ids of orders that can still fill.
pub(super) fn live(raw: &Raw) -> Vec<i32> {
    let open = raw.orders.iter().filter_map(open);
    open.map(id_of).collect()
}

pub(super) fn open(order: &Orders) -> Option<&OrderData> {
    match order {
        // What only asks is no order.
        Orders::OrderData(data) if completed(data).is_none() && !data.order.what_if => Some(data),
        _ => None,
    }
}

/// True for the end of a second life: the order itself goes on under another permanent id.
fn is_over_elsewhere(raw: &Raw, order: &Orders) -> bool {
    let Orders::OrderData(data) = order else { return false };
    let own = &data.order;
    let lives_on =
        |other: &OrderData| other.order.order_ref == own.order_ref && other.order.perm_id != own.perm_id;
    completed(data).is_some() && !own.order_ref.is_empty() && raw.orders.iter().filter_map(open).any(lives_on)
}

fn sort_order(order: &Orders, table: &mut Table, sorted: &mut BTreeMap<TickerKey, Snapshot>) {
    match order {
        Orders::OrderStatus(status) => {
            if let Some(status) = status_of(table, status) {
                note(sorted, status);
            }
        }
        Orders::OrderData(data) => {
            let Some(terms) = terms_of(table, data) else { return };
            match completed(data) {
                Some(standing) => {
                    table.moved(&terms.order, true);
                    let filled = quantity(data.order.filled_quantity).unwrap_or_default();
                    let remaining = engine::Quantity::ZERO;
                    note(sorted, Status { order: terms.order, standing, filled, remaining });
                }
                None => {
                    if let Some(snapshot) = sorted.get_mut(&terms.order.ticker) {
                        snapshot.terms.push(terms);
                    }
                }
            }
        }
    }
}

/// The newest status of an order counts.
fn note(sorted: &mut BTreeMap<TickerKey, Snapshot>, status: Status) {
    if let Some(snapshot) = sorted.get_mut(&status.order.ticker) {
        snapshot.orders.retain(|known| known.order != status.order);
        snapshot.orders.push(status);
    }
}

/// How a completed order ended; none for one that is open.
fn completed(data: &OrderData) -> Option<Standing> {
    match data.order_state.status {
        OrderStatusKind::Filled => Some(Standing::Ended(End::Filled)),
        OrderStatusKind::Cancelled | OrderStatusKind::ApiCancelled => Some(Standing::Ended(End::Cancelled)),
        OrderStatusKind::Inactive => Some(Standing::Ended(End::Rejected)),
        _ => None,
    }
}

fn sort_execution(
    execution: &Executions,
    table: &mut Table,
    sorted: &mut BTreeMap<TickerKey, Snapshot>,
    now: DateTime<Utc>,
) {
    match execution {
        Executions::ExecutionData(data) => {
            let Some(execution) = execution_of(table, data, now) else {
                let ticker = table.ticker_on(data.contract.contract_id).cloned();
                let snapshot = ticker.and_then(|ticker| sorted.get_mut(&ticker));
                if let (Some(snapshot), Some(foreign)) = (snapshot, foreign_of(data, now)) {
                    snapshot.foreign.push(foreign);
                }
                return;
            };
            if let Some(snapshot) = sorted.get_mut(&execution.order.ticker) {
                snapshot.executions.push(execution);
            }
        }
        Executions::CommissionReport(report) => {
            let ticker = table.ticker_of(&report.execution_id).cloned();
            let snapshot = ticker.and_then(|ticker| sorted.get_mut(&ticker));
            if let (Some(snapshot), Some(commission)) = (snapshot, commission_of(table, report)) {
                snapshot.commissions.push(commission);
            }
        }
    }
}
