//! Stories of rules: what they see, which of them acts, and what it does.

use engine::{StopAfterAdd, TickerSettings};
use expect_test::expect;
use serde_json::json;

use crate::story::{check_after, check_with};
use crate::subject::settings_with;

/// From 100.00 with a stop at 98.00 and a target at 104.00, as a story begins.
const HOLDING: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 104.00
";

/// What came after [`HOLDING`].
fn then(settings: TickerSettings, story: &str, expected: expect_test::Expect) {
    crate::story::check_after(settings, HOLDING, story, expected);
}

#[test]
fn a_loss_confirmed_by_two_quotes_closes_and_outranks_an_alert_rule_for_the_stop() {
    let rules = [
        json!({ "name": "Tighten", "priority": 9,
            "condition": { "type": "position_loss", "min_loss_pct": "0.005" },
            "action": { "type": "move_stop", "to_price": "98.50" } }),
        json!({ "name": "Enough",
            "condition": { "type": "position_loss", "min_loss_pct": "0.01" },
            "action": { "type": "close_position" } }),
        json!({ "name": "Look", "condition": { "type": "price", "at_most": "98.95" },
            "action": { "type": "alert", "text": "it falls" } }),
    ];
    then(
        settings_with(json!({}), &rules),
        "
        10:00:05 quote 98.90 98.92
        10:00:06 quote 99.60 99.62
        10:00:07 quote 98.90 98.92
        10:00:08 quote 98.90 98.92
        10:00:09 echo T1 99 at 98.81
        10:00:09 filled T1 99 at 98.85
        10:00:09 cancelled S1
    ",
        expect![[r#"
            10:00:05 rule Look: 98.90 <= 98.95
            10:00:05 alert: it falls (Look: 98.90 <= 98.95)
            10:00:08 Tighten outranked by Enough
            10:00:08 rule Enough: loss 1.1 % >= 1 %
            10:00:08 leaving: Enough: loss 1.1 % >= 1 %
            10:00:08 -> modify T1 to 99 at 98.81
            10:00:09 T1 now 99 at 98.81
            10:00:09 filled T1 sell 99 at 98.85
            10:00:09 closed long 99 from 100.00 at 98.85: -113.85 by Enough: loss 1.1 % >= 1 %
            10:00:09 T1 filled, 99 filled
            10:00:09 S1 cancelled, 0 filled
            10:00:09 trade closed: -113.85, commission 0.00
        "#]],
    );
}

#[test]
fn a_stop_moves_to_break_even_then_trails_the_best_price_and_never_loosens() {
    let rules = [
        json!({ "name": "Break Even",
            "condition": { "type": "position_profit", "min_profit_pct": "0.01" },
            "action": { "type": "move_stop", "break_even": true } }),
        json!({ "name": "Trail",
            "condition": { "type": "position_profit", "min_profit_pct": "0.02" },
            "action": { "type": "move_stop", "trail_pct": "0.01" } }),
    ];
    then(
        settings_with(json!({}), &rules),
        "
        10:00:02 commission 1.00
        10:00:05 quote 101.00 101.02
        10:00:06 quote 101.01 101.03
        10:00:06 echo S1 99 at 100.03
        10:00:07 quote 102.50 102.52
        10:00:08 quote 102.50 102.52
        10:00:09 quote 102.51 102.53
        10:00:09 echo S1 99 at 101.47
        10:00:10 quote 102.00 102.02
        10:00:11 quote 102.00 102.02
        10:00:12 quote 103.00 103.02
        10:00:13 quote 103.00 103.02
    ",
        expect![[r#"
            10:00:02 commission 1.00
            10:00:06 rule Break Even: profit 1.01 % >= 1 %
            10:00:06 -> modify S1 to 99 at 100.03
            10:00:06 S1 now 99 at 100.03
            10:00:08 rule Trail: profit 2.5 % >= 2 %
            10:00:08 -> modify S1 to 99 at 101.47
            10:00:09 S1 now 99 at 101.47
            10:00:13 rule Trail: profit 3 % >= 2 %
            10:00:13 -> modify S1 to 99 at 101.97
        "#]],
    );
}

#[test]
fn a_part_leaves_after_the_protection_has_become_smaller() {
    let rules = [json!({ "name": "Half",
        "condition": { "type": "position_profit", "min_profit_pct": "0.01" },
        "action": { "type": "scale_out", "part": "0.5" } })];
    then(
        settings_with(json!({}), &rules),
        "
        10:00:05 quote 101.00 101.02
        10:00:06 quote 101.01 101.03
        10:00:06 echo S1 50 at 98.09
        10:00:06 armed S1 50
        10:00:06 echo T1 50 at 104.00
        10:00:06 armed T1 50
        10:00:07 armed X2 49
        10:00:07 filled X2 49 at 101.00
        10:00:08 quote 102.00 102.02
        10:00:09 quote 102.00 102.02
        10:30:00 filled T1 50 at 104.00
        10:30:00 cancelled S1
    ",
        expect![[r#"
            10:00:06 rule Half: profit 1.01 % >= 1 %
            10:00:06 scales out: 49 of lot 1 (Half: profit 1.01 % >= 1 %)
            10:00:06 -> modify S1 to 50 at 98.09
            10:00:06 S1 now 50 at 98.09
            10:00:06 S1 works 50, 0 filled
            10:00:06 -> modify T1 to 50 at 104.00
            10:00:06 T1 now 50 at 104.00
            10:00:06 T1 works 50, 0 filled
            10:00:06 -> place X2 sell 49 limit 100.91 day
            10:00:07 X2 works 49, 0 filled
            10:00:07 protected after 1.0 s
            10:00:07 filled X2 sell 49 at 101.00
            10:00:07 X2 filled, 49 filled
            10:00:07 scale-out of lot 1 ended
            10:30:00 filled T1 sell 50 at 104.00
            10:30:00 closed long 99 from 100.00 at 102.5152: +249.00 by target
            10:30:00 T1 filled, 50 filled
            10:30:00 S1 cancelled, 0 filled
            10:30:00 trade closed: +249.00, commission 0.00
        "#]],
    );
}

#[test]
fn a_part_that_the_market_does_not_take_is_protected_again() {
    let rules = [json!({ "name": "Half",
        "condition": { "type": "position_profit", "min_profit_pct": "0.01" },
        "action": { "type": "scale_out", "part": "0.5" } })];
    then(
        settings_with(json!({}), &rules),
        "
        10:00:05 quote 101.00 101.02
        10:00:06 quote 101.01 101.03
        10:00:06 echo S1 50 at 98.09
        10:00:06 armed S1 50
        10:00:06 echo T1 50 at 104.00
        10:00:06 armed T1 50
        10:00:07 armed X2 49
        10:00:10 wake
        10:00:10 cancelled X2
        10:00:11 wake
        10:00:11 echo S1 99 at 98.09
        10:00:11 armed S1 99
        10:00:12 wake
        10:00:12 echo T1 99 at 104.00
        10:00:12 armed T1 99
    ",
        expect![[r#"
            10:00:06 rule Half: profit 1.01 % >= 1 %
            10:00:06 scales out: 49 of lot 1 (Half: profit 1.01 % >= 1 %)
            10:00:06 -> modify S1 to 50 at 98.09
            10:00:06 S1 now 50 at 98.09
            10:00:06 S1 works 50, 0 filled
            10:00:06 -> modify T1 to 50 at 104.00
            10:00:06 T1 now 50 at 104.00
            10:00:06 T1 works 50, 0 filled
            10:00:06 -> place X2 sell 49 limit 100.91 day
            10:00:07 X2 works 49, 0 filled
            10:00:07 protected after 1.0 s
            10:00:10 -> cancel X2
            10:00:10 X2 cancelled, 0 filled
            10:00:10 scale-out of lot 1 ended
            10:00:11 -> modify S1 to 99 at 98.09
            10:00:11 -> modify T1 to 99 at 104.00
            10:00:11 S1 now 99 at 98.09
            10:00:11 S1 works 99, 0 filled
            10:00:11 protected after 1.0 s
            10:00:12 T1 now 99 at 104.00
            10:00:12 T1 works 99, 0 filled
        "#]],
    );
}

#[test]
fn a_double_down_rests_below_and_is_taken_back_when_the_first_lot_stops_out() {
    let rules = [json!({ "name": "Once More",
        "condition": { "type": "position_age", "min_minutes": 1 },
        "action": { "type": "double_down", "distance_pct": "0.01" } })];
    let settings = TickerSettings { double_downs_max: 1, ..settings_with(json!({}), &rules) };
    then(
        settings,
        "
        10:02:00 quote 99.50 99.52
        10:02:00 accepted A2 T2 S2
        10:03:00 quote 99.40 99.42
        10:04:00 filled S1 99 at 97.99
        10:04:00 cancelled T1
        10:04:00 cancelled A2
        10:04:00 cancelled T2
        10:04:00 cancelled S2
    ",
        expect![[r#"
            10:02:00 rule Once More: held 2 min, at least 1 min
            10:02:00 doubles down: lot 2 of trade 1, long (Once More: held 2 min, at least 1 min)
            10:02:00 -> place A2 buy 99 limit 99.00 day, T2 sell 99 limit 102.96, S2 sell 99 stop 98.09
            10:02:00 A2 works 99, 0 filled
            10:02:00 T2 accepted, waits for its entry
            10:02:00 S2 accepted, waits for its entry
            10:04:00 filled S1 sell 99 at 97.99
            10:04:00 closed long 99 from 100.00 at 97.99: -198.99 by stop
            10:04:00 -> cancel A2
            10:04:00 S1 filled, 99 filled
            10:04:00 T1 cancelled, 0 filled
            10:04:00 A2 cancelled, 0 filled
            10:04:00 T2 cancelled, 0 filled
            10:04:00 S2 cancelled, 0 filled
            10:04:00 trade closed: -198.99, commission 0.00
        "#]],
    );
}

#[test]
fn after_an_add_all_stops_move_to_the_new_average() {
    let rules = [json!({ "name": "Add",
        "condition": { "type": "position_profit", "min_profit_pct": "0.02" },
        "action": { "type": "scale_in", "scale_pct": "0.5" } })];
    let settings =
        TickerSettings { stop_after_add: StopAfterAdd::Average, ..settings_with(json!({}), &rules) };
    then(
        settings,
        "
        10:00:05 quote 102.00 102.02
        10:00:06 quote 102.01 102.03
        10:00:06 accepted A2 T2 S2
        10:00:07 filled A2 49 at 102.03
        10:00:07 armed S2 49, T2 49
        10:00:07 echo T2 49 at 106.12
        10:00:08 wake
    ",
        expect![[r#"
            10:00:06 scales in: lot 2 of trade 1, long from 102.03 (Add: profit 2.01 % >= 2 %)
            10:00:06 -> place A2 buy 49 limit 102.13 until 14:00:36 UTC, T2 sell 49 limit 106.22, S2 sell 49 stop 100.08
            10:00:06 A2 works 49, 0 filled
            10:00:06 T2 accepted, waits for its entry
            10:00:06 S2 accepted, waits for its entry
            10:00:07 filled A2 buy 49 at 102.03
            10:00:07 A2 filled, 49 filled
            10:00:07 S2 works 49, 0 filled
            10:00:07 protected after 0 ms
            10:00:07 after the add stops move to 98.65
            10:00:07 -> modify S1 to 99 at 98.65
            10:00:07 T2 works 49, 0 filled
            10:00:07 average entry 102.03
            10:00:07 -> modify T2 to 49 at 106.12
            10:00:07 T2 now 49 at 106.12
        "#]],
    );
}

#[test]
fn a_rule_closes_before_the_bell_by_the_contracts_own_hours() {
    let rules = [json!({ "name": "Before the Bell",
        "condition": { "type": "time_window", "max_minutes_to_close": 5 },
        "action": { "type": "close_position" } })];
    then(
        settings_with(json!({}), &rules),
        "
        15:54:59 quote 100.50 100.52
        15:55:00 quote 100.50 100.52
    ",
        expect![[r#"
            15:55:00 rule Before the Bell: 6 h since the open, 5 min to the close
            15:55:00 leaving: Before the Bell: 6 h since the open, 5 min to the close
            15:55:00 -> modify T1 to 99 at 100.40
        "#]],
    );
}

#[test]
fn a_rule_opens_without_a_signal_and_not_again_while_it_cools_down() {
    let rules = [json!({ "name": "Dip", "cool_down_s": 600,
        "condition": { "type": "all", "of": [
            { "type": "price", "at_most": "95" },
            { "type": "time_window", "from": "09:45", "to": "15:00" },
        ] },
        "action": { "type": "create_position", "side": "BUY", "entry": "limit", "entry_offset_pct": "0.01" } })];
    check_with(
        settings_with(json!({}), &rules),
        "
        09:40:00 quote 94.98 95.00
        10:00:00 quote 95.98 96.00
        10:01:00 quote 94.98 95.00
        10:01:00 accepted E1 T1 S1
        10:02:00 cancelled E1
        10:02:00 cancelled T1
        10:02:00 cancelled S1
        10:10:59 quote 94.98 95.00
        10:11:00 quote 94.98 95.00
    ",
        expect![[r#"
            10:01:00 rule Dip: 94.98 <= 95.00, 10:01 lies in 09:45 to 15:00
            10:01:00 trade 1 lot 1: long from 95.00 (Dip: 94.98 <= 95.00, 10:01 lies in 09:45 to 15:00)
            10:01:00 -> place E1 buy 106 limit 94.05 until 14:01:30 UTC, T1 sell 106 limit 97.82, S1 sell 106 stop 92.16
            10:01:00 E1 works 106, 0 filled
            10:01:00 T1 accepted, waits for its entry
            10:01:00 S1 accepted, waits for its entry
            10:02:00 E1 cancelled, 0 filled
            10:02:00 T1 cancelled, 0 filled
            10:02:00 S1 cancelled, 0 filled
            10:02:00 trade ended without a fill
            10:11:00 rule Dip: 94.98 <= 95.00, 10:11 lies in 09:45 to 15:00
            10:11:00 trade 2 lot 1: long from 95.00 (Dip: 94.98 <= 95.00, 10:11 lies in 09:45 to 15:00)
            10:11:00 -> place E1 buy 106 limit 94.05 until 14:11:30 UTC, T1 sell 106 limit 97.82, S1 sell 106 stop 92.16
        "#]],
    );
}

#[test]
fn a_rule_halts_the_ticker_which_keeps_its_protection() {
    let rules = [json!({ "name": "Too Wild",
        "condition": { "type": "atr", "min_pct": "0.05" }, "action": { "type": "halt" } })];
    then(
        settings_with(json!({}), &rules),
        "
        10:01:00 atr 4.00
        10:01:00 quote 99.98 100.00
        10:01:01 atr 6.00
        10:01:01 quote 99.98 100.00
        10:01:02 quote 99.98 100.00
    ",
        expect![[r#"
            10:01:01 rule Too Wild: ATR 6 % of the price
            10:01:01 now halted (Too Wild: ATR 6 % of the price)
        "#]],
    );
}

#[test]
fn a_signal_rule_of_the_users_goes_before_what_signals_do_by_themselves() {
    let rules = [json!({ "name": "Half on SELL",
        "condition": { "type": "signal", "signal": "SELL", "min_confidence": "0.60" },
        "action": { "type": "scale_out", "part": "0.5" } })];
    then(
        settings_with(json!({}), &rules),
        "
        10:01:00 quote 99.98 100.00
        10:01:00 signal SELL 0.59
        10:01:00 signal SELL 0.60
        10:01:00 again signal-3
        10:01:01 signal BUY 0.95
    ",
        expect![[r#"
            10:01:00 signal SELL 0.59 declined: confidence 0.59 < 0.80 needed to close the long position
            10:01:00 signal SELL 0.60 taken (Half on SELL: 0.60 >= 0.60)
            10:01:00 rule Half on SELL: 0.60 >= 0.60
            10:01:00 scales out: 49 of lot 1 (Half on SELL: 0.60 >= 0.60)
            10:01:00 -> modify S1 to 50 at 98.09
            10:01:00 signal SELL 0.60 declined: duplicate
            10:01:01 signal BUY 0.95 declined: already long
        "#]],
    );
}

#[test]
fn a_close_during_a_scale_out_takes_its_order_back_first() {
    let rules = [json!({ "name": "Half",
        "condition": { "type": "position_profit", "min_profit_pct": "0.01" },
        "action": { "type": "scale_out", "part": "0.5" } })];
    then(
        settings_with(json!({}), &rules),
        "
        10:00:05 quote 101.00 101.02
        10:00:06 quote 101.01 101.03
        10:00:06 echo S1 50 at 98.09
        10:00:06 armed S1 50
        10:00:06 echo T1 50 at 104.00
        10:00:06 armed T1 50
        10:00:07 armed X2 49
        10:00:07 close
        10:00:07 cancelled X2
        10:00:08 wake
        10:00:08 echo S1 99 at 98.09
        10:00:08 armed S1 99
        10:00:08 echo T1 99 at 100.91
        10:00:08 armed T1 99
        10:00:09 filled T1 99 at 101.00
        10:00:09 cancelled S1
    ",
        expect![[r#"
            10:00:06 rule Half: profit 1.01 % >= 1 %
            10:00:06 scales out: 49 of lot 1 (Half: profit 1.01 % >= 1 %)
            10:00:06 -> modify S1 to 50 at 98.09
            10:00:06 S1 now 50 at 98.09
            10:00:06 S1 works 50, 0 filled
            10:00:06 -> modify T1 to 50 at 104.00
            10:00:06 T1 now 50 at 104.00
            10:00:06 T1 works 50, 0 filled
            10:00:06 -> place X2 sell 49 limit 100.91 day
            10:00:07 X2 works 49, 0 filled
            10:00:07 protected after 1.0 s
            10:00:07 leaving: asked for by the operator
            10:00:07 -> cancel X2
            10:00:07 X2 cancelled, 0 filled
            10:00:07 -> modify T1 to 99 at 100.91
            10:00:08 -> modify S1 to 99 at 98.09
            10:00:08 S1 now 99 at 98.09
            10:00:08 S1 works 99, 0 filled
            10:00:08 protected after 1.0 s
            10:00:08 T1 now 99 at 100.91
            10:00:08 T1 works 99, 0 filled
            10:00:09 filled T1 sell 99 at 101.00
            10:00:09 closed long 99 from 100.00 at 101.00: +99.00 by asked for by the operator
            10:00:09 T1 filled, 99 filled
            10:00:09 S1 cancelled, 0 filled
            10:00:09 trade closed: +99.00, commission 0.00
        "#]],
    );
}

/// Nothing opens for a minute after a halt, an add neither; what takes risk away waits for nothing.
#[test]
fn after_a_halt_exits_act_at_once_and_adds_wait() {
    let held = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 halted
        10:05:01 quote 103.00 103.02
        10:05:10 resumed
    ";
    let quotes = "
        10:05:11 quote 103.00 103.02
        10:05:12 quote 103.00 103.02
        10:06:12 quote 103.00 103.02
        10:06:13 quote 103.00 103.02
    ";
    let profit = json!({ "type": "position_profit", "min_profit_pct": "0.02" });
    let rule = |action| json!({ "name": "Gain", "condition": profit, "action": action });
    let with = |action| settings_with(json!({ "take_profit_pct": "0.08" }), &[rule(action)]);
    check_after(
        with(json!({ "type": "close_position" })),
        held,
        quotes,
        expect![[r#"
        10:05:12 rule Gain: profit 3 % >= 2 %
        10:05:12 leaving: Gain: profit 3 % >= 2 %
        10:05:12 -> modify T1 to 99 at 102.90
        10:06:12 now reconciling
        10:06:12 looks again: no answer about T1
    "#]],
    );
    check_after(
        with(json!({ "type": "scale_in", "scale_pct": "0.5" })),
        held,
        quotes,
        expect![[r#"
            10:06:13 scales in: lot 2 of trade 1, long from 103.02 (Gain: profit 3 % >= 2 %)
            10:06:13 -> place A2 buy 49 limit 103.12 until 14:06:43 UTC, T2 sell 49 limit 111.37, S2 sell 49 stop 101.05
        "#]],
    );
}
