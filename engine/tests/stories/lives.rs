//! Stories of lives that go wrong at the broker: late fills, trades by others, splits, locates.

use engine::TickerSettings;
use expect_test::expect;
use serde_json::json;

use crate::story::{HOLDING, check, check_after, check_with};
use crate::subject::{settings, settings_with};

#[test]
fn a_fill_after_the_trade_was_over_opens_it_again_and_protects_it() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:30 cancelled E1
        10:00:30 cancelled T1
        10:00:30 cancelled S1
        10:00:31 executed E1 40 at 100.00
        10:00:32 wake
        10:00:32 armed S2 40, T2 40
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:30 E1 cancelled, 0 filled
            10:00:30 T1 cancelled, 0 filled
            10:00:30 S1 cancelled, 0 filled
            10:00:30 trade ended without a fill
            10:00:31 trade 1 is open again: a fill came late
            10:00:31 filled E1 buy 40 at 100.00
            10:00:32 protection lost, placed anew
            10:00:32 -> place S2 sell 40 stop 97.09, T2 sell 40 limit 108.11
            10:00:32 S2 works 40, 0 filled
            10:00:32 protected after 1.0 s
            10:00:32 T2 works 40, 0 filled
            10:00:32 average entry 100.00
            10:00:32 -> modify T2 to 40 at 108.00
        "#]],
    );
}

#[test]
fn shares_closed_by_hand_take_their_orders_along_at_once_and_halt_the_ticker() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 foreign sell 99 at 99.00
        10:05:00 cancelled S1
        10:05:00 cancelled T1
        10:05:09 quote 99.98 100.00
        10:05:09 signal BUY 0.95
    ",
        expect![[r#"
            10:05:00 somebody else traded, and holds nothing
            10:05:00 99 of lot 1 closed outside of this program at 99.00
            10:05:00 now halted (closed outside of this program)
            10:05:00 -> cancel T1
            10:05:00 -> cancel S1
            10:05:00 closed long 99 from 100.00 at 99.00: -99.00 by closed outside of this program
            10:05:00 S1 cancelled, 0 filled
            10:05:00 T1 cancelled, 0 filled
            10:05:00 trade closed: -99.00, commission 0.00
            10:05:09 signal BUY 0.95 declined: the ticker is halted (closed outside of this program)
        "#]],
    );
}

#[test]
fn a_part_closed_by_hand_makes_the_protection_smaller() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 foreign sell 40 at 99.00
        10:05:01 wake
        10:05:01 echo S1 59 at 97.09
        10:05:01 armed S1 59
        10:05:01 echo T1 59 at 108.00
        10:05:01 armed T1 59
    ",
        expect![[r#"
            10:05:00 somebody else traded, and holds nothing
            10:05:00 40 of lot 1 closed outside of this program at 99.00
            10:05:00 now halted (closed outside of this program)
            10:05:01 -> modify S1 to 59 at 97.09
            10:05:01 -> modify T1 to 59 at 108.00
            10:05:01 S1 now 59 at 97.09
            10:05:01 S1 works 59, 0 filled
            10:05:01 T1 now 59 at 108.00
            10:05:01 T1 works 59, 0 filled
        "#]],
    );
}

