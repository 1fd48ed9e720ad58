//! Rows B, second half: fills, changes and corrections in every order.

use serde_json::json;

use super::stage::{Stage, play};

#[test]
fn b4_a_fill_before_the_acknowledgement_counts() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "fill.before_ack", "order_ref": ".E" }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b5_an_entry_that_fills_in_parts_is_protected_in_parts() {
    let mut stage = Stage::open();
    for _ in 0..3 {
        stage.fault(json!({ "fault": "fill.partial", "parts": 3, "order_ref": ".E" }));
    }
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b6_a_part_that_fills_while_nobody_listens_is_found() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "order", "order_ref": ".E", "state": "Submitted" }),
        &json!({ "fault": "net.close" }),
        2,
    );
    stage.fault(json!({ "fault": "fill.partial", "parts": 2, "order_ref": ".E" }));
    stage.wait(&["order news may be missing", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b7_a_fill_after_its_cancel_counts() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "fill.after_cancel" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_sound();
}

#[test]
fn b14_a_change_that_finds_its_order_filled_is_dead() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "modify.race_filled" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b16_a_stop_and_a_target_that_both_fill_leave_nothing_open_the_other_way() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "oca.both_fill" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_sound();
}

#[test]
fn b17_a_fill_of_more_than_was_ordered_is_protected_or_frozen() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "fill.over", "shares": "7", "order_ref": ".E" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends();
}

#[test]
fn b18_a_corrected_execution_replaces_the_first() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "exec.correct", "price": "51.23", "order_ref": ".E" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b19_a_fill_that_is_taken_back_freezes_its_ticker() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "exec.bust", "order_ref": ".E" }));
    stage.trades_on();
    // Nothing tells of a bust but the position, which is compared with ours by a snapshot.
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["frozen"]);
    stage.ends();
}

#[test]
fn b20_a_commission_that_is_not_known_is_not_nothing_and_no_crash() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "commission.sentinel" }));
    stage.fault(json!({ "fault": "commission.late", "seconds": 3_600 }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn b21_an_entry_that_dies_at_the_close_is_over() {
    let mut stage = Stage::open();
    for _ in 0..3 {
        stage.fault(json!({ "fault": "session.close" }));
        stage.trades_on();
    }
    stage.ends_well();
}

#[test]
fn b22_a_split_places_stops_anew() {
    let mut stage = Stage::open();
    let (symbol, _) = stage.held();
    stage.fault(json!({ "fault": "pos.split", "symbol": symbol, "ratio": "2" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends();
}

#[test]
fn t1_a_clock_that_tells_less_than_before_turns_nothing_back() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "clock.jump", "seconds": -600 }));
    // By a clock that is behind, signals are of the future, and are not traded.
    stage.wait(&["declined: its time lies "]);
    stage.ends_well();
}

#[test]
fn t3_a_session_that_ends_early_is_over() {
    play(json!({ "fault": "session.early_close", "seconds": 600 }), &["filled "]);
}
