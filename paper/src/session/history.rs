//! Historical bars, kept up to date if asked; the first data; the schedule of sessions.
//!
//! All bars come in one message, oldest first, followed by their span: the `ibapi` crate waits for both. Daily bars carry
//! a date, intraday bars seconds since 1970 or, in the format that is TWS's default, the exchange's time.
//!
//! Read next: [`tape`](crate::session::tape).

use chrono::{DateTime, Datelike, Timelike, Utc};
use rust_decimal::prelude::ToPrimitive;

use crate::market::bars::{Bar, Show, merge};
use crate::market::calendar::{SESSION_SECONDS, Session, ZONE, ZONE_NAME, date_of, stamp};
use crate::market::listing::Listing;
use crate::session::contracts::NOT_FOUND;
use crate::session::span::{BarSize, Duration, show_named};
use crate::session::terms::moment;
use crate::session::{Connection, Desk, SUBSCRIPTIONS_MAX};
use crate::wire::message::history::{
    HeadTimestamp, HeadTimestampRequest, HistoricalBar, HistoricalData, HistoricalDataEnd,
    HistoricalDataRequest, HistoricalDataUpdate, HistoricalSchedule, HistoricalSession,
};
use crate::wire::table::Reply;

/// Trades, adjusted for splits.
const ADJUSTED: &str = "ADJUSTED_LAST";

/// The most bars in one answer.
pub const BARS_MAX: usize = 25_000;

/// The most bars that one pulse sends to a line that fell behind.
const UPDATES_MAX: usize = 120;

/// What bars are asked for.
#[derive(Debug, Clone)]
struct Query {
    symbol: String,
    size: BarSize,
    show: Show,
    is_epoch: bool,
    /// Of regular hours only?
    is_regular: bool,
    /// At the prices that splits since then have made of them (`ADJUSTED_LAST`)?
    is_adjusted: bool,
}

/// A line of bars that is kept up to date, with the newest bar sent.
#[derive(Debug)]
pub struct Line {
    query: Query,
    newest: Option<Bar>,
}

impl Desk {
    pub(super) fn on_historical_data(&mut self, from: Connection, asked: &HistoricalDataRequest) {
        let id = asked.req_id();
        match self.history(from, asked) {
            Ok(replies) => replies.into_iter().for_each(|reply| self.say(from, reply)),
            Err((code, text)) => self.fail(from, id, code, text),
        }
    }

    fn history(
        &mut self,
        from: Connection,
        asked: &HistoricalDataRequest,
    ) -> Result<Vec<Reply>, (i32, String)> {
        let listing = self.find(asked.contract.as_ref()).ok_or((200, NOT_FOUND.to_owned()))?;
        let end = self.end_of(asked)?;
        let duration = Duration::named(asked.duration()).ok_or_else(|| invalid("Invalid duration"))?;
        if asked.what_to_show() == "SCHEDULE" {
            return Ok(vec![self.schedule(asked.req_id(), end, duration)]);
        }
        self.check_past(&listing)?;
        let size = BarSize::named(asked.bar_size_setting()).ok_or_else(|| invalid("Invalid bar size"))?;
        let is_adjusted = asked.what_to_show() == ADJUSTED;
        let shown = if is_adjusted { "TRADES" } else { asked.what_to_show() };
        let show = show_named(shown).ok_or_else(|| invalid("What to show is not supported"))?;
        let query = Query {
            symbol: listing.symbol,
            size,
            show,
            is_epoch: asked.format_date() == 2,
            is_regular: asked.use_rth(),
            is_adjusted,
        };
        let bars = self.bars(&query, end, duration)?;
        let Some(first) = bars.first().filter(|_| !asked.keep_up_to_date() || self.has_room(from)) else {
            let text =
                format!("HMDS query returned no data: {}@SMART {}", query.symbol, asked.what_to_show());
            return Err((162, format!("Historical Market Data Service error message:{text}")));
        };
        let span = HistoricalDataEnd {
            req_id: asked.req_id,
            start_date: Some(stamp(first.start)),
            end_date: Some(stamp(end)),
        };
        let wire = bars.iter().map(|bar| wire_bar(&query, bar)).collect();
        if asked.keep_up_to_date()
            && let Some(session) = self.session(from)
        {
            session.histories.insert(asked.req_id(), Line { query, newest: bars.last().copied() });
        }
        Ok(vec![
            Reply::HistoricalData(HistoricalData { req_id: asked.req_id, bars: wire }),
            Reply::HistoricalDataEnd(span),
        ])
    }

    pub(super) fn on_cancel_historical_data(&mut self, from: Connection, id: i32) {
        if self.session(from).is_some_and(|session| session.histories.remove(&id).is_none()) {
            self.fail(from, id, 366, format!("No historical data query found for ticker id:{id}"));
        }
    }

