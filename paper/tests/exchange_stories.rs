//! The exchange in stories: brackets, groups, changes, the account. [`story`] says how they are told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

#[test]
fn a_bracket_lives() {
    check(
        "order 1 buy 100 limit 101 held
         order 2 sell 100 limit 110 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 500
         look 96.00 96.02 500
         look 94.90 94.92 60
         look 94.80 94.82 500",
        expect![[r#"
            order 1 buy 100 limit 101 held
            order 2 sell 100 limit 110 gtc under 1 held
            order 3 sell 100 stop 95 gtc under 1
                1 Submitted 0 of 100 101
                2 PreSubmitted (child) 0 of 100 110
                3 PreSubmitted (child,trigger) 0 of 100 95
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100 101
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 101
                2 Submitted 0 of 100 110
                3 PreSubmitted (trigger) 0 of 100 95
            look 96.00 96.02 500
            look 94.90 94.92 60
                3 Submitted 0 of 100 95
                3 sold 60 at 94.9
                3 Submitted 60 of 100 95
                3 paid 1.00 realized -308.80
                3 Submitted 60 of 100 95
                2 Submitted 0 of 40 110
            look 94.80 94.82 500
                3 sold 40 at 94.8
                3 Filled 100 of 100 95
                3 paid 0.00 realized -209.20
                3 Filled 100 of 100 95
                2 Cancelled 0 of 0 110
                2 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn children_grow_with_a_partial_fill_and_stay_for_the_filled_part() {
    check(
        "order 1 buy 100 limit 101 held
         order 2 sell 100 limit 110 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 60
         cancel 1
         look 94.00 94.02 500",
        expect![[r#"
            order 1 buy 100 limit 101 held
            order 2 sell 100 limit 110 gtc under 1 held
            order 3 sell 100 stop 95 gtc under 1
                1 Submitted 0 of 100 101
                2 PreSubmitted (child) 0 of 100 110
                3 PreSubmitted (child,trigger) 0 of 100 95
            look 100.00 100.02 60
                1 bought 60 at 100.02
                1 Submitted 60 of 100 101
                1 paid 1.00 realized 0.00
                1 Submitted 60 of 100 101
                2 Submitted 0 of 60 110
                3 PreSubmitted (trigger) 0 of 60 95
            cancel 1
                1 PendingCancel
                1 Cancelled 60 of 100 101
                1 202 Order Canceled - reason:
                2 Submitted 0 of 60 110
                3 PreSubmitted (trigger) 0 of 60 95
            look 94.00 94.02 500
                3 Submitted 0 of 60 95
                3 sold 60 at 94
                3 Filled 60 of 60 95
                3 paid 1.00 realized -363.20
                3 Filled 60 of 60 95
                2 Cancelled 0 of 0 110
                2 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_target_that_fills_before_its_parent_is_complete_waits_for_more() {
    check(
        "order 1 buy 100 limit 101 held
         order 2 sell 100 limit 102 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 60
         look 102.00 102.02 500
         look 100.00 100.02 500
         look 94.00 94.02 500",
        expect![[r#"
            order 1 buy 100 limit 101 held
            order 2 sell 100 limit 102 gtc under 1 held
            order 3 sell 100 stop 95 gtc under 1
                1 Submitted 0 of 100 101
                2 PreSubmitted (child) 0 of 100 102
                3 PreSubmitted (child,trigger) 0 of 100 95
            look 100.00 100.02 60
                1 bought 60 at 100.02
                1 Submitted 60 of 100 101
                1 paid 1.00 realized 0.00
                1 Submitted 60 of 100 101
                2 Submitted 0 of 60 102
                3 PreSubmitted (trigger) 0 of 60 95
            look 102.00 102.02 500
                2 sold 60 at 102
                2 Submitted 60 of 60 102
                2 paid 1.00 realized 116.79
                2 Submitted 60 of 60 102
                3 PreSubmitted (trigger) 0 of 0 95
            look 100.00 100.02 500
                1 bought 40 at 100.02
                1 Filled 100 of 100 101
                1 paid 0.00 realized 0.00
                1 Filled 100 of 100 101
                2 Submitted 60 of 100 102
                3 PreSubmitted (trigger) 0 of 40 95
            look 94.00 94.02 500
                3 Submitted 0 of 40 95
                3 sold 40 at 94
                3 Filled 40 of 40 95
                3 paid 1.00 realized -241.80
                3 Filled 40 of 40 95
                2 Cancelled 60 of 60 102
                2 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn held_children_sleep_until_the_parent_ends() {
    check(
        "reading children_on_partial=held
         order 1 buy 100 limit 101 held
         order 2 sell 100 limit 110 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 60
         look 120.00 120.02 500
         cancel 1
         look 94.00 94.02 500",
        expect![[r#"
            order 1 buy 100 limit 101 held
            order 2 sell 100 limit 110 gtc under 1 held
            order 3 sell 100 stop 95 gtc under 1
                1 Submitted 0 of 100 101
                2 PreSubmitted (child) 0 of 100 110
                3 PreSubmitted (child,trigger) 0 of 100 95
            look 100.00 100.02 60
                1 bought 60 at 100.02
                1 Submitted 60 of 100 101
                1 paid 1.00 realized 0.00
                1 Submitted 60 of 100 101
            look 120.00 120.02 500
            cancel 1
                1 PendingCancel
                1 Cancelled 60 of 100 101
                1 202 Order Canceled - reason:
                2 Submitted 0 of 60 110
                3 PreSubmitted (trigger) 0 of 60 95
            look 94.00 94.02 500
                3 Submitted 0 of 60 95
                3 sold 60 at 94
                3 Filled 60 of 60 95
                3 paid 1.00 realized -363.20
                3 Filled 60 of 60 95
                2 Cancelled 0 of 0 110
                2 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn children_may_be_cancelled_with_the_rest() {
    check(
        "reading children_on_partial=cancelled
         order 1 buy 100 limit 101 held
         order 2 sell 100 limit 110 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 60
         cancel 1",
        expect![[r#"
            order 1 buy 100 limit 101 held
            order 2 sell 100 limit 110 gtc under 1 held
            order 3 sell 100 stop 95 gtc under 1
                1 Submitted 0 of 100 101
                2 PreSubmitted (child) 0 of 100 110
                3 PreSubmitted (child,trigger) 0 of 100 95
            look 100.00 100.02 60
                1 bought 60 at 100.02
                1 Submitted 60 of 100 101
                1 paid 1.00 realized 0.00
                1 Submitted 60 of 100 101
            cancel 1
                1 PendingCancel
                1 Cancelled 60 of 100 101
                1 202 Order Canceled - reason:
                2 Cancelled 0 of 100 110
                2 202 Order Canceled - reason:
                3 Cancelled 0 of 100 95
                3 202 Order Canceled - reason:
            held 60 at 100.0366"#]],
    );
}

#[test]
fn cancelling_an_exit_cancels_its_sibling_and_leaves_the_entry() {
    check(
        "order 1 buy 100 limit 90 held
         order 2 sell 100 limit 110 under 1 held
         order 3 sell 100 stop 85 under 1
         cancel 2",
        expect![[r#"
            order 1 buy 100 limit 90 held
            order 2 sell 100 limit 110 under 1 held
            order 3 sell 100 stop 85 under 1
                1 Submitted 0 of 100 90
                2 PreSubmitted (child) 0 of 100 110
                3 PreSubmitted (child,trigger) 0 of 100 85
            cancel 2
                2 PendingCancel
                2 Cancelled 0 of 100 110
                2 202 Order Canceled - reason:
                3 Cancelled 0 of 100 85
                3 202 Order Canceled - reason:
            held 0 at 0.0000"#]],
    );
}

#[test]
fn a_parent_beyond_the_account_is_turned_down_with_its_children() {
    check(
        "order 1 buy 5000 limit 100 held
         order 2 sell 5000 limit 110 under 1 held
         order 3 sell 5000 stop 95 under 1",
        expect![[r#"
            order 1 buy 5000 limit 100 held
            order 2 sell 5000 limit 110 under 1 held
            order 3 sell 5000 stop 95 under 1
                1 201 Order rejected - reason:We are unable to accept your order. Your Available Funds are insufficient to cover the initial margin. Available Funds: 100000.00, Initial Margin: 250000.00
                1 Inactive 0 of 5000 100
                2 Inactive 0 of 5000 110
                3 Inactive 0 of 5000 95
            held 0 at 0.0000"#]],
    );
}

#[test]
fn type_1_cancels_at_the_first_fill() {
    check(
        "order 1 sell 100 limit 110 oca1 G
         order 2 sell 100 stop 95 oca1 G
         order 3 sell 30 limit 111 oca1 G
         look 110.00 110.02 40
         look 110.00 110.02 500
         order 4 sell 10 limit 110 oca1 G",
        expect![[r#"
            order 1 sell 100 limit 110 oca1 G
                1 Submitted 0 of 100 110
            order 2 sell 100 stop 95 oca1 G
                2 PreSubmitted (trigger) 0 of 100 95
            order 3 sell 30 limit 111 oca1 G
                3 Submitted 0 of 30 111
            look 110.00 110.02 40
                1 sold 40 at 110
                1 Submitted 40 of 100 110
                1 paid 1.00 realized 0.00
                1 Submitted 40 of 100 110
                2 Cancelled 0 of 100 95
                2 202 Order Canceled - reason:
                3 Cancelled 0 of 30 111
                3 202 Order Canceled - reason:
            look 110.00 110.02 500
                1 sold 60 at 110
                1 Filled 100 of 100 110
                1 paid 0.00 realized 0.00
                1 Filled 100 of 100 110
            order 4 sell 10 limit 110 oca1 G
                4 201 Order rejected - reason:OCA group is already filled.
            held -100 at 109.9900"#]],
    );
}

#[test]
fn type_2_reduces_at_once_and_cancels_at_the_end() {
    check(
        "order 1 sell 100 limit 110 oca2 G
         order 2 sell 100 stop 95 oca2 G
         order 3 sell 30 limit 111 oca2 G
         look 110.00 110.02 40
         look 110.00 110.02 500",
        expect![[r#"
            order 1 sell 100 limit 110 oca2 G
                1 Submitted 0 of 100 110
            order 2 sell 100 stop 95 oca2 G
                2 PreSubmitted (trigger) 0 of 100 95
            order 3 sell 30 limit 111 oca2 G
                3 Submitted 0 of 30 111
            look 110.00 110.02 40
                1 sold 40 at 110
                1 Submitted 40 of 100 110
                1 paid 1.00 realized 0.00
                1 Submitted 40 of 100 110
                2 PreSubmitted (trigger) 0 of 60 95
                3 Cancelled 0 of 0 111
                3 202 Order Canceled - reason:
            look 110.00 110.02 500
                1 sold 60 at 110
                1 Filled 100 of 100 110
                1 paid 0.00 realized 0.00
                1 Filled 100 of 100 110
                2 Cancelled 0 of 0 95
                2 202 Order Canceled - reason:
            held -100 at 109.9900"#]],
    );
}

#[test]
fn type_3_may_overfill_at_one_look() {
    check(
        "order 1 sell 100 limit 110 oca3 G
         order 2 sell 100 stop 95 oca3 G
         look 105.00 105.02 500
         look 110.00 110.02 500 94.00 110.02",
        expect![[r#"
            order 1 sell 100 limit 110 oca3 G
                1 Submitted 0 of 100 110
            order 2 sell 100 stop 95 oca3 G
                2 PreSubmitted (trigger) 0 of 100 95
            look 105.00 105.02 500
            look 110.00 110.02 500 94.00 110.02
                1 sold 100 at 110
                1 Filled 100 of 100 110
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 110
                2 Submitted 0 of 100 95
                2 sold 100 at 110
                2 Filled 100 of 100 95
                2 paid 1.00 realized 0.00
                2 Filled 100 of 100 95
            held -200 at 109.9900"#]],
    );
}

#[test]
fn type_2_never_overfills_at_one_look() {
    check(
        "order 1 sell 100 limit 110 oca2 G
         order 2 sell 100 stop 95 oca2 G
         look 105.00 105.02 500
         look 110.00 110.02 500 94.00 110.02",
        expect![[r#"
            order 1 sell 100 limit 110 oca2 G
                1 Submitted 0 of 100 110
            order 2 sell 100 stop 95 oca2 G
                2 PreSubmitted (trigger) 0 of 100 95
            look 105.00 105.02 500
            look 110.00 110.02 500 94.00 110.02
                1 sold 100 at 110
                1 Filled 100 of 100 110
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 110
                2 Cancelled 0 of 0 95
                2 202 Order Canceled - reason:
            held -100 at 109.9900"#]],
    );
}

#[test]
fn partial_fills_share_the_display_and_pay_the_minimum_once() {
    check(
        "order 1 buy 150 market
         order 2 buy 150 limit 100.05
         look 100.00 100.02 200
         look 100.02 100.04 200",
        expect![[r#"
            order 1 buy 150 market
                1 Submitted 0 of 150
            order 2 buy 150 limit 100.05
                2 Submitted 0 of 150 100.05
            look 100.00 100.02 200
                1 bought 150 at 100.02
                1 Filled 150 of 150
                1 paid 1.00 realized 0.00
                1 Filled 150 of 150
                2 bought 50 at 100.02
                2 Submitted 50 of 150 100.05
                2 paid 1.00 realized 0.00
                2 Submitted 50 of 150 100.05
            look 100.02 100.04 200
                2 bought 100 at 100.04
                2 Filled 150 of 150 100.05
                2 paid 0.00 realized 0.00
                2 Filled 150 of 150 100.05
            held 300 at 100.0333"#]],
    );
}

#[test]
fn what_cannot_be_is_refused() {
    check(
        "order 1 buy 10 market
         look 100.00 100.02 200
         order 1 buy 20 market
         order 2 buy 10 limit 90
         cancel 2
         order 2 buy 10 limit 90
         order 3 buy 10 limit 90.005
         order 4 buy 0 market
         order 5 buy 1.5 market
         order 6 sell 10 stop 80 under 1
         cancel 77
         cancel 1
         cancel 2
         order 0 buy 10 market",
        expect![[r#"
            order 1 buy 10 market
                1 Submitted 0 of 10
            look 100.00 100.02 200
                1 bought 10 at 100.02
                1 Filled 10 of 10
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10
            order 1 buy 20 market
                1 104 Cannot modify a filled order.
            order 2 buy 10 limit 90
                2 Submitted 0 of 10 90
            cancel 2
                2 PendingCancel
                2 Cancelled 0 of 10 90
                2 202 Order Canceled - reason:
            order 2 buy 10 limit 90
                2 103 Duplicate order id
            order 3 buy 10 limit 90.005
                3 110 The price does not conform to the minimum price variation for this contract.
            order 4 buy 0 market
                4 434 The order size cannot be zero.
            order 5 buy 1.5 market
                5 10318 This order doesn't support fractional quantity trading
            order 6 sell 10 stop 80 under 1
                6 135 Can't find order with id = 1
            cancel 77
                77 10147 OrderId 77 that needs to be cancelled is not found.
            cancel 1
                1 10148 OrderId 1 that needs to be cancelled cannot be cancelled, state: Filled.
            cancel 2
                2 10148 OrderId 2 that needs to be cancelled cannot be cancelled, state: Cancelled.
            order 0 buy 10 market
                0 321 Error validating request.-'bU' : cause - Invalid order id 0
            held 10 at 100.1200"#]],
    );
}

#[test]
fn a_change_counts_what_is_filled_and_a_refused_one_changes_nothing() {
    check(
        "order 1 buy 100 limit 100.02
         look 100.00 100.02 40
         order 1 buy 30 limit 100.02
         order 1 sell 100 limit 100.02
         order 1 buy 100 limit 99.005
         order 1 buy 100 market
         order 1 buy 100 limit 100.02 oca1 G
         order 1 buy 80 limit 99.00
         order 1 buy 40 limit 99.00",
        expect![[r#"
            order 1 buy 100 limit 100.02
                1 Submitted 0 of 100 100.02
            look 100.00 100.02 40
                1 bought 40 at 100.02
                1 Submitted 40 of 100 100.02
                1 paid 1.00 realized 0.00
                1 Submitted 40 of 100 100.02
            order 1 buy 30 limit 100.02
                1 105 Order being modified does not match original order. Original order's filled quantity cannot change.
            order 1 sell 100 limit 100.02
                1 105 Order being modified does not match original order. Original order's action cannot change.
            order 1 buy 100 limit 99.005
                1 110 The price does not conform to the minimum price variation for this contract.
            order 1 buy 100 market
                1 329 Order modify failed. Cannot change to the new order type.
            order 1 buy 100 limit 100.02 oca1 G
                1 10326 OCA group revision is not allowed.
            order 1 buy 80 limit 99.00
                1 Submitted 40 of 80 99.00
            order 1 buy 40 limit 99.00
                1 Filled 40 of 40 99.00
            held 40 at 100.0450"#]],
    );
}

#[test]
fn a_child_s_parent_is_gone_once_it_is_complete() {
    check(
        "order 1 buy 10 market held
         order 2 sell 10 limit 120 under 1
         look 100.00 100.02 500
         order 2 sell 10 limit 119 under 1
         order 2 sell 10 limit 119",
        expect![[r#"
            order 1 buy 10 market held
            order 2 sell 10 limit 120 under 1
                1 Submitted 0 of 10
                2 PreSubmitted (child) 0 of 10 120
            look 100.00 100.02 500
                1 bought 10 at 100.02
                1 Filled 10 of 10
                1 paid 1.00 realized 0.00
                1 Filled 10 of 10
                2 Submitted 0 of 10 120
            order 2 sell 10 limit 119 under 1
                2 135 Can't find order with id = 1
            order 2 sell 10 limit 119
                2 Submitted 0 of 10 119
            held 10 at 100.1200"#]],
    );
}

#[test]
fn a_day_order_ends_at_the_close_and_gtc_survives_the_night() {
    check(
        "order 1 buy 10 limit 50
         order 2 buy 10 limit 50 gtc
         time 2008-09-29 16:00
         time 2008-09-29 16:03
         order 3 buy 10 market
         order 4 sell 10 stop 80
         time 2008-09-30 09:31
         look 100.00 100.02 500
         time 2008-09-30 16:00",
        expect![[r#"
            order 1 buy 10 limit 50
                1 Submitted 0 of 10 50
            order 2 buy 10 limit 50 gtc
                2 Submitted 0 of 10 50
            time 2008-09-29 16:00
                1 Cancelled 0 of 10 50
                1 202 Order Canceled - reason:
            time 2008-09-29 16:03
            order 3 buy 10 market
                3 PreSubmitted 0 of 10
                3 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            order 4 sell 10 stop 80
                4 PreSubmitted (trigger) 0 of 10 80
                4 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            time 2008-09-30 09:31
            look 100.00 100.02 500
                3 Submitted 0 of 10
                3 bought 10 at 100.02
                3 Filled 10 of 10
                3 paid 1.00 realized 0.00
                3 Filled 10 of 10
            time 2008-09-30 16:00
                4 Cancelled 0 of 10 80
                4 202 Order Canceled - reason:
            held 10 at 100.1200"#]],
    );
}

#[test]
fn a_resting_limit_is_filled_by_trades_that_went_through_it() {
    check(
        "order 1 buy 100 limit 99
         look 100.00 100.02 500 98.00 100.02
         look 100.00 100.02 500 98.99 100.02
         order 2 buy 100 limit 99.50 ioc
         look 100.00 100.02 500",
        expect![[r#"
            order 1 buy 100 limit 99
                1 Submitted 0 of 100 99
            look 100.00 100.02 500 98.00 100.02
            look 100.00 100.02 500 98.99 100.02
                1 bought 100 at 99
                1 Filled 100 of 100 99
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 99
            order 2 buy 100 limit 99.50 ioc
                2 Submitted 0 of 100 99.50
            look 100.00 100.02 500
                2 Cancelled 0 of 100 99.50
                2 202 Order Canceled - reason:
            held 100 at 99.0100"#]],
    );
}

#[test]
fn a_trailing_stop_follows_and_never_goes_back() {
    check(
        "order 1 sell 100 trail 2
         look 100.00 100.02 500
         look 103.00 103.02 500
         look 102.00 102.02 500
         look 100.90 101.00 500",
        expect![[r#"
            order 1 sell 100 trail 2
                1 PreSubmitted (trigger) 0 of 100
            look 100.00 100.02 500
                1 PreSubmitted (trigger) 0 of 100 98
            look 103.00 103.02 500
                1 PreSubmitted (trigger) 0 of 100 101.02
            look 102.00 102.02 500
            look 100.90 101.00 500
                1 Submitted 0 of 100 101.02
                1 sold 100 at 100.9
                1 Filled 100 of 100 101.02
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100 101.02
            held -100 at 100.8900"#]],
    );
}

#[test]
fn a_position_flips_to_short_and_back() {
    check(
        "order 1 buy 100 market
         look 100.00 100.02 500
         order 2 sell 250 market
         look 101.00 101.02 500
         order 3 buy 150 market
         look 99.98 100.00 500",
        expect![[r#"
            order 1 buy 100 market
                1 Submitted 0 of 100
            look 100.00 100.02 500
                1 bought 100 at 100.02
                1 Filled 100 of 100
                1 paid 1.00 realized 0.00
                1 Filled 100 of 100
            order 2 sell 250 market
                2 Submitted 0 of 250
            look 101.00 101.02 500
                2 sold 250 at 101
                2 Filled 250 of 250
                2 paid 1.25 realized 96.50
                2 Filled 250 of 250
            order 3 buy 150 market
                3 Submitted 0 of 150
            look 99.98 100.00 500
                3 bought 150 at 100
                3 Filled 150 of 150
                3 paid 1.00 realized 148.25
                3 Filled 150 of 150
            held 0 at 0.0000"#]],
    );
}
