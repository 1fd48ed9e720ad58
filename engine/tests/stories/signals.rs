//! Stories of signals that come twice, late, early or in the wrong order.

use expect_test::expect;

use crate::story::check;

#[test]
fn a_signal_is_traded_once_in_its_order_and_while_it_is_fresh() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85 at 09:58:59
        10:00:00 signal BUY 0.85 at 10:01:01
        10:00:00 signal BUY 0.79
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 again signal-4
        10:00:00 signal SELL 0.85 at 09:59:59
        10:00:01 signal SELL 0.85 at 10:00:00
        10:00:02 cancelled E1
        10:00:02 cancelled T1
        10:00:02 cancelled S1
        10:00:03 again signal-4
        10:00:03 again signal-3
        10:00:03 quote 99.98 100.00
        10:00:03 signal BUY 0.85 at 10:01:03
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 declined: stale: 1 min old, at most 1 min is traded
            10:00:00 signal BUY 0.85 declined: its time lies 1 min ahead of the market
            10:00:00 signal BUY 0.79 declined: confidence 0.79 < 0.80 (High Confidence Buy)
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:00 signal BUY 0.85 declined: duplicate
            10:00:00 signal SELL 0.85 declined: older than the signal of 2026-06-01 14:00:00 UTC
            10:00:01 signal SELL 0.85 taken (SELL 0.85 closes the long position)
            10:00:01 leaving: SELL 0.85 closes the long position
            10:00:01 -> cancel E1
            10:00:02 E1 cancelled, 0 filled
            10:00:02 T1 cancelled, 0 filled
            10:00:02 S1 cancelled, 0 filled
            10:00:02 trade ended without a fill
            10:00:03 signal BUY 0.85 declined: duplicate
            10:00:03 signal BUY 0.79 declined: duplicate
            10:00:03 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:03 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:03 -> place E1 buy 99 limit 100.10 until 14:00:33 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}
