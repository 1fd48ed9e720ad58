//! Stories of entries: refused, part filled, cut short, on either side.

use expect_test::expect;

use crate::story::check;

#[test]
fn an_entry_that_the_broker_rejects_takes_its_children_along() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 rejected E1
        10:00:01 rejected T1
        10:00:01 rejected S1
        10:00:02 quote 99.98 100.00
        10:00:02 signal BUY 0.90
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:01 E1 rejected, 0 filled
            10:00:01 T1 rejected, 0 filled
            10:00:01 S1 rejected, 0 filled
            10:00:01 trade ended without a fill
            10:00:02 signal BUY 0.90 taken (High Confidence Buy: 0.90 >= 0.80)
            10:00:02 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.90 >= 0.80)
            10:00:02 -> place E1 buy 99 limit 100.10 until 14:00:32 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}

#[test]
fn a_family_whose_stop_is_refused_is_taken_back() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 rejected S1
        10:00:01 cancelled E1
        10:00:01 cancelled T1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 S1 rejected, 0 filled
            10:00:00 -> cancel E1
            10:00:00 -> cancel T1
            10:00:01 E1 cancelled, 0 filled
            10:00:01 T1 cancelled, 0 filled
            10:00:01 trade ended without a fill
        "#]],
    );
}

#[test]
fn a_sell_while_nothing_is_filled_yet_ends_the_entry() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 signal SELL 0.90
        10:00:06 cancelled E1
        10:00:06 cancelled T1
        10:00:06 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:05 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:00:05 leaving: SELL 0.90 closes the long position
            10:00:05 -> cancel E1
            10:00:06 E1 cancelled, 0 filled
            10:00:06 T1 cancelled, 0 filled
            10:00:06 S1 cancelled, 0 filled
            10:00:06 trade ended without a fill
        "#]],
    );
}

#[test]
fn a_sell_while_the_entry_is_part_filled_ends_it_and_sells_what_came() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 filled E1 60 of 99 at 100.00
        10:00:05 armed S1 60, T1 60
        10:00:06 signal SELL 0.90
        10:00:07 cancelled E1
        10:00:07 echo T1 60 at 99.89
        10:00:08 filled T1 60 of 60 at 99.95
        10:00:08 cancelled S1
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
            10:00:06 signal SELL 0.90 taken (SELL 0.90 closes the long position)
            10:00:06 leaving: SELL 0.90 closes the long position
            10:00:06 -> cancel E1
            10:00:07 E1 cancelled, 60 filled
            10:00:07 -> modify T1 to 60 at 99.89
            10:00:07 T1 now 60 at 99.89
            10:00:08 filled T1 sell 60 at 99.95
            10:00:08 closed long 60 from 100.00 at 99.95: -3.00 by SELL 0.90 closes the long position
            10:00:08 T1 filled, 60 filled
            10:00:08 S1 cancelled, 0 filled
            10:00:08 trade closed: -3.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_that_fills_ends_the_rest_of_the_entry() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 filled E1 60 of 99 at 100.00
        10:00:05 armed S1 60, T1 60
        10:00:06 filled S1 60 of 60 at 97.00
        10:00:06 cancelled T1
        10:00:07 cancelled E1
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
            10:00:06 filled S1 sell 60 at 97.00
            10:00:06 -> cancel E1
            10:00:06 S1 filled, 60 filled
            10:00:06 T1 cancelled, 0 filled
            10:00:07 E1 cancelled, 60 filled
            10:00:07 closed long 60 from 100.00 at 97.00: -180.00 by stop
            10:00:07 trade closed: -180.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_share_that_comes_after_the_stop_has_filled_is_protected_too() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 filled E1 60 of 99 at 100.00
        10:00:05 armed S1 60, T1 60
        10:00:06 filled S1 60 of 60 at 97.00
        10:00:06 cancelled T1
        10:00:06 filled E1 10 of 99 at 97.05
        10:00:07 cancelled E1
        10:00:08 wake
        10:00:08 armed S2 10, T2 10
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
            10:00:06 filled S1 sell 60 at 97.00
            10:00:06 -> cancel E1
            10:00:06 S1 filled, 60 filled
            10:00:06 T1 cancelled, 0 filled
            10:00:06 filled E1 buy 10 at 97.05
            10:00:06 E1 works 29, 70 filled
            10:00:07 E1 cancelled, 70 filled
            10:00:08 protection lost, placed anew
            10:00:08 -> place S2 sell 10 stop 97.09, T2 sell 10 limit 108.11
            10:00:08 S2 works 10, 0 filled
            10:00:08 protected after 2.0 s
            10:00:08 T2 works 10, 0 filled
            10:00:08 average entry 99.5786
            10:00:08 -> modify T2 to 10 at 107.55
        "#]],
    );
}

