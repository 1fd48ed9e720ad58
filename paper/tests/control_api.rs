//! The control API as a person with `curl` meets it: what it does, and what it says to what it cannot read.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use chrono::{DateTime, TimeDelta, Utc};
use paper::wire::Reply;
use paper::{Gateway, Options};
use serde_json::Value;
use wire_client::{Wire, limit, told};

fn gateway() -> Gateway {
    let control = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let gateway = Gateway::start(Options { control, is_paused: true, ..Options::default() }).unwrap();
    assert_eq!(post(&gateway, "/step?seconds=900", "", "").0, 200, "to 09:40");
    gateway
}

fn ask(gateway: &Gateway, head: &str, kind: &str, body: &str) -> (u16, String) {
    let address = gateway.control_at().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn post(gateway: &Gateway, path: &str, kind: &str, body: &str) -> (u16, String) {
    ask(gateway, &format!("POST {path}"), kind, body)
}

fn state(gateway: &Gateway) -> Value {
    let (status, body) = ask(gateway, "GET /state", "", "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn market_time(gateway: &Gateway) -> DateTime<Utc> {
    state(gateway)["market_time"].as_str().unwrap().parse().unwrap()
}

const JSON: &str = "application/json";

#[test]
fn the_state_tells_who_is_there_and_what_is_held() {
    let gateway = gateway();
    let mut wire = Wire::connect(gateway.tws(), 5);
    wire.place(1, limit("BUY", 100, 150.0, ""));
    wire.place(2, limit("BUY", 100, 50.0, ""));
    wire.settle();
    assert_eq!(post(&gateway, "/step?seconds=2", "", "").0, 200);
    wire.settle();
    let shown = state(&gateway);
    assert_eq!(shown["clients"], serde_json::json!([5]));
    assert_eq!((shown["connections"].as_u64(), shown["live_orders"].as_u64()), (Some(1), Some(1)));
    assert_eq!(shown["positions"], serde_json::json!([["AAPL", "100"]]));
    let money = |name: &str| shown[name].as_str().unwrap().parse::<f64>().unwrap();
    assert!(money("cash") < 990_000.0 && money("net_liquidation") > 999_000.0, "{shown}");
}

#[test]
fn a_fault_happens_at_once_and_one_that_is_misspelt_is_refused_with_the_names() {
    let gateway = gateway();
    let mut wire = Wire::connect(gateway.tws(), 5);
    wire.settle();
    let code = r#"{"fault": "code", "code": 2103}"#;
    assert_eq!(post(&gateway, "/fault", JSON, code), (200, r#"{"done":true}"#.to_owned()));
    assert_eq!(told(&wire.until(|reply| matches!(reply, Reply::Failure(_)))), ["-1 code 2103"]);
    let (status, words) = post(&gateway, "/fault", JSON, r#"{"fault": "net.clos"}"#);
    assert!(status == 400 && words.contains("net.clos") && words.contains("net.close"), "{status} {words}");
    assert_eq!(post(&gateway, "/fault", JSON, "{").0, 400);
    assert_eq!(post(&gateway, "/fault", "text/plain", code).0, 400, "it says that it is no JSON");
    assert!(wire.settle().is_empty(), "none of these did anything");
}

#[test]
fn a_scenario_is_taken_in_toml_and_in_json_and_refused_in_words() {
    let gateway = gateway();
    let mut wire = Wire::connect(gateway.tws(), 5);
    wire.settle();
    let toml = "[[step]]\nwhen = { at = \"now\" }\ndo = { fault = \"code\", code = 2105 }\n";
    assert_eq!(post(&gateway, "/scenario", "", toml).0, 200);
    assert_eq!(told(&wire.until(|reply| matches!(reply, Reply::Failure(_)))), ["-1 code 2105"]);
    let json = r#"{"step": [{"when": {"at": "now"}, "do": {"fault": "code", "code": 2106}}]}"#;
    assert_eq!(post(&gateway, "/scenario", JSON, json).0, 200);
    assert_eq!(told(&wire.until(|reply| matches!(reply, Reply::Failure(_)))), ["-1 code 2106"]);
    let (status, words) = post(&gateway, "/scenario", "", &toml.replace("code = 2105", "cod = 2105"));
    assert_eq!(status, 400);
    assert!(serde_json::from_str::<Value>(&words).unwrap()["error"].is_string(), "{words}");
    assert_eq!(post(&gateway, "/scenario", JSON, toml).0, 400, "TOML is no JSON");
}

#[test]
fn the_market_pauses_steps_and_goes_on() {
    let gateway = gateway();
    let before = market_time(&gateway);
    assert_eq!(market_time(&gateway), before, "it stands still");
    assert_eq!(post(&gateway, "/step?seconds=60", "", "").0, 200);
    assert_eq!(market_time(&gateway), before + TimeDelta::seconds(60));
    assert_eq!(post(&gateway, "/speed?value=600", "", "").0, 200);
    assert_eq!(post(&gateway, "/resume", "", "").0, 200);
    while market_time(&gateway) < before + TimeDelta::seconds(90) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(post(&gateway, "/pause", "", "").0, 200);
    let stopped = market_time(&gateway);
    assert_eq!(market_time(&gateway), stopped);
    for wrong in ["/step", "/step?seconds=-1", "/step?seconds=soon", "/speed?value=fast"] {
        assert_eq!(post(&gateway, wrong, "", "").0, 400, "{wrong}");
    }
    for odd in ["0", "-1", "NaN", "inf"] {
        post(&gateway, &format!("/speed?value={odd}"), "", "");
    }
    assert_eq!(post(&gateway, "/nowhere", "", "").0, 404);
    assert_eq!(post(&gateway, "/step?seconds=1", "", "").0, 200);
    assert_eq!(market_time(&gateway), stopped + TimeDelta::seconds(1));
}

#[test]
fn it_listens_on_loopback_only() {
    let control = Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
    let refused = Gateway::start(Options { control, ..Options::default() }).unwrap_err();
    assert_eq!(refused.to_string(), "the control API listens on loopback only");
}
