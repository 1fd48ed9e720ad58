//! Several clients of one account: the master hears of everything, client 0 takes what is placed by hand, and the account
//! is told to each of them in step with the executions, to the cent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use std::collections::BTreeMap;

use paper::wire::message::Empty;
use paper::wire::message::account::{
    AccountDataRequest, AccountSummaryRequest, ModelRequest, PnLSingleRequest,
};
use paper::wire::message::order::{AutoOpenOrdersRequest, Order};
use paper::wire::{Reply, Request};
use paper::{Gateway, Options};
use wire_client::{Wire, limit, told};

const ACCOUNT: &str = "DSIM0001";

/// A gateway whose market stands at 09:40; client 9 is its master.
fn gateway() -> Gateway {
    let options = Options { master_client: Some(9), is_paused: true, ..Options::default() };
    let gateway = Gateway::start(options).unwrap();
    gateway.control().step(15 * 60).unwrap();
    gateway
}

fn connect(gateway: &Gateway, client: i32) -> Wire {
    let mut wire = Wire::connect(gateway.tws(), client);
    wire.settle();
    wire
}

fn by_hand(gateway: &Gateway, limit: &str) {
    let json = format!(
        r#"{{"fault": "manual.order", "symbol": "AAPL", "side": "Buy", "shares": "30", "limit": "{limit}"}}"#
    );
    gateway.control().fault(serde_json::from_str(&json).unwrap()).unwrap();
}

/// Order ids and statuses, and what was bound.
fn bound(replies: &[Reply]) -> Vec<String> {
    let told = replies.iter().filter_map(|reply| match reply {
        Reply::OrderBound(bound) => {
            Some(format!("bound {} to client {}", bound.order_id(), bound.client_id()))
        }
        Reply::OrderStatus(status) => {
            Some(format!("{}.{} {}", status.client_id(), status.order_id(), status.status()))
        }
        Reply::Failure(failure) => Some(format!("{} code {}", failure.id(), failure.error_code())),
        _ => None,
    });
    told.collect()
}

#[test]
fn the_master_hears_of_every_order_and_execution_and_the_others_of_their_own() {
    let gateway = gateway();
    let (mut first, mut second, mut master) =
        (connect(&gateway, 1), connect(&gateway, 2), connect(&gateway, 9));
    first.place(1, limit("BUY", 100, 150.0, "E1"));
    let own = first.settle();
    gateway.control().step(1).unwrap();
    let own = [own, first.settle()].concat();
    assert_eq!(told(&own), ["1 Submitted 0", "1 BOT 100", "1 Filled 100", "commission", "1 Filled 100"]);
    assert_eq!(told(&master.settle()), told(&own), "client 9 is told the same");
    assert!(told(&second.settle()).is_empty(), "client 2 is not");
    first.place(2, limit("BUY", 100, 50.005, "crooked"));
    assert_eq!(told(&first.settle()), ["2 code 110"]);
    assert!(told(&master.settle()).is_empty(), "an error is its client's own");
    first.place(2, limit("BUY", 100, 50.0, "rests"));
    first.settle();
    drop(master);
    let mut again = Wire::greet(gateway.tws());
    again.body();
    again.ask(&Request::StartApi(paper::wire::message::request::StartApi {
        client_id: Some(9),
        ..Default::default()
    }));
    let replay = bound(&again.until(|reply| matches!(reply, Reply::NextValidId(_))));
    assert_eq!(replay, ["1.2 Submitted"], "it begins with what is open");
}

