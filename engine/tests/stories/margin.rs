//! Stories of entries that wait for what the broker says of their margin: `what_if` is on.

use engine::TickerSettings;
use expect_test::{Expect, expect};
use serde_json::json;

use crate::story::{check_after, check_with};
use crate::subject::{settings, settings_with};

fn asking() -> TickerSettings {
    TickerSettings { what_if: true, ..settings() }
}

/// An entry waits.
const WAITING: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
";

#[test]
fn an_entry_with_margin_enough_is_placed_at_the_prices_of_then() {
    check_with(
        asking(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 quote 100.08 100.10
        10:00:01 margin W1 4950 of 10000
        10:00:01 margin W1 4950 of 10000
        10:00:01 accepted E1 T1 S1
        10:00:02 filled E1 99 at 100.10
    ",
        expect![[r#"
            10:00:00 entry waits for its margin: long 99 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> ask what if W1 buy 99 limit 100.10 day
            10:00:01 margin found: 4950.00 of an equity of 10000.00
            10:00:01 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 trade 1 lot 1: long from 100.10 (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 -> place E1 buy 99 limit 100.20 until 14:00:31 UTC, T1 sell 99 limit 108.22, S1 sell 99 stop 97.19
            10:00:01 E1 works 99, 0 filled
            10:00:01 T1 accepted, waits for its entry
            10:00:01 S1 accepted, waits for its entry
            10:00:02 filled E1 buy 99 at 100.10
            10:00:02 E1 filled, 99 filled
        "#]],
    );
}

#[test]
fn the_same_equity_is_enough_and_a_cent_less_is_not() {
    check_after(
        asking(),
        WAITING,
        "
        10:00:01 margin W1 5000.00 of 5000.00
    ",
        expect![[r#"
            10:00:01 margin found: 5000.00 of an equity of 5000.00
            10:00:01 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 -> place E1 buy 99 limit 100.10 until 14:00:31 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
    check_after(
        asking(),
        WAITING,
        "
        10:00:01 margin W1 5000.00 of 4999.99
        10:00:01 margin W1 5000.00 of 9999.99
        10:00:02 again signal-1
        10:00:02 signal BUY 0.85 at 09:59:59
        10:00:03 signal BUY 0.85
        10:00:03 margin W2 5000.00 of 9999.99
    ",
        expect![[r#"
            10:00:01 entry given up: margin: 5000.00 would be asked for, and an equity of 4999.99 be there
            10:00:01 signal BUY 0.85 declined: margin: 5000.00 would be asked for, and an equity of 4999.99 be there
            10:00:02 signal BUY 0.85 declined: duplicate
            10:00:02 signal BUY 0.85 declined: older than the signal of 2026-06-01 14:00:00 UTC
            10:00:03 entry waits for its margin: long 99 (High Confidence Buy: 0.85 >= 0.80)
            10:00:03 -> ask what if W2 buy 99 limit 100.10 day
            10:00:03 margin found: 5000.00 of an equity of 9999.99
            10:00:03 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:03 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:03 -> place E1 buy 99 limit 100.10 until 14:00:33 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}

#[test]
fn no_more_is_placed_than_was_asked_about() {
    check_after(
        asking(),
        WAITING,
        "
        10:00:01 quote 49.98 50.00
        10:00:01 margin W1 5000.00 of 5000.00
    ",
        expect![[r#"
            10:00:01 margin found: 5000.00 of an equity of 5000.00
            10:00:01 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 trade 1 lot 1: long from 50.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:01 -> place E1 buy 99 limit 50.05 until 14:00:31 UTC, T1 sell 99 limit 54.06, S1 sell 99 stop 48.54
        "#]],
    );
}

#[test]
fn a_refusal_and_a_question_that_never_left_decline_the_entry() {
    check_after(
        asking(),
        WAITING,
        "10:00:01 margin W1 refused",
        expect![[r#"
        10:00:01 entry given up: margin: 201 no
        10:00:01 signal BUY 0.85 declined: margin: 201 no
    "#]],
    );
    check_after(
        asking(),
        WAITING,
        "10:00:01 refused W1",
        expect![[r#"
        10:00:01 entry given up: margin: halted: the day's loss -1000.00 reached the limit 1000.00
        10:00:01 signal BUY 0.85 declined: margin: halted: the day's loss -1000.00 reached the limit 1000.00
    "#]],
    );
}

#[test]
fn silence_declines_the_entry_and_an_answer_after_it_places_nothing() {
    check_after(
        asking(),
        WAITING,
        "
        10:00:04 wake
        10:00:05 wake
        10:00:06 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:00:05 entry given up: margin: no answer within 5.0 s
            10:00:05 signal BUY 0.85 declined: margin: no answer within 5.0 s
        "#]],
    );
    check_after(
        asking(),
        WAITING,
        "10:00:05 margin W1 5000 of 10000",
        expect![[r#"
        10:00:05 entry given up: margin: no answer within 5.0 s
        10:00:05 signal BUY 0.85 declined: margin: no answer within 5.0 s
    "#]],
    );
}

#[test]
fn a_market_that_gives_no_entry_any_more_declines_it() {
    check_after(
        asking(),
        WAITING,
        "
        10:00:01 halted
        10:00:01 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:00:01 entry given up: trading is halted
            10:00:01 signal BUY 0.85 declined: trading is halted
        "#]],
    );
    check_after(
        asking(),
        "
        10:00:00 quote 99.98 100.00
        10:00:58 quote 99.98 100.00
        10:00:58 signal BUY 0.85 at 10:00:00
    ",
        "
        10:01:01 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:01:01 entry given up: stale: 1 min old, at most 1 min is traded
            10:01:01 signal BUY 0.85 declined: stale: 1 min old, at most 1 min is traded
        "#]],
    );
}

/// Something happens before the answer, and nothing is placed.
fn meanwhile(what: &str, expected: Expect) {
    let story = format!("10:00:01 {what}\n10:00:02 snapshot 0\n10:00:02 margin W1 5000 of 10000");
    check_after(asking(), WAITING, &story, expected);
}

#[test]
fn nothing_is_placed_over_a_gap_a_restart_or_a_comparison() {
    meanwhile(
        "gap",
        expect![[r#"
        10:00:01 now reconciling
        10:00:01 entry given up: the ticker is reconciling
        10:00:01 signal BUY 0.85 declined: the ticker is reconciling
        10:00:02 now active
    "#]],
    );
    meanwhile(
        "restart",
        expect![[r#"
        10:00:01 now reconciling
        10:00:01 entry given up: the ticker is reconciling
        10:00:01 signal BUY 0.85 declined: the ticker is reconciling
        10:00:02 now active
    "#]],
    );
    meanwhile(
        "order 1 reconcile by ann",
        expect![[r#"
        10:00:01 reconcile by ann
        10:00:01 now reconciling
        10:00:01 entry given up: the ticker is reconciling
        10:00:01 signal BUY 0.85 declined: the ticker is reconciling
        10:00:02 now active
    "#]],
    );
}

#[test]
fn nothing_is_placed_after_a_pause_a_halt_a_close_or_an_end() {
    meanwhile(
        "order 1 pause by ann",
        expect![[r#"
        10:00:01 pause by ann
        10:00:01 now paused (by ann)
        10:00:01 entry given up: the ticker is paused (by ann)
        10:00:01 signal BUY 0.85 declined: the ticker is paused (by ann)
    "#]],
    );
    meanwhile(
        "order 1 halt by ann",
        expect![[r#"
        10:00:01 halt by ann
        10:00:01 now halted (by ann)
        10:00:01 entry given up: the ticker is halted (by ann)
        10:00:01 signal BUY 0.85 declined: the ticker is halted (by ann)
    "#]],
    );
    meanwhile(
        "order 1 close by ann",
        expect![[r#"
        10:00:01 close by ann
        10:00:01 entry given up: taken back: asked for by the operator
        10:00:01 signal BUY 0.85 declined: taken back: asked for by the operator
    "#]],
    );
    meanwhile(
        "order 1 flatten by ann",
        expect![[r#"
        10:00:01 flatten by ann
        10:00:01 now halted (flattened by ann)
        10:00:01 entry given up: taken back: asked for by the operator
        10:00:01 signal BUY 0.85 declined: taken back: asked for by the operator
    "#]],
    );
    meanwhile(
        "withdraw",
        expect![[r#"
        10:00:01 entry given up: taken back: asked for by the operator
        10:00:01 signal BUY 0.85 declined: taken back: asked for by the operator
    "#]],
    );
    meanwhile(
        "close",
        expect![[r#"
        10:00:01 entry given up: taken back: asked for by the operator
        10:00:01 signal BUY 0.85 declined: taken back: asked for by the operator
    "#]],
    );
}

#[test]
fn beside_an_entry_that_waits_no_other_is_decided_and_a_signal_against_it_ends_it() {
    check_after(
        asking(),
        WAITING,
        "
        10:00:01 again signal-1
        10:00:01 signal BUY 0.95
        10:00:01 signal SELL 0.50
        10:00:01 order 1 buy shares=10 by ann
        10:00:02 signal SHORT 0.90
        10:00:02 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:00:01 signal BUY 0.85 declined: duplicate
            10:00:01 signal BUY 0.95 declined: an entry waits for the broker's word on its margin
            10:00:01 signal SELL 0.50 declined: confidence 0.50 < 0.80 needed to close the long position
            10:00:01 buy by ann not followed: an entry waits for the broker's word on its margin
            10:00:02 signal SHORT 0.90 taken (SHORT 0.90 closes the long position)
            10:00:02 entry given up: taken back: SHORT 0.90 closes the long position
            10:00:02 signal BUY 0.85 declined: taken back: SHORT 0.90 closes the long position
        "#]],
    );
}

#[test]
fn a_late_fill_of_the_trade_before_ends_the_wait() {
    check_after(
        asking(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 margin W1 5000 of 10000
        10:00:01 accepted E1 T1 S1
        10:00:30 cancelled E1
        10:00:30 cancelled T1
        10:00:30 cancelled S1
        10:01:00 quote 99.98 100.00
    ",
        "
        10:01:00 signal BUY 0.85
        10:01:01 executed E1 40 at 100.00
        10:01:01 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:01:00 entry waits for its margin: long 99 (High Confidence Buy: 0.85 >= 0.80)
            10:01:00 -> ask what if W1 buy 99 limit 100.10 day
            10:01:01 trade 1 is open again: a fill came late
            10:01:01 filled E1 buy 40 at 100.00
            10:01:01 entry given up: the trade is holding
            10:01:01 signal BUY 0.85 declined: the trade is holding
        "#]],
    );
}

#[test]
fn what_a_person_opens_waits_as_well() {
    check_with(
        asking(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 order 1 buy shares=10 by ann
        10:00:00 order 2 buy shares=10 by ann
        10:00:01 margin W1 500 of 499
        10:00:02 order 3 buy shares=10 by ann
        10:00:03 margin W2 500 of 600
    ",
        expect![[r#"
            10:00:00 buy by ann
            10:00:00 entry waits for its margin: long 10 (asked for by the operator)
            10:00:00 -> ask what if W1 buy 10 limit 100.10 day
            10:00:00 buy by ann not followed: an entry waits for the broker's word on its margin
            10:00:01 entry given up: margin: 500.00 would be asked for, and an equity of 499.00 be there
            10:00:02 buy by ann
            10:00:02 entry waits for its margin: long 10 (asked for by the operator)
            10:00:02 -> ask what if W2 buy 10 limit 100.10 day
            10:00:03 margin found: 500.00 of an equity of 600.00
            10:00:03 trade 1 lot 1: long from 100.00 (asked for by the operator)
            10:00:03 -> place E1 buy 10 limit 100.10 until 14:00:33 UTC, T1 sell 10 limit 104.11, S1 sell 10 stop 98.09
        "#]],
    );
}

#[test]
fn a_rule_that_needs_no_signal_asks_once_and_rests_after_a_no() {
    let dip = json!({
        "name": "Dip",
        "condition": { "type": "price", "at_most": "100.50" },
        "action": { "type": "create_position", "side": "BUY" },
    });
    check_with(
        TickerSettings { what_if: true, ..settings_with(json!({}), &[dip]) },
        "
        10:00:00 quote 99.98 100.00
        10:00:00 quote 99.97 99.99
        10:00:01 margin W1 5000 of 4000
        10:00:02 quote 99.98 100.00
        10:01:00 quote 99.98 100.00
        10:01:01 quote 99.98 100.00
        10:01:02 margin W2 5000 of 6000
    ",
        expect![[r#"
            10:00:00 rule Dip: 99.98 <= 100.50
            10:00:00 entry waits for its margin: long 99 (Dip: 99.98 <= 100.50)
            10:00:00 -> ask what if W1 buy 99 limit 100.10 day
            10:00:01 entry given up: margin: 5000.00 would be asked for, and an equity of 4000.00 be there
            10:01:01 rule Dip: 99.98 <= 100.50
            10:01:01 entry waits for its margin: long 99 (Dip: 99.98 <= 100.50)
            10:01:01 -> ask what if W2 buy 99 limit 100.10 day
            10:01:02 margin found: 5000.00 of an equity of 6000.00
            10:01:02 trade 1 lot 1: long from 100.00 (Dip: 99.98 <= 100.50)
            10:01:02 -> place E1 buy 99 limit 100.10 until 14:01:32 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09
        "#]],
    );
}

#[test]
fn a_reversals_other_side_waits_once_flat() {
    check_after(
        asking(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 margin W1 5000 of 10000
        10:00:01 accepted E1 T1 S1
        10:00:02 filled E1 99 at 100.00
        10:00:02 armed S1 99, T1 99
        10:00:02 echo T1 99 at 108.00
        10:05:00 quote 99.98 100.00
    ",
        "
        10:05:00 signal SHORT 0.90
        10:05:00 filled T1 99 at 99.98
        10:05:00 cancelled S1
        10:05:01 margin W1 5000 of 10000
    ",
        expect![[r#"
            10:05:00 signal SHORT 0.90 taken (SHORT 0.90 closes the long position)
            10:05:00 leaving: SHORT 0.90 closes the long position
            10:05:00 SHORT 0.90 opens the other side once flat
            10:05:00 -> modify T1 to 99 at 99.89
            10:05:00 filled T1 sell 99 at 99.98
            10:05:00 closed long 99 from 100.00 at 99.98: -1.98 by SHORT 0.90 closes the long position
            10:05:00 T1 filled, 99 filled
            10:05:00 S1 cancelled, 0 filled
            10:05:00 trade closed: -1.98, commission 0.00
            10:05:00 entry waits for its margin: short 100 (High Confidence Short: 0.90 >= 0.80)
            10:05:00 -> ask what if W1 sell 100 limit 99.89 day
            10:05:01 margin found: 5000.00 of an equity of 10000.00
            10:05:01 signal SHORT 0.90 taken (High Confidence Short: 0.90 >= 0.80)
            10:05:01 trade 2 lot 1: short from 99.98 (High Confidence Short: 0.90 >= 0.80)
            10:05:01 -> place E1 sell 100 limit 99.89 until 14:05:31 UTC, T1 buy 100 limit 91.89, S1 buy 100 stop 102.89
        "#]],
    );
}

#[test]
fn several_targets_are_asked_about_as_one_whole() {
    let targets = json!({ "targets": [
        { "part": "0.5", "take_profit_pct": "0.04" },
        { "part": "0.5", "take_profit_pct": "0.08" },
    ]});
    check_with(
        TickerSettings { what_if: true, ..settings_with(targets, &[]) },
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 margin W1 4950 of 10000
    ",
        expect![[r#"
            10:00:00 entry waits for its margin: long 99 (Buy: 0.85 >= 0.80)
            10:00:00 -> ask what if W1 buy 99 limit 100.10 day
            10:00:01 margin found: 4950.00 of an equity of 10000.00
            10:00:01 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:01 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:01 trade 1 lot 2: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:01 -> place E1 buy 49 limit 100.10 until 14:00:31 UTC, T1 sell 49 limit 104.11, S1 sell 49 stop 98.09, E2 buy 50 limit 100.10 until 14:00:31 UTC, T2 sell 50 limit 108.11, S2 sell 50 stop 98.09
        "#]],
    );
}
