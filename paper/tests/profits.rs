//! Money in step with executions: what every stream of the account says is what the executions add up to, to the cent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod desk;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use desk::{ask, heard};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::Desk;
use paper::wire::message::account::{
    AccountDataRequest, AccountSummaryRequest, ModelRequest, PnLSingleRequest, PortfolioValue,
};
use paper::wire::message::contract::Contract;
use paper::wire::message::order::{Order, OrderState, PlaceOrderRequest};
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

const CASH: f64 = 1_000_000.0;
const APPLE: i32 = 265_598;
const ACCOUNT: &str = "DSIM0001";

fn open() -> DateTime<Utc> {
    "2008-09-29T13:35:00Z".parse().unwrap()
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

fn desk() -> Desk {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk = Desk::new(Exchange::new(open(), market, ExchangeOptions::default()));
    desk.open(1);
    desk.hello(open(), 1, Hello { min: 213, max: 226 });
    ask(&mut desk, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk
}

fn order(action: &str, quantity: u32, limit: f64) -> Order {
    Order {
        action: text(action),
        order_type: text("LMT"),
        lmt_price: Some(limit),
        total_quantity: Some(quantity.to_string()),
        transmit: Some(true),
        ..Order::default()
    }
}

fn place(desk: &mut Desk, id: i32, order: Order) -> Vec<Reply> {
    let contract = Some(Contract { symbol: text("AAPL"), sec_type: text("STK"), ..Contract::default() });
    let (order_id, order) = (Some(id), Some(Box::new(order)));
    ask(desk, Request::PlaceOrder(PlaceOrderRequest { order_id, contract, order, attached_orders: None }))
}

/// What the executions and their reports add up to.
#[derive(Debug, Default)]
struct Sums {
    held: f64,
    flow: f64,
    commissions: f64,
    realized: f64,
    last: f64,
}

impl Sums {
    fn add(&mut self, replies: &[Reply]) {
        for reply in replies {
            match reply {
                Reply::ExecutionDetails(details) => {
                    let execution = details.execution.as_ref().unwrap();
                    let shares: f64 = execution.shares().parse().unwrap();
                    let signed = if execution.side() == "BOT" { shares } else { -shares };
                    self.held += signed;
                    self.flow -= signed * execution.price();
                    self.last = execution.price();
                }
                Reply::CommissionReport(report) => {
                    self.commissions += report.commission_and_fees();
                    self.realized += report.realized_pnl();
                }
                _ => {}
            }
        }
    }
}

fn cents(one: f64, other: f64, what: &str) {
    // The values of an account are told in whole cents, of which half a one may be rounded away.
    assert!((one - other).abs() < 0.0051, "{what}: {one} is not {other}");
}

/// Compares every stream with the sums, and gives the total profit of the day.
fn compare(desk: &mut Desk, sums: &Sums) -> f64 {
    let account = text(ACCOUNT);
    let told = ask(
        desk,
        Request::AccountData(AccountDataRequest { subscribe: Some(true), acct_code: account.clone() }),
    );
    let portfolio: Vec<&PortfolioValue> = told
        .iter()
        .filter_map(|reply| if let Reply::PortfolioValue(held) = reply { Some(held) } else { None })
        .collect();
    let [held] = portfolio[..] else { panic!("{portfolio:?}") };
    let mark = held.market_price();
    let daily = sums.flow - sums.commissions + sums.held * mark;
    cents(held.position().parse().unwrap(), sums.held, "the portfolio's shares");
    cents(held.realized_pnl(), sums.realized, "the portfolio's realized profit");
    cents(held.unrealized_pnl(), daily - sums.realized, "the portfolio's open profit");
    let model = ModelRequest { req_id: Some(5), account: account.clone(), ..ModelRequest::default() };
    let [Reply::PnL(all)] = &ask(desk, Request::PnL(model))[..] else { panic!("no profit") };
    let single = PnLSingleRequest { req_id: Some(6), account, model_code: None, con_id: Some(APPLE) };
    let [Reply::PnLSingle(one)] = &ask(desk, Request::PnLSingle(single))[..] else { panic!("no profit") };
    for (told, due, what) in [
        (all.daily_pnl(), daily, "the account's day"),
        (all.realized_pnl(), sums.realized, "what the account realized"),
        (all.unrealized_pnl(), daily - sums.realized, "what the account has open"),
        (one.daily_pnl(), daily, "the position's day"),
        (one.realized_pnl(), sums.realized, "what the position realized"),
        (one.unrealized_pnl(), daily - sums.realized, "what the position has open"),
        (one.value(), sums.held * mark, "what the position is worth"),
        (summary(desk, "NetLiquidation"), CASH + daily, "net liquidation"),
        (summary(desk, "TotalCashValue"), CASH + sums.flow - sums.commissions, "cash"),
        (summary(desk, "GrossPositionValue"), (sums.held * mark).abs(), "gross position"),
    ] {
        cents(told, due, what);
    }
    ask(desk, Request::CancelPnL(paper::wire::message::ById { req_id: Some(5) }));
    ask(desk, Request::CancelPnLSingle(paper::wire::message::ById { req_id: Some(6) }));
    daily
}

fn summary(desk: &mut Desk, tag: &str) -> f64 {
    let asked = AccountSummaryRequest { req_id: Some(8), group: text("All"), tags: text(tag) };
    let told = ask(desk, Request::AccountSummary(asked));
    ask(desk, Request::CancelAccountSummary(paper::wire::message::ById { req_id: Some(8) }));
    let Reply::AccountSummary(value) = &told[0] else { panic!("{told:?}") };
    value.value().parse().unwrap()
}

#[test]
fn every_stream_of_money_is_what_the_executions_add_up_to() {
    let (mut desk, mut sums) = (desk(), Sums::default());
    // In, half out, out and through to a short, more of it, and home; some of them fill in parts.
    let steps = [("BUY", 1500), ("SELL", 700), ("SELL", 1300), ("SELL", 401), ("BUY", 901)];
    for (id, (action, quantity)) in (1..).zip(steps) {
        let limit = if action == "BUY" { 200.0 } else { 50.0 };
        sums.add(&place(&mut desk, id, order(action, quantity, limit)));
        for _ in 0..20 {
            desk.advance(desk.exchange().now() + TimeDelta::seconds(1));
            sums.add(&heard(&mut desk));
            if sums.last > 0.0 {
                compare(&mut desk, &sums);
            }
        }
    }
    assert_eq!(sums.held, 0.0);
    let daily = compare(&mut desk, &sums);
    cents(daily, sums.realized, "what is closed is realized");
    assert!(sums.commissions > 5.0 && daily != 0.0, "{sums:?}");
}

fn what_if(desk: &mut Desk, id: i32, order: Order) -> Result<OrderState, i32> {
    match &place(desk, id, Order { what_if: Some(true), ..order })[..] {
        [Reply::OpenOrder(open)] => Ok(open.order_state.clone().unwrap()),
        [Reply::Failure(failure)] => Err(failure.error_code()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_what_if_order_tells_the_margin_before_and_after_and_what_cannot_be_paid_is_201() {
    let mut desk = desk();
    let mut sums = Sums::default();
    place(&mut desk, 1, order("BUY", 300, 200.0));
    desk.advance(open() + TimeDelta::seconds(10));
    sums.add(&heard(&mut desk));
    assert_eq!(sums.held, 300.0);
    let state = what_if(&mut desk, 2, order("BUY", 1000, 100.0)).unwrap();
    // Half of what is held is the initial margin, a quarter the maintenance margin; the contract counts at the order's price.
    cents(state.init_margin_before(), 300.0 * 100.0 / 2.0, "the margin before");
    cents(state.init_margin_after(), 1300.0 * 100.0 / 2.0, "the margin after");
    cents(state.init_margin_change(), 1000.0 * 100.0 / 2.0, "the change of the margin");
    cents(state.maint_margin_after(), 1300.0 * 100.0 / 4.0, "the maintenance margin after");
    cents(state.maint_margin_change(), 1000.0 * 100.0 / 4.0, "its change");
    cents(state.commission_and_fees(), 5.0, "the commission of a thousand shares");
    cents(state.equity_with_loan_change(), -5.0, "only the commission is lost");
    cents(state.equity_with_loan_before(), CASH + sums.flow - 1.5 + 300.0 * 100.0, "the equity before");
    let closing = what_if(&mut desk, 2, order("SELL", 300, 100.0)).unwrap();
    cents(closing.init_margin_after(), 0.0, "nothing is held");
    assert_eq!(what_if(&mut desk, 2, order("BUY", 100_000, 100.0)), Err(201));
    let refused = place(&mut desk, 2, order("BUY", 100_000, 100.0));
    let codes: Vec<i32> = refused
        .iter()
        .filter_map(
            |reply| if let Reply::Failure(failure) = reply { Some(failure.error_code()) } else { None },
        )
        .collect();
    assert_eq!(codes, [201], "the same order is turned down when it is meant");
    assert_eq!(desk.exchange().account().held(APPLE), 300.into());
}
