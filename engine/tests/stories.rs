//! A ticker's lives as text: what it was told, and what it said and asked for.
//!
//! How a line is written is told in [`story`]; a trader can read and write them.

mod stories {
    mod adoption;
    mod entries;
    mod exits;
    mod gaps;
    mod hands;
    mod lives;
    mod margin;
    mod orders;
    mod protection;
    mod reload;
    mod rules;
    mod signals;
    mod sizes;
    mod strangers;
    mod unseen;
}
mod numbers;
mod story;
mod subject;

use expect_test::expect;
use story::check;

#[test]
fn a_signal_becomes_a_bracket_and_the_target_ends_it() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 accepted E1 T1 S1
        10:00:02 filled E1 99 at 100.00
        10:00:02 armed S1 99, T1 99
        10:00:02 commission 1.00
        10:00:02 echo T1 99 at 108.00
        10:00:02 echo S1 99 at 97.00
        11:00:00 filled T1 99 at 108.11
        11:00:00 commission 1.00
        11:00:00 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:01 E1 works 99, 0 filled
            10:00:01 T1 accepted, waits for its entry
            10:00:01 S1 accepted, waits for its entry
            10:00:02 filled E1 buy 99 at 100.00
            10:00:02 E1 filled, 99 filled
            10:00:02 S1 works 99, 0 filled
            10:00:02 protected after 0 ms
            10:00:02 T1 works 99, 0 filled
            10:00:02 average entry 100.00
            10:00:02 -> modify T1 to 99 at 108.00
            10:00:02 commission 1.00
            10:00:02 T1 now 99 at 108.00
            10:00:02 S1 now 99 at 97.00
            11:00:00 filled T1 sell 99 at 108.11
            11:00:00 closed long 99 from 100.00 at 108.11: +802.89 by target
            11:00:00 T1 filled, 99 filled
            11:00:00 commission 1.00
            11:00:00 S1 cancelled, 0 filled
            11:00:00 trade closed: +802.89, commission 2.00
        "#]],
    );
}

#[test]
fn a_partly_filled_entry_that_expires_is_protected_for_what_it_brought() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 60 of 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:30 cancelled E1
        10:00:31 wake
        10:00:31 echo S1 60 at 97.09
        10:00:31 armed S1 60
        10:00:31 echo T1 60 at 108.00
        10:00:31 armed T1 60
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 60 at 100.00
            10:00:01 E1 works 39, 60 filled
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 99, 0 filled
            10:00:30 E1 cancelled, 60 filled
            10:00:31 -> modify S1 to 60 at 97.09
            10:00:31 -> modify T1 to 60 at 108.11
            10:00:31 S1 now 60 at 97.09
            10:00:31 S1 works 60, 0 filled
            10:00:31 T1 now 60 at 108.00
            10:00:31 T1 works 60, 0 filled
        "#]],
    );
}

#[test]
fn children_that_sleep_through_a_partial_fill_end_the_entry_and_are_replaced() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 60 of 99 at 100.00
        10:00:03 wake
        10:00:03 cancelled E1
        10:00:03 cancelled T1
        10:00:03 cancelled S1
        10:00:04 wake
        10:00:04 armed S2 60, T2 60
        10:00:09 filled S2 60 at 97.00
        10:00:09 cancelled T2
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 60 at 100.00
            10:00:01 E1 works 39, 60 filled
            10:00:03 -> cancel E1
            10:00:03 E1 cancelled, 60 filled
            10:00:03 -> cancel T1
            10:00:03 -> cancel S1
            10:00:03 protection lost, placed anew
            10:00:03 -> place S2 sell 60 stop 97.09, T2 sell 60 limit 108.11
            10:00:03 T1 cancelled, 0 filled
            10:00:03 S1 cancelled, 0 filled
            10:00:04 S2 works 60, 0 filled
            10:00:04 protected after 3.0 s
            10:00:04 T2 works 60, 0 filled
            10:00:04 average entry 100.00
            10:00:04 -> modify T2 to 60 at 108.00
            10:00:09 filled S2 sell 60 at 97.00
            10:00:09 closed long 60 from 100.00 at 97.00: -180.00 by stop
            10:00:09 S2 filled, 60 filled
            10:00:09 T2 cancelled, 0 filled
            10:00:09 trade closed: -180.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_sell_signal_turns_the_target_into_the_exit_and_keeps_the_stop() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.70
        10:05:00 signal SELL 0.81
        10:05:00 signal BUY 0.90
        10:05:00 echo T1 99 at 100.90
        10:05:01 filled T1 40 of 99 at 101.00
        10:05:01 armed S1 59
        10:05:02 filled T1 59 at 100.99
        10:05:02 cancelled S1
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
            10:05:00 signal SELL 0.70 declined: confidence 0.70 < 0.80 needed to close the long position
            10:05:00 signal SELL 0.81 taken (SELL 0.81 closes the long position)
            10:05:00 leaving: SELL 0.81 closes the long position
            10:05:00 -> modify T1 to 99 at 100.90
            10:05:00 signal BUY 0.90 declined: already long
            10:05:00 T1 now 99 at 100.90
            10:05:01 filled T1 sell 40 at 101.00
            10:05:01 T1 works 59, 40 filled
            10:05:01 S1 works 59, 0 filled
            10:05:02 filled T1 sell 59 at 100.99
            10:05:02 closed long 99 from 100.00 at 100.994: +98.41 by SELL 0.81 closes the long position
            10:05:02 T1 filled, 99 filled
            10:05:02 S1 cancelled, 0 filled
            10:05:02 trade closed: +98.41, commission 0.00
        "#]],
    );
}

