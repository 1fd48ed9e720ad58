//! Rows B, first half: what a broker says, leaves out, says twice, or refuses.

use serde_json::json;

use super::stage::{Stage, play};

/// Names frames as TWS does.
const STATUS: u32 = 3;
const EXECUTION: u32 = 11;
const POSITIONS_END: u32 = 62;
const OPEN_ORDERS_END: u32 = 53;

#[test]
fn b1_a_status_that_is_told_six_times_counts_once() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "frame", "way": "out", "message": STATUS }),
        &json!({ "fault": "status.dup", "times": 5 }),
        20,
    );
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b2_an_execution_that_is_told_twice_counts_once() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "frame", "way": "out", "message": EXECUTION }),
        &json!({ "fault": "frame.dup", "message": EXECUTION, "client": 1 }),
        20,
    );
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b3_a_status_that_never_comes_is_made_good_by_executions() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "frame", "way": "out", "message": STATUS }),
        &json!({ "fault": "status.skip" }),
        10,
    );
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b8_an_entry_that_is_refused_opens_nothing() {
    play(
        json!({ "fault": "order.reject", "code": 201, "after": "submit", "order_ref": ".E" }),
        &[" rejected, 0 filled"],
    );
}

#[test]
fn b8_an_entry_that_turns_inactive_opens_nothing() {
    play(
        json!({ "fault": "order.reject", "code": 201, "after": "ack", "order_ref": ".E" }),
        &[" rejected, 0 filled"],
    );
}

#[test]
fn b9_a_refused_child_leaves_no_share_unprotected() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.reject", "code": 201, "after": "child" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b10_an_order_that_is_never_acknowledged_is_looked_up() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.ack_never", "order_ref": ".E" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b11_an_order_that_vanishes_on_its_way_is_found_missing() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.drop_silent", "order_ref": ".E" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b13_an_order_id_that_is_taken_costs_an_entry_and_no_more() {
    play(
        json!({ "fault": "order.reject", "code": 103, "after": "submit", "order_ref": ".E" }),
        &[" rejected, 0 filled"],
    );
}

#[test]
fn b24_an_acknowledgement_that_takes_hours_of_the_market_is_waited_for() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.ack_delay", "seconds": 7_200, "order_ref": ".S" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b26_a_stop_that_is_refused_for_margin_leaves_no_share_unprotected() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.reject", "code": 201, "after": "submit", "order_ref": ".S" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b27_a_stop_off_its_tick_leaves_no_share_unprotected() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "order.reject", "code": 110, "after": "submit", "order_ref": ".S" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b28_a_warning_is_no_refusal() {
    let mut stage = Stage::open();
    stage.held();
    for id in 1..30 {
        stage.fault(json!({ "fault": "code", "code": 399, "id": id }));
        stage.fault(json!({ "fault": "code", "code": 2109, "id": id }));
    }
    stage.trades_on();
    let told = stage.ends_well();
    assert!(!told.contains(" rejected, "), "{told}");
}

#[test]
fn b29_a_cancel_that_is_refused_is_asked_for_again() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "cancel.reject", "code": 161 }));
    stage.fault(json!({ "fault": "cancel.reject", "code": 10_147 }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b30_an_answer_without_its_end_says_nothing() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "frame.drop", "message": POSITIONS_END }));
    stage.fault(json!({ "fault": "frame.drop", "message": OPEN_ORDERS_END }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["the broker did not finish telling its ", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b33_another_account_on_a_connection_made_anew_is_not_traded() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "acct.swap", "account": "DSIM9" }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["connection lost: the gateway now manages [\"DSIM9\"]"]);
    let before = stage.executions();
    stage.wait(&["the broker's account is DSIM9; use another [journal] folder"]);
    let (status, told) = stage.program.ended();
    assert_eq!(status.code(), Some(70), "{told}");
    assert!(stage.gateway.control().fault(paper::faults::Fault::NetHeal).is_ok(), "{before} executions");
}
