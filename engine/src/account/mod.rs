//! The account: one book over all tickers, and the proof that it let a request through.
//!
//! Read next: [`book`], then [`limits`].

mod admitted;
mod book;
mod holding;
mod limits;

pub use admitted::Admitted;
pub use book::{Book, DayResult};
pub use limits::{Limits, OnDailyLoss, Refusal};

use std::collections::BTreeMap;

use crate::instrument::TickerKey;
use crate::view::Quote;

/// What the book sees of the market: the newest quote of each ticker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountView {
    /// The newest quotes.
    pub quotes: BTreeMap<TickerKey, Quote>,
}
