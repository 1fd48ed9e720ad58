//! Stories of what happened while nobody looked: orders whose time ran out, exits that were filled.

use engine::TickerSettings;
use expect_test::expect;
use serde_json::json;

use crate::story::{check, check_after};
use crate::subject::{settings, settings_with};

/// 99 from 100.00 with a stop at 97.09 and a target at 108.00, as a story begins.
const HOLDING: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
";

/// The same in two lots, one with 49 and a target at 104.00, one with 50.
fn two_lots() -> TickerSettings {
    let targets = [
        json!({ "part": "0.5", "take_profit_pct": "0.04" }),
        json!({ "part": "0.5", "take_profit_pct": "0.08" }),
    ];
    settings_with(json!({ "targets": targets, "shares": "100" }), &[])
}

const TWO: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1 E2 T2 S2
        10:00:01 filled E1 50 at 100.00
        10:00:01 armed S1 50, T1 50
        10:00:01 echo T1 50 at 104.00
        10:00:01 filled E2 50 at 100.00
        10:00:01 armed S2 50, T2 50
        10:00:01 echo T2 50 at 108.00
";

#[test]
fn an_entry_and_its_children_that_were_due_have_expired_and_nobody_is_alarmed() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 gap
        10:05:10 snapshot 0
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
fn an_entry_that_is_gone_before_its_time_is_looked_for_twice() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:05 gap
        10:00:10 snapshot 0
        10:00:11 snapshot 0
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:05 now reconciling
            10:00:10 looks again: not at the broker: E1, T1, S1
            10:00:11 E1 lost, 0 filled
            10:00:11 T1 lost, 0 filled
            10:00:11 S1 lost, 0 filled
            10:00:11 now active
            10:00:11 trade ended without a fill
        "#]],
    );
}

