//! The paper gateway on its own, for any TWS client.
//!
//! Read next: [`paper::Gateway`].

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Parser, ValueEnum};
use paper::{AccountOptions, ChildrenOnPartial, Gateway, MarketOptions, Options, Readings};
use rust_decimal::Decimal;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A paper TWS / IB Gateway: speaks TWS's own protocol (server versions 213 to 226), fills orders against real prices of
/// 2000 to 2013, and keeps an account that is nobody's money.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port for TWS clients; 0 lets the system pick one
    #[arg(long, default_value_t = 4002)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port for the demo prediction API (GET /predictions, GET /health); without it there is none
    #[arg(long)]
    api_port: Option<u16>,
    /// First trading date, between 2000-03-01 and 2013-03-01; a day without trading means the next one with it
    #[arg(long, default_value = "2008-09-29")]
    start: NaiveDate,
    /// Market seconds to a real second; at 1170 a trading day takes 20 seconds
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Decides the path of every price inside its day
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Cash at the start, in US dollars
    #[arg(long, default_value = "1000000")]
    cash: Decimal,
    /// Account id; must begin with DSIM
    #[arg(long, default_value = "DSIM0001")]
    account: String,
    /// What a bracket's exits do while its entry is partly filled
    #[arg(long, value_enum, default_value = "grow")]
    children_on_partial: Children,
    /// File that the account lives in: orders, executions, positions, cash, ids and the market's time outlive the gateway.
    /// It is made if it is missing; once it is there, --start and --cash change nothing, and one of another account, seed
    /// or walk is refused
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A symbol without data that walks at random from a price, e.g. TSLA=20 (may be repeated)
    #[arg(long, value_name = "SYMBOL=PRICE", value_parser = walk)]
    walk: Vec<(String, Decimal)>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Children {
    /// They become active with what is filled so far, and grow with it
    Grow,
    /// They sleep with their full size until the entry is complete or ended
    Held,
    /// As held, but they are cancelled together with the entry's unfilled rest
    Cancelled,
}

fn walk(text: &str) -> Result<(String, Decimal), String> {
    let (symbol, price) = text.split_once('=').ok_or("expected SYMBOL=PRICE, e.g. TSLA=20")?;
    let is_symbol = !symbol.is_empty()
        && symbol.len() <= 8
        && symbol.chars().all(|letter| letter.is_ascii_alphanumeric());
    let price: Decimal = price.parse().map_err(|_| format!("`{price}` is not a price"))?;
    match is_symbol && price > Decimal::ZERO && price < Decimal::from(100_000) {
        true => Ok((symbol.to_ascii_uppercase(), price)),
        false => Err("a symbol has up to 8 letters or digits, a price lies between 0 and 100000".to_owned()),
    }
}

fn options(arguments: &Arguments) -> Options {
    let children_on_partial = match arguments.children_on_partial {
        Children::Grow => ChildrenOnPartial::Grow,
        Children::Held => ChildrenOnPartial::Held,
        Children::Cancelled => ChildrenOnPartial::CancelledWithRest,
    };
    let walks: BTreeMap<String, Decimal> = arguments.walk.iter().cloned().collect();
    let account =
        AccountOptions { id: arguments.account.clone(), cash: arguments.cash, ..AccountOptions::default() };
    Options {
        tws: SocketAddr::from((arguments.host, arguments.port)),
        api: arguments.api_port.map(|port| SocketAddr::from((arguments.host, port))),
        market: MarketOptions { start: arguments.start, speed: arguments.speed, seed: arguments.seed, walks },
        account,
        readings: Readings { children_on_partial },
        state: arguments.state.clone(),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Connections in one line each; the libraries below speak only when something is wrong.
    let levels = Targets::new().with_default(LevelFilter::WARN).with_target("paper", LevelFilter::INFO);
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).without_time();
    tracing_subscriber::registry().with(lines).with(levels).init();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paper-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stop = runtime.block_on(async { stop_signal() })?;
    let gateway = Gateway::start(options(arguments))?;
    let market =
        gateway.market_now().with_timezone(&chrono_tz::US::Eastern).format("%Y-%m-%d %H:%M US/Eastern");
    let api =
        gateway.api().map(|api| format!(", predictions on http://{api}/predictions")).unwrap_or_default();
    let (tws, account, speed) = (gateway.tws(), &arguments.account, arguments.speed);
    println!("listening on {tws}, account {account}, market {market} at speed {speed}{api}");
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
