//! The control API: the handle over HTTP, on a loopback port of its own.
//!
//! ```text
//! GET  /state              what the gateway looks like, as JSON
//! POST /fault              one fault, as JSON: {"fault": "net.close", "how": "rst"}
//! POST /scenario           a scenario, as TOML, or as JSON if the content type says so
//! POST /pause  /resume     stops the market's time, lets it go on
//! POST /step?seconds=60    goes forward at once
//! POST /speed?value=300    market seconds to a real second
//! ```
//!
//! Read next: [`control`](crate::gateway::control).

use std::net::TcpListener;
use std::thread::{Builder, JoinHandle};

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Json, Query, get, post};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use crate::faults::{Fault, Scenario};
use crate::gateway::control::{Control, NotTaken};

/// Starts the thread of the API.
pub(super) fn spawn(
    listener: TcpListener,
    control: Control,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<JoinHandle<()>> {
    Builder::new().name("paper-control".to_owned()).spawn(move || {
        let served = actix_rt::System::new().block_on(async move {
            let app = move || {
                App::new()
                    .app_data(Data::new(control.clone()))
                    .route("/state", get().to(state))
                    .route("/fault", post().to(fault))
                    .route("/scenario", post().to(scenario))
                    .route("/pause", post().to(|control: Data<Control>| paused(control, true)))
                    .route("/resume", post().to(|control: Data<Control>| paused(control, false)))
                    .route("/step", post().to(step))
                    .route("/speed", post().to(speed))
            };
            let server =
                HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
            let handle = server.handle();
            actix_rt::spawn(async move {
                let _ = stopped.changed().await;
                handle.stop(false).await;
            });
            server.await
        });
        if let Err(error) = served {
            tracing::error!("the control API ended: {error}");
        }
    })
}

#[derive(Deserialize)]
struct Seconds {
    seconds: u32,
}

#[derive(Deserialize)]
struct Value {
    value: f64,
}

async fn state(control: Data<Control>) -> HttpResponse {
    match control.show().await {
        Ok(shown) => HttpResponse::Ok().json(shown),
        Err(refused) => answer(Err(refused)),
    }
}

async fn fault(control: Data<Control>, fault: Json<Fault>) -> HttpResponse {
    answer(control.fault(fault.into_inner()))
}

async fn scenario(control: Data<Control>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let read = if kind.contains("json") {
        Scenario::from_json(&body)
    } else {
        Scenario::from_toml(&String::from_utf8_lossy(&body))
    };
    match read {
        Ok(scenario) => answer(control.scenario(scenario)),
        Err(bad) => {
            let why = std::error::Error::source(&bad).map(|source| format!(": {source}"));
            HttpResponse::BadRequest().json(json!({ "error": format!("{bad}{}", why.unwrap_or_default()) }))
        }
    }
}

async fn paused(control: Data<Control>, is_paused: bool) -> HttpResponse {
    answer(control.pause(is_paused))
}

async fn step(control: Data<Control>, by: Query<Seconds>) -> HttpResponse {
    answer(control.step(by.seconds))
}

async fn speed(control: Data<Control>, speed: Query<Value>) -> HttpResponse {
    answer(control.speed(speed.value))
}

fn answer(taken: Result<(), NotTaken>) -> HttpResponse {
    match taken {
        Ok(()) => HttpResponse::Ok().json(json!({ "done": true })),
        Err(refused) => HttpResponse::ServiceUnavailable().json(json!({ "error": refused.to_string() })),
    }
}
