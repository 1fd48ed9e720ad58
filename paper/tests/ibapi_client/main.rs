//! The gateway as the `ibapi` crate sees it: a client that we did not write, over real sockets.
//!
//! No test waits for a fixed time and none asserts how long something took; [`GUARD`] only keeps a hang from lasting.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod account;
mod agreement;
mod data;
mod lifecycle;
mod orders;
mod predictions;
mod restart;

use std::time::Duration;

use futures::{Stream, StreamExt};
use ibapi::prelude::{Client, Contract, Error, SubscriptionItem};
use paper::{AccountOptions, ChildrenOnPartial, Gateway, MarketOptions, Options, Readings};

/// Far longer than anything here takes.
const GUARD: Duration = Duration::from_secs(60);

/// A gateway at 300 market seconds a second: five minutes of waiting for the open take one second, a day 80.
fn gateway() -> Gateway {
    gateway_with(Readings::default(), AccountOptions::default())
}

fn gateway_with(readings: Readings, account: AccountOptions) -> Gateway {
    let market = MarketOptions { speed: 300.0, ..MarketOptions::default() };
    Gateway::start(Options { market, readings, account, ..Options::default() }).unwrap()
}

fn reading(children_on_partial: ChildrenOnPartial) -> Readings {
    Readings { children_on_partial, ..Readings::default() }
}

async fn connect(gateway: &Gateway, client_id: i32) -> Client {
    connect_to(&gateway.tws().to_string(), client_id).await
}

async fn connect_to(address: &str, client_id: i32) -> Client {
    within(Client::connect(address, client_id)).await.unwrap()
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(GUARD, future).await.expect("it hangs")
}

/// Waits until the exchange has been open for a minute.
async fn open(gateway: &Gateway) {
    let opening = "2008-09-29T13:31:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    within(async {
        while gateway.market_now() < opening {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

fn stock(symbol: &str) -> Contract {
    Contract::stock(symbol).build()
}

/// The next item that is data.
async fn next<T>(subscription: &mut (impl Stream<Item = Result<SubscriptionItem<T>, Error>> + Unpin)) -> T {
    within(async {
        loop {
            if let SubscriptionItem::Data(data) = subscription.next().await.expect("it ended").unwrap() {
                return data;
            }
        }
    })
    .await
}
