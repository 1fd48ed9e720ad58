//! The answers: the board as JSON, and what became of an order.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, ReqData};
use actors::Board;
use actors::operator::Operator;
use chrono_tz::Tz;
use ports::clock::Clock;
use serde::Deserialize;
use serde_json::json;

use super::file::Role;
use super::guard::not_allowed;
use super::health::Health;
use super::order::{Fault, Order, check_name};
use super::shown::{Limit, Status, Why};
use crate::nearest::did_you_mean;
use crate::reload::{Reloaded, Reloads, Wish};

/// What the answers are made of.
#[derive(Clone)]
pub struct Source {
    /// What the actors show.
    pub board: Arc<Board>,
    /// The market's time.
    pub clock: Arc<Clock>,
    /// Who takes orders.
    pub operator: Operator,
    /// Who reads the config again.
    pub reloads: Reloads,
    /// The zone in which times are shown.
    pub zone: Tz,
}

pub(super) async fn live(source: Data<Source>, role: Option<ReqData<Role>>) -> HttpResponse {
    let health = Health::of(&source.board).of_life();
    told(health.lives(), health, role.is_some())
}

pub(super) async fn ready(source: Data<Source>, role: Option<ReqData<Role>>) -> HttpResponse {
    let health = Health::of(&source.board);
    told(health.is_ready(), health, role.is_some())
}

/// 200, or 503. Whoever brings no token is told no words: they name tickers and what they hold.
fn told(is_well: bool, health: Health, is_known: bool) -> HttpResponse {
    let status = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(if is_known { health } else { health.without_words() })
}

pub(super) async fn status(source: Data<Source>) -> Json<Status> {
    Json(Status::of(&source.board, source.clock.now().market, source.zone))
}

pub(super) async fn why(source: Data<Source>, name: Path<String>) -> HttpResponse {
    let mut shown = source.board.shown();
    let wanted = name.to_ascii_uppercase().parse().ok();
    match wanted.and_then(|key| shown.remove_entry(&key)) {
        Some((key, shown)) => HttpResponse::Ok().json(Why::of(key, &shown, source.zone)),
        None => {
            let there = shown.keys().map(|key| key.as_str());
            let hint = did_you_mean(&name.to_ascii_uppercase(), there);
            HttpResponse::NotFound().json(json!({ "error": format!("there is no ticker `{name}`{hint}") }))
        }
    }
}

pub(super) async fn risk(source: Data<Source>) -> Json<Vec<Limit>> {
    Json(source.board.gauges().iter().map(Limit::of).collect())
}

/// A person, of whom nothing but the name is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    by: String,
}

pub(super) async fn arm(source: Data<Source>, role: ReqData<Role>, person: Json<Person>) -> HttpResponse {
    if *role < Role::Admin {
        return not_allowed(Role::Admin);
    }
    if let Err(fault) = check_name(&person.by) {
        return faulty(&fault);
    }
    match source.operator.arm(person.into_inner().by).await {
        Ok(words) => HttpResponse::Ok().json(json!({ "told": words })),
        Err(why) => HttpResponse::ServiceUnavailable().json(json!({ "error": why.to_string() })),
    }
}

pub(super) async fn reload(source: Data<Source>, role: ReqData<Role>, wish: Json<Wish>) -> HttpResponse {
    if *role < Role::Admin {
        return not_allowed(Role::Admin);
    }
    if let Err(fault) = check_name(&wish.by) {
        return faulty(&fault);
    }
    match source.reloads.ask(wish.into_inner()).await {
        Some(Reloaded::Taken { changes, .. } | Reloaded::Would(changes)) => {
            HttpResponse::Ok().json(json!({ "changes": changes }))
        }
        Some(Reloaded::Refused(faults)) => {
            HttpResponse::Conflict().json(json!({ "error": faults.join("\n") }))
        }
        None => HttpResponse::ServiceUnavailable().json(json!({ "error": "the program is ending" })),
    }
}

fn faulty(fault: &Fault) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": fault.to_string() }))
}

pub(super) async fn order(source: Data<Source>, role: ReqData<Role>, order: Json<Order>) -> HttpResponse {
    let needed = order.needs();
    if *role < needed {
        return not_allowed(needed);
    }
    match order.into_inner().follow(&source.operator).await {
        Ok(answers) => HttpResponse::Ok().json(answers),
        Err(fault) => faulty(&fault),
    }
}

pub(super) async fn nothing() -> HttpResponse {
    let error = "there are /status, /positions, /orders, /trades, /trades/NAME, /signals/latest, /report, /why/TICKER, /risk, \
                 /health/live and /health/ready to be read, and /order, /arm and /reload to be posted to";
    HttpResponse::NotFound().json(json!({ "error": error }))
}
