//! Where signals come from. A source answers with what it has; whoever asks decides
//! what of it is new.
//!
//! Read next: [`read`], the one reader for all doors; then the doors: [`http`] (asked again and again), [`mod@file`]
//! (a file or pipe that grows), [`webhook`] and [`tradingview`] (sent to us).

pub mod backoff;
pub mod fields;
pub mod file;
pub mod http;
pub mod read;
mod shown;
mod strict;
pub mod tradingview;
pub mod webhook;

use engine::Signal;

pub use backoff::Backoff;
pub use fields::Fields;
pub use file::FileSource;
pub use http::{Api, HttpSource, PollError};
pub use shown::shown;

/// A signal with the symbol it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The symbol, as the source writes it.
    pub symbol: String,
    /// What it says.
    pub signal: Signal,
}

/// A part of an answer that is no prediction. One short line of plain ASCII.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why} in {text}")]
pub struct Malformed {
    /// What is wrong.
    pub why: String,
    /// The part, shortened.
    pub text: String,
}

/// A source that is asked.
#[derive(Debug)]
pub enum Source {
    /// An API.
    Http(Box<HttpSource>),
    /// A file or pipe.
    File(FileSource),
}

/// What a source had when it was asked.
#[derive(Debug, Default)]
pub struct Answer {
    /// Its predictions, in the order in which they stand.
    pub parts: Vec<Result<Prediction, Malformed>>,
    /// What it answered by, to be kept once all of it is taken in.
    pub tags: Vec<http::Tag>,
    /// What went wrong; the parts hold all the same.
    pub trouble: Option<PollError>,
}

impl Source {
    /// Its name, where sources are counted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Source::Http(_) => "http",
            Source::File(_) => "file",
        }
    }

    /// True for one that says again what it said before.
    #[must_use]
    pub fn repeats(&self) -> bool {
        matches!(self, Source::Http(_))
    }

    /// Asks once, for these symbols where it is asked symbol by symbol.
    pub async fn poll(&self, symbols: &[String]) -> Answer {
        match self {
            Source::Http(api) => api.poll(symbols).await,
            Source::File(file) => file.poll().await,
        }
    }

    /// An answer is taken in whole: it need not be told again.
    pub fn keep(&self, tags: Vec<http::Tag>) {
        if let Source::Http(api) = self {
            api.keep(tags);
        }
    }
}
