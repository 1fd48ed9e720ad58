//! Rows N: what a network and TWS's link to IB can do.

use std::time::Duration;

use serde_json::json;

use super::stage::{Stage, play};
use crate::support::{Program, market};

/// Longer than a quote is traded on.
const QUOTES_OUT: Duration = Duration::from_secs(6);
const BACK: [&str; 2] = ["order news may be missing", "in step with the broker"];

#[test]
fn n1_a_closed_socket_is_found_again() {
    play(json!({ "fault": "net.close", "how": "fin" }), &BACK);
}

#[test]
fn n1_a_reset_socket_is_found_again() {
    play(json!({ "fault": "net.close", "how": "rst" }), &BACK);
}

#[test]
fn n2_a_half_open_socket_is_given_up_and_made_anew() {
    play(
        json!({ "fault": "net.blackhole", "seconds": 9 }),
        &["connection lost: the gateway left 2 questions unanswered", "in step with the broker"],
    );
}

#[test]
fn n2_a_mute_gateway_is_given_up_and_made_anew() {
    play(
        json!({ "fault": "net.mute", "seconds": 9 }),
        &["connection lost: the gateway left 2 questions unanswered", "in step with the broker"],
    );
}

#[test]
fn n3_a_gateway_that_takes_connections_and_never_answers_is_waited_for() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.no_handshake", "seconds": 12 }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["connection lost: not back within 8s", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n4_a_frame_that_never_ends_is_found_by_the_heartbeat() {
    play(
        json!({ "fault": "frame.badlen", "length": 16_000_000 }),
        &["connection lost: the gateway left 2 questions unanswered", "in step with the broker"],
    );
}

#[test]
fn n5_a_frame_of_a_length_that_cannot_be_costs_the_connection_only() {
    play(json!({ "fault": "frame.badlen", "length": 4_000_000_000_u32 }), &BACK);
}

#[test]
fn n6_frames_in_single_bytes_change_nothing() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.fragment", "bytes": 1 }));
    stage.trades_on();
    let told = stage.ends_well();
    assert!(!told.contains("order news may be missing"), "{told}");
}

#[test]
fn n6_frames_that_come_together_change_nothing() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.coalesce", "ms": 50 }));
    stage.trades_on();
    let told = stage.ends_well();
    assert!(!told.contains("order news may be missing"), "{told}");
}

#[test]
fn n7_a_link_that_flaps_ten_times_is_in_step_in_the_end() {
    let mut stage = Stage::open();
    for _ in 0..10 {
        stage.fault(json!({ "fault": "net.close" }));
        std::thread::sleep(Duration::from_millis(600));
    }
    stage.wait(&["order news may be missing", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n8_a_client_id_in_use_is_said_and_waited_for() {
    let gateway = market::start();
    let folder = tempfile::tempdir().expect("a folder");
    market::config(folder.path(), &gateway);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let other = runtime.block_on(ibapi::Client::connect(&gateway.tws().to_string(), 1)).expect("client 1");
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["client id 1 is in use at TWS at "]);
    runtime.block_on(other.disconnect());
    program.wait_for(&["in step with the broker", "filled "]);
    let (status, told) = program.interrupt();
    assert!(status.success(), "{told}");
}

#[test]
fn n9_nothing_leaves_while_tws_is_without_ib() {
    let mut stage = Stage::open();
    stage.trades_on();
    stage.code(1100);
    stage.wait(&["order news may be missing: 1100", "the broker's state: the gateway is without IB (1100)"]);
    let before = stage.executions();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(stage.executions(), before, "IB fills nothing that it does not get");
    stage.code(1102);
    stage.wait(&["order news may be missing: 1102", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n9_subscriptions_that_1101_lost_are_made_again() {
    let mut stage = Stage::open();
    stage.code(1100);
    stage.wait(&["order news may be missing: 1100"]);
    stage.code(1101);
    stage.wait(&["order news may be missing: 1101", "in step with the broker"]);
    stage.passes(QUOTES_OUT);
    // What is entered from now on is entered by new quotes.
    stage.wait(&["place E1 "]);
    stage.ends_well();
}

#[test]
fn n10_a_farm_that_is_gone_is_shown_and_the_order_socket_kept() {
    let mut stage = Stage::open();
    stage.code(2103);
    stage.wait(&["the broker's state: no market data farm"]);
    stage.code(2104);
    stage.wait(&["the broker's state: nothing in the way"]);
    stage.trades_on();
    let told = stage.ends_well();
    assert!(!told.contains("order news may be missing"), "{told}");
}

#[test]
fn n11_tws_without_its_server_is_an_outage_until_a_farm_is_back() {
    let mut stage = Stage::open();
    stage.code(2110);
    stage.wait(&["order news may be missing: 2110", "the broker's state: the gateway is without IB (2110)"]);
    stage.code(2104);
    stage.wait(&["the broker's state: nothing in the way", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n12_a_port_that_is_reset_is_connected_to_again() {
    play(json!({ "fault": "code", "code": 1300 }), &BACK);
}

#[test]
fn n13_another_session_with_the_market_data_is_shown_until_it_is_over() {
    let mut stage = Stage::open();
    stage.code(10_197);
    stage.wait(&["the broker's state: another session has the market data (10197)"]);
    stage.code(2104);
    stage.wait(&["the broker's state: nothing in the way"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n14_answers_that_come_late_and_uneven_change_nothing() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.delay", "ms": 200, "jitter_ms": 200 }));
    // In this market that is minutes: nothing is traded on what a late clock cannot judge.
    stage.wait(&["declined: its time lies "]);
    stage.fault(json!({ "fault": "net.heal" }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n15_a_complaint_about_too_many_messages_costs_nothing() {
    let mut stage = Stage::open();
    stage.code(100);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n17_an_order_status_that_cannot_be_read_is_made_good() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "frame", "way": "out", "message": 3 }),
        &json!({ "fault": "frame.corrupt", "message": 3, "bit": 9 }),
        3,
    );
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn n18_a_gateway_that_takes_no_connections_is_waited_for() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.noaccept", "seconds": 4 }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&BACK);
    stage.trades_on();
    stage.ends_well();
}

/// At the start, too, a connection that is not there is a state and no exit.
#[test]
fn n18_a_gateway_that_is_not_there_yet_is_waited_for() {
    let gateway = market::start();
    let folder = tempfile::tempdir().expect("a folder");
    market::config(folder.path(), &gateway);
    let noaccept = json!({ "fault": "net.noaccept", "seconds": 4 });
    let noaccept = serde_json::from_value(noaccept).expect("a fault");
    gateway.control().fault(noaccept).expect("a gateway that listens");
    let mut program = Program::start_in(folder.path(), &[]);
    let told = program.wait_for(&["failed to connect to TWS", "in step with the broker"]);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{told}{rest}");
}
