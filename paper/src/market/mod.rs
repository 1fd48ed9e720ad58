//! The market: real daily prices, replayed inside the day along a path that depends on nothing but seed, symbol and date.
//!
//! It is data, not an actor: every question carries its own time, the answers never look ahead of it, and asking twice
//! gives the same, unless a gap or a halt was laid over what was still to come. Who wants to know "now" asks [`clock`]. Trading
//! outside 09:30–16:00 US/Eastern has to be asked for: [`outside`].
//!
//! Read first: [`calendar`], [`daily`], [`path`]; then [`quote`], [`bars`]; [`listing`] names the contracts, [`own`] takes
//! the user's prices, an overlay is what is done to the market while it runs.

pub mod actions;
pub mod bars;
pub mod calendar;
pub mod clock;
pub mod daily;
pub mod depth;
pub mod listing;
pub mod options;
pub mod outside;
mod overlay;
pub mod own;
pub mod path;
pub mod price;
pub mod quote;
pub mod random;
pub mod tape;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use calendar::{Calendar, SESSION_SECONDS, Session, at};
use daily::{Daily, Series};
use listing::Listing;
use options::MarketOptions;
use outside::Part;
use overlay::Overlays;
use own::Inside;
use path::DayPath;
use price::Pips;

/// The most day paths kept in memory beside one of each contract; a path of another day is computed again when it is asked for.
const PATHS_MAX: usize = 96;

/// Everything that is listed, its days and the paths inside them. Shared freely: what it has shown never changes.
#[derive(Debug)]
pub struct Market {
    options: MarketOptions,
    calendar: Calendar,
    listings: Vec<Listing>,
    series: BTreeMap<String, Series>,
    insides: BTreeMap<String, BTreeMap<NaiveDate, Inside>>,
    /// What the user's own prices say of the hours around regular ones, by the second of the day.
    outsides: BTreeMap<String, BTreeMap<NaiveDate, Inside>>,
    overlays: Mutex<Overlays>,
    paths: Mutex<BTreeMap<(String, NaiveDate, Part), Arc<DayPath>>>,
}

impl Market {
    /// Loads the daily prices, takes the user's own and lists the symbols that walk.
    pub fn new(options: MarketOptions) -> Market {
        let mut series = daily::load();
        let mut insides: BTreeMap<String, BTreeMap<NaiveDate, Inside>> = BTreeMap::new();
        let mut outsides = insides.clone();
        for own in &options.prices {
            series.entry(own.symbol.clone()).or_default().extend(own.days.clone());
            insides.entry(own.symbol.clone()).or_default().extend(own.inside.clone());
            outsides.entry(own.symbol.clone()).or_default().extend(own.outside.clone());
        }
        let calendar = Calendar::new(series.values().flat_map(Series::dates)).extended(options.is_extended);
        for (symbol, price) in &options.walks {
            let walk = || daily::walk(symbol, *price, options.start, options.seed, &calendar);
            series.entry(symbol.clone()).or_insert_with(walk);
        }
        for (date, time) in &options.early_closes {
            if let Some(close) = at(*date, time.hour(), time.minute()) {
                calendar.close_early(*date, close);
            }
        }
        let own = options.prices.iter().map(|own| &own.symbol);
        let invented: BTreeSet<&String> = own.chain(options.walks.keys()).collect();
        let listings = listing::list(invented.into_iter(), &options.pence);
        let (overlays, paths) = (Mutex::default(), Mutex::default());
        Market { options, calendar, listings, series, insides, outsides, overlays, paths }
    }

    /// What it was made of.
    pub fn options(&self) -> &MarketOptions {
        &self.options
    }

    /// The trading dates and their hours.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Everything that is listed some day.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.listings.iter()
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
    pub fn daily(&self, symbol: &str, date: NaiveDate) -> Option<Daily> {
        let day = *self.series.get(symbol)?.day(date)?;
        let (day, is_touched) = {
            let overlays = self.overlays.lock().unwrap_or_else(PoisonError::into_inner);
            (overlays.shifted(symbol, date, day), overlays.touches(symbol, date))
        };
        if !is_touched && !self.was_cut_short(date) {
            return Some(day);
        }
        let (path, end) = (self.path(symbol, date)?, self.calendar.session(date)?.seconds());
        let (low, high) = path.range(0, end);
        Some(Daily { open: path.last(0), high, low, close: path.last(end), volume: path.volume(end) })
    }

    /// The newest day before a date.
    pub fn daily_before(&self, symbol: &str, date: NaiveDate) -> Option<(NaiveDate, Daily)> {
        let (before, _) = self.series.get(symbol)?.before(date)?;
        Some((before, self.daily(symbol, before)?))
    }

