//! Stories of protection that others touch: a target the broker refuses, a stop a person moves.

use engine::{OnHandCancel, TickerSettings};
use expect_test::expect;

use crate::story::{check, check_after, check_with};
use crate::subject::settings;

/// 99 from 100.00 with a stop at 97.09 and a target at 108.00, as a story begins.
const HOLDING: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
";

#[test]
fn a_refused_target_keeps_the_entry_and_is_placed_once_more() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 S1
        10:00:00 rejected T1
        10:00:01 filled E1 60 of 99 at 100.00
        10:00:01 armed S1 60
        10:00:02 filled E1 39 at 100.00
        10:00:02 armed S1 99
        10:00:03 wake
        10:00:03 armed T2 99
        10:05:00 filled T2 99 at 108.00
        10:05:00 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 S1 accepted, waits for its entry
            10:00:00 T1 rejected, 0 filled
            10:00:00 target T1 refused
            10:00:00 alert: lot 1 has no target: it is placed once more (the broker refused T1)
            10:00:01 filled E1 buy 60 at 100.00
            10:00:01 E1 works 39, 60 filled
            10:00:01 S1 works 60, 0 filled
            10:00:01 protected after 0 ms
            10:00:02 filled E1 buy 39 at 100.00
            10:00:02 E1 filled, 99 filled
            10:00:02 S1 works 99, 0 filled
            10:00:02 protected after 0 ms
            10:00:02 average entry 100.00
            10:00:03 -> place T2 sell 99 limit 108.00
            10:00:03 T2 works 99, 0 filled
            10:05:00 filled T2 sell 99 at 108.00
            10:05:00 closed long 99 from 100.00 at 108.00: +792.00 by target
            10:05:00 T2 filled, 99 filled
            10:05:00 S1 cancelled, 0 filled
            10:05:00 trade closed: +792.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_target_refused_twice_leaves_the_lot_with_its_stop_only() {
    check_after(
        settings(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99
    ",
        "
        10:00:01 rejected T1
        10:00:02 wake
        10:00:02 rejected T2
        10:00:09 wake
        10:05:00 quote 99.98 100.00
        10:05:00 close
        10:05:01 wake
        10:05:01 armed X3 99
        10:05:01 filled X3 99 at 99.98
        10:05:01 cancelled S1
    ",
        expect![[r#"
            10:00:01 T1 rejected, 0 filled
            10:00:01 average entry 100.00
            10:00:01 target T1 refused
            10:00:01 alert: lot 1 has no target: it is placed once more (the broker refused T1)
            10:00:02 -> place T2 sell 99 limit 108.00
            10:00:02 T2 rejected, 0 filled
            10:00:02 target T2 refused
            10:00:02 alert: lot 1 has no target: it stays with its stop only (the broker refused T2)
            10:05:00 leaving: asked for by the operator
            10:05:00 -> place X3 sell 99 limit 99.89
            10:05:01 X3 works 99, 0 filled
            10:05:01 filled X3 sell 99 at 99.98
            10:05:01 closed long 99 from 100.00 at 99.98: -1.98 by asked for by the operator
            10:05:01 X3 filled, 99 filled
            10:05:01 S1 cancelled, 0 filled
            10:05:01 trade closed: -1.98, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_cancelled_by_hand_is_placed_anew_and_cancelled_again_it_closes_the_position() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 cancelled S1
        10:05:00 cancelled T1
        10:05:01 wake
        10:05:01 armed S2 99, T2 99
        10:08:00 cancelled T2
        10:08:00 cancelled S2
        10:08:00 quote 99.98 100.00
        10:08:01 wake
        10:08:01 armed X3 99
        10:08:02 filled X3 99 at 99.98
    ",
        expect![[r#"
            10:05:00 S1 cancelled, 0 filled
            10:05:00 T1 cancelled, 0 filled
            10:05:01 S1 cancelled by hand, placed anew
            10:05:01 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            10:05:01 protection lost, placed anew
            10:05:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            10:05:01 S2 works 99, 0 filled
            10:05:01 protected after 1.0 s
            10:05:01 T2 works 99, 0 filled
            10:08:00 T2 cancelled, 0 filled
            10:08:00 S2 cancelled, 0 filled
            10:08:01 S2 cancelled by hand, again, so the position goes
            10:08:01 alert: a stop was cancelled by hand again: the position is closed (S2 was cancelled by hand)
            10:08:01 leaving: S2 was cancelled by hand
            10:08:01 -> place X3 sell 99 limit 99.89 day
            10:08:01 X3 works 99, 0 filled
            10:08:01 protected after 1.0 s
            10:08:02 filled X3 sell 99 at 99.98
            10:08:02 closed long 99 from 100.00 at 99.98: -1.98 by S2 was cancelled by hand
            10:08:02 X3 filled, 99 filled
            10:08:02 trade closed: -1.98, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_cancelled_twice_is_held_without_where_the_settings_say_so() {
    check_after(
        TickerSettings { on_hand_cancel: OnHandCancel::Hold, ..settings() },
        HOLDING,
        "
        10:05:00 cancelled S1
        10:05:00 cancelled T1
        10:05:01 wake
        10:05:01 armed S2 99, T2 99
        10:08:00 cancelled S2
        10:08:00 cancelled T2
        10:08:01 wake
        10:30:00 quote 99.98 100.00
        10:30:01 wake
        10:31:00 close
        10:31:00 armed X3 99
        10:31:00 filled X3 99 at 99.98
    ",
        expect![[r#"
            10:05:00 S1 cancelled, 0 filled
            10:05:00 T1 cancelled, 0 filled
            10:05:01 S1 cancelled by hand, placed anew
            10:05:01 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            10:05:01 protection lost, placed anew
            10:05:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            10:05:01 S2 works 99, 0 filled
            10:05:01 protected after 1.0 s
            10:05:01 T2 works 99, 0 filled
            10:08:00 S2 cancelled, 0 filled
            10:08:00 T2 cancelled, 0 filled
            10:08:01 S2 cancelled by hand, again, so it is held without a stop
            10:08:01 alert: a stop was cancelled by hand again: the lot is held without one (S2 was cancelled by hand)
            10:31:00 leaving: asked for by the operator
            10:31:00 -> place X3 sell 99 limit 99.89 day
            10:31:00 X3 works 99, 0 filled
            10:31:00 protected after 23 min
            10:31:00 filled X3 sell 99 at 99.98
            10:31:00 closed long 99 from 100.00 at 99.98: -1.98 by asked for by the operator
            10:31:00 X3 filled, 99 filled
            10:31:00 trade closed: -1.98, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_cancelled_by_hand_once_in_a_while_is_placed_anew_each_time() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 cancelled S1
        10:05:00 cancelled T1
        10:05:01 wake
        10:05:01 armed S2 99, T2 99
        10:11:00 cancelled S2
        10:11:00 cancelled T2
        10:11:01 wake
        10:11:01 armed S3 99, T3 99
        10:17:00 cancelled S3
        10:17:00 cancelled T3
        10:17:01 wake
    ",
        expect![[r#"
            10:05:00 S1 cancelled, 0 filled
            10:05:00 T1 cancelled, 0 filled
            10:05:01 S1 cancelled by hand, placed anew
            10:05:01 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            10:05:01 protection lost, placed anew
            10:05:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            10:05:01 S2 works 99, 0 filled
            10:05:01 protected after 1.0 s
            10:05:01 T2 works 99, 0 filled
            10:11:00 S2 cancelled, 0 filled
            10:11:00 T2 cancelled, 0 filled
            10:11:01 S2 cancelled by hand, placed anew
            10:11:01 alert: a stop was cancelled by hand: it is placed anew (S2 was cancelled by hand)
            10:11:01 protection lost, placed anew
            10:11:01 -> place S3 sell 99 stop 97.09, T3 sell 99 limit 108.00
            10:11:01 S3 works 99, 0 filled
            10:11:01 protected after 1.0 s
            10:11:01 T3 works 99, 0 filled
            10:17:00 S3 cancelled, 0 filled
            10:17:00 T3 cancelled, 0 filled
            10:17:01 S3 cancelled by hand, placed anew
            10:17:01 alert: a stop was cancelled by hand: it is placed anew (S3 was cancelled by hand)
            10:17:01 protection lost, placed anew
            10:17:01 -> place S4 sell 99 stop 97.09, T4 sell 99 limit 108.00
        "#]],
    );
}

#[test]
fn a_stop_that_ends_with_its_entrys_rest_is_nobodys_doing() {
    check_after(
        settings(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 60 of 99 at 100.00
        10:00:01 armed S1 60, T1 60
    ",
        "
        10:00:30 cancelled E1
        10:00:30 cancelled S1
        10:00:30 cancelled T1
        10:00:31 wake
    ",
        expect![[r#"
            10:00:30 E1 cancelled, 60 filled
            10:00:30 average entry 100.00
            10:00:30 -> modify T1 to 60 at 108.00
            10:00:30 S1 cancelled, 0 filled
            10:00:30 T1 cancelled, 0 filled
            10:00:31 protection lost, placed anew
            10:00:31 -> place S2 sell 60 stop 97.09, T2 sell 60 limit 108.11
        "#]],
    );
}

#[test]
fn a_stop_that_a_person_tightens_stays_and_one_that_they_loosen_goes_back() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 echo S1 99 at 98.50
        10:05:01 wake
        10:10:00 echo S1 99 at 95.00
        10:10:01 wake
        10:10:01 denied S1 105
        10:10:03 wake
        10:10:03 echo S1 99 at 98.50
        10:10:03 echo S1 99 at 95.00
        10:10:09 wake
    ",
        expect![[r#"
            10:05:00 S1 now 99 at 98.50
            10:05:01 S1 changed by hand to 99 at 98.50: adopted
            10:10:00 S1 now 99 at 95.00
            10:10:01 S1 changed by hand to 99 at 95.00: restored, for 98.50 is tighter
            10:10:01 -> modify S1 to 99 at 98.50
            10:10:01 change of S1 refused: 105 refused
            10:10:03 S1 changed by hand to 99 at 95.00: restored, for 98.50 is tighter
            10:10:03 -> modify S1 to 99 at 98.50
            10:10:03 S1 now 99 at 98.50
        "#]],
    );
}

#[test]
fn a_stop_that_a_person_makes_smaller_gets_its_shares_back() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 echo S1 50 at 98.00
        10:05:00 armed S1 50
        10:05:01 wake
        10:05:01 echo S1 99 at 98.00
        10:05:01 armed S1 99
        10:05:09 wake
    ",
        expect![[r#"
            10:05:00 S1 now 50 at 98.00
            10:05:00 S1 works 50, 0 filled
            10:05:01 S1 changed by hand to 50 at 98.00: restored, for 99 are held
            10:05:01 -> modify S1 to 99 at 98.00
            10:05:01 S1 now 99 at 98.00
            10:05:01 S1 works 99, 0 filled
            10:05:01 protected after 1.0 s
        "#]],
    );
}

#[test]
fn a_target_that_a_person_moves_stays_where_they_want_it() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 echo T1 99 at 104.00
        10:05:01 wake
        10:06:00 cancelled S1
        10:06:00 cancelled T1
        10:06:01 wake
    ",
        expect![[r#"
            10:05:00 T1 now 99 at 104.00
            10:05:01 T1 changed by hand to 99 at 104.00: adopted
            10:06:00 S1 cancelled, 0 filled
            10:06:00 T1 cancelled, 0 filled
            10:06:01 S1 cancelled by hand, placed anew
            10:06:01 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            10:06:01 protection lost, placed anew
            10:06:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 104.00
        "#]],
    );
}

#[test]
fn a_lot_that_is_held_without_its_stop_still_leaves_and_tries_again_where_that_fails() {
    let settings = TickerSettings { on_hand_cancel: OnHandCancel::Hold, ..settings() };
    check_with(
        settings,
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:01:00 cancelled S1
        10:01:00 cancelled T1
        10:01:01 wake
        10:01:01 armed S2 99, T2 99
        10:02:00 cancelled S2
        10:02:00 cancelled T2
        10:02:01 wake
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:01 rejected X3
        10:05:01 armed X4 99
        10:05:02 filled X4 99 at 101.00
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 99 at 100.00
            10:00:01 E1 filled, 99 filled
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 99, 0 filled
            10:00:01 average entry 100.00
            10:00:01 -> modify T1 to 99 at 108.00
            10:00:01 T1 now 99 at 108.00
            10:01:00 S1 cancelled, 0 filled
            10:01:00 T1 cancelled, 0 filled
            10:01:01 S1 cancelled by hand, placed anew
            10:01:01 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            10:01:01 protection lost, placed anew
            10:01:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            10:01:01 S2 works 99, 0 filled
            10:01:01 protected after 1.0 s
            10:01:01 T2 works 99, 0 filled
            10:02:00 S2 cancelled, 0 filled
            10:02:00 T2 cancelled, 0 filled
            10:02:01 S2 cancelled by hand, again, so it is held without a stop
            10:02:01 alert: a stop was cancelled by hand again: the lot is held without one (S2 was cancelled by hand)
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> place X3 sell 99 limit 100.90 day
            10:05:01 X3 rejected, 0 filled
            10:05:01 -> place X4 sell 99 limit 100.90 day
            10:05:01 X4 works 99, 0 filled
            10:05:01 protected after 3 min
            10:05:02 filled X4 sell 99 at 101.00
            10:05:02 closed long 99 from 100.00 at 101.00: +99.00 by SELL 0.90 closes the long position
            10:05:02 X4 filled, 99 filled
            10:05:02 trade closed: +99.00, commission 0.00
        "#]],
    );
}
