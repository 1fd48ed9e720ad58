//! Stories of a broker that says what does not fit: nothing is added to it.

use expect_test::expect;

use crate::story::check;

#[test]
fn frozen_it_adds_no_order_to_what_it_does_not_understand() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 gap
        10:05:01 snapshot 10
        10:05:02 snapshot 10
        10:05:03 snapshot 10
        10:05:09 wake
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
            10:05:00 now reconciling
            10:05:01 looks again: not at the broker: T1, S1
            10:05:02 T1 lost, 0 filled
            10:05:02 S1 lost, 0 filled
            10:05:02 looks again: the broker holds 10, our executions make 99
            10:05:03 now frozen (the broker holds 10, our executions make 99)
        "#]],
    );
}

#[test]
fn what_works_does_not_fall_asleep_again() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:00:05 accepted S1
        10:00:08 wake
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
        "#]],
    );
}

#[test]
fn exits_beyond_what_was_held_freeze_the_ticker() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 filled S1 99 at 97.00
        10:05:00 filled T1 99 at 108.00
        10:05:09 signal BUY 0.99
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
            10:05:00 filled S1 sell 99 at 97.00
            10:05:00 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:05:00 S1 filled, 99 filled
            10:05:00 filled T1 sell 99 at 108.00
            10:05:00 lot 1 is open again: its news came late
            10:05:00 T1 filled, 99 filled
            10:05:09 signal BUY 0.99 declined: already long
            10:05:09 leaving: exits took 99 more than were held
            10:05:09 now halted (exits took 99 more than were held)
            10:05:09 -> place X2 buy 99 market day
        "#]],
    );
}

#[test]
fn an_entry_whose_stop_is_gone_is_taken_back_before_it_fills() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 rejected S1
        10:00:01 cancelled E1
        10:00:01 cancelled T1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 S1 rejected, 0 filled
            10:00:01 -> cancel E1
            10:00:01 E1 cancelled, 0 filled
            10:00:01 T1 cancelled, 0 filled
            10:00:01 trade ended without a fill
        "#]],
    );
}

#[test]
fn frozen_without_its_stop_it_keeps_the_target_that_works() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 gap
        10:05:01 snapshot 50; armed T1 99
        10:05:02 snapshot 50; armed T1 99
        10:05:03 snapshot 50; armed T1 99
        10:05:09 wake
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
            10:05:00 now reconciling
            10:05:01 looks again: not at the broker: S1
            10:05:02 S1 lost, 0 filled
            10:05:02 looks again: the broker holds 50, our executions make 99
            10:05:03 now frozen (the broker holds 50, our executions make 99)
        "#]],
    );
}
