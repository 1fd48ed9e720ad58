//! How long 31 tickers take to decide while a million quotes a second pour into the 32nd, against a quiet market, in
//! one run: see `docs/reliability.md`. `cargo run --release --features testing --example flooded`.

#![allow(dead_code, reason = "the tests use the rest")]

#[path = "../tests/support/market.rs"]
mod market;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actors::Running;
use anyhow::Context;
use engine::TickerKey;
use paper::Gateway;
use ringfence::config::{self, Environment};
use ringfence::run;

const TICKERS: usize = 32;
/// Quiet and flooded in turn, so that whatever else the machine does falls on both.
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_secs(5);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(1);
/// How long they may trade before it begins.
const WARM_UP: Duration = Duration::from_secs(10);

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("failed to make a folder")?;
    let names: Vec<String> = (0..TICKERS).map(|n| format!("W{n}")).collect();
    let mut options = market::options();
    options.market.walks.extend(names.iter().map(|name| (name.clone(), 50.into())));
    let gateway = Gateway::start(options)?;
    configure(folder.path(), &gateway, &names)?;
    let tickers = names.iter().map(|name| name.parse()).collect::<Result<Vec<TickerKey>, _>>()?;
    actix_rt::System::new().block_on(measure(folder.path(), &tickers))?;
    gateway.stop();
    Ok(())
}

fn configure(folder: &Path, gateway: &Gateway, names: &[String]) -> anyhow::Result<()> {
    market::config(folder, gateway);
    let path = folder.join("config").join("tickers.toml");
    let text = std::fs::read_to_string(&path)?;
    let defaults = text.split("\n[AAPL]").next().unwrap_or_default();
    let tables: String = names.iter().map(|name| format!("\n[{name}]\n")).collect();
    std::fs::write(&path, format!("{defaults}{tables}")).context("failed to write the tickers")
}

async fn measure(folder: &Path, tickers: &[TickerKey]) -> anyhow::Result<()> {
    let choices = config::Choices { folder: Some(folder.join("config")), test_mode: false };
    let config = config::load(&choices, &Environment::default())?;
    let mut settings = run::settings(config, None, false)?;
    settings.journal = folder.join("journal");
    let running = actors::start(settings)?;
    tokio::time::sleep(WARM_UP).await;
    let (flooded, others) = tickers.split_first().context("no tickers")?;
    let (mut quiet, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        quiet.extend(ask(&running, others).await);
        let over = Arc::new(AtomicBool::new(false));
        let flood = running.flood(flooded).context("no such ticker")?;
        let thread = std::thread::spawn({
            let over = over.clone();
            move || pour(&over, flood)
        });
        beside.extend(ask(&running, others).await);
        over.store(true, Ordering::Relaxed);
        let rate = thread.join().map_err(|_| anyhow::anyhow!("the flood panicked"))?;
        println!("a round of {:.2} million quotes a second", rate / 1e6);
    }
    running.stop().await;
    quiet.sort_unstable();
    beside.sort_unstable();
    for percent in [50, 99] {
        let (before, during) = (percentile(&quiet, percent), percentile(&beside, percent));
        let ratio = during.as_secs_f64() / before.as_secs_f64();
        println!("p{percent}: quiet {before:?}, beside a flood {during:?}, ratio {ratio:.2}");
    }
    println!("{} and {} decisions", quiet.len(), beside.len());
    Ok(())
}

/// A million quotes a second, a thousand at a time, until it is over; answers with how many they were a second.
fn pour(over: &AtomicBool, flood: impl Fn(u32)) -> f64 {
    let (began, mut poured) = (Instant::now(), 0_u32);
    while !over.load(Ordering::Relaxed) {
        flood(1_000);
        poured += 1_000;
        let due = began + Duration::from_micros(poured.into());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    f64::from(poured) / began.elapsed().as_secs_f64()
}

/// Asks one after the other for a round.
async fn ask(running: &Running, tickers: &[TickerKey]) -> Vec<Duration> {
    let (began, mut took) = (Instant::now(), Vec::new());
    for ticker in tickers.iter().cycle() {
        if began.elapsed() > ROUND {
            break;
        }
        took.extend(running.decide(ticker).await);
        tokio::time::sleep(PAUSE).await;
    }
    took
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default()
}
