//! Single ticks: which ones of the past a request means, and how a tick-by-tick line goes on from them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod desk;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use desk::heard;
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::Desk;
use paper::wire::message::contract::Contract;
use paper::wire::message::history::HistoricalTicksRequest;
use paper::wire::message::quote::{MarketDataRequest, TickByTickData, TickByTickRequest};
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

fn now() -> DateTime<Utc> {
    "2008-09-29T14:00:00Z".parse().unwrap()
}

fn desk() -> Desk {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk = Desk::new(Exchange::new(now(), market, ExchangeOptions::default()));
    desk.open(1);
    desk.hello(now(), 1, Hello { min: 213, max: 226 });
    desk.request(now(), 1, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk.take();
    desk
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

fn ibm() -> Option<Contract> {
    Some(Contract { symbol: text("IBM"), sec_type: text("STK"), ..Contract::default() })
}

/// The times of the ticks, as seconds before now; or the code of the refusal.
fn ticks(start: &str, end: &str, count: i32, show: &str) -> Result<Vec<i64>, i32> {
    let mut desk = desk();
    desk.request(
        now(),
        1,
        Request::HistoricalTicks(HistoricalTicksRequest {
            req_id: Some(7),
            contract: ibm(),
            start_date_time: text(start),
            end_date_time: text(end),
            number_of_ticks: Some(count),
            what_to_show: text(show),
            ..HistoricalTicksRequest::default()
        }),
    );
    past(&heard(&mut desk).pop().unwrap())
}

fn past(reply: &Reply) -> Result<Vec<i64>, i32> {
    let before = |time: Option<i64>| now().timestamp() - time.unwrap();
    match reply {
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

fn follow(desk: &mut Desk, kind: &str, count: i32, ignore_size: bool) -> Vec<Reply> {
    let asked = TickByTickRequest {
        req_id: Some(7),
        contract: ibm(),
        tick_type: text(kind),
        number_of_ticks: Some(count),
        ignore_size: Some(ignore_size),
    };
    desk.request(now(), 1, Request::TickByTick(asked));
    heard(desk)
}

/// What a line is told in the seconds after now.
fn live(desk: &mut Desk, seconds: i64) -> Vec<TickByTickData> {
    let mut told = Vec::new();
    for second in 1..=seconds {
        desk.advance(now() + TimeDelta::seconds(second));
        told.extend(heard(desk).into_iter().filter_map(|reply| match reply {
            Reply::TickByTickData(tick) => Some(tick),
            _ => None,
        }));
    }
    told
}

#[test]
fn a_line_begins_with_the_ticks_of_the_past_that_it_asks_for_and_repeats_none() {
    for kind in ["Last", "AllLast"] {
        let mut desk = desk();
        let first = follow(&mut desk, kind, 5, false);
        assert_eq!(first.len(), 1, "they come in one message");
        assert_eq!(past(&first[0]), Ok(vec![4, 3, 2, 1, 0]));
        let times: Vec<i64> =
            live(&mut desk, 3).iter().map(|tick| tick.last.as_ref().unwrap().time()).collect();
        assert_eq!(times, [1, 2, 3].map(|second| now().timestamp() + second), "{kind}");
    }
    let mut desk = desk();
    assert!(matches!(follow(&mut desk, "MidPoint", 3, false)[..], [Reply::HistoricalTicks(_)]));
    assert_eq!(follow(&mut self::desk(), "BidAsk", 0, false), [], "none is asked for");
}

#[test]
fn a_number_of_ticks_that_cannot_be_had_opens_no_line() {
    for count in [-1, 1001] {
        let mut desk = desk();
        let refused = follow(&mut desk, "Last", count, false);
        assert_eq!(refused.iter().map(past).collect::<Vec<_>>(), [Err(321)]);
        assert_eq!(live(&mut desk, 3), []);
    }
    assert_eq!(past(&follow(&mut desk(), "Last", 1000, false)[0]).unwrap().len(), 1000);
}

#[test]
fn a_line_that_ignores_sizes_is_told_of_prices_alone() {
    let prices = |ignore_size| {
        let mut desk = desk();
        let Some(Reply::HistoricalTicksBidAsk(past)) = follow(&mut desk, "BidAsk", 20, ignore_size).pop()
        else {
            panic!("no ticks of the past")
        };
        let live = live(&mut desk, 60).into_iter().filter_map(|tick| tick.bid_ask);
        let ticks = past.ticks.into_iter().chain(live);
        ticks.map(|tick| (tick.price_bid(), tick.price_ask())).collect::<Vec<_>>()
    };
    let (all, some) = (prices(false), prices(true));
    assert!(some.windows(2).all(|pair| pair[0] != pair[1]), "nothing but a size had changed: {some:?}");
    assert!(all.windows(2).any(|pair| pair[0] == pair[1]) && all.len() > some.len());
}

/// The ticks of a line with a list, by their type: prices, sizes and words as words.
fn shown(list: &str, seconds: i64) -> Vec<(i32, String)> {
    let mut desk = desk();
    let generic_tick_list = text(list);
    let asked =
        MarketDataRequest { req_id: Some(7), contract: ibm(), generic_tick_list, ..Default::default() };
    desk.request(now(), 1, Request::MarketData(asked));
    let mut told = heard(&mut desk);
    for second in 1..=seconds {
        desk.advance(now() + TimeDelta::seconds(second));
        told.extend(heard(&mut desk));
    }
    let tick = |reply| match reply {
        Reply::TickPrice(tick) => Some((tick.tick_type(), tick.price().to_string())),
        Reply::TickSize(tick) => Some((tick.tick_type(), tick.size().to_owned())),
        Reply::TickString(tick) => Some((tick.tick_type(), tick.value().to_owned())),
        _ => None,
    };
    told.into_iter().filter_map(tick).collect()
}

#[test]
fn what_is_asked_for_by_number_comes_beside_the_quote() {
    const BESIDE: [i32; 11] = [15, 16, 17, 18, 19, 20, 21, 37, 48, 57, 77];
    let has = |ticks: &[(i32, String)], kind| ticks.iter().any(|(one, _)| *one == kind);
    let plain = shown("", 5);
    assert!(BESIDE.iter().all(|kind| !has(&plain, *kind)), "{plain:?}");
    let all = shown("165, 221,233,318,375", 5);
    assert!(BESIDE.iter().all(|kind| has(&all, *kind)), "{all:?}");
    let of = |kind| all.iter().filter(move |(one, _)| *one == kind).map(|(_, value)| value.clone());
    let trades: Vec<String> = of(48).collect();
    assert_eq!(trades, of(77).collect::<Vec<_>>());
    assert_eq!(trades.len(), 6, "one a second, and the one that there was");
    let part = |at: usize| trades.iter().map(move |trade| trade.split(';').nth(at).unwrap().to_owned());
    assert_eq!(part(0).next_back(), of(4).next_back(), "the last price");
    assert_eq!(part(3).collect::<Vec<_>>(), of(8).collect::<Vec<_>>(), "the day's volume");
    assert_eq!(part(2).next_back().unwrap(), (now() + TimeDelta::seconds(5)).timestamp_millis().to_string());
    assert_eq!(of(37).collect::<Vec<_>>(), of(4).collect::<Vec<_>>(), "the mark is the last trade");
    let market = Market::new(Default::default());
    let year = market.calendar().before("2008-09-29".parse().unwrap()).take(252);
    let low = year.filter_map(|date| market.daily("IBM", date)).map(|day| day.low).min().unwrap();
    assert_eq!(of(19).next().unwrap(), paper::market::price::double(low).to_string());
}
