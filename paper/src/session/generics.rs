//! Ticks that a client asks for by a number in its list: trades with their volume, the mark, past highs and lows.
//!
//! | number | tick | what |
//! |---|---|---|
//! | 165 | 15 to 21 | lows and highs of 13, 26 and 52 weeks, and the average volume of 13, in shares |
//! | 221, 232 | 37 | the mark: the last trade |
//! | 233, 375 | 48, 77 | each trade as `price;size;milliseconds;volume of the day;average price;true` |
//! | 236 | 46, 89 | how the stock can be sold short, see [`quotes`](crate::session::quotes) |
//! | 318 | 57 | the last trade of regular hours |
//!
//! Any other number is taken and nothing comes of it, as for what TWS has no data for.
//!
//! Read next: [`depth`](crate::session::depth).

use crate::market::bars::Show;
use crate::market::calendar::{SESSION_SECONDS, date_of};
use crate::market::price::double;
use crate::market::quote::Quote;
use crate::session::Desk;
use crate::session::quotes::{price, size};
use crate::wire::message::quote::TickString;
use crate::wire::table::Reply;

/// Trading days of 13 weeks.
const QUARTER_DAYS: usize = 63;

/// Which of them a line shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Generics {
    statistics: bool,
    mark: bool,
    volume: bool,
    trades: bool,
    regular: bool,
}

impl Generics {
    /// Reads a client's list.
    pub(super) fn named(list: &str) -> Generics {
        let has = |number: &str| list.split(',').any(|named| named.trim() == number);
        Generics {
            statistics: has("165"),
            mark: has("221") || has("232"),
            volume: has("233"),
            trades: has("375"),
            regular: has("318"),
        }
    }

    /// Does it show none?
    pub(super) fn is_empty(self) -> bool {
        self == Generics::default()
    }
}

impl Desk {
    /// What a line shows beside its quote, since it showed `before`.
    pub(super) fn generic_ticks(
        &self,
        id: i32,
        symbol: &str,
        wanted: Generics,
        before: Option<Quote>,
        quote: &Quote,
    ) -> Vec<Reply> {
        let mut ticks = Vec::new();
        if wanted.statistics && before.is_none() {
            ticks.extend(self.statistics(id, symbol));
        }
        let is_new = before.is_none_or(|before| before.last != quote.last);
        if wanted.mark && is_new {
            ticks.push(price(id, 37, double(quote.last), None));
        }
        let is_regular = self.exchange.market().calendar().session_at(self.exchange.now()).is_some();
        if wanted.regular && is_new && is_regular {
            ticks.push(price(id, 57, double(quote.last), None));
        }
        let is_traded = quote.volume > 0 && before.is_none_or(|before| before.volume != quote.volume);
        let is_told = is_traded && (wanted.volume || wanted.trades);
        let trade = is_told.then(|| self.trade(symbol, quote)).flatten();
        for (kind, is_wanted) in [(48, wanted.volume), (77, wanted.trades)] {
            let value = trade.clone().filter(|_| is_wanted);
            ticks.extend(value.map(|value| {
                let (req_id, tick_type, value) = (Some(id), Some(kind), Some(value));
                Reply::TickString(TickString { req_id, tick_type, value })
            }));
        }
        ticks
    }

    /// The newest trade in TWS's form.
    fn trade(&self, symbol: &str, quote: &Quote) -> Option<String> {
        let (market, now) = (self.exchange.market(), self.exchange.now());
        let session = market.calendar().session(date_of(now))?;
        let day = market.intraday(now, symbol, session, SESSION_SECONDS * 4, Show::Trades);
        let average = day.first()?.average;
        let (last, last_size, volume, time) =
            (double(quote.last), quote.last_size, quote.volume, now.timestamp_millis());
        Some(format!("{last};{last_size};{time};{volume};{average:.4};true"))
    }

    fn statistics(&self, id: i32, symbol: &str) -> Vec<Reply> {
        let market = self.exchange.market();
        let dates = market.calendar().before(date_of(self.exchange.now()));
        let days: Vec<_> =
            dates.take(QUARTER_DAYS * 4).filter_map(|date| market.daily(symbol, date)).collect();
        let mut ticks = Vec::new();
        for (kind, count) in [(15, QUARTER_DAYS), (17, QUARTER_DAYS * 2), (19, QUARTER_DAYS * 4)] {
            let span = || days.iter().take(count);
            let low = span().map(|day| day.low).min();
            let high = span().map(|day| day.high).max();
            ticks.extend(low.map(|low| price(id, kind, double(low), None)));
            ticks.extend(high.map(|high| price(id, kind + 1, double(high), None)));
        }
        let quarter: Vec<u64> = days.iter().take(QUARTER_DAYS).map(|day| day.volume).collect();
        let average = quarter.iter().sum::<u64>().checked_div(quarter.len() as u64);
        ticks.extend(average.map(|average| size(id, 21, average)));
        ticks
    }
}
