//! The common story (`paper/tests/python/agreement.py`), told by the `ibapi` crate: the account that comes out of it is the
//! one that every other client has.

use std::fmt::Write;

use expect_test::expect_file;
use ibapi::orders::{ExecutionSide, Executions};
use ibapi::prelude::{
    AccountGroup, AccountId, AccountSummaryResult, Action, Client, ExecutionFilter, PositionUpdate,
    SubscriptionItem, order_builder,
};
use paper::{Gateway, Options};

use crate::orders::submit;
use crate::{connect, next, stock, within};

/// What is traded: symbol, action, shares, order type, its price, market seconds afterwards.
const TRADES: [(&str, Action, f64, &str, f64, u32); 6] = [
    ("AAPL", Action::Buy, 137.0, "MKT", 0.0, 5),
    ("IBM", Action::Buy, 60.0, "LMT", 143.3, 7),
    ("AAPL", Action::Sell, 37.0, "LMT", 64.12, 3),
    ("AAPL", Action::Buy, 951.0, "MKT", 0.0, 30),
    ("IBM", Action::Sell, 100.0, "MKT", 0.0, 11),
    ("AAPL", Action::Sell, 400.0, "STP", 256.48, 30),
];

#[tokio::test]
async fn the_common_story_ends_as_it_does_for_every_other_client() {
    let gateway = Gateway::start(Options { is_paused: true, ..Options::default() }).unwrap();
    let client = connect(&gateway, 3).await;
    step(&gateway, 900).await;
    for (symbol, action, shares, kind, price, seconds) in TRADES {
        let order = match kind {
            "LMT" => order_builder::limit_order(action, shares, price),
            "STP" => order_builder::stop(action, shares, price),
            _ => order_builder::market_order(action, shares),
        };
        submit(&client, &stock(symbol), &order).await;
        // Its answer means that the order has been read.
        within(client.server_time()).await.unwrap();
        step(&gateway, seconds).await;
    }
    let mut told = String::new();
    executions(&client, &mut told).await;
    positions(&client, &mut told).await;
    money(&client, &mut told).await;
    expect_file!["../golden/agreement.txt"].assert_eq(&told);
}

async fn step(gateway: &Gateway, seconds: u32) {
    gateway.control().step(seconds).unwrap();
    within(gateway.control().show()).await.unwrap();
}

async fn executions(client: &Client, told: &mut String) {
    let mut all = within(client.executions(ExecutionFilter::default())).await.unwrap();
    let (mut fills, mut costs) = (Vec::new(), Vec::new());
    while let Some(Ok(item)) = within(futures::StreamExt::next(&mut all)).await {
        match item {
            SubscriptionItem::Data(Executions::ExecutionData(data)) => fills.push(data),
            SubscriptionItem::Data(Executions::CommissionReport(report)) => costs.push(report),
            SubscriptionItem::Notice(_) => {}
        }
    }
    for (fill, cost) in fills.iter().zip(&costs) {
        let (one, side) = (&fill.execution, fill.execution.side == ExecutionSide::Bought);
        let (side, symbol) = (if side { "BOT" } else { "SLD" }, &fill.contract.symbol);
        let (paid, realized) = (cost.commission, cost.realized_pnl.unwrap());
        writeln!(
            told,
            "{symbol} {side} {} at {:.4}, commission {paid:.4}, realized {realized:.4}",
            one.shares, one.price
        )
        .unwrap();
    }
}

async fn positions(client: &Client, told: &mut String) {
    let mut all = within(client.positions()).await.unwrap();
    let mut held = Vec::new();
    while let PositionUpdate::Position(one) = next(&mut all).await {
        held.push(format!("{} held {} at {:.4}\n", one.contract.symbol, one.position, one.average_cost));
    }
    held.sort();
    told.extend(held);
}

async fn money(client: &Client, told: &mut String) {
    let mut profit = within(client.pnl(&AccountId("DSIM0001".to_owned()), None)).await.unwrap();
    let profit = next(&mut profit).await;
    let (daily, open, realized) =
        (profit.daily_pnl, profit.unrealized_pnl.unwrap(), profit.realized_pnl.unwrap());
    writeln!(told, "profit {daily:.4} of the day, {open:.4} unrealized, {realized:.4} realized").unwrap();
    let group = AccountGroup("All".to_owned());
    let mut summary = within(client.account_summary(&group, &["NetLiquidation"])).await.unwrap();
    let AccountSummaryResult::Summary(one) = next(&mut summary).await else { panic!("no summary") };
    writeln!(told, "net liquidation {}", one.value).unwrap();
}
