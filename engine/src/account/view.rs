//! What the book sees of the market and of the account: volatile, never journaled.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::instrument::TickerKey;
use crate::money::{Money, Price};
use crate::order::Side;
use crate::view::Quote;

/// The newest of everything that limits are judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountView {
    /// The newest quotes.
    pub quotes: BTreeMap<TickerKey, Quote>,
    /// What the broker last said of the account; none until it has.
    pub funds: Option<Funds>,
    /// The day's result of the whole account as the broker counts it; none until it has told.
    pub broker_day: Option<Money>,
    /// True until a person has armed a start that trades real money: nothing opens before.
    pub unarmed: bool,
    /// Who has set HALT, when and why; none while it is not set.
    pub halt: Option<String>,
    /// The same of KILL.
    pub kill: Option<String>,
    last: BTreeMap<TickerKey, LastTouch>,
}

/// What the broker says of the account's money, in base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funds {
    /// What may still be bought.
    pub buying_power: Money,
    /// What the account is worth, where it was told.
    pub net_liquidation: Option<Money>,
    /// The market time at which it was told.
    pub at: DateTime<Utc>,
}

/// The last touch of each side, kept while the quote has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LastTouch {
    bid: Option<Price>,
    ask: Option<Price>,
}

/// A price that a position is valued at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) price: Price,
    /// False where there is no quote now, and an older price stands in.
    pub(super) live: bool,
}

impl AccountView {
    /// Takes in a ticker's newest quote. A side that has no offer any more keeps its last.
    pub fn see(&mut self, ticker: TickerKey, quote: Quote) {
        let last = self.last.entry(ticker.clone()).or_default();
        last.bid = quote.bid.or(last.bid);
        last.ask = quote.ask.or(last.ask);
        self.quotes.insert(ticker, quote);
    }

    /// What a position of `side` could be closed at: the bid for a long one, the ask for a
    /// short one; else the last of those, else the last trade.
    pub(super) fn mark(&self, ticker: &TickerKey, side: Side) -> Option<Mark> {
        let quote = self.quotes.get(ticker);
        if let Some(price) = quote.and_then(|quote| quote.touch(side.closing())) {
            return Some(Mark { price, live: true });
        }
        let last = self.last.get(ticker).copied().unwrap_or_default();
        let kept = match side {
            Side::Long => last.bid,
            Side::Short => last.ask,
        };
        let price = kept.or(quote.and_then(|quote| quote.last))?;
        Some(Mark { price, live: false })
    }
}
