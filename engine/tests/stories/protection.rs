//! Stories of executions that come late, twice, too large, or corrected.

use expect_test::expect;

use crate::story::check;

#[test]
fn a_correction_changes_the_price_and_is_counted_once() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 repeated
        10:00:01 corrected E1 99 at 100.05
        10:00:01 repeated
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.06
        10:05:00 filled T1 99 at 108.05
        10:05:00 repeated
        10:05:00 commission 1.00
        10:05:00 commission 1.00
        10:05:00 cancelled S1
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
            10:00:01 filled E1 buy 99 at 100.05
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 99, 0 filled
            10:00:01 average entry 100.05
            10:00:01 -> modify T1 to 99 at 108.06
            10:00:01 T1 now 99 at 108.06
            10:05:00 filled T1 sell 99 at 108.05
            10:05:00 closed long 99 from 100.05 at 108.05: +792.00 by target
            10:05:00 T1 filled, 99 filled
            10:05:00 commission 1.00
            10:05:00 S1 cancelled, 0 filled
            10:05:00 trade closed: +792.00, commission 1.00
        "#]],
    );
}

#[test]
fn a_correction_to_more_shares_grows_the_protection() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 of 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:00:02 corrected E1 120 at 100.00
        10:00:03 wake
        10:00:03 echo S1 120 at 97.09
        10:00:03 echo T1 120 at 108.00
        10:00:03 armed S1 120
        10:00:03 armed T1 120
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
            10:00:02 filled E1 buy 120 at 100.00
            10:00:03 -> modify S1 to 120 at 97.09
            10:00:03 -> modify T1 to 120 at 108.00
            10:00:03 S1 now 120 at 97.09
            10:00:03 T1 now 120 at 108.00
            10:00:03 S1 works 120, 0 filled
            10:00:03 protected after 1.0 s
            10:00:03 T1 works 120, 0 filled
        "#]],
    );
}

#[test]
fn an_entry_that_brings_more_than_was_ordered_is_protected_whole() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:00:01 executed E1 1 at 100.00
        10:00:02 wake
        10:00:02 echo S1 100 at 97.09
        10:00:02 echo T1 100 at 108.00
        10:00:02 armed S1 100
        10:00:02 armed T1 100
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
            10:00:01 filled E1 buy 1 at 100.00
            10:00:02 -> modify S1 to 100 at 97.09
            10:00:02 -> modify T1 to 100 at 108.00
            10:00:02 S1 now 100 at 97.09
            10:00:02 T1 now 100 at 108.00
            10:00:02 S1 works 100, 0 filled
            10:00:02 protected after 1.0 s
            10:00:02 T1 works 100, 0 filled
        "#]],
    );
}

#[test]
fn a_cancelled_entry_that_still_fills_is_protected() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:30 cancelled E1
        10:00:30 executed E1 10 at 100.00
        10:00:30 cancelled T1
        10:00:30 cancelled S1
        10:00:31 wake
        10:00:31 armed S2 10, T2 10
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:30 E1 cancelled, 0 filled
            10:00:30 filled E1 buy 10 at 100.00
            10:00:30 T1 cancelled, 0 filled
            10:00:30 S1 cancelled, 0 filled
            10:00:31 protection lost, placed anew
            10:00:31 -> place S2 sell 10 stop 97.09, T2 sell 10 limit 108.11
            10:00:31 S2 works 10, 0 filled
            10:00:31 protected after 1.0 s
            10:00:31 T2 works 10, 0 filled
            10:00:31 average entry 100.00
            10:00:31 -> modify T2 to 10 at 108.00
        "#]],
    );
}

#[test]
fn children_cancelled_with_the_rest_of_their_entry_are_replaced() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 filled E1 60 of 99 at 100.00
        10:00:05 armed S1 60, T1 60
        10:00:30 cancelled E1
        10:00:30 cancelled T1
        10:00:30 cancelled S1
        10:00:31 wake
        10:00:31 armed S2 60, T2 60
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
            10:00:30 E1 cancelled, 60 filled
            10:00:30 average entry 100.00
            10:00:30 -> modify T1 to 60 at 108.00
            10:00:30 T1 cancelled, 0 filled
            10:00:30 S1 cancelled, 0 filled
            10:00:31 protection lost, placed anew
            10:00:31 -> place S2 sell 60 stop 97.09, T2 sell 60 limit 108.11
            10:00:31 S2 works 60, 0 filled
            10:00:31 protected after 1.0 s
            10:00:31 T2 works 60, 0 filled
        "#]],
    );
}

#[test]
fn a_price_corrected_after_its_trade_was_over_is_counted_and_nothing_else() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 filled T1 99 at 108.00
        10:05:00 cancelled S1
        10:06:00 corrected T1 99 at 108.01
        10:06:00 repeated
        10:07:00 quote 108.00 108.02
        10:07:00 signal BUY 0.85
        10:07:00 corrected T1 99 at 108.00
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
            10:05:00 filled T1 sell 99 at 108.00
            10:05:00 closed long 99 from 100.00 at 108.00: +792.00 by target
            10:05:00 T1 filled, 99 filled
            10:05:00 S1 cancelled, 0 filled
            10:05:00 trade closed: +792.00, commission 0.00
            10:06:00 corrected after its trade was over: filled T1 sell 99 at 108.01, +0.99
            10:07:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:07:00 trade 2 lot 1: long from 108.02 (High Confidence Buy: 0.85 >= 0.80)
            10:07:00 -> place E1 buy 92 limit 108.12 until 14:07:30 UTC, T1 sell 92 limit 116.77, S1 sell 92 stop 104.87
            10:07:00 corrected after its trade was over: filled T1 sell 99 at 108.00, -0.99
        "#]],
    );
}
