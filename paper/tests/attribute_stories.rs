//! The exchange in stories: what touches a stop, when an order begins to work, and what a stop may become.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

#[test]
fn method_3_wants_two_trades_in_a_row_and_one_between_starts_anew() {
    check(
        "order 1 sell 10 stop 95 trigger 3
         look 94.90 94.92 500
         look 95.10 95.12 500
         look 94.90 94.92 500
         look 94.80 94.82 500",
        expect![[r#"
            order 1 sell 10 stop 95 trigger 3
                1 PreSubmitted (trigger) 0 of 10 95
            look 94.90 94.92 500
            look 95.10 95.12 500
            look 94.90 94.92 500
            look 94.80 94.82 500
                1 Submitted 0 of 10 95
                1 sold 10 at 94.8
                1 Filled 10 of 10 95
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 95
            held -10 at 94.7000"#]],
    );
}

#[test]
fn method_7_takes_a_trade_or_the_side_that_would_be_paid() {
    check(
        "order 1 sell 10 stop 95 trigger 7
         order 2 sell 10 stop 90 trigger 7
         order 3 buy 10 stop 110 trigger 7
         look 94.99 109.99 500 96 97
         look 91.00 110.00 500 90 97",
        expect![[r#"
            order 1 sell 10 stop 95 trigger 7
                1 PreSubmitted (trigger) 0 of 10 95
            order 2 sell 10 stop 90 trigger 7
                2 PreSubmitted (trigger) 0 of 10 90
            order 3 buy 10 stop 110 trigger 7
                3 PreSubmitted (trigger) 0 of 10 110
            look 94.99 109.99 500 96 97
                1 Submitted 0 of 10 95
                1 sold 10 at 94.99
                1 Filled 10 of 10 95
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 95
            look 91.00 110.00 500 90 97
                2 Submitted 0 of 10 90
                2 sold 10 at 91
                2 Filled 10 of 10 90
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10 90
                3 Submitted 0 of 10 110
                3 bought 10 at 110
                3 Filled 10 of 10 110
                3 paid 1.00 realized -172.05
                3 Filled 10 of 10 110
            held -10 at 92.8950"#]],
    );
}

#[test]
fn an_order_that_is_good_after_a_time_waits_for_it_and_can_be_cancelled_before() {
    check(
        "order 1 buy 10 limit 101 gat 10:00
         order 2 buy 10 limit 101 gat 10:00
         look 100.00 100.02 500
         cancel 2
         time 2008-09-29 09:59
         look 100.00 100.02 500
         time 2008-09-29 10:00
         look 100.00 100.02 500",
        expect![[r#"
            order 1 buy 10 limit 101 gat 10:00
                1 PreSubmitted 0 of 10 101
            order 2 buy 10 limit 101 gat 10:00
                2 PreSubmitted 0 of 10 101
            look 100.00 100.02 500
            cancel 2
                2 PendingCancel
                2 Cancelled 0 of 10 101
                2 202 Order Canceled - reason:
            time 2008-09-29 09:59
            look 100.00 100.02 500
            time 2008-09-29 10:00
                1 Submitted 0 of 10 101
            look 100.00 100.02 500
                1 bought 10 at 100.02
                1 Filled 10 of 10 101
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 101
            held 10 at 100.1200"#]],
    );
}

#[test]
fn a_stop_adjusts_itself_into_a_higher_stop() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 100 stop 95 tostop 105 102
         look 104.90 104.92 500
         look 105.00 105.02 500
         look 102.10 102.12 500
         look 102.00 102.02 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 100 stop 95 tostop 105 102
                2 PreSubmitted (trigger) 0 of 100 95
            look 104.90 104.92 500
            look 105.00 105.02 500
                2 PreSubmitted (trigger) 0 of 100 102
            look 102.10 102.12 500
            look 102.00 102.02 500
                2 Submitted 0 of 100 102
                2 sold 100 at 102
                2 Filled 100 of 100 102
                2 paid 1.00 realized 196.00
                2 Filled 100 of 100 102
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_stop_adjusts_itself_into_a_stop_limit_that_may_miss() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 100 stop 95 tostoplimit 105 102 101.50
         look 105.00 105.02 500
         look 101.00 101.02 500
         look 101.50 101.52 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 100 stop 95 tostoplimit 105 102 101.50
                2 PreSubmitted (trigger) 0 of 100 95
            look 105.00 105.02 500
                2 PreSubmitted (trigger) 0 of 100 101.50 102
            look 101.00 101.02 500
                2 Submitted 0 of 100 101.50 102
            look 101.50 101.52 500
                2 sold 100 at 101.5
                2 Filled 100 of 100 101.50 102
                2 paid 1.00 realized 146.00
                2 Filled 100 of 100 101.50 102
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_stop_adjusts_itself_into_a_trailing_stop_limit() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 100 stop 95 totraillimit 105 2 0.50
         look 105.00 105.02 500
         look 107.00 107.02 500
         look 105.00 105.02 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 100 stop 95 totraillimit 105 2 0.50
                2 PreSubmitted (trigger) 0 of 100 95
            look 105.00 105.02 500
                2 PreSubmitted (trigger) 0 of 100 102.50 103
            look 107.00 107.02 500
                2 PreSubmitted (trigger) 0 of 100 104.52 105.02
            look 105.00 105.02 500
                2 Submitted 0 of 100 104.52 105.02
                2 sold 100 at 105
                2 Filled 100 of 100 104.52 105.02
                2 paid 1.00 realized 496.00
                2 Filled 100 of 100 104.52 105.02
            held 0 at 0.0000"#]],
    );
}
