//! A ticker's own limits: just under, at, and just over each of them, beside one that has the limits of every ticker.

use chrono::TimeDelta;
use engine::account::{Limits, LosingStreak, OwnLimits};
use expect_test::expect;

use super::teller::{check, check_changed, money, quantity, ticker};
use crate::limits;
use crate::numbers::decimal;

/// What every ticker has, and what AAPL has in its place.
fn with_own(every: impl FnOnce(&mut OwnLimits), own: impl FnOnce(&mut OwnLimits)) -> Limits {
    let (mut all, mut apple) = (OwnLimits::default(), OwnLimits::default());
    every(&mut all);
    own(&mut apple);
    limits(|limits| {
        (limits.order, limits.ticker) = (all.order, all.ticker);
        limits.own = [(ticker("AAPL"), apple)].into();
    })
}

#[test]
fn quantity_and_worth_of_one_order_tighter_and_looser() {
    check(
        &with_own(
            |every| {
                every.order.quantity_max = Some(quantity("100"));
                every.order.notional_max = Some(money("1000"));
            },
            |own| {
                own.order.quantity_max = Some(quantity("10"));
                own.order.notional_max = Some(money("2000"));
            },
        ),
        "
        09:31:00 place AAPL E1 buy 11 limit 1.00
        09:31:00 place AAPL E1 buy 10 limit 200.01
        09:31:00 place AAPL E1 buy 10 limit 200.00
        09:31:00 ended AAPL E1
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 place IBM E1 buy 101 limit 1.00
        09:31:00 place IBM E1 buy 100 limit 10.01
        09:31:00 place IBM E1 buy 100 limit 10.00
        09:31:00 gauge order quantity
        09:31:00 gauge AAPL order quantity
        09:31:00 gauge AAPL order notional
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 11 limit 1.00  -> refused: an order for 11, the limit is 10
            09:31:00 place AAPL E1 buy 10 limit 200.01  -> refused: an order worth 2000.10, the limit is 2000.00
            09:31:00 place AAPL E1 buy 10 limit 200.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 101 limit 1.00  -> refused: an order for 101, the limit is 100
            09:31:00 place IBM E1 buy 100 limit 10.01  -> refused: an order worth 1001.00, the limit is 1000.00
            09:31:00 place IBM E1 buy 100 limit 10.00  -> admitted
            09:31:00 gauge order quantity  -> order quantity: 100 of 100 (IBM), 0 left, on, refused 2 today
            09:31:00 gauge AAPL order quantity  -> AAPL's order quantity: 9 of 10, 1 left, on, refused 1 today
            09:31:00 gauge AAPL order notional  -> AAPL's order notional: 9.00 of 2000.00, 1991.00 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn collar_quote_age_and_spread() {
    check(
        &with_own(
            |every| every.order.price_collar = Some(decimal("0.05").try_into().expect("a fraction")),
            |own| {
                own.order.price_collar = Some(decimal("0.01").try_into().expect("a fraction"));
                own.order.quote_age_max = Some(TimeDelta::seconds(5));
                own.order.spread_max = Some(decimal("0.01").try_into().expect("a fraction"));
            },
        ),
        "
        09:31:00 quote AAPL 99.50 100.50
        09:31:00 quote IBM 90.00 100.00
        09:31:06 place AAPL E1 buy 9 limit 100.00
        09:31:06 place IBM E1 buy 9 limit 105.01
        09:31:06 place IBM E1 buy 9 limit 105.00
        09:31:05 place AAPL E1 buy 9 limit 101.51
        09:31:05 place AAPL E1 buy 9 limit 101.50
        09:31:05 ended AAPL E1
        09:31:05 quote AAPL 99.49 100.51
        09:31:05 place AAPL E2 buy 9 limit 100.00
        09:31:05 quote AAPL 99.51 100.50
        09:31:05 place AAPL E2 buy 9 limit 100.00
        09:31:05 gauge AAPL quote age
        09:31:05 gauge AAPL spread
        09:31:05 gauge AAPL price collar
        09:31:05 gauge price collar
        09:31:05 gauge quote age
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.50 100.50
            09:31:00 quote IBM 90.00 100.00
            09:31:06 place AAPL E1 buy 9 limit 100.00  -> refused: the quote of AAPL is 6.0 s old, at most 5.0 s is allowed
            09:31:06 place IBM E1 buy 9 limit 105.01  -> refused: 105.01 lies more than 5 % beyond the quote 100.00
            09:31:06 place IBM E1 buy 9 limit 105.00  -> admitted
            09:31:05 place AAPL E1 buy 9 limit 101.51  -> refused: 101.51 lies more than 1 % beyond the quote 100.50
            09:31:05 place AAPL E1 buy 9 limit 101.50  -> admitted
            09:31:05 ended AAPL E1
            09:31:05 quote AAPL 99.49 100.51
            09:31:05 place AAPL E2 buy 9 limit 100.00  -> refused: AAPL is quoted 99.49 to 100.51, a spread of 1.02 %, the limit is 1 %
            09:31:05 quote AAPL 99.51 100.50
            09:31:05 place AAPL E2 buy 9 limit 100.00  -> admitted
            09:31:05 gauge AAPL quote age  -> AAPL's quote age: 0 ms of 5.0 s, 5.0 s left, on, refused 1 today
            09:31:05 gauge AAPL spread  -> AAPL's spread: 0.99 % of 1 %, 0.01 % left, on, refused 1 today
            09:31:05 gauge AAPL price collar  -> AAPL's price collar: at most 1 %, on, refused 1 today
            09:31:05 gauge price collar  -> price collar: at most 5 %, on, refused 2 today
            09:31:05 gauge quote age  -> quote age: 0 ms of 5.0 s (AAPL), 5.0 s left, on, refused 1 today
        "#]],
    );
}

#[test]
fn a_market_entry_is_valued_by_the_tickers_own_collar() {
    check(
        &with_own(
            |every| every.order.notional_max = Some(money("1000")),
            |own| {
                own.order.price_collar = Some(decimal("0.01").try_into().expect("a fraction"));
                own.order.notional_max = Some(money("1010"));
                own.ticker.position_size_max = Some(money("1010"));
            },
        ),
        "
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 lot AAPL 1 100.01
        09:31:00 place AAPL E1 buy 10 market
        09:31:00 lot AAPL 1 100.00
        09:31:00 place AAPL E1 buy 10 market
        09:31:00 gauge AAPL position size
        09:31:00 lot IBM 1 100.00
        09:31:00 place IBM E1 buy 10 market
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 lot AAPL 1 100.01
            09:31:00 place AAPL E1 buy 10 market  -> refused: an order worth 1010.10, the limit is 1010.00
            09:31:00 lot AAPL 1 100.00
            09:31:00 place AAPL E1 buy 10 market  -> admitted
            09:31:00 gauge AAPL position size  -> AAPL's position size: 1010.00 of 1010.00, 0.00 left, on, refused 0 today
            09:31:00 lot IBM 1 100.00
            09:31:00 place IBM E1 buy 10 market  -> admitted
        "#]],
    );
}

#[test]
fn position_size_and_which_ticker_is_nearest_to_its_own() {
    check(
        &with_own(
            |every| every.ticker.position_size_max = Some(money("10000")),
            |own| own.ticker.position_size_max = Some(money("1000")),
        ),
        "
        09:31:00 place AAPL E1 buy 100 limit 10.01
        09:31:00 place AAPL E1 buy 90 limit 10.00
        09:31:00 place IBM E1 buy 80 limit 100.00
        09:31:00 gauge position size
        09:31:01 place AAPL A2 buy 11 limit 10.00
        09:31:01 place AAPL A2 buy 10 limit 10.00
        09:31:01 place IBM A2 buy 21 limit 100.00
        09:31:01 place IBM A2 buy 19 limit 100.00
        09:31:01 gauge position size
        09:31:01 gauge AAPL position size
        09:31:02 ended AAPL E1
        09:31:02 gauge position size
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 100 limit 10.01  -> refused: would hold 1001.00 of AAPL, the limit is 1000.00
            09:31:00 place AAPL E1 buy 90 limit 10.00  -> admitted
            09:31:00 place IBM E1 buy 80 limit 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 900.00 of 1000.00 (AAPL), 100.00 left, on, refused 1 today
            09:31:01 place AAPL A2 buy 11 limit 10.00  -> refused: would hold 1010.00 of AAPL, the limit is 1000.00
            09:31:01 place AAPL A2 buy 10 limit 10.00  -> admitted
            09:31:01 place IBM A2 buy 21 limit 100.00  -> refused: would hold 10100.00 of IBM, the limit is 10000.00
            09:31:01 place IBM A2 buy 19 limit 100.00  -> admitted
            09:31:01 gauge position size  -> position size: 1000.00 of 1000.00 (AAPL), 0.00 left, on, refused 3 today
            09:31:01 gauge AAPL position size  -> AAPL's position size: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
            09:31:02 ended AAPL E1
            09:31:02 gauge position size  -> position size: 9900.00 of 10000.00 (IBM), 100.00 left, on, refused 3 today
        "#]],
    );
}

#[test]
fn a_ticker_whose_own_limit_is_off_is_near_none() {
    check(
        &with_own(|every| every.ticker.position_size_max = Some(money("1000")), |_| {}),
        "
        09:31:00 place AAPL E1 buy 100 limit 100.00
        09:31:00 place IBM E1 buy 1 limit 1.00
        09:31:00 gauge position size
        09:31:00 gauge AAPL position size
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 100 limit 100.00  -> admitted
            09:31:00 place IBM E1 buy 1 limit 1.00  -> admitted
            09:31:00 gauge position size  -> position size: 1.00 of 1000.00 (IBM), 999.00 left, on, refused 0 today
            09:31:00 gauge AAPL position size  -> AAPL's position size: 10000.00, off, refused 0 today
        "#]],
    );
}

#[test]
fn entries_a_minute_and_trades_a_day() {
    check(
        &with_own(
            |every| {
                every.ticker.entries_a_minute_max = Some(1);
                every.ticker.trades_a_day_max = Some(1);
            },
            |own| {
                own.ticker.entries_a_minute_max = Some(2);
                own.ticker.trades_a_day_max = Some(2);
            },
        ),
        "
        09:31:00 watch
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 ended AAPL E1
        09:31:00 place AAPL E2 buy 9 limit 1.00
        09:31:00 ended AAPL E2
        09:31:00 place AAPL E3 buy 9 limit 1.00
        09:31:00 place IBM E1 buy 9 limit 1.00
        09:31:00 ended IBM E1
        09:31:00 place IBM E2 buy 9 limit 1.00
        09:31:00 gauge AAPL entries a minute
        09:32:00 filled AAPL E3 buy 9 at 1.00
        09:32:00 filled AAPL S3 sell 9 at 1.00
        09:32:00 closed AAPL 1 0
        09:32:00 place AAPL 2E1 buy 9 limit 1.00
        09:32:00 filled AAPL 2E1 buy 9 at 1.00
        09:32:00 filled AAPL 2S1 sell 9 at 1.00
        09:32:00 closed AAPL 2 0
        09:32:00 place AAPL 3E1 buy 9 limit 1.00
        09:32:00 filled IBM E1 buy 9 at 1.00
        09:32:00 filled IBM S1 sell 9 at 1.00
        09:32:00 closed IBM 1 0
        09:32:00 place IBM 2E1 buy 9 limit 1.00
        09:32:00 gauge AAPL trades a day
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:00 place AAPL E2 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E2
            09:31:00 place AAPL E3 buy 9 limit 1.00  -> refused: 2 entries of AAPL within 1 min, the limit is 2
            09:31:00 place IBM E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended IBM E1
            09:31:00 place IBM E2 buy 9 limit 1.00  -> refused: 1 entries of IBM within 1 min, the limit is 1
            09:31:00 gauge AAPL entries a minute  -> AAPL's entries a minute: 2 of 2, 0 left, on, refused 1 today
            09:32:00 filled AAPL E3 buy 9 at 1.00
            09:32:00 filled AAPL S3 sell 9 at 1.00
            09:32:00 closed AAPL 1 0
            09:32:00 place AAPL 2E1 buy 9 limit 1.00  -> admitted
            09:32:00 filled AAPL 2E1 buy 9 at 1.00
            09:32:00 filled AAPL 2S1 sell 9 at 1.00
            09:32:00 closed AAPL 2 0
            09:32:00 place AAPL 3E1 buy 9 limit 1.00  -> refused: 2 trades of AAPL today, the limit is 2
            09:32:00 filled IBM E1 buy 9 at 1.00
            09:32:00 filled IBM S1 sell 9 at 1.00
            09:32:00 closed IBM 1 0
            09:32:00 place IBM 2E1 buy 9 limit 1.00  -> refused: 1 trades of IBM today, the limit is 1
            09:32:00 gauge AAPL trades a day  -> AAPL's trades a day: 2 of 2, 0 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn losses_in_a_row_and_entries_without_a_fill() {
    let streak = |losses, minutes| Some(LosingStreak { losses, pause: TimeDelta::minutes(minutes) });
    check(
        &with_own(
            |every| {
                (every.ticker.losing_streak, every.ticker.unfilled_in_a_row_max) = (streak(2, 10), Some(1))
            },
            |own| (own.ticker.losing_streak, own.ticker.unfilled_in_a_row_max) = (streak(1, 20), Some(2)),
        ),
        "
        09:31:00 closed IBM 1 -1.00
        09:31:00 place IBM 2E1 buy 9 limit 1.00
        09:31:00 ended IBM 2E1
        09:31:00 place IBM 2E2 buy 9 limit 1.00
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 ended AAPL E1
        09:31:00 place AAPL E2 buy 9 limit 1.00
        09:31:00 ended AAPL E2
        09:31:00 place AAPL E3 buy 9 limit 1.00
        09:31:00 gauge AAPL unfilled entries
        09:31:00 release unfilled entries
        09:31:00 closed AAPL 1 -1.00
        09:50:59 place AAPL 2E1 buy 9 limit 1.00
        09:50:59 gauge AAPL losing streak
        09:50:59 gauge losing streak
        09:51:00 place AAPL 2E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 closed IBM 1 -1.00
            09:31:00 place IBM 2E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended IBM 2E1
            09:31:00 place IBM 2E2 buy 9 limit 1.00  -> refused: 1 entries of IBM in a row without a fill, the limit is 1
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:00 place AAPL E2 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E2
            09:31:00 place AAPL E3 buy 9 limit 1.00  -> refused: 2 entries of AAPL in a row without a fill, the limit is 2
            09:31:00 gauge AAPL unfilled entries  -> AAPL's unfilled entries: 2 of 2, 0 left, on, refused 1 today
            09:31:00 release unfilled entries  -> released
            09:31:00 closed AAPL 1 -1.00
            09:50:59 place AAPL 2E1 buy 9 limit 1.00  -> refused: AAPL lost 1 trades in a row: nothing opens until 2026-06-01 13:51:00 UTC
            09:50:59 gauge AAPL losing streak  -> AAPL's losing streak: 1 of 1, 0 left, pauses until 2026-06-01 13:51:00 UTC, refused 1 today
            09:50:59 gauge losing streak  -> losing streak: 1 of 1 (AAPL), 0 left, pauses until 2026-06-01 13:51:00 UTC, refused 1 today
            09:51:00 place AAPL 2E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

/// The number of losses is the same: it is the pause that AAPL has for itself.
#[test]
fn a_pause_of_its_own_is_shown_as_its_own() {
    let streak = |minutes| Some(LosingStreak { losses: 1, pause: TimeDelta::minutes(minutes) });
    check(
        &with_own(
            |every| every.ticker.losing_streak = streak(10),
            |own| own.ticker.losing_streak = streak(20),
        ),
        "
        09:31:00 closed IBM 1 -1.00
        09:31:00 closed AAPL 1 -1.00
        09:40:59 place IBM 2E1 buy 9 limit 1.00
        09:41:00 place IBM 2E1 buy 9 limit 1.00
        09:41:00 place AAPL 2E1 buy 9 limit 1.00
        09:41:00 gauge AAPL losing streak
    ",
        expect![[r#"
            09:31:00 closed IBM 1 -1.00
            09:31:00 closed AAPL 1 -1.00
            09:40:59 place IBM 2E1 buy 9 limit 1.00  -> refused: IBM lost 1 trades in a row: nothing opens until 2026-06-01 13:41:00 UTC
            09:41:00 place IBM 2E1 buy 9 limit 1.00  -> admitted
            09:41:00 place AAPL 2E1 buy 9 limit 1.00  -> refused: AAPL lost 1 trades in a row: nothing opens until 2026-06-01 13:51:00 UTC
            09:41:00 gauge AAPL losing streak  -> AAPL's losing streak: 1 of 1, 0 left, pauses until 2026-06-01 13:51:00 UTC, refused 1 today
        "#]],
    );
}

#[test]
fn new_terms_and_exits_meet_the_tickers_own_limits_as_others_do() {
    check(
        &with_own(|_| {}, |own| own.order.quantity_max = Some(quantity("10"))),
        "
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 modify AAPL E1 11 1.00
        09:31:00 modify AAPL E1 10 1.00
        09:31:01 filled AAPL E1 buy 30 at 1.00
        09:31:01 place AAPL X1 sell 30 market
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 modify AAPL E1 11 1.00  -> refused: an order for 11, the limit is 10
            09:31:00 modify AAPL E1 10 1.00  -> admitted
            09:31:01 filled AAPL E1 buy 30 at 1.00
            09:31:01 place AAPL X1 sell 30 market  -> admitted
        "#]],
    );
}

#[test]
fn changed_limits_hold_from_then_on_and_a_ticker_that_begins_brings_its_own() {
    check_changed(
        &[
            limits(|own| own.order.quantity_max = Some(quantity("100"))),
            with_own(
                |every| every.order.quantity_max = Some(quantity("50")),
                |own| own.order.quantity_max = Some(quantity("10")),
            ),
            limits(|_| {}),
        ],
        "
        09:31:00 place AAPL E1 buy 101 limit 1.00
        09:31:00 limits 2
        09:31:00 place AAPL E1 buy 11 limit 1.00
        09:31:00 place AAPL E1 buy 10 limit 1.00
        09:31:00 place IBM E1 buy 51 limit 1.00
        09:31:00 place IBM E1 buy 50 limit 1.00
        09:31:00 limits 3
        09:31:00 place AAPL A2 buy 999 limit 1.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 101 limit 1.00  -> refused: an order for 101, the limit is 100
            09:31:00 limits 2
            09:31:00 place AAPL E1 buy 11 limit 1.00  -> refused: an order for 11, the limit is 10
            09:31:00 place AAPL E1 buy 10 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 51 limit 1.00  -> refused: an order for 51, the limit is 50
            09:31:00 place IBM E1 buy 50 limit 1.00  -> admitted
            09:31:00 limits 3
            09:31:00 place AAPL A2 buy 999 limit 1.00  -> admitted
        "#]],
    );
}
