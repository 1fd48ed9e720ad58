//! Rows N: what happens to the socket, and what TWS says of its own connections.

use std::time::Duration;

use paper::faults::Fault;
use paper::faults::fault::{Ending, Frames, Way};

use super::stage::{Stage, at_once};

const BACK: [&str; 2] = ["order news may be missing: ", "in step with the broker"];
const UNANSWERED: &str = "connection lost: the gateway left 2 questions unanswered";
const CLEAR: &str = "the broker's state: nothing in the way";

/// Frames to the program, of one message or any.
fn frames(message: Option<u32>) -> Frames {
    Frames { message, client: Some(1) }
}

#[test]
fn n1_a_connection_that_is_closed_or_reset_is_made_again() {
    let mut stage = Stage::holding();
    for how in [Ending::Rst, Ending::Fin] {
        stage.close(how);
        stage.says(&BACK);
    }
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn n2_a_half_open_or_mute_connection_is_found_and_replaced() {
    let (seconds, client) = (Some(9.0), Some(1));
    let faults =
        [Fault::NetBlackhole { way: Way::Both, seconds, client }, Fault::NetMute { seconds, client }];
    at_once(faults, |fault| {
        let mut stage = Stage::holding();
        stage.fault(fault);
        stage.says(&[UNANSWERED, "connected to ", "in step with the broker"]);
        assert_eq!(stage.sound(), 1);
        stage.ends_well();
    });
}

#[test]
fn n3_a_gateway_that_takes_connections_and_says_nothing_is_tried_again() {
    let silence = Fault::NetNoHandshake { seconds: None };
    let mut stage = Stage::after(|gateway, _| gateway.control().fault(silence).expect("a gateway"));
    stage.says(&["accepts connections but did not answer within 15s; is it logged in?"]);
    stage.fault(Fault::NetHeal);
    stage.says(&["in step with the broker"]);
    stage.ends_well();
}

#[test]
fn n3_also_when_the_connection_was_there_before() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NetNoHandshake { seconds: None });
    stage.close(Ending::Fin);
    stage.says(&["connection lost: not back within 8s"]);
    stage.fault(Fault::NetHeal);
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

/// The first is waited for in vain until the heartbeat is missed, the second no client believes.
#[test]
fn n4_n5_frames_that_lie_about_their_length_cost_no_news() {
    at_once([(16_000_000, UNANSWERED), (u32::MAX, BACK[0])], |(length, lost)| {
        let mut stage = Stage::holding();
        stage.fault(Fault::FrameBadLength { length, frames: frames(None) });
        stage.says(&[lost, "in step with the broker"]);
        assert_eq!(stage.sound(), 1);
        stage.ends_well();
    });
}

#[test]
fn n6_frames_in_pieces_and_in_heaps_are_the_same_frames() {
    let mut stage = Stage::start();
    stage.fault(Fault::NetFragment { bytes: 1, client: Some(1) });
    stage.enter();
    stage.fault(Fault::NetHeal);
    stage.fault(Fault::NetCoalesce { ms: 200, client: Some(1) });
    stage.leave();
    assert_eq!(stage.sound(), 2);
    stage.fault(Fault::NetHeal);
    assert!(!stage.ends_well().contains("may be missing"));
}

#[test]
fn n7_a_connection_that_flaps_leaves_everything_as_it_was() {
    let mut stage = Stage::holding();
    for how in [Ending::Rst, Ending::Fin].repeat(5) {
        stage.close(how);
        std::thread::sleep(Duration::from_millis(600));
    }
    stage.says(&BACK);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn n8_a_client_id_in_use_is_waited_for_and_never_replaced() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut other = None;
    let mut stage = Stage::after(|gateway, _| {
        let address = gateway.tws().to_string();
        other = Some(runtime.block_on(ibapi::Client::connect(&address, 1)).expect("another client 1"));
    });
    stage.says(&["client id 1 is in use at TWS at "]);
    runtime.block_on(other.expect("another client 1").disconnect());
    stage.says(&["as client 1, account", "in step with the broker"]);
    stage.ends_well();
}

/// 1100 ends with 1102 or 1101; 2110 with the first farm that is there again.
#[test]
fn n9_n11_while_the_gateway_is_without_ib_nothing_is_opened() {
    let mut stage = Stage::start();
    for (lost, found) in [(1100, 1102), (1100, 1101), (2110, 2104)] {
        stage.code(lost);
        let state = format!("the broker's state: the gateway is without IB ({lost})");
        stage.says(&[&format!("order news may be missing: {lost}"), &state]);
        stage.signal("BUY");
        stage.says(&["signal BUY 0.90 declined: "]);
        stage.code(found);
        stage.says(&[CLEAR, "in step with the broker"]);
    }
    assert_eq!(stage.sound(), 0);
    stage.ends_well();
}

