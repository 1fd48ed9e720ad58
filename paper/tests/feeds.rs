//! Types of market data: live, frozen and delayed, for an account that may see live prices and for one that may not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod desk;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use desk::{ask, heard};
use paper::AccountOptions;
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::calendar::at;
use paper::market::price::double;
use paper::session::Desk;
use paper::wire::message::contract::Contract;
use paper::wire::message::depth::MarketDepthRequest;
use paper::wire::message::history::{HistogramDataRequest, HistoricalDataRequest, HistoricalTicksRequest};
use paper::wire::message::quote::{
    MarketDataRequest, MarketDataTypeRequest, RealTimeBarsRequest, TickByTickRequest,
};
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

static MARKET: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(Market::new(Default::default())));

/// A time of the Monday that the market begins with.
fn on_monday(hour: u32, minute: u32) -> DateTime<Utc> {
    at("2008-09-29".parse().unwrap(), hour, minute).unwrap()
}

fn desk(now: DateTime<Utc>, has_live_data: bool) -> Desk {
    let account = AccountOptions { has_live_data, ..AccountOptions::default() };
    let options = ExchangeOptions { account, ..ExchangeOptions::default() };
    let mut desk = Desk::new(Exchange::new(now, Arc::clone(&MARKET), options));
    desk.open(1);
    desk.hello(now, 1, Hello { min: 213, max: 226 });
    ask(&mut desk, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

fn ibm() -> Option<Contract> {
    Some(Contract { symbol: text("IBM"), sec_type: text("STK"), ..Contract::default() })
}

/// Opens a line after naming a type of data; without one the type is left as it is in a new session.
fn line(desk: &mut Desk, kind: Option<i32>) -> Vec<Reply> {
    if let Some(kind) = kind {
        let named = MarketDataTypeRequest { market_data_type: Some(kind) };
        assert_eq!(ask(desk, Request::MarketDataType(named)), [], "the type itself has no answer");
    }
    let generic_tick_list = text("233,236");
    let asked =
        MarketDataRequest { req_id: Some(7), contract: ibm(), generic_tick_list, ..Default::default() };
    ask(desk, Request::MarketData(asked))
}

fn codes(told: &[Reply]) -> Vec<i32> {
    let code = |one: &Reply| if let Reply::Failure(why) = one { Some(why.error_code()) } else { None };
    told.iter().filter_map(code).collect()
}

fn types(told: &[Reply]) -> Vec<i32> {
    let kind = |one: &Reply| {
        if let Reply::MarketDataType(kind) = one { Some(kind.market_data_type()) } else { None }
    };
    told.iter().filter_map(kind).collect()
}

/// Every tick's number with its value.
fn ticks(told: &[Reply]) -> Vec<(i32, String)> {
    let tick = |one: &Reply| match one {
        Reply::TickPrice(tick) => Some((tick.tick_type(), tick.price().to_string())),
        Reply::TickSize(tick) => Some((tick.tick_type(), tick.size().to_owned())),
        Reply::TickString(tick) => Some((tick.tick_type(), tick.value().to_owned())),
        Reply::TickGeneric(tick) => Some((tick.tick_type(), tick.value().to_string())),
        _ => None,
    };
    told.iter().filter_map(tick).collect()
}

fn of(told: &[Reply], number: i32) -> Vec<String> {
    ticks(told).into_iter().filter(|(one, _)| *one == number).map(|(_, value)| value).collect()
}

fn bid_at(now: DateTime<Utc>) -> String {
    double(MARKET.book(now, "IBM").unwrap().bid).to_string()
}

#[test]
fn an_account_with_live_data_gets_it_whatever_delayed_type_is_asked_for() {
    for kind in [None, Some(1), Some(3)] {
        let told = line(&mut desk(on_monday(11, 0), true), kind);
        assert_eq!((types(&told), codes(&told)), (vec![1], vec![]), "{kind:?}");
        assert_eq!(of(&told, 1), [bid_at(on_monday(11, 0))]);
    }
}

#[test]
fn without_live_data_a_line_is_refused_until_delayed_prices_are_asked_for() {
    for kind in [None, Some(1), Some(2)] {
        let mut desk = desk(on_monday(11, 0), false);
        assert_eq!(codes(&line(&mut desk, kind)), [354], "{kind:?}");
        desk.advance(on_monday(11, 1));
        assert_eq!(heard(&mut desk), [], "there is no line");
    }
}

#[test]
fn delayed_prices_are_those_of_a_quarter_of_an_hour_ago_under_numbers_of_their_own() {
    const DELAYED: [i32; 13] = [66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 88, 90];
    let mut desk = desk(on_monday(11, 0), false);
    let mut told = line(&mut desk, Some(3));
    assert_eq!((codes(&told), types(&told)), (vec![10167], vec![3]));
    for second in 1..=60 {
        desk.advance(on_monday(11, 0) + TimeDelta::seconds(second));
        told.extend(heard(&mut desk));
    }
    let strange: Vec<_> = ticks(&told).into_iter().filter(|(one, _)| !DELAYED.contains(one)).collect();
    assert_eq!(strange, [], "live numbers, and ticks that are asked for by number, are for live data");
    let bids = of(&told, 66);
    assert_eq!(bids.first(), Some(&bid_at(on_monday(10, 45))));
    assert!(bids.len() > 3);
    assert_eq!(bids.last(), Some(&bid_at(on_monday(10, 46))));
    assert_eq!(of(&told, 88).last(), Some(&on_monday(10, 46).timestamp().to_string()));
    let quote = MARKET.quote(on_monday(10, 45), "IBM").unwrap();
    let day = quote.today.unwrap();
    let prices =
        [(68, quote.last), (72, day.high), (73, day.low), (75, quote.close.unwrap()), (76, day.open)];
    for (number, price) in prices {
        assert_eq!(of(&told, number).first(), Some(&double(price).to_string()), "{number}");
    }
    assert_eq!(of(&told, 74).first(), Some(&quote.volume.to_string()));
}

#[test]
fn the_delayed_market_opens_a_quarter_of_an_hour_late() {
    let mut desk = desk(on_monday(9, 40), false);
    assert_eq!(of(&line(&mut desk, Some(3)), 66), ["-1"]);
    desk.advance(on_monday(9, 44));
    assert_eq!(of(&heard(&mut desk), 66), <[String; 0]>::default());
    for second in 0..=60 {
        desk.advance(on_monday(9, 44) + TimeDelta::seconds(second));
    }
    assert_eq!(of(&heard(&mut desk), 66), [bid_at(on_monday(9, 30))]);
}

#[test]
fn a_frozen_line_keeps_the_last_bid_and_ask_and_says_when_it_is_live_again() {
    let close = bid_at(on_monday(16, 0));
    let mut evening = desk(on_monday(16, 3), true);
    let told = line(&mut evening, Some(2));
    assert_eq!((types(&told), of(&told, 1)), (vec![2], vec![close.clone()]));
    assert_eq!(of(&line(&mut desk(on_monday(16, 3), true), Some(1)), 1), ["-1"]);
    let tuesday = |minute| at("2008-09-30".parse().unwrap(), 9, minute).unwrap();
    evening.advance(tuesday(29));
    assert_eq!(of(&heard(&mut evening), 1), <[String; 0]>::default(), "it is frozen");
    evening.advance(tuesday(31));
    let told = heard(&mut evening);
    assert_eq!((types(&told), of(&told, 1).last()), (vec![1], Some(&bid_at(tuesday(31)))));
    let late = line(&mut desk(on_monday(16, 10), false), Some(4));
    assert_eq!(types(&late), [3], "a quarter of an hour ago there was trading");
    let late = line(&mut desk(on_monday(16, 16), false), Some(4));
    assert_eq!((types(&late), of(&late, 66)), (vec![4], vec![close]));
}

#[test]
fn a_halt_is_not_frozen_away() {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk =
        Desk::new(Exchange::new(on_monday(11, 0), Arc::clone(&market), ExchangeOptions::default()));
    market.halt("IBM", on_monday(10, 59), on_monday(11, 5));
    desk.open(1);
    desk.hello(on_monday(11, 0), 1, Hello { min: 213, max: 226 });
    ask(&mut desk, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    let told = line(&mut desk, Some(2));
    assert_eq!((types(&told), of(&told, 1)), (vec![1], vec!["-1".to_owned()]));
}

/// Everything else that shows prices, and the code that it is refused with.
fn questions() -> Vec<(Request, i32)> {
    let (req_id, contract, what_to_show) = (Some(7), ibm(), text("TRADES"));
    let bars = RealTimeBarsRequest { req_id, contract, what_to_show, ..Default::default() };
    let (contract, tick_type) = (ibm(), text("Last"));
    let ticks = TickByTickRequest { req_id, contract, tick_type, ..Default::default() };
    let (contract, num_rows) = (ibm(), Some(5));
    let depth = MarketDepthRequest { req_id, contract, num_rows, ..Default::default() };
    let (contract, what_to_show, number_of_ticks) = (ibm(), text("TRADES"), Some(5));
    let past =
        HistoricalTicksRequest { req_id, contract, what_to_show, number_of_ticks, ..Default::default() };
    let (contract, time_period) = (ibm(), text("1 day"));
    let histogram = HistogramDataRequest { req_id, contract, time_period, ..Default::default() };
    let (contract, what_to_show) = (ibm(), text("TRADES"));
    let (bar_size_setting, duration) = (text("1 day"), text("2 D"));
    let days = HistoricalDataRequest {
        req_id,
        contract,
        what_to_show,
        bar_size_setting,
        duration,
        ..Default::default()
    };
    vec![
        (Request::RealTimeBars(bars), 420),
        (Request::TickByTick(ticks), 10189),
        (Request::MarketDepth(depth), 354),
        (Request::HistoricalTicks(past), 162),
        (Request::HistogramData(histogram), 162),
        (Request::HistoricalData(days), 162),
    ]
}

#[test]
fn everything_else_that_shows_prices_is_refused_without_live_data_and_served_with_it() {
    for (has_live_data, is_refused) in [(false, true), (true, false)] {
        for (question, code) in questions() {
            let told = ask(&mut desk(on_monday(11, 0), has_live_data), question);
            assert_eq!(codes(&told), if is_refused { vec![code] } else { vec![] });
        }
    }
}