#[test]
fn a_double_down_that_rested_for_the_day_has_expired_after_the_close() {
    let rules = [json!({ "name": "Once More",
        "condition": { "type": "position_age", "min_minutes": 1 },
        "action": { "type": "double_down", "distance_pct": "0.01" } })];
    let settings = TickerSettings { double_downs_max: 1, ..settings_with(json!({}), &rules) };
    check_after(
        settings,
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 104.00
        10:02:00 quote 99.50 99.52
        10:02:00 accepted A2 T2 S2
    ",
        "
        16:30:00 gap
        16:30:01 snapshot 99; armed S1 99; armed T1 99
    ",
        expect![[r#"
            16:30:00 now reconciling
            16:30:01 A2 expired, 0 filled
            16:30:01 T2 expired, 0 filled
            16:30:01 S2 expired, 0 filled
            16:30:01 now active
        "#]],
    );
}

#[test]
fn exits_gone_with_exactly_their_shares_have_closed_them_and_wait_for_their_price() {
    check_after(
        settings(),
        HOLDING,
        "
        next-09:35:00 gap
        next-09:35:00 quote 96.00 96.02
        next-09:35:00 low 95.50
        next-09:35:01 snapshot 0
        next-09:35:02 snapshot 0
        next-09:35:03 snapshot 0
        next-09:40:00 settle S1 97.00
        next-09:41:00 settle S1 97.05
        next-09:41:00 settle S2 97.05
    ",
        expect![[r#"
            next-09:35:00 now reconciling
            next-09:35:01 looks again: not at the broker: T1, S1
            next-09:35:02 looks again: the broker holds 0, our executions make 99
            next-09:35:03 T1 lost, 0 filled
            next-09:35:03 S1 lost, 0 filled
            next-09:35:03 S1 closed 99 unseen, counted at 95.50
            next-09:35:03 alert: 99 of S1 are gone and no execution tells of it: counted at 95.50 until the price of 001.AAPL.0001.S1.M5 is known (closed unseen)
            next-09:35:03 now active
            next-09:35:03 closed long 99 from 100.00 at 95.50: -445.50 by closed unseen
            next-09:35:03 trade closed: -445.50, commission 0.00
            next-09:40:00 S1: 99 unseen count at 97.00 now: +148.50
            next-09:41:00 S1: 99 unseen count at 97.05 now: +4.95
        "#]],
    );
}

#[test]
fn executions_that_come_after_all_take_the_place_of_what_was_counted() {
    check_after(
        settings(),
        HOLDING,
        "
        next-09:35:00 gap
        next-09:35:01 snapshot 0
        next-09:35:02 snapshot 0
        next-09:35:03 snapshot 0
        next-09:36:00 executed T1 60 at 108.00
        next-09:36:00 executed T1 39 at 108.10
    ",
        expect![[r#"
            next-09:35:00 now reconciling
            next-09:35:01 looks again: not at the broker: T1, S1
            next-09:35:02 looks again: the broker holds 0, our executions make 99
            next-09:35:03 T1 lost, 0 filled
            next-09:35:03 S1 lost, 0 filled
            next-09:35:03 S1 closed 99 unseen, counted at 97.09
            next-09:35:03 alert: 99 of S1 are gone and no execution tells of it: counted at 97.09 until the price of 001.AAPL.0001.S1.M5 is known (closed unseen)
            next-09:35:03 now active
            next-09:35:03 closed long 99 from 100.00 at 97.09: -288.09 by closed unseen
            next-09:35:03 trade closed: -288.09, commission 0.00
            next-09:36:00 trade 1 is open again: a fill came late
            next-09:36:00 filled T1 sell 60 at 108.00
            next-09:36:00 S1: 39 unseen count at 97.09 now: -5825.40
            next-09:36:00 lot 1 is open again: its news came late
            next-09:36:00 closed long 99 from 100.00 at 103.7021: +366.51 by closed unseen
            next-09:36:00 trade closed: +366.51, commission 0.00
            next-09:36:00 trade 1 is open again: a fill came late
            next-09:36:00 filled T1 sell 39 at 108.10
            next-09:36:00 S1 seen after all: -3786.51
            next-09:36:00 lot 1 is open again: its news came late
            next-09:36:00 closed long 99 from 100.00 at 108.0394: +795.90 by target
            next-09:36:00 trade closed: +795.90, commission 0.00
        "#]],
    );
}

#[test]
fn one_lot_of_two_whose_exits_are_gone_with_its_shares_is_closed() {
    check_after(
        two_lots(),
        TWO,
        "
        11:00:00 gap
        11:00:01 snapshot 50; armed S2 50; armed T2 50
        11:00:02 snapshot 50; armed S2 50; armed T2 50
        11:00:03 snapshot 50; armed S2 50; armed T2 50
    ",
        expect![[r#"
            11:00:00 now reconciling
            11:00:01 looks again: not at the broker: T1, S1
            11:00:02 looks again: the broker holds 50, our executions make 100
            11:00:03 T1 lost, 0 filled
            11:00:03 S1 lost, 0 filled
            11:00:03 S1 closed 50 unseen, counted at 98.09
            11:00:03 alert: 50 of S1 are gone and no execution tells of it: counted at 98.09 until the price of 001.AAPL.0001.S1.M5 is known (closed unseen)
            11:00:03 now active
            11:00:03 closed long 50 from 100.00 at 98.09: -95.50 by closed unseen
        "#]],
    );
}

#[test]
fn two_lots_of_which_either_may_be_gone_freeze_with_the_numbers() {
    check_after(
        two_lots(),
        TWO,
        "
        11:00:00 gap
        11:00:01 snapshot 50
        11:00:02 snapshot 50
        11:00:03 snapshot 50
    ",
        expect![[r#"
            11:00:00 now reconciling
            11:00:01 looks again: not at the broker: T1, S1, T2, S2
            11:00:02 T1 lost, 0 filled
            11:00:02 S1 lost, 0 filled
            11:00:02 T2 lost, 0 filled
            11:00:02 S2 lost, 0 filled
            11:00:02 looks again: the broker holds 50, our executions make 100
            11:00:03 now frozen (the broker holds 50, our executions make 100)
        "#]],
    );
}
