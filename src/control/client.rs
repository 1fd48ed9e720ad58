//! How a command asks the program that runs in the same folder.

use std::path::Path;

use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::PATIENCE;
use super::file::{Door, PATH, Role};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no file.
    #[error("no supervisor runs here ({PATH} is not there); start it with `supervisor`, in this folder")]
    NotRunning,
    /// There is a file, and nobody behind it.
    #[error(
        "no supervisor runs here any more ({PATH} is left over from process {pid}); start it with `supervisor`, in this folder"
    )]
    Gone {
        /// The process that wrote it.
        pid: u32,
    },
    /// The file cannot be used.
    #[error("failed to read `{PATH}`; if a supervisor runs here, its user alone may ask it")]
    File(#[source] std::io::Error),
    /// Somebody is there, and does not answer.
    #[error("the supervisor (process {pid}) does not answer on {address}")]
    Silent {
        /// The process.
        pid: u32,
        /// Where it was asked.
        address: std::net::SocketAddr,
        /// How it went wrong.
        source: reqwest::Error,
    },
    /// The supervisor says no, in its own words.
    #[error("{0}")]
    Refused(String),
}

/// Asks for `path`.
///
/// # Errors
/// No supervisor runs in this folder, or it does not answer, or it says no.
pub fn ask<T: DeserializeOwned>(path: &str) -> Result<T, AskError> {
    exchange(path, None, &[StatusCode::OK])
}

/// Posts `body` to `path`.
///
/// # Errors
/// As [`ask`].
pub fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, AskError> {
    exchange(path, Some(&serde_json::json!(body)), &[StatusCode::OK])
}

/// Asks for a state at `path`: an answer is one where all is well and where it is not.
///
/// # Errors
/// As [`ask`].
pub fn ask_state<T: DeserializeOwned>(path: &str) -> Result<T, AskError> {
    exchange(path, None, &[StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE])
}

/// Asks or posts; with one of these statuses it is answered.
fn exchange<T: DeserializeOwned>(
    path: &str,
    body: Option<&Value>,
    answers: &[StatusCode],
) -> Result<T, AskError> {
    let door = Door::read(Path::new(PATH)).map_err(AskError::File)?.ok_or(AskError::NotRunning)?;
    actix_rt::System::new().block_on(async {
        let answer = send(&door, path, body).await?;
        match answer.status() {
            status if answers.contains(&status) => {
                answer.json().await.map_err(|source| silent(&door, source))
            }
            status => Err(refused(&door, status, answer).await),
        }
    })
}

async fn send(door: &Door, path: &str, body: Option<&Value>) -> Result<Response, AskError> {
    let silent = |source| silent(door, source);
    let (client, url) = (client().map_err(silent)?, format!("http://{}{path}", door.address));
    let request = match body {
        Some(body) => client.post(url).json(body),
        None => client.get(url),
    };
    request.bearer_auth(door.keys.of(Role::Admin).expose_secret()).send().await.map_err(silent)
}

fn silent(door: &Door, source: reqwest::Error) -> AskError {
    match source.is_connect() {
        true => AskError::Gone { pid: door.pid },
        false => AskError::Silent { pid: door.pid, address: door.address, source: source.without_url() },
    }
}

async fn refused(door: &Door, status: StatusCode, answer: Response) -> AskError {
    // Whoever has the port now is not the one who wrote the file.
    if status == StatusCode::UNAUTHORIZED {
        return AskError::Gone { pid: door.pid };
    }
    match answer.json::<Value>().await {
        Ok(told) => {
            let words = told["error"].as_str().map_or_else(|| status.to_string(), str::to_owned);
            AskError::Refused(words)
        }
        Err(error) => silent(door, error),
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    // The builder wants a provider even where nothing is encrypted; a second call finds it
    // installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).no_proxy().tls_certs_only([]).build()
}
