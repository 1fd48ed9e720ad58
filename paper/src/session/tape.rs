//! Single ticks of the past, and how much was traded at which price.
//!
//! They come from the same tape as bars and quotes: trades one a second, bids and asks and their middle where they
//! changed. With neither a start nor an end the newest are meant, with both those between them; no number at all is the
//! largest, as the `ibapi` crate's example has it. A tick-by-tick line may begin with some of them.
//!
//! Read next: [`account`](crate::session::account).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::market::listing::Listing;
use crate::market::price::{Pips, double};
use crate::market::quote::Book;
use crate::market::tape::{Print, SESSIONS_MAX};
use crate::session::contracts::NOT_FOUND;
use crate::session::span::{Duration, period};
use crate::session::terms::moment;
use crate::session::{Connection, Desk};
use crate::wire::message::history::{
    HistogramData, HistogramDataRequest, HistogramEntry, HistoricalTicks, HistoricalTicksBidAsk,
    HistoricalTicksLast, HistoricalTicksRequest,
};
use crate::wire::message::quote::{BidAskAttributes, BidAskTick, LastAttributes, LastTick, MidPointTick};
use crate::wire::table::Reply;

/// The most ticks in one answer; TWS's own limit.
const TICKS_MAX: i32 = 1_000;

/// An error's code and words.
pub(super) type Failed = (i32, String);

/// What a tick tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    Trades,
    BidAsk,
    MidPoint,
}

impl Show {
    fn named(name: &str) -> Option<Show> {
        match name {
            "TRADES" => Some(Show::Trades),
            "BID_ASK" => Some(Show::BidAsk),
            "MIDPOINT" => Some(Show::MidPoint),
            _ => None,
        }
    }

    /// Is there anything in a book that was not there before? Every trade is news.
    pub(super) fn is_news(self, book: Book, before: Option<Book>, ignore_size: bool) -> bool {
        let Some(before) = before else { return true };
        match self {
            Show::Trades => true,
            Show::BidAsk if ignore_size => (book.bid, book.ask) != (before.bid, before.ask),
            Show::BidAsk => book != before,
            Show::MidPoint => book.bid + book.ask != before.bid + before.ask,
        }
    }
}

/// Which ticks are meant: of what, and how many at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    show: Show,
    ignore_size: bool,
    is_regular: bool,
    count: usize,
}

impl Wanted {
    /// From 1 to 1,000 of them; 0 means as many as there may be.
    pub(super) fn new(show: Show, ignore_size: bool, count: i32) -> Result<Wanted, Failed> {
        let count = if count == 0 { TICKS_MAX } else { count };
        match usize::try_from(count) {
            Ok(count) if count <= TICKS_MAX as usize => {
                Ok(Wanted { show, ignore_size, is_regular: false, count })
            }
            _ => Err(invalid("The number of ticks must be from 0 to 1000")),
        }
    }

    /// Those of regular hours alone.
    fn regular(self, is_regular: bool) -> Wanted {
        Wanted { is_regular, ..self }
    }

    fn of(self, tape: impl Iterator<Item = Print>) -> Vec<Print> {
        let is_news = |print: &Print| self.show.is_news(print.book, print.before, self.ignore_size);
        tape.filter(|print| print.is_regular || !self.is_regular).filter(is_news).take(self.count).collect()
    }
}

impl Desk {
    pub(super) fn on_historical_ticks(&mut self, from: Connection, asked: &HistoricalTicksRequest) {
        match self.historical_ticks(asked) {
            Ok(reply) => self.say(from, reply),
            Err((code, text)) => self.fail(from, asked.req_id(), code, text),
        }
    }

    fn historical_ticks(&self, asked: &HistoricalTicksRequest) -> Result<Reply, Failed> {
        let listing = self.find(asked.contract.as_ref()).ok_or((200, NOT_FOUND.to_owned()))?;
        self.check_past(&listing)?;
        let show = Show::named(asked.what_to_show())
            .ok_or_else(|| invalid("What to show must be TRADES, BID_ASK or MIDPOINT"))?;
        let wanted = Wanted::new(show, asked.ignore_size(), asked.number_of_ticks())?;
        let wanted = wanted.regular(asked.use_rth());
        let now = self.exchange.now();
        let end = match asked.end_date_time() {
            "" => now,
            end => time(end)?.min(now),
        };
        if asked.start_date_time().is_empty() {
            return Ok(self.ticks_back(asked.req_id, &listing, end, wanted));
        }
        let start = time(asked.start_date_time())?;
        let prints = wanted.of(self.exchange.market().tape_from(start, end, &listing.symbol));
        Ok(ticks(asked.req_id, show, listing.primary, &prints))
    }

