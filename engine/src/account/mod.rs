//! The account: one book over all tickers, and the proof that it let a request through.
//!
//! Read next: [`book`], then [`limits`].

mod admitted;
mod book;
mod commission;
mod day;
mod exact;
mod fills;
mod gauge;
mod groups;
mod holding;
mod intent;
mod judge;
mod limits;
mod lines;
mod name;
mod open_risk;
mod opening;
mod refusal;
mod scoped;
mod standing;
mod streak;
mod view;

pub use admitted::Admitted;
pub use book::Book;
pub use day::{DayResult, ResultUnknown, Trip};
pub use gauge::{Gauge, Reading, Scope, State};
pub use groups::{BadGroupName, GroupName};
pub use limits::{
    AccountLimits, BuyingPower, GroupLimits, Limits, LosingStreak, LossScope, OnDailyLoss, OrderLimits,
    OwnLimits, TickerLimits, Unknown,
};
pub use name::LimitName;
pub use refusal::Refusal;
pub use standing::Releasable;
pub use view::{AccountView, Funds};
