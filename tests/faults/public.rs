//! Failures that users of other programs reported in public, each as a test of ours.

use paper::faults::Fault;
use serde_json::json;

use super::stage::Stage;
use crate::support::{Program, market};

/// A gateway that forgets which order ids were used gives out old ones; an order under an
/// old id changes another order, or is refused.
#[test]
fn order_ids_that_roll_back_after_a_restart_are_not_used_again() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "nextid.rollback", "by": 40 }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["order news may be missing", "in step with the broker"]);
    stage.trades_on();
    let told = stage.ends();
    assert!(!told.contains("103"), "an id was used twice:\n{told}");
    // The next program has nothing but the journal to know it by.
    stage.fault(json!({ "fault": "nextid.rollback", "by": 40 }));
    stage.program = Program::start_in(stage.folder.path(), &[]);
    stage.wait(&["in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

/// Fills between 1100 and 1102 are told by nobody, though 1102 says that nothing was lost.
#[test]
fn fills_dropped_during_1100_are_found_after_1102() {
    let mut options = market::options();
    options.readings.set("after_1102=hidden").expect("a reading");
    let mut stage = Stage::open_at(options);
    stage.held();
    stage.code(1100);
    stage.wait(&["order news may be missing: 1100"]);
    // The market goes on, and with it the stops and targets that rest there.
    std::thread::sleep(std::time::Duration::from_secs(3));
    stage.code(1102);
    stage.wait(&["order news may be missing: 1102", "in step with the broker"]);
    stage.trades_on();
    stage.ends_well();
}

/// A change that arrives twice makes two live orders of one: it is told, and one of them is cancelled.
#[test]
fn one_change_that_becomes_two_live_orders_is_an_alarm() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "modify.two_incarnations" }));
    stage.trades_on();
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["lives twice at the broker"]);
    stage.ends();
}

/// A question for positions that fails is no account without positions.
#[test]
fn a_failed_question_is_not_read_as_flat() {
    let mut stage = Stage::open();
    let (symbol, _) = stage.held();
    stage.fault(json!({ "fault": "frame.drop", "message": 61 }));
    stage.fault(json!({ "fault": "frame.drop", "message": 62 }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["the broker did not finish telling its positions", "in step with the broker"]);
    let told = stage.ends_well();
    assert!(!told.contains("not seen by anybody"), "{symbol} was taken for flat:\n{told}");
}

/// An execution that comes before the order it belongs to was ever echoed.
#[test]
fn an_execution_before_its_open_order_counts() {
    let mut stage = Stage::open();
    stage.each(
        &json!({ "at": "frame", "way": "out", "message": 5 }),
        &json!({ "fault": "frame.reorder", "message": 5, "by": 4 }),
        12,
    );
    for _ in 0..2 {
        stage.fault(json!({ "fault": "fill.before_ack", "order_ref": ".E" }));
    }
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

/// After a busy day a gateway has hundreds of things to say before it tells the account and the next id; the client
/// reads a hundred of them and goes on without either.
#[test]
fn a_hundred_frames_before_the_next_order_id_are_no_trouble() {
    let mut stage = Stage::open();
    stage.trades_on();
    stage.program.interrupt();
    for message in [15, 9] {
        stage.fault(json!({ "fault": "frame.reorder", "message": message, "client": 1, "by": 150 }));
    }
    let control = stage.gateway.control().clone();
    let chatter = std::thread::spawn(move || {
        for _ in 0..1_000 {
            let said = control.fault(Fault::Code { code: 2104, id: None, text: None });
            if said.is_err() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    });
    stage.program = Program::start_in(stage.folder.path(), &[]);
    let told = stage.wait(&["in step with the broker"]);
    assert!(!told.contains("manages"), "it took the silence for an account that is not there:\n{told}");
    chatter.join().expect("a gateway that listens");
    stage.trades_on();
    stage.ends_well();
}
