//! Stories of exits: the stop, the target, both in parts, and a close that has to insist.

use expect_test::expect;
use serde_json::json;

use crate::story::{check, check_with};
use crate::subject::settings_with;

#[test]
fn a_stop_out_cools_down() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:20:00 filled S1 99 at 97.00
        10:20:00 cancelled T1
        10:20:30 quote 97.00 97.01
        10:20:30 signal BUY 0.99
        10:21:01 quote 97.00 97.01
        10:21:01 signal BUY 0.99
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
            10:20:00 filled S1 sell 99 at 97.00
            10:20:00 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:20:00 S1 filled, 99 filled
            10:20:00 T1 cancelled, 0 filled
            10:20:00 trade closed: -297.00, commission 0.00
            10:20:30 signal BUY 0.99 declined: cooling down until 2026-06-01 14:21:00 UTC
            10:21:01 signal BUY 0.99 taken (High Confidence Buy: 0.99 >= 0.80)
            10:21:01 trade 2 lot 1: long from 97.01 (High Confidence Buy: 0.99 >= 0.80)
            10:21:01 -> place E1 buy 102 limit 97.10 until 14:21:31 UTC, T1 sell 102 limit 104.87, S1 sell 102 stop 94.18
        "#]],
    );
}

#[test]
fn a_target_filled_in_part_leaves_the_rest_to_the_stop() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 filled T1 40 of 99 at 108.00
        10:05:00 armed S1 59
        10:05:01 wake
        10:06:00 filled S1 59 of 59 at 97.00
        10:06:00 cancelled T1
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
            10:05:00 filled T1 sell 40 at 108.00
            10:05:00 T1 works 59, 40 filled
            10:05:00 S1 works 59, 0 filled
            10:06:00 filled S1 sell 59 at 97.00
            10:06:00 closed long 99 from 100.00 at 101.4444: +143.00 by stop
            10:06:00 S1 filled, 59 filled
            10:06:00 T1 cancelled, 40 filled
            10:06:00 trade closed: +143.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_that_the_broker_does_not_reduce_is_reduced_by_us() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 filled T1 40 of 99 at 108.00
        10:05:01 wake
        10:05:01 armed S1 59
        10:05:01 echo S1 59 at 97.09
        10:05:02 wake
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
            10:05:00 filled T1 sell 40 at 108.00
            10:05:00 T1 works 59, 40 filled
            10:05:01 -> modify S1 to 59 at 97.09
            10:05:01 S1 works 59, 0 filled
            10:05:01 S1 now 59 at 97.09
        "#]],
    );
}

#[test]
fn a_close_that_is_refused_is_asked_for_again() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:00 denied T1 105
        10:05:02 wake
        10:05:02 echo T1 99 at 100.90
        10:05:02 filled T1 99 at 101.00
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
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> modify T1 to 99 at 100.90
            10:05:00 change of T1 refused: 105 refused
            10:05:02 -> modify T1 to 99 at 100.90
            10:05:02 T1 now 99 at 100.90
            10:05:02 filled T1 sell 99 at 101.00
            10:05:02 closed long 99 from 100.00 at 101.00: +99.00 by SELL 0.90 closes the long position
            10:05:02 T1 filled, 99 filled
            10:05:02 S1 cancelled, 0 filled
            10:05:02 trade closed: +99.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_close_follows_the_market_as_it_moves_away() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:00 echo T1 99 at 100.90
        10:05:01 quote 100.95 100.97
        10:05:01 echo T1 99 at 100.85
        10:05:02 quote 100.50 100.52
        10:05:02 echo T1 99 at 100.40
        10:05:03 quote 102.00 102.02
        10:05:03 filled T1 99 at 102.00
        10:05:03 cancelled S1
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
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> modify T1 to 99 at 100.90
            10:05:00 T1 now 99 at 100.90
            10:05:01 -> modify T1 to 99 at 100.85
            10:05:01 T1 now 99 at 100.85
            10:05:02 -> modify T1 to 99 at 100.40
            10:05:02 T1 now 99 at 100.40
            10:05:03 filled T1 sell 99 at 102.00
            10:05:03 closed long 99 from 100.00 at 102.00: +198.00 by SELL 0.90 closes the long position
            10:05:03 T1 filled, 99 filled
            10:05:03 S1 cancelled, 0 filled
            10:05:03 trade closed: +198.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_lot_without_a_target_leaves_by_an_order_in_the_group_of_its_stop() {
    check_with(
        settings_with(json!({ "no_target": true }), &[]),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99
        10:05:00 quote 101.00 101.02
        10:05:00 close
        10:05:00 armed X2 99
        10:05:01 filled X2 99 at 101.00
        10:05:01 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, S1 sell 99 stop 98.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 99 at 100.00
            10:00:01 E1 filled, 99 filled
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 average entry 100.00
            10:05:00 leaving: asked for by the operator
            10:05:00 -> place X2 sell 99 limit 100.90
            10:05:00 X2 works 99, 0 filled
            10:05:01 filled X2 sell 99 at 101.00
            10:05:01 closed long 99 from 100.00 at 101.00: +99.00 by asked for by the operator
            10:05:01 X2 filled, 99 filled
            10:05:01 S1 cancelled, 0 filled
            10:05:01 trade closed: +99.00, commission 0.00
        "#]],
    );
}

