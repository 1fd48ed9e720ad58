//! Failures that users of other programs reported in public, each as a test of ours.

use std::time::Duration;

use paper::exchange::readings::After1102;
use paper::faults::Fault;
use paper::faults::fault::{Ending, Frames};

use super::stage::{CALM, Stage, buys_despite, entry, halt};

fn frames(message: u32) -> Frames {
    Frames { message: Some(message), client: Some(1) }
}

/// A gateway that forgets which order ids were used gives out old ones; an order under an old id changes another order,
/// or is refused. The next program has nothing but the journal to know them by.
#[test]
fn order_ids_that_roll_back_after_a_restart_are_not_used_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NextIdRollback { by: 40, client: None });
    stage.close(Ending::Fin);
    stage.says(&["order news may be missing", "in step with the broker"]);
    stage.leave();
    stage.enter();
    stage.start_again(|stage| stage.fault(Fault::NextIdRollback { by: 5_000, client: None }));
    stage.leave();
    assert_eq!(stage.sound(), 4);
    let told = stage.ends_well();
    assert!(!told.contains("rejected") && !told.contains("103"), "an id was used twice:\n{told}");
}

/// Fills between 1100 and 1102 are told by nobody, though 1102 says that nothing was lost.
#[test]
fn fills_dropped_during_1100_are_found_after_1102() {
    let mut stage = Stage::over(&[CALM], |options| options.readings.after_1102 = After1102::Hidden);
    stage.enter();
    stage.code(1100);
    stage.says(&["order news may be missing: 1100"]);
    stage.gap(-5.0);
    stage.code(1102);
    stage.says(&["order news may be missing: 1102", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.gap(5.3);
    stage.ends_well();
}

/// A change that arrives twice makes two live orders of one: it is told, and one of them is cancelled. Their group goes with
/// it, as at IB, so the exits are placed anew.
#[test]
fn one_change_that_becomes_two_live_orders_is_an_alarm() {
    let mut stage = Stage::start();
    stage.fault(Fault::ModifyTwoIncarnations { order_ref: String::new() });
    // The target is changed to what the entry cost.
    stage.enter();
    stage.says(&["lives twice at the broker", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

/// A halt keeps both from filling.
#[test]
fn two_live_orders_of_one_close_do_not_both_sell() {
    let mut stage = Stage::holding();
    // The target was changed to what the entry cost.
    std::thread::sleep(Duration::from_secs(1));
    stage.fault(halt(3_000));
    stage.fault(Fault::ModifyTwoIncarnations { order_ref: String::new() });
    stage.signal("SELL");
    stage.says(&["lives twice at the broker", "in step with the broker", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.holds(0.0);
    stage.ends();
}

/// A question for positions that fails is no account without positions.
#[test]
fn a_failed_question_is_not_read_as_flat() {
    let mut stage = Stage::holding();
    for message in [61, 62] {
        stage.fault(Fault::FrameDrop { frames: frames(message) });
    }
    stage.close(Ending::Fin);
    stage.says(&["the broker did not finish telling its positions", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    let told = stage.ends_well();
    assert!(!told.contains("not seen by anybody"), "it was taken for flat:\n{told}");
}

/// An execution that comes before the order it belongs to was ever echoed.
#[test]
fn an_execution_before_its_open_order_counts() {
    let late = vec![Fault::FrameReorder { by: 4, frames: frames(5) }; 12];
    let early = Fault::FillBeforeAck { order_ref: entry() };
    buys_despite(late.into_iter().chain([early])).ends_well();
}

/// After a busy day a gateway has hundreds of things to say before it tells the account and the next id; the client
/// reads a hundred of them and goes on without either.
#[test]
fn a_hundred_frames_before_the_next_order_id_are_no_trouble() {
    let mut stage = Stage::holding();
    let mut chatter = None;
    let told = stage.start_again(|stage| {
        for message in [15, 9] {
            stage.fault(Fault::FrameReorder { by: 150, frames: frames(message) });
        }
        let control = stage.gateway.control().clone();
        chatter = Some(std::thread::spawn(move || {
            for _ in 0..1_000 {
                let said = control.fault(Fault::Code { code: 2104, id: None, text: None });
                if said.is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }));
    });
    assert!(!told.contains("manages"), "it took the silence for an account that is not there:\n{told}");
    chatter.expect("a thread").join().expect("a gateway that listens");
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}
