//! The doors to the outside world: the broker, the signal source, the journal, the clock.
//!
//! Wire ids, floats and SQL end here; nothing in here decides about money.
//!
//! Read next: [`broker`], the only place that names `ibapi`; [`journal`], the only one
//! that names SQLite.

pub mod brakes;
pub mod broker;
pub mod clock;
pub mod fail;
pub mod journal;
pub mod signals;
