//! Limits of one order: just under, at, and just over each of them.

use chrono::TimeDelta;
use engine::account::Limits;
use expect_test::expect;

use super::teller::{check, money, quantity};
use crate::limits;
use crate::numbers::decimal;

fn collar(limits: &mut Limits) {
    limits.order.price_collar = Some(decimal("0.01").try_into().expect("a fraction"));
}

#[test]
fn with_all_limits_off_only_zero_is_guarded() {
    check(
        &limits(|_| {}),
        "
        09:31:00 place AAPL E1 buy 100000 limit 100000.00
        09:31:00 place IBM X1 sell 1 limit 100.00
        09:31:00 place IBM E1 buy 1 market
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 100000 limit 100000.00  -> admitted
            09:31:00 place IBM X1 sell 1 limit 100.00  -> refused: would close 1 of 0 held
            09:31:00 place IBM E1 buy 1 market  -> refused: an entry needs a limit price
        "#]],
    );
}

#[test]
fn quantity_and_notional_of_one_order() {
    check(
        &limits(|own| {
            own.order.quantity_max = Some(quantity("100"));
            own.order.notional_max = Some(money("10000"));
        }),
        "
        09:31:00 place AAPL E1 buy 99 limit 10.00
        09:31:00 place IBM E1 buy 100 limit 10.00
        09:31:00 place MSFT E1 buy 101 limit 10.00
        09:31:00 place GE E1 buy 100 limit 99.99
        09:31:00 place F E1 buy 100 limit 100.00
        09:31:00 place T E1 sell 100 limit 100.01
        09:31:00 lot ES 1 5000.00 50
        09:31:00 place ES E1 buy 1 limit 200.01
        09:31:00 place ES E1 buy 1 limit 200.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 99 limit 10.00  -> admitted
            09:31:00 place IBM E1 buy 100 limit 10.00  -> admitted
            09:31:00 place MSFT E1 buy 101 limit 10.00  -> refused: an order for 101, the limit is 100
            09:31:00 place GE E1 buy 100 limit 99.99  -> admitted
            09:31:00 place F E1 buy 100 limit 100.00  -> admitted
            09:31:00 place T E1 sell 100 limit 100.01  -> refused: an order worth 10001.00, the limit is 10000.00
            09:31:00 lot ES 1 5000.00 50
            09:31:00 place ES E1 buy 1 limit 200.01  -> refused: an order worth 10000.50, the limit is 10000.00
            09:31:00 place ES E1 buy 1 limit 200.00  -> admitted
        "#]],
    );
}

#[test]
fn a_price_beyond_the_collar_is_refused() {
    check(
        &limits(collar),
        "
        09:31:00 place AAPL E1 buy 9 limit 100.10
        09:31:00 quote AAPL - 100.00
        09:31:00 place AAPL E1 sell 9 limit 99.90
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 9 limit 101.01
        09:31:00 place AAPL E1 sell 9 limit 98.98
        09:31:00 place AAPL E1 buy 9 limit 101.00
        09:31:00 quote IBM 100.00 100.02
        09:31:00 place IBM E1 sell 9 limit 99.00
        09:31:00 quote GE 100.00 100.02
        09:31:00 place GE E1 sell 9 limit 99.01
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 100.10  -> refused: no quote of AAPL
            09:31:00 quote AAPL - 100.00
            09:31:00 place AAPL E1 sell 9 limit 99.90  -> refused: no quote of AAPL
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 9 limit 101.01  -> refused: 101.01 lies more than 1 % beyond the quote 100.00
            09:31:00 place AAPL E1 sell 9 limit 98.98  -> refused: 98.98 lies more than 1 % beyond the quote 99.98
            09:31:00 place AAPL E1 buy 9 limit 101.00  -> admitted
            09:31:00 quote IBM 100.00 100.02
            09:31:00 place IBM E1 sell 9 limit 99.00  -> admitted
            09:31:00 quote GE 100.00 100.02
            09:31:00 place GE E1 sell 9 limit 99.01  -> admitted
        "#]],
    );
}

