//! The day's result, its limit, and its release.

use engine::account::{Limits, LossScope};
use expect_test::expect;

use super::teller::{check, check_changed, money};
use crate::limits;

fn five_hundred() -> Limits {
    limits(|own| own.account.daily_loss_max = Some(money("500")))
}

#[test]
fn the_loss_trips_on_realized_and_unrealized_and_stays_tripped() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 cost AAPL 1.00
        09:31:00 watch
        09:40:00 filled AAPL S1 sell 49 at 97.00
        09:40:00 cost AAPL 1.00
        09:40:00 quote AAPL 93.04 93.06
        09:40:00 watch
        09:40:00 gauge daily loss
        09:40:01 quote AAPL 92.99 93.01
        09:40:01 watch
        09:40:02 quote AAPL 92.98 93.00
        09:40:02 place AAPL A2 buy 1 limit 93.00
        09:40:02 watch
        09:40:03 filled AAPL S1 sell 50 at 99.00
        09:40:03 closed AAPL 1 0
        09:40:03 watch
        09:40:04 place IBM E1 buy 9 limit 100.00
        09:40:04 gauge daily loss
        next-09:31:00 watch
        next-09:31:00 place AAPL 2E1 buy 9 limit 100.00
        next-09:31:00 release daily loss
        next-09:31:00 place AAPL 2E1 buy 9 limit 100.00
        next-09:31:00 gauge daily loss
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 cost AAPL 1.00
            09:31:00 watch  -> day -2.98
            09:40:00 filled AAPL S1 sell 49 at 97.00
            09:40:00 cost AAPL 1.00
            09:40:00 quote AAPL 93.04 93.06
            09:40:00 watch  -> day -497.00
            09:40:00 gauge daily loss  -> daily loss: 497.00 of 500.00, 3.00 left, on, refused 0 today
            09:40:01 quote AAPL 92.99 93.01
            09:40:01 watch  -> day -499.50
            09:40:02 quote AAPL 92.98 93.00
            09:40:02 place AAPL A2 buy 1 limit 93.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
            09:40:02 watch  -> the loss limit tripped, day -500.00
            09:40:03 filled AAPL S1 sell 50 at 99.00
            09:40:03 closed AAPL 1 0
            09:40:03 watch  -> day -200.00
            09:40:04 place IBM E1 buy 9 limit 100.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
            09:40:04 gauge daily loss  -> daily loss: 200.00 of 500.00, 300.00 left, tripped: the day's loss -500.00 reached the limit 500.00; released by name only, refused 2 today
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:00 place AAPL 2E1 buy 9 limit 100.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
            next-09:31:00 release daily loss  -> released
            next-09:31:00 place AAPL 2E1 buy 9 limit 100.00  -> admitted
            next-09:31:00 gauge daily loss  -> daily loss: 0.00 of 500.00, 500.00 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn released_within_the_day_it_counts_anew_from_there() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 filled AAPL E1 buy 1000 at 10.00
        09:31:00 cost AAPL 0
        09:31:00 release daily loss
        09:31:01 quote AAPL 9.50 9.52
        09:31:01 watch
        09:31:02 release daily loss
        09:31:02 watch
        09:31:02 gauge daily loss
        09:31:03 quote AAPL 9.01 9.03
        09:31:03 watch
        09:31:04 quote AAPL 9.00 9.02
        09:31:04 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 filled AAPL E1 buy 1000 at 10.00
            09:31:00 cost AAPL 0
            09:31:00 release daily loss  -> nothing to release
            09:31:01 quote AAPL 9.50 9.52
            09:31:01 watch  -> the loss limit tripped, day -500.00
            09:31:02 release daily loss  -> released
            09:31:02 watch  -> day -500.00
            09:31:02 gauge daily loss  -> daily loss: 500.00 of 1000.00, 500.00 left, on, refused 0 today
            09:31:03 quote AAPL 9.01 9.03
            09:31:03 watch  -> day -990.00
            09:31:04 quote AAPL 9.00 9.02
            09:31:04 watch  -> the loss limit tripped, day -1000.00
        "#]],
    );
}

