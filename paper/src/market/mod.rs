//! The market: real daily prices, replayed inside the day along a path that depends on nothing but seed, symbol and date.
//!
//! It is data, not an actor: every question carries its own time, the answers never look ahead of it, and asking twice
//! gives the same. Who wants to know "now" asks [`clock`]. There is no trading outside 09:30–16:00 US/Eastern.
//!
//! Read first: [`calendar`], [`daily`], [`path`]; then [`quote`], [`bars`]; [`listing`] names the contracts.

pub mod bars;
pub mod calendar;
pub mod clock;
pub mod daily;
pub mod listing;
pub mod options;
pub mod path;
pub mod price;
pub mod quote;
pub mod random;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};

use calendar::Calendar;
use daily::{Daily, Series};
use listing::Listing;
use options::MarketOptions;
use path::DayPath;

/// The most day paths kept in memory; a path of another day is computed again when it is asked for.
const PATHS_MAX: usize = 96;

/// Everything that is listed, its days and the paths inside them. Shared freely: it never changes, only remembers.
#[derive(Debug)]
pub struct Market {
    options: MarketOptions,
    calendar: Calendar,
    listings: Vec<Listing>,
    series: BTreeMap<String, Series>,
    paths: Mutex<BTreeMap<(String, NaiveDate), Arc<DayPath>>>,
}

impl Market {
    /// Loads the daily prices and lists the symbols that walk.
    pub fn new(options: MarketOptions) -> Market {
        let mut series = daily::load();
        let calendar = Calendar::new(series.values().flat_map(Series::dates));
        for (symbol, price) in &options.walks {
            let walk = || daily::walk(symbol, *price, options.start, options.seed, &calendar);
            series.entry(symbol.clone()).or_insert_with(walk);
        }
        let listings = listing::list(&options.walks);
        Market { options, calendar, listings, series, paths: Mutex::default() }
    }

    /// What it was made of.
    pub fn options(&self) -> &MarketOptions {
        &self.options
    }

    /// The trading dates and their hours.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What is listed on a date: a company that went public later is not there yet.
    pub fn listed(&self, on: NaiveDate) -> impl Iterator<Item = &Listing> {
        self.listings.iter().filter(move |listing| self.is_listed(&listing.symbol, on))
    }

    /// One contract by its id, listed yet or not.
    pub fn listing(&self, con_id: i32) -> Option<&Listing> {
        self.listings.iter().find(|listing| listing.con_id == con_id)
    }

    /// The first moment of trading; none for a symbol without data.
    pub fn listed_since(&self, symbol: &str) -> Option<DateTime<Utc>> {
        let first = self.series.get(symbol)?.dates().next()?;
        self.calendar.session(first).map(|session| session.open)
    }

    /// A day's open, high, low, close and volume, as they will have been by its end.
    pub fn daily(&self, symbol: &str, date: NaiveDate) -> Option<&Daily> {
        self.series.get(symbol)?.day(date)
    }

    /// The newest day before a date.
    pub fn daily_before(&self, symbol: &str, date: NaiveDate) -> Option<(NaiveDate, &Daily)> {
        self.series.get(symbol)?.before(date)
    }

    /// The path of one day, computed once and remembered.
    pub fn path(&self, symbol: &str, date: NaiveDate) -> Option<Arc<DayPath>> {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (symbol.to_owned(), date);
        if let Some(path) = paths.get(&key) {
            return Some(Arc::clone(path));
        }
        let path = Arc::new(DayPath::new(self.options.seed, symbol, date, self.daily(symbol, date)?));
        if paths.len() >= PATHS_MAX {
            paths.pop_first();
        }
        paths.insert(key, Arc::clone(&path));
        Some(path)
    }

    fn is_listed(&self, symbol: &str, on: NaiveDate) -> bool {
        self.series.get(symbol).is_some_and(|series| series.dates().next().is_some_and(|first| first <= on))
    }
}
