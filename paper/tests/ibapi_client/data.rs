//! Contracts, market data and history.

use futures::StreamExt;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::historical::{BarTimestamp, HistoricalBarUpdate};
use ibapi::market_data::realtime::MarketDepths;
use ibapi::prelude::{
    HistoricalBarSize, HistoricalWhatToShow, MarketDataType, Quote, SubscriptionItem,
    SubscriptionItemStreamExt, TickTypes, ToDuration, TradingHours,
};
use paper::{AccountOptions, Readings};

use crate::{GUARD, connect, gateway, gateway_with, next, open, stock, within};

#[tokio::test]
async fn contracts_are_found_with_their_hours_and_ticks() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let details = within(client.contract_details(&stock("AAPL"))).await.unwrap();
    let apple = &details[0];
    assert_eq!((details.len(), apple.contract.contract_id), (1, 265_598));
    assert_eq!(apple.time_zone_id, "US/Eastern");
    assert_eq!(apple.liquid_hours[0], "20080929:0930-20080929:1600");
    assert_eq!(apple.liquid_hours[5], "20081004:CLOSED");
    assert_eq!(apple.market_rule_ids.len(), apple.valid_exchanges.len());
    let rule = within(client.market_rule(26)).await.unwrap();
    assert_eq!(rule.price_increments.len(), 2);
    assert_eq!((rule.price_increments[1].low_edge, rule.price_increments[1].increment), (1.0, 0.01));
}

#[tokio::test]
async fn what_is_not_listed_is_error_200() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    for symbol in ["NOSUCH", "FB"] {
        let error = within(client.contract_details(&stock(symbol))).await.unwrap_err();
        assert!(error.to_string().contains("200"), "{symbol}: {error}");
    }
}

#[tokio::test]
async fn quotes_stream_from_the_open_on_and_never_cross() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let mut before = within(client.market_data(&stock("IBM")).snapshot_once(GUARD))
        .await
        .map(|ticks| Quote::from_ticks(&ticks))
        .unwrap();
    assert_eq!(before.bid.take(), Some(-1.0), "there is no bid before the open");
    open(&gateway).await;
    let mut line =
        within(client.market_data(&stock("AAPL")).generic_ticks(&["236"]).subscribe()).await.unwrap();
    let (mut bids, mut quote, mut ticks) = (0, Quote::default(), Vec::new());
    while bids < 50 {
        let tick = next(&mut line).await;
        bids += i32::from(matches!(&tick, TickTypes::PriceSize(size) if size.price > 0.0));
        ticks.push(tick);
        quote = Quote::from_ticks(&ticks);
    }
    assert!(quote.bid.unwrap() < quote.ask.unwrap(), "{quote:?}");
    assert!(ticks.iter().any(|tick| matches!(tick, TickTypes::Generic(generic) if generic.value > 2.5)));
    line.cancel().await;
}

#[tokio::test]
async fn an_account_without_live_data_gets_delayed_quotes_once_it_asks_for_them() {
    let account = AccountOptions { has_live_data: false, ..AccountOptions::default() };
    let gateway = gateway_with(Readings::default(), account);
    let client = connect(&gateway, 1).await;
    let mut refused = within(client.market_data(&stock("IBM")).subscribe()).await.unwrap();
    let error = within(refused.next()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("354"), "{error}");
    within(client.switch_market_data_type(MarketDataType::Delayed)).await.unwrap();
    let mut line = within(client.market_data(&stock("IBM")).subscribe()).await.unwrap();
    let first = within(line.next()).await.unwrap().unwrap();
    assert!(matches!(first, SubscriptionItem::Notice(notice) if notice.code == 10167), "the line goes on");
    let (mut is_told, mut bid) = (false, None);
    while bid.is_none() {
        match next(&mut line).await {
            TickTypes::MarketDataType(kind) => is_told = kind == MarketDataType::Delayed,
            TickTypes::PriceSize(tick) if tick.price_tick_type == TickType::DelayedBid => {
                bid = Some(tick.price).filter(|price| *price > 0.0);
            }
            TickTypes::PriceSize(tick) => assert_ne!(tick.price_tick_type, TickType::Bid),
            _ => {}
        }
    }
    assert!(is_told);
    let opened = "2008-09-29T13:45:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(gateway.market_now() >= opened, "no delayed bid before the delayed open");
}

#[tokio::test]
async fn five_second_bars_and_ticks_follow_the_market() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    open(&gateway).await;
    let mut bars = within(client.realtime_bars(&stock("AAPL")).subscribe()).await.unwrap();
    let bar = next(&mut bars).await;
    assert!(bar.low <= bar.open && bar.open <= bar.high && bar.date.unix_timestamp() % 5 == 0);
    let mut quotes =
        within(client.tick_by_tick(&stock("AAPL"), 0).bid_ask(ibapi::prelude::IgnoreSize::No)).await.unwrap();
    let quote = next(&mut quotes).await;
    assert!(quote.bid_price < quote.ask_price);
    let mut trades = within(client.tick_by_tick(&stock("AAPL"), 0).last()).await.unwrap();
    assert!(next(&mut trades).await.price > 0.0);
    let mut middles = within(client.tick_by_tick(&stock("AAPL"), 0).mid_point()).await.unwrap();
    assert!(next(&mut middles).await.mid_point > 0.0);
}

