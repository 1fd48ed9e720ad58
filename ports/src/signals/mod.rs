//! Where signals come from. A source answers with what it has; whoever asks decides
//! what of it is new.
//!
//! Read next: [`http`], then [`fields`].

pub mod fields;
pub mod http;

use engine::Signal;

pub use fields::Fields;
pub use http::{Api, HttpSource, PollError};

/// A signal with the symbol it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The symbol, as the source writes it.
    pub symbol: String,
    /// What it says.
    pub signal: Signal,
}

/// A part of an answer that is no prediction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why} in {text}")]
pub struct Malformed {
    /// What is wrong.
    pub why: String,
    /// The part, shortened.
    pub text: String,
}
