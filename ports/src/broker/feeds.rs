//! What is subscribed to, and again after every interruption: prices, bars, money.

use std::sync::Arc;
use std::time::Duration;

use engine::TickerKey;
use ibapi::accounts::types::AccountId;
use ibapi::contracts::Contract;
use ibapi::market_data::historical::BarSize;
use tokio::sync::watch;

use super::Event;
use super::funds::FundsCell;
use super::link::Link;
use super::quotes::{QuoteCell, pump};
use super::watch::prices_come;

/// How long what stopped is not asked for again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The same of bars: TWS answers history that is asked for too often with a pacing violation.
const HISTORY_AGAIN_AFTER: Duration = Duration::from_secs(15);
/// The same of the day's result.
const DAY_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Follows a stream, and again after every interruption, until the connection is over. `follow` says why it ended, or
/// nothing where there is none to follow; it hears from its receiver when TWS has lost what was subscribed to.
async fn keep(
    link: &Link,
    what: &str,
    again_after: Duration,
    follow: impl AsyncFn(watch::Receiver<()>) -> Option<String>,
) {
    loop {
        link.shared.pacer.data().await;
        let Some(why) = follow(link.shared.losses.subscribe()).await else { return };
        link.tell(Event::Notice { code: 0, text: format!("{what} stopped: {why}") });
        tokio::time::sleep(again_after).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

/// Why a stream has ended: it was refused, for itself, or because TWS has lost what was subscribed to.
async fn read<S>(
    mut losses: watch::Receiver<()>,
    stream: Result<S, ibapi::Error>,
    pump: impl AsyncFnOnce(S) -> String,
) -> Option<String> {
    let stream = match stream {
        Ok(stream) => stream,
        Err(error) => return Some(error.to_string()),
    };
    Some(tokio::select! {
        why = pump(stream) => why,
        _ = losses.changed() => "TWS has lost the subscription".to_owned(),
    })
}

fn contract(link: &Link, ticker: &TickerKey) -> Option<Contract> {
    link.shared.contracts.borrow().get(ticker).cloned()
}

pub(super) async fn quotes(link: Link, ticker: TickerKey, cell: Arc<QuoteCell>, wake: impl Fn() + 'static) {
    let client = &link.shared.client;
    let clock = || link.shared.clock.process();
    keep(&link, &format!("quotes of {ticker}"), AGAIN_AFTER, async |losses| {
        let contract = contract(&link, &ticker)?;
        // 236 asks for the shares that can be borrowed (ticks 46 and 89).
        let ticks = client.market_data(&contract).generic_ticks(&["236"]).subscribe().await;
        read(losses, ticks, async |ticks| pump(ticks, &cell, clock, &wake, || prices_come(&link)).await).await
    })
    .await;
}

pub(super) async fn bars(link: Link, ticker: TickerKey, size: BarSize) {
    let client = &link.shared.client;
    keep(&link, &format!("bars of {ticker}"), HISTORY_AGAIN_AFTER, async |losses| {
        let contract = contract(&link, &ticker)?;
        let bars = super::bars::ask(client, &contract, size).await;
        read(losses, bars, async |bars| super::bars::pump(bars, &ticker, |event| link.tell(event)).await)
            .await
    })
    .await;
}

pub(super) async fn funds(link: Link, cell: FundsCell) {
    let account = AccountId(link.shared.account.clone());
    let clock = || link.shared.clock.now().market;
    keep(&link, "account values", AGAIN_AFTER, async |losses| {
        let updates = link.shared.client.account_updates(&account).await;
        read(losses, updates, async |updates| super::funds::pump(updates, &cell, clock).await).await
    })
    .await;
}

/// The day's result of the account, as the broker counts it; forgotten when it is not told any more.
pub(super) async fn day(link: Link, cell: FundsCell) {
    let account = AccountId(link.shared.account.clone());
    keep(&link, "the day's result", DAY_AGAIN_AFTER, async |losses| {
        let updates = link.shared.client.pnl(&account, None).await;
        let why = read(losses, updates, async |updates| super::funds::pump_day(updates, &cell).await).await;
        cell.forget_day();
        why
    })
    .await;
}
