//! The wire against bytes that were captured from real clients, against itself, and against noise.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use paper::wire::message::account::AccountSummaryRequest;
use paper::wire::message::order::{Order, OrderStatus, PlaceOrderRequest};
use paper::wire::message::request::{ManagedAccounts, NextValidId, StartApi};
use paper::wire::message::{Empty, Failure};
use paper::wire::{FrameReader, Hello, Reply, Request, frame};
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

#[test]
fn a_hello_and_a_start_are_read_as_the_ibapi_crate_sends_them() {
    let mut reader = FrameReader::default();
    reader.push(&bytes("41 50 49 00 00 00 00 09 76 32 31 33 2e 2e 32 32 36 00 00 00 06 00 00 01 0f 08 0b"));
    let hello = reader.next_body().unwrap().unwrap();
    assert_eq!(Hello::parse(&hello), Some(Hello { min: 213, max: 226 }));
    let start = Request::decode(&reader.next_body().unwrap().unwrap()).unwrap();
    assert_eq!(start, Request::StartApi(StartApi { client_id: Some(11), optional_capabilities: None }));
    assert_eq!(reader.next_body(), Ok(None));
}

#[test]
fn replies_are_the_bytes_that_the_official_client_writes_them_as() {
    let text = |words: &str| Some(words.to_owned());
    let accounts = Reply::ManagedAccounts(ManagedAccounts { accounts_list: text("DU1") });
    assert_eq!(accounts.to_frame(), bytes("00 00 00 09 00 00 00 d7 0a 03 44 55 31"));
    let next = Reply::NextValidId(NextValidId { order_id: Some(1) });
    assert_eq!(next.to_frame(), bytes("00 00 00 06 00 00 00 d1 08 01"));
    assert_eq!(Reply::OpenOrdersEnd(Empty {}).to_frame(), bytes("00 00 00 04 00 00 00 fd"));
    let notice = Reply::Failure(Failure {
        id: Some(-1),
        error_time: Some(1_795_346_249_214),
        error_code: Some(2104),
        error_msg: text("OK"),
        advanced_order_reject_json: None,
    });
    let golden =
        "00 00 00 1d 00 00 00 cc 08 ff ff ff ff ff ff ff ff ff 01 10 fe eb e6 97 a0 34 18 b8 10 22 02 4f 4b";
    assert_eq!(notice.to_frame(), bytes(golden));
}

#[test]
fn an_order_status_is_told_with_every_zero_written_out() {
    let text = |words: &str| Some(words.to_owned());
    let status = Reply::OrderStatus(OrderStatus {
        order_id: Some(7),
        status: text("Submitted"),
        filled: text("0"),
        remaining: text("10"),
        avg_fill_price: Some(0.0),
        perm_id: Some(1_500_000_001),
        parent_id: Some(0),
        last_fill_price: Some(0.0),
        client_id: Some(11),
        why_held: text(""),
        mkt_cap_price: Some(0.0),
    });
    let golden = "00 00 00 3f 00 00 00 cb 08 07 12 09 53 75 62 6d 69 74 74 65 64 1a 01 30 22 02 31 30 29 00 00 00 00 00 \
                  00 00 00 30 81 de a0 cb 05 38 00 41 00 00 00 00 00 00 00 00 48 0b 52 00 59 00 00 00 00 00 00 00 00";
    assert_eq!(status.to_frame(), bytes(golden));
}

fn requests() -> impl Strategy<Value = Request> {
    let placed =
        (any::<i32>(), any::<f64>(), "[ -~]{0,12}", any::<bool>()).prop_map(|(id, price, word, flag)| {
            let order = Order {
                lmt_price: Some(price),
                order_ref: Some(word),
                transmit: flag.then_some(true),
                ..Order::default()
            };
            Request::PlaceOrder(PlaceOrderRequest {
                order_id: Some(id),
                order: Some(Box::new(order)),
                ..Default::default()
            })
        });
    let summary = (any::<i32>(), "[ -~]{0,40}").prop_map(|(id, tags)| {
        Request::AccountSummary(AccountSummaryRequest { req_id: Some(id), group: None, tags: Some(tags) })
    });
    prop_oneof![placed, summary, Just(Request::OpenOrders(Empty {}))]
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(request in requests()) {
        let again = Request::decode(&request.encode()).unwrap();
        // Bytes, not values: a price may be no number, which equals nothing.
        prop_assert_eq!(again.encode(), request.encode());
    }

    #[test]
    fn frames_survive_any_cut(bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8), cut in 1_usize..9) {
        let stream: Vec<u8> = std::iter::once(b"API\0".to_vec()).chain(bodies.iter().map(|body| frame(body))).flatten().collect();
        let (mut reader, mut seen) = (FrameReader::default(), Vec::new());
        for chunk in stream.chunks(cut) {
            reader.push(chunk);
            while let Some(body) = reader.next_body().unwrap() {
                seen.push(body);
            }
        }
        prop_assert_eq!(seen, bodies);
    }

    #[test]
    fn noise_is_an_error_and_never_a_panic(id in 0_u32..330, noise in proptest::collection::vec(any::<u8>(), 0..64)) {
        let body = [id.to_be_bytes().to_vec(), noise.clone()].concat();
        let _ = Request::decode(&body);
        let _ = Reply::decode(&body);
        let _ = Request::decode(&noise);
        let _ = Hello::parse(&noise);
    }
}
