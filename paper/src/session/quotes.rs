//! Market data lines: everything once, then what changed at each step of the market.
//!
//! The account is entitled to live data, so every line is of type 1 whatever type was asked for. While the exchange is
//! closed bid and ask are -1 with size 0.
//!
//! Read next: [`generics`](crate::session::generics).

use crate::market::price::double;
use crate::market::quote::{Book, Quote};
use crate::session::contracts::NOT_FOUND;
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
    shown: Option<Quote>,
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
        self.say(from, Reply::MarketDataType(MarketDataType { req_id: Some(id), market_data_type: Some(1) }));
        let quote = self.exchange.market().quote(self.exchange.now(), &listing.symbol);
        let generics = Generics::named(asked.generic_tick_list());
        self.show(from, id, None, quote);
        self.show_generics(from, id, &listing.symbol, generics, None, quote);
        let shortable = self.exchange.shortable(listing.con_id);
        if asked.generic_tick_list().split(',').any(|tick| tick.trim() == "236") {
            self.say(from, generic(id, tick::SHORTABLE, shortable.ease));
            self.say(from, size(id, tick::SHORTABLE_SHARES, shortable.shares));
        }
        if asked.snapshot() || asked.regulatory_snapshot() {
            return self.say(from, Reply::TickSnapshotEnd(ById { req_id: Some(id) }));
        }
        if let Some(session) = self.session(from) {
            session.tickers.insert(id, Ticker { symbol: listing.symbol, generics, shown: quote });
        }
    }

    pub(super) fn on_cancel_market_data(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.tickers.remove(&id).is_none()) {
            self.fail(from, id, 300, format!("Can't find EId with tickerId:{id}"));
        }
    }

    pub(super) fn publish_quotes(&mut self) {
        let (now, market) = (self.exchange.now(), std::sync::Arc::clone(self.exchange.market()));
        let mut shows = Vec::new();
        for (connection, session) in &mut self.sessions {
            for (id, ticker) in &mut session.tickers {
                let quote = market.quote(now, &ticker.symbol);
                let (symbol, generics) = (&ticker.symbol, ticker.generics);
                let asked = (!generics.is_empty()).then(|| (symbol.clone(), generics));
                shows.push((*connection, *id, asked, ticker.shown, quote));
                ticker.shown = quote;
            }
        }
        for (connection, id, asked, before, quote) in shows {
            self.show(connection, id, before, quote);
            if let Some((symbol, generics)) = asked {
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

    fn show(&mut self, to: Connection, id: i32, before: Option<Quote>, quote: Option<Quote>) {
        let Some(quote) = quote else { return };
        let mut ticks = Vec::new();
        book_ticks(id, before.map(|before| before.book), quote.book, &mut ticks);
        last_ticks(id, before, &quote, self.exchange.now().timestamp(), &mut ticks);
        day_ticks(id, before, &quote, &mut ticks);
        if before.is_none_or(|before| before.is_halted != quote.is_halted) {
            ticks.push(generic(id, tick::HALTED, if quote.is_halted { 1.0 } else { 0.0 }));
        }
        for tick in ticks {
            self.say(to, tick);
        }
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