    pub(super) fn on_head_timestamp(&mut self, from: Connection, asked: &HeadTimestampRequest) {
        let listing = self.find(asked.contract.as_ref());
        let Some(first) = listing.and_then(|listing| self.exchange.market().listed_since(&listing.symbol))
        else {
            return self.fail(from, asked.req_id(), 200, NOT_FOUND);
        };
        let text = match asked.format_date() {
            2 => first.timestamp().to_string(),
            _ => first.format("%Y%m%d-%H:%M:%S").to_string(),
        };
        self.say(
            from,
            Reply::HeadTimestamp(HeadTimestamp { req_id: asked.req_id, head_timestamp: Some(text) }),
        );
    }

    /// Sends every line what is new since the last pulse: bars that have closed, then the one under way.
    pub(super) fn publish_histories(&mut self) {
        let lines = self.sessions.iter().flat_map(|(connection, session)| {
            session.histories.iter().map(|(id, line)| (*connection, *id, line.query.clone(), line.newest))
        });
        for (connection, id, query, newest) in lines.collect::<Vec<_>>() {
            let Ok(bars) = self.bars(&query, self.exchange.now(), Duration::Days(1)) else { continue };
            let is_new =
                |bar: &&Bar| newest.is_none_or(|newest| bar.start >= newest.start && **bar != newest);
            let news: Vec<&Bar> = bars.iter().filter(is_new).collect();
            for bar in news.iter().skip(news.len().saturating_sub(UPDATES_MAX)) {
                let update = HistoricalDataUpdate { req_id: Some(id), bar: Some(wire_bar(&query, bar)) };
                self.say(connection, Reply::HistoricalDataUpdate(update));
            }
            let line = self.session(connection).and_then(|session| session.histories.get_mut(&id));
            if let (Some(line), Some(bar)) = (line, bars.last()) {
                line.newest = Some(*bar);
            }
        }
    }

    fn has_room(&self, connection: Connection) -> bool {
        self.sessions.get(&connection).is_some_and(|session| session.histories.len() < SUBSCRIPTIONS_MAX)
    }

    /// What has happened in a contract is not for an account without live data.
    pub(super) fn check_past(&self, listing: &Listing) -> Result<(), (i32, String)> {
        match self.barred(listing) {
            Some(why) => Err((162, format!("Historical Market Data Service error message:{why}"))),
            None => Ok(()),
        }
    }

    /// The end of a request: now, or an earlier moment. Bars kept up to date have no end.
    fn end_of(&self, asked: &HistoricalDataRequest) -> Result<DateTime<Utc>, (i32, String)> {
        match asked.end_date_time() {
            "" => Ok(self.exchange.now()),
            _ if asked.keep_up_to_date() => Err(invalid("A bar that is kept up to date has no end date")),
            _ if asked.what_to_show() == ADJUSTED => Err(invalid("ADJUSTED_LAST has no end date")),
            text => match moment(text) {
                Some(end) => Ok(end.min(self.exchange.now())),
                None => {
                    Err((10314, "End Date/Time: The date, time, or time-zone entered is invalid.".to_owned()))
                }
            },
        }
    }

    fn bars(&self, query: &Query, end: DateTime<Utc>, duration: Duration) -> Result<Vec<Bar>, (i32, String)> {
        let sessions = self.days_back(query, end, duration);
        let length = if let BarSize::Seconds(length) = query.size { length } else { SESSION_SECONDS };
        if sessions.len() * (SESSION_SECONDS as usize / length as usize).max(1) > BARS_MAX {
            return Err(invalid("The request is for too many bars"));
        }
        let market = self.exchange.market();
        let mut bars: Vec<Bar> = sessions
            .iter()
            .flat_map(|session| match query.size {
                BarSize::Seconds(length) => self.intraday(query, *session, end, length),
                _ => market.day_bar(end, &query.symbol, session.date, query.show).into_iter().collect(),
            })
            .collect();
        if query.is_adjusted {
            bars.iter_mut().for_each(|bar| *bar = bar.split_by(self.split_since(&query.symbol, bar.start)));
        }
        if let (Duration::Seconds(seconds), BarSize::Seconds(length)) = (duration, query.size) {
            let wanted = (seconds.div_ceil(length) as usize).max(1);
            bars.drain(..bars.len().saturating_sub(wanted));
        }
        Ok(match query.size {
            BarSize::Week => merged(&bars, |bar| {
                (date_of(bar.start).iso_week().year(), date_of(bar.start).iso_week().week())
            }),
            BarSize::Month => merged(&bars, |bar| (date_of(bar.start).year(), date_of(bar.start).month())),
            _ => bars,
        })
    }

