//! The config changes while a ticker trades.

use expect_test::expect;

use crate::story::{HOLDING, check_after};
use crate::subject::settings;

fn check(story: &str, expected: expect_test::Expect) {
    check_after(settings(), HOLDING, story, expected);
}

#[test]
fn an_open_trade_ends_under_the_settings_it_began_with() {
    check(
        "
        10:01:00 config stop_loss_pct=0.01 take_profit_pct=0.05
        10:01:01 quote 101.00 101.02
        11:00:00 filled T1 99 at 108.00
        11:00:00 cancelled S1
        11:10:00 quote 99.98 100.00
        11:10:00 signal BUY 0.85
    ",
        expect![[r#"
            10:01:00 settings changed: stop_loss_pct 0.01, which was not set, take_profit_pct 0.05, which was not set
            11:00:00 filled T1 sell 99 at 108.00
            11:00:00 closed long 99 from 100.00 at 108.00: +792.00 by target
            11:00:00 T1 filled, 99 filled
            11:00:00 S1 cancelled, 0 filled
            11:00:00 trade closed: +792.00, commission 0.00
            11:10:00 the changed settings are in force
            11:10:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            11:10:00 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            11:10:00 -> place E1 buy 99 limit 100.10 until 15:10:30 UTC, T1 sell 99 limit 105.11, S1 sell 99 stop 99.09
        "#]],
    );
}

#[test]
fn with_apply_to_open_stops_tighten_and_targets_move() {
    check(
        "
        10:01:00 config stop_loss_pct=0.01 take_profit_pct=0.05 apply
        10:01:01 echo S1 99 at 99.00
        10:01:01 echo T1 99 at 105.00
        10:01:02 quote 101.00 101.02
    ",
        expect![[r#"
            10:01:00 settings changed: stop_loss_pct 0.01, which was not set, take_profit_pct 0.05, which was not set
            10:01:00 the changed settings are in force
            10:01:00 lot 1 under the changed settings: stops move to 99.00, the target moves to 105.00
            10:01:00 -> modify S1 to 99 at 99.00
            10:01:00 -> modify T1 to 99 at 105.00
            10:01:01 S1 now 99 at 99.00
            10:01:01 T1 now 99 at 105.00
        "#]],
    );
}

#[test]
fn no_stop_loosens_and_none_comes_too_near() {
    check(
        "
        10:01:00 config stop_loss_pct=0.05 apply
        10:01:01 config stop_loss_pct=0.03 apply
        10:01:02 quote 99.10 99.12
        10:01:03 config stop_loss_pct=0.01 apply
    ",
        expect![[r#"
            10:01:00 settings changed: stop_loss_pct 0.05, which was not set
            10:01:00 the changed settings are in force
            10:01:00 lot 1 under the changed settings: the stops stay: 95.00 would loosen them
            10:01:01 settings changed: stop_loss_pct 0.03, which was not set
            10:01:01 the changed settings are in force
            10:01:01 lot 1 under the changed settings: the stops stay: 97.00 would loosen them
            10:01:03 settings changed: stop_loss_pct 0.01, which was not set
            10:01:03 the changed settings are in force
            10:01:03 lot 1 under the changed settings: the stops stay: 99.00 lies within 0.1982 of the market at 99.10
        "#]],
    );
}

#[test]
fn changes_wait_until_the_trade_is_at_rest() {
    check(
        "
        10:01:00 gap
        10:01:00 config stop_loss_pct=0.01 apply
        10:01:01 snapshot 99; armed S1 99, T1 99
        10:01:02 quote 101.00 101.02
        10:01:02 restart
        10:01:03 snapshot 99; armed S1 99, T1 99
    ",
        expect![[r#"
            10:01:00 now reconciling
            10:01:00 settings changed: stop_loss_pct 0.01, which was not set
            10:01:01 now active
            10:01:02 the changed settings are in force
            10:01:02 lot 1 under the changed settings: stops move to 99.00
            10:01:02 -> modify S1 to 99 at 99.00
            10:01:02 now reconciling
            10:01:03 now active
        "#]],
    );
}

#[test]
fn one_that_is_taken_out_protects_what_it_holds_and_opens_nothing() {
    check(
        "
        10:01:00 removed
        10:01:01 quote 103.00 103.02
        10:01:02 quote 103.00 103.02
        10:01:03 order 7 buy shares=10 by ann
        10:02:00 gap
        10:02:01 snapshot 99; armed S1 99, T1 99
        10:02:02 quote 103.00 103.02
        10:03:00 signal SHORT 0.85
        10:03:01 echo T1 99 at 102.89
        10:03:02 filled T1 99 at 103.00
        10:03:02 cancelled S1
        10:04:00 signal BUY 0.85
        10:05:00 returned
        10:06:00 quote 99.98 100.00
        10:06:00 signal BUY 0.85
    ",
        expect![[r#"
            10:01:00 taken out of the config: winding down
            10:01:00 resting entries are withdrawn: taken out of the config
            10:01:03 buy by ann not followed: it has a trade open
            10:02:00 now reconciling
            10:02:01 now active
            10:03:00 signal SHORT 0.85 taken (SHORT 0.85 closes the long position)
            10:03:00 leaving: SHORT 0.85 closes the long position
            10:03:00 -> modify T1 to 99 at 102.90
            10:03:01 T1 now 99 at 102.89
            10:03:02 filled T1 sell 99 at 103.00
            10:03:02 closed long 99 from 100.00 at 103.00: +297.00 by SHORT 0.85 closes the long position
            10:03:02 T1 filled, 99 filled
            10:03:02 S1 cancelled, 0 filled
            10:03:02 trade closed: +297.00, commission 0.00
            10:04:00 signal BUY 0.85 declined: the ticker is winding down
            10:05:00 in the config again
            10:06:00 signal BUY 0.85 taken (High Confidence Buy: 0.85 >= 0.80)
            10:06:00 trade 2 lot 1: long from 100.00 (High Confidence Buy: 0.85 >= 0.80)
            10:06:00 -> place E1 buy 99 limit 100.10 until 14:06:30 UTC, T1 sell 99 limit 108.11, S1 sell 99 stop 97.09
        "#]],
    );
}

#[test]
fn an_entry_that_works_is_taken_back_and_what_it_brought_is_kept() {
    check_after(
        settings(),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 60 of 99 at 100.00
        10:00:01 armed S1 60, T1 60
    ",
        "
        10:00:02 removed
        10:00:02 removed
        10:00:03 cancelled E1
        10:00:04 wake
    ",
        expect![[r#"
            10:00:02 taken out of the config: winding down
            10:00:02 resting entries are withdrawn: taken out of the config
            10:00:02 -> cancel E1
            10:00:03 E1 cancelled, 60 filled
            10:00:03 average entry 100.00
            10:00:03 -> modify T1 to 60 at 108.00
        "#]],
    );
}

#[test]
fn a_halt_outlives_a_removal() {
    check(
        "
        10:01:00 order 7 halt by ann
        10:01:00 removed
        10:01:01 returned
        10:01:02 filled T1 99 at 108.00
        10:01:02 cancelled S1
        10:05:00 signal BUY 0.85
    ",
        expect![[r#"
            10:01:00 halt by ann
            10:01:00 now halted (by ann)
            10:01:00 taken out of the config: winding down
            10:01:00 resting entries are withdrawn: taken out of the config
            10:01:01 in the config again
            10:01:02 filled T1 sell 99 at 108.00
            10:01:02 closed long 99 from 100.00 at 108.00: +792.00 by target
            10:01:02 T1 filled, 99 filled
            10:01:02 S1 cancelled, 0 filled
            10:01:02 trade closed: +792.00, commission 0.00
            10:05:00 signal BUY 0.85 declined: the ticker is halted (by ann)
        "#]],
    );
}
