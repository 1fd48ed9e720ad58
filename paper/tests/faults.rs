//! Every fault of the vocabulary, over a real socket: what the client sees of it, and that the others are unharmed.
//!
//! The market's time stands still and moves by steps, so that each story repeats exactly.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use paper::faults::{Fault, Scenario};
use paper::wire::message::Empty;
use paper::wire::{Reply, Request};
use paper::{Gateway, Options, Readings};
use wire_client::{Wire, limit, told};

/// A gateway whose market stands at 09:40, with a scenario.
fn gateway(scenario: &str) -> Gateway {
    gateway_reading(scenario, Readings::default())
}

fn gateway_reading(scenario: &str, readings: Readings) -> Gateway {
    let scenario = Scenario::from_toml(scenario).unwrap();
    let gateway =
        Gateway::start(Options { scenario, readings, is_paused: true, ..Options::default() }).unwrap();
    gateway.control().step(15 * 60).unwrap();
    gateway
}

/// One step that happens at once.
fn now(fault: &str) -> String {
    format!("[[step]]\nwhen = {{ at = \"now\" }}\ndo = {{ fault = {fault} }}\n")
}

fn inject(gateway: &Gateway, json: &str) {
    let fault: Fault = serde_json::from_str(json).unwrap();
    gateway.control().fault(fault).unwrap();
}

/// What a client is told that places one order to buy 100 far above the market, under a fault.
fn buying(fault: &str) -> Vec<String> {
    let gateway = gateway(&now(fault));
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    wire.place(1, limit("BUY", 100, 150.0, "E1"));
    let mut came = wire.settle();
    for _ in 0..5 {
        gateway.control().step(1).unwrap();
        came.extend(wire.settle());
    }
    told(&came)
}

const ACK: &str = "1 Submitted 0";
const FILLED: [&str; 4] = ["1 BOT 100", "1 Filled 100", "commission", "1 Filled 100"];

fn with_ack<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&[ACK], rest].concat()
}

#[test]
fn a_sound_order_is_acknowledged_and_filled() {
    assert_eq!(buying("\"net.heal\""), with_ack(&FILLED));
}

#[test]
fn refusals_come_at_once_or_after_the_acknowledgement() {
    assert_eq!(buying("\"order.reject\", code = 110"), ["1 code 110"]);
    assert_eq!(buying("\"order.reject\", code = 201, after = \"ack\""), [ACK, "1 code 201", "1 Inactive 0"]);
    assert_eq!(
        buying("\"order.reject\", code = 201, after = \"child\""),
        with_ack(&FILLED),
        "it is no child"
    );
    assert_eq!(buying("\"order.reject\", code = 201, order_ref = \"S1\""), with_ack(&FILLED));
}

#[test]
fn orders_vanish_or_are_never_acknowledged() {
    assert!(buying("\"order.drop_silent\"").is_empty());
    assert_eq!(buying("\"order.ack_never\""), ["1 BOT 100", "commission"]);
    let late = buying("\"order.ack_delay\", seconds = 4");
    assert_eq!(late[..2], ["1 BOT 100", "commission"]);
    assert_eq!(late[2..], [ACK, "1 Filled 100", "1 Filled 100"]);
}

#[test]
fn statuses_repeat_are_left_out_and_come_back() {
    assert_eq!(buying("\"status.dup\", times = 2"), with_ack(&[&[ACK, ACK], &FILLED[..]].concat()));
    assert_eq!(buying("\"status.skip\""), FILLED);
    assert_eq!(
        buying("\"status.stale\""),
        with_ack(&["1 BOT 100", "1 Filled 100", ACK, "commission", "1 Filled 100"])
    );
}

