//! The paper gateway on its own, for any TWS client.
//!
//! Read next: [`arguments`], [`paper::Gateway`].

mod arguments;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use paper::Gateway;
use paper::wire::capture::Captured;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use arguments::{Arguments, Command, invalid};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Connections in one line each; the libraries below speak only when something is wrong.
    let levels = Targets::new().with_default(LevelFilter::WARN).with_target("paper", LevelFilter::INFO);
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).without_time();
    tracing_subscriber::registry().with(lines).with(levels).init();
    let done = match &arguments.command {
        Some(Command::Decode { file }) => decode(file),
        None => run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paper-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells a capture, up to the first line that is none.
fn decode(path: &Path) -> std::io::Result<()> {
    let file = std::fs::read_to_string(path).map_err(|error| {
        std::io::Error::new(error.kind(), format!("failed to read `{}`: {error}", path.display()))
    })?;
    let mut out = std::io::stdout().lock();
    for captured in Captured::read(&file) {
        writeln!(out, "{}", captured.map_err(|bad| invalid(&bad))?)?;
    }
    Ok(())
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stop = runtime.block_on(async { stop_signal() })?;
    let gateway = Gateway::start(arguments.options()?)?;
    let market =
        gateway.market_now().with_timezone(&chrono_tz::US::Eastern).format("%Y-%m-%d %H:%M US/Eastern");
    let api =
        gateway.api().map(|api| format!(", predictions on http://{api}/predictions")).unwrap_or_default();
    let control = gateway.control_at().map(|at| format!(", control on http://{at}")).unwrap_or_default();
    let (tws, account, speed) = (gateway.tws(), &arguments.account, arguments.speed);
    println!("listening on {tws}, account {account}, market {market} at speed {speed}{api}{control}");
    let is_asked = runtime.block_on(async {
        tokio::select! {
            () = stop => true,
            () = end_of(&gateway) => false,
        }
    });
    gateway.stop();
    if !is_asked {
        return Err(std::io::Error::other("it ended by itself; the line before says why"));
    }
    println!("stopped");
    Ok(())
}

/// Ctrl-C or SIGTERM. Both are listened to from now on, not only once somebody waits.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Whoever cannot be told to stop by a key is stopped by the system.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn end_of(gateway: &Gateway) {
    while gateway.is_running() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