/// Longer after it than a quote is traded on, what is entered is entered by new quotes; so this market moves.
#[test]
fn n9_subscriptions_that_1101_lost_are_made_again() {
    let mut stage = Stage::moving();
    stage.code(1100);
    stage.says(&["order news may be missing: 1100"]);
    stage.code(1101);
    stage.says(&["order news may be missing: 1101", "in step with the broker"]);
    std::thread::sleep(Duration::from_secs(6));
    stage.told.push_str(&stage.program.said_so_far());
    stage.says(&["place E1 "]);
    assert!(stage.sound() > 0, "{}", stage.told);
    stage.ends();
}

/// The farms' and the other session's codes stop quotes, not orders.
#[test]
fn n10_n13_without_quotes_the_order_socket_is_kept() {
    let mut stage = Stage::holding();
    stage.code(2103);
    stage.says(&["the broker's state: no market data farm"]);
    stage.code(2104);
    stage.says(&[CLEAR]);
    for code in [2103, 10_197] {
        stage.code(code);
    }
    stage.says(&["another session has the market data (10197)"]);
    stage.gap(-5.0);
    stage.says(&["filled S1 ", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.gap(5.3);
    stage.code(2104);
    stage.says(&[CLEAR]);
    let told = stage.ends_well();
    assert!(!told.contains("may be missing") && !told.contains("connection lost"), "{told}");
}

#[test]
fn n12_a_port_that_moves_is_a_gap() {
    let mut stage = Stage::holding();
    stage.code(1300);
    stage.says(&BACK);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

/// By a clock that is told late, a signal lies in the future.
#[test]
fn n14_late_answers_change_nothing() {
    let mut stage = Stage::start();
    stage.fault(Fault::NetDelay { ms: 300, jitter_ms: 300, client: Some(1) });
    stage.enter();
    stage.leave();
    assert_eq!(stage.sound(), 2);
    stage.fault(Fault::NetHeal);
    stage.ends_well();
}

/// 14 brackets of three, nearly all that TWS takes in a second; the risk book declines what is more.
#[test]
fn n15_a_burst_of_entries_stays_within_the_pace_of_tws() {
    let names: Vec<String> = (b'A'..=b'N').map(|letter| format!("P{}", char::from(letter))).collect();
    let symbols: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut stage = Stage::over(&symbols, |_| ());
    // Each has to be shown what the broker holds before it opens anything.
    std::thread::sleep(Duration::from_secs(6));
    let at = stage.gateway.market_now().to_rfc3339();
    symbols.iter().for_each(|symbol| stage.signals.say(symbol, "BUY", 0.9, &at));
    let held: Vec<String> = symbols.iter().map(|symbol| format!("{symbol:8}filled E1 ")).collect();
    stage.says(&held.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(stage.sound(), symbols.len());
    let told = stage.ends();
    assert!(!told.contains("Max rate") && !told.contains("may be missing"), "{told}");
}

#[test]
fn n15_a_complaint_about_too_many_messages_costs_nothing() {
    let stage = Stage::holding();
    stage.code(100);
    stage.ends_well();
}

/// A status that cannot be read ends the stream of orders, not the connection.
#[test]
fn n17_a_frame_that_cannot_be_read_is_made_up_for() {
    let mut stage = Stage::start();
    for bit in [1, 3, 9] {
        stage.fault(Fault::FrameCorrupt { bit, frames: frames(Some(3)) });
    }
    stage.signal("BUY");
    stage.says(&["  holds "]);
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn n18_a_gateway_that_refuses_connections_for_a_while_is_found_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NetNoAccept { seconds: 4.0 });
    stage.close(Ending::Rst);
    stage.says(&BACK);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

/// At the start, too, a connection that is not there is a state and no exit.
#[test]
fn n18_a_gateway_that_is_not_there_yet_is_waited_for() {
    let refusal = Fault::NetNoAccept { seconds: 4.0 };
    let mut stage = Stage::after(|gateway, _| gateway.control().fault(refusal).expect("a gateway"));
    stage.says(&["failed to connect to TWS", "in step with the broker"]);
    stage.ends_well();
}
