//! Bars of a ticker, as far as an average needs them: those that are over, each once.
//!
//! TWS sends the history, then repeats the bar that is being made until the next one begins
//! (`keepUpToDate`). Source: TWS API, `reqHistoricalData`.

use engine::{Bar, TickerKey};
use futures::StreamExt;
use ibapi::Client;
use ibapi::contracts::Contract;
use ibapi::market_data::historical::{
    Bar as WireBar, BarSize, BarTimestamp, Duration as Span, HistoricalBarUpdate, WhatToShow,
};
use ibapi::subscriptions::{Subscription, SubscriptionItem};

use super::Event;
use super::convert::price;

/// Days of history that are read before the first new bar.
const HISTORY_DAYS: i32 = 5;

/// The wire's name of bars of so many minutes; none where TWS has none.
#[must_use]
pub fn bar_size(minutes: u32) -> Option<BarSize> {
    Some(match minutes {
        1 => BarSize::Min,
        2 => BarSize::Min2,
        3 => BarSize::Min3,
        5 => BarSize::Min5,
        10 => BarSize::Min10,
        15 => BarSize::Min15,
        20 => BarSize::Min20,
        30 => BarSize::Min30,
        60 => BarSize::Hour,
        _ => return None,
    })
}

/// Asks for the history and what follows it.
pub(super) async fn ask(
    client: &Client,
    contract: &Contract,
    size: BarSize,
) -> Result<Subscription<HistoricalBarUpdate>, ibapi::Error> {
    let request = client.historical_data(contract, size).duration(Span::days(HISTORY_DAYS));
    request.what_to_show(WhatToShow::Trades).stream().await
}

/// Reads bars until the subscription ends; answers with why it ended.
pub(super) async fn pump(
    mut updates: Subscription<HistoricalBarUpdate>,
    ticker: &TickerKey,
    tell: impl Fn(Event),
) -> String {
    let mut made: Option<WireBar> = None;
    while let Some(item) = StreamExt::next(&mut updates).await {
        match item {
            Ok(SubscriptionItem::Data(HistoricalBarUpdate::Historical(history))) => {
                // The newest one may not be over yet; the next update tells.
                let (over, newest) = history.bars.split_at(history.bars.len().saturating_sub(1));
                made = newest.first().copied();
                let bars = over.iter().filter_map(bar).collect();
                tell(Event::Bars { ticker: ticker.clone(), bars, anew: true });
            }
            Ok(SubscriptionItem::Data(HistoricalBarUpdate::Update(newest))) => {
                if let Some(over) = made.filter(|made| begins_before(made, &newest)).as_ref().and_then(bar) {
                    tell(Event::Bars { ticker: ticker.clone(), bars: vec![over], anew: false });
                }
                made = Some(newest);
            }
            Ok(_) => {}
            Err(error) => return error.to_string(),
        }
    }
    "the subscription ended".to_owned()
}

fn begins_before(made: &WireBar, newest: &WireBar) -> bool {
    match (&made.date, &newest.date) {
        (BarTimestamp::DateTime(made), BarTimestamp::DateTime(newest)) => made < newest,
        (made, newest) => made != newest,
    }
}

fn bar(wire: &WireBar) -> Option<Bar> {
    let bar = Bar { high: price(wire.high)?, low: price(wire.low)?, close: price(wire.close)? };
    (bar.low <= bar.high).then_some(bar)
}