#[test]
fn every_reason_not_to_trade_is_said() {
    check(
        "
        09:31:00 signal BUY 0.85
        09:31:00 quote 99.98 100.00
        09:31:00 signal SELL 0.99
        09:31:00 signal BUY 0.79
        09:31:06 signal BUY 0.85
        09:31:07 gap
        09:31:07 quote 99.98 100.00
        09:31:07 signal BUY 0.85
        09:31:08 snapshot 0
        09:31:08 signal BUY 0.85
        09:31:08 refused E1 T1 S1
        16:00:00 quote 99.98 100.00
        16:00:00 signal BUY 0.85
        16:00:01 gap
        16:00:01 snapshot 7
        16:00:02 snapshot 7
        16:00:02 signal BUY 0.85
    ",
        expect![[r#"
            09:31:00 signal BUY 0.85 declined: no quote
            09:31:00 signal SELL 0.99 declined: flat: nothing to sell
            09:31:00 signal BUY 0.79 declined: confidence 0.79 < 0.80 (High Confidence Buy)
            09:31:06 signal BUY 0.85 declined: the quote is 6.0 s old, at most 5.0 s is traded on
            09:31:07 now reconciling
            09:31:07 signal BUY 0.85 declined: the ticker is reconciling
            09:31:08 now active
            09:31:08 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            09:31:08 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            09:31:08 -> place E1 buy 99 limit 100.10 until 13:31:38 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            09:31:08 entry declined: halted: the day's loss -1000.00 reached the limit 1000.00
            09:31:08 trade ended without a fill
            16:00:00 signal BUY 0.85 declined: the market is closed
            16:00:01 now reconciling
            16:00:01 looks again: the broker holds 7, our executions make 0
            16:00:02 now frozen (the broker holds 7, our executions make 0)
            16:00:02 signal BUY 0.85 declined: the ticker is frozen (the broker holds 7, our executions make 0)
        "#]],
    );
}

#[test]
fn a_stop_that_cannot_be_kept_ends_in_a_sale_and_a_halt() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 rejected S1
        10:00:00 rejected T1
        10:00:01 wake
        10:00:01 rejected S2
        10:00:01 rejected T2
        10:00:02 wake
        10:00:02 rejected S3
        10:00:02 rejected T3
        10:00:03 wake
        10:00:03 armed X4 99
        10:00:03 filled X4 99 at 99.90
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
            10:00:00 S1 rejected, 0 filled
            10:00:00 T1 rejected, 0 filled
            10:00:01 protection lost, placed anew
            10:00:01 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.11
            10:00:01 S2 rejected, 0 filled
            10:00:01 T2 rejected, 0 filled
            10:00:02 protection lost, placed anew
            10:00:02 -> place S3 sell 99 stop 97.09, T3 sell 99 limit 108.11
            10:00:02 S3 rejected, 0 filled
            10:00:02 T3 rejected, 0 filled
            10:00:03 leaving: no stop could be placed
            10:00:03 now halted (no stop could be placed)
            10:00:03 -> place X4 sell 99 market day
            10:00:03 X4 works 99, 0 filled
            10:00:03 protected after 3.0 s
            10:00:03 filled X4 sell 99 at 99.90
            10:00:03 closed long 99 from 100.00 at 99.90: -9.90 by no stop could be placed
            10:00:03 X4 filled, 99 filled
            10:00:03 trade closed: -9.90, commission 0.00
        "#]],
    );
}

#[test]
fn a_gain_confirmed_by_two_quotes_adds_a_lot_with_a_bracket_of_its_own() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:10:00 quote 101.99 102.01
        10:10:01 quote 102.00 102.02
        10:10:02 quote 101.00 101.02
        10:10:03 quote 102.00 102.02
        10:10:04 quote 102.10 102.12
        10:10:05 quote 102.10 102.12
        10:10:05 accepted A2 T2 S2
        10:10:06 filled A2 49 at 102.12
        10:10:06 armed S2 49, T2 49
        10:10:06 echo T2 49 at 110.29
        10:20:00 quote 104.00 104.02
        10:20:01 quote 104.00 104.02
        10:20:01 refused A3 T3 S3
        10:20:02 quote 104.00 104.02
        10:30:00 quote 101.00 101.02
        10:30:00 filled S2 49 at 99.00
        10:30:00 cancelled T2
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
            10:10:04 scales in: lot 2 of trade 1, long from 102.12 (Scale In on Profit: profit 2.1 % >= 2 %)
            10:10:04 -> place A2 buy 49 limit 102.22 until 14:10:34 UTC, T2 sell 49 limit 110.40, S2 sell 49 stop 99.15
            10:10:05 A2 works 49, 0 filled
            10:10:05 T2 accepted, waits for its entry
            10:10:05 S2 accepted, waits for its entry
            10:10:06 filled A2 buy 49 at 102.12
            10:10:06 A2 filled, 49 filled
            10:10:06 S2 works 49, 0 filled
            10:10:06 protected after 0 ms
            10:10:06 after the add each lot keeps its stop
            10:10:06 T2 works 49, 0 filled
            10:10:06 average entry 102.12
            10:10:06 -> modify T2 to 49 at 110.29
            10:10:06 T2 now 49 at 110.29
            10:20:01 scales in: lot 3 of trade 1, long from 104.02 (Scale In on Profit: profit 4 % >= 4 %)
            10:20:01 -> place A3 buy 49 limit 104.12 until 14:20:31 UTC, T3 sell 49 limit 112.45, S3 sell 49 stop 100.99
            10:20:01 entry declined: halted: the day's loss -1000.00 reached the limit 1000.00
            10:30:00 filled S2 sell 49 at 99.00
            10:30:00 closed long 49 from 102.12 at 99.00: -152.88 by stop
            10:30:00 S2 filled, 49 filled
            10:30:00 T2 cancelled, 0 filled
        "#]],
    );
}
