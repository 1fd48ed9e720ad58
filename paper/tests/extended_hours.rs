//! Trading outside regular hours: which orders take part in it, and what clients see of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

#[test]
fn in_the_morning_an_order_fills_that_asks_for_it_and_no_other_before_the_open() {
    check(
        "extended hours
         time 2008-09-30 08:00
         order 1 buy 100 limit 101 outside
         order 2 buy 100 limit 101
         order 3 buy 100 market outside
         look 100.00 100.02 500
         time 2008-09-30 09:30
         look 100.00 100.02 500",
        expect![[r#"
            time 2008-09-30 08:00
            order 1 buy 100 limit 101 outside
                1 Submitted 0 of 100 101
            order 2 buy 100 limit 101
                2 PreSubmitted 0 of 100 101
                2 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            order 3 buy 100 market outside
                3 PreSubmitted 0 of 100
                3 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
                3 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100 101
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 101
            time 2008-09-30 09:30
            look 100.00 100.02 500
                2 Submitted 0 of 100 101
                2 bought 100 at 100.02
                2 Filled 100 of 100 101
                2 paid 1.00 realized 0.00
                2 Filled 100 of 100 101
                3 Submitted 0 of 100
                3 bought 100 at 100.02
                3 Filled 100 of 100
                3 paid 1.00 realized 0.00
                3 Filled 100 of 100
            held 300 at 100.0300"#]],
    );
}

#[test]
fn in_the_evening_a_stop_limit_that_asks_for_it_protects_and_a_stop_does_not() {
    check(
        "extended hours
         order 1 buy 200 market
         look 100.00 100.02 500
         order 2 sell 100 stoplimit 95 94 gtc outside
         order 3 sell 100 stop 95 gtc outside
         time 2008-09-29 17:00
         look 94.50 94.60 500
         time 2008-09-30 09:30
         look 94.50 94.60 500",
        expect![[r#"
            order 1 buy 200 market
                1 Submitted 0 of 200
            look 100.00 100.02 500
                1 bought 200 at 100.02
                1 Filled 200 of 200
                1 paid 1.00 realized 0.00
                1 Filled 200 of 200
            order 2 sell 100 stoplimit 95 94 gtc outside
                2 PreSubmitted (trigger) 0 of 100 94 95
            order 3 sell 100 stop 95 gtc outside
                3 PreSubmitted (trigger) 0 of 100 95
                3 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
            time 2008-09-29 17:00
            look 94.50 94.60 500
                2 Submitted 0 of 100 94 95
                2 sold 100 at 94.5
                2 Filled 100 of 100 94 95
                2 paid 1.00 realized -553.50
                2 Filled 100 of 100 94 95
            time 2008-09-30 09:30
            look 94.50 94.60 500
                3 Submitted 0 of 100 95
                3 sold 100 at 94.5
                3 Filled 100 of 100 95
                3 paid 1.00 realized -553.50
                3 Filled 100 of 100 95
            held 0 at 0.0000"#]],
    );
}

#[test]
fn every_kind_with_a_limit_of_its_own_works_there() {
    check(
        "extended hours
         time 2008-09-30 08:00
         order 1 buy 10 lit 99 100 outside
         order 2 sell 10 traillimit 1 0.5 outside
         order 3 buy 10 mit 99 outside
         order 4 sell 10 trail 1 outside
         look 100.00 100.02 500
         look 98.90 98.92 500",
        expect![[r#"
            time 2008-09-30 08:00
            order 1 buy 10 lit 99 100 outside
                1 PreSubmitted (trigger) 0 of 10 99 100
            order 2 sell 10 traillimit 1 0.5 outside
                2 PreSubmitted (trigger) 0 of 10
            order 3 buy 10 mit 99 outside
                3 PreSubmitted (trigger) 0 of 10 99
                3 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
                3 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            order 4 sell 10 trail 1 outside
                4 PreSubmitted (trigger) 0 of 10
                4 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
                4 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            look 100.00 100.02 500
                2 PreSubmitted (trigger) 0 of 10 98.5 99
            look 98.90 98.92 500
                1 Submitted 0 of 10 99 100
                1 bought 10 at 98.92
                1 Filled 10 of 10 99 100
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 99 100
                2 Submitted 0 of 10 98.5 99
                2 sold 10 at 98.9
                2 Filled 10 of 10 98.5 99
                2 paid 1.00 realized -2.20
                2 Filled 10 of 10 98.5 99
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_day_ends_with_the_evening_for_those_that_may_work_in_it() {
    check(
        "extended hours
         order 1 buy 10 limit 90 outside
         order 2 buy 10 limit 90
         order 3 buy 10 stop 190 outside
         time 2008-09-29 16:01
         time 2008-09-29 20:00
         order 4 buy 10 limit 90 outside
         time 2008-09-30 16:01
         time 2008-09-30 20:01",
        expect![[r#"
            order 1 buy 10 limit 90 outside
                1 Submitted 0 of 10 90
            order 2 buy 10 limit 90
                2 Submitted 0 of 10 90
            order 3 buy 10 stop 190 outside
                3 PreSubmitted (trigger) 0 of 10 190
                3 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
            time 2008-09-29 16:01
                2 Cancelled 0 of 10 90
                2 202 Order Canceled - reason:
                3 Cancelled 0 of 10 190
                3 202 Order Canceled - reason:
            time 2008-09-29 20:00
                1 Cancelled 0 of 10 90
                1 202 Order Canceled - reason:
            order 4 buy 10 limit 90 outside
                4 Submitted 0 of 10 90
            time 2008-09-30 16:01
            time 2008-09-30 20:01
                4 Cancelled 0 of 10 90
                4 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn an_order_may_be_let_into_the_morning_and_taken_out_again() {
    check(
        "extended hours
         time 2008-09-30 08:00
         order 1 buy 10 limit 101
         order 2 buy 10 limit 101 outside
         order 2 buy 10 limit 101
         look 100.00 100.02 500
         order 1 buy 10 limit 101 outside
         look 100.00 100.02 500",
        expect![[r#"
            time 2008-09-30 08:00
            order 1 buy 10 limit 101
                1 PreSubmitted 0 of 10 101
                1 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            order 2 buy 10 limit 101 outside
                2 Submitted 0 of 10 101
            order 2 buy 10 limit 101
                2 Submitted 0 of 10 101
            look 100.00 100.02 500
            order 1 buy 10 limit 101 outside
                1 PreSubmitted 0 of 10 101
            look 100.00 100.02 500
                1 Submitted 0 of 10 101
                1 bought 10 at 100.02
                1 Filled 10 of 10 101
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 101
            held 10 at 100.1200"#]],
    );
}

#[test]
fn where_there_is_no_such_trading_the_order_rests_until_the_open() {
    check(
        "time 2008-09-30 08:00
         order 1 sell 10 stoplimit 95 94 outside
         time 2008-09-30 16:01",
        expect![[r#"
            time 2008-09-30 08:00
            order 1 sell 10 stoplimit 95 94 outside
                1 PreSubmitted (trigger) 0 of 10 94 95
            time 2008-09-30 16:01
                1 Cancelled 0 of 10 94 95
                1 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}
