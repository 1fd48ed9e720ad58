//! The market before the open and after the close, where it has one: its prices, and what clients are told of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod desk;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use desk::{ask, heard};
use paper::MarketOptions;
use paper::exchange::order::{Kind, OrderKey, Phase, Side, Terms, TimeInForce};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::bars::Show;
use paper::market::calendar::at;
use paper::market::own::Prices;
use paper::market::price::double;
use paper::session::Desk;
use paper::wire::message::contract::{Contract, ContractDataRequest};
use paper::wire::message::history::{HistoricalDataRequest, HistoricalTicksRequest};
use paper::wire::message::quote::{MarketDataRequest, RealTimeBarsRequest, TickByTickRequest};
use paper::wire::message::request::StartApi;
use paper::wire::{Hello, Reply, Request};

const MSFT: i32 = 272_093;

static EXTENDED: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(market(Vec::new())));

fn market(prices: Vec<Prices>) -> Market {
    Market::new(MarketOptions { is_extended: true, prices, ..MarketOptions::default() })
}

/// A time of the Monday that the market begins with.
fn on_monday(hour: u32, minute: u32) -> DateTime<Utc> {
    at("2008-09-29".parse().unwrap(), hour, minute).unwrap()
}

fn own(text: &str) -> Market {
    let path = std::env::temp_dir().join(format!("paper-evening-{}-{}", std::process::id(), text.len()));
    std::fs::write(&path, text).unwrap();
    let prices = Prices::read(&path, "ACME").unwrap();
    std::fs::remove_file(&path).unwrap();
    market(prices)
}

#[test]
fn regular_hours_are_the_same_with_and_without_the_hours_around_them() {
    let plain = Market::new(MarketOptions::default());
    for (hour, minute) in [(9, 30), (12, 0), (16, 0)] {
        let now = on_monday(hour, minute);
        assert_eq!(EXTENDED.quote(now, "MSFT"), plain.quote(now, "MSFT"));
    }
    for (hour, minute) in [(8, 0), (17, 0)] {
        assert!(plain.quote(on_monday(hour, minute), "MSFT").unwrap().book.is_none());
        assert!(EXTENDED.quote(on_monday(hour, minute), "MSFT").unwrap().book.is_some());
    }
    let days = [&plain, &*EXTENDED].map(|market| market.daily("MSFT", "2008-09-29".parse().unwrap()));
    assert_eq!(days[0], days[1]);
}

#[test]
fn a_morning_leads_from_the_evening_before_to_the_open() {
    let last = |now| EXTENDED.quote(now, "MSFT").unwrap().last;
    let friday = "2008-09-26".parse().unwrap();
    let evening = last(at(friday, 20, 0).unwrap());
    let close = EXTENDED.daily("MSFT", friday).unwrap().close;
    assert!(evening != close && (double(evening) / double(close) - 1.0).abs() < 0.02, "{evening} {close}");
    assert_eq!(last(on_monday(4, 0)), evening);
    let open = EXTENDED.daily("MSFT", "2008-09-29".parse().unwrap()).unwrap().open;
    assert_eq!(last(on_monday(9, 30) - TimeDelta::seconds(1)), open);
    assert_eq!(last(on_monday(20, 3)), last(on_monday(20, 0)), "the night keeps the evening's price");
    assert!(EXTENDED.quote(on_monday(20, 3), "MSFT").unwrap().book.is_none());
}

#[test]
fn a_split_over_night_is_no_price_of_the_morning() {
    // Apple's shares were split two for one before this day.
    let now = at("2005-02-28".parse().unwrap(), 4, 0).unwrap();
    let open = EXTENDED.daily("AAPL", "2005-02-28".parse().unwrap()).unwrap().open;
    assert_eq!(EXTENDED.quote(now, "AAPL").unwrap().last, open);
}

#[test]
fn bars_and_ticks_and_quotes_of_a_morning_and_an_evening_agree() {
    let calendar = EXTENDED.calendar();
    let date = "2008-09-29".parse().unwrap();
    for stretch in [calendar.morning(date).unwrap(), calendar.evening(date).unwrap()] {
        let now = stretch.open + TimeDelta::seconds(1000);
        let bars = EXTENDED.intraday(now, "IBM", stretch, 300, Show::Trades);
        assert_eq!(bars.len(), 4);
        for bar in bars {
            let end = (bar.start + TimeDelta::seconds(299)).min(now);
            let prints: Vec<_> = EXTENDED.tape_from(bar.start, end, "IBM").collect();
            let prices = || prints.iter().map(|print| double(print.last));
            assert_eq!(prices().fold(f64::MIN, f64::max), bar.high);
            assert_eq!((prices().next(), prices().next_back()), (Some(bar.open), Some(bar.close)));
            assert_eq!(prints.iter().map(|print| print.size).sum::<u64>(), bar.volume);
            let (last, quote) = (prints.last().unwrap(), EXTENDED.quote(end, "IBM").unwrap());
            assert_eq!((last.last, last.size, Some(last.book)), (quote.last, quote.last_size, quote.book));
            assert!(!last.is_regular);
        }
    }
}

