//! Signals that are sent to us: `POST /signals`, signed, and `POST /signals/tradingview`, with a secret.
//!
//! These routes need no token of the program's: who sends is known by a signature over every byte, or by the secret.
//! A body is not looked into before that. Where no key is set there is no door.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, PayloadConfig, ServiceConfig, resource};
use actix_web::{HttpRequest, HttpResponse};
use actors::Board;
use actors::signal::arrivals::{Arrive, Inlet, Received};
use actors::signal::lines::Lines;
use actors::signal::shown::{End, Signals};
use actors::streams::ERRORS;
use chrono::Utc;
use ports::signals::Fields;
use ports::signals::read::{Given, PREDICTION_BYTES_MAX, one};
use ports::signals::tradingview::TradingView;
use ports::signals::webhook::{ID, Keys, Message, Refused, SIGNATURE, TIMESTAMP};
use serde_json::json;

use super::server::ACTOR;

/// Where signed signals come in.
const SIGNED: &str = "/signals";
/// Where alerts of TradingView do.
const ALERTS: &str = "/signals/tradingview";
/// What the two are called where signals are counted.
pub const WEBHOOK: &str = "webhook";
/// The other.
pub const TRADINGVIEW: &str = "tradingview";

/// Who may send signals, and how they are read.
#[derive(Debug, Default)]
pub struct Senders {
    /// Who signs.
    pub webhook: Option<Keys>,
    /// Who knows the secret.
    pub tradingview: Option<TradingView>,
    /// Where a signed prediction's parts stand.
    pub fields: Fields,
}

/// All that the doors need.
#[derive(Clone)]
pub struct Doors(Arc<Inner>);

struct Inner {
    senders: Senders,
    inlet: Inlet,
    board: Arc<Board>,
    strangers: Mutex<Lines>,
}

impl Senders {
    /// The doors that are open, by name.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let webhook = self.webhook.is_some().then_some(WEBHOOK);
        webhook.into_iter().chain(self.tradingview.is_some().then_some(TRADINGVIEW)).collect()
    }
}

impl Doors {
    /// Doors for these senders.
    #[must_use]
    pub fn new(senders: Senders, inlet: Inlet, board: Arc<Board>) -> Doors {
        Doors(Arc::new(Inner { senders, inlet, board, strangers: Mutex::default() }))
    }

    fn signals(&self) -> &Signals {
        self.0.board.signals()
    }

    /// A stranger is counted, and told now and then; nothing that it sent is.
    fn refuse(&self, door: &'static str, why: Refused) -> HttpResponse {
        self.signals().refuse(door);
        let line = self.0.strangers.lock().unwrap_or_else(PoisonError::into_inner).tell(Instant::now());
        if let Some(more) = line {
            tracing::warn!(target: ERRORS, actor = ACTOR, "{door}: a message was refused: {why}{more}");
        }
        let status = match why {
            Refused::ClockUnset => StatusCode::SERVICE_UNAVAILABLE,
            Refused::Form(_) | Refused::Forged | Refused::Outside => StatusCode::UNAUTHORIZED,
        };
        error(status, &why)
    }
}

/// True for a request that shows by itself who sent it.
pub(super) fn is_door(request: &ServiceRequest) -> bool {
    request.method() == Method::POST && [SIGNED, ALERTS].contains(&request.path())
}

pub(super) fn routes(config: &mut ServiceConfig) {
    let limit = || PayloadConfig::new(PREDICTION_BYTES_MAX);
    config
        .service(resource(SIGNED).app_data(limit()).post(signed))
        .service(resource(ALERTS).app_data(limit()).post(alert));
}

async fn signed(
    doors: Data<Doors>,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> HttpResponse {
    let Some(keys) = &doors.0.senders.webhook else { return shut("WEBHOOK_SECRET") };
    let body = match body {
        Ok(body) => body,
        Err(error) => return unread(&error),
    };
    let now = Utc::now();
    let id = match message(request.headers(), &body).and_then(|message| keys.check(&message, now)) {
        Ok(id) => id,
        Err(why) => return doors.refuse(WEBHOOK, why),
    };
    let said = one(&body, &doors.0.senders.fields, Given::default());
    answer(&doors.0.inlet.receive(Arrive { door: WEBHOOK, id, at: now, said }).await)
}

async fn alert(doors: Data<Doors>, body: Result<Bytes, actix_web::Error>) -> HttpResponse {
    let Some(own) = &doors.0.senders.tradingview else { return shut("TRADINGVIEW_SECRET") };
    let body = match body {
        Ok(body) => body,
        Err(error) => return unread(&error),
    };
    let now = Utc::now();
    match own.read(&body, now) {
        Ok(alert) => {
            let message = Arrive { door: TRADINGVIEW, id: alert.id, at: now, said: alert.said };
            answer(&doors.0.inlet.receive(message).await)
        }
        Err(why) => doors.refuse(TRADINGVIEW, why),
    }
}

fn message<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Result<Message<'a>, Refused> {
    let sole = |name: &'static str| {
        let mut values = headers.get_all(name);
        let (Some(value), None) = (values.next(), values.next()) else { return Err(Refused::Form(name)) };
        value.to_str().map_err(|_| Refused::Form(name))
    };
    Ok(Message { id: sole(ID)?, timestamp: sole(TIMESTAMP)?, signature: sole(SIGNATURE)?, body })
}

fn answer(received: &Received) -> HttpResponse {
    let accepted = |ended: &str, why: Option<&str>| {
        HttpResponse::Accepted().json(json!({ "signal": ended, "because": why }))
    };
    match received {
        Received::Accepted => accepted("accepted", None),
        Received::Ended(End::Taken) => accepted("taken", None),
        Received::Ended(End::Declined(why)) => accepted("declined", Some(why)),
        Received::Ended(End::Stale(why)) => accepted("stale", Some(why)),
        Received::Ended(End::Duplicate) | Received::Duplicate => error(StatusCode::CONFLICT, &"duplicate"),
        Received::Ended(End::Malformed) => error(StatusCode::BAD_REQUEST, &"malformed"),
        Received::Malformed(why) => error(StatusCode::BAD_REQUEST, &format_args!("malformed: {why}")),
        Received::TooMany => {
            let why = "more than 20 signals for this ticker within a second";
            HttpResponse::TooManyRequests().insert_header(("Retry-After", "1")).json(json!({ "error": why }))
        }
        Received::Unready(why) => error(StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

fn shut(variable: &str) -> HttpResponse {
    let why = format!("not configured: this door opens with {variable} in the environment");
    error(StatusCode::NOT_FOUND, &why)
}

fn unread(why: &actix_web::Error) -> HttpResponse {
    if matches!(why.as_error::<PayloadError>(), Some(PayloadError::Overflow)) {
        let why = format!("a signal has at most {PREDICTION_BYTES_MAX} bytes");
        return error(StatusCode::PAYLOAD_TOO_LARGE, &why);
    }
    error(StatusCode::BAD_REQUEST, &"the body did not come whole")
}

fn error(status: StatusCode, why: &dyn fmt::Display) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": why.to_string() }))
}