#[test]
fn fills_come_early_in_parts_and_beyond_the_size() {
    let early = buying("\"fill.before_ack\"");
    assert_eq!(early[..4], FILLED);
    assert_eq!(early[4], ACK, "the acknowledgement comes last");
    let parts = buying("\"fill.partial\", parts = 4");
    assert_eq!(parts[..3], [ACK, "1 BOT 25", "1 Submitted 25"]);
    assert_eq!(parts.last().unwrap(), "1 Filled 100");
    let over = buying("\"fill.over\", shares = \"7\"");
    assert!(over.contains(&"1 BOT 7".to_owned()), "{over:?}");
    assert_eq!(over.last().unwrap(), "1 Filled 107");
}

#[test]
fn executions_are_late_corrected_or_taken_back() {
    let late = buying("\"exec.late\", seconds = 2");
    assert_eq!(late, [ACK, "1 Filled 100", "1 Filled 100", "1 BOT 100", "commission"]);
    let corrected = buying("\"exec.correct\", shares = \"90\"");
    assert_eq!(corrected[5..], ["1 BOT 90 corrected", "commission"]);
    assert_eq!(buying("\"commission.late\", seconds = 2").last().unwrap(), "commission");
    assert!(buying("\"commission.sentinel\"").contains(&"commission unknown".to_owned()));
}

#[test]
fn a_busted_trade_leaves_no_position_and_no_execution() {
    let gateway = gateway(&now("\"exec.bust\""));
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.ask(&Request::Positions(Empty {}));
    wire.settle();
    wire.place(1, limit("BUY", 100, 150.0, "E1"));
    gateway.control().step(1).unwrap();
    let mut came = told(&wire.settle());
    gateway.control().step(1).unwrap();
    came.extend(told(&wire.settle()));
    let positions: Vec<&String> = came.iter().filter(|line| line.starts_with("position")).collect();
    assert_eq!(positions, ["position 100", "position 0"]);
}

/// What a client is told after it sends `second` for its resting order.
fn resting(fault: &str, second: impl Fn(&mut Wire)) -> Vec<String> {
    let gateway = gateway(&now(fault));
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.place(1, limit("BUY", 100, 50.0, "E1"));
    wire.settle();
    second(&mut wire);
    told(&wire.settle())
}

#[test]
fn cancels_and_changes_race_with_fills() {
    let cancelled = resting("\"fill.after_cancel\", shares = \"60\"", |wire| wire.cancel(1));
    assert_eq!(
        cancelled,
        [
            "1 PendingCancel 0",
            "1 Cancelled 0",
            "1 code 202",
            "1 BOT 60",
            "1 Cancelled 60",
            "commission",
            "1 Cancelled 60"
        ]
    );
    assert_eq!(resting("\"cancel.reject\", code = 10148", |wire| wire.cancel(1)), ["1 code 10148"]);
    let change = |wire: &mut Wire| wire.place(1, limit("BUY", 100, 51.0, "E1"));
    let race = resting("\"modify.race_filled\"", change);
    assert_eq!(race.last().unwrap(), "1 code 104");
    assert!(race.contains(&"1 Filled 100".to_owned()));
    assert_eq!(resting("\"modify.two_incarnations\"", change), ["2 Submitted 0", "1 Submitted 0"]);
}

#[test]
fn a_group_may_fill_twice() {
    let gateway = gateway(&now("\"oca.both_fill\""));
    let mut wire = Wire::connect(gateway.tws(), 1);
    let grouped = |price| paper::wire::message::order::Order {
        oca_group: Some("pair".to_owned()),
        oca_type: Some(1),
        ..limit("BUY", 10, price, "E1")
    };
    wire.place(1, grouped(50.0));
    wire.place(2, grouped(150.0));
    wire.settle();
    gateway.control().step(1).unwrap();
    let came = told(&wire.settle());
    assert!(came.contains(&"2 BOT 10".to_owned()) && came.contains(&"1 BOT 10".to_owned()), "{came:?}");
}

