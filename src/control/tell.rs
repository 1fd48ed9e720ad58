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
use crate::told::trade_named;
use crate::told::trades::{Trades, Wanted};
use crate::told::whole::Whole;

/// Of which day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfDay {
    /// None: the newest that any record is of.
    pub date: Option<NaiveDate>,
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
    let found = source.board.dossiers(|own| {
        let (ticker, number) = trade_named(&name)?;
        Some(Whole::of(own.trade(&ticker, number)?, own.zone()))
    });
    match found {
        Some(whole) => HttpResponse::Ok().json(whole),
        None => HttpResponse::NotFound().json(json!({ "error": no_trade(&name) })),
    }
}

async fn signals(source: Data<Source>) -> Json<Vec<Heard>> {
    let latest = source.board.signals().latest();
    Json(source.board.dossiers(|own| running(own, &latest)))
}

async fn report(source: Data<Source>, wanted: Query<OfDay>) -> HttpResponse {
    let told = source.board.dossiers(|own| {
        let date = wanted.date.or(own.newest_day());
        (date.and_then(|date| Report::of(own, date)), own.days().keys().copied().collect::<Vec<_>>())
    });
    match told {
        (Some(report), _) => HttpResponse::Ok().json(report),
        (None, days) => HttpResponse::NotFound().json(json!({ "error": no_day(wanted.date, &days) })),
    }
}

/// What is said where there is no such trade.
#[must_use]
pub fn no_trade(name: &str) -> String {
    format!(
        "there is no trade `{name}` among those that are kept; `supervisor trades` lists them: write AAPL.12, or the \
         reference of one of its orders"
    )
}

/// What is said where nothing is known of a day.
#[must_use]
pub fn no_day(date: Option<NaiveDate>, days: &[NaiveDate]) -> String {
    match (date, days.first(), days.last()) {
        (Some(date), Some(first), Some(last)) => {
            format!(
                "nothing is kept of {date}, only of days from {first} to {last}; reports of days that are over are in the \
                     folder of reports, and a journal that no supervisor has open tells of any day"
            )
        }
        _ => "nothing has been recorded yet".to_owned(),
    }
}
