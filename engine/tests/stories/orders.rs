//! What a person orders, and what a ticker makes of it.

use expect_test::expect;

use crate::story::{HOLDING, check, check_after};
use crate::subject::settings;

#[test]
fn a_pause_opens_nothing_manages_what_is_held_and_ends_by_a_word() {
    check_after(
        settings(),
        HOLDING,
        "
        10:01:00 order 1 pause by ann
        10:01:01 order 1 pause by ann
        10:01:02 order 2 pause by bob
        10:02:00 filled S1 99 at 97.00
        10:02:00 cancelled T1
        12:00:00 quote 97.98 98.00
        12:00:00 signal BUY 0.85
        12:01:00 order 3 resume by bob
        12:02:00 quote 97.98 98.00
        12:02:00 signal BUY 0.85
    ",
        expect![[r#"
            10:01:00 pause by ann
            10:01:00 now paused (by ann)
            10:01:02 pause by bob not followed: it is paused (by ann)
            10:02:00 filled S1 sell 99 at 97.00
            10:02:00 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:02:00 S1 filled, 99 filled
            10:02:00 T1 cancelled, 0 filled
            10:02:00 trade closed: -297.00, commission 0.00
            12:00:00 signal BUY 0.85 declined: the ticker is paused (by ann)
            12:01:00 resume by bob
            12:01:00 now active
            12:02:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            12:02:00 trade 2 lot 1: long from 98.00 (High Confidence Buy: 0.85 >= 0.80)
            12:02:00 -> place E1 buy 101 limit 98.09 until 16:02:30 UTC, T1 sell 101 limit 105.94, S1 sell 101 stop 95.14
        "#]],
    );
}

#[test]
fn flatten_closes_and_halts_until_a_release() {
    check_after(
        settings(),
        HOLDING,
        "
        10:01:00 quote 99.98 100.00
        10:01:00 order 1 flatten by ann
        10:01:01 echo T1 99 at 99.88
        10:01:01 filled T1 99 at 99.98
        10:01:01 cancelled S1
        10:01:02 order 2 close by ann
        12:00:00 quote 99.98 100.00
        12:00:00 signal BUY 0.85
        12:00:01 order 3 resume by ann
        12:00:02 order 4 release by ann
        12:00:03 order 5 release by ann
        12:00:04 quote 99.98 100.00
        12:00:04 signal BUY 0.85
    ",
        expect![[r#"
            10:01:00 flatten by ann
            10:01:00 now halted (flattened by ann)
            10:01:00 leaving: asked for by the operator
            10:01:00 -> modify T1 to 99 at 99.89
            10:01:01 T1 now 99 at 99.88
            10:01:01 filled T1 sell 99 at 99.98
            10:01:01 closed long 99 from 100.00 at 99.98: -1.98 by asked for by the operator
            10:01:01 T1 filled, 99 filled
            10:01:01 S1 cancelled, 0 filled
            10:01:01 trade closed: -1.98, commission 0.00
            10:01:02 close by ann not followed: it is flat
            12:00:00 signal BUY 0.85 declined: the ticker is halted (flattened by ann)
            12:00:01 resume by ann not followed: it is halted (flattened by ann)
            12:00:02 release by ann
            12:00:02 now active
            12:00:03 release by ann not followed: it is active
            12:00:04 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            12:00:04 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            12:00:04 -> place E1 buy 99 limit 100.10 until 16:00:34 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}

#[test]
fn what_is_frozen_is_released_only_as_far_as_it_agrees() {
    check_after(
        settings(),
        HOLDING,
        "
        10:01:00 gap
        10:01:01 snapshot 50; armed S1 99; armed T1 99
        10:01:02 snapshot 50; armed S1 99; armed T1 99
        10:01:03 order 1 pause by ann
        10:01:04 order 2 release by ann
        10:01:05 snapshot 50; armed S1 99; armed T1 99
        10:01:06 snapshot 50; armed S1 99; armed T1 99
        10:01:59 order 8 flatten by ann
        10:02:00 order 3 release by ann
        10:02:01 snapshot 99; armed S1 99; armed T1 99
        10:02:02 order 4 release by ann
    ",
        expect![[r#"
            10:01:00 now reconciling
            10:01:01 looks again: the broker holds 50, our executions make 99
            10:01:02 now frozen (the broker holds 50, our executions make 99)
            10:01:03 pause by ann not followed: it is frozen (the broker holds 50, our executions make 99)
            10:01:04 release by ann
            10:01:04 now reconciling, then halted (released by ann after a difference; release it again to trade)
            10:01:05 looks again: the broker holds 50, our executions make 99
            10:01:06 now frozen (the broker holds 50, our executions make 99)
            10:01:59 flatten by ann not followed: it is frozen (the broker holds 50, our executions make 99)
            10:02:00 release by ann
            10:02:00 now reconciling, then halted (released by ann after a difference; release it again to trade)
            10:02:01 now halted (released by ann after a difference; release it again to trade)
            10:02:02 release by ann
            10:02:02 now active
        "#]],
    );
}

#[test]
fn what_is_ordered_across_a_gap_holds_after_it() {
    check(
        "
        10:00:00 gap
        10:00:01 order 1 halt by ann
        10:00:02 order 2 halt by ann
        10:00:03 order 3 reconcile by ann
        10:00:04 snapshot 0
        10:00:05 order 4 reconcile by ann
        10:00:06 order 5 release by ann
        10:00:07 order 6 pause by ann
        10:00:08 snapshot 0
        10:00:09 order 7 close by ann
    ",
        expect![[r#"
            10:00:00 now reconciling
            10:00:01 halt by ann
            10:00:01 now reconciling, then halted (by ann)
            10:00:02 halt by ann not followed: it is halted (by ann)
            10:00:03 reconcile by ann
            10:00:04 now halted (by ann)
            10:00:05 reconcile by ann
            10:00:05 now reconciling, then halted (by ann)
            10:00:06 release by ann
            10:00:06 now reconciling
            10:00:07 pause by ann
            10:00:07 now reconciling, then paused (by ann)
            10:00:08 now paused (by ann)
            10:00:09 close by ann not followed: it is flat
        "#]],
    );
}

#[test]
fn a_halt_takes_back_an_entry_that_is_on_its_way() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 accepted E1 T1 S1
        10:00:02 order 1 halt by ann
        10:00:03 cancelled E1
        10:00:03 cancelled T1
        10:00:03 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:01 E1 works 99, 0 filled
            10:00:01 T1 accepted, waits for its entry
            10:00:01 S1 accepted, waits for its entry
            10:00:02 halt by ann
            10:00:02 now halted (by ann)
            10:00:02 resting entries are withdrawn: asked for by the operator
            10:00:02 -> cancel E1
            10:00:03 E1 cancelled, 0 filled
            10:00:03 T1 cancelled, 0 filled
            10:00:03 S1 cancelled, 0 filled
            10:00:03 trade ended without a fill
        "#]],
    );
}

#[test]
fn a_close_drops_the_other_side_of_a_reversal() {
    check_after(
        settings(),
        HOLDING,
        "
        10:02:00 quote 99.98 100.00
        10:02:00 signal SHORT 0.95
        10:02:00 order 1 close by ann
        10:02:01 order 2 close by ann
    ",
        expect![[r#"
            10:02:00 signal SHORT 0.95 taken (SHORT 0.95 closes the long position)
            10:02:00 leaving: SHORT 0.95 closes the long position
            10:02:00 SHORT 0.95 opens the other side once flat
            10:02:00 -> modify T1 to 99 at 99.89
            10:02:00 close by ann
            10:02:00 the other side is not opened
            10:02:01 close by ann not followed: it is being closed already
        "#]],
    );
}

#[test]
fn what_a_hand_closed_while_nobody_listened_halts_as_one_that_was_seen() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 gap
        10:05:00 foreign sell 99 at 98.00
        10:05:01 snapshot 0; armed T1 99; armed S1 99
        10:05:02 cancelled T1
        10:05:02 cancelled S1
        10:30:00 quote 97.98 98.00
        10:30:00 signal BUY 0.85
    ",
        expect![[r#"
            10:05:00 now reconciling
            10:05:00 somebody else traded, and holds nothing
            10:05:00 99 of lot 1 closed outside of this program at 98.00
            10:05:00 now reconciling, then halted (closed outside of this program)
            10:05:00 closed long 99 from 100.00 at 98.00: -198.00 by closed outside of this program
            10:05:01 now halted (closed outside of this program)
            10:05:01 -> cancel T1
            10:05:01 -> cancel S1
            10:05:02 T1 cancelled, 0 filled
            10:05:02 S1 cancelled, 0 filled
            10:05:02 trade closed: -198.00, commission 0.00
            10:30:00 signal BUY 0.85 declined: the ticker is halted (closed outside of this program)
        "#]],
    );
}

#[test]
fn a_person_who_orders_a_close_again_gets_ten_more_prices() {
    check_after(
        settings(),
        HOLDING,
        "
        10:01:00 quote 99.98 100.00
        10:01:00 order 1 close by ann
        10:01:01 echo T1 99 at 99.89
        10:02:00 quote 99.00 99.02
        10:02:01 echo T1 99 at 98.91
        10:03:00 quote 98.00 98.02
        10:03:01 echo T1 99 at 97.91
        10:04:00 quote 97.00 97.02
        10:04:01 echo T1 99 at 96.91
        10:05:00 quote 96.00 96.02
        10:05:01 echo T1 99 at 95.91
        10:06:00 quote 95.00 95.02
        10:06:01 echo T1 99 at 94.91
        10:07:00 quote 94.00 94.02
        10:07:01 echo T1 99 at 93.91
        10:08:00 quote 93.00 93.02
        10:08:01 echo T1 99 at 92.91
        10:09:00 quote 92.00 92.02
        10:09:01 echo T1 99 at 91.91
        10:10:00 quote 91.00 91.02
        10:10:01 echo T1 99 at 90.91
        10:11:00 quote 90.00 90.02
        10:11:01 echo T1 99 at 89.91
        10:12:00 quote 89.00 89.02
        10:20:01 order 2 close by ann
        10:20:02 quote 88.00 88.02
    ",
        expect![[r#"
            10:01:00 close by ann
            10:01:00 leaving: asked for by the operator
            10:01:00 -> modify T1 to 99 at 99.89
            10:01:01 T1 now 99 at 99.89
            10:02:00 -> modify T1 to 99 at 98.91
            10:02:01 T1 now 99 at 98.91
            10:03:00 -> modify T1 to 99 at 97.91
            10:03:01 T1 now 99 at 97.91
            10:04:00 -> modify T1 to 99 at 96.91
            10:04:01 T1 now 99 at 96.91
            10:05:00 -> modify T1 to 99 at 95.91
            10:05:01 T1 now 99 at 95.91
            10:06:00 -> modify T1 to 99 at 94.91
            10:06:01 T1 now 99 at 94.91
            10:07:00 -> modify T1 to 99 at 93.91
            10:07:01 T1 now 99 at 93.91
            10:08:00 -> modify T1 to 99 at 92.91
            10:08:01 T1 now 99 at 92.91
            10:09:00 -> modify T1 to 99 at 91.91
            10:09:01 T1 now 99 at 91.91
            10:10:00 -> modify T1 to 99 at 90.91
            10:10:01 T1 now 99 at 90.91
            10:11:00 now halted (10 prices did not close the position)
            10:11:01 T1 now 99 at 89.91
            10:20:01 close by ann
            10:20:01 -> modify T1 to 99 at 88.92
        "#]],
    );
}

#[test]
fn what_a_person_opens_goes_the_road_of_a_rule() {
    check(
        "
        10:00:00 order 1 buy by ann
        10:00:01 quote 99.98 100.00
        10:00:01 order 2 buy shares=10 stop_price=101 by ann
        10:00:01 order 3 buy shares=10 position_size=500 by ann
        10:00:02 order 4 buy shares=10 stop_price=98.5 no_target=true by ann
        10:00:02 order 4 buy shares=10 stop_price=98.5 no_target=true by ann
        10:00:03 filled E1 10 at 100.00
        10:00:03 armed S1 10
        10:00:04 order 5 buy by ann
        10:05:00 filled S1 10 at 98.50
        11:00:00 quote 99.98 100.00
        11:00:00 order 6 halt by bob
        11:00:00 order 7 short by ann
        11:00:01 order 8 release by bob
        11:00:01 order 9 short by ann
    ",
        expect![[r#"
            10:00:00 buy by ann not followed: no quote
            10:00:01 buy by ann not followed: no bracket around 100.00: 101.00 lies on the wrong side of the entry at 100.10
            10:00:01 buy by ann not followed: it names more than one size
            10:00:02 buy by ann
            10:00:02 trade 1 lot 1: long from 100.00 (asked for by the operator)
            10:00:02 -> place E1 buy 10 limit 100.10 until 14:00:32 UTC, S1 sell 10 stop 98.50
            10:00:03 filled E1 buy 10 at 100.00
            10:00:03 E1 filled, 10 filled
            10:00:03 S1 works 10, 0 filled
            10:00:03 protected after 0 ms
            10:00:03 average entry 100.00
            10:00:04 buy by ann not followed: it has a trade open
            10:05:00 filled S1 sell 10 at 98.50
            10:05:00 closed long 10 from 100.00 at 98.50: -15.00 by stop
            10:05:00 S1 filled, 10 filled
            10:05:00 trade closed: -15.00, commission 0.00
            11:00:00 halt by bob
            11:00:00 now halted (by bob)
            11:00:00 short by ann not followed: the ticker is halted (by bob)
            11:00:01 release by bob
            11:00:01 now active
            11:00:01 short by ann
            11:00:01 trade 2 lot 1: short from 99.98 (asked for by the operator)
            11:00:01 -> place E1 sell 100 limit 99.89 until 15:00:31 UTC, T1 buy 100 limit 95.89, S1 buy 100 stop 101.89
        "#]],
    );
}

#[test]
fn what_somebody_else_holds_is_taken_over_and_protected_once_all_agree() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 order 1 adopt 95.00 110.00 by ann
        10:00:01 foreign buy 40 at 90.00
        10:00:02 order 2 adopt 101.00 - by ann
        10:00:03 order 3 adopt 95.00 110.00 by ann
        10:00:03 order 3 adopt 95.00 110.00 by ann
        10:00:04 snapshot 40
        10:00:06 wake
        10:00:07 armed S2 40, T2 40
        10:05:00 filled S2 40 at 95.00
        10:05:00 cancelled T2
    ",
        expect![[r#"
            10:00:00 adopt by ann not followed: nobody else holds anything in its contract
            10:00:01 somebody else holds 40
            10:00:02 adopt by ann not followed: no bracket around 99.98: 101.00 lies on the wrong side of the entry at 99.98
            10:00:03 adopt by ann
            10:00:03 trade 1 lot 1: long from 99.98 (asked for by the operator)
            10:00:03 adopted: E1 buy 40 limit 99.98 until 14:00:33 UTC, T1 sell 40 limit 110.00, S1 sell 40 stop 95.00
            10:00:03 40 of somebody else's taken over, counted from 99.98
            10:00:03 E1 filled, 40 filled
            10:00:03 T1 lost, 0 filled
            10:00:03 S1 lost, 0 filled
            10:00:03 somebody else holds 0
            10:00:03 now reconciling
            10:00:04 now active
            10:00:04 protection lost, placed anew
            10:00:04 -> place S2 sell 40 stop 95.00, T2 sell 40 limit 110.00
            10:00:07 S2 works 40, 0 filled
            10:00:07 protected after 4.0 s
            10:00:07 T2 works 40, 0 filled
            10:00:07 average entry 99.98
            10:05:00 filled S2 sell 40 at 95.00
            10:05:00 closed long 40 from 99.98 at 95.00: -199.20 by stop
            10:05:00 S2 filled, 40 filled
            10:05:00 T2 cancelled, 0 filled
            10:05:00 trade closed: -199.20, commission 0.00
        "#]],
    );
}

#[test]
fn a_position_that_froze_its_ticker_is_taken_over() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:05:00 gap
        10:05:01 snapshot -10
        10:05:02 snapshot -10
        10:05:03 quote 99.98 100.00
        10:05:03 order 1 adopt 105.00 - by ann
        10:05:04 snapshot -10
        10:05:06 wake
    ",
        expect![[r#"
            10:05:00 now reconciling
            10:05:01 looks again: the broker holds -10, our executions make 0
            10:05:02 now frozen (the broker holds -10, our executions make 0)
            10:05:03 adopt by ann
            10:05:03 trade 1 lot 1: short from 100.00 (asked for by the operator)
            10:05:03 adopted: E1 sell 10 limit 100.00 until 14:05:33 UTC, S1 buy 10 stop 105.00
            10:05:03 10 of somebody else's taken over, counted from 100.00
            10:05:03 E1 filled, 10 filled
            10:05:03 S1 lost, 0 filled
            10:05:03 somebody else holds 0
            10:05:03 now reconciling
            10:05:04 now active
            10:05:04 protection lost, placed anew
            10:05:04 -> place S2 buy 10 stop 105.00
        "#]],
    );
}
