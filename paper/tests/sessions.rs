//! Sessions without sockets: messages in, messages out.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use paper::AccountOptions;
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::{Desk, Say};
use paper::wire::message::account::{AccountSummaryRequest, ModelRequest};
use paper::wire::message::contract::{Contract, ContractDataRequest};
use paper::wire::message::order::{AutoOpenOrdersRequest, Order, PlaceOrderRequest};
use paper::wire::message::quote::MarketDataRequest;
use paper::wire::message::request::StartApi;
use paper::wire::message::{ById, Empty};
use paper::wire::{Hello, Reply, Request};
use proptest::prelude::{any, proptest};

static MARKET: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(Market::new(Default::default())));

fn now() -> DateTime<Utc> {
    "2008-09-29T14:00:00Z".parse().unwrap()
}

fn desk() -> Desk {
    desk_with(AccountOptions::default())
}

fn desk_with(account: AccountOptions) -> Desk {
    let options = ExchangeOptions { account, ..ExchangeOptions::default() };
    Desk::new(Exchange::new(now(), Arc::clone(&MARKET), options))
}

fn start(desk: &mut Desk, connection: u64, client: i32) -> Vec<Say> {
    desk.open(connection);
    desk.hello(now(), connection, Hello { min: 213, max: 226 });
    let mut said =
        ask(desk, connection, Request::StartApi(StartApi { client_id: Some(client), ..Default::default() }));
    assert!(matches!(said.remove(0), Say::Acknowledge { version: 226, .. }));
    said
}

fn ask(desk: &mut Desk, connection: u64, request: Request) -> Vec<Say> {
    desk.request(now(), connection, request);
    desk.take()
        .into_iter()
        .map(|(to, say)| {
            assert_eq!(to, connection);
            say
        })
        .collect()
}

fn codes(said: &[Say]) -> Vec<(i32, i32)> {
    let failures = said.iter().filter_map(|say| match say {
        Say::Reply(reply) => match reply.as_ref() {
            Reply::Failure(failure) => Some((failure.id(), failure.error_code())),
            _ => None,
        },
        _ => None,
    });
    failures.collect()
}

fn apple() -> Option<Contract> {
    let text = |words: &str| Some(words.to_owned());
    Some(Contract {
        symbol: text("AAPL"),
        sec_type: text("STK"),
        exchange: text("SMART"),
        currency: text("USD"),
        ..Default::default()
    })
}

fn place(desk: &mut Desk, connection: u64, id: i32) -> Vec<Say> {
    let text = |words: &str| Some(words.to_owned());
    let order = Order {
        action: text("BUY"),
        order_type: text("LMT"),
        lmt_price: Some(50.0),
        total_quantity: text("10"),
        transmit: Some(true),
        hidden: Some(true),
        ..Order::default()
    };
    let request = PlaceOrderRequest {
        order_id: Some(id),
        contract: apple(),
        order: Some(Box::new(order)),
        attached_orders: None,
    };
    ask(desk, connection, Request::PlaceOrder(request))
}

fn index(said: &[Say], wanted: fn(&Reply) -> bool) -> Option<usize> {
    said.iter().position(|say| matches!(say, Say::Reply(reply) if wanted(reply)))
}

#[test]
fn an_old_client_is_turned_away_and_a_strange_one_is_not_listened_to() {
    let mut desk = desk();
    desk.open(1);
    desk.hello(now(), 1, Hello { min: 100, max: 150 });
    assert!(matches!(desk.take()[..], [(1, Say::Close { .. })]));
    desk.open(2);
    let said = ask(&mut desk, 2, Request::Positions(Empty {}));
    assert_eq!(codes(&said), [(-1, 504)]);
}

#[test]
fn a_session_begins_in_the_order_that_clients_expect() {
    let said = start(&mut desk(), 1, 5);
    assert!(matches!(&said[0], Say::Reply(reply) if matches!(reply.as_ref(), Reply::ManagedAccounts(_))));
    assert!(matches!(&said[1], Say::Reply(reply) if matches!(reply.as_ref(), Reply::NextValidId(_))));
    assert_eq!(codes(&said), [(-1, 2104), (-1, 2106), (-1, 2158)]);
}