#[test]
fn prices_of_ones_own_are_there_from_their_first_line_on_and_nowhere_else() {
    let market = own("time,bid,ask,last\n2008-09-29 08:00:00,10,10.02,10\n2008-09-29 08:30:00,11,11.02,11\n\
                      2008-09-29 09:30:00,12,12.02,12\n2008-09-29 15:00:00,12.5,12.52,12.5\n");
    let bid = |hour, minute| {
        market.quote(on_monday(hour, minute), "ACME").and_then(|quote| Some(double(quote.book?.bid)))
    };
    assert_eq!([bid(7, 59), bid(8, 0), bid(8, 45), bid(12, 0)], [None, Some(10.0), Some(11.0), Some(12.0)]);
    assert_eq!(bid(17, 0), None, "the file says nothing of the evening");
    let day = market.daily("ACME", "2008-09-29".parse().unwrap()).unwrap();
    assert_eq!((double(day.open), double(day.low), double(day.close)), (12.0, 12.0, 12.5));
    let bars = own("time,open,high,low,close,volume\n2008-09-29 09:30,10,10,10,10,60\n\
                    2008-09-29 16:30,9,9.5,8.5,9.2,600\n2008-09-29 17:00,9.2,9.2,9.2,9.2,60\n");
    let evening = bars.calendar().evening("2008-09-29".parse().unwrap()).unwrap();
    let all = bars.intraday(on_monday(18, 0), "ACME", evening, 1800, Show::Trades);
    let first = &all[0];
    assert_eq!((first.start.timestamp(), first.open), (on_monday(16, 30).timestamp(), 9.0));
    assert_eq!((first.high, first.low), (9.5, 8.5));
}

#[test]
fn a_gap_of_the_morning_stays_for_the_day_and_a_halt_stops_it() {
    let (market, plain) = (market(Vec::new()), &EXTENDED);
    let last =
        |market: &Market, hour, minute| double(market.quote(on_monday(hour, minute), "IBM").unwrap().last);
    market.gap(on_monday(8, 0), "IBM", -10.0);
    assert_eq!(last(&market, 7, 59), last(plain, 7, 59));
    for (hour, minute) in [(8, 0), (9, 29), (12, 0), (17, 0)] {
        let part = last(&market, hour, minute) / last(plain, hour, minute);
        assert!((part - 0.9).abs() < 0.001, "{hour}:{minute} {part}");
    }
    market.gap(on_monday(17, 30), "IBM", 50.0);
    let part = last(&market, 18, 0) / last(plain, 18, 0);
    assert!((part - 1.35).abs() < 0.001, "{part}");
    market.halt("IBM", on_monday(7, 0), on_monday(7, 10));
    assert!(market.look(on_monday(7, 4), on_monday(7, 5), "IBM").is_none());
    assert!(market.look(on_monday(7, 9), on_monday(7, 10), "IBM").is_some());
}

