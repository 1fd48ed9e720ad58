//! Market data lines: everything once, then what changed at each step of the market.
//!
//! While nothing trades bid and ask are -1 with size 0, but on a frozen [feed](crate::session::feed).
//!
//! Read next: [`generics`](crate::session::generics).

use chrono::{DateTime, Utc};

use crate::market::Market;
use crate::market::listing::Listing;
use crate::market::price::double;
use crate::market::quote::{Book, Quote};
use crate::session::contracts::NOT_FOUND;
use crate::session::feed::{Feed, NOT_SUBSCRIBED};
use crate::session::generics::Generics;
use crate::session::search::BBO_EXCHANGE;
use crate::session::{Connection, Desk, SUBSCRIPTIONS_MAX};
use crate::wire::message::ById;
use crate::wire::message::quote::{
    MarketDataRequest, MarketDataType, TickGeneric, TickPrice, TickReqParams, TickSize, TickString,
};
use crate::wire::table::Reply;

mod tick {
    pub(super) const BID_SIZE: i32 = 0;
    pub(super) const BID: i32 = 1;
    pub(super) const ASK: i32 = 2;
    pub(super) const ASK_SIZE: i32 = 3;
    pub(super) const LAST: i32 = 4;
    pub(super) const LAST_SIZE: i32 = 5;
    pub(super) const HIGH: i32 = 6;
    pub(super) const LOW: i32 = 7;
    pub(super) const VOLUME: i32 = 8;
    pub(super) const CLOSE: i32 = 9;
    pub(super) const OPEN: i32 = 14;
    pub(super) const LAST_TIME: i32 = 45;
    pub(super) const SHORTABLE: i32 = 46;
    pub(super) const HALTED: i32 = 49;
    pub(super) const SHORTABLE_SHARES: i32 = 89;
}

/// A line of market data and what it showed last.
#[derive(Debug)]
pub struct Ticker {
    symbol: String,
    generics: Generics,
    feed: Feed,
    /// The type of data that it was told it has.
    kind: i32,
    shown: Option<Quote>,
}

/// A line's next look at the market.
struct Look {
    connection: Connection,
    id: i32,
    feed: Feed,
    /// The type of data, where it has changed.
    kind: Option<i32>,
    generics: Option<(String, Generics)>,
    before: Option<Quote>,
    quote: Option<Quote>,
}

impl Desk {
    pub(super) fn on_market_data(&mut self, from: Connection, asked: &MarketDataRequest) {
        let id = asked.req_id();
        let Some(session) = self.sessions.get(&from) else { return };
        if session.tickers.contains_key(&id) {
            return self.fail(from, id, 322, "Error processing request.-'bW' : cause - Duplicate ticker id");
        }
        if session.tickers.len() >= SUBSCRIPTIONS_MAX {
            return self.fail(from, id, 101, "Max number of tickers has been reached");
        }
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, id, 200, NOT_FOUND);
        };
        let Some(feed) = self.feed(from) else { return self.fail(from, id, 354, NOT_SUBSCRIBED) };
        if feed.is_delayed() {
            let text = "Requested market data is not subscribed. Displaying delayed market data.";
            self.fail(from, id, 10167, text);
        }
        self.open_line(from, asked, &listing, feed);
    }

    fn open_line(&mut self, from: Connection, asked: &MarketDataRequest, listing: &Listing, feed: Feed) {
        let id = asked.req_id();
        self.say(
            from,
            Reply::TickReqParams(TickReqParams {
                req_id: Some(id),
                min_tick: Some("0.01".to_owned()),
                bbo_exchange: Some(BBO_EXCHANGE.to_owned()),
                snapshot_permissions: Some(3),
                ..TickReqParams::default()
            }),
        );
        let (quote, kind) = feed.look(self.exchange.now(), self.exchange.market(), &listing.symbol);
        self.say(from, data_type(id, kind));
        // Nothing can be asked for by number beside delayed quotes.
        let list = if feed.is_delayed() { "" } else { asked.generic_tick_list() };
        let generics = Generics::named(list);
        self.show(from, id, feed, None, quote);
        self.show_generics(from, id, &listing.symbol, generics, None, quote);
        let shortable = self.exchange.shortable(listing.con_id);
        if list.split(',').any(|tick| tick.trim() == "236") {
            self.say(from, generic(id, tick::SHORTABLE, shortable.ease));
            self.say(from, size(id, tick::SHORTABLE_SHARES, shortable.shares));
        }
        if asked.snapshot() || asked.regulatory_snapshot() {
            return self.say(from, Reply::TickSnapshotEnd(ById { req_id: Some(id) }));
        }
        if let Some(session) = self.session(from) {
            let symbol = listing.symbol.clone();
            session.tickers.insert(id, Ticker { symbol, generics, feed, kind, shown: quote });
        }
    }

    pub(super) fn on_cancel_market_data(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.tickers.remove(&id).is_none()) {
            self.fail(from, id, 300, format!("Can't find EId with tickerId:{id}"));
        }
    }

    pub(super) fn publish_quotes(&mut self) {
        let (now, market) = (self.exchange.now(), std::sync::Arc::clone(self.exchange.market()));
        let mut looks = Vec::new();
        for (connection, session) in &mut self.sessions {
            for (id, ticker) in &mut session.tickers {
                looks.push(ticker.look(now, &market, *connection, *id));
            }
        }
        for Look { connection, id, feed, kind, generics, before, quote } in looks {
            if let Some(kind) = kind {
                self.say(connection, data_type(id, kind));
            }
            self.show(connection, id, feed, before, quote);
            if let Some((symbol, generics)) = generics {
                self.show_generics(connection, id, &symbol, generics, before, quote);
            }
        }
    }

    fn show_generics(
        &mut self,
        to: Connection,
        id: i32,
        symbol: &str,
        generics: Generics,
        before: Option<Quote>,
        quote: Option<Quote>,
    ) {
        let Some(quote) = quote.filter(|_| !generics.is_empty()) else { return };
        for tick in self.generic_ticks(id, symbol, generics, before, &quote) {
            self.say(to, tick);
        }
    }

    fn show(&mut self, to: Connection, id: i32, feed: Feed, before: Option<Quote>, quote: Option<Quote>) {
        let Some(quote) = quote else { return };
        let mut ticks = Vec::new();
        book_ticks(id, before.map(|before| before.book), quote.book, &mut ticks);
        last_ticks(id, before, &quote, feed.time(self.exchange.now()).timestamp(), &mut ticks);
        day_ticks(id, before, &quote, &mut ticks);
        if before.is_none_or(|before| before.is_halted != quote.is_halted) {
            ticks.push(generic(id, tick::HALTED, if quote.is_halted { 1.0 } else { 0.0 }));
        }
        for mut tick in ticks {
            feed.label(&mut tick);
            self.say(to, tick);
        }
    }
}

