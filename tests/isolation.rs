//! One ticker of 32 panics, stalls, and is flooded with quotes, over a real socket: none of
//! the others loses a fact, none is left alone, and all end in the positions that the gateway
//! has.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use actors::Running;
use actors::board::Trouble;
use actors::operator::Unanswered;
use actors::testing::{Upset, plan, planned};
use engine::{Act, Body, Command, Decline, Fact, TickerKey};
use paper::Gateway;
use paper::gateway::control::Books;
use ports::journal::{Durability, Journal};
use ringfence::config::{self, Environment};
use ringfence::{run, soak};
use rust_decimal::Decimal;
use support::market;

const TICKERS: usize = 32;
/// A guard against hanging, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

fn key(name: &str) -> TickerKey {
    name.parse().expect("a ticker")
}

#[test]
fn a_ticker_that_panics_stalls_and_is_flooded_costs_the_others_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = market::options();
    let names: Vec<String> = (0..TICKERS).map(|n| format!("W{n}")).collect();
    options.market.walks.extend(names.iter().map(|name| (name.clone(), 50.into())));
    let gateway = Gateway::start(options).expect("a paper gateway");
    market::config(folder.path(), &gateway);
    let tickers: String = names.iter().map(|name| format!("\n[{name}]\n")).collect();
    let path = folder.path().join("config").join("tickers.toml");
    let text = std::fs::read_to_string(&path).expect("the tickers");
    let text = text.split("\n[AAPL]").next().expect("the defaults").to_owned();
    std::fs::write(&path, format!("{text}{tickers}")).expect("to write the tickers");

    let (upset, poisoned, unshown) = (key("W0"), key("W1"), key("W2"));
    let living = live(folder.path(), &gateway, &upset, &poisoned, &unshown);
    let views = actix_rt::System::new().block_on(living);

    let quarantined = |trouble: &Option<Trouble>| matches!(trouble, Some(Trouble::Quarantined { .. }));
    let left_alone: BTreeSet<&TickerKey> =
        views.iter().filter(|(_, trouble)| quarantined(trouble)).map(|(key, _)| key).collect();
    assert_eq!(left_alone, BTreeSet::from([&poisoned]), "{views:?}");

    assert!(
        poison_is_answered(folder.path(), &poisoned),
        "the signal that it panicked over ended in nothing"
    );
    let books = books(&gateway);
    let journal = executions(folder.path());
    let others = books.executions.iter().filter(|done| !done.order_ref.contains(".W1."));
    let lost: Vec<_> = others.filter(|done| !journal.contains_key(&done.exec_id)).collect();
    assert!(lost.is_empty(), "executions that no fact tells of: {lost:?}");
    assert!(journal.len() > TICKERS, "only {} executions", journal.len());
    let mut held: BTreeMap<String, Decimal> = BTreeMap::new();
    for (ticker, signed) in journal.values() {
        *held.entry(ticker.clone()).or_default() += signed;
    }
    for name in names.iter().filter(|name| *name != "W1") {
        let gateways = books.positions.iter().find(|(symbol, _)| symbol == name).map(|(_, shares)| *shares);
        let ours = held.get(name).copied().unwrap_or_default();
        assert_eq!(ours, gateways.unwrap_or_default(), "{name}");
    }
    gateway.stop();
}

