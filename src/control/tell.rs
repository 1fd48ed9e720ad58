//! Answers about trades, orders, signals, positions and days: what the board's dossiers and views tell.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query, ServiceConfig, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::handlers::Source;
use crate::told::day::Report;
use crate::told::orders::Orders;
use crate::told::positions::Positions;
use crate::told::signals::{Heard, running};
use crate::told::trades::{Trades, Wanted};
use crate::told::whole::Whole;

/// Of which day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfDay {
    /// None: the newest that any record is of.
    date: Option<NaiveDate>,
}

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/positions", get().to(positions))
        .route("/orders", get().to(orders))
        .route("/trades", get().to(trades))
        .route("/trades/{name}", get().to(trade))
        .route("/signals/latest", get().to(signals))
        .route("/report", get().to(report));
}

async fn positions(source: Data<Source>) -> Json<Positions> {
    Json(Positions::of(&source.board, source.clock.now().market, source.zone))
}

async fn orders(source: Data<Source>) -> Json<Orders> {
    let foreign = source.board.others().orders;
    Json(source.board.dossiers(|own| Orders::of(own, Some(foreign))))
}

async fn trades(source: Data<Source>, wanted: Query<Wanted>) -> Json<Trades> {
    Json(source.board.dossiers(|own| Trades::of(own, &wanted)))
}

async fn trade(source: Data<Source>, name: Path<String>) -> HttpResponse {
    answer(source.board.dossiers(|own| Whole::named(own, &name)))
}

async fn signals(source: Data<Source>) -> Json<Vec<Heard>> {
    let latest = source.board.signals().latest();
    Json(source.board.dossiers(|own| running(own, &latest)))
}

async fn report(source: Data<Source>, wanted: Query<OfDay>) -> HttpResponse {
    answer(source.board.dossiers(|own| Report::of_day(own, wanted.date)))
}

fn answer(found: Result<impl Serialize, String>) -> HttpResponse {
    match found {
        Ok(found) => HttpResponse::Ok().json(found),
        Err(error) => HttpResponse::NotFound().json(json!({ "error": error })),
    }
}
