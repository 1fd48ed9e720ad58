//! What is done to the market while it runs: gaps, halts, an early end of the day.
//!
//! An overlay changes nothing before its own moment, so that what was shown stays true. Overlays are not kept over a
//! restart: the prices are the file's again.
//!
//! Read next: [`quote`](crate::market::quote).

use chrono::{DateTime, NaiveDate, Utc};

use crate::market::calendar::{Session, date_of};
use crate::market::daily::Daily;
use crate::market::path::DayPath;

/// Everything that was done.
#[derive(Debug, Default)]
pub(super) struct Overlays {
    gaps: Vec<Gap>,
    halts: Vec<Halt>,
}

#[derive(Debug)]
struct Gap {
    at: DateTime<Utc>,
    symbol: String,
    factor: f64,
}

#[derive(Debug)]
struct Halt {
    symbol: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Overlays {
    pub(super) fn gap(&mut self, at: DateTime<Utc>, symbol: &str, factor: f64) {
        self.gaps.push(Gap { at, symbol: symbol.to_owned(), factor });
    }

    pub(super) fn halt(&mut self, symbol: &str, from: DateTime<Utc>, until: DateTime<Utc>) {
        self.halts.push(Halt { symbol: symbol.to_owned(), from, until });
    }

    /// Ends every halt of a symbol.
    pub(super) fn resume(&mut self, symbol: &str, at: DateTime<Utc>) {
        for halt in self.halts.iter_mut().filter(|halt| halt.symbol == symbol) {
            halt.until = halt.until.min(at);
        }
    }

    pub(super) fn is_halted(&self, symbol: &str, now: DateTime<Utc>) -> bool {
        self.halts.iter().any(|halt| halt.symbol == symbol && halt.from <= now && now < halt.until)
    }

    /// A day as the gaps of the days before leave it.
    pub(super) fn shifted(&self, symbol: &str, date: NaiveDate, day: Daily) -> Daily {
        let before = self.gaps.iter().filter(|gap| gap.symbol == symbol && date_of(gap.at) < date);
        day.scaled(before.map(|gap| gap.factor).product())
    }

    /// Was anything done inside of this day?
    pub(super) fn touches(&self, symbol: &str, date: NaiveDate) -> bool {
        self.gaps.iter().any(|gap| gap.symbol == symbol && date_of(gap.at) == date)
            || self.halts.iter().any(|halt| {
                halt.symbol == symbol && date_of(halt.from) <= date && date <= date_of(halt.until)
            })
    }

    /// Lays what was done on a day, from some moment on, over a path of it.
    pub(super) fn lay(&self, symbol: &str, session: Session, since: DateTime<Utc>, path: &mut DayPath) {
        for gap in self.gaps.iter().filter(|gap| gap.symbol == symbol && date_of(gap.at) == session.date) {
            if since <= gap.at && gap.at <= session.close {
                path.scale_from(session.second(gap.at), gap.factor);
            }
        }
        let halts = self.halts.iter().filter(|halt| halt.symbol == symbol);
        for halt in halts.filter(|halt| halt.from <= session.close && halt.until >= session.open) {
            path.freeze(session.second(halt.from), session.second(halt.until));
        }
    }
}
