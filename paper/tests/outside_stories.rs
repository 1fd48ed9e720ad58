//! The exchange in stories: what happens to an account without its clients.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

#[test]
fn trades_by_hand_and_by_the_broker_change_the_position() {
    check(
        "hand buy 100 100.00
         broker sell 40 101.00",
        expect![[r#"
            hand buy 100 100.00
                0 bought 100 at 100.00
                0 paid 1.00 realized 0.00
            broker sell 40 101.00
                -1 sold 40 at 101.00
                -1 paid 1.00 realized 38.60
            held 60 at 100.0100"#]],
    );
}

#[test]
fn a_fill_after_the_cancel_and_one_beyond_the_size() {
    check(
        "order 1 buy 100 limit 90
         cancel 1
         fill 1 60 90
         order 2 buy 10 market
         look 100.00 100.02 500
         fill 2 5 100.02",
        expect![[r#"
            order 1 buy 100 limit 90
                1 Submitted 0 of 100 90
            cancel 1
                1 PendingCancel
                1 Cancelled 0 of 100 90
                1 202 Order Canceled - reason:
            fill 1 60 90
                1 bought 60 at 90
                1 Cancelled 60 of 100 90
                1 paid 1.00 realized 0.00
                1 Cancelled 60 of 100 90
            order 2 buy 10 market
                2 Submitted 0 of 10
            look 100.00 100.02 500
                2 bought 10 at 100.02
                2 Filled 10 of 10
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10
            fill 2 5 100.02
                2 bought 5 at 100.02
                2 Filled 15 of 15
                2 paid 0.00 realized 0.00
                2 Filled 15 of 15
            held 75 at 92.0306"#]],
    );
}

#[test]
fn an_accepted_order_is_turned_down_and_another_cancelled_unasked() {
    check(
        "order 1 buy 100 limit 90
         reject 1 201
         order 2 buy 100 limit 90
         unasked 2
         reject 2 201",
        expect![[r#"
            order 1 buy 100 limit 90
                1 Submitted 0 of 100 90
            reject 1 201
                1 201 Order rejected
                1 Inactive 0 of 100 90
            order 2 buy 100 limit 90
                2 Submitted 0 of 100 90
            unasked 2
                2 Cancelled 0 of 100 90
                2 202 Order Canceled - reason:
            reject 2 201
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_correction_is_booked_as_if_it_had_been_so() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 50 market
         look 101.00 101.02 500
         correct 80 100.00",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 50 market
                2 Submitted 0 of 50
            look 101.00 101.02 500
                2 sold 50 at 101
                2 Filled 50 of 50
                2 paid 1.00 realized 47.50
                2 Filled 50 of 50
            correct 80 100.00
                1 bought 80 at 100.00 (corrected)
                1 paid 1.00 realized 0.00
            held 30 at 100.0125"#]],
    );
}

#[test]
fn a_busted_trade_never_was() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         hand buy 10 99.00
         bust",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            hand buy 10 99.00
                0 bought 10 at 99.00
                0 paid 1.00 realized 0.00
            bust
                busted
            held 10 at 99.1000"#]],
    );
}

#[test]
fn two_incarnations_both_fill() {
    check(
        "order 1 buy 100 limit 101
         twin 1
         look 100.00 100.02 500",
        expect![[r#"
            order 1 buy 100 limit 101
                1 Submitted 0 of 100 101
            twin 1
                2 Submitted 0 of 100 101
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100 101
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 101
                2 bought 100 at 100.02
                2 Filled 100 of 100 101
                2 paid 1.00 realized 0.00
                2 Filled 100 of 100 101
            held 200 at 100.0300"#]],
    );
}

#[test]
fn a_split_changes_the_position_and_cancels_what_rests() {
    check(
        "order 1 buy 15 market
         look 100.00 100.02 500
         order 2 sell 15 stop 90 gtc
         split 0.1",
        expect![[r#"
            order 1 buy 15 market
                1 Submitted 0 of 15
            look 100.00 100.02 500
                1 bought 15 at 100.02
                1 Filled 15 of 15
                1 paid 1.00 realized 0.00
                1 Filled 15 of 15
            order 2 sell 15 stop 90 gtc
                2 PreSubmitted (trigger) 0 of 15 90
            split 0.1
                2 Cancelled 0 of 15 90
                2 202 Order Canceled - reason:
            held 1 at 1000.8666"#]],
    );
}

#[test]
fn a_trade_of_yesterday_that_is_busted_leaves_todays_alone() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         time 2008-10-01 10:00
         hand buy 10 99.00
         bust
         hand buy 5 99.00
         correct 8 99.00",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            time 2008-10-01 10:00
            hand buy 10 99.00
                0 bought 10 at 99.00
                0 paid 1.00 realized 0.00
            bust
                busted
            hand buy 5 99.00
                0 bought 5 at 99.00
                0 paid 1.00 realized 0.00
            correct 8 99.00
                0 bought 8 at 99.00 (corrected)
                0 paid 1.00 realized 0.00
            held 13 at 99.1538"#]],
    );
}
