//! The commands that know from the running program or the journal: what is asked for, and in which form it is shown.

use anyhow::{Context, anyhow};
use chrono::NaiveDate;
use engine::Dossiers;
use serde::Serialize;

use super::recorded::{Place, told};
use super::{dossier, orders, signals, trades};
use crate::control::tell::{no_day, no_trade};
use crate::told::day::Report;
use crate::told::orders::Orders;
use crate::told::signals::{Heard, recorded};
use crate::told::trade_named;
use crate::told::trades::{Trades, Wanted};
use crate::told::whole::Whole;

/// `supervisor orders`.
///
/// # Errors
/// Neither a supervisor nor a journal answers.
pub fn of_orders(place: &Place, json: bool) -> anyhow::Result<String> {
    let all: Orders = told("/orders", place, None, |own| Ok(Orders::of(own, None)))?;
    shown(&all, json, orders::words)
}

/// `supervisor signals`.
///
/// # Errors
/// As [`of_orders`].
pub fn of_signals(place: &Place, json: bool) -> anyhow::Result<String> {
    let all: Vec<Heard> = told("/signals/latest", place, None, |own| Ok(recorded(own)))?;
    shown(&all, json, |all: &Vec<Heard>| signals::words(all))
}

/// `supervisor trades`.
///
/// # Errors
/// As [`of_orders`].
pub fn of_trades(place: &Place, wanted: &Wanted, json: bool) -> anyhow::Result<String> {
    let date = wanted.date.map(|date| format!("date={date}"));
    let ticker = wanted.ticker.as_ref().map(|ticker| format!("ticker={ticker}"));
    let query: Vec<String> = date.into_iter().chain(ticker).collect();
    let path = format!("/trades?{}", query.join("&"));
    let all: Trades = told(&path, place, wanted.date, |own| Ok(Trades::of(own, wanted)))?;
    shown(&all, json, trades::words)
}

/// `supervisor trades TRADE`.
///
/// # Errors
/// As [`of_orders`]; and there is no such trade.
pub fn of_trade(place: &Place, name: &str, json: bool) -> anyhow::Result<String> {
    // What is no name cannot be a path either.
    let (ticker, number) = trade_named(name).with_context(|| no_trade(name))?;
    let found = |own: &Dossiers| {
        let trade = own.trade(&ticker, number).with_context(|| no_trade(name))?;
        Ok(Whole::of(trade, own.zone()))
    };
    let whole: Whole = told(&format!("/trades/{ticker}.{number}"), place, None, found)?;
    shown(&whole, json, dossier::words)
}

/// What `supervisor report` is made of.
///
/// # Errors
/// As [`of_orders`]; and nothing is known of that day.
pub fn of_day(place: &Place, date: Option<NaiveDate>) -> anyhow::Result<Report> {
    let path = date.map_or_else(|| "/report".to_owned(), |date| format!("/report?date={date}"));
    told(&path, place, date, |own| {
        let days: Vec<NaiveDate> = own.days().keys().copied().collect();
        let report = date.or(own.newest_day()).and_then(|date| Report::of(own, date));
        report.ok_or_else(|| anyhow!(no_day(date, &days)))
    })
}

fn shown<T: Serialize>(what: &T, json: bool, words: impl FnOnce(&T) -> String) -> anyhow::Result<String> {
    if json { serde_json::to_string(what).context("failed to write as JSON") } else { Ok(words(what)) }
}
