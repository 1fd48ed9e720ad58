//! The newest quote of each ticker, in a cell of its own: a quote can be skipped, an
//! order's news cannot, so quotes do not travel as messages.
//!
//! A writer puts the newest quote in and wakes the reader at most once until it looked.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use engine::{Process, Quote, TickerKey};
use futures::StreamExt;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::realtime::TickTypes;
use ibapi::subscriptions::{Subscription, SubscriptionItem};

use super::convert::{decimal, price};

/// One ticker's newest quote.
#[derive(Debug, Default)]
pub struct QuoteCell {
    quote: Mutex<Option<Quote>>,
    woken: AtomicBool,
}

/// All cells, by ticker; one is made when it is first asked for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct QuoteCells(Arc<Mutex<BTreeMap<TickerKey, Arc<QuoteCell>>>>);

impl QuoteCells {
    /// A ticker's cell.
    #[must_use]
    pub fn cell(&self, ticker: &TickerKey) -> Arc<QuoteCell> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.entry(ticker.clone()).or_default().clone()
    }

    /// Drops the cell of a ticker that has ended.
    pub fn forget(&self, ticker: &TickerKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticker);
    }

    /// The newest quote of each ticker that has one.
    #[must_use]
    pub fn newest(&self) -> BTreeMap<TickerKey, Quote> {
        let cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.iter().filter_map(|(ticker, cell)| Some((ticker.clone(), cell.peek()?))).collect()
    }
}

impl QuoteCell {
    /// The newest quote. The next change wakes the reader again.
    pub fn look(&self) -> Option<Quote> {
        self.woken.store(false, Ordering::Release);
        self.peek()
    }

    /// The newest quote, for those who are never woken.
    #[must_use]
    pub fn peek(&self) -> Option<Quote> {
        *self.quote.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the quote; true when the reader has to be woken.
    pub fn change(&self, at: Process, change: impl FnOnce(&mut Quote)) -> bool {
        let mut cell = self.quote.lock().unwrap_or_else(PoisonError::into_inner);
        let quote = cell.get_or_insert_with(|| Quote::empty(at));
        change(quote);
        quote.at = at;
        drop(cell);
        !self.woken.swap(true, Ordering::AcqRel)
    }
}

/// Reads one subscription into `cell` until it ends; answers with why it ended. `heard` is called at each price.
pub(super) async fn pump(
    mut ticks: Subscription<TickTypes>,
    cell: &QuoteCell,
    clock: impl Fn() -> Process,
    wake: impl Fn(),
    heard: impl Fn(),
) -> String {
    while let Some(item) = StreamExt::next(&mut ticks).await {
        match item {
            Ok(SubscriptionItem::Data(tick)) => {
                let at = clock();
                if is_live_price(&tick) {
                    heard();
                }
                if cell.change(at, |quote| take_in(quote, &tick, at)) {
                    wake();
                }
            }
            Ok(SubscriptionItem::Notice(_)) => {}
            Err(error) => return error.to_string(),
        }
    }
    "the subscription ended".to_owned()
}

/// True for a price that is not a delayed one: those come under types of their own.
fn is_live_price(tick: &TickTypes) -> bool {
    let kind = match tick {
        TickTypes::PriceSize(tick) => &tick.price_tick_type,
        TickTypes::Price(tick) => &tick.tick_type,
        _ => return false,
    };
    matches!(kind, TickType::Bid | TickType::Ask | TickType::Last)
}

/// What one tick changes. Delayed prices come under types of their own and are not taken.
fn take_in(quote: &mut Quote, tick: &TickTypes, at: Process) {
    let (kind, value) = match tick {
        TickTypes::Generic(tick) => (&tick.tick_type, tick.value),
        TickTypes::PriceSize(tick) => (&tick.price_tick_type, tick.price),
        TickTypes::Price(tick) => (&tick.tick_type, tick.price),
        TickTypes::Size(tick) => (&tick.tick_type, tick.size),
        TickTypes::MarketDataType(kind) => {
            quote.delayed = *kind != ibapi::market_data::MarketDataType::Realtime;
            return;
        }
        _ => return,
    };
    match kind {
        TickType::Bid => quote.bid = price(value),
        TickType::Ask => quote.ask = price(value),
        TickType::Last => quote.last = price(value),
        TickType::Low => quote.low = price(value),
        TickType::High => quote.high = price(value),
        // 0 is no halt; -1 is unknown; 1 and 2 are a general halt and one of volatility.
        TickType::Halted => {
            let halted = value > 0.0;
            if quote.halted && !halted {
                quote.resumed = Some(at);
            }
            quote.halted = halted;
        }
        TickType::ShortableShares => quote.shortable = decimal(value),
        _ => {}
    }
}