#[test]
fn hands_and_brokers_act_on_the_account() {
    let gateway = gateway("");
    let mut own = Wire::connect(gateway.tws(), 0);
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.ask(&Request::Positions(Empty {}));
    wire.place(1, limit("BUY", 10, 50.0, "S1"));
    wire.settle();
    own.settle();
    inject(&gateway, r#"{"fault":"manual.cancel","order_ref":"S1"}"#);
    assert_eq!(told(&wire.settle()), ["1 Cancelled 0", "1 code 202"]);
    inject(&gateway, r#"{"fault":"manual.new","symbol":"AAPL","side":"Sell","shares":"30"}"#);
    inject(&gateway, r#"{"fault":"buy_in","symbol":"AAPL","shares":"10"}"#);
    inject(&gateway, r#"{"fault":"liquidation","symbol":"AAPL","shares":"15"}"#);
    inject(&gateway, r#"{"fault":"manual.close","symbol":"AAPL"}"#);
    assert_eq!(told(&wire.settle()), ["position -30", "position -20", "position -5", "position 0"]);
    let heard: Vec<String> =
        told(&own.settle()).into_iter().filter(|line| line.contains("BOT") || line.contains("SLD")).collect();
    assert_eq!(heard, ["0 SLD 30", "-1 BOT 10", "-1 BOT 15 liquidation", "0 BOT 5"]);
    inject(&gateway, r#"{"fault":"manual.new","symbol":"AAPL","side":"Buy","shares":"10"}"#);
    inject(&gateway, r#"{"fault":"pos.split","symbol":"AAPL","ratio":"4"}"#);
    assert_eq!(told(&wire.settle()), ["position 10", "position 40"]);
}

#[test]
fn ids_accounts_and_codes() {
    let gateway = gateway("");
    let mut wire = Wire::connect(gateway.tws(), 1);
    for id in 1..=5 {
        wire.place(id, limit("BUY", 1, 50.0, ""));
    }
    wire.settle();
    inject(&gateway, r#"{"fault":"nextid.rollback","by":4}"#);
    inject(&gateway, r#"{"fault":"acct.swap","account":"U7"}"#);
    wire.ask(&Request::Ids(Default::default()));
    wire.ask(&Request::ManagedAccounts(Empty {}));
    assert_eq!(told(&wire.settle()), ["next id 2", "accounts U7"]);
    for code in [100, 502, 504, 1100, 1101, 2103, 2104, 2110, 10197] {
        inject(&gateway, &format!(r#"{{"fault":"code","code":{code}}}"#));
        assert!(told(&wire.settle()).contains(&format!("-1 code {code}")), "{code}");
    }
    inject(&gateway, r#"{"fault":"code","code":1300}"#);
    assert!(
        told(&wire.until(|reply| matches!(reply, Reply::Failure(_)))).contains(&"-1 code 1300".to_owned())
    );
    assert_eq!(wire.body(), None, "1300 drops the connection");
}

#[test]
fn fills_of_an_outage_are_told_or_hidden() {
    for (reading, news) in [("told", 4), ("hidden", 0)] {
        let mut readings = Readings::default();
        readings.set(&format!("after_1102={reading}")).unwrap();
        let gateway = gateway_reading("", readings);
        let mut wire = Wire::connect(gateway.tws(), 1);
        wire.place(1, limit("BUY", 10, 150.0, "E1"));
        wire.settle();
        inject(&gateway, r#"{"fault":"code","code":1100}"#);
        gateway.control().step(2).unwrap();
        assert_eq!(told(&wire.settle()), ["-1 code 1100"]);
        inject(&gateway, r#"{"fault":"code","code":1102}"#);
        let came = told(&wire.settle());
        assert_eq!((came[0].as_str(), came.len() - 1), ("-1 code 1102", news), "{reading}");
        wire.ask(&Request::Executions(Default::default()));
        assert!(told(&wire.settle()).contains(&"1 BOT 10".to_owned()), "a question always finds it");
    }
}

#[test]
fn the_market_halts_gaps_and_closes() {
    let gateway = gateway("");
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    inject(&gateway, r#"{"fault":"halt","symbol":"AAPL","seconds":300}"#);
    wire.place(1, limit("BUY", 10, 150.0, "E1"));
    assert_eq!(told(&wire.settle()), [ACK]);
    gateway.control().step(60).unwrap();
    assert!(told(&wire.settle()).is_empty());
    gateway.control().step(300).unwrap();
    assert!(told(&wire.settle()).contains(&"1 BOT 10".to_owned()));
    inject(&gateway, r#"{"fault":"gap","symbol":"AAPL","percent":-50.0}"#);
    wire.place(2, limit("BUY", 10, 70.0, "E2"));
    wire.settle();
    gateway.control().step(1).unwrap();
    assert!(told(&wire.settle()).contains(&"2 BOT 10".to_owned()), "it costs half now");
    let market = gateway.market_now();
    inject(&gateway, r#"{"fault":"clock.jump","seconds":-60}"#);
    wire.ask(&Request::CurrentTime(Empty {}));
    let came = wire.until(|reply| matches!(reply, Reply::CurrentTime(_)));
    let Some(Reply::CurrentTime(time)) = came.last() else { panic!("no time") };
    assert_eq!(time.current_time(), market.timestamp() - 60);
    inject(&gateway, r#"{"fault":"session.early_close","seconds":60}"#);
    inject(&gateway, r#"{"fault":"session.close"}"#);
    wire.settle();
    assert_eq!(gateway.market_now().timestamp(), market.timestamp() + 60);
}

#[test]
fn frames_are_doubled_lost_late_and_damaged() {
    let on_status = |fault: &str| buying(&format!("{fault}, message = 3"));
    assert_eq!(on_status("\"frame.dup\"")[..2], [ACK, ACK]);
    assert_eq!(on_status("\"frame.drop\""), FILLED);
    let late = buying("\"frame.reorder\", message = 3, by = 3");
    assert_eq!(late, ["1 BOT 100", ACK, "1 Filled 100", "commission", "1 Filled 100"]);
    assert_ne!(buying("\"frame.corrupt\", message = 3, bit = 13"), with_ack(&FILLED));
    assert_eq!(buying("\"frame.unknown\", id = 150"), with_ack(&FILLED), "a client passes over it");
}

#[test]
fn a_length_lies_and_the_other_client_lives() {
    let gateway = gateway("");
    let mut other = Wire::connect(gateway.tws(), 2);
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    inject(&gateway, r#"{"fault":"frame.badlen","length":16777216,"client":1}"#);
    wire.place(1, limit("BUY", 10, 50.0, ""));
    inject(&gateway, r#"{"fault":"net.close","how":"rst","client":1}"#);
    assert_eq!(wire.body(), None);
    other.place(1, limit("BUY", 10, 50.0, ""));
    assert_eq!(told(&other.settle()).last().unwrap(), ACK);
}

#[test]
fn the_network_breaks_in_pieces_and_heals() {
    for fault in [
        r#"{"fault":"net.fragment","bytes":1}"#,
        r#"{"fault":"net.delay","ms":2,"jitter_ms":2}"#,
        r#"{"fault":"net.coalesce","ms":5}"#,
        r#"{"fault":"net.slow","bytes_per_second":20000}"#,
        r#"{"fault":"net.blackhole","way":"in","seconds":0.05}"#,
        r#"{"fault":"net.blackhole","seconds":0.05}"#,
    ] {
        let gateway = gateway("");
        let mut wire = Wire::connect(gateway.tws(), 1);
        wire.settle();
        inject(&gateway, fault);
        wire.place(1, limit("BUY", 10, 50.0, ""));
        assert_eq!(told(&wire.settle()), [ACK], "{fault}");
        inject(&gateway, r#"{"fault":"net.heal"}"#);
        wire.cancel(1);
        assert_eq!(told(&wire.settle()).last().unwrap(), "1 code 202", "{fault}");
    }
}

#[test]
fn a_mute_gateway_reads_and_a_deaf_one_does_not_answer_a_hello() {
    let gateway = gateway("");
    let mut wire = Wire::connect(gateway.tws(), 1);
    let mut other = Wire::connect(gateway.tws(), 2);
    wire.settle();
    inject(&gateway, r#"{"fault":"net.mute","client":1}"#);
    wire.place(1, limit("BUY", 10, 50.0, "M1"));
    // The order lies in its own connection's queue; the other client sees it once it has been taken.
    let seen = (0..1000).any(|_| {
        other.ask(&Request::AllOpenOrders(Empty {}));
        let came = other.until(|reply| matches!(reply, Reply::OpenOrdersEnd(_)));
        came.iter().any(|reply| matches!(reply, Reply::OpenOrder(_)))
    });
    assert!(seen, "it was read");
    inject(&gateway, r#"{"fault":"net.heal"}"#);
    assert!(told(&wire.settle()).is_empty(), "what was not said is not said later");
    inject(&gateway, r#"{"fault":"net.no_handshake"}"#);
    other.settle();
    let mut silent = Wire::greet(gateway.tws());
    let ended = (0..500).any(|_| {
        inject(&gateway, r#"{"fault":"net.close"}"#);
        silent.has_ended()
    });
    assert!(ended, "no hello was answered");
    inject(&gateway, r#"{"fault":"net.heal"}"#);
    inject(&gateway, r#"{"fault":"net.noaccept","seconds":60.0}"#);
    let refused = (0..500).any(|_| {
        let Ok(mut stream) = std::net::TcpStream::connect(gateway.tws()) else { return true };
        stream.set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
        match std::io::Read::read(&mut stream, &mut [0; 8]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    });
    assert!(refused);
}

#[test]
fn a_scenario_repeats_exactly() {
    let scenario = "seed = 5\n[[step]]\nwhen = { at = \"frame\", way = \"out\", message = 3 }\n\
                    do = { fault = \"frame.dup\", message = 3 }\np = 0.5\ncount = 0\n";
    let run = || {
        let gateway = gateway(scenario);
        let mut wire = Wire::connect(gateway.tws(), 1);
        for id in 1..=10 {
            wire.place(id, limit("BUY", 1, 50.0, ""));
        }
        told(&wire.settle())
    };
    let first = run();
    assert!(first.len() > 10 && first.len() < 20, "{first:?}");
    assert_eq!(first, run());
}

#[test]
fn triggers_wait_for_orders_fills_and_connections() {
    let code = |when: &str, code: i32| {
        format!("[[step]]\nwhen = {{ {when} }}\ndo = {{ fault = \"code\", code = {code} }}\n")
    };
    let scenario = [
        code("at = \"order\", order_ref = \"E\", state = \"Filled\"", 2107),
        code("at = \"fill\", n = 1", 2108),
        code("at = \"connection\", n = 2", 2119),
        code("at = \"calendar\", time = \"20080929 09:41:00\"", 2157),
        code("at = \"frame\", way = \"in\", message = 4", 2158),
    ];
    let gateway = gateway(&scenario.concat());
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    let _other = Wire::connect(gateway.tws(), 2);
    wire.place(1, limit("BUY", 1, 150.0, "E1"));
    let mut came = wire.settle();
    gateway.control().step(1).unwrap();
    came.extend(wire.settle());
    gateway.control().step(120).unwrap();
    wire.cancel(99);
    came.extend(wire.settle());
    let codes: Vec<String> = told(&came).into_iter().filter(|line| line.starts_with("-1 code")).collect();
    for code in [2107, 2108, 2119, 2157, 2158] {
        assert!(codes.contains(&format!("-1 code {code}")), "{code} of {codes:?}");
    }
}