#[test]
fn an_order_meets_the_prices_of_the_morning_and_one_without_leave_does_not() {
    let mut exchange = Exchange::new(on_monday(7, 0), Arc::clone(&EXTENDED), ExchangeOptions::default());
    let terms = |outside_rth| Terms {
        con_id: MSFT,
        side: Side::Buy,
        kind: Kind::Limit(40.into()),
        quantity: 100.into(),
        tif: TimeInForce::Day,
        outside_rth,
        oca: None,
        parent: None,
        transmit: true,
        order_ref: String::new(),
    };
    exchange.place(on_monday(7, 0), 1, 1, terms(true));
    exchange.place(on_monday(7, 0), 1, 2, terms(false));
    exchange.advance(on_monday(7, 1));
    let phase = |exchange: &Exchange, id| exchange.order(OrderKey { client: 1, id }).unwrap().phase.clone();
    assert_eq!((phase(&exchange, 1), phase(&exchange, 2)), (Phase::Filled, Phase::AwaitingOpen));
    exchange.advance(on_monday(9, 29));
    assert_eq!(phase(&exchange, 2), Phase::AwaitingOpen);
    exchange.advance(on_monday(9, 31));
    assert_eq!(phase(&exchange, 2), Phase::Filled);
    let price = exchange.executions()[0].price;
    let look = EXTENDED.look(on_monday(7, 0), exchange.executions()[0].time, "MSFT").unwrap();
    assert_eq!(price, paper::market::price::decimal(look.book.ask));
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

fn msft() -> Option<Contract> {
    Some(Contract { symbol: text("MSFT"), sec_type: text("STK"), ..Contract::default() })
}

/// A desk at a time of Monday, with client 1.
fn desk(now: DateTime<Utc>) -> Desk {
    let mut desk = Desk::new(Exchange::new(now, Arc::clone(&EXTENDED), ExchangeOptions::default()));
    desk.open(1);
    desk.hello(now, 1, Hello { min: 213, max: 226 });
    desk.request(now, 1, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk.take();
    desk
}

/// Starts of the bars that a client gets, as its exchange's times.
fn starts(desk: &mut Desk, size: &str, duration: &str, use_rth: bool) -> Vec<String> {
    let asked = HistoricalDataRequest {
        req_id: Some(7),
        contract: msft(),
        bar_size_setting: text(size),
        duration: text(duration),
        use_rth: Some(use_rth),
        what_to_show: text("TRADES"),
        ..HistoricalDataRequest::default()
    };
    match &ask(desk, Request::HistoricalData(asked))[..] {
        [Reply::HistoricalData(data), ..] => data
            .bars
            .iter()
            .map(|bar| bar.date().replace("20080929 ", "").replace(" US/Eastern", ""))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_contract_s_trading_hours_are_longer_than_its_liquid_ones() {
    let asked = ContractDataRequest { req_id: Some(7), contract: msft() };
    let told = ask(&mut desk(on_monday(8, 0)), Request::ContractData(asked));
    let Reply::ContractData(data) = &told[0] else { panic!("{told:?}") };
    let details = data.contract_details.as_ref().unwrap();
    assert!(details.trading_hours().starts_with("20080929:0400-20080929:2000;20080930:0400"));
    assert!(details.liquid_hours().starts_with("20080929:0930-20080929:1600;20080930:0930"));
}

#[test]
fn history_holds_the_hours_around_regular_ones_unless_it_is_asked_not_to() {
    let mut evening = desk(on_monday(17, 30));
    let hours = starts(&mut evening, "1 hour", "1 D", false);
    assert_eq!(hours.first().unwrap(), "04:00:00");
    assert_eq!(hours.last().unwrap(), "17:00:00");
    assert_eq!(hours.len(), 14, "one an hour, the one of the open is one: {hours:?}");
    assert_eq!(starts(&mut evening, "1 hour", "1 D", true)[..2], ["09:30:00", "10:00:00"]);
    let mut morning = desk(on_monday(5, 30));
    assert_eq!(starts(&mut morning, "30 mins", "1 D", false).last().unwrap(), "05:30:00");
    assert!(starts(&mut morning, "30 mins", "1 D", true).last().unwrap().contains("20080926"));
}

#[test]
fn ticks_of_the_past_are_those_of_regular_hours_where_only_they_are_wanted() {
    let mut desk = desk(on_monday(5, 0));
    let mut newest = |use_rth| {
        let asked = HistoricalTicksRequest {
            req_id: Some(7),
            contract: msft(),
            number_of_ticks: Some(1),
            what_to_show: text("TRADES"),
            use_rth: Some(use_rth),
            ..HistoricalTicksRequest::default()
        };
        let told = ask(&mut desk, Request::HistoricalTicks(asked));
        let [Reply::HistoricalTicksLast(told)] = &told[..] else { panic!("{told:?}") };
        told.ticks[0].time()
    };
    assert_eq!(newest(false), on_monday(5, 0).timestamp());
    assert_eq!(newest(true), at("2008-09-26".parse().unwrap(), 16, 0).unwrap().timestamp());
}

#[test]
fn lines_of_every_kind_go_on_through_the_morning() {
    let mut desk = desk(on_monday(8, 0));
    let named = |req_id| (Some(req_id), msft());
    let (req_id, contract) = named(1);
    let quotes = MarketDataRequest { req_id, contract, ..MarketDataRequest::default() };
    ask(&mut desk, Request::MarketData(quotes));
    let (req_id, contract) = named(2);
    let tick_type = text("Last");
    let ticks = TickByTickRequest { req_id, contract, tick_type, ..TickByTickRequest::default() };
    ask(&mut desk, Request::TickByTick(ticks));
    for (id, use_rth) in [(3, false), (4, true)] {
        let (req_id, contract) = named(id);
        let bars = RealTimeBarsRequest {
            req_id,
            contract,
            what_to_show: text("TRADES"),
            use_rth: Some(use_rth),
            ..RealTimeBarsRequest::default()
        };
        ask(&mut desk, Request::RealTimeBars(bars));
    }
    for second in 1..=20 {
        desk.advance(on_monday(8, 0) + TimeDelta::seconds(second));
    }
    let told = heard(&mut desk);
    let bids = told.iter().filter(|one| matches!(one, Reply::TickPrice(tick) if tick.tick_type() == 1));
    let bids = bids.count();
    let ticks = told.iter().filter(|one| matches!(one, Reply::TickByTickData(_))).count();
    let bars = |id| {
        told.iter().filter(|one| matches!(one, Reply::RealTimeBarTick(bar) if bar.req_id() == id)).count()
    };
    assert!(bids > 0 && told.iter().all(|one| !matches!(one, Reply::TickPrice(tick) if tick.price() < 0.0)));
    assert_eq!(ticks, 20);
    assert_eq!((bars(3), bars(4)), (5, 0), "those of regular hours alone sleep");
}
