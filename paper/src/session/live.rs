//! Five-second bars and tick-by-tick data.
//!
//! Both follow the steps of the market. At a speed whose step is longer than five seconds only the newest bar of each
//! step is sent, and one tick a step. A tick-by-tick line that asks for a number of ticks first gets that many of the past.
//!
//! Read next: [`history`](crate::session::history).

use chrono::TimeDelta;

use crate::market::bars::{Bar, Show};
use crate::market::listing::Listing;
use crate::market::price::double;
use crate::market::quote::Quote;
use crate::session::contracts::NOT_FOUND;
use crate::session::span::show_named;
use crate::session::tape::{self, Failed, Wanted};
use crate::session::{Connection, Desk, SUBSCRIPTIONS_MAX};
use crate::wire::message::quote::{
    BidAskAttributes, BidAskTick, LastAttributes, LastTick, MidPointTick, RealTimeBarTick,
    RealTimeBarsRequest, TickByTickData, TickByTickRequest,
};
use crate::wire::table::Reply;

const BAR_SECONDS: u32 = 5;

/// A subscription to five-second bars, with the start of the last one sent.
#[derive(Debug)]
pub struct BarLine {
    symbol: String,
    show: Show,
    /// Of regular hours only?
    is_regular: bool,
    sent: Option<i64>,
}

/// A tick-by-tick subscription, with what it showed last.
#[derive(Debug)]
pub struct TickLine {
    symbol: String,
    exchange: &'static str,
    kind: TickKind,
    ignore_size: bool,
    shown: Option<Quote>,
}

impl BarLine {
    /// What it shows.
    pub(super) fn symbol(&self) -> &str {
        &self.symbol
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TickKind {
    Last,
    AllLast,
    BidAsk,
    MidPoint,
}

impl TickKind {
    fn named(name: &str) -> Option<TickKind> {
        match name {
            "Last" => Some(TickKind::Last),
            "AllLast" => Some(TickKind::AllLast),
            "BidAsk" => Some(TickKind::BidAsk),
            "MidPoint" => Some(TickKind::MidPoint),
            _ => None,
        }
    }

    fn show(self) -> tape::Show {
        match self {
            TickKind::Last | TickKind::AllLast => tape::Show::Trades,
            TickKind::BidAsk => tape::Show::BidAsk,
            TickKind::MidPoint => tape::Show::MidPoint,
        }
    }

    fn number(self) -> i32 {
        match self {
            TickKind::Last => 1,
            TickKind::AllLast => 2,
            TickKind::BidAsk => 3,
            TickKind::MidPoint => 4,
        }
    }
}

impl Desk {
    pub(super) fn on_real_time_bars(&mut self, from: Connection, asked: &RealTimeBarsRequest) {
        let id = asked.req_id();
        let Some(session) = self.sessions.get(&from) else { return };
        if session.bars.contains_key(&id) {
            return self.fail(from, id, 322, "Error processing request.-'bW' : cause - Duplicate ticker id");
        }
        if session.bars.len() >= SUBSCRIPTIONS_MAX {
            return self.fail(from, id, 420, "Invalid Real-time Query:too many bars are requested");
        }
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, id, 200, NOT_FOUND);
        };
        if let Some(why) = self.barred(&listing) {
            return self.fail(from, id, 420, format!("Invalid Real-time Query:{why}"));
        }
        let Some(show) = show_named(asked.what_to_show()) else {
            return self.fail(
                from,
                id,
                321,
                "Error validating request.-'bI' : cause - What to show is not supported",
            );
        };
        if let Some(session) = self.session(from) {
            let (symbol, is_regular) = (listing.symbol, asked.use_rth());
            session.bars.insert(id, BarLine { symbol, show, is_regular, sent: None });
        }
    }

