//! The commands that know from the running program or the journal: what is asked for, and in which form it is shown.

use anyhow::{Context, Error};
use chrono::NaiveDate;
use serde::Serialize;

use super::recorded::{Place, told};
use super::{dossier, orders, signals, trades};
use crate::told::day::Report;
use crate::told::orders::Orders;
use crate::told::signals::{Heard, recorded};
use crate::told::trades::{Trades, Wanted};
use crate::told::whole::Whole;
use crate::told::{no_trade, trade_named};

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
    let path = format!("/trades/{ticker}.{number}");
    let whole: Whole = told(&path, place, None, |own| Whole::named(own, name).map_err(Error::msg))?;
    shown(&whole, json, dossier::words)
}

/// What `supervisor report` is made of.
///
/// # Errors
/// As [`of_orders`]; and nothing is known of that day.
pub fn of_day(place: &Place, date: Option<NaiveDate>) -> anyhow::Result<Report> {
    let path = date.map_or_else(|| "/report".to_owned(), |date| format!("/report?date={date}"));
    told(&path, place, date, |own| Report::of_day(own, date).map_err(Error::msg))
}

fn shown<T: Serialize>(what: &T, json: bool, words: impl FnOnce(&T) -> String) -> anyhow::Result<String> {
    if json { serde_json::to_string(what).context("failed to write as JSON") } else { Ok(words(what)) }
}
