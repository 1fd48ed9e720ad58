//! What is admitted is reserved, until it is held or over: exactly once, and never both.

use engine::account::Limits;
use expect_test::expect;

use super::teller::{check, money};
use crate::limits;

fn ten_thousand() -> Limits {
    limits(|own| own.ticker.position_size_max = Some(money("10000")))
}

#[test]
fn a_reservation_is_released_once_however_it_ends() {
    check(
        &ten_thousand(),
        "
        09:31:00 place AAPL E1 buy 60 limit 100.00
        09:31:00 place AAPL A2 buy 40 limit 100.00
        09:31:00 gauge position size
        09:31:01 lost AAPL E1
        09:31:01 lost AAPL E1
        09:31:01 ended AAPL E1
        09:31:01 gauge position size
        09:31:01 place AAPL A3 buy 61 limit 100.00
        09:31:01 place AAPL A3 buy 60 limit 100.00
        09:31:02 ended AAPL A2
        09:31:02 ended AAPL A2
        09:31:02 gauge position size
        09:31:02 place AAPL A4 buy 41 limit 100.00
        09:31:02 place AAPL A4 buy 40 limit 100.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 60 limit 100.00  -> admitted
            09:31:00 place AAPL A2 buy 40 limit 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 0 today
            09:31:01 lost AAPL E1
            09:31:01 lost AAPL E1
            09:31:01 ended AAPL E1
            09:31:01 gauge position size  -> position size: 4000.00 of 10000.00 (AAPL), 6000.00 left, on, refused 0 today
            09:31:01 place AAPL A3 buy 61 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:01 place AAPL A3 buy 60 limit 100.00  -> admitted
            09:31:02 ended AAPL A2
            09:31:02 ended AAPL A2
            09:31:02 gauge position size  -> position size: 6000.00 of 10000.00 (AAPL), 4000.00 left, on, refused 1 today
            09:31:02 place AAPL A4 buy 41 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:02 place AAPL A4 buy 40 limit 100.00  -> admitted
        "#]],
    );
}