    /// The path of one day's regular hours, computed once and remembered.
    pub fn path(&self, symbol: &str, date: NaiveDate) -> Option<Arc<DayPath>> {
        self.part(symbol, date, Part::Day)
    }

    fn part(&self, symbol: &str, date: NaiveDate, part: Part) -> Option<Arc<DayPath>> {
        let key = (symbol.to_owned(), date, part);
        if let Some(path) = self.paths.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(Arc::clone(path));
        }
        let path = Arc::new(match part {
            Part::Morning => self.compute_morning(symbol, date)?,
            Part::Day => self.compute(symbol, date)?,
            Part::Evening => self.compute_evening(symbol, date)?,
        });
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        // An evening is asked for again when the next morning leads away from it.
        let a_listing = if self.calendar.is_extended() { 3 } else { 1 };
        if paths.len() >= PATHS_MAX + a_listing * self.listings.len() {
            paths.pop_first();
        }
        paths.insert(key, Arc::clone(&path));
        Some(path)
    }

    /// From `now` on everything in a symbol costs `percent` more than it would have.
    pub fn gap(&self, now: DateTime<Utc>, symbol: &str, percent: f64) {
        let factor = (1.0 + percent / 100.0).max(0.001);
        self.lay(symbol, |overlays| overlays.gap(now, symbol, factor));
    }

    /// Nothing trades in a symbol from `from` until `until`.
    pub fn halt(&self, symbol: &str, from: DateTime<Utc>, until: DateTime<Utc>) {
        self.lay(symbol, |overlays| overlays.halt(symbol, from, until));
    }

    /// Ends a halt at `now`.
    pub fn resume(&self, symbol: &str, now: DateTime<Utc>) {
        self.lay(symbol, |overlays| overlays.resume(symbol, now));
    }

    /// Is trading in it halted?
    pub fn is_halted(&self, symbol: &str, now: DateTime<Utc>) -> bool {
        self.overlays.lock().unwrap_or_else(PoisonError::into_inner).is_halted(symbol, now)
    }

    fn lay(&self, symbol: &str, change: impl FnOnce(&mut Overlays)) {
        change(&mut self.overlays.lock().unwrap_or_else(PoisonError::into_inner));
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        paths.retain(|(of, _, _), _| of != symbol);
    }

    fn compute(&self, symbol: &str, date: NaiveDate) -> Option<DayPath> {
        let session = self.calendar.session(date)?;
        let overlays = self.overlays.lock().unwrap_or_else(PoisonError::into_inner);
        let day = overlays.shifted(symbol, date, *self.series.get(symbol)?.day(date)?);
        let inside = self.insides.get(symbol).and_then(|inside| inside.get(&date));
        let mut path = match inside {
            Some(inside) => DayPath::known(self.options.seed, symbol, date, &day, inside),
            None => DayPath::new(self.options.seed, symbol, date, &day),
        };
        // A short day that was known from the start holds the whole day; one that is cut short while it runs does not.
        if self.options.early_closes.contains_key(&date) && inside.is_none() {
            path.squeeze(session.seconds());
        }
        overlays.lay(symbol, session, DateTime::<Utc>::MIN_UTC, &mut path);
        Some(path)
    }

    fn lay_over(&self, symbol: &str, stretch: Session, since: DateTime<Utc>, path: &mut DayPath) {
        self.overlays.lock().unwrap_or_else(PoisonError::into_inner).lay(symbol, stretch, since, path);
    }

    /// A day's first price and its volume, without what was done to it that day.
    fn opening(&self, symbol: &str, date: NaiveDate) -> Option<(Pips, u64)> {
        let day = *self.series.get(symbol)?.day(date)?;
        let overlays = self.overlays.lock().unwrap_or_else(PoisonError::into_inner);
        Some((overlays.shifted(symbol, date, day).open, day.volume))
    }

    /// Does the user's own file tell of the inside of a day?
    fn knows_inside(&self, symbol: &str, date: NaiveDate) -> bool {
        self.insides.get(symbol).is_some_and(|days| days.contains_key(&date))
    }

    fn was_cut_short(&self, date: NaiveDate) -> bool {
        let is_short = self.calendar.session(date).is_some_and(|session| session.seconds() < SESSION_SECONDS);
        is_short && !self.options.early_closes.contains_key(&date)
    }

    fn is_listed(&self, symbol: &str, on: NaiveDate) -> bool {
        self.series.get(symbol).is_some_and(|series| series.dates().next().is_some_and(|first| first <= on))
    }
}
