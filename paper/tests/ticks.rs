//! Single ticks of the past: which of them a request means.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::{Desk, Say};
use paper::wire::message::contract::Contract;
use paper::wire::message::history::HistoricalTicksRequest;
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

fn now() -> DateTime<Utc> {
    "2008-09-29T14:00:00Z".parse().unwrap()
}

/// The times of the ticks, as seconds before now; or the code of the refusal.
fn ticks(start: &str, end: &str, count: i32, show: &str) -> Result<Vec<i64>, i32> {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk = Desk::new(Exchange::new(now(), market, ExchangeOptions::default()));
    desk.open(1);
    desk.hello(now(), 1, Hello { min: 213, max: 226 });
    desk.request(now(), 1, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk.take();
    let text = |words: &str| Some(words.to_owned());
    let contract = Some(Contract { symbol: text("IBM"), sec_type: text("STK"), ..Contract::default() });
    desk.request(
        now(),
        1,
        Request::HistoricalTicks(HistoricalTicksRequest {
            req_id: Some(7),
            contract,
            start_date_time: text(start),
            end_date_time: text(end),
            number_of_ticks: Some(count),
            what_to_show: text(show),
            ..HistoricalTicksRequest::default()
        }),
    );
    let Some((_, Say::Reply(reply))) = desk.take().pop() else { panic!("silence") };
    let before = |time: Option<i64>| now().timestamp() - time.unwrap();
    match *reply {
        Reply::HistoricalTicksLast(told) => Ok(told.ticks.iter().map(|tick| before(tick.time)).collect()),
        Reply::HistoricalTicks(told) => Ok(told.ticks.iter().map(|tick| before(tick.time)).collect()),
        Reply::HistoricalTicksBidAsk(told) => Ok(told.ticks.iter().map(|tick| before(tick.time)).collect()),
        Reply::Failure(failure) => Err(failure.error_code()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_start_means_those_after_it_an_end_those_before_it_and_both_those_between() {
    let (start, end) = ("20080929-13:59:50", "20080929-13:59:55");
    assert_eq!(ticks(start, "", 3, "TRADES"), Ok(vec![10, 9, 8]));
    assert_eq!(ticks("", end, 3, "TRADES"), Ok(vec![7, 6, 5]));
    assert_eq!(ticks("", "", 3, "TRADES"), Ok(vec![2, 1, 0]), "the newest");
    assert_eq!(ticks(start, end, 100, "TRADES"), Ok(vec![10, 9, 8, 7, 6, 5]));
    assert_eq!(ticks(start, end, 2, "TRADES"), Ok(vec![10, 9]));
    assert_eq!(ticks(start, "", 0, "TRADES").unwrap().len(), 11, "as many as there are");
    assert_eq!(ticks("", "", 0, "TRADES").unwrap().len(), 1000, "as many as there may be");
    assert_eq!(ticks("", "20080929-23:00:00", 1, "TRADES"), Ok(vec![0]), "the future is not told");
    assert_eq!(ticks("20080929-23:00:00", "", 1, "TRADES"), Ok(vec![]));
}

#[test]
fn quotes_and_their_middles_are_told_where_they_changed() {
    let quotes = ticks("", "", 200, "BID_ASK").unwrap();
    let middles = ticks("", "", 200, "MIDPOINT").unwrap();
    assert!(quotes.is_sorted_by(|before, after| before > after) && quotes.len() == 200);
    assert!(middles.is_sorted_by(|before, after| before > after) && middles.len() == 200);
    assert!(middles[0] > quotes[0], "a middle changes less often than the sizes beside it");
}

#[test]
fn what_cannot_be_understood_is_refused() {
    assert_eq!(ticks("soon", "", 3, "TRADES"), Err(10314));
    assert_eq!(ticks("", "soon", 3, "TRADES"), Err(10314));
    assert_eq!(ticks("", "", -1, "TRADES"), Err(321));
    assert_eq!(ticks("", "", 1001, "TRADES"), Err(321));
    assert_eq!(ticks("", "", 3, "BID"), Err(321));
}
