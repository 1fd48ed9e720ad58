//! The tape: every second of trading as it was printed, forwards and backwards, session after session.
//!
//! A second is a print whose price, size and book are those that the quote of that second shows, so that what a bar is
//! made of can be looked at one by one. Seconds in which trading was halted were not printed.
//!
//! Read next: [`listing`](crate::market::listing).

use chrono::{DateTime, TimeDelta, Utc};

use crate::market::Market;
use crate::market::calendar::{Session, date_of};
use crate::market::path::DayPath;
use crate::market::price::Pips;
use crate::market::quote::Book;

/// The most sessions that one look at the tape goes through.
pub const SESSIONS_MAX: usize = 10;

/// One second of trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// When.
    pub time: DateTime<Utc>,
    /// The trade.
    pub last: Pips,
    /// Shares of the trade.
    pub size: u64,
    /// The book at that second.
    pub book: Book,
    /// The book of the second before; none in the first one of a session.
    pub before: Option<Book>,
    /// Was it printed in regular hours?
    pub is_regular: bool,
}

impl Market {
    /// The tape from `start` on, oldest first, up to `now`.
    pub fn tape_from<'a>(
        &'a self,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
        symbol: &'a str,
    ) -> impl Iterator<Item = Print> + 'a {
        let sessions = self.calendar().from(date_of(start)).take(SESSIONS_MAX);
        let sessions = sessions.flat_map(|date| self.calendar().stretches(date));
        sessions
            .take_while(move |session| session.open <= now)
            .flat_map(move |session| self.printed(session, symbol))
            .skip_while(move |print| print.time < start)
            .take_while(move |print| print.time <= now)
    }

    /// The tape back from `end`, newest first.
    pub fn tape_back<'a>(&'a self, end: DateTime<Utc>, symbol: &'a str) -> impl Iterator<Item = Print> + 'a {
        let today = date_of(end);
        let dates = std::iter::once(today).chain(self.calendar().before(today)).take(SESSIONS_MAX);
        let sessions = dates.flat_map(|date| self.calendar().stretches(date).rev());
        sessions
            .flat_map(move |session| self.printed(session, symbol).rev())
            .skip_while(move |print| print.time > end)
    }

    fn printed<'a>(
        &'a self,
        session: Session,
        symbol: &'a str,
    ) -> impl DoubleEndedIterator<Item = Print> + 'a {
        let path = self.path_in(symbol, session);
        let first = path.as_ref().map_or(0, |path| path.begins());
        let is_regular = self.calendar().session(session.date) == Some(session);
        (first..=session.seconds()).filter_map(move |second| {
            let time = session.open + TimeDelta::seconds(i64::from(second));
            let path = path.as_ref().filter(|_| !self.is_halted(symbol, time))?;
            let before = second.checked_sub(1);
            Some(Print {
                time,
                last: path.last(second),
                size: path.volume(second) - path.volume(before.unwrap_or(0)),
                book: book(path, second),
                before: before.map(|before| book(path, before)),
                is_regular,
            })
        })
    }
}

fn book(path: &DayPath, second: u32) -> Book {
    let ((bid, ask), (bid_size, ask_size)) = (path.bid_ask(second), path.sizes(second));
    Book { bid, ask, bid_size, ask_size }
}

#[cfg(test)]
mod tests {
    use super::Print;
    use crate::market::Market;
    use crate::market::bars::Show;
    use crate::market::calendar::at;
    use crate::market::options::MarketOptions;
    use crate::market::price::double;
    use chrono::TimeDelta;

    #[test]
    fn a_bar_is_made_of_its_prints_and_a_quote_is_one_of_them() {
        let market = Market::new(MarketOptions::default());
        let date = "2008-09-29".parse().unwrap();
        let session = market.calendar().session(date).unwrap();
        let now = at(date, 12, 0).unwrap();
        for bar in market.intraday(now, "IBM", session, 300, Show::Trades) {
            let end = (bar.start + TimeDelta::seconds(299)).min(now);
            let prints: Vec<Print> = market.tape_from(bar.start, end, "IBM").collect();
            let prices = || prints.iter().map(|print| double(print.last));
            assert_eq!(prints.len(), bar.count as usize);
            assert_eq!((prices().next(), prices().next_back()), (Some(bar.open), Some(bar.close)));
            assert_eq!(prices().fold(f64::MIN, f64::max), bar.high);
            assert_eq!(prices().fold(f64::MAX, f64::min), bar.low);
            assert_eq!(prints.iter().map(|print| print.size).sum::<u64>(), bar.volume);
            let quote = market.quote(end, "IBM").unwrap();
            let last = prints.last().unwrap();
            assert_eq!((last.last, last.size, Some(last.book)), (quote.last, quote.last_size, quote.book));
        }
    }

    #[test]
    fn backwards_it_is_the_same_tape_and_goes_on_in_the_session_before() {
        let market = Market::new(MarketOptions::default());
        let date = "2008-09-29".parse().unwrap();
        let end = at(date, 9, 31).unwrap();
        let mut back: Vec<Print> = market.tape_back(end, "MSFT").take(100).collect();
        back.reverse();
        assert_eq!(back.last().unwrap().time, end);
        assert_eq!(back[38].time, at("2008-09-26".parse().unwrap(), 16, 0).unwrap());
        let forward: Vec<Print> = market.tape_from(back[0].time, end, "MSFT").collect();
        assert_eq!(forward, back);
        assert_eq!(market.tape_from(at(date, 9, 0).unwrap(), at(date, 9, 29).unwrap(), "MSFT").count(), 0);
        market.halt("MSFT", at(date, 9, 30).unwrap(), end);
        assert_eq!(
            market.tape_from(session_open(&market), end, "MSFT").count(),
            1,
            "the second of the resumption"
        );
    }

    fn session_open(market: &Market) -> chrono::DateTime<chrono::Utc> {
        market.calendar().session("2008-09-29".parse().unwrap()).unwrap().open
    }
}
