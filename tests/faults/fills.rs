//! Rows B, second half, and S: fills, changes and corrections in every order.

use paper::faults::Fault;
use paper::faults::fault::Ending;

use super::stage::{CALM, Stage, any, at_once, buys_despite, entry, entry_meets, halt};

#[test]
fn b4_a_fill_before_its_acknowledgement_is_ours() {
    buys_despite([Fault::FillBeforeAck { order_ref: entry() }]).ends_well();
}

#[test]
fn b5_an_entry_that_fills_in_parts_is_protected_in_parts() {
    let parts = Fault::FillPartial { parts: 3, order_ref: entry() };
    buys_despite(vec![parts; 3]).ends_well();
}

#[test]
fn b6_a_fill_while_the_connection_is_down_is_booked_and_protected() {
    let mut stage = entry_meets(Fault::NetClose { how: Ending::Rst, client: Some(1) });
    stage.fault(Fault::FillPartial { parts: 2, order_ref: entry() });
    stage.signal("BUY");
    stage.says(&["order news may be missing: ", "filled E1 ", "in step with the broker"]);
    assert!(stage.sound() > 0);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage.ends_well();
}

#[test]
fn b7_a_fill_after_its_cancel_counts() {
    let mut stage = entry_meets(halt(1_200));
    stage.signal("BUY");
    stage.says(&["place E1 "]);
    stage.fault(Fault::FillAfterCancel { shares: None, order_ref: entry() });
    stage.signal("SELL");
    stage.says(&["filled E1 ", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.holds(0.0);
    stage.ends();
}

#[test]
fn b14_a_change_that_a_fill_overtakes_is_forgotten() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ModifyRaceFilled { order_ref: any() });
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.holds(0.0);
    stage.ends_well();
}

#[test]
fn b16_a_stop_and_a_target_that_both_fill_are_made_good() {
    let mut stage = Stage::holding();
    stage.fault(Fault::OcaBothFill { order_ref: any() });
    stage.gap(-5.0);
    stage.says(&["filled S1 ", "filled T1 ", "exits took 99 more than were held"]);
    stage.says(&["filled X2 "]);
    assert_eq!(stage.sound(), 4);
    stage.holds(0.0);
    stage.ends();
}

#[test]
fn b17_shares_beyond_what_was_ordered_are_protected_too() {
    buys_despite([Fault::FillOver { shares: 10.into(), order_ref: entry() }]).ends_well();
}

#[test]
fn b18_a_corrected_execution_replaces_the_first() {
    let right = [(Some(40.into()), None, 40.0), (None, Some(99.into()), 99.0)];
    at_once(right, |(shares, price, held)| {
        let stage = buys_despite([Fault::ExecCorrect { shares, price, order_ref: entry() }]);
        stage.holds(held);
        stage.ends_well();
    });
}

/// Nothing tells of it but the position, which a snapshot compares with ours; nothing explains it, so nobody trades on it.
#[test]
fn b19_an_execution_that_is_taken_back_freezes_the_ticker() {
    let mut stage = Stage::start();
    stage.fault(Fault::ExecBust { order_ref: entry() });
    stage.signal("BUY");
    stage.says(&["filled E1 "]);
    stage.close(Ending::Fin);
    stage.says(&["frozen ("]);
    stage.ends_anyhow();
}

#[test]
fn b20_a_commission_that_is_unknown_or_late_is_no_number() {
    let unknown = Fault::CommissionSentinel { order_ref: entry() };
    let late = Fault::CommissionLate { seconds: 3_600, order_ref: any() };
    at_once([vec![unknown.clone()], vec![late.clone()], vec![unknown, late]], |faults| {
        let told = buys_despite(faults).ends_well();
        assert!(!told.contains("e308") && !told.contains("17976"), "{told}");
    });
}

/// It waits while trading halts: until its time runs out, or the day is over.
#[test]
fn b21_an_entry_whose_time_is_over_leaves_nothing() {
    at_once([None, Some(Fault::SessionClose)], |close| {
        let mut stage = entry_meets(halt(7_200));
        stage.signal("BUY");
        stage.says(&["place E1 "]);
        close.into_iter().for_each(|close| stage.fault(close));
        stage.says(&["without a fill"]);
        assert_eq!(stage.sound(), 0);
        stage.ends();
    });
}

#[test]
fn b22_stops_that_a_split_cancels_are_placed_anew() {
    let mut stage = Stage::holding();
    let before = stage.position();
    stage.fault(Fault::PosSplit { symbol: CALM.to_owned(), ratio: 2.into() });
    stage.says(&["protection lost, placed anew"]);
    stage.close(Ending::Fin);
    stage.says(&["split: 2 for 1"]);
    stage.holds(2.0 * before);
    let told = stage.ends();
    assert!(!told.contains("refused: 110"), "a price off the tick:\n{told}");
}

#[test]
fn s_late_executions_are_booked_when_they_come() {
    buys_despite([Fault::ExecLate { seconds: 1_800, order_ref: entry() }]).ends_well();
}
