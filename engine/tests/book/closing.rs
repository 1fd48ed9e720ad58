//! What takes risk away passes, and nothing crosses zero.

use engine::account::Limits;
use expect_test::expect;

use super::teller::{check, money};
use crate::limits;
use crate::numbers::decimal;

/// Everything that could refuse an entry does.
fn shut() -> Limits {
    limits(|own| {
        own.order.quantity_max = Some(super::teller::quantity("1"));
        own.order.notional_max = Some(money("1"));
        own.order.price_collar = Some(decimal("0.01").try_into().expect("a fraction"));
        own.ticker.position_size_max = Some(money("1"));
        own.ticker.entries_a_minute_max = Some(0);
        own.ticker.trades_a_day_max = Some(0);
        own.ticker.unfilled_in_a_row_max = Some(0);
        own.ticker.legs_a_side_max = Some(0);
        own.account.positions_max = Some(0);
        own.account.gross_exposure_max = Some(money("1"));
        own.account.net_exposure_max = Some(money("1"));
        own.account.daily_loss_max = Some(money("1"));
        own.account.orders_a_second_max = Some(0);
        own.account.orders_a_day_max = Some(0);
        own.restricted = [super::teller::ticker("AAPL")].into();
    })
}

#[test]
fn what_takes_risk_away_passes_every_limit() {
    check(
        &shut(),
        "
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 quote AAPL 90.00 90.02
        09:31:00 watch
        09:31:00 place AAPL S2 sell 99 stop 97.00 in G, T2 sell 99 limit 250.00 in G
        09:31:00 place AAPL X3 sell 99 market in G
        09:31:00 modify AAPL S2 99 98.00
        09:31:00 modify AAPL S2 50 98.00
        09:31:00 cancel AAPL S2
        09:31:00 place AAPL A4 buy 1 limit 90.00
    ",
        expect![[r#"
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 quote AAPL 90.00 90.02
            09:31:00 watch  -> a day opened, the loss limit tripped, day -991.00
            09:31:00 place AAPL S2 sell 99 stop 97.00 in G, T2 sell 99 limit 250.00 in G  -> admitted
            09:31:00 place AAPL X3 sell 99 market in G  -> admitted
            09:31:00 modify AAPL S2 99 98.00  -> admitted
            09:31:00 modify AAPL S2 50 98.00  -> admitted
            09:31:00 cancel AAPL S2  -> admitted
            09:31:00 place AAPL A4 buy 1 limit 90.00  -> refused: AAPL is on the restricted list
        "#]],
    );
}

#[test]
fn no_order_closes_more_than_is_held() {
    check(
        &limits(|_| {}),
        "
        09:31:00 place AAPL X1 sell 1 market
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 place AAPL X1 sell 100 market
        09:31:00 place AAPL E2 sell 100 limit 100.00
        09:31:00 place AAPL S2 sell 99 stop 97.00 in G, T2 sell 99 limit 110.00 in G
        09:31:00 modify AAPL S2 100 97.00
        09:31:00 filled AAPL S2 sell 40 at 97.00
        09:31:01 modify AAPL S2 99 98.00
        09:31:01 terms AAPL S2 99 98.00
        09:31:01 modify AAPL S2 100 98.00
        09:31:01 modify AAPL T2 60 98.00
        09:31:01 modify AAPL T2 59 98.00
        09:31:02 filled IBM E1 sell 50 at 10.00
        09:31:02 place IBM X1 buy 51 market
        09:31:02 place IBM X1 buy 50 market
    ",
        expect![[r#"
            09:31:00 place AAPL X1 sell 1 market  -> refused: would close 1 of 0 held
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 place AAPL X1 sell 100 market  -> refused: would close 100 of 99 held
            09:31:00 place AAPL E2 sell 100 limit 100.00  -> refused: would close 100 of 99 held
            09:31:00 place AAPL S2 sell 99 stop 97.00 in G, T2 sell 99 limit 110.00 in G  -> admitted
            09:31:00 modify AAPL S2 100 97.00  -> refused: would close 100 of 99 held
            09:31:00 filled AAPL S2 sell 40 at 97.00
            09:31:01 modify AAPL S2 99 98.00  -> admitted
            09:31:01 terms AAPL S2 99 98.00
            09:31:01 modify AAPL S2 100 98.00  -> refused: would close 60 of 59 held
            09:31:01 modify AAPL T2 60 98.00  -> refused: would close 60 of 59 held
            09:31:01 modify AAPL T2 59 98.00  -> admitted
            09:31:02 filled IBM E1 sell 50 at 10.00
            09:31:02 place IBM X1 buy 51 market  -> refused: would close 51 of 50 held
            09:31:02 place IBM X1 buy 50 market  -> admitted
        "#]],
    );
}

#[test]
fn orders_that_work_at_once_do_not_close_it_twice() {
    check(
        &limits(|_| {}),
        "
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 place AAPL S2 sell 60 stop 97.00 in G, T2 sell 60 limit 110.00 in G
        09:31:00 place AAPL X3 sell 40 market
        09:31:00 place AAPL X3 sell 39 market
        09:31:00 place AAPL X4 sell 1 market
        09:31:00 modify AAPL S2 61 97.00
        09:31:00 gauge zero crossing
        09:31:01 cancel AAPL X3
        09:31:01 place AAPL X4 sell 39 market
        09:31:01 unchanged AAPL X3
        09:31:01 place AAPL X5 sell 1 market
        09:31:02 ended AAPL X3
        09:31:02 ended AAPL X4
        09:31:02 place AAPL X5 sell 39 market
    ",
        expect![[r#"
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 place AAPL S2 sell 60 stop 97.00 in G, T2 sell 60 limit 110.00 in G  -> admitted
            09:31:00 place AAPL X3 sell 40 market  -> refused: would close 40 more of 99 held, of which working orders close 60
            09:31:00 place AAPL X3 sell 39 market  -> admitted
            09:31:00 place AAPL X4 sell 1 market  -> refused: would close 1 more of 99 held, of which working orders close 99
            09:31:00 modify AAPL S2 61 97.00  -> refused: would close 1 more of 99 held, of which working orders close 99
            09:31:00 gauge zero crossing  -> zero crossing: no number, on, refused 3 today
            09:31:01 cancel AAPL X3  -> admitted
            09:31:01 place AAPL X4 sell 39 market  -> admitted
            09:31:01 unchanged AAPL X3
            09:31:01 place AAPL X5 sell 1 market  -> refused: would close 1 more of 99 held, of which working orders close 138
            09:31:02 ended AAPL X3
            09:31:02 ended AAPL X4
            09:31:02 place AAPL X5 sell 39 market  -> admitted
        "#]],
    );
}

#[test]
fn of_a_group_the_fills_of_one_reduce_the_others() {
    check(
        &limits(|_| {}),
        "
        09:31:00 filled AAPL E1 buy 100 at 100.00
        09:31:00 place AAPL S2 sell 60 stop 97.00 in G, T2 sell 60 limit 110.00 in G
        09:31:00 place AAPL S3 sell 40 stop 97.00 in H, T3 sell 40 limit 110.00 in H
        09:31:01 filled AAPL T2 sell 20 at 110.00
        09:31:01 ended AAPL S3
        09:31:01 ended AAPL T3
        09:31:01 place AAPL S4 sell 41 stop 97.00 in I, T4 sell 41 limit 110.00 in I
        09:31:01 place AAPL S4 sell 40 stop 97.00 in I, T4 sell 40 limit 110.00 in I
    ",
        expect![[r#"
            09:31:00 filled AAPL E1 buy 100 at 100.00
            09:31:00 place AAPL S2 sell 60 stop 97.00 in G, T2 sell 60 limit 110.00 in G  -> admitted
            09:31:00 place AAPL S3 sell 40 stop 97.00 in H, T3 sell 40 limit 110.00 in H  -> admitted
            09:31:01 filled AAPL T2 sell 20 at 110.00
            09:31:01 ended AAPL S3
            09:31:01 ended AAPL T3
            09:31:01 place AAPL S4 sell 41 stop 97.00 in I, T4 sell 41 limit 110.00 in I  -> refused: would close 41 more of 80 held, of which working orders close 40
            09:31:01 place AAPL S4 sell 40 stop 97.00 in I, T4 sell 40 limit 110.00 in I  -> admitted
        "#]],
    );
}

#[test]
fn children_close_what_their_entry_brings_and_no_more() {
    check(
        &limits(|_| {}),
        "
        09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 101 limit 2.00 of E1 in G, S1 sell 100 stop 0.90 of E1 in G
        09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 50 limit 2.00 of E1, S1 sell 51 stop 0.90 of E1
        09:31:00 place AAPL E1 buy 100 limit 1.00, T1 buy 100 limit 2.00 of E1
        09:31:00 place AAPL T1 sell 100 limit 2.00 of E1
        09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 100 limit 2.00 of E1 in G, S1 sell 100 stop 0.90 of E1 in G
        09:31:00 modify AAPL S1 100 0.95
        09:31:00 modify AAPL S1 101 0.95
        09:31:00 terms AAPL S1 100 0.95
        09:31:00 place AAPL X2 sell 1 market
        09:31:01 filled AAPL E1 buy 60 at 1.00
        09:31:01 place AAPL X2 sell 1 market
        09:31:01 ended AAPL E1 60
        09:31:01 ended AAPL T1
        09:31:01 ended AAPL S1
        09:31:02 place AAPL X2 sell 60 limit 1.00, S2 buy 60 stop 1.10 of X2
        09:31:02 place AAPL X2 sell 61 market
        09:31:02 place AAPL X2 sell 60 market
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 101 limit 2.00 of E1 in G, S1 sell 100 stop 0.90 of E1 in G  -> refused: would close 101 of 100 held
            09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 50 limit 2.00 of E1, S1 sell 51 stop 0.90 of E1  -> refused: would close 101 of 100 held
            09:31:00 place AAPL E1 buy 100 limit 1.00, T1 buy 100 limit 2.00 of E1  -> refused: would close 100 of 100 held
            09:31:00 place AAPL T1 sell 100 limit 2.00 of E1  -> refused: would close 100 of 0 held
            09:31:00 place AAPL E1 buy 100 limit 1.00, T1 sell 100 limit 2.00 of E1 in G, S1 sell 100 stop 0.90 of E1 in G  -> admitted
            09:31:00 modify AAPL S1 100 0.95  -> admitted
            09:31:00 modify AAPL S1 101 0.95  -> refused: would close 101 of 100 held
            09:31:00 terms AAPL S1 100 0.95
            09:31:00 place AAPL X2 sell 1 market  -> refused: would close 1 of 0 held
            09:31:01 filled AAPL E1 buy 60 at 1.00
            09:31:01 place AAPL X2 sell 1 market  -> refused: would close 1 more of 60 held, of which working orders close 60
            09:31:01 ended AAPL E1 60
            09:31:01 ended AAPL T1
            09:31:01 ended AAPL S1
            09:31:02 place AAPL X2 sell 60 limit 1.00, S2 buy 60 stop 1.10 of X2  -> refused: would close 60 of 0 held
            09:31:02 place AAPL X2 sell 61 market  -> refused: would close 61 of 60 held
            09:31:02 place AAPL X2 sell 60 market  -> admitted
        "#]],
    );
}

#[test]
fn a_closing_that_nobody_saw_counts_with_its_worst_price_until_it_is_settled() {
    check(
        &limits(|own| own.account.daily_loss_max = Some(money("400"))),
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 filled AAPL E1 buy 99 at 100.00
        next-09:31:00 watch
        next-09:35:00 unseen AAPL S1 99 at 95.50
        next-09:35:00 watch
        next-09:36:00 place AAPL 2E1 buy 9 limit 100.00
        next-09:40:00 settled AAPL S1 99 at 97.00
        next-09:40:00 settled AAPL S1 99 at 97.00
        next-09:40:00 settled AAPL S7 99 at 97.00
        next-09:40:00 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:35:00 unseen AAPL S1 99 at 95.50
            next-09:35:00 watch  -> the loss limit tripped, day -444.52
            next-09:36:00 place AAPL 2E1 buy 9 limit 100.00  -> refused: halted: the day's loss -444.52 reached the limit 400.00
            next-09:40:00 settled AAPL S1 99 at 97.00
            next-09:40:00 settled AAPL S1 99 at 97.00
            next-09:40:00 settled AAPL S7 99 at 97.00
            next-09:40:00 watch  -> day -296.02
        "#]],
    );
}

#[test]
fn unarmed_nothing_opens_and_what_is_held_can_be_closed() {
    check(
        &limits(|_| ()),
        "
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:01 unarmed
        09:31:01 place AAPL A2 buy 1 limit 100.00
        09:31:01 place AAPL S1 sell 99 stop 97.00
        09:31:02 place AAPL X1 sell 99 limit 99.00
        09:31:03 armed
        09:31:03 place AAPL A3 buy 1 limit 100.00
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:01 unarmed
            09:31:01 place AAPL A2 buy 1 limit 100.00  -> refused: not armed: this start trades real money and opens nothing until `supervisor arm`
            09:31:01 place AAPL S1 sell 99 stop 97.00  -> admitted
            09:31:02 place AAPL X1 sell 99 limit 99.00  -> refused: would close 99 more of 99 held, of which working orders close 99
            09:31:03 armed
            09:31:03 place AAPL A3 buy 1 limit 100.00  -> admitted
        "#]],
    );
}
