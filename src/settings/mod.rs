//! Settings files into typed values, with every fault at once, each on its line.
//!
//! A TOML or YAML text becomes a [`Document`]: one tree that knows where each value was written. Named
//! environment variables may be laid over it. [`Document::load`] then turns it into any serde type whose
//! structs say `deny_unknown_fields`, and either all of it is right or all that is wrong is told:
//!
//! ```text
//! config/tickers.toml:14: `stop_los_pct` is not a setting of a ticker; did you mean `stop_loss_pct`?
//! environment TWS_PORT: `port`: expected a whole number from 0 to 65535, got the text `abc`
//! ```
//!
//! What was loaded keeps its tree as [`Located`], so that the checks that follow name the same lines.
//!
//! Two habits of serde to know when writing a type for this loader. An enum told apart by a tag must call the
//! tag `type`. And serde takes unknown keys in silence where such an enum's kind has no fields, so write
//! `Halt {}` instead of `Halt`.
//!
//! Secrets do not pass here: a fault quotes the value that it refuses.
//!
//! Read next: [`Document`], then `examine`, which is the loop, and [`Exact`] for numbers.

mod access;
mod blame;
mod de;
mod document;
mod error;
mod exact;
mod examine;
mod fault;
mod from_toml;
mod from_yaml;
mod located;
mod node;
mod segment;
#[cfg(test)]
mod tests;
mod words;

pub use document::{Document, Override};
pub use exact::Exact;
pub use fault::{FAULTS_MAX, Fault, Origin};
pub use located::{Faults, Located};
pub use segment::Segment;
pub use words::TableName;
