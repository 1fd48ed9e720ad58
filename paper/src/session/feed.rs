//! Which prices a line of quotes shows: those of now, those that stood when trading ended, or those of a quarter of an hour
//! ago.
//!
//! A client names a type of data (1 live, 2 frozen, 3 delayed, 4 delayed and frozen) for the lines that it opens from then
//! on. What it gets also depends on what the account may see: one with live data never gets delayed ones, one without
//! gets nothing else. Delayed ticks have numbers of their own, so that nobody takes them for live ones.
//!
//! Read next: [`quotes`](crate::session::quotes).

use chrono::{DateTime, TimeDelta, Utc};

use crate::market::Market;
use crate::market::listing::Listing;
use crate::market::quote::Quote;
use crate::session::{Connection, Desk};
use crate::wire::message::quote::MarketDataTypeRequest;
use crate::wire::table::Reply;

/// How old delayed prices are.
const DELAY: TimeDelta = TimeDelta::minutes(15);

/// The words for a line that an account without live data may not have.
pub(super) const NOT_SUBSCRIBED: &str =
    "Requested market data is not subscribed. Delayed market data is available.";

/// Which prices a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// Those of now.
    Live,
    /// Those of now, and while nothing trades the bid and ask that there were last.
    Frozen,
    /// Those of a quarter of an hour ago.
    Delayed,
    /// Both.
    DelayedFrozen,
}

impl Feed {
    /// What a line gets whose client asked for a type of data; none if that is nothing.
    pub(super) fn of(asked: i32, has_live_data: bool) -> Option<Feed> {
        match (asked, has_live_data) {
            (2 | 4, true) => Some(Feed::Frozen),
            (_, true) => Some(Feed::Live),
            (3, false) => Some(Feed::Delayed),
            (4, false) => Some(Feed::DelayedFrozen),
            (_, false) => None,
        }
    }

    pub(super) fn is_delayed(self) -> bool {
        matches!(self, Feed::Delayed | Feed::DelayedFrozen)
    }

    fn freezes(self) -> bool {
        matches!(self, Feed::Frozen | Feed::DelayedFrozen)
    }

    /// The time of what it shows.
    pub(super) fn time(self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.is_delayed() { now - DELAY } else { now }
    }

    /// What it shows now, and the type of data that this is.
    pub(super) fn look(self, now: DateTime<Utc>, market: &Market, symbol: &str) -> (Option<Quote>, i32) {
        let at = self.time(now);
        let mut quote = market.quote(at, symbol);
        let is_frozen = self.freezes() && market.calendar().stretch_at(at).is_none();
        if let Some(quote) = quote.as_mut().filter(|_| is_frozen) {
            let ended = market.calendar().stretch_before(at);
            quote.book = ended.and_then(|stretch| market.book(stretch.close, symbol));
        }
        let kind = if is_frozen { 2 } else { 1 };
        (quote, if self.is_delayed() { kind + 2 } else { kind })
    }

    /// Gives a tick the number that it has on this feed.
    pub(super) fn label(self, tick: &mut Reply) {
        let kind = match tick {
            Reply::TickPrice(tick) => &mut tick.tick_type,
            Reply::TickSize(tick) => &mut tick.tick_type,
            Reply::TickString(tick) => &mut tick.tick_type,
            Reply::TickGeneric(tick) => &mut tick.tick_type,
            _ => return,
        };
        if self.is_delayed() {
            *kind = kind.map(delayed);
        }
    }
}

/// The number of a live tick's delayed counterpart.
fn delayed(kind: i32) -> i32 {
    match kind {
        // Bid, ask, last; then their sizes; then high, low, volume and close.
        1 => 66,
        2 => 67,
        4 => 68,
        0 => 69,
        3 => 70,
        5..=9 => kind + 66,
        14 => 76,
        45 => 88,
        49 => 90,
        other => other,
    }
}

impl Desk {
    pub(super) fn on_market_data_type(&mut self, from: Connection, asked: &MarketDataTypeRequest) {
        if let Some(session) = self.session(from) {
            session.data_type = asked.market_data_type();
        }
    }

    /// What the lines get that a connection opens now.
    pub(super) fn feed(&self, from: Connection) -> Option<Feed> {
        let asked = self.sessions.get(&from).map_or(1, |session| session.data_type);
        Feed::of(asked, self.exchange.options().account.has_live_data)
    }

    /// Why a contract's ticks, bars or past are not for this account; none if they are.
    pub(super) fn barred(&self, listing: &Listing) -> Option<String> {
        let is_barred = !self.exchange.options().account.has_live_data;
        is_barred.then(|| format!("No market data permissions for {} STK", listing.primary))
    }
}