#[tokio::test]
async fn daily_history_is_the_data_and_ends_before_today_s_close() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let apple = stock("AAPL");
    let days =
        client.historical_data(&apple, HistoricalBarSize::Day).what_to_show(HistoricalWhatToShow::Trades);
    let days = within(days.duration(5.days()).fetch()).await.unwrap();
    assert_eq!(days.bars.len(), 5);
    let last = days.bars.last().unwrap();
    assert_eq!((last.date, last.close), (BarTimestamp::Date(time::macros::date!(2008 - 09 - 26)), 128.24));
    open(&gateway).await;
    let days =
        client.historical_data(&apple, HistoricalBarSize::Day).what_to_show(HistoricalWhatToShow::Trades);
    let days = within(days.duration(1.days()).fetch()).await.unwrap();
    assert_eq!(days.bars[0].open, 119.62);
    assert!(days.bars[0].low > 100.59, "the day's low is still to come");
}

#[tokio::test]
async fn minutes_are_kept_up_to_date() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    open(&gateway).await;
    let ibm = stock("IBM");
    let history =
        client.historical_data(&ibm, HistoricalBarSize::Min).what_to_show(HistoricalWhatToShow::Trades);
    let mut bars = within(history.duration(2.days()).stream()).await.unwrap().filter_data();
    let mut updates = Vec::new();
    let mut history = None;
    while updates.len() < 3 {
        match within(bars.next()).await.unwrap().unwrap() {
            HistoricalBarUpdate::Historical(data) => history = Some(data),
            HistoricalBarUpdate::Update(bar) => updates.push(bar),
            other => assert!(format!("{other:?}").contains("End"), "{other:?}"),
        }
    }
    assert!(history.unwrap().bars.len() > 390, "yesterday's minutes and today's");
}

#[tokio::test]
async fn the_first_data_is_known_and_an_empty_history_is_error_162() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let google = stock("GOOG");
    let head = client.head_timestamp(&google, HistoricalWhatToShow::Trades, TradingHours::Regular);
    assert_eq!(within(head).await.unwrap().date(), time::macros::date!(2004 - 08 - 19));
    let history =
        client.historical_data(&google, HistoricalBarSize::Min).what_to_show(HistoricalWhatToShow::Trades);
    let long_ago = time::macros::datetime!(2001-03-01 20:00 UTC);
    let error = within(history.duration(1.days()).ending(long_ago).fetch()).await.unwrap_err();
    assert!(error.to_string().contains("162"), "{error}");
}

#[tokio::test]
async fn symbols_are_found_by_a_part_of_their_name_and_exchanges_by_their_letter() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let found = within(client.matching_symbols("micro")).await.unwrap();
    let symbols: Vec<String> = found.into_iter().map(|one| one.contract.symbol.to_string()).collect();
    assert_eq!(symbols, ["MSFT"], "by the company's name");
    assert!(within(client.matching_symbols("FB")).await.unwrap().is_empty(), "it goes public later");
    let components = within(client.smart_components("9c0001")).await.unwrap();
    assert_eq!(components.len(), 3);
    let exchanges = within(client.market_depth_exchanges()).await.unwrap();
    assert!(exchanges.iter().any(|one| one.exchange_name == "NASDAQ"));
}

#[tokio::test]
async fn single_ticks_of_the_past_are_those_that_the_bars_are_made_of() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let ibm = stock("IBM");
    let end = time::macros::datetime!(2008-09-26 15:00 UTC);
    let bars =
        client.historical_data(&ibm, HistoricalBarSize::Min).what_to_show(HistoricalWhatToShow::Trades);
    let bars = within(bars.duration(300.seconds()).ending(end).fetch()).await.unwrap().bars;
    let BarTimestamp::DateTime(start) = bars[0].date else { panic!("{:?}", bars[0]) };
    let ticks = within(client.historical_ticks(&ibm, 60).starting(start).trade()).await.unwrap();
    let ticks: Vec<_> = ticks.filter_data().map(Result::unwrap).collect().await;
    assert_eq!(ticks.len(), 60);
    assert_eq!((ticks[0].price, ticks[59].price), (bars[0].open, bars[0].close));
    assert_eq!(ticks.iter().filter_map(|tick| tick.size).sum::<f64>(), bars[0].volume);
    let quotes = client.historical_ticks(&ibm, 50).ending(end).bid_ask(ibapi::prelude::IgnoreSize::Yes);
    let quotes: Vec<_> = within(quotes).await.unwrap().filter_data().map(Result::unwrap).collect().await;
    assert_eq!(quotes.len(), 50);
    let prices = |at: usize| (quotes[at].price_bid, quotes[at].price_ask);
    assert!((1..50).all(|at| prices(at) != prices(at - 1) && prices(at).0 < prices(at).1));
    let histogram = client.histogram_data(&ibm, TradingHours::Regular, HistoricalBarSize::Day);
    assert!(!within(histogram).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_book_has_as_many_rows_as_were_asked_for_and_begins_with_the_quote() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    open(&gateway).await;
    let mut book = within(client.market_depth(&stock("AAPL"), 4).subscribe()).await.unwrap();
    let mut rows = std::collections::BTreeMap::new();
    while rows.len() < 8 {
        let MarketDepths::MarketDepth(row) = next(&mut book).await else { continue };
        assert!(row.operation < 2 && row.position < 4);
        rows.insert((row.side, row.position), row.price);
    }
    let best = (rows[&(1, 0)], rows[&(0, 0)]);
    assert!(best.0 < best.1 && rows[&(1, 3)] < best.0 && rows[&(0, 3)] > best.1);
}
