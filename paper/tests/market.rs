//! The market with prices of the user's own, and with what is laid over it while it runs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use paper::MarketOptions;
use paper::market::Market;
use paper::market::bars::Show;
use paper::market::calendar::at;
use paper::market::own::Prices;
use paper::market::price::double;

fn file(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("paper-market-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn market_of(name: &str, text: &str) -> Market {
    let prices = Prices::read(&file(name, text), "ACME").unwrap();
    Market::new(MarketOptions { prices, ..MarketOptions::default() })
}

fn moment(date: &str, hour: u32, minute: u32) -> DateTime<Utc> {
    at(date.parse().unwrap(), hour, minute).unwrap()
}

#[test]
fn intraday_bars_come_back_as_they_were_given() {
    let text = "time,open,high,low,close,volume\n\
                2024-03-01 09:30,10,11,9,10.5,600\n2024-03-01 09:31,10.5,12,10,11,1200\n\
                2024-03-01 09:32,11,11.5,10.8,11.2,300\n";
    let market = market_of("bars.csv", text);
    let session = market.calendar().session("2024-03-01".parse().unwrap()).unwrap();
    let bars = market.intraday(session.open + TimeDelta::seconds(179), "ACME", session, 60, Show::Trades);
    let first = bars.iter().take(2).map(|bar| [bar.open, bar.high, bar.low, bar.close]);
    assert_eq!(first.collect::<Vec<_>>(), [[10.0, 11.0, 9.0, 10.5], [10.5, 12.0, 10.0, 11.0]]);
    assert_eq!(bars[1].volume, 1200);
}

#[test]
fn a_script_shows_what_it_says_and_its_last_line_stays() {
    let text = "time,bid,ask,last,bid_size,ask_size\n\
                2024-03-01 09:30:00,10,10.02,10,300,200\n2024-03-01 10:00:00,9,9.02,9.02\n";
    let market = market_of("script.csv", text);
    let book = |hour, minute| market.quote(moment("2024-03-01", hour, minute), "ACME").unwrap().book.unwrap();
    let before = book(9, 59);
    assert_eq!((double(before.bid), double(before.ask), before.bid_size), (10.0, 10.02, 300));
    let after = book(15, 0);
    assert_eq!((double(after.bid), double(after.ask), after.ask_size), (9.0, 9.02, 500));
    let look = market.look(moment("2024-03-01", 9, 40), moment("2024-03-01", 10, 1), "ACME").unwrap();
    assert_eq!((double(look.low), double(look.high)), (9.02, 10.0));
}

#[test]
fn a_gap_moves_everything_after_it_and_nothing_before() {
    let (market, plain) = (Market::new(MarketOptions::default()), Market::new(MarketOptions::default()));
    let noon = moment("2008-09-29", 12, 0);
    market.gap(noon, "AAPL", -20.0);
    let last = |market: &Market, at| double(market.quote(at, "AAPL").unwrap().last);
    let before = noon - TimeDelta::seconds(1);
    assert_eq!(last(&market, before), last(&plain, before));
    for at in [noon, moment("2008-09-29", 15, 0), moment("2008-10-02", 11, 0)] {
        let ratio = last(&market, at) / last(&plain, at);
        assert!((ratio - 0.8).abs() < 0.001, "{ratio} at {at}");
    }
    assert_eq!(
        last(&market, moment("2008-09-29", 17, 0)),
        double(market.daily("AAPL", noon.date_naive()).unwrap().close)
    );
    assert_eq!(last(&market, noon).to_bits(), last(&market, noon).to_bits());
    assert_eq!(market.quote(noon, "IBM"), plain.quote(noon, "IBM"), "nobody else's price moved");
}

#[test]
fn nothing_trades_while_it_is_halted() {
    let market = Market::new(MarketOptions::default());
    let (from, until) = (moment("2008-09-29", 12, 0), moment("2008-09-29", 12, 5));
    market.halt("IBM", from, until);
    let inside = from + TimeDelta::minutes(2);
    let quote = market.quote(inside, "IBM").unwrap();
    assert!(quote.is_halted && quote.book.is_none());
    assert_eq!(quote.last, market.quote(from, "IBM").unwrap().last);
    assert_eq!(market.look(from, inside, "IBM"), None);
    assert!(market.look(from, until, "IBM").is_some());
    market.resume("IBM", inside);
    assert!(!market.quote(inside, "IBM").unwrap().is_halted);
}

#[test]
fn a_short_day_holds_the_whole_day_and_says_its_hours() {
    let date = "2008-11-28".parse().unwrap();
    let early_closes = [(date, chrono::NaiveTime::from_hms_opt(13, 0, 0).unwrap())].into();
    let market = Market::new(MarketOptions { early_closes, ..MarketOptions::default() });
    let session = market.calendar().session(date).unwrap();
    assert_eq!(session.seconds(), 12_600);
    let day = market.daily("AAPL", date).unwrap();
    let bars = market.intraday(session.close, "AAPL", session, 60, Show::Trades);
    assert_eq!(bars.len(), 210);
    assert_eq!(bars[209].close, double(day.close));
    let high = bars.iter().fold(0.0_f64, |high, bar| high.max(bar.high));
    assert_eq!(high, double(day.high));
    assert!(market.quote(moment("2008-11-28", 13, 1), "AAPL").unwrap().book.is_none());
    assert!(
        market.calendar().hours(moment("2008-11-28", 9, 0), 5).starts_with("20081128:0930-20081128:1300")
    );
}

#[test]
fn a_day_that_is_cut_short_ends_at_the_price_it_had() {
    let market = Market::new(MarketOptions::default());
    let (date, now) = ("2008-09-29".parse().unwrap(), moment("2008-09-29", 14, 0));
    let before = market.quote(now, "MSFT").unwrap();
    market.calendar().close_early(date, now);
    assert_eq!(market.quote(moment("2008-09-29", 15, 0), "MSFT").unwrap().last, before.last);
    assert_eq!(market.daily("MSFT", date).unwrap().close, before.last);
    assert_eq!(market.daily_before("MSFT", "2008-09-30".parse().unwrap()).unwrap().1.close, before.last);
}
