//! A prediction API over HTTP: polled, bounded, and never trusted.
//!
//! The answer is a JSON list (or one object) of predictions: `symbol`, `signal` (BUY,
//! SELL, SHORT), `confidence` (0 to 1), `timestamp` (RFC 3339, Unix seconds or
//! milliseconds), and an `id` if the source has one. [`Fields`] says where an API of
//! other names has them. Where the endpoint holds `{symbol}` it is asked symbol by symbol.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures::StreamExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ETAG, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::backoff::retry_after;
use super::read::{BadAnswer, Given, PREDICTION_BYTES_MAX, list};
use super::{Answer, Fields};

/// The largest answer that is read, where it is a list for all symbols.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// The longest tag that is kept.
const TAG_BYTES_MAX: usize = 1_024;
/// Redirects that are followed, all on the same host.
const REDIRECTS_MAX: usize = 3;
/// Symbols that are asked for at once.
const AT_ONCE_MAX: usize = 8;
/// What stands for the symbol in an endpoint.
pub const PLACE: &str = "{symbol}";

/// An API, as the config describes it.
#[derive(Debug)]
pub struct Api {
    /// What is asked.
    pub endpoint: String,
    /// The key that goes along.
    pub key: Option<SecretString>,
    /// The header that carries the key as it is; none: `Authorization: Bearer KEY`.
    pub key_header: Option<String>,
    /// Further headers that go along. No secrets: they stand in the config.
    pub headers: BTreeMap<String, String>,
    /// Where the answer's parts stand.
    pub fields: Fields,
    /// How long an answer may take, from the question to its last byte.
    pub patience: Duration,
}

/// One endpoint, asked again and again.
#[derive(Debug)]
pub struct HttpSource {
    client: reqwest::Client,
    api: Api,
    tags: Mutex<BTreeMap<String, String>>,
}

/// What an endpoint calls the state that it answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    url: String,
    tag: String,
}

/// Why a poll brought nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The endpoint did not answer, or answered with an error.
    #[error("failed to ask the prediction API")]
    Request(#[source] reqwest::Error),
    /// It wants to be asked later.
    #[error("the prediction API is busy ({status})")]
    Busy {
        /// What it answered.
        status: u16,
        /// How long it wants to be left alone, where it says.
        wait: Option<Duration>,
    },
    /// The answer is larger than what is read.
    #[error("the prediction API's answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The answer cannot be used.
    #[error("the prediction API's answer is unusable")]
    Answer(#[source] BadAnswer),
    /// The file is not there, or cannot be read.
    #[error("failed to read `{path}`")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl PollError {
    /// How long the other side wants to be left alone.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            PollError::Busy { wait, .. } => *wait,
            _ => None,
        }
    }
}

impl HttpSource {
    /// A source that asks `api`.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(api: Api) -> Result<HttpSource, PollError> {
        // Only an https endpoint needs it; a second call finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().timeout(api.patience).no_proxy().redirect(at_home());
        let builder = if api.endpoint.starts_with("https:") { builder } else { builder.tls_certs_only([]) };
        let client = builder.build().map_err(PollError::Request)?;
        Ok(HttpSource { client, api, tags: Mutex::default() })
    }

    /// Asks once.
    pub(super) async fn poll(&self, symbols: &[String]) -> Answer {
        if !self.api.endpoint.contains(PLACE) {
            return self.ask(self.api.endpoint.clone(), None).await;
        }
        let questions = symbols.iter().map(|symbol| {
            let encoded = utf8_percent_encode(symbol, NON_ALPHANUMERIC).to_string();
            self.ask(self.api.endpoint.replace(PLACE, &encoded), Some(symbol))
        });
        let answers: Vec<Answer> = futures::stream::iter(questions).buffered(AT_ONCE_MAX).collect().await;
        answers.into_iter().fold(Answer::default(), |mut all, one| {
            all.parts.extend(one.parts);
            all.tags.extend(one.tags);
            all.trouble = all.trouble.or(one.trouble);
            all
        })
    }

    /// What an answer was called is told the next time, so that nothing new costs nothing.
    pub(super) fn keep(&self, tags: Vec<Tag>) {
        let mut kept = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(tags.into_iter().map(|Tag { url, tag }| (url, tag)));
    }

    async fn ask(&self, url: String, symbol: Option<&str>) -> Answer {
        match self.try_to_ask(&url, symbol).await {
            Ok(answer) => answer,
            Err(error) => Answer { trouble: Some(error), ..Answer::default() },
        }
    }

    async fn try_to_ask(&self, url: &str, symbol: Option<&str>) -> Result<Answer, PollError> {
        let asked = |error: reqwest::Error| PollError::Request(error.without_url());
        let answer = self.question(url).send().await.map_err(asked)?;
        match answer.status() {
            StatusCode::NOT_MODIFIED => return Ok(Answer::default()),
            status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                let said = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let wait = said.and_then(|said| retry_after(said, SystemTime::now()));
                return Err(PollError::Busy { status: status.as_u16(), wait });
            }
            _ => {}
        }
        let answer = answer.error_for_status().map_err(asked)?;
        let tag = answer.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let tag = tag.filter(|tag| tag.len() <= TAG_BYTES_MAX);
        let max = if symbol.is_some() { PREDICTION_BYTES_MAX } else { ANSWER_BYTES_MAX };
        let body = body(answer, max).await?;
        let parts =
            list(&body, &self.api.fields, Given { symbol, confidence: None }).map_err(PollError::Answer)?;
        let tags = tag.into_iter().map(|tag| Tag { url: url.to_owned(), tag }).collect();
        Ok(Answer { parts, tags, trouble: None })
    }

    fn question(&self, url: &str) -> reqwest::RequestBuilder {
        let mut request = self.client.get(url);
        for (name, value) in &self.api.headers {
            request = request.header(name, value);
        }
        if let Some(key) = &self.api.key {
            request = match &self.api.key_header {
                Some(header) => request.header(header, key.expose_secret()),
                None => request.bearer_auth(key.expose_secret()),
            };
        }
        match self.tags.lock().unwrap_or_else(PoisonError::into_inner).get(url) {
            Some(tag) => request.header(IF_NONE_MATCH, tag),
            None => request,
        }
    }
}

async fn body(mut answer: Response, max: usize) -> Result<Vec<u8>, PollError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| PollError::Request(error.without_url()))? {
        body.extend_from_slice(&chunk);
        if body.len() > max {
            return Err(PollError::TooLarge(max));
        }
    }
    Ok(body)
}

/// Redirects stay on their host: another one would be sent the key.
fn at_home() -> Policy {
    Policy::custom(|attempt| {
        let first = attempt.previous().first();
        let origin = |url: &reqwest::Url| url.origin();
        let at_home = first.is_some_and(|first| origin(first) == origin(attempt.url()));
        if at_home && attempt.previous().len() <= REDIRECTS_MAX {
            attempt.follow()
        } else {
            attempt.error("it redirects to another host, or again and again; name the right endpoint")
        }
    })
}