#[test]
fn a_client_id_in_use_ends_the_new_connection_only() {
    let mut desk = desk();
    start(&mut desk, 1, 5);
    let said = start(&mut desk, 2, 5);
    assert_eq!(codes(&said), [(-1, 326)]);
    assert!(matches!(said.last(), Some(Say::Close { .. })));
    assert_eq!(desk.client_of(1), Some(5));
    desk.close(1);
    assert!(codes(&start(&mut desk, 3, 5)).contains(&(-1, 2104)));
}

#[test]
fn a_short_order_book_is_told_before_the_ids_and_a_long_one_after_them() {
    for (count, is_before) in [(40, true), (60, false)] {
        let mut desk = desk_with(AccountOptions { orders_a_side_max: 100, ..AccountOptions::default() });
        start(&mut desk, 1, 5);
        for id in 1..=count {
            place(&mut desk, 1, id);
        }
        desk.close(1);
        let said = start(&mut desk, 2, 5);
        let ids = index(&said, |reply| matches!(reply, Reply::NextValidId(_))).unwrap();
        let end = index(&said, |reply| matches!(reply, Reply::OpenOrdersEnd(_))).unwrap();
        assert_eq!(end < ids, is_before, "{count} orders");
        assert!(ids <= 99);
        let next = said.iter().find_map(|say| match say {
            Say::Reply(reply) => match reply.as_ref() {
                Reply::NextValidId(next) => next.order_id,
                _ => None,
            },
            _ => None,
        });
        assert_eq!(next, Some(count + 1));
    }
}

#[test]
fn order_news_goes_to_the_client_that_placed_the_order_and_echoes_its_words() {
    let mut desk = desk();
    start(&mut desk, 1, 5);
    start(&mut desk, 2, 6);
    let said = place(&mut desk, 1, 1);
    let echo = said.iter().find_map(|say| match say {
        Say::Reply(reply) => match reply.as_ref() {
            Reply::OpenOrder(open) => open.order.clone(),
            _ => None,
        },
        _ => None,
    });
    let echo = echo.unwrap();
    assert_eq!(
        (echo.hidden, echo.client_id, echo.account.as_deref()),
        (Some(true), Some(5), Some("DSIM0001"))
    );
    assert_eq!(ask(&mut desk, 2, Request::OpenOrders(Empty {})).len(), 1);
    assert_eq!(ask(&mut desk, 2, Request::AllOpenOrders(Empty {})).len(), 3);
}

#[test]
fn a_refused_change_is_not_echoed() {
    let mut desk = desk();
    start(&mut desk, 1, 5);
    place(&mut desk, 1, 1);
    let text = |words: &str| Some(words.to_owned());
    let crooked = Order {
        action: text("BUY"),
        order_type: text("LMT"),
        lmt_price: Some(50.005),
        total_quantity: text("10"),
        display_size: Some(5),
        ..Order::default()
    };
    let order = Some(Box::new(crooked));
    let request = PlaceOrderRequest { order_id: Some(1), contract: apple(), order, attached_orders: None };
    assert_eq!(codes(&ask(&mut desk, 1, Request::PlaceOrder(request))), [(1, 110)]);
    let said = ask(&mut desk, 1, Request::OpenOrders(Empty {}));
    let Say::Reply(reply) = &said[0] else { panic!("no order is open") };
    let Reply::OpenOrder(open) = reply.as_ref() else { panic!("no order is open") };
    let echo = open.order.as_ref().unwrap();
    assert_eq!((echo.display_size, echo.hidden, echo.lmt_price), (None, Some(true), Some(50.0)));
}

#[test]
fn a_desk_that_rested_in_a_file_echoes_the_same_words() {
    let mut desk = desk();
    start(&mut desk, 1, 5);
    place(&mut desk, 1, 1);
    let file = serde_json::to_string(&desk.save()).unwrap();
    let before = ask(&mut desk, 1, Request::OpenOrders(Empty {}));
    let saved = serde_json::from_str(&file).unwrap();
    let mut rested = Desk::restore(Arc::clone(&MARKET), ExchangeOptions::default(), saved).unwrap();
    assert_eq!(rested.connections(), 0);
    let said = start(&mut rested, 1, 5);
    assert_eq!(said[..3], before, "and tells them to whom they belong");
    assert_eq!(ask(&mut rested, 1, Request::OpenOrders(Empty {})), before);
    let damaged = serde_json::from_str(&file.replace("\"order\":\"", "\"order\":\"zz")).unwrap();
    let bad = Desk::restore(Arc::clone(&MARKET), ExchangeOptions::default(), damaged).unwrap_err();
    assert_eq!(bad.to_string(), "the words of order 1 of client 5 cannot be read");
}

