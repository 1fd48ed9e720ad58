//! Who may ask: whoever knows the token and means this machine. How the program does, anybody on this machine may ask.
//!
//! A page in a browser could be told that its own name is 127.0.0.1, so a request that
//! names any other host than loopback is refused before its token is looked at.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use actors::streams::ERRORS;
use secrecy::ExposeSecret;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::file::{Keys, Role};
use super::server::ACTOR;

/// Names of loopback, as they stand in a Host header without its port.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Wrong tokens within [`PERIOD`] that are answered one by one.
const FAILURES_MAX: usize = 10;
/// How long wrong tokens are counted.
const PERIOD: Duration = Duration::from_secs(60);

/// Wrong tokens of late. Whoever has the right one is never kept waiting by somebody who has not: what a person orders
/// in need must get through.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<VecDeque<Instant>>);

impl Failures {
    /// Counts one more; true where there are too many.
    fn add(&self, now: Instant) -> bool {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.retain(|at| now.duration_since(*at) < PERIOD);
        if times.len() >= FAILURES_MAX {
            return true;
        }
        times.push_back(now);
        if times.len() == FAILURES_MAX {
            tracing::warn!(target: ERRORS, actor = ACTOR, "{FAILURES_MAX} requests with a wrong token within a minute");
        }
        false
    }
}

/// Lets a request through with what its token allows, or answers 403, 401 or 429.
pub(super) async fn admit(
    keys: Data<Keys>,
    failures: Data<Failures>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let headers = request.headers();
    if !means_loopback(headers) {
        let told = json!({ "error": "the Host header names no loopback address" });
        return Ok(request.into_response(HttpResponse::Forbidden().json(told)));
    }
    if super::signals::is_door(&request) {
        // Its messages prove themselves.
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    if is_health(&request) && !headers.contains_key(AUTHORIZATION) {
        // A monitor needs no secret of ours, and is told none.
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let Some(role) = role(headers, &keys) else {
        return Ok(request.into_response(stranger(&failures)));
    };
    request.extensions_mut().insert(role);
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

/// True for a look at the health, which tells nothing secret.
fn is_health(request: &ServiceRequest) -> bool {
    request.method() == Method::GET && ["/health/live", "/health/ready"].contains(&request.path())
}

fn stranger(failures: &Failures) -> HttpResponse {
    if failures.add(Instant::now()) {
        return HttpResponse::TooManyRequests()
            .insert_header(("Retry-After", PERIOD.as_secs()))
            .json(json!({ "error": "too many wrong tokens; wait a minute" }));
    }
    HttpResponse::Unauthorized()
        .insert_header(("WWW-Authenticate", "Bearer"))
        .json(json!({ "error": format!("no bearer token, or a wrong one; it is in {}", super::file::PATH) }))
}

/// The answer to one whose token does not allow what it asks for.
pub(super) fn not_allowed(needed: Role) -> HttpResponse {
    let which = match needed {
        Role::View => "view_token",
        Role::Trade => "trade_token",
        Role::Admin => "token",
    };
    let error = format!("this token does not allow it; `{which}` in {} does", super::file::PATH);
    HttpResponse::Forbidden().json(json!({ "error": error }))
}

fn means_loopback(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST);
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(|host| LOOPBACK.iter().any(|name| is_host(host, name)))
}

/// True for `name`, with or without a port.
fn is_host(host: &str, name: &str) -> bool {
    match host.strip_prefix(name) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
        None => false,
    }
}

/// What the token allows; none for a wrong one.
fn role(headers: &HeaderMap, keys: &Keys) -> Option<Role> {
    let given = headers.get(AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")?;
    // How long it takes must not tell how much of it was right.
    let is = |role| bool::from(given.ct_eq(keys.of(role).expose_secret().as_bytes()));
    [Role::View, Role::Trade, Role::Admin].into_iter().rfind(|role| is(*role))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{FAILURES_MAX, Failures, LOOPBACK, PERIOD, is_host};

    #[test]
    fn wrong_tokens_are_counted_for_a_minute() {
        let (failures, began) = (Failures::default(), Instant::now());
        assert!((0..FAILURES_MAX).all(|_| !failures.add(began)));
        assert!(failures.add(began) && failures.add(began + PERIOD / 2));
        assert!(!failures.add(began + PERIOD));
    }

    #[test]
    fn only_loopback_is_meant() {
        let meant = |host| LOOPBACK.iter().any(|name| is_host(host, name));
        for host in ["127.0.0.1", "127.0.0.1:8787", "localhost:1", "[::1]:8787"] {
            assert!(meant(host), "{host}");
        }
        for host in ["", "evil.example", "127.0.0.1.evil.example", "localhost:x", "127.0.0.1:1:2", "10.0.0.1"]
        {
            assert!(!meant(host), "{host}");
        }
    }
}
