//! The book below its best prices: rows of the same synthetic book that the quotes show the top of.
//!
//! Only the best row trades. What lies behind it is decided by seed, symbol, date and second, like everything else of a
//! day, so that the same moment always shows the same book.
//!
//! Read next: [`tape`](crate::market::tape).

use chrono::{DateTime, Utc};

use crate::market::Market;
use crate::market::path::DayPath;
use crate::market::price::{Pips, tick};

/// The most rows of a side.
pub const ROWS_MAX: usize = 20;

/// How long the steps between the rows stay, in seconds, and how long the sizes behind the best do.
const STEPS_STAY: u32 = 30;
const SIZES_STAY: u32 = 5;

/// One price and the shares that wait there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The price.
    pub price: Pips,
    /// Shares.
    pub size: u64,
}

/// Both sides, best prices first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depth {
    /// What sales get.
    pub bids: Vec<Row>,
    /// What purchases pay.
    pub asks: Vec<Row>,
}

impl Market {
    /// The first rows of the book; none while nothing can trade.
    pub fn depth(&self, now: DateTime<Utc>, symbol: &str, rows: usize) -> Option<Depth> {
        let book = self.look(now, now, symbol)?.book;
        let (session, path) = self.trading(now, symbol)?;
        let (second, rows) = (session.second(now), rows.min(ROWS_MAX));
        let (bid, ask) =
            (Row { price: book.bid, size: book.bid_size }, Row { price: book.ask, size: book.ask_size });
        Some(Depth { bids: side(&path, second, bid, -1, rows), asks: side(&path, second, ask, 1, rows) })
    }
}

/// From the best row away from the other side, in steps of one or two ticks. Bids end above zero.
fn side(path: &DayPath, second: u32, best: Row, away: Pips, rows: usize) -> Vec<Row> {
    let family = if away < 0 { 0xb1d } else { 0xa5c };
    let mut row = best;
    let mut all = Vec::with_capacity(rows);
    for level in 0..rows as u64 {
        if row.price <= 0 {
            break;
        }
        all.push(row);
        let step = 1 + (path.chance(family, u64::from(second / STEPS_STAY) << 8 | level) % 2) as Pips;
        let size = 100 * (3 + path.chance(family ^ 0x512e, u64::from(second / SIZES_STAY) << 8 | level) % 12);
        row = Row { price: row.price + away * step * tick(row.price - Pips::from(away < 0)), size };
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::market::Market;
    use crate::market::calendar::at;
    use crate::market::options::MarketOptions;
    use crate::market::price::{Pips, tick};

    #[test]
    fn the_book_begins_with_the_quote_and_falls_away_from_it_on_both_sides() {
        let (market, again) = (Market::new(MarketOptions::default()), Market::new(MarketOptions::default()));
        let date = "2008-09-29".parse().unwrap();
        for minute in 30..59 {
            let now = at(date, 9, minute).unwrap();
            let depth = market.depth(now, "AAPL", 10).unwrap();
            assert_eq!(Some(&depth), again.depth(now, "AAPL", 10).as_ref(), "it is the same each time");
            let book = market.quote(now, "AAPL").unwrap().book.unwrap();
            assert_eq!((depth.bids[0].price, depth.bids[0].size), (book.bid, book.bid_size));
            assert_eq!((depth.asks[0].price, depth.asks[0].size), (book.ask, book.ask_size));
            assert_eq!((depth.bids.len(), depth.asks.len()), (10, 10));
            assert!(depth.bids.is_sorted_by(|better, worse| better.price > worse.price));
            assert!(depth.asks.is_sorted_by(|better, worse| better.price < worse.price));
            let on_tick = |price: Pips| price % tick(price) == 0;
            assert!(depth.bids.iter().chain(&depth.asks).all(|row| on_tick(row.price) && row.size > 0));
        }
        assert!(market.depth(at(date, 9, 29).unwrap(), "AAPL", 10).is_none(), "nothing trades yet");
        assert_eq!(
            market.depth(at(date, 10, 0).unwrap(), "AAPL", 9_999).unwrap().bids.len(),
            super::ROWS_MAX
        );
    }
}