    pub(super) fn on_cancel_real_time_bars(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.bars.remove(&id).is_none()) {
            self.fail(from, id, 300, format!("Can't find EId with tickerId:{id}"));
        }
    }

    pub(super) fn on_tick_by_tick(&mut self, from: Connection, asked: &TickByTickRequest) {
        let id = asked.req_id();
        let Some(session) = self.sessions.get(&from) else { return };
        if session.ticks.contains_key(&id) {
            return self.fail(from, id, 322, "Error processing request.-'bW' : cause - Duplicate ticker id");
        }
        if session.ticks.len() >= SUBSCRIPTIONS_MAX {
            return self.fail(from, id, 10190, "Max number of tick-by-tick requests has been reached.");
        }
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, id, 200, NOT_FOUND);
        };
        if let Some(why) = self.barred(&listing) {
            return self.fail(from, id, 10189, format!("Failed to request tick-by-tick data:{why}"));
        }
        let Some(kind) = TickKind::named(asked.tick_type()) else {
            return self.fail(
                from,
                id,
                321,
                "Error validating request.-'cc' : cause - Invalid tick-by-tick type",
            );
        };
        match self.first_ticks(asked, &listing, kind) {
            Ok(first) => first.into_iter().for_each(|reply| self.say(from, reply)),
            Err((code, text)) => return self.fail(from, id, code, text),
        }
        // What the past has told already is not told again.
        let shown = self.exchange.market().quote(self.exchange.now(), &listing.symbol);
        let shown = shown.filter(|_| asked.number_of_ticks() != 0);
        let (exchange, ignore_size) = (listing.primary, asked.ignore_size());
        if let Some(session) = self.session(from) {
            let line = TickLine { symbol: listing.symbol, exchange, kind, ignore_size, shown };
            session.ticks.insert(id, line);
        }
    }

    /// The ticks of the past that a line begins with: in one message, as a request for historical ticks gets them.
    fn first_ticks(
        &self,
        asked: &TickByTickRequest,
        listing: &Listing,
        kind: TickKind,
    ) -> Result<Option<Reply>, Failed> {
        if asked.number_of_ticks() == 0 {
            return Ok(None);
        }
        let wanted = Wanted::new(kind.show(), asked.ignore_size(), asked.number_of_ticks())?;
        Ok(Some(self.ticks_back(asked.req_id, listing, self.exchange.now(), wanted)))
    }

    pub(super) fn on_cancel_tick_by_tick(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.ticks.remove(&id).is_none()) {
            self.fail(from, id, 300, format!("Can't find EId with tickerId:{id}"));
        }
    }

    pub(super) fn publish_live(&mut self) {
        let (now, market) = (self.exchange.now(), std::sync::Arc::clone(self.exchange.market()));
        let Some(open) = market.calendar().stretch_at(now) else { return };
        let is_outside = market.calendar().session_at(now).is_none();
        let mut replies = Vec::new();
        for (connection, session) in &mut self.sessions {
            for (id, line) in session.bars.iter_mut().filter(|(_, line)| !(line.is_regular && is_outside)) {
                let Some(second) = newest_bar(open.second(now)) else { continue };
                let start = (open.open + TimeDelta::seconds(i64::from(second))).timestamp();
                let newest =
                    market.bar_at(&line.symbol, open, second + BAR_SECONDS - 1, BAR_SECONDS, line.show);
                if let Some(bar) = newest.filter(|_| line.sent != Some(start)) {
                    line.sent = Some(start);
                    replies.push((*connection, real_time_bar(*id, &bar)));
                }
            }
            for (id, line) in &mut session.ticks {
                let quote = market.quote(now, &line.symbol);
                replies.extend(tick(*id, line, quote, now.timestamp()).map(|tick| (*connection, tick)));
                line.shown = quote;
            }
        }
        for (connection, reply) in replies {
            self.say(connection, reply);
        }
    }
}

/// The first second of the newest five-second bar that is complete at a second of the session.
fn newest_bar(second: u32) -> Option<u32> {
    (second / BAR_SECONDS * BAR_SECONDS).checked_sub(BAR_SECONDS)
}

fn real_time_bar(id: i32, bar: &Bar) -> Reply {
    Reply::RealTimeBarTick(RealTimeBarTick {
        req_id: Some(id),
        time: Some(bar.start.timestamp()),
        open: Some(bar.open),
        high: Some(bar.high),
        low: Some(bar.low),
        close: Some(bar.close),
        volume: Some(bar.volume.to_string()),
        wap: Some(format!("{:.4}", bar.average)),
        count: i32::try_from(bar.count).ok(),
    })
}

fn tick(id: i32, line: &TickLine, quote: Option<Quote>, now: i64) -> Option<Reply> {
    let quote = quote.filter(|quote| line.shown != Some(*quote))?;
    let book = quote.book?;
    let before = line.shown.and_then(|shown| shown.book);
    if !line.kind.show().is_news(book, before, line.ignore_size) {
        return None;
    }
    let mut data =
        TickByTickData { req_id: Some(id), tick_type: Some(line.kind.number()), ..TickByTickData::default() };
    match line.kind {
        TickKind::Last | TickKind::AllLast => data.last = Some(last_tick(line, &quote, now)),
        TickKind::MidPoint => {
            let price = Some(double(book.bid + book.ask) / 2.0);
            data.mid_point = Some(MidPointTick { time: Some(now), price, size: Some("0".to_owned()) });
        }
        TickKind::BidAsk => {
            data.bid_ask = Some(BidAskTick {
                time: Some(now),
                attributes: Some(BidAskAttributes { bid_past_low: Some(false), ask_past_high: Some(false) }),
                price_bid: Some(double(book.bid)),
                price_ask: Some(double(book.ask)),
                size_bid: Some(book.bid_size.to_string()),
                size_ask: Some(book.ask_size.to_string()),
            });
        }
    }
    Some(Reply::TickByTickData(data))
}

fn last_tick(line: &TickLine, quote: &Quote, now: i64) -> LastTick {
    LastTick {
        time: Some(now),
        attributes: Some(LastAttributes { past_limit: Some(false), unreported: Some(false) }),
        price: Some(double(quote.last)),
        size: Some(quote.last_size.to_string()),
        exchange: Some(line.exchange.to_owned()),
        special_conditions: None,
    }
}
