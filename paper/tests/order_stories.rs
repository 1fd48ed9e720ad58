//! The exchange in stories: every kind of order, conditions, shorts, precautions, and what happens from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

#[test]
fn fill_or_kill_takes_all_or_nothing() {
    check(
        "order 1 buy 100 limit 101 fok
         look 100.00 100.02 60
         order 2 buy 60 limit 101 fok
         look 100.00 100.02 60",
        expect![[r#"
            order 1 buy 100 limit 101 fok
                1 Submitted 0 of 100 101
            look 100.00 100.02 60
                1 Cancelled 0 of 100 101
                1 202 Order Canceled - reason:
            order 2 buy 60 limit 101 fok
                2 Submitted 0 of 60 101
            look 100.00 100.02 60
                2 bought 60 at 100.02
                2 Filled 60 of 60 101
                2 paid 1.00 realized 0.00
                2 Filled 60 of 60 101
            held 60 at 100.0366"#]],
    );
}

#[test]
fn all_or_none_waits_and_a_minimum_holds_for_the_first_fill_only() {
    check(
        "order 1 buy 100 limit 101 whole
         order 2 buy 100 limit 101 least 50
         look 100.00 100.02 40
         look 100.00 100.02 60
         look 100.00 100.02 10
         look 100.00 100.02 500",
        expect![[r#"
            order 1 buy 100 limit 101 whole
                1 Submitted 0 of 100 101
            order 2 buy 100 limit 101 least 50
                2 Submitted 0 of 100 101
            look 100.00 100.02 40
            look 100.00 100.02 60
                2 bought 60 at 100.02
                2 Submitted 60 of 100 101
                2 paid 1.00 realized 0.00
                2 Submitted 60 of 100 101
            look 100.00 100.02 10
                2 bought 10 at 100.02
                2 Submitted 70 of 100 101
                2 paid 0.00 realized 0.00
                2 Submitted 70 of 100 101
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100 101
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 101
                2 bought 30 at 100.02
                2 Filled 100 of 100 101
                2 paid 0.00 realized 0.00
                2 Filled 100 of 100 101
            held 200 at 100.0300"#]],
    );
}

#[test]
fn touched_orders_come_from_the_good_side() {
    check(
        "order 1 buy 10 mit 99
         order 2 buy 10 lit 99 98.5
         look 100.00 100.02 500
         look 99.00 99.02 500
         look 98.40 98.45 500
         order 3 sell 10 mit 99
         look 98.50 98.52 500
         look 99.10 99.12 500",
        expect![[r#"
            order 1 buy 10 mit 99
                1 PreSubmitted (trigger) 0 of 10 99
            order 2 buy 10 lit 99 98.5
                2 PreSubmitted (trigger) 0 of 10 99 98.5
            look 100.00 100.02 500
            look 99.00 99.02 500
                1 Submitted 0 of 10 99
                1 bought 10 at 99.02
                1 Filled 10 of 10 99
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 99
                2 Submitted 0 of 10 99 98.5
            look 98.40 98.45 500
                2 bought 10 at 98.45
                2 Filled 10 of 10 99 98.5
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10 99 98.5
            order 3 sell 10 mit 99
                3 PreSubmitted (trigger) 0 of 10 99
            look 98.50 98.52 500
            look 99.10 99.12 500
                3 Submitted 0 of 10 99
                3 sold 10 at 99.1
                3 Filled 10 of 10 99
                3 paid 1.00 realized 1.65
                3 Filled 10 of 10 99
            held 10 at 98.8350"#]],
    );
}

#[test]
fn a_trailing_limit_drags_its_limit_along_and_never_sells_below_it() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 100 traillimit 1 0.5 gtc
         look 100.00 100.02 500
         look 102.00 102.02 500
         look 100.00 100.02 500 99.9 100
         look 100.60 100.62 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 100 traillimit 1 0.5 gtc
                2 PreSubmitted (trigger) 0 of 100
            look 100.00 100.02 500
                2 PreSubmitted (trigger) 0 of 100 98.5 99
            look 102.00 102.02 500
                2 PreSubmitted (trigger) 0 of 100 100.52 101.02
            look 100.00 100.02 500 99.9 100
                2 Submitted 0 of 100 100.52 101.02
            look 100.60 100.62 500
                2 sold 100 at 100.6
                2 Filled 100 of 100 100.52 101.02
                2 paid 1.00 realized 56.00
                2 Filled 100 of 100 100.52 101.02
            held 0 at 0.0000"#]],
    );
}

#[test]
fn the_rest_of_a_market_to_limit_order_keeps_the_first_price() {
    check(
        "order 1 buy 100 mtl
         look 100.00 100.02 60
         look 100.10 100.12 60
         look 99.90 99.92 60",
        expect![[r#"
            order 1 buy 100 mtl
                1 Submitted 0 of 100
            look 100.00 100.02 60
                1 bought 60 at 100.02
                1 Submitted 60 of 100 100.02
                1 paid 1.00 realized 0.00
                1 Submitted 60 of 100 100.02
            look 100.10 100.12 60
            look 99.90 99.92 60
                1 bought 40 at 99.92
                1 Filled 100 of 100 100.02
                1 paid 0.00 realized 0.00
                1 Filled 100 of 100 100.02
            held 100 at 99.9900"#]],
    );
}

#[test]
fn a_relative_order_rests_in_the_middle_and_is_taken_there() {
    check(
        "order 1 buy 100 rel 101
         look 100.00 100.04 500
         look 100.00 100.04 500 100 100.04
         look 99.90 99.94 500 99.9 100",
        expect![[r#"
            order 1 buy 100 rel 101
                1 Submitted 0 of 100 101
            look 100.00 100.04 500
            look 100.00 100.04 500 100 100.04
                1 bought 100 at 100.02
                1 Filled 100 of 100 100.02
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 100.02
            look 99.90 99.94 500 99.9 100
            held 100 at 100.0300"#]],
    );
}

#[test]
fn orders_for_the_close_fill_there_at_any_size_and_cannot_be_taken_back_late() {
    check(
        "order 1 buy 1000 moc
         order 2 buy 10 loc 90
         look 100.00 100.02 100
         time 2008-09-29 15:56
         cancel 1
         order 3 buy 10 moc
         time 2008-09-29 16:00
         look 99.00 99.02 100",
        expect![[r#"
            order 1 buy 1000 moc
                1 PreSubmitted 0 of 1000
            order 2 buy 10 loc 90
                2 PreSubmitted 0 of 10 90
            look 100.00 100.02 100
            time 2008-09-29 15:56
            cancel 1
                1 161 Cancel attempted when order is not in a cancellable state. Order permId = 1200000001
            order 3 buy 10 moc
                3 201 Order rejected - reason:The order arrived after the cut-off of the closing auction.
            time 2008-09-29 16:00
            look 99.00 99.02 100
                1 bought 1000 at 99
                1 Filled 1000 of 1000
                1 paid 5.00 realized 0.00
                1 Filled 1000 of 1000
                2 Cancelled 0 of 10 90
                2 202 Order Canceled - reason:
            held 1000 at 99.0050"#]],
    );
}

#[test]
fn orders_for_the_open_fill_there_or_end() {
    check(
        "order 1 buy 1000 market opg
         order 2 buy 10 limit 90 opg
         look 100.00 100.02 100
         time 2008-09-30 09:29
         order 3 buy 10 market opg
         time 2008-09-30 09:30
         look 99.00 99.02 100
         time 2008-10-01 09:30
         look 98.00 98.02 100",
        expect![[r#"
            order 1 buy 1000 market opg
                1 PreSubmitted 0 of 1000
            order 2 buy 10 limit 90 opg
                2 PreSubmitted 0 of 10 90
            look 100.00 100.02 100
            time 2008-09-30 09:29
            order 3 buy 10 market opg
                3 PreSubmitted 0 of 10
                3 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            time 2008-09-30 09:30
            look 99.00 99.02 100
                1 bought 1000 at 99
                1 Filled 1000 of 1000
                1 paid 5.00 realized 0.00
                1 Filled 1000 of 1000
                2 Cancelled 0 of 10 90
                2 202 Order Canceled - reason:
            time 2008-10-01 09:30
            look 98.00 98.02 100
                3 bought 10 at 98
                3 Filled 10 of 10
                3 paid 1.00 realized 0.00
                3 Filled 10 of 10
            held 1010 at 98.9960"#]],
    );
}

#[test]
fn an_order_sleeps_until_its_conditions_hold() {
    check(
        "order 1 buy 10 market if price 101
         order 2 buy 10 market if price 101 and after 12:00
         order 3 buy 10 market if below 90 or traded AAPL
         look 100.00 100.02 500
         look 101.00 101.02 500
         look 101.00 101.02 500
         time 2008-09-29 12:01
         look 101.00 101.02 500
         look 101.00 101.02 500",
        expect![[r#"
            order 1 buy 10 market if price 101
                1 Submitted 0 of 10
            order 2 buy 10 market if price 101 and after 12:00
                2 PreSubmitted 0 of 10
            order 3 buy 10 market if below 90 or traded AAPL
                3 PreSubmitted 0 of 10
            look 100.00 100.02 500
                1 bought 10 at 100.02
                1 Filled 10 of 10
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10
                3 Submitted 0 of 10
            look 101.00 101.02 500
                3 bought 10 at 101.02
                3 Filled 10 of 10
                3 paid 1.00 realized 0.00
                3 Filled 10 of 10
            look 101.00 101.02 500
            time 2008-09-29 12:01
                2 Submitted 0 of 10
            look 101.00 101.02 500
                2 bought 10 at 101.02
                2 Filled 10 of 10
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10
            look 101.00 101.02 500
            held 30 at 100.7866"#]],
    );
}

#[test]
fn conditions_of_margin_volume_and_change() {
    check(
        "order 1 buy 10 market if margin 99
         order 2 buy 10 market if volume 1
         order 3 buy 10 market if change -50
         look 120.00 120.02 500
         look 120.00 120.02 500
         look 60.00 60.02 500
         look 60.00 60.02 500",
        expect![[r#"
            order 1 buy 10 market if margin 99
                1 PreSubmitted 0 of 10
            order 2 buy 10 market if volume 1
                2 Submitted 0 of 10
            order 3 buy 10 market if change -50
                3 PreSubmitted 0 of 10
            look 120.00 120.02 500
                2 bought 10 at 120.02
                2 Filled 10 of 10
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10
            look 120.00 120.02 500
            look 60.00 60.02 500
                3 Submitted 0 of 10
            look 60.00 60.02 500
                3 bought 10 at 60.02
                3 Filled 10 of 10
                3 paid 1.00 realized 0.00
                3 Filled 10 of 10
            held 20 at 90.1200"#]],
    );
}

#[test]
fn conditions_may_end_an_order() {
    check(
        "order 1 buy 10 limit 90 if price 101 ends
         look 100.00 100.02 500
         look 101.00 101.02 500",
        expect![[r#"
            order 1 buy 10 limit 90 if price 101 ends
                1 Submitted 0 of 10 90
            look 100.00 100.02 500
            look 101.00 101.02 500
                1 Cancelled 0 of 10 90
                1 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_stop_adjusts_itself_into_a_trail() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 100 stop 95 gtc adjust 105 2
         look 104.00 104.02 500
         look 105.00 105.02 500
         look 106.00 106.02 500
         look 104.00 104.02 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 100 stop 95 gtc adjust 105 2
                2 PreSubmitted (trigger) 0 of 100 95
            look 104.00 104.02 500
            look 105.00 105.02 500
                2 PreSubmitted (trigger) 0 of 100 103.02
            look 106.00 106.02 500
                2 PreSubmitted (trigger) 0 of 100 104.02
            look 104.00 104.02 500
                2 Submitted 0 of 100 104.02
                2 sold 100 at 104
                2 Filled 100 of 100 104.02
                2 paid 1.00 realized 396.00
                2 Filled 100 of 100 104.02
            held 0 at 0.0000"#]],
    );
}

#[test]
fn the_trigger_method_says_what_touches() {
    check(
        "order 1 sell 10 stop 95 trigger 1
         order 2 sell 10 stop 95 trigger 4
         order 3 sell 10 stop 95 trigger 8
         order 4 sell 10 stop 95
         look 94.99 95.05 500 96 97
         look 94.99 95.05 500 96 97",
        expect![[r#"
            order 1 sell 10 stop 95 trigger 1
                1 PreSubmitted (trigger) 0 of 10 95
            order 2 sell 10 stop 95 trigger 4
                2 PreSubmitted (trigger) 0 of 10 95
            order 3 sell 10 stop 95 trigger 8
                3 PreSubmitted (trigger) 0 of 10 95
            order 4 sell 10 stop 95
                4 PreSubmitted (trigger) 0 of 10 95
            look 94.99 95.05 500 96 97
                2 Submitted 0 of 10 95
                2 sold 10 at 94.99
                2 Filled 10 of 10 95
                2 paid 1.00 realized 0.00
                2 Filled 10 of 10 95
                4 Submitted 0 of 10 95
                4 sold 10 at 94.99
                4 Filled 10 of 10 95
                4 paid 1.00 realized 0.00
                4 Filled 10 of 10 95
            look 94.99 95.05 500 96 97
                1 Submitted 0 of 10 95
                1 sold 10 at 94.99
                1 Filled 10 of 10 95
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10 95
            held -30 at 94.8900"#]],
    );
}

#[test]
fn short_shares_are_located_first() {
    check(
        "borrow 50 30
         order 1 sell 40 market
         order 2 sell 100 market
         look 100.00 100.02 500
         time 2008-09-29 09:31
         look 100.00 100.02 500",
        expect![[r#"
            order 1 sell 40 market
                1 Submitted 0 of 40
            order 2 sell 100 market
                2 PreSubmitted (locate) 0 of 100
                2 404 Shares for this order are being located and are not available yet. It is held.
            look 100.00 100.02 500
                1 sold 40 at 100
                1 Filled 40 of 40
                1 paid 1.00 realized 0.00
                1 Filled 40 of 40
            time 2008-09-29 09:31
                2 Submitted 0 of 100
            look 100.00 100.02 500
                2 sold 100 at 100
                2 Filled 100 of 100
                2 paid 1.00 realized 0.00
                2 Filled 100 of 100
            held -140 at 99.9857"#]],
    );
}

#[test]
fn shares_that_are_never_found() {
    check(
        "borrow 0
         order 1 sell 10 market
         time 2008-09-29 12:00
         look 100.00 100.02 500
         cancel 1",
        expect![[r#"
            order 1 sell 10 market
                1 PreSubmitted (locate) 0 of 10
                1 404 Shares for this order are being located and are not available yet. It is held.
            time 2008-09-29 12:00
            look 100.00 100.02 500
            cancel 1
                1 PendingCancel
                1 Cancelled 0 of 10
                1 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn slips_of_the_finger_are_refused_unless_meant() {
    check(
        "limit percent 10
         limit size 500
         limit value 50000
         order 1 buy 10 limit 500
         order 2 buy 501 limit 119
         order 3 buy 500 limit 119
         order 4 buy 501 limit 119 bypass",
        expect![[r#"
            order 1 buy 10 limit 500
                1 109 The price is out of the range that the order defaults allow. The order was not sent.
            order 2 buy 501 limit 119
                2 383 The size exceeds the limit of the order defaults.
            order 3 buy 500 limit 119
                3 451 The value of the order exceeds the limit of the order defaults.
            order 4 buy 501 limit 119 bypass
                4 Submitted 0 of 501 119
            held 0 at 0.0000"#]],
    );
}

#[test]
fn fifteen_orders_a_side_and_no_more() {
    check(
        "limit side 2
         order 1 buy 1 limit 50
         order 2 buy 1 limit 50
         order 3 buy 1 limit 50
         order 4 sell 1 limit 500
         cancel 1
         order 5 buy 1 limit 50",
        expect![[r#"
            order 1 buy 1 limit 50
                1 Submitted 0 of 1 50
            order 2 buy 1 limit 50
                2 Submitted 0 of 1 50
            order 3 buy 1 limit 50
                3 201 Order rejected - reason:No more than 2 orders may work on one side of this contract.
            order 4 sell 1 limit 500
                4 Submitted 0 of 1 500
            cancel 1
                1 PendingCancel
                1 Cancelled 0 of 1 50
                1 202 Order Canceled - reason:
            order 5 buy 1 limit 50
                5 Submitted 0 of 1 50
            held 0 at 0.0000"#]],
    );
}

#[test]
fn what_a_market_order_ignores_is_said() {
    check(
        "order 1 buy 10 market outside\nlook 100.00 100.02 500",
        expect![[r#"
        order 1 buy 10 market outside
            1 Submitted 0 of 10
            1 2109 Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored.
        look 100.00 100.02 500
            1 bought 10 at 100.02
            1 Filled 10 of 10
            1 paid 1.00 realized 0.00
            1 Filled 10 of 10
        held 10 at 100.1200"#]],
    );
}

#[test]
fn an_order_good_till_a_time_ends_then_and_not_with_the_session() {
    check(
        "order 1 buy 10 limit 90 gtd 10:00
         order 2 buy 10 limit 90 gtd 17:00
         order 3 buy 10 limit 90 gtd 09:00
         time 2008-09-29 09:59
         time 2008-09-29 10:00
         time 2008-09-29 16:30
         time 2008-09-29 17:00",
        expect![[r#"
            order 1 buy 10 limit 90 gtd 10:00
                1 Submitted 0 of 10 90
            order 2 buy 10 limit 90 gtd 17:00
                2 Submitted 0 of 10 90
            order 3 buy 10 limit 90 gtd 09:00
                3 201 Order rejected - reason:The good till date is in the past.
            time 2008-09-29 09:59
            time 2008-09-29 10:00
                1 Cancelled 0 of 10 90
                1 202 Order Canceled - reason:
            time 2008-09-29 16:30
            time 2008-09-29 17:00
                2 Cancelled 0 of 10 90
                2 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_trail_in_percent_follows_at_a_part_of_the_price() {
    check(
        "order 1 buy 10 market
         look 100.00 100.02 500
         order 2 sell 10 trailpercent 5
         look 100.00 100.02 500
         look 120.00 120.02 500
         look 114.50 114.52 500
         look 113.90 113.92 500",
        expect![[r#"
            order 1 buy 10 market
                1 Submitted 0 of 10
            look 100.00 100.02 500
                1 bought 10 at 100.02
                1 Filled 10 of 10
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10
            order 2 sell 10 trailpercent 5
                2 PreSubmitted (trigger) 0 of 10
            look 100.00 100.02 500
                2 PreSubmitted (trigger) 0 of 10 95
            look 120.00 120.02 500
                2 PreSubmitted (trigger) 0 of 10 114.02
            look 114.50 114.52 500
            look 113.90 113.92 500
                2 Submitted 0 of 10 114.02
                2 sold 10 at 113.9
                2 Filled 10 of 10 114.02
                2 paid 1.00 realized 136.80
                2 Filled 10 of 10 114.02
            held 0 at 0.0000"#]],
    );
}
