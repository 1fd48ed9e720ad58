//! Beginning and end of a session.

use std::time::Duration;

use ibapi::Error;
use ibapi::prelude::Client;
use paper::exchange::options::Precautions;
use paper::{AccountOptions, Gateway, Options};

use crate::{connect, gateway, open, within};

#[tokio::test]
async fn a_session_begins_with_its_account_its_id_and_the_market_s_time() {
    let gateway = gateway();
    let client = connect(&gateway, 11).await;
    assert_eq!(client.server_version(), 226);
    assert!(client.time_zone().is_some(), "it knows the zone");
    assert_eq!(client.handshake_managed_accounts(), ["DSIM0001"]);
    assert_eq!(within(client.managed_accounts()).await.unwrap(), ["DSIM0001"]);
    assert_eq!(within(client.next_valid_order_id()).await.unwrap(), 1);
    let before = gateway.market_now();
    let seconds = within(client.server_time()).await.unwrap();
    let millis = within(client.server_time_millis()).await.unwrap();
    assert!(seconds.unix_timestamp() >= before.timestamp());
    assert!(millis.unix_timestamp_nanos() / 1_000_000 >= i128::from(before.timestamp_millis()));
    assert_eq!((millis.year(), millis.month(), millis.day()), (2008, time::Month::September, 29));
}

#[tokio::test]
async fn a_client_id_belongs_to_one_connection_at_a_time() {
    let gateway = gateway();
    let address = gateway.tws().to_string();
    let first = connect(&gateway, 7).await;
    let second = within(Client::connect(&address, 7)).await;
    assert!(matches!(second, Err(Error::ClientIdInUse { client_id: 7 })), "{:?}", second.err());
    first.disconnect().await;
    within(async {
        while Client::connect(&address, 7).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_served_is_answered_all_the_same() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    assert!(within(client.market_rule(9999)).await.unwrap_err().to_string().contains("322"));
    assert!(within(client.news_article("BRFG", "1")).await.is_err());
    assert!(within(client.family_codes()).await.unwrap().is_empty());
    assert!(within(client.user_info()).await.is_ok());
    // The session goes on.
    assert!(within(client.server_time()).await.is_ok());
}

#[tokio::test]
async fn stopping_the_gateway_ends_its_connections() {
    let gateway = gateway();
    open(&gateway).await;
    let client = connect(&gateway, 1).await;
    tokio::task::spawn_blocking(move || gateway.stop()).await.unwrap();
    within(async {
        while client.is_connected() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_configuration_tells_the_limits_that_orders_are_held_to() {
    let precautions =
        Precautions { price_percent: Some(3.into()), size_max: Some(500.into()), value_max: None };
    let account = AccountOptions { precautions, orders_a_side_max: 7, ..AccountOptions::default() };
    let rate_max = Some(50);
    let gateway =
        Gateway::start(Options { account, rate_max, master_client: Some(9), ..Options::default() }).unwrap();
    let client = connect(&gateway, 1).await;
    let config = within(client.config()).await.unwrap();
    let raised: Vec<(i32, &str, &str)> = config
        .messages
        .iter()
        .map(|one| {
            assert_eq!(one.enabled, Some(true));
            (one.id.unwrap(), one.message.as_deref().unwrap(), one.default_action.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        raised,
        [
            (109, "A limit price lies more than 3 % from the market.", "Refuse"),
            (383, "An order is for more than 500 shares.", "Refuse"),
            (201, "More than 7 orders would work on one side of a contract.", "Refuse"),
        ]
    );
    let api = config.api.unwrap();
    assert_eq!(api.precautions.unwrap().bypass_order_precautions, Some(false));
    let settings = api.settings.unwrap();
    assert_eq!(settings.socket_port, Some(i32::from(gateway.tws().port())));
    assert_eq!((settings.master_client_id, settings.read_only_api), (Some(9), Some(false)));
    assert_eq!(settings.reject_messages_above_max_rate, Some(true));
    assert_eq!(
        (settings.allow_localhost_only, settings.create_api_message_log_file),
        (Some(true), Some(false))
    );
    assert_eq!(config.orders.unwrap().smart_routing.unwrap().seek_price_improvement, Some(false));
}

#[tokio::test]
async fn a_fresh_gateway_tells_no_limit_that_it_does_not_have() {
    let gateway = gateway();
    let config = within(connect(&gateway, 1).await.config()).await.unwrap();
    assert_eq!(config.messages.iter().map(|one| one.id.unwrap()).collect::<Vec<_>>(), [201]);
    assert_eq!(config.api.unwrap().settings.unwrap().master_client_id, None);
}