#[test]
fn a_market_entry_is_valued_beyond_the_quote_by_the_collar() {
    check(
        &limits(|own| {
            collar(own);
            own.order.notional_max = Some(money("1010"));
        }),
        "
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 10 market
        09:31:00 lot AAPL 1 100.01
        09:31:00 place AAPL E1 buy 10 market
        09:31:00 lot AAPL 1 100.00
        09:31:00 place AAPL E1 buy 10 market
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 10 market  -> refused: an entry needs a limit price
            09:31:00 lot AAPL 1 100.01
            09:31:00 place AAPL E1 buy 10 market  -> refused: an order worth 1010.10, the limit is 1010.00
            09:31:00 lot AAPL 1 100.00
            09:31:00 place AAPL E1 buy 10 market  -> admitted
        "#]],
    );
}

#[test]
fn an_old_quote_and_a_wide_spread_are_no_quote() {
    check(
        &limits(|own| {
            own.order.quote_age_max = Some(TimeDelta::seconds(5));
            own.order.spread_max = Some(decimal("0.01").try_into().expect("a fraction"));
        }),
        "
        09:31:00 place AAPL E1 buy 9 limit 100.00
        09:31:00 quote AAPL 99.50 100.50
        09:31:06 place AAPL E1 buy 9 limit 100.00
        09:31:05 place AAPL E1 buy 9 limit 100.00
        09:31:05 quote IBM 99.49 100.51
        09:31:05 place IBM E1 buy 9 limit 100.00
        09:31:05 quote IBM 100.01 100.00
        09:31:05 place IBM E1 buy 9 limit 100.00
        09:31:05 quote IBM - 100.00
        09:31:05 place IBM E1 buy 9 limit 100.00
        09:31:05 quote IBM 99.51 100.50
        09:31:05 place IBM E1 buy 9 limit 100.00
        09:31:05 gauge spread
        09:31:05 gauge quote age
        09:31:09 gauge quote age
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 100.00  -> refused: no quote of AAPL
            09:31:00 quote AAPL 99.50 100.50
            09:31:06 place AAPL E1 buy 9 limit 100.00  -> refused: the quote of AAPL is 6.0 s old, at most 5.0 s is allowed
            09:31:05 place AAPL E1 buy 9 limit 100.00  -> admitted
            09:31:05 quote IBM 99.49 100.51
            09:31:05 place IBM E1 buy 9 limit 100.00  -> refused: IBM is quoted 99.49 to 100.51, a spread of 1.02 %, the limit is 1 %
            09:31:05 quote IBM 100.01 100.00
            09:31:05 place IBM E1 buy 9 limit 100.00  -> refused: IBM is quoted 100.01 to 100.00, a spread of -0.01 %, the limit is 1 %
            09:31:05 quote IBM - 100.00
            09:31:05 place IBM E1 buy 9 limit 100.00  -> refused: no quote of IBM
            09:31:05 quote IBM 99.51 100.50
            09:31:05 place IBM E1 buy 9 limit 100.00  -> admitted
            09:31:05 gauge spread  -> spread: 1 % of 1 % (AAPL), 0 % left, on, refused 2 today
            09:31:05 gauge quote age  -> quote age: 5.0 s of 5.0 s (AAPL), 0 ms left, on, refused 3 today
            09:31:09 gauge quote age  -> quote age: 9.0 s of 5.0 s (AAPL), 0 ms left, on, refused 3 today
        "#]],
    );
}

#[test]
fn what_no_decimal_can_hold_is_refused_not_computed() {
    check(
        &limits(|_| {}),
        "
        09:31:00 lot AAPL 1 100000000.00 1000000000000000000000
        09:31:00 place AAPL E1 buy 1000000000 limit 100000000.00
        09:31:00 lot IBM 1 100000000.00
        09:31:00 place IBM E1 buy 1000000 limit 100000000.00
        09:31:00 place GE E1 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 lot AAPL 1 100000000.00 1000000000000000000000
            09:31:00 place AAPL E1 buy 1000000000 limit 100000000.00  -> refused: what the account would hold with this order of AAPL cannot be computed
            09:31:00 lot IBM 1 100000000.00
            09:31:00 place IBM E1 buy 1000000 limit 100000000.00  -> admitted
            09:31:00 place GE E1 buy 1 limit 1.00  -> refused: what the account would hold with this order of GE cannot be computed
        "#]],
    );
}