#[test]
fn a_day_is_counted_from_the_marks_it_opened_with() {
    check(
        &limits(|_| {}),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 cost AAPL 0
        09:31:00 filled IBM E1 sell 100 at 49.98
        09:31:00 cost IBM 0
        15:59:00 quote AAPL 103.00 103.02
        15:59:00 quote IBM 49.00 49.02
        15:59:00 watch
        next-09:31:00 watch
        next-09:31:00 quote AAPL 104.00 104.02
        next-09:31:00 quote IBM 49.10 49.12
        next-09:31:00 watch
        next-09:32:00 filled AAPL T1 sell 99 at 104.50
        next-09:32:00 closed AAPL 1 0
        next-09:32:00 cost AAPL 2.00
        next-09:32:00 watch
        next-09:33:00 quote AAPL 150.00 150.02
        next-09:33:00 watch
        next-09:33:00 quote IBM - -
        next-09:33:00 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 cost AAPL 0
            09:31:00 filled IBM E1 sell 100 at 49.98
            09:31:00 cost IBM 0
            15:59:00 quote AAPL 103.00 103.02
            15:59:00 quote IBM 49.00 49.02
            15:59:00 watch  -> day +393.00
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:00 quote AAPL 104.00 104.02
            next-09:31:00 quote IBM 49.10 49.12
            next-09:31:00 watch  -> day +89.00
            next-09:32:00 filled AAPL T1 sell 99 at 104.50
            next-09:32:00 closed AAPL 1 0
            next-09:32:00 cost AAPL 2.00
            next-09:32:00 watch  -> day +136.50
            next-09:33:00 quote AAPL 150.00 150.02
            next-09:33:00 watch  -> day +136.50
            next-09:33:00 quote IBM - -
            next-09:33:00 watch  -> day +136.50 at the last price
        "#]],
    );
}

#[test]
fn an_open_day_is_not_opened_again_nor_one_before_it() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.00 99.02
        09:31:00 filled AAPL E1 buy 100 at 103.00
        09:31:00 cost AAPL 0
        09:31:00 watch
        09:31:01 day 2026-06-01
        09:31:01 watch
        09:31:01 day 2008-09-29
        09:31:01 watch
        next-09:31:00 watch
        next-09:31:01 day 2026-06-02
        next-09:31:01 watch
        next-09:31:02 day 2026-06-03
        next-09:31:02 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.00 99.02
            09:31:00 filled AAPL E1 buy 100 at 103.00
            09:31:00 cost AAPL 0
            09:31:00 watch  -> day -400.00
            09:31:01 day 2026-06-01
            09:31:01 watch  -> day -400.00
            09:31:01 day 2008-09-29
            09:31:01 watch  -> day -400.00
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:01 day 2026-06-02
            next-09:31:01 watch  -> day +0.00
            next-09:31:02 day 2026-06-03
            next-09:31:02 watch  -> day +9800.00
        "#]],
    );
}