#[test]
fn an_order_placed_by_hand_outlives_the_gateway_and_can_still_be_bound() {
    let mut desk = desk();
    let by_hand =
        r#"{"fault": "manual.order", "symbol": "AAPL", "side": "Buy", "shares": "30", "limit": "50"}"#;
    desk.inject(serde_json::from_str(by_hand).unwrap());
    let saved = serde_json::from_str(&serde_json::to_string(&desk.save()).unwrap()).unwrap();
    let mut rested = Desk::restore(Arc::clone(&MARKET), ExchangeOptions::default(), saved).unwrap();
    assert_eq!(codes(&start(&mut rested, 1, i32::MIN)), [(-1, 326)], "nobody can pass for whose it is");
    start(&mut rested, 2, 0);
    let said = ask(&mut rested, 2, Request::OpenOrders(Empty {}));
    let is_bound = |reply: &Reply| matches!(reply, Reply::OrderBound(bound) if bound.order_id() == 1);
    assert_eq!(index(&said, is_bound), Some(0));
}

#[test]
fn limits_and_duplicates_are_errors_on_their_own_request() {
    let mut desk = desk();
    start(&mut desk, 1, 5);
    let line = |id| {
        Request::MarketData(MarketDataRequest { req_id: Some(id), contract: apple(), ..Default::default() })
    };
    ask(&mut desk, 1, line(9));
    assert_eq!(codes(&ask(&mut desk, 1, line(9))), [(9, 322)]);
    assert!(ask(&mut desk, 1, Request::CancelMarketData(ById { req_id: Some(9) })).is_empty());
    assert_eq!(codes(&ask(&mut desk, 1, Request::CancelMarketData(ById { req_id: Some(9) }))), [(9, 300)]);
    assert_eq!(
        codes(&ask(&mut desk, 1, Request::CancelHistoricalData(ById { req_id: Some(9) }))),
        [(9, 366)]
    );
    for id in 100..200 {
        assert!(codes(&ask(&mut desk, 1, line(id))).is_empty());
    }
    assert_eq!(codes(&ask(&mut desk, 1, line(200))), [(200, 101)]);
    let summary =
        |id| Request::AccountSummary(AccountSummaryRequest { req_id: Some(id), ..Default::default() });
    ask(&mut desk, 1, summary(1));
    ask(&mut desk, 1, summary(2));
    assert_eq!(codes(&ask(&mut desk, 1, summary(3))), [(3, 322)]);
    let bind = Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: Some(true) });
    assert_eq!(codes(&ask(&mut desk, 1, bind)), [(-1, 327)]);
    let foreign = ModelRequest { req_id: Some(4), account: Some("U1".to_owned()), model_code: None };
    assert_eq!(codes(&ask(&mut desk, 1, Request::PnL(foreign))), [(4, 321)]);
    let other = Contract { sec_type: Some("OPT".to_owned()), ..apple().unwrap() };
    let details = Request::ContractData(ContractDataRequest { req_id: Some(8), contract: Some(other) });
    assert_eq!(codes(&ask(&mut desk, 1, details)), [(8, 200)]);
}

proptest! {
    #[test]
    fn noise_never_panics(id in 1_u32..110, noise in proptest::collection::vec(any::<u8>(), 0..48)) {
        let mut desk = desk();
        start(&mut desk, 1, 5);
        let body = [(id + 200).to_be_bytes().to_vec(), noise].concat();
        if let Ok(request) = Request::decode(&body) {
            desk.request(now(), 1, request);
            desk.advance("2008-09-29T14:00:03Z".parse().unwrap());
            desk.pulse();
        }
    }
}