impl Ticker {
    fn look(&mut self, now: DateTime<Utc>, market: &Market, connection: Connection, id: i32) -> Look {
        let (quote, kind) = self.feed.look(now, market, &self.symbol);
        let generics = (!self.generics.is_empty()).then(|| (self.symbol.clone(), self.generics));
        let before = std::mem::replace(&mut self.shown, quote);
        let told = std::mem::replace(&mut self.kind, kind);
        let kind = (kind != told).then_some(kind);
        Look { connection, id, feed: self.feed, kind, generics, before, quote }
    }
}

fn book_ticks(id: i32, before: Option<Option<Book>>, book: Option<Book>, out: &mut Vec<Reply>) {
    let side = |book: Option<Book>, is_bid: bool| match book {
        Some(book) if is_bid => (double(book.bid), book.bid_size),
        Some(book) => (double(book.ask), book.ask_size),
        None => (-1.0, 0),
    };
    for (is_bid, price_tick, size_tick) in
        [(true, tick::BID, tick::BID_SIZE), (false, tick::ASK, tick::ASK_SIZE)]
    {
        let (now, was) = (side(book, is_bid), before.map(|book| side(book, is_bid)));
        match was {
            Some(was) if was == now => {}
            Some(was) if was.0 == now.0 => out.push(size(id, size_tick, now.1)),
            _ => out.push(price(id, price_tick, now.0, Some(now.1))),
        }
    }
}

fn last_ticks(id: i32, before: Option<Quote>, quote: &Quote, now: i64, out: &mut Vec<Reply>) {
    if before.is_none_or(|before| before.last != quote.last) {
        out.push(price(id, tick::LAST, double(quote.last), Some(quote.last_size)));
    } else if before.is_some_and(|before| before.last_size != quote.last_size) {
        out.push(size(id, tick::LAST_SIZE, quote.last_size));
    }
    if before.is_none_or(|before| before.volume != quote.volume) {
        out.push(size(id, tick::VOLUME, quote.volume));
        let value = Some(now.to_string());
        out.push(Reply::TickString(TickString { req_id: Some(id), tick_type: Some(tick::LAST_TIME), value }));
    }
}

fn day_ticks(id: i32, before: Option<Quote>, quote: &Quote, out: &mut Vec<Reply>) {
    let (was, today) = (before.and_then(|before| before.today), quote.today);
    let mut changed = |kind: i32, was: Option<i64>, now: Option<i64>| {
        if let Some(now) = now.filter(|now| was != Some(*now)) {
            out.push(price(id, kind, double(now), None));
        }
    };
    changed(tick::OPEN, was.map(|day| day.open), today.map(|day| day.open));
    changed(tick::HIGH, was.map(|day| day.high), today.map(|day| day.high));
    changed(tick::LOW, was.map(|day| day.low), today.map(|day| day.low));
    changed(tick::CLOSE, before.and_then(|before| before.close), quote.close);
}

fn data_type(id: i32, kind: i32) -> Reply {
    Reply::MarketDataType(MarketDataType { req_id: Some(id), market_data_type: Some(kind) })
}

pub(super) fn price(id: i32, kind: i32, price: f64, size: Option<u64>) -> Reply {
    let size = size.map(|size| size.to_string());
    let (req_id, tick_type) = (Some(id), Some(kind));
    // The mask is always set: the official client reads an absent one as every flag.
    Reply::TickPrice(TickPrice { req_id, tick_type, price: Some(price), size, attr_mask: Some(0) })
}

pub(super) fn size(id: i32, kind: i32, size: u64) -> Reply {
    Reply::TickSize(TickSize { req_id: Some(id), tick_type: Some(kind), size: Some(size.to_string()) })
}

fn generic(id: i32, kind: i32, value: f64) -> Reply {
    Reply::TickGeneric(TickGeneric { req_id: Some(id), tick_type: Some(kind), value: Some(value) })
}
