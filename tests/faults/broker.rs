//! Rows B, first half: what the broker says, leaves out, says twice, or refuses.

use std::time::Duration;

use paper::faults::Fault;
use paper::faults::fault::{After, Ending, Frames};

use super::stage::{Stage, any, at_once, buys_despite, entry, entry_meets, halt};

#[test]
fn b1_b2_what_is_told_several_times_counts_once() {
    let execution = Frames { message: Some(11), client: Some(1) };
    let execution = Fault::FrameDup { frames: execution };
    let status = Fault::StatusDup { times: 5, order_ref: any() };
    let told = buys_despite([vec![status; 20], vec![execution; 20]].concat()).ends_well();
    assert_eq!(told.matches("filled E1 ").count(), 1, "{told}");
}

#[test]
fn b3_b24_statuses_that_are_missing_late_or_old_change_nothing() {
    let late = Fault::OrderAckDelay { seconds: 7_200, order_ref: ".S1".to_owned() };
    let skips = vec![Fault::StatusSkip { order_ref: any() }; 10];
    at_once([skips, vec![Fault::StatusStale { order_ref: any() }], vec![late]], |faults| {
        buys_despite(faults).ends_well();
    });
}

#[test]
fn b8_b13_an_entry_that_is_refused_leaves_nothing_and_the_next_one_is_taken() {
    let mut stage = Stage::start();
    for (code, after) in [(201, After::Submit), (201, After::Ack), (103, After::Submit)] {
        stage.fault(Fault::OrderReject { code, after, text: None, order_ref: entry() });
        stage.signal("BUY");
        stage.says(&[" rejected, 0 filled", "trade ended without a fill"]);
        assert_eq!(stage.sound(), 0);
    }
    stage.ends_well();
}

#[test]
fn b9_b26_b27_a_refused_stop_does_not_leave_shares_without_one() {
    at_once([(201, After::Child), (201, After::Submit), (110, After::Submit)], |(code, after)| {
        let order_ref = if after == After::Child { any() } else { ".S1".to_owned() };
        let mut stage = Stage::start();
        stage.fault(Fault::OrderReject { code, after, text: None, order_ref });
        stage.signal("BUY");
        if after == After::Child {
            stage.says(&["filled E1 ", "place T2 "]);
            assert_eq!(stage.sound(), 1);
        } else {
            stage.says(&["S1 rejected, 0 filled", "trade ended without a fill"]);
            assert_eq!(stage.sound(), 0);
        }
        stage.ends_well();
    });
}

#[test]
fn b10_an_order_that_is_never_acknowledged_is_looked_up() {
    buys_despite([Fault::OrderAckNever { order_ref: entry() }]).ends_well();
}

/// With the connection made anew, and without.
#[test]
fn b11_an_order_that_vanishes_is_not_sent_twice() {
    at_once([true, false], |is_closed| {
        let mut stage = Stage::start();
        stage.fault(Fault::OrderDropSilent { order_ref: entry() });
        stage.signal("BUY");
        stage.says(&["place E1 "]);
        if is_closed {
            // Long enough for it to be lost, too short for it to be looked up.
            std::thread::sleep(Duration::from_millis(100));
            stage.close(Ending::Rst);
            stage.says(&["in step with the broker"]);
        } else {
            stage.says(&["without a fill"]);
        }
        assert_eq!(stage.sound(), 0);
        stage.ends_well();
    });
}

#[test]
fn b28_a_warning_ends_no_order() {
    let stage = Stage::holding();
    for (code, id) in (1..30).flat_map(|id| [399, 2109, 404, 10349].map(|code| (code, id))) {
        stage.fault(Fault::Code { code, id: Some(id), text: None });
    }
    assert_eq!(stage.sound(), 1);
    let told = stage.ends_well();
    assert!(!told.contains(" rejected, "), "{told}");
}

#[test]
fn b29_a_cancel_that_is_refused_is_looked_up() {
    at_once([161, 10_147, 10_148], |code| {
        let mut stage = entry_meets(halt(1_200));
        stage.signal("BUY");
        stage.says(&["place E1 "]);
        stage.fault(Fault::CancelReject { code, order_ref: entry() });
        stage.signal("SELL");
        stage.says(&["signal SELL 0.90 ", "change of E1 refused: ", "trade ended without a fill"]);
        assert_eq!(stage.sound(), 0);
        stage.ends();
    });
}

#[test]
fn b30_an_answer_that_breaks_off_is_not_read_as_flat() {
    let mut stage = Stage::holding();
    // The ends of positions, of open orders, of executions.
    for message in [62, 53, 55] {
        stage.fault(Fault::FrameDrop { frames: Frames { message: Some(message), client: Some(1) } });
    }
    stage.close(Ending::Rst);
    stage.says(&["the broker did not finish telling its ", "in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    assert!(!stage.told.contains(" closed "), "{}", stage.told);
    stage.ends_well();
}

#[test]
fn b33_another_account_is_not_traded() {
    let mut stage = Stage::holding();
    stage.fault(Fault::AccountSwap { account: "DSIM9999".to_owned() });
    stage.close(Ending::Rst);
    stage.says(&["connection lost: the gateway now manages [\"DSIM9999\"]"]);
    let told = stage.says(&["the broker's account is DSIM9999; use another [journal] folder"]);
    assert!(!told.contains("place ") && !told.contains("filled "), "{told}");
    let (status, told) = stage.program.ended();
    assert_eq!(status.code(), Some(70), "{told}");
    assert_eq!(stage.sound(), 1);
}
