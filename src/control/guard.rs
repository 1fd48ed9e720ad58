//! Who may ask: whoever knows the token and means this machine.
//!
//! A page in a browser could be told that its own name is 127.0.0.1, so a request that
//! names any other host than loopback is refused before its token is looked at.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use subtle::ConstantTimeEq;

/// Names of loopback, as they stand in a Host header without its port.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Lets a request through, or answers 403 or 401.
pub(super) async fn admit(
    token: Data<SecretString>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let headers = request.headers();
    let refusal = if !means_loopback(headers) {
        HttpResponse::Forbidden().json(json!({ "error": "the Host header names no loopback address" }))
    } else if !super::signals::is_door(&request) && !knows(headers, &token) {
        HttpResponse::Unauthorized().insert_header(("WWW-Authenticate", "Bearer")).json(
            json!({ "error": format!("no bearer token, or a wrong one; it is in {}", super::file::PATH) }),
        )
    } else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    Ok(request.into_response(refusal))
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

fn knows(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    // How long it takes must not tell how much of it was right.
    given.is_some_and(|given| bool::from(given.ct_eq(token.expose_secret().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::{LOOPBACK, is_host};

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
