//! A client that keeps its own book from what it is told has the market's book at every second.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::depth::{Depth, Row};
use paper::market::price::double;
use paper::session::{Desk, Say};
use paper::wire::message::contract::Contract;
use paper::wire::message::depth::{CancelMarketDepth, DepthRow, MarketDepthRequest};
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

/// Ten seconds before the close.
fn late() -> DateTime<Utc> {
    "2008-09-29T19:59:50Z".parse().unwrap()
}

fn desk(market: &Arc<Market>) -> Desk {
    let mut desk = Desk::new(Exchange::new(late(), Arc::clone(market), ExchangeOptions::default()));
    desk.open(1);
    desk.hello(late(), 1, Hello { min: 213, max: 226 });
    desk.request(late(), 1, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk.take();
    desk
}

fn watch(id: i32, rows: i32, is_smart: bool) -> Request {
    let text = |words: &str| Some(words.to_owned());
    let contract = Contract { symbol: text("AAPL"), sec_type: text("STK"), ..Contract::default() };
    Request::MarketDepth(MarketDepthRequest {
        req_id: Some(id),
        contract: Some(contract),
        num_rows: Some(rows),
        is_smart_depth: Some(is_smart),
        ..MarketDepthRequest::default()
    })
}

fn replies(desk: &mut Desk) -> Vec<Reply> {
    let said = desk.take().into_iter();
    said.filter_map(|(_, say)| if let Say::Reply(reply) = say { Some(*reply) } else { None }).collect()
}

fn codes(desk: &mut Desk, request: Request) -> Vec<(i32, i32)> {
    desk.request(late(), 1, request);
    let said = replies(desk).into_iter();
    said.filter_map(|reply| match reply {
        Reply::Failure(failure) => Some((failure.id(), failure.error_code())),
        _ => None,
    })
    .collect()
}

/// A side of a book as a client keeps it: prices and sizes, best first.
#[derive(Default)]
struct Kept([Vec<(f64, String)>; 2]);

impl Kept {
    fn take(&mut self, row: &DepthRow) {
        let (side, at) = (&mut self.0[row.side() as usize], row.position() as usize);
        let told = (row.price(), row.size().to_owned());
        match row.operation() {
            0 => side.insert(at, told),
            1 => side[at] = told,
            _ => drop(side.remove(at)),
        }
    }

    fn is(&self, depth: &Depth) -> bool {
        let rows = |rows: &[Row]| -> Vec<(f64, String)> {
            rows.iter().map(|row| (double(row.price), row.size.to_string())).collect()
        };
        self.0 == [rows(&depth.asks), rows(&depth.bids)]
    }
}

#[test]
fn a_book_kept_from_the_rows_is_the_book_and_is_empty_after_the_close() {
    let market = Arc::new(Market::new(Default::default()));
    let (mut desk, mut kept, mut now) = (desk(&market), Kept::default(), late());
    desk.request(now, 1, watch(1, 6, true));
    let mut told = 0;
    for _ in 0..20 {
        for reply in replies(&mut desk) {
            let Reply::MarketDepthL2(depth) = reply else { continue };
            let row = depth.row.unwrap();
            assert_eq!((row.market_maker(), row.is_smart_depth()), ("NASDAQ", true));
            kept.take(&row);
            told += 1;
        }
        assert!(kept.is(&market.depth(now, "AAPL", 6).unwrap_or_default()), "{now}: {:?}", kept.0);
        now += TimeDelta::seconds(1);
        desk.advance(now);
    }
    assert!(told > 24, "rows changed, and were deleted at the close: {told}");
    assert!(kept.0.iter().all(Vec::is_empty));
}

#[test]
fn wrong_requests_are_refused_with_tws_s_codes() {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk = desk(&market);
    for id in 1..=3 {
        assert_eq!(codes(&mut desk, watch(id, 5, false)), []);
    }
    assert_eq!(codes(&mut desk, watch(3, 5, false)), [(3, 322)]);
    assert_eq!(codes(&mut desk, watch(4, 5, false)), [(4, 309)]);
    let cancel = |id| {
        Request::CancelMarketDepth(CancelMarketDepth { req_id: Some(id), ..CancelMarketDepth::default() })
    };
    assert_eq!(codes(&mut desk, cancel(3)), []);
    assert_eq!(codes(&mut desk, cancel(3)), [(3, 310)]);
    for rows in [0, -1, i32::MIN] {
        assert_eq!(codes(&mut desk, watch(5, rows, false)), [(5, 321)]);
    }
    assert_eq!(codes(&mut desk, watch(5, i32::MAX, false)), [], "as many as there are");
}
