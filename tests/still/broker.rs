//! Rows B: what the broker does to orders and executions, and what it says of them.

use paper::Options;
use paper::exchange::readings::After1102;
use paper::faults::fault::{After, Ending, Frames};
use paper::faults::scenario::{Step, When};
use paper::faults::{Fault, Scenario};

use crate::stage::{CALM, Stage};

fn entry() -> String {
    ".E1".to_owned()
}

fn any() -> String {
    String::new()
}

/// The program buys although these go wrong; in the end what it holds is protected.
fn buys_despite(faults: impl IntoIterator<Item = Fault>) -> Stage {
    let mut stage = Stage::start();
    faults.into_iter().for_each(|fault| stage.fault(fault));
    stage.signal("BUY");
    stage.says(&["filled E1 "]);
    assert!(stage.sound() > 0, "{}", stage.told);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage
}

/// When the entry works, this happens.
fn at_entry(options: &mut Options, what: Fault) {
    let when = When::Order { order_ref: entry(), state: "Submitted".to_owned() };
    let steps = vec![Step { when, what, p: 1.0, count: 1 }];
    options.scenario = Scenario { seed: 1, steps };
}

#[test]
fn b1_b2_what_is_told_several_times_counts_once() {
    let execution = Frames { message: Some(11), client: Some(1) };
    let stage = buys_despite([
        Fault::StatusDup { times: 5, order_ref: any() },
        Fault::FrameDup { frames: execution },
    ]);
    let told = stage.end();
    assert_eq!(told.matches("filled E1 ").count(), 1, "{told}");
}

#[test]
fn b3_b24_statuses_that_are_missing_late_or_old_change_nothing() {
    let stage = buys_despite([
        Fault::StatusSkip { order_ref: any() },
        Fault::StatusStale { order_ref: any() },
        Fault::OrderAckDelay { seconds: 1_200, order_ref: ".S1".to_owned() },
    ]);
    stage.end();
}

/// Also the execution that comes before its open order.
#[test]
fn b4_a_fill_before_its_acknowledgement_is_ours() {
    let stage = buys_despite([Fault::FillBeforeAck { order_ref: entry() }]);
    stage.end();
}

#[test]
fn b6_a_fill_while_the_connection_is_down_is_booked_and_protected() {
    let close = Fault::NetClose { how: Ending::Rst, client: Some(1) };
    let mut stage = Stage::over(&[CALM], |options| at_entry(options, close));
    stage.fault(Fault::FillPartial { parts: 2, order_ref: entry() });
    stage.signal("BUY");
    stage.says(&["order news may be missing: ", "filled E1 ", "in step with the broker"]);
    assert!(stage.sound() > 0);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage.end();
}

