//! What a day's change does to an account as its clients see it, and stocks that are quoted in pence.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod desk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use desk::{ask, heard};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::options::Action;
use paper::market::{Market, actions};
use paper::session::Desk;
use paper::wire::message::account::{AccountDataRequest, PnLSingleRequest};
use paper::wire::message::contract::{Contract, ContractDataRequest};
use paper::wire::message::history::HistoricalDataRequest;
use paper::wire::message::order::{AttachedOrders, Order, PlaceOrderRequest};
use paper::wire::message::request::StartApi;
use paper::wire::message::trade::{ExecutionFilter, ExecutionRequest};
use paper::wire::{Hello, Reply, Request};
use paper::{MarketOptions, Readings};
use rust_decimal::Decimal;

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// A desk at the open of a Monday, with client 1.
fn desk(market: MarketOptions, readings: Readings) -> Desk {
    let now = at("2008-09-29T13:35:00Z");
    let options = ExchangeOptions { readings, ..ExchangeOptions::default() };
    let mut desk = Desk::new(Exchange::new(now, Arc::new(Market::new(market)), options));
    desk.open(1);
    desk.hello(now, 1, Hello { min: 213, max: 226 });
    ask(&mut desk, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk
}

fn until(desk: &mut Desk, time: &str) -> Vec<Reply> {
    desk.advance(at(time));
    heard(desk)
}

fn contract(symbol: &str, currency: &str) -> Option<Contract> {
    let text = |words: &str| Some(words.to_owned());
    let (symbol, currency) = (text(symbol), text(currency));
    Some(Contract { symbol, currency, sec_type: text("STK"), exchange: text("SMART"), ..Contract::default() })
}

fn place(desk: &mut Desk, id: i32, contract: Option<Contract>, price: f64) -> Vec<Reply> {
    let text = |words: &str| Some(words.to_owned());
    let order = Order {
        action: text("BUY"),
        order_type: text("LMT"),
        lmt_price: Some(price),
        total_quantity: text("100"),
        tif: text("GTC"),
        transmit: Some(true),
        ..Order::default()
    };
    let order = Some(Box::new(order));
    ask(
        desk,
        Request::PlaceOrder(PlaceOrderRequest { order_id: Some(id), contract, order, attached_orders: None }),
    )
}

/// The last status of an order, with what it filled.
fn status(replies: &[Reply], id: i32) -> Option<String> {
    let mut statuses = replies.iter().filter_map(|reply| match reply {
        Reply::OrderStatus(status) if status.order_id() == id => {
            Some(format!("{} {}", status.status(), status.filled()))
        }
        _ => None,
    });
    statuses.next_back()
}

#[test]
fn a_split_of_the_file_changes_the_position_before_its_day_opens_and_ends_what_rests() {
    let path = std::env::temp_dir().join(format!("paper-splits-{}", std::process::id()));
    std::fs::write(&path, "date,symbol,ratio\n# four for one\n2008-09-30,AAPL,4:1\n2008-09-30,IBM,1:10\n")
        .unwrap();
    let actions = actions::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut desk = desk(MarketOptions { actions, ..MarketOptions::default() }, Readings::default());
    place(&mut desk, 1, contract("AAPL", "USD"), 150.0);
    place(&mut desk, 2, contract("AAPL", "USD"), 20.0);
    let today = until(&mut desk, "2008-09-29T13:36:00Z");
    assert_eq!(status(&today, 1).as_deref(), Some("Filled 100"));
    let before = desk.exchange().account().position(265_598).cloned().unwrap();
    let evening = until(&mut desk, "2008-09-29T20:30:00Z");
    assert_eq!(status(&evening, 2), None, "nothing happens on the day before");
    assert_eq!(desk.exchange().account().position(265_598).cloned().unwrap(), before);
    let morning = until(&mut desk, "2008-09-30T13:26:00Z");
    let after = desk.exchange().account().position(265_598).cloned().unwrap();
    assert_eq!(after.quantity, before.quantity * Decimal::from(4));
    assert_eq!(after.average_cost * Decimal::from(4), before.average_cost, "it cost the same");
    assert_eq!(status(&morning, 2).as_deref(), Some("Cancelled 0"));
}

#[test]
fn adjusted_history_tells_the_prices_that_a_split_has_made_of_the_old_ones() {
    let date = "2008-09-30".parse().unwrap();
    let action = Action { date, symbol: "AAPL".to_owned(), ratio: Decimal::from(4) };
    let mut desk =
        desk(MarketOptions { actions: vec![action], ..MarketOptions::default() }, Readings::default());
    until(&mut desk, "2008-09-30T14:00:00Z");
    let mut closes = |what: &str, end: &str| {
        let text = |words: &str| Some(words.to_owned());
        let asked = HistoricalDataRequest {
            req_id: Some(7),
            contract: contract("AAPL", "USD"),
            bar_size_setting: text("1 day"),
            duration: text("2 D"),
            what_to_show: text(what),
            end_date_time: text(end),
            ..HistoricalDataRequest::default()
        };
        match &ask(&mut desk, Request::HistoricalData(asked))[..] {
            [Reply::HistoricalData(data), ..] => data.bars.iter().map(|bar| bar.close()).collect(),
            _ => Vec::new(),
        }
    };
    let (plain, adjusted) = (closes("TRADES", ""), closes("ADJUSTED_LAST", ""));
    assert_eq!((plain[0], adjusted[0]), (105.26, 105.26 / 4.0));
    assert_eq!(plain[1], adjusted[1], "the shares of today are today's");
    assert!(closes("ADJUSTED_LAST", "20080930-13:00:00").is_empty(), "TWS adjusts up to now only");
}

#[test]
fn how_far_back_executions_can_be_asked_for_is_a_reading() {
    for (reading, after_a_night) in [("executions_back=seven_days", 1), ("executions_back=current_day", 0)] {
        let mut readings = Readings::default();
        readings.set(reading).unwrap();
        let mut desk = desk(MarketOptions::default(), readings);
        place(&mut desk, 1, contract("AAPL", "USD"), 150.0);
        until(&mut desk, "2008-09-29T13:36:00Z");
        assert_eq!(executions(&mut desk, None, &[]), 1, "{reading}: those of today are always there");
        until(&mut desk, "2008-09-30T13:36:00Z");
        assert_eq!(executions(&mut desk, None, &[]), 0, "{reading}: yesterday's were not asked for");
        assert_eq!(executions(&mut desk, Some(3), &[]), after_a_night, "{reading}");
        assert_eq!(executions(&mut desk, None, &[20_080_929]), after_a_night, "{reading}");
        assert_eq!(executions(&mut desk, None, &[20_080_930]), 0, "{reading}");
    }
}

fn executions(desk: &mut Desk, last_n_days: Option<i32>, dates: &[i32]) -> usize {
    let filter =
        ExecutionFilter { last_n_days, specific_dates: dates.to_vec(), ..ExecutionFilter::default() };
    let replies = ask(desk, Request::Executions(ExecutionRequest { req_id: Some(7), filter: Some(filter) }));
    assert!(matches!(replies.last(), Some(Reply::ExecutionDetailsEnd(_))));
    replies.iter().filter(|reply| matches!(reply, Reply::ExecutionDetails(_))).count()
}

#[test]
fn a_stock_in_pence_is_priced_in_pence_and_paid_in_the_account_s_currency() {
    let market = MarketOptions {
        walks: BTreeMap::from([("VOD".to_owned(), Decimal::from(150))]),
        pence: BTreeSet::from(["VOD".to_owned()]),
        ..MarketOptions::default()
    };
    let mut desk = desk(market, Readings::default());
    let vodafone = contract("VOD", "GBP");
    let asked = ContractDataRequest { req_id: Some(3), contract: vodafone.clone() };
    let replies = ask(&mut desk, Request::ContractData(asked));
    let Reply::ContractData(data) = &replies[0] else { panic!("{replies:?}") };
    let details = data.contract_details.as_ref().unwrap();
    assert_eq!((details.price_magnifier(), data.contract.as_ref().unwrap().currency()), (100, "GBP"));
    let subscribe = AccountDataRequest { subscribe: Some(true), acct_code: Some("DSIM0001".to_owned()) };
    ask(&mut desk, Request::AccountData(subscribe.clone()));
    place(&mut desk, 1, vodafone, 300.0);
    let filled = until(&mut desk, "2008-09-29T13:36:00Z");
    let execution = filled.iter().find_map(|reply| match reply {
        Reply::ExecutionDetails(details) => details.execution.clone(),
        _ => None,
    });
    let price = execution.unwrap().price();
    assert!((100.0..300.0).contains(&price), "in pence: {price}");
    // A hundred shares, a hundred pence to the pound, 1.80 dollars to the pound, and a dollar of commission.
    let paid = 1_000_000.0 - desk.exchange().values().cash.to_string().parse::<f64>().unwrap();
    assert!((paid - (price * 1.80 + 1.0)).abs() < 0.006, "{paid} for {price}");
    let told = ask(&mut desk, Request::AccountData(subscribe));
    let held = told.iter().find_map(|reply| match reply {
        Reply::PortfolioValue(held) => Some(held.clone()),
        _ => None,
    });
    let held = held.unwrap();
    assert_eq!(held.position(), "100");
    let mark = desk.exchange().mark(desk.exchange().account().positions().next().unwrap().0);
    let worth = mark.to_string().parse::<f64>().unwrap() * 1.80;
    assert!((held.market_value() - worth).abs() < 0.006, "a hundred of them are worth {worth}: {held:?}");
    assert!((held.unrealized_pnl() - (worth - paid)).abs() < 0.006, "{held:?}");
    let (account, con_id) = (Some("DSIM0001".to_owned()), held.contract.unwrap().con_id);
    let single = PnLSingleRequest { req_id: Some(9), account, model_code: None, con_id };
    let told = ask(&mut desk, Request::PnLSingle(single));
    let [Reply::PnLSingle(single)] = &told[..] else { panic!("{told:?}") };
    assert!((single.value() - worth).abs() < 0.006 && (single.daily_pnl() - (worth - paid)).abs() < 0.006);
}

#[test]
fn the_commission_of_a_stock_in_pence_is_at_most_a_part_of_what_it_is_worth() {
    let market = MarketOptions {
        walks: BTreeMap::from([("LLOY".to_owned(), Decimal::from(15))]),
        pence: BTreeSet::from(["LLOY".to_owned()]),
        ..MarketOptions::default()
    };
    let mut desk = desk(market, Readings::default());
    place(&mut desk, 1, contract("LLOY", "GBP"), 30.0);
    until(&mut desk, "2008-09-29T13:36:00Z");
    let [one] = desk.exchange().executions() else { panic!("it fills at once") };
    // A hundred of them are worth their price in pounds, 1.80 dollars each: a percent of it is less than a dollar.
    assert_eq!(one.commission, (one.price * Decimal::new(180, 4)).round_dp(4));
    assert!(one.commission < Decimal::ONE);
}

#[test]
fn a_preset_that_is_not_there_costs_the_order_its_life() {
    let mut desk = desk(MarketOptions::default(), Readings::default());
    let text = |words: &str| Some(words.to_owned());
    let order = Order {
        action: text("BUY"),
        order_type: text("MKT"),
        total_quantity: text("10"),
        transmit: Some(true),
        ..Order::default()
    };
    let attached = |sl_order_id, pt_order_id| {
        Some(AttachedOrders { sl_order_id, pt_order_id, ..AttachedOrders::default() })
    };
    let mut code = |id, attached_orders| {
        let (order_id, contract, order) = (Some(id), contract("AAPL", "USD"), Some(Box::new(order.clone())));
        let replies = ask(
            &mut desk,
            Request::PlaceOrder(PlaceOrderRequest { order_id, contract, order, attached_orders }),
        );
        replies.into_iter().find_map(|reply| match reply {
            Reply::Failure(failure) => Some((failure.id(), failure.error_code())),
            _ => None,
        })
    };
    assert_eq!(code(1, attached(Some(2), None)), Some((1, 10355)));
    assert_eq!(code(3, attached(None, Some(4))), Some((3, 10355)));
    assert_eq!(
        code(5, attached(Some(i32::MAX), Some(i32::MAX))),
        None,
        "the official client's word for none"
    );
    assert_eq!(code(6, attached(Some(0), None)), None);
    assert_eq!(desk.exchange().orders().count(), 2);
}