#[test]
fn what_still_works_behind_a_closed_lot_is_swept_away() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 filled S1 99 at 97.00
        10:05:02 wake
        10:05:02 cancelled T1
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
            10:05:00 filled S1 sell 99 at 97.00
            10:05:00 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:05:00 S1 filled, 99 filled
            10:05:02 -> cancel T1
            10:05:02 T1 cancelled, 0 filled
            10:05:02 trade closed: -297.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_close_that_is_filled_in_part_is_priced_anew_for_its_whole_quantity() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:00 echo T1 99 at 100.90
        10:05:01 filled T1 40 of 99 at 101.00
        10:05:01 armed S1 59
        10:05:02 quote 100.50 100.52
        10:05:02 echo T1 99 at 100.40
        10:05:03 filled T1 59 of 99 at 100.50
        10:05:03 cancelled S1
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
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> modify T1 to 99 at 100.90
            10:05:00 T1 now 99 at 100.90
            10:05:01 filled T1 sell 40 at 101.00
            10:05:01 T1 works 59, 40 filled
            10:05:01 S1 works 59, 0 filled
            10:05:02 -> modify T1 to 99 at 100.40
            10:05:02 T1 now 99 at 100.40
            10:05:03 filled T1 sell 59 at 100.50
            10:05:03 closed long 99 from 100.00 at 100.702: +69.50 by SELL 0.90 closes the long position
            10:05:03 T1 filled, 99 filled
            10:05:03 S1 cancelled, 0 filled
            10:05:03 trade closed: +69.50, commission 0.00
        "#]],
    );
}

#[test]
fn without_a_group_that_blocks_the_stop_goes_before_the_exit() {
    check_with(
        settings_with(json!({ "no_target": true }), &[]),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 echo S1 99 at 98.09 unguarded
        10:00:01 armed S1 99
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:01 cancelled S1
        10:05:01 armed X2 99
        10:05:02 filled X2 99 at 101.00
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, S1 sell 99 stop 98.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 99 at 100.00
            10:00:01 E1 filled, 99 filled
            10:00:01 S1 now 99 at 98.09
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 average entry 100.00
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> cancel S1
            10:05:01 S1 cancelled, 0 filled
            10:05:01 -> place X2 sell 99 limit 100.90 day
            10:05:01 X2 works 99, 0 filled
            10:05:01 protected after 0 ms
            10:05:02 filled X2 sell 99 at 101.00
            10:05:02 closed long 99 from 100.00 at 101.00: +99.00 by SELL 0.90 closes the long position
            10:05:02 X2 filled, 99 filled
            10:05:02 trade closed: +99.00, commission 0.00
        "#]],
    );
}

#[test]
fn an_exit_that_is_refused_brings_the_stop_back() {
    check_with(
        settings_with(json!({ "no_target": true }), &[]),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 echo S1 99 at 98.09 unguarded
        10:00:01 armed S1 99
        10:05:00 quote 101.00 101.02
        10:05:00 signal SELL 0.90
        10:05:01 cancelled S1
        10:05:01 rejected X2
        10:05:02 wake
        10:05:02 armed S3 99
        10:05:03 wake
        10:05:03 armed X4 99
        10:05:04 filled X4 99 at 101.00
        10:05:04 cancelled S3
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, S1 sell 99 stop 98.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 99 at 100.00
            10:00:01 E1 filled, 99 filled
            10:00:01 S1 now 99 at 98.09
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 average entry 100.00
            10:05:00 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:05:00 leaving: SELL 0.90 closes the long position
            10:05:00 -> cancel S1
            10:05:01 S1 cancelled, 0 filled
            10:05:01 -> place X2 sell 99 limit 100.90 day
            10:05:01 X2 rejected, 0 filled
            10:05:02 protection lost, placed anew
            10:05:02 -> place S3 sell 99 stop 98.09
            10:05:02 S3 works 99, 0 filled
            10:05:02 protected after 1.0 s
            10:05:03 -> place X4 sell 99 limit 100.90
            10:05:03 X4 works 99, 0 filled
            10:05:04 filled X4 sell 99 at 101.00
            10:05:04 closed long 99 from 100.00 at 101.00: +99.00 by SELL 0.90 closes the long position
            10:05:04 X4 filled, 99 filled
            10:05:04 S3 cancelled, 0 filled
            10:05:04 trade closed: +99.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_contract_that_ends_is_opened_five_days_before_at_the_latest_and_closed_two_days_before() {
    check(
        "
        10:00:00 expiry 2026-06-05
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 expiry 2026-06-06
        10:00:01 signal BUY 0.86
        10:00:01 accepted E1 T1 S1
        10:00:02 filled E1 99 at 100.00
        10:00:02 armed S1 99, T1 99
        10:00:02 echo T1 99 at 108.00
        10:00:03 expiry 2026-06-04
        10:00:03 quote 99.98 100.00
        10:00:04 expiry 2026-06-03
        10:00:04 quote 99.98 100.00
        10:00:04 echo T1 99 at 99.89
        10:00:05 filled T1 99 at 99.98
        10:00:05 cancelled S1
        10:00:06 signal BUY 0.87
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 declined: the contract expires on 2026-06-05
            10:00:01 signal BUY 0.86 taken (High Confidence Buy: 0.86 >= 0.80)
            10:00:01 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.86 >= 0.80)
            10:00:01 -> place E1 buy 99 limit 100.10 until 14:00:31 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
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
            10:00:02 T1 now 99 at 108.00
            10:00:04 leaving: the contract expires on 2026-06-03
            10:00:04 -> modify T1 to 99 at 99.89
            10:00:04 T1 now 99 at 99.89
            10:00:05 filled T1 sell 99 at 99.98
            10:00:05 closed long 99 from 100.00 at 99.98: -1.98 by the contract expires on 2026-06-03
            10:00:05 T1 filled, 99 filled
            10:00:05 S1 cancelled, 0 filled
            10:00:05 trade closed: -1.98, commission 0.00
            10:00:06 signal BUY 0.87 declined: the contract expires on 2026-06-03
        "#]],
    );
}
