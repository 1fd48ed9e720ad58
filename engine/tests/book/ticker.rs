//! Limits of one ticker: just under, at, and just over each of them.

use chrono::TimeDelta;
use engine::account::LosingStreak;
use expect_test::expect;

use super::teller::{check, money};
use crate::limits;

#[test]
fn the_position_counts_what_is_held_at_its_mark_and_what_may_come() {
    check(
        &limits(|own| own.ticker.position_size_max = Some(money("10000"))),
        "
        09:31:00 quote AAPL 100.00 100.02
        09:31:00 place AAPL E1 buy 101 limit 100.00
        09:31:00 place AAPL E1 buy 50 limit 100.00
        09:31:00 filled AAPL E1 buy 20 at 99.00
        09:31:00 gauge position size
        09:31:00 place AAPL A2 buy 51 limit 100.00
        09:31:00 place AAPL A2 buy 49 limit 100.00
        09:31:00 place AAPL A3 buy 1 limit 100.00
        09:31:00 gauge position size
        09:31:01 quote AAPL 101.00 101.02
        09:31:01 gauge position size
        09:31:01 place IBM E1 buy 100 limit 100.00
    ",
        expect![[r#"
            09:31:00 quote AAPL 100.00 100.02
            09:31:00 place AAPL E1 buy 101 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 place AAPL E1 buy 50 limit 100.00  -> admitted
            09:31:00 filled AAPL E1 buy 20 at 99.00
            09:31:00 gauge position size  -> position size: 5000.00 of 10000.00 (AAPL), 5000.00 left, on, refused 1 today
            09:31:00 place AAPL A2 buy 51 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 place AAPL A2 buy 49 limit 100.00  -> admitted
            09:31:00 place AAPL A3 buy 1 limit 100.00  -> admitted
            09:31:00 gauge position size  -> position size: 10000.00 of 10000.00 (AAPL), 0.00 left, on, refused 2 today
            09:31:01 quote AAPL 101.00 101.02
            09:31:01 gauge position size  -> position size: 10020.00 of 10000.00 (AAPL), 0.00 left, on, refused 2 today
            09:31:01 place IBM E1 buy 100 limit 100.00  -> admitted
        "#]],
    );
}

#[test]
fn entries_within_a_minute() {
    check(
        &limits(|own| own.ticker.entries_a_minute_max = Some(2)),
        "
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 ended AAPL E1
        09:31:30 place AAPL E2 buy 9 limit 1.00
        09:31:30 ended AAPL E2
        09:31:59 place AAPL E3 buy 9 limit 1.00
        09:31:59 gauge entries a minute
        09:31:59 place IBM E1 buy 9 limit 1.00
        09:32:00 place AAPL E3 buy 9 limit 1.00
        09:32:01 place AAPL A4 buy 9 limit 1.00
        09:32:30 place AAPL A4 buy 9 limit 1.00
        09:32:30 modify AAPL A4 8 1.00
        09:32:30 cancel AAPL A4
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:30 place AAPL E2 buy 9 limit 1.00  -> admitted
            09:31:30 ended AAPL E2
            09:31:59 place AAPL E3 buy 9 limit 1.00  -> refused: 2 entries of AAPL within 1 min, the limit is 2
            09:31:59 gauge entries a minute  -> entries a minute: 2 of 2 (AAPL), 0 left, on, refused 1 today
            09:31:59 place IBM E1 buy 9 limit 1.00  -> admitted
            09:32:00 place AAPL E3 buy 9 limit 1.00  -> admitted
            09:32:01 place AAPL A4 buy 9 limit 1.00  -> refused: 2 entries of AAPL within 1 min, the limit is 2
            09:32:30 place AAPL A4 buy 9 limit 1.00  -> admitted
            09:32:30 modify AAPL A4 8 1.00  -> admitted
            09:32:30 cancel AAPL A4  -> admitted
        "#]],
    );
}

#[test]
fn trades_of_a_day_are_those_that_began_in_it() {
    check(
        &limits(|own| own.ticker.trades_a_day_max = Some(2)),
        "
        09:31:00 watch
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 ended AAPL E1
        09:31:00 place AAPL E2 buy 9 limit 1.00
        09:31:00 filled AAPL E2 buy 9 at 1.00
        09:31:00 ended AAPL E2 9
        09:31:00 place AAPL A3 buy 9 limit 1.00
        09:31:00 ended AAPL A3
        09:31:01 filled AAPL S1 sell 9 at 1.00
        09:31:01 closed AAPL 1 0
        09:31:02 place AAPL 2E1 buy 9 limit 1.00
        09:31:02 filled AAPL 2E1 buy 9 at 1.00
        09:31:02 ended AAPL 2E1 9
        09:31:02 gauge trades a day
        09:31:03 filled AAPL 2S1 sell 4 at 1.00
        09:31:03 filled AAPL 2S1 sell 5 at 1.00
        09:31:03 closed AAPL 2 0
        09:31:04 place AAPL 3E1 buy 9 limit 1.00
        09:31:04 place IBM E1 buy 9 limit 1.00
        next-09:31:00 watch
        next-09:31:04 place AAPL 3E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:00 place AAPL E2 buy 9 limit 1.00  -> admitted
            09:31:00 filled AAPL E2 buy 9 at 1.00
            09:31:00 ended AAPL E2 9
            09:31:00 place AAPL A3 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL A3
            09:31:01 filled AAPL S1 sell 9 at 1.00
            09:31:01 closed AAPL 1 0
            09:31:02 place AAPL 2E1 buy 9 limit 1.00  -> admitted
            09:31:02 filled AAPL 2E1 buy 9 at 1.00
            09:31:02 ended AAPL 2E1 9
            09:31:02 gauge trades a day  -> trades a day: 2 of 2 (AAPL), 0 left, on, refused 0 today
            09:31:03 filled AAPL 2S1 sell 4 at 1.00
            09:31:03 filled AAPL 2S1 sell 5 at 1.00
            09:31:03 closed AAPL 2 0
            09:31:04 place AAPL 3E1 buy 9 limit 1.00  -> refused: 2 trades of AAPL today, the limit is 2
            09:31:04 place IBM E1 buy 9 limit 1.00  -> admitted
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:04 place AAPL 3E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn losses_in_a_row_make_it_pause() {
    check(
        &limits(|own| {
            own.ticker.losing_streak = Some(LosingStreak { losses: 2, pause: TimeDelta::minutes(10) });
        }),
        "
        09:31:00 closed AAPL 1 -5.00
        09:31:00 closed AAPL 2 5.00
        09:31:00 closed AAPL 3 -5.00
        09:31:00 place AAPL 4E1 buy 9 limit 1.00
        09:31:00 closed AAPL 4 -0.01
        09:40:59 gauge losing streak
        09:40:59 place AAPL 5E1 buy 9 limit 1.00
        09:41:00 place AAPL 5E1 buy 9 limit 1.00
        09:41:00 closed AAPL 5 -1.00
        09:41:01 place AAPL 6E1 buy 9 limit 1.00
        09:41:01 place IBM E1 buy 9 limit 1.00
        09:41:02 release losing streak
        09:41:02 place AAPL 6E1 buy 9 limit 1.00
        09:41:02 release losing streak
    ",
        expect![[r#"
            09:31:00 closed AAPL 1 -5.00
            09:31:00 closed AAPL 2 5.00
            09:31:00 closed AAPL 3 -5.00
            09:31:00 place AAPL 4E1 buy 9 limit 1.00  -> admitted
            09:31:00 closed AAPL 4 -0.01
            09:40:59 gauge losing streak  -> losing streak: 2 of 2 (AAPL), 0 left, pauses until 2026-06-01 13:41:00 UTC, refused 0 today
            09:40:59 place AAPL 5E1 buy 9 limit 1.00  -> refused: AAPL lost 2 trades in a row: nothing opens until 2026-06-01 13:41:00 UTC
            09:41:00 place AAPL 5E1 buy 9 limit 1.00  -> admitted
            09:41:00 closed AAPL 5 -1.00
            09:41:01 place AAPL 6E1 buy 9 limit 1.00  -> refused: AAPL lost 3 trades in a row: nothing opens until 2026-06-01 13:51:00 UTC
            09:41:01 place IBM E1 buy 9 limit 1.00  -> admitted
            09:41:02 release losing streak  -> released
            09:41:02 place AAPL 6E1 buy 9 limit 1.00  -> admitted
            09:41:02 release losing streak  -> nothing to release
        "#]],
    );
}

#[test]
fn entries_without_a_fill_are_not_repeated_for_ever() {
    check(
        &limits(|own| own.ticker.unfilled_in_a_row_max = Some(2)),
        "
        09:31:00 watch
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 ended AAPL E1
        09:31:01 place AAPL E2 buy 9 limit 1.00, E3 buy 9 limit 1.01
        09:31:01 place AAPL A4 buy 9 limit 1.00
        09:31:01 ended AAPL E2
        09:31:01 filled AAPL E3 buy 1 at 1.00
        09:31:01 ended AAPL E3 1
        09:31:02 place AAPL A4 buy 9 limit 1.00
        09:31:02 ended AAPL A4
        09:31:03 place AAPL A5 buy 9 limit 1.00
        09:31:03 ended AAPL A5
        09:31:04 gauge unfilled entries
        09:31:04 place AAPL A6 buy 9 limit 1.00
        09:31:05 release unfilled entries
        09:31:05 place AAPL A6 buy 9 limit 1.00
        09:31:06 ended AAPL A6
        09:31:06 place AAPL A7 buy 9 limit 1.00
        09:31:06 ended AAPL A7
        09:31:07 place AAPL A8 buy 9 limit 1.00
        09:31:07 place AAPL X8 sell 1 market
        next-09:31:00 watch
        next-09:31:07 place AAPL A8 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 ended AAPL E1
            09:31:01 place AAPL E2 buy 9 limit 1.00, E3 buy 9 limit 1.01  -> admitted
            09:31:01 place AAPL A4 buy 9 limit 1.00  -> refused: 2 entries of AAPL in a row without a fill, the limit is 2
            09:31:01 ended AAPL E2
            09:31:01 filled AAPL E3 buy 1 at 1.00
            09:31:01 ended AAPL E3 1
            09:31:02 place AAPL A4 buy 9 limit 1.00  -> admitted
            09:31:02 ended AAPL A4
            09:31:03 place AAPL A5 buy 9 limit 1.00  -> admitted
            09:31:03 ended AAPL A5
            09:31:04 gauge unfilled entries  -> unfilled entries: 2 of 2 (AAPL), 0 left, on, refused 1 today
            09:31:04 place AAPL A6 buy 9 limit 1.00  -> refused: 2 entries of AAPL in a row without a fill, the limit is 2
            09:31:05 release unfilled entries  -> released
            09:31:05 place AAPL A6 buy 9 limit 1.00  -> admitted
            09:31:06 ended AAPL A6
            09:31:06 place AAPL A7 buy 9 limit 1.00  -> admitted
            09:31:06 ended AAPL A7
            09:31:07 place AAPL A8 buy 9 limit 1.00  -> refused: 2 entries of AAPL in a row without a fill, the limit is 2
            09:31:07 place AAPL X8 sell 1 market  -> admitted
            next-09:31:00 watch  -> a day opened, day +0.00 at the last price
            next-09:31:07 place AAPL A8 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn live_orders_of_one_side_count_held_children_too() {
    check(
        &limits(|own| own.ticker.legs_a_side_max = Some(4)),
        "
        09:31:00 place AAPL E1 buy 9 limit 1.00, T1 sell 9 limit 2.00 of E1 in G, S1 sell 9 stop 0.90 of E1 in G
        09:31:01 place AAPL A2 buy 9 limit 1.00, T2 sell 9 limit 2.00 of A2 in H, S2 sell 9 stop 0.90 of A2 in H
        09:31:02 place AAPL A3 buy 9 limit 1.00, T3 sell 9 limit 2.00 of A3 in I, S3 sell 9 stop 0.90 of A3 in I
        09:31:02 gauge orders a side
        09:31:03 filled AAPL E1 buy 9 at 1.00
        09:31:03 ended AAPL T1
        09:31:03 place AAPL A3 buy 9 limit 1.00, T3 sell 9 limit 2.00 of A3 in I, S3 sell 9 stop 0.90 of A3 in I
        09:31:03 place AAPL X4 sell 9 market in G
        09:31:03 place AAPL X5 sell 9 market in G
        09:31:04 place IBM E1 buy 9 limit 1.00, T1 sell 9 limit 2.00 of E1 in G, S1 sell 9 stop 0.90 of E1 in G
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 9 limit 1.00, T1 sell 9 limit 2.00 of E1 in G, S1 sell 9 stop 0.90 of E1 in G  -> admitted
            09:31:01 place AAPL A2 buy 9 limit 1.00, T2 sell 9 limit 2.00 of A2 in H, S2 sell 9 stop 0.90 of A2 in H  -> admitted
            09:31:02 place AAPL A3 buy 9 limit 1.00, T3 sell 9 limit 2.00 of A3 in I, S3 sell 9 stop 0.90 of A3 in I  -> refused: AAPL would have 6 live orders to sell, the limit is 4
            09:31:02 gauge orders a side  -> orders a side: 4 of 4 (AAPL), 0 left, on, refused 1 today
            09:31:03 filled AAPL E1 buy 9 at 1.00
            09:31:03 ended AAPL T1
            09:31:03 place AAPL A3 buy 9 limit 1.00, T3 sell 9 limit 2.00 of A3 in I, S3 sell 9 stop 0.90 of A3 in I  -> refused: AAPL would have 5 live orders to sell, the limit is 4
            09:31:03 place AAPL X4 sell 9 market in G  -> admitted
            09:31:03 place AAPL X5 sell 9 market in G  -> admitted
            09:31:04 place IBM E1 buy 9 limit 1.00, T1 sell 9 limit 2.00 of E1 in G, S1 sell 9 stop 0.90 of E1 in G  -> admitted
        "#]],
    );
}

#[test]
fn one_order_works_for_one_intent() {
    check(
        &limits(|_| {}),
        "
        09:31:00 signal AAPL s1
        09:31:00 lot AAPL 1 1.00
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:01 place AAPL E1 buy 9 limit 1.00
        09:31:01 place AAPL E2 buy 9 limit 1.00
        09:31:01 signal AAPL s1
        09:31:01 place AAPL A2 buy 9 limit 1.00
        09:31:01 lot AAPL 1 1.00
        09:31:01 place AAPL A2 buy 9 limit 1.00
        09:31:01 lot AAPL 2 1.00
        09:31:01 place AAPL A2 buy 9 limit 1.00
        09:31:02 ended AAPL E1
        09:31:02 signal AAPL s1
        09:31:02 lot AAPL 1 1.00
        09:31:02 place AAPL E3 buy 9 limit 1.00
        09:31:02 gauge duplicate intent
    ",
        expect![[r#"
            09:31:00 signal AAPL s1
            09:31:00 lot AAPL 1 1.00
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:01 place AAPL E1 buy 9 limit 1.00  -> refused: order 001.AAPL.0001.E1.JJ was placed before
            09:31:01 place AAPL E2 buy 9 limit 1.00  -> refused: E1 of AAPL works for the same already
            09:31:01 signal AAPL s1
            09:31:01 place AAPL A2 buy 9 limit 1.00  -> refused: E1 of AAPL works for the same already
            09:31:01 lot AAPL 1 1.00
            09:31:01 place AAPL A2 buy 9 limit 1.00  -> refused: E1 of AAPL works for the same already
            09:31:01 lot AAPL 2 1.00
            09:31:01 place AAPL A2 buy 9 limit 1.00  -> admitted
            09:31:02 ended AAPL E1
            09:31:02 signal AAPL s1
            09:31:02 lot AAPL 1 1.00
            09:31:02 place AAPL E3 buy 9 limit 1.00  -> admitted
            09:31:02 gauge duplicate intent  -> duplicate intent: no number, on, refused 4 today
        "#]],
    );
}

#[test]
fn a_restricted_ticker_opens_nothing_and_closes() {
    check(
        &limits(|own| own.restricted = [super::teller::ticker("AAPL")].into()),
        "
        09:31:00 filled AAPL E1 buy 9 at 1.00
        09:31:00 place AAPL A2 buy 1 limit 1.00
        09:31:00 place AAPL X3 sell 9 market
        09:31:00 place IBM E1 buy 1 limit 1.00
        09:31:00 gauge restricted list
    ",
        expect![[r#"
            09:31:00 filled AAPL E1 buy 9 at 1.00
            09:31:00 place AAPL A2 buy 1 limit 1.00  -> refused: AAPL is on the restricted list
            09:31:00 place AAPL X3 sell 9 market  -> admitted
            09:31:00 place IBM E1 buy 1 limit 1.00  -> admitted
            09:31:00 gauge restricted list  -> restricted list: 1, on, refused 1 today
        "#]],
    );
}

#[test]
fn halted_by_a_persons_file_nothing_opens_and_what_is_held_closes() {
    check(
        &limits(|_| {}),
        "
        09:31:00 filled AAPL E1 buy 9 at 1.00
        09:31:00 place IBM E1 buy 9 limit 1.00
        09:31:01 gauge HALT
        09:31:01 halt ann: news
        09:31:01 place AAPL A2 buy 1 limit 1.00
        09:31:01 place GE E1 buy 1 limit 1.00
        09:31:01 modify IBM E1 10 1.00
        09:31:01 modify IBM E1 8 1.00
        09:31:01 cancel IBM E1
        09:31:01 place AAPL S3 sell 9 stop 0.90
        09:31:01 modify AAPL S3 9 0.95
        09:31:01 gauge HALT
        09:31:02 halt
        09:31:02 place GE E1 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 filled AAPL E1 buy 9 at 1.00
            09:31:00 place IBM E1 buy 9 limit 1.00  -> admitted
            09:31:01 gauge HALT  -> HALT: no number, off, refused 0 today
            09:31:01 halt ann: news
            09:31:01 place AAPL A2 buy 1 limit 1.00  -> refused: HALT is set (ann: news): nothing opens until a release by name
            09:31:01 place GE E1 buy 1 limit 1.00  -> refused: HALT is set (ann: news): nothing opens until a release by name
            09:31:01 modify IBM E1 10 1.00  -> refused: HALT is set (ann: news): nothing opens until a release by name
            09:31:01 modify IBM E1 8 1.00  -> admitted
            09:31:01 cancel IBM E1  -> admitted
            09:31:01 place AAPL S3 sell 9 stop 0.90  -> admitted
            09:31:01 modify AAPL S3 9 0.95  -> admitted
            09:31:01 gauge HALT  -> HALT: no number, set by hand (ann: news); released by name only, refused 3 today
            09:31:02 halt
            09:31:02 place GE E1 buy 1 limit 1.00  -> admitted
        "#]],
    );
}