#[test]
fn shares_of_somebody_else_are_used_up_before_ours() {
    let settings = TickerSettings { allow_foreign_position: true, ..settings() };
    check_with(
        settings,
        "
        10:00:00 quote 99.98 100.00
        10:00:00 foreign buy 50 at 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 foreign sell 50 at 99.00
        10:06:00 gap
        10:06:01 snapshot 99; armed S1 99; armed T1 99
    ",
        expect![[r#"
            10:00:00 somebody else holds 50
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
            10:05:00 somebody else traded, and holds nothing
            10:06:00 now reconciling
            10:06:01 now active
        "#]],
    );
}

#[test]
fn what_the_kill_switch_closes_is_ours_whoever_else_holds_the_contract() {
    let settings = TickerSettings { allow_foreign_position: true, ..settings() };
    check_with(
        settings,
        "
        10:00:00 quote 99.98 100.00
        10:00:00 foreign buy 50 at 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:05:00 gap
        10:05:00 cancelled S1
        10:05:00 cancelled T1
        10:05:00 emergency sell 99 at 99.00
        10:06:01 snapshot 50
    ",
        expect![[r#"
            10:00:00 somebody else holds 50
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
            10:05:00 now reconciling
            10:05:00 S1 cancelled, 0 filled
            10:05:00 T1 cancelled, 0 filled
            10:05:00 somebody else holds 50
            10:05:00 99 of lot 1 closed outside of this program at 99.00
            10:05:00 now reconciling, then halted (closed outside of this program)
            10:05:00 closed long 99 from 100.00 at 99.00: -99.00 by closed outside of this program
            10:05:00 trade closed: -99.00, commission 0.00
            10:06:01 now halted (closed outside of this program)
        "#]],
    );
}

#[test]
fn a_split_rescales_what_is_held_and_its_protection_is_placed_anew() {
    check_after(
        settings(),
        HOLDING,
        "
        11:00:00 gap
        11:00:01 snapshot 198 cost 50.00
        11:00:02 snapshot 198 cost 50.00
        11:00:03 wake
        11:00:03 armed S2 198, T2 198
        11:00:04 quote 49.98 50.00
        11:00:04 signal BUY 0.95
    ",
        expect![[r#"
            11:00:00 now reconciling
            11:00:01 looks again: not at the broker: T1, S1
            11:00:02 T1 lost, 0 filled
            11:00:02 S1 lost, 0 filled
            11:00:02 split: 2 for 1
            11:00:02 now active
            11:00:03 protection lost, placed anew
            11:00:03 -> place S2 sell 198 stop 48.54, T2 sell 198 limit 54.00
            11:00:03 S2 works 198, 0 filled
            11:00:03 protected after 1.0 s
            11:00:03 T2 works 198, 0 filled
            11:00:04 signal BUY 0.95 declined: already long
        "#]],
    );
}

#[test]
fn protection_that_was_placed_anew_before_a_split_was_known_is_changed_to_prices_on_the_tick() {
    check_after(
        settings(),
        HOLDING,
        "
        11:00:00 cancelled S1
        11:00:00 cancelled T1
        11:00:03 wake
        11:00:03 armed S2 99, T2 99
        11:00:04 gap
        11:00:05 snapshot 198 cost 50.00; armed S2 99, T2 99
        11:00:06 wake
    ",
        expect![[r#"
            11:00:00 S1 cancelled, 0 filled
            11:00:00 T1 cancelled, 0 filled
            11:00:03 S1 cancelled by hand, placed anew
            11:00:03 alert: a stop was cancelled by hand: it is placed anew (S1 was cancelled by hand)
            11:00:03 protection lost, placed anew
            11:00:03 -> place S2 sell 99 stop 97.09, T2 sell 99 limit 108.00
            11:00:03 S2 works 99, 0 filled
            11:00:03 protected after 3.0 s
            11:00:03 T2 works 99, 0 filled
            11:00:04 now reconciling
            11:00:05 split: 2 for 1
            11:00:05 now active
            11:00:05 -> modify S2 to 198 at 48.54
            11:00:05 -> modify T2 to 198 at 54.00
        "#]],
    );
}

#[test]
fn a_short_sale_waits_for_shares_only_so_long() {
    check(
        "
        10:00:00 quote 100.00 100.02
        10:00:00 signal SHORT 0.85
        10:00:00 locating E1
        10:00:00 accepted T1 S1
        10:00:29 wake
        10:00:31 wake
        10:00:31 cancelled E1
        10:00:31 cancelled T1
        10:00:31 cancelled S1
    ",
        expect![[r#"
            10:00:00 signal SHORT 0.85 taken (High Confidence Short: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: short from 100.00 (High Confidence Short: 0.85 >= 0.80)
            10:00:00 -> place E1 sell 100 limit 99.90 until 14:00:30 UTC, T1 buy 100 limit 91.90, S1 buy 100 stop 102.90
            10:00:00 E1 accepted, waits for its entry
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:31 no shares to borrow in time, the entry is taken back
            10:00:31 -> cancel E1
            10:00:31 E1 cancelled, 0 filled
            10:00:31 T1 cancelled, 0 filled
            10:00:31 S1 cancelled, 0 filled
            10:00:31 trade ended without a fill
        "#]],
    );
}

#[test]
fn a_fill_beyond_its_own_stop_is_closed() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 quote 96.00 96.02
        10:00:01 filled E1 99 at 96.50
        10:00:01 armed S1 99, T1 99
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:00 E1 works 99, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:01 filled E1 buy 99 at 96.50
            10:00:01 E1 filled, 99 filled
            10:00:01 leaving: filled at 96.50, beyond its own stop 97.09
            10:00:01 S1 works 99, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 99, 0 filled
            10:00:01 -> modify T1 to 99 at 95.91
        "#]],
    );
}

#[test]
fn exits_that_took_too_much_are_covered_and_the_ticker_halts() {
    check_after(
        settings(),
        HOLDING,
        "
        10:05:00 filled S1 99 at 97.00
        10:05:00 filled T1 99 at 108.00
        10:05:02 wake
        10:05:02 armed X2 99
        10:05:02 filled X2 99 at 97.10
    ",
        expect![[r#"
            10:05:00 filled S1 sell 99 at 97.00
            10:05:00 closed long 99 from 100.00 at 97.00: -297.00 by stop
            10:05:00 S1 filled, 99 filled
            10:05:00 filled T1 sell 99 at 108.00
            10:05:00 lot 1 is open again: its news came late
            10:05:00 T1 filled, 99 filled
            10:05:02 leaving: exits took 99 more than were held
            10:05:02 now halted (exits took 99 more than were held)
            10:05:02 -> place X2 buy 99 market day
            10:05:02 X2 works 99, 0 filled
            10:05:02 filled X2 buy 99 at 97.10
            10:05:02 closed long 198 from 98.55 at 102.50: +782.10 by exits took 99 more than were held
            10:05:02 X2 filled, 99 filled
            10:05:02 trade closed: +782.10, commission 0.00
        "#]],
    );
}

#[test]
fn what_rests_is_withdrawn_on_demand_and_what_is_held_stays() {
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
        10:03:00 withdraw
        10:03:00 cancelled A2
        10:03:00 cancelled T2
        10:03:00 cancelled S2
        10:05:00 quote 99.50 99.52
    ",
        expect![[r#"
            10:03:00 resting entries are withdrawn: asked for by the operator
            10:03:00 -> cancel A2
            10:03:00 A2 cancelled, 0 filled
            10:03:00 T2 cancelled, 0 filled
            10:03:00 S2 cancelled, 0 filled
        "#]],
    );
}

#[test]
fn an_order_that_nobody_speaks_of_is_looked_up_and_never_sent_again() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:04 wake
        10:00:06 wake
        10:00:07 snapshot 0
        10:00:08 snapshot 0
        10:00:09 signal BUY 0.85
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
            10:00:06 now reconciling
            10:00:06 looks again: no answer about E1, T1, S1
            10:00:07 looks again: not at the broker: E1, T1, S1
            10:00:08 E1 lost, 0 filled
            10:00:08 T1 lost, 0 filled
            10:00:08 S1 lost, 0 filled
            10:00:08 now active
            10:00:08 trade ended without a fill
            10:00:09 signal BUY 0.85 declined: the quote is 9.0 s old, at most 5.0 s is traded on
        "#]],
    );
}

#[test]
fn what_one_lot_sold_too_much_is_taken_from_another() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
        10:01:00 quote 102.50 102.52
        10:01:01 quote 102.50 102.52
        10:01:01 accepted A2 T2 S2
        10:01:02 filled A2 49 at 102.60
        10:01:02 armed S2 49, T2 49
        10:01:02 echo T2 49 at 110.81
        10:05:00 filled T1 99 at 108.00
        10:05:00 cancelled S1
        10:05:01 executed T1 20 at 108.00
        10:05:03 wake
        10:05:03 echo S2 29 at 99.54
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
            10:01:01 scales in: lot 2 of trade 1, long from 102.52 (Scale In on Profit: profit 2.5 % >= 2 %)
            10:01:01 -> place A2 buy 49 limit 102.62 until 14:01:31 UTC, T2 sell 49 limit 110.83, S2 sell 49 stop 99.54
            10:01:01 A2 works 49, 0 filled
            10:01:01 T2 accepted, waits for its entry
            10:01:01 S2 accepted, waits for its entry
            10:01:02 filled A2 buy 49 at 102.60
            10:01:02 A2 filled, 49 filled
            10:01:02 S2 works 49, 0 filled
            10:01:02 protected after 0 ms
            10:01:02 after the add each lot keeps its stop
            10:01:02 T2 works 49, 0 filled
            10:01:02 average entry 102.60
            10:01:02 -> modify T2 to 49 at 110.81
            10:01:02 T2 now 49 at 110.81
            10:05:00 filled T1 sell 99 at 108.00
            10:05:00 closed long 99 from 100.00 at 108.00: +792.00 by target
            10:05:00 T1 filled, 99 filled
            10:05:00 S1 cancelled, 0 filled
            10:05:01 filled T1 sell 20 at 108.00
            10:05:01 lot 1 is open again: its news came late
            10:05:03 leaving: exits took 20 more than were held
            10:05:03 now halted (exits took 20 more than were held)
            10:05:03 exits of lot 1 took 20 of lot 2
            10:05:03 closed long 99 from 100.00 at 108.00: +900.00 by exits took 20 more than were held
            10:05:03 -> modify S2 to 29 at 99.54
            10:05:03 -> modify T2 to 29 at 110.81
            10:05:03 S2 now 29 at 99.54
        "#]],
    );
}
