//! The prediction API over HTTP, and that it never speaks of what is still to come.

use std::net::{Ipv4Addr, SocketAddr};

use paper::{Gateway, MarketOptions, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::within;

async fn get(api: SocketAddr, path: &str) -> serde_json::Value {
    let mut stream = TcpStream::connect(api).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
}

#[tokio::test]
async fn predictions_come_early_in_the_demo_s_day() {
    let api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let gateway =
        Gateway::start(Options { api, market: MarketOptions::demo(), ..Options::default() }).unwrap();
    let api = gateway.api().unwrap();
    let first = within(async {
        loop {
            let all = get(api, "/predictions").await;
            let all = all.as_array().unwrap().clone();
            if let Some(last) = all.last() {
                return last.clone();
            }
        }
    })
    .await;
    assert!(first["id"].as_str().unwrap().starts_with(first["symbol"].as_str().unwrap()));
    assert!(["BUY", "SELL", "SHORT"].contains(&first["signal"].as_str().unwrap()));
    assert!((0.5..=0.99).contains(&first["confidence"].as_f64().unwrap()));
    assert!(
        first["timestamp"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap()
            <= gateway.market_now()
    );
    assert!(first["price"].as_f64().unwrap() > 0.0);
    assert_eq!(get(api, "/health").await["status"], "ok");
}
