//! Stories of gaps: nothing is asked for until a snapshot has told what the broker holds.

use expect_test::expect;

use crate::story::check;

#[test]
fn a_gap_while_holding_asks_for_nothing_until_the_snapshot() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 filled E1 60 of 99 at 100.00
        10:00:05 armed S1 60, T1 60
        10:00:06 gap
        10:00:07 signal SELL 0.90
        10:00:07 close
        10:00:09 quote 99.00 99.02
        10:00:10 gap
        10:00:11 snapshot 60; armed E1 39; armed S1 60; armed T1 60
        10:00:12 cancelled E1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:05 filled E1 buy 60 at 100.00
            10:00:05 E1 works 39, 60 filled
            10:00:05 S1 works 60, 0 filled
            10:00:05 protected after 0 ms
            10:00:05 T1 works 60, 0 filled
            10:00:06 now reconciling
            10:00:07 signal SELL 0.90 declined: the ticker is reconciling
            10:00:07 leaving: asked for by the operator
            10:00:11 now active
            10:00:11 -> cancel E1
            10:00:12 E1 cancelled, 60 filled
            10:00:12 -> modify T1 to 60 at 98.91
        "#]],
    );
}

#[test]
fn a_snapshot_brings_the_fill_of_the_stop_that_was_missed() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 gap
        10:05:10 snapshot 0; filled S1 99 at 97.00; cancelled T1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:00 filled E1 buy 99 at 100.00
            10:00:00 E1 filled, 99 filled
            10:00:00 S1 works 99, 0 filled
            10:00:00 protected after 0 ms
            10:00:00 T1 works 99, 0 filled
            10:00:00 average entry 100.00
            10:00:00 -> modify T1 to 99 at 108.00
            10:00:00 T1 now 99 at 108.00
            10:05:00 now reconciling
            10:05:10 filled S1 sell 99 at 97.00
            10:05:10 S1 filled, 99 filled
            10:05:10 T1 cancelled, 0 filled
            10:05:10 now active
            10:05:10 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:05:10 trade closed: -297.00, commission 0.00
        "#]],
    );
}

#[test]
fn an_entry_that_vanished_without_a_fill_is_over() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 gap
        10:05:10 snapshot 0
        10:05:11 snapshot 0
        10:05:12 quote 99.98 100.00
        10:05:12 signal BUY 0.90
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:05 now reconciling
            10:05:10 E1 expired, 0 filled
            10:05:10 T1 expired, 0 filled
            10:05:10 S1 expired, 0 filled
            10:05:10 now active
            10:05:10 trade ended without a fill
            10:05:12 signal BUY 0.90 taken (High Confidence Buy: 0.90 >= 0.80)
            10:05:12 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.90 >= 0.80)
            10:05:12 -> place E1 buy 99 limit 100.10 until 14:05:42 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}

#[test]
fn protection_that_vanished_is_placed_anew_after_the_snapshot() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 gap
        10:05:10 snapshot 99
        10:05:11 snapshot 99
        10:05:12 wake
        10:05:12 armed S2 99, T2 99
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:00 filled E1 buy 99 at 100.00
            10:00:00 E1 filled, 99 filled
            10:00:00 S1 works 99, 0 filled
            10:00:00 protected after 0 ms
            10:00:00 T1 works 99, 0 filled
            10:00:00 average entry 100.00
            10:00:00 -> modify T1 to 99 at 108.00
            10:00:00 T1 now 99 at 108.00
            10:05:00 now reconciling
            10:05:10 looks again: not at the broker: T1, S1
            10:05:11 T1 lost, 0 filled
            10:05:11 S1 lost, 0 filled
            10:05:11 now active
            10:05:12 protection lost, placed anew
            10:05:12 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            10:05:12 S2 works 99, 0 filled
            10:05:12 protected after 1.0 s
            10:05:12 T2 works 99, 0 filled
        "#]],
    );
}

#[test]
fn a_snapshot_with_an_order_that_nobody_knows_freezes() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 cancelled E1
        10:00:05 cancelled T1
        10:00:05 cancelled S1
        10:00:06 gap
        10:00:07 snapshot 0; armed S9 99
        10:00:08 snapshot 0; armed S9 99
        10:00:08 quote 99.98 100.00
        10:00:08 signal BUY 0.90
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:05 E1 cancelled, 0 filled
            10:00:05 T1 cancelled, 0 filled
            10:00:05 S1 cancelled, 0 filled
            10:00:05 trade ended without a fill
            10:00:06 now reconciling
            10:00:07 looks again: order 001.AAPL.0001.S9.2D works at the broker, and no open trade knows it
            10:00:08 now frozen (order 001.AAPL.0001.S9.2D works at the broker, and no open trade knows it)
            10:00:08 signal BUY 0.90 declined: the ticker is frozen (order 001.AAPL.0001.S9.2D works at the broker, and no open trade knows it)
        "#]],
    );
}

#[test]
fn a_snapshot_that_is_older_than_the_news_is_looked_at_again() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 gap
        10:00:02 executed E1 99 at 100.00
        10:00:02 snapshot 0; armed E1 99; armed T1 99; armed S1 99
        10:00:03 snapshot 99; cancelled E1; armed T1 99; armed S1 99
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 now reconciling
            10:00:02 filled E1 buy 99 at 100.00
            10:00:02 T1 works 99, 0 filled
            10:00:02 S1 works 99, 0 filled
            10:00:02 looks again: the broker holds 0, our executions make 99
            10:00:02 protected after 0 ms
            10:00:03 E1 cancelled, 0 filled
            10:00:03 now active
            10:00:03 average entry 100.00
            10:00:03 -> modify T1 to 99 at 108.00
        "#]],
    );
}

#[test]
fn a_cancel_that_could_not_be_sent_leaves_its_entry_as_it_was() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 close
        10:00:01 refused E1
        10:00:02 filled E1 99 at 100.00
        10:00:02 armed S1 99, T1 99
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 leaving: asked for by the operator
            10:00:01 -> cancel E1
            10:00:01 request declined: halted: the day's loss -1000.00 reached the limit 1000.00
            10:00:02 filled E1 buy 99 at 100.00
            10:00:02 E1 filled, 99 filled
            10:00:02 S1 works 99, 0 filled
            10:00:02 protected after 0 ms
            10:00:02 T1 works 99, 0 filled
            10:00:02 -> modify T1 to 99 at 99.89
        "#]],
    );
}