    /// The newest ticks up to a moment, oldest first.
    pub(super) fn ticks_back(
        &self,
        req_id: Option<i32>,
        listing: &Listing,
        end: DateTime<Utc>,
        wanted: Wanted,
    ) -> Reply {
        let mut prints = wanted.of(self.exchange.market().tape_back(end, &listing.symbol));
        prints.reverse();
        ticks(req_id, wanted.show, listing.primary, &prints)
    }

    pub(super) fn on_histogram(&mut self, from: Connection, asked: &HistogramDataRequest) {
        match self.histogram(asked) {
            Ok(reply) => self.say(from, reply),
            Err((code, text)) => self.fail(from, asked.req_id(), code, text),
        }
    }

    fn histogram(&self, asked: &HistogramDataRequest) -> Result<Reply, Failed> {
        let listing = self.find(asked.contract.as_ref()).ok_or((200, NOT_FOUND.to_owned()))?;
        self.check_past(&listing)?;
        let span = period(asked.time_period()).ok_or_else(|| invalid("Invalid time period"))?;
        let now = self.exchange.now();
        let sessions = self.sessions_back(now, span);
        if sessions.len() > SESSIONS_MAX {
            return Err(invalid("The time period is too long"));
        }
        let mut traded: BTreeMap<Pips, u64> = BTreeMap::new();
        let mut count = |print: Print| *traded.entry(print.last).or_default() += print.size;
        let counts = |print: &Print| print.is_regular || !asked.use_rth();
        let market = self.exchange.market();
        match (span, sessions.first()) {
            (Duration::Seconds(seconds), _) => {
                let tape = market.tape_back(now, &listing.symbol).filter(counts);
                tape.take(seconds as usize).for_each(&mut count);
            }
            (_, Some(first)) => {
                market.tape_from(first.open, now, &listing.symbol).filter(counts).for_each(&mut count);
            }
            (_, None) => {}
        }
        let entry = |(price, size): (Pips, u64)| HistogramEntry {
            price: Some(double(price)),
            size: Some(size.to_string()),
        };
        let entries = traded.into_iter().filter(|(_, size)| *size > 0).map(entry).collect();
        Ok(Reply::HistogramData(HistogramData { req_id: asked.req_id, entries }))
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, Failed> {
    let bad = || (10314, "End Date/Time: The date, time, or time-zone entered is invalid.".to_owned());
    moment(text).ok_or_else(bad)
}

fn ticks(req_id: Option<i32>, show: Show, exchange: &str, prints: &[Print]) -> Reply {
    let is_done = Some(true);
    match show {
        Show::Trades => {
            let ticks = prints.iter().map(|print| last(print, exchange)).collect();
            Reply::HistoricalTicksLast(HistoricalTicksLast { req_id, is_done, ticks })
        }
        Show::BidAsk => {
            let ticks = prints.iter().map(bid_ask).collect();
            Reply::HistoricalTicksBidAsk(HistoricalTicksBidAsk { req_id, is_done, ticks })
        }
        Show::MidPoint => {
            let ticks = prints.iter().map(middle).collect();
            Reply::HistoricalTicks(HistoricalTicks { req_id, is_done, ticks })
        }
    }
}

fn last(print: &Print, exchange: &str) -> LastTick {
    LastTick {
        time: Some(print.time.timestamp()),
        attributes: Some(LastAttributes { past_limit: Some(false), unreported: Some(false) }),
        price: Some(double(print.last)),
        size: Some(print.size.to_string()),
        exchange: Some(exchange.to_owned()),
        special_conditions: Some(String::new()),
    }
}

fn bid_ask(print: &Print) -> BidAskTick {
    BidAskTick {
        time: Some(print.time.timestamp()),
        attributes: Some(BidAskAttributes { bid_past_low: Some(false), ask_past_high: Some(false) }),
        price_bid: Some(double(print.book.bid)),
        price_ask: Some(double(print.book.ask)),
        size_bid: Some(print.book.bid_size.to_string()),
        size_ask: Some(print.book.ask_size.to_string()),
    }
}

fn middle(print: &Print) -> MidPointTick {
    let price = Some(double(print.book.bid + print.book.ask) / 2.0);
    MidPointTick { time: Some(print.time.timestamp()), price, size: Some("0".to_owned()) }
}

fn invalid(cause: &str) -> Failed {
    (321, format!("Error validating request.-'cb' : cause - {cause}"))
}
