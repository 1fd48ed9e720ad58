//! Stories of protection that others touch: a target the broker refuses, a stop a person moves.

use expect_test::expect;

use crate::story::{check, check_after};
use crate::subject::settings;

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