#[test]
fn client_0_takes_orders_by_hand_when_it_asks_and_from_then_on_can_change_and_cancel_them() {
    let gateway = gateway();
    let (mut zero, mut other, mut master) =
        (connect(&gateway, 0), connect(&gateway, 1), connect(&gateway, 9));
    zero.place(4, limit("BUY", 10, 40.0, "own"));
    zero.settle();
    by_hand(&gateway, "50");
    assert_eq!(bound(&master.settle()), ["0.4 Submitted", "0.0 Submitted"]);
    assert!(bound(&zero.settle()).is_empty(), "nobody asked for it");
    other.ask(&Request::AllOpenOrders(Empty {}));
    assert_eq!(bound(&other.settle()), ["0.0 Submitted", "0.4 Submitted"], "everybody can see it");
    other.ask(&Request::OpenOrders(Empty {}));
    assert!(bound(&other.settle()).is_empty());
    zero.ask(&Request::OpenOrders(Empty {}));
    let taken = bound(&zero.settle());
    assert_eq!(taken[..2], ["bound 5 to client 0", "0.5 Submitted"]);
    assert_eq!(taken[2..], ["0.4 Submitted", "0.5 Submitted"], "then the answer itself");
    zero.place(5, Order { total_quantity: Some("30".to_owned()), ..limit("BUY", 30, 51.0, "") });
    assert_eq!(bound(&zero.settle()), ["0.5 Submitted"]);
    zero.cancel(5);
    assert_eq!(bound(&zero.settle()), ["0.5 PendingCancel", "0.5 Cancelled", "5 code 202"]);
    zero.place(6, limit("BUY", 10, 40.0, "goes on"));
    assert_eq!(bound(&zero.settle()), ["0.6 Submitted"], "the next id is free");
}

#[test]
fn client_0_binds_automatically_once_it_said_so_and_nobody_else_can() {
    let gateway = gateway();
    let (mut zero, mut other) = (connect(&gateway, 0), connect(&gateway, 1));
    let bind = |is: bool| Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: Some(is) });
    other.ask(&bind(true));
    assert_eq!(bound(&other.settle()), ["-1 code 327"]);
    zero.ask(&bind(true));
    zero.settle();
    by_hand(&gateway, "50");
    assert_eq!(bound(&zero.settle()), ["bound 1 to client 0", "0.1 Submitted"]);
    by_hand(&gateway, "150");
    gateway.control().step(1).unwrap();
    let filled = zero.settle();
    assert!(told(&filled).contains(&"2 BOT 30".to_owned()), "{:?}", told(&filled));
    zero.ask(&bind(false));
    zero.settle();
    by_hand(&gateway, "49");
    assert!(bound(&zero.settle()).is_empty(), "no longer");
    assert!(bound(&other.settle()).is_empty());
}

/// What one subscriber was told last: the account's values, and profit and loss.
#[derive(Debug, Default)]
struct Books {
    values: BTreeMap<String, f64>,
    held: (f64, f64),
    profit: (f64, f64, f64),
    single: (f64, f64, f64, f64),
}

