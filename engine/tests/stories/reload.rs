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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        10:02:01 snapshot 99; armed S1 99
        10:02:02 quote 103.00 103.02
        10:03:00 signal SHORT 0.85
        10:03:01 echo T1 99 at 102.89
        10:03:02 filled T1 99 at 103.00
        10:03:02 cancelled S1
        10:04:00 signal BUY 0.85
        10:05:00 returned
        10:06:00 signal BUY 0.85
    ",
        expect![[""]],
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
    ",
        "
        10:00:02 removed
        10:00:02 removed
        10:00:03 cancelled E1
        10:00:03 armed S1 60, T1 60
        10:00:04 wake
    ",
        expect![[""]],
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
        expect![[""]],
    );
}