    /// What a share of a moment has become by now, as far as the file of corporate actions knows.
    fn split_since(&self, symbol: &str, at: DateTime<Utc>) -> f64 {
        let (from, today) = (date_of(at), date_of(self.exchange.now()));
        let actions = self.exchange.market().options().actions.iter();
        let since =
            actions.filter(|action| action.symbol == symbol && from < action.date && action.date <= today);
        since.map(|action| action.ratio.to_f64().unwrap_or(1.0)).product()
    }

    /// One day's bars, of regular hours or of all its trading. A bar that the open or the close falls into is one.
    fn intraday(&self, query: &Query, session: Session, end: DateTime<Utc>, length: u32) -> Vec<Bar> {
        let market = self.exchange.market();
        let bars = |stretch| market.intraday(end, &query.symbol, stretch, length, query.show);
        if query.is_regular || !market.calendar().is_extended() {
            return bars(session);
        }
        let all: Vec<Bar> = market.calendar().stretches(session.date).flat_map(bars).collect();
        let slot = |bar: &Bar| bar.start.with_timezone(&ZONE).num_seconds_from_midnight() / length.max(1);
        merged(&all, slot)
    }

    /// The sessions that a request for bars reaches, oldest first; with today's, if its morning counts and has begun.
    fn days_back(&self, query: &Query, end: DateTime<Utc>, duration: Duration) -> Vec<Session> {
        let calendar = self.exchange.market().calendar();
        let mut sessions = self.sessions_back(end, duration);
        let today = calendar.session(date_of(end)).filter(|session| end < session.open);
        let has_begun = calendar.morning(date_of(end)).is_some_and(|morning| morning.open <= end);
        if let Some(today) = today.filter(|_| has_begun && !query.is_regular) {
            sessions.push(today);
        }
        sessions
    }

    /// The sessions that a request reaches, oldest first.
    pub(super) fn sessions_back(&self, end: DateTime<Utc>, duration: Duration) -> Vec<Session> {
        let calendar = self.exchange.market().calendar();
        let Some(last) = calendar.session_before(end) else { return Vec::new() };
        let days = match duration {
            Duration::Seconds(seconds) => seconds.div_ceil(SESSION_SECONDS) as usize + 1,
            Duration::Days(days) => days as usize,
            Duration::Weeks(_) | Duration::Months(_) => usize::MAX,
        };
        let first = duration.first_date(date_of(end)).unwrap_or(chrono::NaiveDate::MIN);
        let dates = std::iter::once(last.date).chain(calendar.before(last.date));
        let back =
            dates.take(days).take_while(|date| *date >= first).filter_map(|date| calendar.session(date));
        let mut sessions: Vec<Session> = back.collect();
        sessions.reverse();
        sessions
    }

    fn schedule(&self, id: i32, end: DateTime<Utc>, duration: Duration) -> Reply {
        let sessions = self.sessions_back(end, duration);
        let moment = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%Y%m%d-%H:%M:%S").to_string();
        let wire = sessions.iter().map(|session| HistoricalSession {
            start_date_time: Some(moment(session.open)),
            end_date_time: Some(moment(session.close)),
            ref_date: Some(session.date.format("%Y%m%d").to_string()),
        });
        Reply::HistoricalSchedule(HistoricalSchedule {
            req_id: Some(id),
            start_date_time: sessions.first().map(|session| moment(session.open)),
            end_date_time: sessions.last().map(|session| moment(session.close)),
            time_zone: Some(ZONE_NAME.to_owned()),
            sessions: wire.collect(),
        })
    }
}

fn merged<K: PartialEq>(bars: &[Bar], period: impl Fn(&Bar) -> K) -> Vec<Bar> {
    bars.chunk_by(|one, next| period(one) == period(next)).filter_map(merge).collect()
}

fn wire_bar(query: &Query, bar: &Bar) -> HistoricalBar {
    let date = match query.size {
        BarSize::Seconds(_) if query.is_epoch => bar.start.timestamp().to_string(),
        BarSize::Seconds(_) => stamp(bar.start),
        _ => date_of(bar.start).format("%Y%m%d").to_string(),
    };
    let is_traded = query.show == Show::Trades;
    HistoricalBar {
        date: Some(date),
        open: Some(bar.open),
        high: Some(bar.high),
        low: Some(bar.low),
        close: Some(bar.close),
        volume: Some(if is_traded { bar.volume.to_string() } else { "-1".to_owned() }),
        wap: Some(if is_traded { format!("{:.4}", bar.average) } else { "-1".to_owned() }),
        bar_count: if is_traded { i32::try_from(bar.count).ok() } else { Some(-1) },
    }
}

fn invalid(cause: &str) -> (i32, String) {
    (321, format!("Error validating request.-'bJ' : cause - {cause}"))
}