#[test]
fn a_reversal_opens_the_other_side_once_flat() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 signal SHORT 0.90
        10:05:00 echo T1 99 at 99.89
        10:05:01 quote 99.98 100.00
        10:05:01 filled T1 40 of 99 at 99.98
        10:05:01 armed S1 59
        10:05:02 filled T1 59 of 99 at 99.98
        10:05:02 cancelled S1
        10:05:02 accepted E1 T1 S1
        10:05:03 filled E1 100 at 99.95
        10:05:03 armed S1 100, T1 100
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
            10:05:00 signal SHORT 0.90 taken (SHORT 0.90 closes the long position)
            10:05:00 leaving: SHORT 0.90 closes the long position
            10:05:00 SHORT 0.90 opens the other side once flat
            10:05:00 -> modify T1 to 99 at 99.89
            10:05:00 T1 now 99 at 99.89
            10:05:01 filled T1 sell 40 at 99.98
            10:05:01 T1 works 59, 40 filled
            10:05:01 S1 works 59, 0 filled
            10:05:02 filled T1 sell 59 at 99.98
            10:05:02 closed long 99 from 100.00 at 99.98: -1.98 by SHORT 0.90 closes the long position
            10:05:02 T1 filled, 99 filled
            10:05:02 S1 cancelled, 0 filled
            10:05:02 trade closed: -1.98, commission 0.00
            10:05:02 signal SHORT 0.90 taken (High Confidence Short: 0.90 >= 0.80)
            10:05:02 trade 2 lot 1: short from 99.98 (High Confidence Short: 0.90 >= 0.80)
            10:05:02 -> place E1 sell 100 limit 99.89 until 14:05:32 UTC, T1 buy 100 limit 91.89, S1 buy 100 stop 102.89
            10:05:02 E1 works 100, 0 filled
            10:05:02 T1 accepted, waits for its entry
            10:05:02 S1 accepted, waits for its entry
            10:05:03 filled E1 sell 100 at 99.95
            10:05:03 E1 filled, 100 filled
            10:05:03 S1 works 100, 0 filled
            10:05:03 protected after 0 ms
            10:05:03 T1 works 100, 0 filled
            10:05:03 average entry 99.95
            10:05:03 -> modify T1 to 100 at 91.95
        "#]],
    );
}

#[test]
fn a_reversal_that_takes_too_long_ends_as_a_close() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 filled E1 99 at 100.00
        10:00:00 armed S1 99, T1 99
        10:00:00 echo T1 99 at 108.00
        10:05:00 signal SHORT 0.90
        10:05:00 echo T1 99 at 99.89
        10:05:31 quote 99.98 100.00
        10:05:31 filled T1 99 at 99.98
        10:05:31 cancelled S1
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
            10:05:00 signal SHORT 0.90 taken (SHORT 0.90 closes the long position)
            10:05:00 leaving: SHORT 0.90 closes the long position
            10:05:00 SHORT 0.90 opens the other side once flat
            10:05:00 -> modify T1 to 99 at 99.89
            10:05:00 T1 now 99 at 99.89
            10:05:31 filled T1 sell 99 at 99.98
            10:05:31 closed long 99 from 100.00 at 99.98: -1.98 by SHORT 0.90 closes the long position
            10:05:31 T1 filled, 99 filled
            10:05:31 S1 cancelled, 0 filled
            10:05:31 trade closed: -1.98, commission 0.00
        "#]],
    );
}

#[test]
fn a_short_position_is_the_mirror_of_a_long_one() {
    check(
        "
        10:00:00 quote 100.00 100.02
        10:00:00 signal SHORT 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 60 of 100 at 100.00
        10:00:01 armed S1 60, T1 60
        10:00:02 filled E1 40 of 100 at 99.98
        10:00:02 armed S1 100, T1 100
        10:00:02 echo T1 100 at 91.99
        10:05:00 quote 99.00 99.02
        10:05:00 signal SELL 0.90
        10:05:00 signal SHORT 0.90
        10:05:00 signal BUY 0.70
        10:06:00 filled S1 100 at 103.00
        10:06:00 cancelled T1
    ",
        expect![[r#"
            10:00:00 signal SHORT 0.85 taken (High Confidence Short: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: short from 100.00 (High Confidence Short: 0.85 >= 0.80)
            10:00:00 -> place E1 sell 100 limit 99.90 until 14:00:30 UTC, T1 buy 100 limit 91.90, S1 buy 100 stop 102.90
            10:00:00 E1 works 100, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 sell 60 at 100.00
            10:00:01 E1 works 40, 60 filled
            10:00:01 S1 works 60, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 60, 0 filled
            10:00:02 filled E1 sell 40 at 99.98
            10:00:02 E1 filled, 100 filled
            10:00:02 S1 works 100, 0 filled
            10:00:02 protected after 0 ms
            10:00:02 average entry 99.992
            10:00:02 -> modify T1 to 100 at 91.99
            10:00:02 T1 works 100, 0 filled
            10:00:02 T1 now 100 at 91.99
            10:05:00 signal SELL 0.90 declined: already short
            10:05:00 signal SHORT 0.90 declined: already short
            10:05:00 signal BUY 0.70 declined: confidence 0.70 < 0.80 needed to close the short position
            10:06:00 filled S1 buy 100 at 103.00
            10:06:00 closed short 100 from 99.992 at 103.00: -300.80 by stop
            10:06:00 S1 filled, 100 filled
            10:06:00 T1 cancelled, 0 filled
            10:06:00 trade closed: -300.80, commission 0.00
        "#]],
    );
}
