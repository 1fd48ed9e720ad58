//! A paper gateway: TWS's side of the wire, with an exchange, an account and real prices behind it.
//!
//! Any TWS client can connect to it; it shares no type with one. It never guesses: what it cannot do is refused with
//! the code TWS would send, and everything it stamps is market time. No sockets, threads or clocks outside
//! [`gateway`]; prices replay real days, and the path inside a day is a pure function of seed, symbol and date.
//!
//! Read first: [`wire`]; then [`market`], [`exchange`], [`session`]; last [`gateway`], which runs them.

/// The page for people, whose Rust program is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/paper-gateway.md")]
pub struct Page;

pub mod exchange;
pub mod faults;
pub mod gateway;
pub mod market;
pub mod predictions;
pub mod session;
pub mod wire;

pub use exchange::options::{AccountOptions, ChildrenOnPartial};
pub use exchange::readings::Readings;
pub use gateway::{Gateway, Options};
pub use market::options::MarketOptions;
