//! What is subscribed to, and again after every interruption: prices, bars, money.

use std::sync::Arc;
use std::time::Duration;

use engine::TickerKey;
use ibapi::accounts::types::AccountId;
use ibapi::market_data::historical::BarSize;
use tokio::sync::watch;

use super::Event;
use super::funds::FundsCell;
use super::link::Link;
use super::quotes::{QuoteCell, pump};
use super::watch::prices_come;

/// How long bars are not asked for again after they stopped.
const BARS_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// How long the day's result is not asked for again after it stopped.
const DAY_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Why a stream has ended: for itself, or because TWS has lost what was subscribed to since `losses` began to listen.
async fn until_lost(mut losses: watch::Receiver<()>, stream: impl Future<Output = String>) -> String {
    tokio::select! {
        why = stream => why,
        _ = losses.changed() => "TWS has lost the subscription".to_owned(),
    }
}

pub(super) async fn quotes(link: Link, ticker: TickerKey, cell: Arc<QuoteCell>, wake: impl Fn() + 'static) {
    loop {
        let contract = link.shared.contracts.borrow().get(&ticker).cloned();
        let Some(contract) = contract else { return };
        link.shared.pacer.data().await;
        let losses = link.shared.losses.subscribe();
        // 236 asks for the shares that can be borrowed (ticks 46 and 89).
        let ticks = link.shared.client.market_data(&contract).generic_ticks(&["236"]).subscribe().await;
        let why = match ticks {
            Ok(ticks) => {
                let pump = pump(ticks, &cell, || link.shared.clock.process(), &wake, || prices_come(&link));
                until_lost(losses, pump).await
            }
            Err(error) => error.to_string(),
        };
        link.tell(Event::Notice { code: 0, text: format!("quotes of {ticker} stopped: {why}") });
        tokio::time::sleep(Duration::from_secs(1)).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

pub(super) async fn bars(link: Link, ticker: TickerKey, size: BarSize) {
    loop {
        let contract = link.shared.contracts.borrow().get(&ticker).cloned();
        let Some(contract) = contract else { return };
        link.shared.pacer.data().await;
        let losses = link.shared.losses.subscribe();
        let client = &link.shared.client;
        let bars = super::bars::pump(client, &contract, &ticker, size, |event| link.tell(event));
        let why = until_lost(losses, bars).await;
        link.tell(Event::Notice { code: 0, text: format!("bars of {ticker} stopped: {why}") });
        // TWS answers history too often asked for with a pacing violation.
        tokio::time::sleep(BARS_AGAIN_AFTER).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

pub(super) async fn funds(link: Link, cell: FundsCell) {
    let account = AccountId(link.shared.account.clone());
    loop {
        link.shared.pacer.data().await;
        let losses = link.shared.losses.subscribe();
        let why = match link.shared.client.account_updates(&account).await {
            Ok(updates) => {
                let pump = super::funds::pump(updates, &cell, || link.shared.clock.now().market);
                until_lost(losses, pump).await
            }
            Err(error) => error.to_string(),
        };
        link.tell(Event::Notice { code: 0, text: format!("account values stopped: {why}") });
        tokio::time::sleep(Duration::from_secs(1)).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}

/// The day's result of the account, as the broker counts it.
pub(super) async fn day(link: Link, cell: FundsCell) {
    let account = AccountId(link.shared.account.clone());
    loop {
        link.shared.pacer.data().await;
        let losses = link.shared.losses.subscribe();
        let why = match link.shared.client.pnl(&account, None).await {
            Ok(updates) => until_lost(losses, super::funds::pump_day(updates, &cell)).await,
            Err(error) => error.to_string(),
        };
        link.tell(Event::Notice { code: 0, text: format!("the day's result stopped: {why}") });
        tokio::time::sleep(DAY_AGAIN_AFTER).await;
        if link.shared.client.wait_connected().await.is_err() {
            return;
        }
    }
}
