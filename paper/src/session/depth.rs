//! Market depth: every row of the book once, then the rows that changed.
//!
//! A SMART book names the exchange of each row (message 13), that of one exchange does not (message 12). While nothing
//! can trade the book is empty: its rows are deleted from the last to the first.
//!
//! Read next: [`live`](crate::session::live).

use std::sync::Arc;

use crate::market::depth::{Depth, ROWS_MAX, Row};
use crate::market::price::double;
use crate::session::contracts::NOT_FOUND;
use crate::session::feed::NOT_SUBSCRIBED;
use crate::session::{Connection, Desk};
use crate::wire::message::depth::{DepthRow, MarketDepth, MarketDepthRequest};
use crate::wire::table::Reply;

/// The most books that one session may watch; TWS's own number for an account without quote boosters.
const BOOKS_MAX: usize = 3;

/// TWS's numbers for what happens to a row, and for the two sides.
const INSERT: i32 = 0;
const UPDATE: i32 = 1;
const DELETE: i32 = 2;
const ASKS: i32 = 0;
const BIDS: i32 = 1;

/// A subscription to a book, with the rows it showed last.
#[derive(Debug)]
pub struct DepthLine {
    symbol: String,
    exchange: &'static str,
    rows: usize,
    is_smart: bool,
    shown: Depth,
}

impl Desk {
    pub(super) fn on_market_depth(&mut self, from: Connection, asked: &MarketDepthRequest) {
        let id = asked.req_id();
        let Some(session) = self.sessions.get(&from) else { return };
        if session.depths.contains_key(&id) {
            return self.fail(from, id, 322, "Error processing request.-'bW' : cause - Duplicate ticker id");
        }
        if session.depths.len() >= BOOKS_MAX {
            let text = format!("Max number ({BOOKS_MAX}) of market depth requests has been reached");
            return self.fail(from, id, 309, text);
        }
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, id, 200, NOT_FOUND);
        };
        if self.barred(&listing).is_some() {
            return self.fail(from, id, 354, NOT_SUBSCRIBED);
        }
        let Some(rows) = usize::try_from(asked.num_rows()).ok().filter(|rows| *rows > 0) else {
            let cause = "The number of rows must be above 0";
            return self.fail(from, id, 321, format!("Error validating request.-'bV' : cause - {cause}"));
        };
        let line = DepthLine {
            symbol: listing.symbol,
            exchange: listing.primary,
            rows: rows.min(ROWS_MAX),
            is_smart: asked.is_smart_depth(),
            shown: Depth::default(),
        };
        if let Some(session) = self.session(from) {
            session.depths.insert(id, line);
        }
        self.publish_depths();
    }

    pub(super) fn on_cancel_market_depth(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.depths.remove(&id).is_none()) {
            self.fail(from, id, 310, format!("Can't find the subscribed market depth with tickerId:{id}"));
        }
    }

    pub(super) fn publish_depths(&mut self) {
        let (now, market) = (self.exchange.now(), Arc::clone(self.exchange.market()));
        let mut replies = Vec::new();
        for (connection, session) in &mut self.sessions {
            for (id, line) in &mut session.depths {
                let depth = market.depth(now, &line.symbol, line.rows).unwrap_or_default();
                let mut rows = changes(ASKS, &line.shown.asks, &depth.asks);
                rows.extend(changes(BIDS, &line.shown.bids, &depth.bids));
                replies.extend(rows.into_iter().map(|row| (*connection, told(*id, line, row))));
                line.shown = depth;
            }
        }
        for (connection, reply) in replies {
            self.say(connection, reply);
        }
    }
}

/// What turns the rows of before into those of now.
fn changes(side: i32, before: &[Row], now: &[Row]) -> Vec<DepthRow> {
    let row = |at: usize, operation: i32, row: &Row| DepthRow {
        position: i32::try_from(at).ok(),
        operation: Some(operation),
        side: Some(side),
        price: Some(double(row.price)),
        size: Some(row.size.to_string()),
        ..DepthRow::default()
    };
    let kept = now.iter().zip(before).enumerate().filter(|(_, (now, before))| now != before);
    let mut rows: Vec<DepthRow> = kept.map(|(at, (now, _))| row(at, UPDATE, now)).collect();
    rows.extend(now.iter().enumerate().skip(before.len()).map(|(at, new)| row(at, INSERT, new)));
    let gone = Row { price: 0, size: 0 };
    rows.extend((now.len()..before.len()).rev().map(|at| row(at, DELETE, &gone)));
    rows
}

fn told(id: i32, line: &DepthLine, row: DepthRow) -> Reply {
    let req_id = Some(id);
    if !line.is_smart {
        return Reply::MarketDepth(MarketDepth { req_id, row: Some(row) });
    }
    let row = DepthRow { market_maker: Some(line.exchange.to_owned()), is_smart_depth: Some(true), ..row };
    Reply::MarketDepthL2(MarketDepth { req_id, row: Some(row) })
}
