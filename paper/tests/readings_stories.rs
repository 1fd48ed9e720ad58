//! The exchange in stories: each open question about TWS, read both ways.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod story;

use expect_test::expect;
use story::check;

/// An entry of which 60 fill before the day ends.
const EXPIRY: &str = "order 1 buy 100 limit 101 held
         order 2 sell 100 limit 110 gtc under 1 held
         order 3 sell 100 stop 95 gtc under 1
         look 100.00 100.02 60
         time 2008-09-29 16:01";

#[test]
fn children_of_an_expired_rest_are_kept_or_cancelled() {
    check(
        EXPIRY,
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
        time 2008-09-29 16:01
            1 Cancelled 60 of 100 101
            1 202 Order Canceled - reason:
            2 Submitted 0 of 60 110
            3 PreSubmitted (trigger) 0 of 60 95
        held 60 at 100.0366"#]],
    );
    check(
        &format!("reading children_on_expiry=cancelled\n{EXPIRY}"),
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
        time 2008-09-29 16:01
            1 Cancelled 60 of 100 101
            1 202 Order Canceled - reason:
            2 Cancelled 0 of 60 110
            2 202 Order Canceled - reason:
            3 Cancelled 0 of 60 95
            3 202 Order Canceled - reason:
        held 60 at 100.0366"#]],
    );
}

#[test]
fn children_cancelled_with_a_rest_outlive_one_that_expires_where_both_readings_say_so() {
    let both = "reading children_on_partial=cancelled\nreading children_on_expiry=kept";
    check(
        &format!("{both}\n{EXPIRY}"),
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
        time 2008-09-29 16:01
            1 Cancelled 60 of 100 101
            1 202 Order Canceled - reason:
            2 PreSubmitted 0 of 60 110
            2 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
            3 PreSubmitted (trigger) 0 of 60 95
            3 399 Order Message: Warning: Your order will not be placed at the exchange until 20080930 09:30:00 US/Eastern.
        held 60 at 100.0366"#]],
    );
}

/// Children of type 1, whose entry fills, and of which one fills in part.
const GROUPED: &str = "order 1 buy 100 market held
         order 2 sell 100 limit 102 gtc under 1 oca1 mine held
         order 3 sell 100 stop 95 gtc under 1 oca1 mine
         look 100.00 100.02 500
         look 102.00 102.02 40
         order 3 sell 60 stop 96 gtc oca1 mine";

