//! The server: a thread of its own, from just after the actors start until just before they stop.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::thread::{Builder, JoinHandle};

use actix_web::error::{InternalError, JsonPayloadError};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, get, post, to};
use actix_web::{App, HttpResponse, HttpServer};
use actors::streams::ERRORS;
use tokio::sync::oneshot;

use super::file::{Door, Keys, PATH};
use super::guard::{Failures, admit};
pub use super::handlers::Source;
use super::handlers::{arm, live, nothing, order, ready, reload, risk, status, why};
use super::signals::{Doors, routes};

/// Under which name the log speaks of it.
pub(super) const ACTOR: &str = "control";

/// How long an order may be.
const BYTES_MAX: usize = 16 * 1_024;

/// The running endpoint.
#[derive(Debug)]
pub struct Control {
    door: Door,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// Opens the endpoint on `port`. Trading does not need it: where it cannot be opened that
/// is said, and there is none.
#[must_use]
pub fn start(port: u16, source: Source, doors: Doors) -> Option<Control> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => listener,
        Err(error) => {
            tell(&unopened(port, &error));
            return None;
        }
    };
    match open(listener, source, doors) {
        Ok(control) => {
            tracing::debug!(actor = ACTOR, "answers on {}", control.door.address);
            Some(control)
        }
        Err(error) => {
            tell(&format!("failed to open the control endpoint, status and why will not answer: {error}"));
            None
        }
    }
}

fn tell(text: &str) {
    tracing::warn!(target: ERRORS, actor = ACTOR, "{text}");
}

fn unopened(port: u16, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "is taken, perhaps by another supervisor".to_owned(),
        _ => format!("cannot be opened ({error})"),
    };
    format!(
        "port {port} {why}; this one trades, but status and why cannot ask it: give it another port in \
         supervisor.toml, [control], or 0 for any"
    )
}

fn open(listener: TcpListener, source: Source, doors: Doors) -> io::Result<Control> {
    let door = Door::new(listener.local_addr()?)?;
    let (stop, stopped) = oneshot::channel();
    let keys = door.keys.clone();
    let thread = Builder::new().name("control".to_owned()).spawn(move || {
        let served = actix_rt::System::new().block_on(serve(listener, (source, doors), keys, stopped));
        if let Err(error) = served {
            tell(&format!("the control endpoint ended: {error}"));
        }
    })?;
    door.write(Path::new(PATH))?;
    Ok(Control { door, stop, thread })
}

/// A body that is no order, in the form of every other error.
fn faulty(error: JsonPayloadError) -> actix_web::Error {
    let answer = HttpResponse::BadRequest().json(serde_json::json!({ "error": error.to_string() }));
    InternalError::from_response(error, answer).into()
}

async fn serve(
    listener: TcpListener,
    (source, doors): (Source, Doors),
    keys: Keys,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let (source, doors) = (Data::new(source), Data::new(doors));
    let (keys, failures) = (Data::new(keys), Data::new(Failures::default()));
    let app = move || {
        App::new()
            .app_data(source.clone())
            .app_data(doors.clone())
            .app_data(keys.clone())
            .app_data(failures.clone())
            .app_data(JsonConfig::default().limit(BYTES_MAX).error_handler(|error, _| faulty(error)))
            .wrap(from_fn(admit))
            .route("/status", get().to(status))
            .route("/why/{ticker}", get().to(why))
            .route("/risk", get().to(risk))
            .route("/health/live", get().to(live))
            .route("/health/ready", get().to(ready))
            .route("/order", post().to(order))
            .route("/arm", post().to(arm))
            .route("/reload", post().to(reload))
            .configure(routes)
            .configure(super::tell::routes)
            .default_service(to(nothing))
    };
    let server =
        HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
    let handle = server.handle();
    actix_rt::spawn(async move {
        // A sender that is gone says the same.
        let _ = stopped.await;
        handle.stop(false).await;
    });
    server.await
}

impl Control {
    /// Where it answers.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Takes its file away and ends.
    pub fn stop(self) {
        if let Err(error) = self.door.remove(Path::new(PATH)) {
            tell(&format!("failed to remove `{PATH}`: {error}"));
        }
        // It may have ended by itself, and then has said so.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
