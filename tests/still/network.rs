//! Rows N: what happens to the socket, and what TWS says of its own connections.

use std::time::Duration;

use paper::faults::Fault;
use paper::faults::fault::{Ending, Frames, Way};

use crate::stage::{CALM, Stage, set};
use crate::support::Program;

/// Frames to the program, of one message or any.
fn frames(message: Option<u32>) -> Frames {
    Frames { message, client: Some(1) }
}

#[test]
fn n1_a_connection_that_is_closed_or_reset_is_made_again() {
    let mut stage = Stage::holding();
    for how in [Ending::Rst, Ending::Fin] {
        stage.fault(Fault::NetClose { how, client: Some(1) });
        stage.says(&["order news may be missing: ", "in step with the broker"]);
    }
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n2_a_half_open_connection_is_found_and_replaced() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NetBlackhole { way: Way::Both, seconds: Some(15.0), client: Some(1) });
    stage.says(&["connection lost: the gateway left 2 questions unanswered", "connected to "]);
    stage.says(&["in step with the broker"]);
    stage.fault(Fault::NetMute { seconds: Some(15.0), client: Some(1) });
    stage.says(&["connection lost: the gateway left 2 questions unanswered", "connected to "]);
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n3_a_gateway_that_takes_connections_and_says_nothing_is_tried_again() {
    let (gateway, signals, folder) = set(&[CALM], |_| ());
    gateway.control().fault(Fault::NetNoHandshake { seconds: None }).expect("a gateway");
    let program = Program::start_in(folder.path(), &[]);
    let mut stage = Stage { gateway, signals, program, folder, told: String::new() };
    stage.says(&["accepts connections but did not answer within 15s; is it logged in?"]);
    stage.fault(Fault::NetHeal);
    stage.says(&["in step with the broker"]);
    stage.enter();
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n4_n5_frames_that_lie_about_their_length_cost_no_news() {
    let mut stage = Stage::holding();
    // The first is waited for in vain, the second no client believes.
    for length in [1 << 20, u32::MAX] {
        stage.fault(Fault::FrameBadLength { length, frames: frames(None) });
        stage.says(&["in step with the broker"]);
    }
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n6_frames_in_pieces_and_in_heaps_are_the_same_frames() {
    let mut stage = Stage::start();
    stage.fault(Fault::NetFragment { bytes: 1, client: Some(1) });
    stage.enter();
    stage.fault(Fault::NetHeal);
    stage.fault(Fault::NetCoalesce { ms: 200, client: Some(1) });
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    assert_eq!(stage.sound(), 2);
    assert!(!stage.end().contains("may be missing"));
}

#[test]
fn n7_a_connection_that_flaps_leaves_everything_as_it_was() {
    let mut stage = Stage::holding();
    for _ in 0..6 {
        stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
        std::thread::sleep(Duration::from_millis(700));
    }
    stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    stage.says(&["order news may be missing: ", "in step with the broker"]);
    stage.leave();
    assert_eq!(stage.sound(), 2);
    stage.end();
}

#[test]
fn n8_a_client_id_in_use_is_waited_for_and_never_replaced() {
    let (gateway, signals, folder) = set(&[CALM], |_| ());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let address = gateway.tws().to_string();
    let other = runtime.block_on(ibapi::Client::connect(&address, 1)).expect("another client 1");
    let program = Program::start_in(folder.path(), &[]);
    let mut stage = Stage { gateway, signals, program, folder, told: String::new() };
    stage.says(&["client id 1 is in use"]);
    runtime.block_on(other.disconnect());
    stage.says(&["as client 1, account", "in step with the broker"]);
    stage.end();
}

/// 1100 ends with 1102; 2110 with the first farm that is there again.
#[test]
fn n9_n11_while_the_gateway_is_without_ib_nothing_is_opened() {
    let mut stage = Stage::start();
    for (lost, found) in [(1100, 1102), (1100, 1101), (2110, 2104)] {
        stage.code(lost);
        stage.says(&[&format!("order news may be missing: {lost}")]);
        stage.signal("BUY");
        stage.says(&["signal BUY 0.90 declined: "]);
        stage.code(found);
        stage.says(&["in step with the broker"]);
    }
    assert_eq!(stage.sound(), 0);
    stage.enter();
    assert_eq!(stage.sound(), 1);
    stage.end();
}

/// The farms' and the other session's codes stop quotes, not orders.
#[test]
fn n10_n13_without_quotes_the_order_socket_is_kept() {
    let mut stage = Stage::holding();
    for code in [2103, 10197] {
        stage.code(code);
    }
    stage.fault(Fault::Gap { symbol: CALM.to_owned(), percent: -5.0 });
    stage.says(&["filled S1 ", " closed long "]);
    assert_eq!(stage.sound(), 2);
    let told = stage.end();
    assert!(!told.contains("may be missing") && !told.contains("connection lost"), "{told}");
}

#[test]
fn n12_a_port_that_moves_is_a_gap() {
    let mut stage = Stage::holding();
    stage.code(1300);
    stage.says(&["order news may be missing: ", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n14_late_answers_change_nothing() {
    let mut stage = Stage::start();
    stage.fault(Fault::NetDelay { ms: 300, jitter_ms: 300, client: Some(1) });
    stage.enter();
    // By a clock that is told late, a signal lies in the future.
    stage.leave();
    assert_eq!(stage.sound(), 2);
    stage.end();
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
    let told = stage.end();
    assert!(!told.contains("Max rate") && !told.contains("may be missing"), "{told}");
}

/// A status that cannot be read ends the stream of orders, not the connection.
#[test]
fn n17_a_frame_that_cannot_be_read_is_made_up_for() {
    let mut stage = Stage::start();
    for bit in [1, 3] {
        stage.fault(Fault::FrameCorrupt { bit, frames: frames(Some(3)) });
    }
    stage.signal("BUY");
    stage.says(&["  holds "]);
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn n18_a_gateway_that_refuses_connections_for_a_while_is_found_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NetNoAccept { seconds: 4.0 });
    stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    stage.says(&["order news may be missing: ", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.end();
}