#[test]
fn a_program_that_has_just_begun_waits_for_quotes_before_it_opens_the_day() {
    check(
        &limits(|_| {}),
        "
        15:59:00 watch
        15:59:00 filled AAPL E1 buy 100 at 98.00
        15:59:00 cost AAPL 0
        again-09:31:00 watch
        again-09:31:00 quote AAPL 99.00 99.02
        again-09:31:00 watch
    ",
        expect![[r#"
            15:59:00 watch  -> a day opened, day +0.00
            15:59:00 filled AAPL E1 buy 100 at 98.00
            15:59:00 cost AAPL 0
            again-09:31:00 watch  -> day +0.00 at the last price
            again-09:31:00 quote AAPL 99.00 99.02
            again-09:31:00 watch  -> a day opened, day +0.00
        "#]],
    );
}

#[test]
fn a_fill_belongs_to_the_day_of_its_execution() {
    check(
        &limits(|_| {}),
        "
        15:59:00 watch
        15:59:00 quote AAPL 99.00 99.02
        next-09:31:00 filled AAPL E1 buy 100 at 98.00
        next-09:31:00 cost AAPL 0
        next-09:31:00 watch
        09:40:00 filled AAPL A2 buy 100 at 90.00
        09:40:00 cost AAPL 0
        next-09:31:01 watch
        next-09:31:01 corrected AAPL A2 buy 50 at 90.00
        next-09:31:01 watch
    ",
        expect![[r#"
            15:59:00 watch  -> a day opened, day +0.00
            15:59:00 quote AAPL 99.00 99.02
            next-09:31:00 filled AAPL E1 buy 100 at 98.00
            next-09:31:00 cost AAPL 0
            next-09:31:00 watch  -> a day opened, day +100.00
            09:40:00 filled AAPL A2 buy 100 at 90.00
            09:40:00 cost AAPL 0
            next-09:31:01 watch  -> day +100.00
            next-09:31:01 corrected AAPL A2 buy 50 at 90.00
            next-09:31:01 watch  -> day +100.00
        "#]],
    );
}

#[test]
fn a_commission_is_estimated_until_it_is_known() {
    check(
        &limits(|_| {}),
        "
        09:31:00 watch
        09:31:00 quote AAPL 100.00 100.00
        09:31:00 filled AAPL E1 buy 199 at 100.00
        09:31:00 watch
        09:31:01 filled AAPL A2 buy 1000 at 100.00
        09:31:01 watch
        09:31:01 cost AAPL 2.50
        09:31:01 watch
        09:31:02 quote IBM 0.10 0.10
        09:31:02 filled IBM E1 buy 100 at 0.10
        09:31:02 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 100.00 100.00
            09:31:00 filled AAPL E1 buy 199 at 100.00
            09:31:00 watch  -> day -1.00
            09:31:01 filled AAPL A2 buy 1000 at 100.00
            09:31:01 watch  -> day -6.00
            09:31:01 cost AAPL 2.50
            09:31:01 watch  -> day -3.50
            09:31:02 quote IBM 0.10 0.10
            09:31:02 filled IBM E1 buy 100 at 0.10
            09:31:02 watch  -> day -3.60
        "#]],
    );
}

#[test]
fn what_has_no_quote_counts_at_the_last_price_and_is_said() {
    check(
        &limits(|_| {}),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 100 at 100.00
        09:31:00 cost AAPL 0
        09:31:00 watch
        09:31:00 quote AAPL 98.00 100.00
        09:31:00 watch
        09:31:00 quote AAPL - 100.00
        09:31:00 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 100 at 100.00
            09:31:00 cost AAPL 0
            09:31:00 watch  -> day +0.00 at the last price
            09:31:00 quote AAPL 98.00 100.00
            09:31:00 watch  -> day -200.00
            09:31:00 quote AAPL - 100.00
            09:31:00 watch  -> day -200.00 at the last price
        "#]],
    );
}

#[test]
fn a_result_that_cannot_be_computed_trips() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 1 at 1.00
        09:31:00 cost AAPL 79000000000000000000000000000
        09:31:00 place IBM E1 buy 1 limit 1.00
        09:31:00 watch
        09:31:01 corrected AAPL E1 buy 2 at 1.00
        09:31:01 watch
        09:31:01 place AAPL X1 sell 2 market
        09:31:01 gauge daily loss
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 1 at 1.00
            09:31:00 cost AAPL 79000000000000000000000000000
            09:31:00 place IBM E1 buy 1 limit 1.00  -> refused: halted: the day's result of AAPL cannot be computed
            09:31:00 watch  -> the result is unknown, the day's result of AAPL cannot be computed
            09:31:01 corrected AAPL E1 buy 2 at 1.00
            09:31:01 watch  -> the day's result of AAPL cannot be computed
            09:31:01 place AAPL X1 sell 2 market  -> admitted
            09:31:01 gauge daily loss  -> daily loss: at most 500.00, tripped: the day's result of AAPL cannot be computed; released by name only, refused 1 today
        "#]],
    );
}

#[test]
fn the_account_s_own_loss_trips_where_that_is_meant() {
    check(
        &limits(|own| {
            own.account.daily_loss_max = Some(money("500"));
            own.account.daily_loss_scope = LossScope::Account;
        }),
        "
        09:31:00 watch
        09:31:00 gauge daily loss
        09:31:01 broker -499.99
        09:31:01 watch
        09:31:01 gauge daily loss
        09:31:02 broker -500
        09:31:02 watch
        09:31:02 place AAPL E1 buy 1 limit 1.00
        09:31:03 release daily loss
        09:31:03 broker -600
        09:31:03 watch
        09:31:03 place AAPL E1 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 gauge daily loss  -> daily loss: 0.00 of 500.00, 500.00 left, on, refused 0 today
            09:31:01 broker -499.99
            09:31:01 watch  -> day +0.00
            09:31:01 gauge daily loss  -> daily loss: 499.99 of 500.00, 0.01 left, on, refused 0 today
            09:31:02 broker -500
            09:31:02 watch  -> the loss limit tripped, day +0.00
            09:31:02 place AAPL E1 buy 1 limit 1.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
            09:31:03 release daily loss  -> released
            09:31:03 broker -600
            09:31:03 watch  -> day +0.00
            09:31:03 place AAPL E1 buy 1 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn a_changed_limit_of_the_day_trips_at_once_and_none_ends_what_has_tripped() {
    let less = limits(|own| own.account.daily_loss_max = Some(money("100")));
    check_changed(
        &[five_hundred(), less, limits(|_| {})],
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 10 at 100.00
        09:31:00 cost AAPL 0
        09:31:00 quote AAPL 90.00 90.02
        09:31:00 watch
        09:31:01 limits 2
        09:31:01 watch
        09:31:02 limits 3
        09:31:02 place IBM E1 buy 9 limit 1.00
        09:31:02 gauge daily loss
        09:31:03 release daily loss
        09:31:03 place IBM E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 10 at 100.00
            09:31:00 cost AAPL 0
            09:31:00 quote AAPL 90.00 90.02
            09:31:00 watch  -> day -100.00
            09:31:01 limits 2
            09:31:01 watch  -> the loss limit tripped, day -100.00
            09:31:02 limits 3
            09:31:02 place IBM E1 buy 9 limit 1.00  -> refused: halted: the day's loss -100.00 reached the limit 100.00
            09:31:02 gauge daily loss  -> daily loss: 100.00, tripped: the day's loss -100.00 reached the limit 100.00; released by name only, refused 1 today
            09:31:03 release daily loss  -> released
            09:31:03 place IBM E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}
