//! Everything that is known to go wrong between a client and TWS, on demand: the vocabulary, scenarios, and who decides
//! when.
//!
//! A fault is data. A [`Scenario`] says when each of them happens; the [`director`] watches what passes
//! and names what is due, repeatably: chance comes from the scenario's seed. Faults of the socket are carried out by the
//! [`gateway`](crate::gateway), those of frames by a [`line`](mod@line), all others by the [`session`](crate::session).
//!
//! Read first: [`fault`]; then [`scenario`], [`director`].

pub mod director;
pub mod fault;
pub mod line;
pub mod scenario;

pub use director::{Director, Seen};
pub use fault::Fault;
pub use scenario::{BadScenario, Scenario};
