//! The answers: the board as JSON, and what became of an order.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use actors::Board;
use actors::operator::Operator;
use chrono_tz::Tz;
use ports::clock::Clock;
use serde_json::{Value, json};

use super::order::Order;
use super::shown::{Limit, Status, Why};
use crate::nearest::did_you_mean;

/// What the answers are made of.
#[derive(Clone)]
pub struct Source {
    /// What the actors show.
    pub board: Arc<Board>,
    /// The market's time.
    pub clock: Arc<Clock>,
    /// Who takes orders.
    pub operator: Operator,
    /// The zone in which times are shown.
    pub zone: Tz,
}

pub(super) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
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

pub(super) async fn order(source: Data<Source>, order: Json<Order>) -> HttpResponse {
    match order.into_inner().follow(&source.operator).await {
        Ok(answers) => HttpResponse::Ok().json(answers),
        Err(fault) => HttpResponse::BadRequest().json(json!({ "error": fault.to_string() })),
    }
}

pub(super) async fn nothing() -> HttpResponse {
    let error =
        "there are /status, /why/TICKER, /risk and /health/live to be read, and /order to be posted to";
    HttpResponse::NotFound().json(json!({ "error": error }))
}