impl Books {
    fn take(&mut self, replies: &[Reply]) {
        for reply in replies {
            match reply {
                Reply::AccountValue(value) => self.value("updates", value.key(), value.value()),
                Reply::AccountSummary(value) => self.value("summary", value.tag(), value.value()),
                Reply::PortfolioValue(held) => {
                    self.held = (held.position().parse().unwrap(), held.realized_pnl());
                }
                Reply::PnL(pnl) => self.profit = (pnl.daily_pnl(), pnl.unrealized_pnl(), pnl.realized_pnl()),
                Reply::PnLSingle(pnl) => {
                    let position = pnl.position().parse().unwrap();
                    self.single = (position, pnl.daily_pnl(), pnl.unrealized_pnl(), pnl.realized_pnl());
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, of: &str, key: &str, value: &str) {
        if let Ok(number) = value.parse() {
            self.values.insert(format!("{of} {key}"), number);
        }
    }
}

/// Cash as the executions and their commissions make it.
#[derive(Debug, Default)]
struct Own {
    cash: f64,
    shares: f64,
    realized: f64,
}

impl Own {
    fn take(&mut self, replies: &[Reply]) {
        for reply in replies {
            match reply {
                Reply::ExecutionDetails(details) => {
                    let one = details.execution.as_ref().unwrap();
                    let shares: f64 = one.shares().parse().unwrap();
                    let signed = if one.side() == "BOT" { shares } else { -shares };
                    self.cash -= signed * one.price();
                    self.shares += signed;
                }
                Reply::CommissionReport(report) => {
                    self.cash -= report.commission_and_fees();
                    self.realized += report.realized_pnl();
                }
                _ => {}
            }
        }
    }
}

fn subscribe(wire: &mut Wire) {
    let account = || Some(ACCOUNT.to_owned());
    let tags = Some("NetLiquidation,TotalCashValue,GrossPositionValue".to_owned());
    wire.ask(&Request::AccountSummary(AccountSummaryRequest {
        req_id: Some(1),
        group: Some("All".to_owned()),
        tags,
    }));
    wire.ask(&Request::AccountData(AccountDataRequest { subscribe: Some(true), acct_code: account() }));
    wire.ask(&Request::PnL(ModelRequest { req_id: Some(2), account: account(), model_code: None }));
    wire.ask(&Request::PnLSingle(PnLSingleRequest {
        req_id: Some(3),
        account: account(),
        model_code: None,
        con_id: Some(265_598),
    }));
}

/// To the cent: values are told rounded, and half a cent of commission is rounded either way.
fn is_close(left: f64, right: f64) -> bool {
    (left - right).abs() < 0.0051
}

/// Every way in which the account is told says what the executions say.
fn check(books: &Books, own: &Own) -> Result<(), String> {
    let value = |key: &str| books.values.get(key).copied().unwrap_or(f64::NAN);
    let cash = 1_000_000.0 + own.cash;
    let worth = value("updates NetLiquidation") - cash;
    let pairs = [
        ("cash, in updates", value("updates TotalCashValue"), cash),
        ("cash, in the summary", value("summary TotalCashValue"), cash),
        ("net liquidation, in both", value("updates NetLiquidation"), value("summary NetLiquidation")),
        ("shares, in the portfolio", books.held.0, own.shares),
        ("shares, in single P&L", books.single.0, own.shares),
        ("realized, in the portfolio", books.held.1, own.realized),
        ("realized, in P&L", books.profit.2, own.realized),
        ("realized, in single P&L", books.single.3, own.realized),
        ("realized, in updates", value("updates RealizedPnL"), own.realized),
        ("unrealized, in updates", value("updates UnrealizedPnL"), books.profit.1),
        ("unrealized, in single P&L", books.single.2, books.profit.1),
        ("daily, in single P&L", books.single.1, books.profit.0),
        ("daily is what the account won", books.profit.0, own.cash + worth),
        ("position value, in updates", value("updates StockMarketValue"), worth),
    ];
    let wrong = pairs.into_iter().filter(|(_, told, is)| !is_close(*told, *is));
    let wrong: Vec<String> = wrong.map(|(what, told, is)| format!("{what}: {told} and {is}")).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

#[test]
fn account_and_profit_are_told_in_step_with_the_executions_to_the_cent() {
    let gateway = gateway();
    let (mut trader, mut watcher) = (connect(&gateway, 1), connect(&gateway, 2));
    let (mut mine, mut theirs, mut own) = (Books::default(), Books::default(), Own::default());
    subscribe(&mut trader);
    subscribe(&mut watcher);
    let orders = [("BUY", 137, 150.0), ("SELL", 37, 50.0), ("BUY", 251, 150.0), ("SELL", 351, 50.0)];
    for (id, (side, shares, price)) in (1..).zip(orders) {
        trader.place(id, limit(side, shares, price, ""));
        let mut heard = trader.settle();
        while !told(&heard).contains(&format!("{id} Filled {shares}")) {
            gateway.control().step(1).unwrap();
            heard.extend(trader.settle());
        }
        own.take(&heard);
        mine.take(&heard);
        // The account is pushed about once a second of the process, so it is waited for, not timed.
        for _ in 0..600 {
            if check(&mine, &own).and(check(&theirs, &own)).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            mine.take(&trader.settle());
            theirs.take(&watcher.settle());
        }
        assert_eq!(check(&mine, &own), Ok(()), "client 1, after order {id}");
        assert_eq!(check(&theirs, &own), Ok(()), "client 2, after order {id}");
    }
    let is_flat = is_close(own.shares, 0.0) && is_close(own.realized, own.cash);
    assert!(is_flat, "all that is left of it is cash: {own:?}");
}