#[test]
fn children_keep_their_group_or_get_one_by_their_parent() {
    check(
        GROUPED,
        expect![[r#"
        order 1 buy 100 market held
        order 2 sell 100 limit 102 gtc under 1 oca1 mine held
        order 3 sell 100 stop 95 gtc under 1 oca1 mine
            1 Submitted 0 of 100
            2 PreSubmitted (child) 0 of 100 102
            3 PreSubmitted (child,trigger) 0 of 100 95
        look 100.00 100.02 500
            1 bought 100 at 100.02
            1 Filled 100 of 100
            1 paid 1.00 realized 0.00
            1 Filled 100 of 100
            2 Submitted 0 of 100 102
            3 PreSubmitted (trigger) 0 of 100 95
        look 102.00 102.02 40
            2 sold 40 at 102
            2 Submitted 40 of 100 102
            2 paid 1.00 realized 77.80
            2 Submitted 40 of 100 102
            3 Cancelled 0 of 100 95
            3 202 Order Canceled - reason:
        order 3 sell 60 stop 96 gtc oca1 mine
            3 103 Duplicate order id
        held 60 at 100.0300"#]],
    );
    check(
        &format!("reading children_group=by_parent\n{GROUPED}"),
        expect![[r#"
        order 1 buy 100 market held
        order 2 sell 100 limit 102 gtc under 1 oca1 mine held
        order 3 sell 100 stop 95 gtc under 1 oca1 mine
            1 Submitted 0 of 100
            2 PreSubmitted (child) 0 of 100 102
            3 PreSubmitted (child,trigger) 0 of 100 95
        look 100.00 100.02 500
            1 bought 100 at 100.02
            1 Filled 100 of 100
            1 paid 1.00 realized 0.00
            1 Filled 100 of 100
            2 Submitted 0 of 100 102
            3 PreSubmitted (trigger) 0 of 100 95
        look 102.00 102.02 40
            2 sold 40 at 102
            2 Submitted 40 of 100 102
            2 paid 1.00 realized 77.80
            2 Submitted 40 of 100 102
            3 PreSubmitted (trigger) 0 of 60 95
        order 3 sell 60 stop 96 gtc oca1 mine
            3 10326 OCA group revision is not allowed.
        held 60 at 100.0300"#]],
    );
}

const PARENT_NAMED: &str = "order 1 buy 100 market held
         order 2 sell 100 stop 95 gtc under 1
         look 100.00 100.02 500
         order 2 sell 100 stop 96 gtc under 1";

#[test]
fn a_filled_parent_may_be_named_or_not() {
    check(
        PARENT_NAMED,
        expect![[r#"
        order 1 buy 100 market held
        order 2 sell 100 stop 95 gtc under 1
            1 Submitted 0 of 100
            2 PreSubmitted (child,trigger) 0 of 100 95
        look 100.00 100.02 500
            1 bought 100 at 100.02
            1 Filled 100 of 100
            1 paid 1.00 realized 0.00
            1 Filled 100 of 100
            2 PreSubmitted (trigger) 0 of 100 95
        order 2 sell 100 stop 96 gtc under 1
            2 135 Can't find order with id = 1
        held 100 at 100.0300"#]],
    );
    check(
        &format!("reading named_parent=ignored\n{PARENT_NAMED}"),
        expect![[r#"
        order 1 buy 100 market held
        order 2 sell 100 stop 95 gtc under 1
            1 Submitted 0 of 100
            2 PreSubmitted (child,trigger) 0 of 100 95
        look 100.00 100.02 500
            1 bought 100 at 100.02
            1 Filled 100 of 100
            1 paid 1.00 realized 0.00
            1 Filled 100 of 100
            2 PreSubmitted (trigger) 0 of 100 95
        order 2 sell 100 stop 96 gtc under 1
            2 PreSubmitted (trigger) 0 of 100 96
        held 100 at 100.0300"#]],
    );
}

const GROUP_CHANGED: &str = "order 1 buy 10 limit 90 oca1 first
         order 1 buy 10 limit 91 oca1 second";

#[test]
fn another_group_is_refused_or_ignored() {
    check(
        GROUP_CHANGED,
        expect![[r#"
        order 1 buy 10 limit 90 oca1 first
            1 Submitted 0 of 10 90
        order 1 buy 10 limit 91 oca1 second
            1 10326 OCA group revision is not allowed.
        held 0 at 0.0000"#]],
    );
    check(
        &format!("reading group_change=ignored\n{GROUP_CHANGED}"),
        expect![[r#"
        order 1 buy 10 limit 90 oca1 first
            1 Submitted 0 of 10 90
        order 1 buy 10 limit 91 oca1 second
            1 Submitted 0 of 10 91
        held 0 at 0.0000"#]],
    );
}

/// One member fills 50 of 100; the other one has 30.
const REDUCED: &str = "order 1 buy 100 limit 101 oca2 pair
         order 2 buy 30 limit 90 oca2 pair
         look 100.00 100.02 50";

#[test]
fn a_fill_reduces_by_shares_or_by_fraction() {
    check(
        REDUCED,
        expect![[r#"
        order 1 buy 100 limit 101 oca2 pair
            1 Submitted 0 of 100 101
        order 2 buy 30 limit 90 oca2 pair
            2 Submitted 0 of 30 90
        look 100.00 100.02 50
            1 bought 50 at 100.02
            1 Submitted 50 of 100 101
            1 paid 1.00 realized 0.00
            1 Submitted 50 of 100 101
            2 Cancelled 0 of 0 90
            2 202 Order Canceled - reason:
        held 50 at 100.0400"#]],
    );
    check(
        &format!("reading reduce=by_fraction\n{REDUCED}"),
        expect![[r#"
        order 1 buy 100 limit 101 oca2 pair
            1 Submitted 0 of 100 101
        order 2 buy 30 limit 90 oca2 pair
            2 Submitted 0 of 30 90
        look 100.00 100.02 50
            1 bought 50 at 100.02
            1 Submitted 50 of 100 101
            1 paid 1.00 realized 0.00
            1 Submitted 50 of 100 101
            2 Submitted 0 of 15 90
        held 50 at 100.0400"#]],
    );
}

const RACE: &str = "order 1 buy 100 limit 101 oca1 pair
         order 2 buy 100 limit 101 oca1 pair
         look 100.00 100.02 500";

#[test]
fn a_race_is_blocked_or_open() {
    check(
        RACE,
        expect![[r#"
        order 1 buy 100 limit 101 oca1 pair
            1 Submitted 0 of 100 101
        order 2 buy 100 limit 101 oca1 pair
            2 Submitted 0 of 100 101
        look 100.00 100.02 500
            1 bought 100 at 100.02
            1 Filled 100 of 100 101
            1 paid 1.00 realized 0.00
            1 Filled 100 of 100 101
            2 Cancelled 0 of 100 101
            2 202 Order Canceled - reason:
        held 100 at 100.0300"#]],
    );
    check(
        &format!("reading oca_race=open\n{RACE}"),
        expect![[r#"
        order 1 buy 100 limit 101 oca1 pair
            1 Submitted 0 of 100 101
        order 2 buy 100 limit 101 oca1 pair
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

const MIXED: &str = "order 1 buy 100 limit 90 oca1 pair account DSIM0001
         order 2 buy 100 limit 91 oca1 pair";

#[test]
fn mixed_accounts_are_taken_or_refused() {
    check(
        MIXED,
        expect![[r#"
        order 1 buy 100 limit 90 oca1 pair account DSIM0001
            1 Submitted 0 of 100 90
        order 2 buy 100 limit 91 oca1 pair
            2 Submitted 0 of 100 91
        held 0 at 0.0000"#]],
    );
    check(
        &format!("reading mixed_accounts=refused\n{MIXED}"),
        expect![[r#"
        order 1 buy 100 limit 90 oca1 pair account DSIM0001
            1 Submitted 0 of 100 90
        order 2 buy 100 limit 91 oca1 pair
            2 10224 The members of an OCA group must name the same account.
        held 0 at 0.0000"#]],
    );
}
