//! The shell: who runs, who is told, who is restarted. It decides nothing about money.
//!
//! One signal's way: [`signal`] → [`ticker`] → [`journal`] → [`risk`] → [`broker`], and
//! the broker's news the same road back. Messages go one way; nobody asks and waits, but for a
//! person, who comes in by [`operator`].
//!
//! Read first: [`message`], then [`supervisor`], which starts and stops the others.

pub mod board;
pub mod broker;
mod complaint;
pub mod fatal;
pub mod journal;
pub mod keeper;
pub mod message;
pub mod operator;
pub mod recovery;
pub mod risk;
pub mod signal;
pub mod streams;
pub mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;
pub mod threads;
pub mod ticker;
mod watchdog;

pub use board::{Board, Decision, LinkState, TickerView};
pub use supervisor::{Running, Settings, start};