/// Runs the program, upsets three tickers one after the other, lets it come to rest; answers
/// with what stands against each ticker then.
async fn live(
    folder: &Path,
    gateway: &Gateway,
    upset: &TickerKey,
    poisoned: &TickerKey,
    unshown: &TickerKey,
) -> BTreeMap<TickerKey, Option<Trouble>> {
    let choices = config::Choices { folder: Some(folder.join("config")), test_mode: false };
    let config = config::load(&choices, &Environment::default()).expect("a config");
    let mut settings = run::settings(config, None, false).expect("settings");
    settings.journal = folder.join("journal");
    let running = actors::start(settings).expect("to start");
    until("it trades", || busy(gateway) > 20).await;

    // With shares in hand there is something to forget.
    until("it holds", || running.board.tickers()[upset].position.is_some()).await;
    plan(upset.clone(), Upset::Panic(1));
    until("the panic", || planned(upset).is_none()).await;
    until("it is made anew", || running.board.tickers()[upset].trouble.is_none()).await;
    plan(upset.clone(), Upset::Stall(Duration::from_millis(500), 4));
    until("the stall", || planned(upset).is_none()).await;
    plan(upset.clone(), Upset::Stall(Duration::from_millis(1_800), 1));
    until("the watchdog", || !running.board.late().is_empty()).await;
    until("the watchdog's end", || running.board.late().is_empty()).await;
    an_order_waits_for_a_stuck_ticker(&running, upset).await;
    running.flood(upset).expect("a ticker of the config")(1_000_000);
    plan(poisoned.clone(), Upset::PanicOverSignals);
    until("the quarantine", || {
        matches!(running.board.tickers()[poisoned].trouble, Some(Trouble::Quarantined { .. }))
    })
    .await;
    plan(unshown.clone(), Upset::PanicShowing(2));
    until("the panics beside the engine", || planned(unshown).is_none()).await;
    let then = running.board.tickers()[unshown].at;
    until("it shows itself again", || {
        let shown = running.board.tickers().remove(unshown).expect("a ticker of the config");
        shown.trouble.is_none() && shown.at > then
    })
    .await;
    let before = busy(gateway);
    until("all trade on", || busy(gateway) > before + 20).await;

    // On a market that stands still everything comes to rest.
    gateway.control().pause(true).expect("a gateway that listens");
    until("rest", || soak::audit::faults(&books(gateway)).is_empty()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let board = running.board.clone();
    let frozen = board.tickers().into_iter().filter(|(_, view)| matches!(view.mode, engine::Mode::Frozen(_)));
    let frozen: Vec<_> = frozen.map(|(key, view)| format!("{key} is {}", view.mode)).collect();
    assert!(frozen.is_empty(), "{frozen:?}");
    running.stop().await;
    board.tickers().into_iter().map(|(key, view)| (key, view.trouble)).collect()
}

/// Whoever ordered it has given up waiting, and it is followed all the same.
async fn an_order_waits_for_a_stuck_ticker(running: &Running, ticker: &TickerKey) {
    plan(ticker.clone(), Upset::Stall(Duration::from_secs(4), 1));
    until("the long stall", || planned(ticker).is_none()).await;
    let order = |act| Command { id: format!("{act}"), by: "ann".to_owned(), act };
    let told = running.operator().order(ticker, order(Act::Pause)).await;
    assert_eq!(told, Err(Unanswered::Waits));
    let paused = || running.board.tickers()[ticker].mode.to_string().contains("paused (by ann)");
    until("the pause", paused).await;
    running.operator().order(ticker, order(Act::Resume)).await.expect("to be followed");
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let so = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

fn busy(gateway: &Gateway) -> usize {
    books(gateway).executions.len()
}

/// On a thread of its own, for the caller's is an actor system's.
fn books(gateway: &Gateway) -> Books {
    let control = gateway.control().clone();
    let ask = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(control.books()).expect("a gateway that listens")
    };
    std::thread::spawn(ask).join().expect("the books")
}

/// True if a signal of this ticker was declined for its quarantine.
fn poison_is_answered(folder: &Path, ticker: &TickerKey) -> bool {
    let journal = Journal::open(&folder.join("journal"), Durability::Process).expect("the journal");
    let records = journal.read().expect("its records").into_iter();
    let mut own = records.filter(|record| record.ticker.as_ref() == Some(ticker));
    let quarantined = Decline::NotActive("quarantined".to_owned());
    own.any(|record| {
        matches!(record.body, Body::Fact(Fact::SignalDeclined { because, .. }) if because == quarantined)
    })
}

/// Ticker and signed shares of each execution that a fact tells of.
fn executions(folder: &Path) -> BTreeMap<String, (String, Decimal)> {
    let journal = Journal::open(&folder.join("journal"), Durability::Process).expect("the journal");
    let records = journal.read().expect("its records").into_iter();
    let told = records.filter_map(|record| match (record.ticker, record.body) {
        (Some(ticker), Body::Fact(Fact::Executed { execution })) => {
            let shares = execution.quantity.value();
            let signed = if execution.action == engine::order::Action::Buy { shares } else { -shares };
            Some((execution.id, (ticker.to_string(), signed)))
        }
        _ => None,
    });
    told.collect()
}