#[test]
fn a_part_that_fills_moves_from_reserved_to_held() {
    check(
        &ten_thousand(),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 place AAPL E1 buy 100 limit 100.00
        09:31:01 filled AAPL E1 buy 30 at 100.00
        09:31:01 gauge position size
        09:31:01 corrected AAPL E1 buy 20 at 100.00
        09:31:01 gauge position size
        09:31:02 filled AAPL E1 buy 10 at 100.00
        09:31:02 ended AAPL E1 80
        09:31:02 gauge position size
        09:31:02 place AAPL A2 buy 21 limit 100.00
        09:31:02 place AAPL A2 buy 20 limit 100.00
        09:31:03 filled AAPL E1 buy 50 at 100.00
        09:31:03 gauge position size
        09:31:03 filled AAPL S1 sell 80 at 100.00
        09:31:03 gauge position size
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 place AAPL E1 buy 100 limit 100.00  -> admitted
            09:31:01 filled AAPL E1 buy 30 at 100.00
            09:31:01 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 0 today
            09:31:01 corrected AAPL E1 buy 20 at 100.00
            09:31:01 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 0 today
            09:31:02 filled AAPL E1 buy 10 at 100.00
            09:31:02 ended AAPL E1 80
            09:31:02 gauge position size  -> position size: 8000.00 of 10000.00 (AAPL), 2000.00 left, on, refused 0 today
            09:31:02 place AAPL A2 buy 21 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:02 place AAPL A2 buy 20 limit 100.00  -> admitted
            09:31:03 filled AAPL E1 buy 50 at 100.00
            09:31:03 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 1 today
            09:31:03 filled AAPL S1 sell 80 at 100.00
            09:31:03 gauge position size  -> position size: 2000.00 of 10000.00 (AAPL), 8000.00 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn a_correction_lowers_what_an_ended_order_still_waits_for() {
    check(
        &ten_thousand(),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 place AAPL E1 buy 100 limit 100.00
        09:31:01 ended AAPL E1 100
        09:31:01 filled AAPL E1 buy 30 at 100.00
        09:31:01 corrected AAPL E1 buy 20 at 100.00
        09:31:01 gauge position size
        09:31:01 filled AAPL E1 buy 70 at 100.00
        09:31:01 gauge position size
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 place AAPL E1 buy 100 limit 100.00  -> admitted
            09:31:01 ended AAPL E1 100
            09:31:01 filled AAPL E1 buy 30 at 100.00
            09:31:01 corrected AAPL E1 buy 20 at 100.00
            09:31:01 gauge position size  -> position size: 9000.00 of 10000.00 (AAPL), 1000.00 left, on, refused 0 today
            09:31:01 filled AAPL E1 buy 70 at 100.00
            09:31:01 gauge position size  -> position size: 9000.00 of 10000.00 (AAPL), 1000.00 left, on, refused 0 today
        "#]],
    );
}

#[test]
fn a_batch_is_judged_and_reserved_as_a_whole() {
    check(
        &ten_thousand(),
        "
        09:31:00 place AAPL E1 buy 50 limit 100.00, E2 buy 51 limit 100.00
        09:31:00 gauge position size
        09:31:00 place AAPL E1 buy 50 limit 100.00, E2 buy 50 limit 100.00
        09:31:00 gauge position size
        09:31:00 place AAPL A3 buy 1 limit 100.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 50 limit 100.00, E2 buy 51 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 gauge position size  -> position size: 0.00 of 10000.00 (AAPL), 10000.00 left, on, refused 1 today
            09:31:00 place AAPL E1 buy 50 limit 100.00, E2 buy 50 limit 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 1 today
            09:31:00 place AAPL A3 buy 1 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
        "#]],
    );
}

#[test]
fn new_terms_of_an_entry_are_judged_by_what_they_add() {
    check(
        &ten_thousand(),
        "
        09:31:00 place AAPL E1 buy 50 limit 100.00
        09:31:00 modify AAPL E1 101 100.00
        09:31:00 modify AAPL E1 50 200.01
        09:31:00 modify AAPL E1 100 100.00
        09:31:00 gauge position size
        09:31:01 unchanged AAPL E1
        09:31:01 gauge position size
        09:31:01 modify AAPL E1 60 100.00
        09:31:01 terms AAPL E1 60 100.00
        09:31:01 modify AAPL E1 30 90.00
        09:31:01 gauge position size
        09:31:02 terms AAPL E1 30 90.00
        09:31:02 gauge position size
        09:31:02 modify AAPL E1 20 90.00
        09:31:02 lost AAPL E1
        09:31:02 gauge position size
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 50 limit 100.00  -> admitted
            09:31:00 modify AAPL E1 101 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 modify AAPL E1 50 200.01  -> refused: would hold 10000.50 of AAPL, the limit is 10000.00
            09:31:00 modify AAPL E1 100 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 2 today
            09:31:01 unchanged AAPL E1
            09:31:01 gauge position size  -> position size: 5000.00 of 10000.00 (AAPL), 5000.00 left, on, refused 2 today
            09:31:01 modify AAPL E1 60 100.00  -> admitted
            09:31:01 terms AAPL E1 60 100.00
            09:31:01 modify AAPL E1 30 90.00  -> admitted
            09:31:01 gauge position size  -> position size: 6000.00 of 10000.00 (AAPL), 4000.00 left, on, refused 2 today
            09:31:02 terms AAPL E1 30 90.00
            09:31:02 gauge position size  -> position size: 2700.00 of 10000.00 (AAPL), 7300.00 left, on, refused 2 today
            09:31:02 modify AAPL E1 20 90.00  -> admitted
            09:31:02 lost AAPL E1
            09:31:02 gauge position size  -> position size: 2700.00 of 10000.00 (AAPL), 7300.00 left, on, refused 2 today
        "#]],
    );
}

#[test]
fn written_and_never_answered_counts_until_its_end_is_known() {
    check(
        &ten_thousand(),
        "
        09:31:00 crash AAPL E1 buy 60 limit 100.00, S1 sell 60 stop 97.00 of E1
        09:31:01 gauge position size
        09:31:01 gauge entries a minute
        09:31:01 place AAPL E1 buy 60 limit 100.00, S1 sell 60 stop 97.00 of E1
        09:31:01 place AAPL A2 buy 41 limit 100.00
        09:31:01 place AAPL A2 buy 40 limit 100.00
        09:31:02 ended AAPL E1
        09:31:02 gauge position size
    ",
        expect![[r#"
            09:31:00 crash AAPL E1 buy 60 limit 100.00, S1 sell 60 stop 97.00 of E1
            09:31:01 gauge position size  -> position size: 6000.00 of 10000.00 (AAPL), 4000.00 left, on, refused 0 today
            09:31:01 gauge entries a minute  -> entries a minute: 1 (AAPL), off, refused 0 today
            09:31:01 place AAPL E1 buy 60 limit 100.00, S1 sell 60 stop 97.00 of E1  -> refused: order 001.AAPL.0001.E1.JJ was placed before
            09:31:01 place AAPL A2 buy 41 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:01 place AAPL A2 buy 40 limit 100.00  -> admitted
            09:31:02 ended AAPL E1
            09:31:02 gauge position size  -> position size: 4000.00 of 10000.00 (AAPL), 6000.00 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn what_is_only_asked_about_passes_every_limit_and_reserves_nothing() {
    let limits = limits(|own| {
        own.ticker.position_size_max = Some(money("10000"));
        own.ticker.entries_a_minute_max = Some(1);
        own.account.positions_max = Some(1);
        own.account.orders_a_second_max = Some(1);
    });
    check(
        &limits,
        "
        09:31:00 halt by ann
        09:31:00 unarmed
        09:31:00 what-if AAPL W1 buy 1000 limit 100.00
        09:31:00 halt
        09:31:00 armed
        09:31:00 what-if IBM W1 buy 100 limit 100.00
        09:31:00 gauge position size
        09:31:00 gauge entries a minute
        09:31:00 gauge open positions
        09:31:00 gauge orders a second
        09:31:00 place AAPL E1 buy 100 limit 100.00
        09:31:00 what-if AAPL W2 buy 100 limit 100.00
        09:31:00 place IBM E1 buy 1 limit 100.00
    ",
        expect![[r#"
            09:31:00 halt by ann
            09:31:00 unarmed
            09:31:00 what-if AAPL W1 buy 1000 limit 100.00  -> admitted
            09:31:00 halt
            09:31:00 armed
            09:31:00 what-if IBM W1 buy 100 limit 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 0.00 of 10000.00 (IBM), 10000.00 left, on, refused 0 today
            09:31:00 gauge entries a minute  -> entries a minute: 0 of 1 (IBM), 1 left, on, refused 0 today
            09:31:00 gauge open positions  -> open positions: 0 of 1, 1 left, on, refused 0 today
            09:31:00 gauge orders a second  -> orders a second: 0 of 1, 1 left, on, refused 0 today
            09:31:00 place AAPL E1 buy 100 limit 100.00  -> admitted
            09:31:00 what-if AAPL W2 buy 100 limit 100.00  -> admitted
            09:31:00 place IBM E1 buy 1 limit 100.00  -> refused: 2 orders within a second with these, the limit is 1
        "#]],
    );
}
