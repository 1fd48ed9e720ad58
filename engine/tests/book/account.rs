//! Limits of the account: just under, at, and just over each of them.

use engine::account::{BuyingPower, Limits, Unknown};
use expect_test::expect;

use super::teller::{check, money};
use crate::limits;
use crate::numbers::decimal;

#[test]
fn two_tickers_at_once_cannot_pass_the_same_limit() {
    check(
        &limits(|own| own.account.positions_max = Some(2)),
        "
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 place IBM E1 sell 9 limit 1.00
        09:31:00 place GE E1 buy 9 limit 1.00
        09:31:00 gauge open positions
        09:31:01 place AAPL A2 buy 9 limit 1.00
        09:31:01 ended IBM E1
        09:31:01 place GE E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 place IBM E1 sell 9 limit 1.00  -> admitted
            09:31:00 place GE E1 buy 9 limit 1.00  -> refused: 2 positions are open, the limit is 2
            09:31:00 gauge open positions  -> open positions: 2 of 2, 0 left, on, refused 1 today
            09:31:01 place AAPL A2 buy 9 limit 1.00  -> admitted
            09:31:01 ended IBM E1
            09:31:01 place GE E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn gross_exposure_adds_both_sides_and_what_may_come() {
    check(
        &limits(|own| own.account.gross_exposure_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 quote IBM 9.98 10.00
        09:31:00 filled AAPL E1 buy 40 at 9.00
        09:31:00 filled IBM E1 sell 30 at 11.00
        09:31:00 gauge gross exposure
        09:31:00 place GE E1 buy 301 limit 1.00
        09:31:00 place GE E1 buy 299 limit 1.00
        09:31:00 place F E1 sell 2 limit 1.00
        09:31:00 place F E1 sell 1 limit 1.00
        09:31:00 gauge gross exposure
    ",
        expect![[r#"
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 quote IBM 9.98 10.00
            09:31:00 filled AAPL E1 buy 40 at 9.00
            09:31:00 filled IBM E1 sell 30 at 11.00
            09:31:00 gauge gross exposure  -> gross exposure: 700.00 of 1000.00, 300.00 left, on, refused 0 today
            09:31:00 place GE E1 buy 301 limit 1.00  -> refused: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place GE E1 buy 299 limit 1.00  -> admitted
            09:31:00 place F E1 sell 2 limit 1.00  -> refused: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place F E1 sell 1 limit 1.00  -> admitted
            09:31:00 gauge gross exposure  -> gross exposure: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
        "#]],
    );
}

#[test]
fn net_exposure_counts_the_entries_of_one_side_only() {
    check(
        &limits(|own| own.account.net_exposure_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 filled AAPL E1 buy 90 at 9.00
        09:31:00 place IBM E1 buy 101 limit 1.00
        09:31:00 place IBM E1 buy 100 limit 1.00
        09:31:00 place GE E1 buy 1 limit 1.00
        09:31:00 gauge net exposure
        09:31:00 place F E1 sell 1901 limit 1.00
        09:31:00 place F E1 sell 1900 limit 1.00
        09:31:00 place T E1 sell 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 filled AAPL E1 buy 90 at 9.00
            09:31:00 place IBM E1 buy 101 limit 1.00  -> refused: long less short would be +1001.00, the limit is 1000.00 either way
            09:31:00 place IBM E1 buy 100 limit 1.00  -> admitted
            09:31:00 place GE E1 buy 1 limit 1.00  -> refused: long less short would be +1001.00, the limit is 1000.00 either way
            09:31:00 gauge net exposure  -> net exposure: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
            09:31:00 place F E1 sell 1901 limit 1.00  -> refused: long less short would be -1001.00, the limit is 1000.00 either way
            09:31:00 place F E1 sell 1900 limit 1.00  -> admitted
            09:31:00 place T E1 sell 1 limit 1.00  -> refused: long less short would be -1001.00, the limit is 1000.00 either way
        "#]],
    );
}

#[test]
fn orders_of_a_second_and_a_day_hold_entries_back() {
    check(
        &limits(|own| {
            own.account.orders_a_second_max = Some(3);
            own.account.orders_a_day_max = Some(6);
        }),
        "
        09:31:00 watch
        09:31:00 place AAPL E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1
        09:31:00 place IBM E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1
        09:31:00 place IBM E1 buy 9 limit 1.00
        09:31:00 gauge orders a second
        09:31:00 modify AAPL S1 9 0.95
        09:31:00 cancel AAPL S1
        09:31:01 gauge orders a second
        09:31:01 place GE E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1, T1 sell 9 limit 2.00 of E1
        09:31:01 place GE E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1
        09:31:02 place F E1 buy 9 limit 1.00
        09:31:02 gauge orders a day
        next-09:31:02 watch
        next-09:31:02 place F E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 place AAPL E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1  -> admitted
            09:31:00 place IBM E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1  -> refused: 4 orders within a second with these, the limit is 3
            09:31:00 place IBM E1 buy 9 limit 1.00  -> admitted
            09:31:00 gauge orders a second  -> orders a second: 3 of 3, 0 left, on, refused 1 today
            09:31:00 modify AAPL S1 9 0.95  -> admitted
            09:31:00 cancel AAPL S1  -> admitted
            09:31:01 gauge orders a second  -> orders a second: 0 of 3, 3 left, on, refused 1 today
            09:31:01 place GE E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1, T1 sell 9 limit 2.00 of E1  -> refused: would close 18 of 9 held
            09:31:01 place GE E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1  -> admitted
            09:31:02 place F E1 buy 9 limit 1.00  -> refused: 7 orders today with these, the limit is 6
            09:31:02 gauge orders a day  -> orders a day: 6 of 6, 0 left, on, refused 1 today
            next-09:31:02 watch  -> a day opened, day +0.00
            next-09:31:02 place F E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn orders_of_a_process_that_has_ended_are_not_of_this_second() {
    check(
        &limits(|own| own.account.orders_a_second_max = Some(1)),
        "
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 place IBM E1 buy 9 limit 1.00
        again-09:31:00 gauge orders a second
        again-09:31:00 place IBM E1 buy 9 limit 1.00
        again-09:31:00 place GE E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 9 limit 1.00  -> refused: 2 orders within a second with these, the limit is 1
            again-09:31:00 gauge orders a second  -> orders a second: 0 of 1, 1 left, on, refused 1 today
            again-09:31:00 place IBM E1 buy 9 limit 1.00  -> admitted
            again-09:31:00 place GE E1 buy 9 limit 1.00  -> refused: 2 orders within a second with these, the limit is 1
        "#]],
    );
}

fn buying_power(unknown: Unknown) -> impl Fn(&mut Limits) {
    move |own| {
        let share = decimal("0.5").try_into().expect("a portion");
        own.account.buying_power = Some(BuyingPower { share, unknown });
    }
}

#[test]
fn buying_power_is_taken_by_what_works_and_by_what_was_bought_since() {
    check(
        &limits(buying_power(Unknown::Admit)),
        "
        09:31:00 gauge buying power
        09:31:00 place AAPL E1 buy 100 limit 1.00
        09:31:01 funds 1000
        09:31:01 gauge buying power
        09:31:02 place IBM E1 sell 401 limit 1.00
        09:31:02 place IBM E1 sell 400 limit 1.00
        09:31:02 place GE E1 buy 1 limit 1.00
        09:31:03 filled IBM E1 sell 400 at 1.00
        09:31:03 ended IBM E1 400
        09:31:03 place GE E1 buy 1 limit 1.00
        09:31:04 funds 800
        09:31:04 place GE E1 buy 301 limit 1.00
        09:31:04 place GE E1 buy 300 limit 1.00
        09:31:04 filled IBM S1 buy 400 at 1.00
        09:31:04 gauge buying power
    ",
        expect![[r#"
            09:31:00 gauge buying power  -> buying power: no number, not known yet: lets through, refused 0 today
            09:31:00 place AAPL E1 buy 100 limit 1.00  -> admitted
            09:31:01 funds 1000
            09:31:01 gauge buying power  -> buying power: 100.00 of 500.00, 400.00 left, on, refused 0 today
            09:31:02 place IBM E1 sell 401 limit 1.00  -> refused: entries would take 501.00 of buying power, 500.00 may be used
            09:31:02 place IBM E1 sell 400 limit 1.00  -> admitted
            09:31:02 place GE E1 buy 1 limit 1.00  -> refused: entries would take 501.00 of buying power, 500.00 may be used
            09:31:03 filled IBM E1 sell 400 at 1.00
            09:31:03 ended IBM E1 400
            09:31:03 place GE E1 buy 1 limit 1.00  -> refused: entries would take 501.00 of buying power, 500.00 may be used
            09:31:04 funds 800
            09:31:04 place GE E1 buy 301 limit 1.00  -> refused: entries would take 401.00 of buying power, 400.00 may be used
            09:31:04 place GE E1 buy 300 limit 1.00  -> admitted
            09:31:04 filled IBM S1 buy 400 at 1.00
            09:31:04 gauge buying power  -> buying power: 400.00 of 400.00, 0.00 left, on, refused 4 today
        "#]],
    );
}

#[test]
fn unknown_buying_power_refuses_where_it_is_told_to() {
    check(
        &limits(buying_power(Unknown::Refuse)),
        "
        09:31:00 gauge buying power
        09:31:00 place AAPL E1 buy 100 limit 1.00
        09:31:00 filled AAPL E1 buy 100 at 1.00
        09:31:00 place AAPL X1 sell 100 market
    ",
        expect![[r#"
            09:31:00 gauge buying power  -> buying power: no number, not known yet: refuses, refused 0 today
            09:31:00 place AAPL E1 buy 100 limit 1.00  -> refused: the account's buying power is not known yet
            09:31:00 filled AAPL E1 buy 100 at 1.00
            09:31:00 place AAPL X1 sell 100 market  -> admitted
        "#]],
    );
}

/// One contract at 100.00 with 50 a point is worth 5000; its margin of 200 takes 800 of buying power.
#[test]
fn a_future_takes_its_margin_of_the_buying_power_and_its_worth_of_the_exposure() {
    check(
        &limits(|own| {
            buying_power(Unknown::Admit)(own);
            own.account.gross_exposure_max = Some(money("12000"));
        }),
        "
        09:31:00 funds 3200
        09:31:00 lot ES 1 100.00 50 200
        09:31:00 place ES E1 buy 2 limit 100.00
        09:31:00 gauge buying power
        09:31:00 gauge gross exposure
        09:31:01 filled ES E1 buy 2 at 100.00
        09:31:01 ended ES E1 2
        09:31:01 gauge buying power
        09:31:02 place GE E1 buy 1 limit 1.00
        09:31:03 funds 1600
        09:31:03 place GE E1 buy 801 limit 1.00
        09:31:03 place GE E1 buy 800 limit 1.00
        09:31:03 place IBM E1 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 funds 3200
            09:31:00 lot ES 1 100.00 50 200
            09:31:00 place ES E1 buy 2 limit 100.00  -> admitted
            09:31:00 gauge buying power  -> buying power: 1600.00 of 1600.00, 0.00 left, on, refused 0 today
            09:31:00 gauge gross exposure  -> gross exposure: 10000.00 of 12000.00, 2000.00 left, on, refused 0 today
            09:31:01 filled ES E1 buy 2 at 100.00
            09:31:01 ended ES E1 2
            09:31:01 gauge buying power  -> buying power: 1600.00 of 1600.00, 0.00 left, on, refused 0 today
            09:31:02 place GE E1 buy 1 limit 1.00  -> refused: entries would take 1601.00 of buying power, 1600.00 may be used
            09:31:03 funds 1600
            09:31:03 place GE E1 buy 801 limit 1.00  -> refused: entries would take 801.00 of buying power, 800.00 may be used
            09:31:03 place GE E1 buy 800 limit 1.00  -> admitted
            09:31:03 place IBM E1 buy 1 limit 1.00  -> refused: entries would take 801.00 of buying power, 800.00 may be used
        "#]],
    );
}

#[test]
fn open_risk_counts_each_stop_what_has_none_and_what_may_come() {
    check(
        &limits(|own| {
            own.account.open_risk_max = Some(money("1000"));
            own.ticker.open_risk_max = Some(money("600"));
        }),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 quote IBM 49.98 50.00
        09:31:00 place AAPL E1 buy 101 limit 100.00, S1 sell 101 stop 94.00 of E1
        09:31:00 place AAPL E1 buy 100 limit 100.00, S1 sell 100 stop 94.00 of E1
        09:31:00 gauge ticker risk
        09:31:01 filled AAPL E1 buy 100 at 100.00
        09:31:01 ended AAPL E1 100
        09:31:01 works AAPL S1 0 100
        09:31:01 gauge ticker risk
        09:31:01 place IBM E1 sell 201 limit 50.00, S1 buy 201 stop 52.00 of E1
        09:31:01 place IBM E1 sell 200 limit 50.00, S1 buy 200 stop 52.00 of E1
        09:31:01 gauge open risk
        09:31:01 place GE E1 buy 1 limit 1.00, S1 sell 1 stop 0.99 of E1
        09:31:02 quote AAPL 101.00 101.02
        09:31:02 gauge ticker risk
        09:31:03 modify AAPL S1 100 100.50
        09:31:03 gauge open risk
        09:31:03 terms AAPL S1 100 100.50
        09:31:03 gauge open risk
        09:31:04 ended AAPL S1
        09:31:04 gauge open risk
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 quote IBM 49.98 50.00
            09:31:00 place AAPL E1 buy 101 limit 100.00, S1 sell 101 stop 94.00 of E1  -> refused: AAPL would lose 606.00 at its stops, the limit is 600.00
            09:31:00 place AAPL E1 buy 100 limit 100.00, S1 sell 100 stop 94.00 of E1  -> admitted
            09:31:00 gauge ticker risk  -> ticker risk: 600.00 of 600.00 (AAPL), 0.00 left, on, refused 1 today
            09:31:01 filled AAPL E1 buy 100 at 100.00
            09:31:01 ended AAPL E1 100
            09:31:01 works AAPL S1 0 100
            09:31:01 gauge ticker risk  -> ticker risk: 600.00 of 600.00 (AAPL), 0.00 left, on, refused 1 today
            09:31:01 place IBM E1 sell 201 limit 50.00, S1 buy 201 stop 52.00 of E1  -> refused: all stops together would lose 1002.00, the limit is 1000.00
            09:31:01 place IBM E1 sell 200 limit 50.00, S1 buy 200 stop 52.00 of E1  -> admitted
            09:31:01 gauge open risk  -> open risk: 1000.00 of 1000.00, 0.00 left, on, refused 1 today
            09:31:01 place GE E1 buy 1 limit 1.00, S1 sell 1 stop 0.99 of E1  -> refused: all stops together would lose 1000.01, the limit is 1000.00
            09:31:02 quote AAPL 101.00 101.02
            09:31:02 gauge ticker risk  -> ticker risk: 700.00 of 600.00 (AAPL), 0.00 left, on, refused 1 today
            09:31:03 modify AAPL S1 100 100.50  -> admitted
            09:31:03 gauge open risk  -> open risk: 1100.00 of 1000.00, 0.00 left, on, refused 2 today
            09:31:03 terms AAPL S1 100 100.50
            09:31:03 gauge open risk  -> open risk: 450.00 of 1000.00, 550.00 left, on, refused 2 today
            09:31:04 ended AAPL S1
            09:31:04 gauge open risk  -> open risk: 10500.00 of 1000.00, 0.00 left, on, refused 2 today
        "#]],
    );
}

#[test]
fn a_gap_of_one_ticker_takes_a_tenth_of_its_position() {
    check(
        &limits(|own| own.ticker.gap_risk_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 filled AAPL E1 buy 60 at 100.00
        09:31:00 gauge ticker gap risk
        09:31:00 place IBM E1 sell 101 limit 100.00
        09:31:00 place IBM E1 sell 100 limit 100.00
        09:31:01 place AAPL E2 buy 41 limit 100.00
        09:31:01 place AAPL E2 buy 40 limit 100.00
        09:31:01 gauge ticker gap risk
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 filled AAPL E1 buy 60 at 100.00
            09:31:00 gauge ticker gap risk  -> ticker gap risk: 600.00 of 1000.00 (AAPL), 400.00 left, on, refused 0 today
            09:31:00 place IBM E1 sell 101 limit 100.00  -> refused: a leap of IBM by a tenth would take 1010.00, the limit is 1000.00
            09:31:00 place IBM E1 sell 100 limit 100.00  -> admitted
            09:31:01 place AAPL E2 buy 41 limit 100.00  -> refused: a leap of AAPL by a tenth would take 1010.00, the limit is 1000.00
            09:31:01 place AAPL E2 buy 40 limit 100.00  -> admitted
            09:31:01 gauge ticker gap risk  -> ticker gap risk: 1000.00 of 1000.00 (IBM), 0.00 left, on, refused 2 today
        "#]],
    );
}

#[test]
fn a_gap_takes_a_tenth_of_all_that_is_held_and_may_come() {
    check(
        &limits(|own| own.account.gap_risk_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 filled AAPL E1 buy 60 at 100.00
        09:31:00 gauge gap risk
        09:31:00 place IBM E1 sell 41 limit 100.00
        09:31:00 place IBM E1 sell 40 limit 100.00
        09:31:00 gauge gap risk
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 filled AAPL E1 buy 60 at 100.00
            09:31:00 gauge gap risk  -> gap risk: 600.00 of 1000.00, 400.00 left, on, refused 0 today
            09:31:00 place IBM E1 sell 41 limit 100.00  -> refused: a leap of all prices by a tenth would take 1010.00, the limit is 1000.00
            09:31:00 place IBM E1 sell 40 limit 100.00  -> admitted
            09:31:00 gauge gap risk  -> gap risk: 1000.00 of 1000.00, 0.00 left, on, refused 1 today
        "#]],
    );
}