#[test]
fn b8_b13_an_entry_that_is_refused_leaves_nothing_and_the_next_one_is_taken() {
    let mut stage = Stage::start();
    for (code, after) in [(201, After::Submit), (201, After::Ack), (103, After::Submit)] {
        stage.fault(Fault::OrderReject { code, after, text: None, order_ref: entry() });
        stage.signal("BUY");
        stage.says(&["trade ended without a fill"]);
        assert_eq!(stage.sound(), 0);
    }
    stage.enter();
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn b9_b26_b27_a_refused_stop_does_not_leave_shares_without_one() {
    for (code, after) in [(201, After::Child), (201, After::Submit), (110, After::Submit)] {
        let order_ref = if after == After::Child { any() } else { ".S1".to_owned() };
        let mut stage = Stage::start();
        stage.fault(Fault::OrderReject { code, after, text: None, order_ref });
        stage.signal("BUY");
        stage.says(&["place E1 "]);
        stage.sound();
        stage.end();
    }
}

#[test]
fn b10_an_order_that_is_never_acknowledged_is_looked_up() {
    let stage = buys_despite([Fault::OrderAckNever { order_ref: entry() }]);
    stage.end();
}

#[test]
fn b11_an_order_that_vanishes_is_not_sent_twice() {
    let mut stage = Stage::start();
    stage.fault(Fault::OrderDropSilent { order_ref: entry() });
    stage.signal("BUY");
    stage.says(&["place E1 "]);
    stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    stage.says(&["in step with the broker"]);
    stage.sound();
    assert!(stage.position().abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

/// After a restart of the gateway it counts from where it was before.
#[test]
fn b12_order_ids_that_roll_back_are_not_used_again() {
    let mut stage = Stage::holding();
    stage.start_again(|stage| stage.fault(Fault::NextIdRollback { by: 5_000, client: None }));
    stage.leave();
    stage.enter();
    assert_eq!(stage.sound(), 3);
    assert!(!stage.end().contains("rejected"));
}

#[test]
fn b14_a_change_that_a_fill_overtakes_is_forgotten() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ModifyRaceFilled { order_ref: any() });
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    assert_eq!(stage.sound(), 2);
    assert!(stage.position().abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

/// A halt keeps both from filling. Their group goes with the one that is cancelled, as at IB, so the exits are placed anew.
#[test]
fn b15_one_change_that_becomes_two_orders_leaves_one() {
    let mut stage = Stage::holding();
    stage.fault(Fault::Halt { symbol: CALM.to_owned(), seconds: 3_000 });
    stage.fault(Fault::ModifyTwoIncarnations { order_ref: any() });
    stage.signal("SELL");
    stage.says(&["lives twice at the broker", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.leave();
    assert_eq!(stage.sound(), 2);
    assert!(stage.position().abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

#[test]
fn b16_a_stop_and_a_target_that_both_fill_are_made_good() {
    let mut stage = Stage::holding();
    stage.fault(Fault::OcaBothFill { order_ref: any() });
    stage.fault(Fault::Gap { symbol: CALM.to_owned(), percent: -5.0 });
    stage.says(&["filled S1 ", "filled T1 ", "exits took 99 more than were held"]);
    stage.says(&["filled X2 "]);
    assert_eq!(stage.sound(), 4);
    assert!(stage.position().abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

#[test]
fn b17_shares_beyond_what_was_ordered_are_protected_too() {
    let stage = buys_despite([Fault::FillOver { shares: 10.into(), order_ref: entry() }]);
    stage.end();
}

#[test]
fn b18_a_corrected_execution_replaces_the_first() {
    let stage =
        buys_despite([Fault::ExecCorrect { shares: Some(40.into()), price: None, order_ref: entry() }]);
    assert!((stage.position() - 40.0).abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

/// Nothing explains it, so nobody trades on it.
#[test]
fn b19_an_execution_that_is_taken_back_freezes_the_ticker() {
    let mut stage = Stage::start();
    stage.fault(Fault::ExecBust { order_ref: entry() });
    stage.signal("BUY");
    stage.says(&["frozen ("]);
    stage.end();
}

#[test]
fn b20_a_commission_that_is_unknown_or_late_is_no_number() {
    let stage = buys_despite([Fault::CommissionSentinel { order_ref: entry() }]);
    let told = stage.end();
    assert!(!told.contains("e308") && !told.contains("17976"), "{told}");
}

/// The entry waits while trading halts, and its time runs out.
#[test]
fn b21_an_entry_whose_time_is_over_leaves_nothing() {
    let halt = Fault::Halt { symbol: CALM.to_owned(), seconds: 7_200 };
    let mut stage = Stage::over(&[CALM], |options| at_entry(options, halt));
    stage.signal("BUY");
    stage.says(&["place E1 "]);
    stage.says(&["without a fill"]);
    assert_eq!(stage.sound(), 0);
    stage.end();
}

#[test]
fn b22_stops_that_a_split_cancels_are_placed_anew() {
    let mut stage = Stage::holding();
    let before = stage.position();
    stage.fault(Fault::PosSplit { symbol: CALM.to_owned(), ratio: 2.into() });
    stage.says(&["split"]);
    assert!((stage.position() - 2.0 * before).abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

#[test]
fn b28_a_warning_ends_no_order() {
    let mut stage = Stage::holding();
    for (code, id) in (1..4).flat_map(|id| [399, 2109, 404, 10349].map(|code| (code, id))) {
        stage.fault(Fault::Code { code, id: Some(id), text: None });
    }
    assert_eq!(stage.sound(), 1);
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    stage.end();
}

#[test]
fn b29_a_cancel_that_is_refused_is_looked_up() {
    let halt = Fault::Halt { symbol: CALM.to_owned(), seconds: 1_200 };
    let mut stage = Stage::over(&[CALM], |options| at_entry(options, halt));
    stage.signal("BUY");
    stage.says(&["place E1 "]);
    stage.fault(Fault::CancelReject { code: 10148, order_ref: entry() });
    stage.signal("SELL");
    stage.says(&["signal SELL 0.90 "]);
    stage.sound();
    stage.end();
}

/// Also the public failure: a query that fails is not an account without positions.
#[test]
fn b30_an_answer_that_breaks_off_is_not_read_as_flat() {
    let mut stage = Stage::holding();
    // The ends of positions, of open orders, of executions.
    for message in [62, 53, 55] {
        stage.fault(Fault::FrameDrop { frames: Frames { message: Some(message), client: Some(1) } });
    }
    stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    stage.says(&["the broker did not finish telling its ", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    let told = stage.end();
    assert!(!told.contains("frozen") && !told.contains(" closed "), "{told}");
}

#[test]
fn b33_another_account_is_not_traded() {
    let mut stage = Stage::holding();
    stage.fault(Fault::AccountSwap { account: "DSIM9999".to_owned() });
    stage.fault(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    let told = stage.says(&["DSIM9999"]);
    assert!(!told.contains("place ") && !told.contains("filled "), "{told}");
    stage.sound();
}

/// The public failure: fills in an outage that nobody tells afterwards.
#[test]
fn fills_that_an_outage_swallowed_are_found() {
    let mut stage = Stage::over(&[CALM], |options| options.readings.after_1102 = After1102::Hidden);
    stage.enter();
    stage.code(1100);
    stage.says(&["order news may be missing: 1100"]);
    stage.fault(Fault::Gap { symbol: CALM.to_owned(), percent: -5.0 });
    stage.code(1102);
    stage.says(&["order news may be missing: 1102", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.end();
}
