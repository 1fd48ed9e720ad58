//! What a screen shows of one symbol at one moment.
//!
//! While nothing trades there is no bid and no ask; the last price stays. The day's own numbers (open, high, low, volume) are
//! those of regular hours. Nothing looks ahead of its moment.
//!
//! Read next: [`bars`](crate::market::bars).

use chrono::{DateTime, Utc};

use crate::market::Market;
use crate::market::calendar::date_of;
use crate::market::price::Pips;

/// One symbol at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Best bid and ask with their displayed sizes; none while the exchange is closed.
    pub book: Option<Book>,
    /// The last trade.
    pub last: Pips,
    /// Shares of the last trade.
    pub last_size: u64,
    /// Shares traded today.
    pub volume: u64,
    /// Today's open, high and low so far; none before the open.
    pub today: Option<Today>,
    /// The close of the day before.
    pub close: Option<Pips>,
    /// Is trading in it halted?
    pub is_halted: bool,
}

/// The best prices and what is displayed at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book {
    /// What a sale gets.
    pub bid: Pips,
    /// What a purchase pays.
    pub ask: Pips,
    /// Shares wanted at the bid.
    pub bid_size: u64,
    /// Shares offered at the ask.
    pub ask_size: u64,
}

/// A day so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// The first trade.
    pub open: Pips,
    /// The highest.
    pub high: Pips,
    /// The lowest.
    pub low: Pips,
}

/// What an order book sees of one symbol when it matches: the book now, and every trade since it last looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The best prices.
    pub book: Book,
    /// The newest trade.
    pub last: Pips,
    /// The lowest trade since the last look.
    pub low: Pips,
    /// The highest.
    pub high: Pips,
}

impl Market {
    /// The symbol as a screen shows it at `now`; none for a symbol that has never traded by then.
    pub fn quote(&self, now: DateTime<Utc>, symbol: &str) -> Option<Quote> {
        let day = self.regular_quote(now, symbol);
        let Some((stretch, path)) = self.outside(now, symbol) else { return day };
        let second = stretch.second(now);
        Some(Quote {
            book: self.book(now, symbol),
            last: path.last(second),
            last_size: path.volume(second) - path.volume(second.saturating_sub(1)),
            volume: day.map_or(0, |day| day.volume),
            today: day.and_then(|day| day.today),
            close: day.and_then(|day| day.close),
            is_halted: self.is_halted(symbol, now),
        })
    }

    fn regular_quote(&self, now: DateTime<Utc>, symbol: &str) -> Option<Quote> {
        let date = date_of(now);
        let before = self.daily_before(symbol, date).map(|(_, day)| day.close);
        let session = self.calendar().session(date).filter(|session| session.open <= now);
        let Some((session, path)) = session.and_then(|session| Some((session, self.path(symbol, date)?)))
        else {
            return Some(Quote {
                book: None,
                last: before?,
                last_size: 0,
                volume: 0,
                today: None,
                close: before,
                is_halted: false,
            });
        };
        let second = session.second(now);
        let (low, high) = path.range(0, second);
        let volume = path.volume(second);
        let is_halted = self.is_halted(symbol, now);
        let book = self.calendar().session_at(now).and_then(|_| self.book(now, symbol));
        let last_size = volume - path.volume(second.saturating_sub(1));
        let today = Some(Today { open: path.last(0), high, low });
        Some(Quote { book, last: path.last(second), last_size, volume, today, close: before, is_halted })
    }

    /// What an order book that looked last at `before` sees at `now`; none while nothing trades.
    pub fn look(&self, before: DateTime<Utc>, now: DateTime<Utc>, symbol: &str) -> Option<Look> {
        let (session, path) = self.trading(now, symbol)?;
        let second = session.second(now);
        let from = if before < session.open { 0 } else { (session.second(before) + 1).min(second) };
        let (low, high) = path.range(from, second);
        Some(Look { book: self.book(now, symbol)?, last: path.last(second), low, high })
    }

    /// Bid and ask; none while nothing trades.
    pub fn book(&self, now: DateTime<Utc>, symbol: &str) -> Option<Book> {
        if self.is_halted(symbol, now) {
            return None;
        }
        let (session, path) = self.trading(now, symbol)?;
        let second = session.second(now);
        let (bid, ask) = path.bid_ask(second);
        let (bid_size, ask_size) = path.sizes(second);
        Some(Book { bid, ask, bid_size, ask_size })
    }
}
