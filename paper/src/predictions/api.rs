//! The prediction API over HTTP: `GET /predictions` and `GET /health`.
//!
//! Read first: [`model`](crate::predictions::model).

use std::net::TcpListener;
use std::thread::{Builder, JoinHandle};

use actix_web::web::{Data, Json, get};
use actix_web::{App, HttpServer, Responder};
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::watch;

use crate::gateway::Running;
use crate::market::calendar::stamp;
use crate::predictions::model::{Prediction, predictions};

/// How old the oldest prediction is that is still given out.
pub const AGE_MAX: TimeDelta = TimeDelta::minutes(60);

/// Starts the thread of the API.
pub fn spawn(
    listener: TcpListener,
    running: Running,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<JoinHandle<()>> {
    Builder::new().name("paper-predictions".to_owned()).spawn(move || {
        let served = actix_rt::System::new().block_on(async move {
            let app = move || {
                let running = Data::new(running.clone());
                App::new()
                    .app_data(running)
                    .route("/predictions", get().to(newest))
                    .route("/health", get().to(health))
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
            tracing::error!("the prediction API ended: {error}");
        }
    })
}

async fn newest(running: Data<Running>) -> Json<Vec<Prediction>> {
    let now = running.now();
    Json(
        predictions(running.market(), now).into_iter().filter(|one| now - one.timestamp <= AGE_MAX).collect(),
    )
}

async fn health(running: Data<Running>) -> impl Responder {
    Json(json!({ "status": "ok", "market_time": stamp(running.now()) }))
}
