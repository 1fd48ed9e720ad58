//! Limits of a group of tickers: just under, at, and just over each of them, and who is not concerned.

use engine::account::{GroupLimits, GroupName, Limits};
use expect_test::expect;

use super::teller::{check, check_changed, money, ticker};
use crate::limits;

fn name(text: &str) -> GroupName {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no name"))
}

/// A group of AAPL and IBM.
fn tech(change: impl FnOnce(&mut GroupLimits)) -> Limits {
    let mut group = GroupLimits { tickers: ["AAPL", "IBM"].map(ticker).into(), ..GroupLimits::default() };
    change(&mut group);
    limits(|own| own.groups = [(name("tech"), group)].into())
}

fn five_hundred() -> Limits {
    tech(|group| group.daily_loss_max = Some(money("500")))
}

#[test]
fn open_positions_of_a_group() {
    check(
        &tech(|group| group.positions_max = Some(1)),
        "
        09:31:00 place GE E1 buy 9 limit 1.00
        09:31:00 place AAPL E1 buy 9 limit 1.00
        09:31:00 place IBM E1 buy 9 limit 1.00
        09:31:00 place AAPL A2 buy 9 limit 1.00
        09:31:00 place F E1 buy 9 limit 1.00
        09:31:00 gauge tech open positions
        09:31:00 gauge open positions
        09:31:01 ended AAPL E1
        09:31:01 ended AAPL A2
        09:31:01 place IBM E1 buy 9 limit 1.00
    ",
        expect![[r#"
            09:31:00 place GE E1 buy 9 limit 1.00  -> admitted
            09:31:00 place AAPL E1 buy 9 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 9 limit 1.00  -> refused: group tech: 1 positions are open, the limit is 1
            09:31:00 place AAPL A2 buy 9 limit 1.00  -> admitted
            09:31:00 place F E1 buy 9 limit 1.00  -> admitted
            09:31:00 gauge tech open positions  -> group tech's open positions: 1 of 1, 0 left, on, refused 1 today
            09:31:00 gauge open positions  -> open positions: 3, off, refused 0 today
            09:31:01 ended AAPL E1
            09:31:01 ended AAPL A2
            09:31:01 place IBM E1 buy 9 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn gross_exposure_of_a_group() {
    check(
        &tech(|group| group.gross_exposure_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 filled AAPL E1 buy 40 at 9.00
        09:31:00 place GE E1 buy 5000 limit 1.00
        09:31:00 place IBM E1 sell 601 limit 1.00
        09:31:00 place IBM E1 sell 599 limit 1.00
        09:31:00 place AAPL A2 buy 2 limit 1.00
        09:31:00 place AAPL A2 buy 1 limit 1.00
        09:31:00 gauge tech gross exposure
        09:31:00 modify AAPL A2 2 1.00
        09:31:00 place AAPL X1 sell 40 market
    ",
        expect![[r#"
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 filled AAPL E1 buy 40 at 9.00
            09:31:00 place GE E1 buy 5000 limit 1.00  -> admitted
            09:31:00 place IBM E1 sell 601 limit 1.00  -> refused: group tech: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place IBM E1 sell 599 limit 1.00  -> admitted
            09:31:00 place AAPL A2 buy 2 limit 1.00  -> refused: group tech: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place AAPL A2 buy 1 limit 1.00  -> admitted
            09:31:00 gauge tech gross exposure  -> group tech's gross exposure: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
            09:31:00 modify AAPL A2 2 1.00  -> refused: group tech: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place AAPL X1 sell 40 market  -> admitted
        "#]],
    );
}

#[test]
fn net_exposure_of_a_group() {
    check(
        &tech(|group| group.net_exposure_max = Some(money("1000"))),
        "
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 filled AAPL E1 buy 90 at 9.00
        09:31:00 place GE E1 sell 5000 limit 1.00
        09:31:00 place IBM E1 buy 101 limit 1.00
        09:31:00 place IBM E1 buy 99 limit 1.00
        09:31:00 place AAPL A2 buy 2 limit 1.00
        09:31:00 place AAPL A2 buy 1 limit 1.00
        09:31:00 gauge tech net exposure
    ",
        expect![[r#"
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 filled AAPL E1 buy 90 at 9.00
            09:31:00 place GE E1 sell 5000 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 101 limit 1.00  -> refused: group tech: long less short would be +1001.00, the limit is 1000.00 either way
            09:31:00 place IBM E1 buy 99 limit 1.00  -> admitted
            09:31:00 place AAPL A2 buy 2 limit 1.00  -> refused: group tech: long less short would be +1001.00, the limit is 1000.00 either way
            09:31:00 place AAPL A2 buy 1 limit 1.00  -> admitted
            09:31:00 gauge tech net exposure  -> group tech's net exposure: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
        "#]],
    );
}

#[test]
fn the_loss_of_a_group_trips_for_its_tickers_only_and_stays_tripped() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 quote GE 10.00 10.02
        09:31:00 filled AAPL E1 buy 100 at 10.00
        09:31:00 cost AAPL 0
        09:31:00 filled GE E1 buy 1000 at 10.00
        09:31:00 cost GE 0
        09:31:01 quote GE 1.00 1.02
        09:31:01 quote AAPL 5.01 5.03
        09:31:01 watch
        09:31:01 gauge tech daily loss
        09:31:01 place IBM E1 buy 1 limit 1.00
        09:31:02 quote AAPL 5.00 5.02
        09:31:02 place IBM A2 buy 1 limit 1.00
        09:31:02 watch
        09:31:03 quote AAPL 10.00 10.02
        09:31:03 place AAPL A2 buy 1 limit 10.00
        09:31:03 modify IBM E1 2 1.00
        09:31:03 place GE A2 buy 1 limit 1.00
        09:31:03 place AAPL X1 sell 100 market
        09:31:03 gauge tech daily loss
        09:31:03 gauge daily loss
        09:31:03 release daily loss
        next-09:31:00 watch
        next-09:31:00 place AAPL 2E1 buy 9 limit 1.00
        next-09:31:00 release tech
        next-09:31:00 place AAPL 2E1 buy 9 limit 1.00
        next-09:31:00 release tech
        next-09:31:00 gauge tech daily loss
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 10.00 10.02
            09:31:00 quote GE 10.00 10.02
            09:31:00 filled AAPL E1 buy 100 at 10.00
            09:31:00 cost AAPL 0
            09:31:00 filled GE E1 buy 1000 at 10.00
            09:31:00 cost GE 0
            09:31:01 quote GE 1.00 1.02
            09:31:01 quote AAPL 5.01 5.03
            09:31:01 watch  -> day -9499.00
            09:31:01 gauge tech daily loss  -> group tech's daily loss: 499.00 of 500.00, 1.00 left, on, refused 0 today
            09:31:01 place IBM E1 buy 1 limit 1.00  -> admitted
            09:31:02 quote AAPL 5.00 5.02
            09:31:02 place IBM A2 buy 1 limit 1.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            09:31:02 watch  -> group tech tripped, day -9500.00
            09:31:03 quote AAPL 10.00 10.02
            09:31:03 place AAPL A2 buy 1 limit 10.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            09:31:03 modify IBM E1 2 1.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            09:31:03 place GE A2 buy 1 limit 1.00  -> admitted
            09:31:03 place AAPL X1 sell 100 market  -> admitted
            09:31:03 gauge tech daily loss  -> group tech's daily loss: 0.00 of 500.00, 500.00 left, tripped: the day's loss -500.00 reached the limit 500.00; released by name only, refused 3 today
            09:31:03 gauge daily loss  -> daily loss: 9000.00, off, refused 0 today
            09:31:03 release daily loss  -> nothing to release
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:00 place AAPL 2E1 buy 9 limit 1.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            next-09:31:00 release tech  -> released
            next-09:31:00 place AAPL 2E1 buy 9 limit 1.00  -> admitted
            next-09:31:00 release tech  -> nothing to release
            next-09:31:00 gauge tech daily loss  -> group tech's daily loss: 0.00 of 500.00, 500.00 left, on, refused 1 today
        "#]],
    );
}

#[test]
fn realized_losses_and_commissions_count_and_gains_of_its_own_tickers_make_up_for_them() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 100 at 10.00
        09:31:00 cost AAPL 1.00
        09:31:00 filled AAPL S1 sell 100 at 4.00
        09:31:00 cost AAPL 1.00
        09:31:00 filled IBM E1 buy 100 at 10.00
        09:31:00 cost IBM 0
        09:31:00 filled IBM T1 sell 100 at 11.02
        09:31:00 cost IBM 0
        09:31:00 watch
        09:31:00 filled IBM 2E1 buy 1 at 10.00
        09:31:00 cost IBM 0
        09:31:00 watch
        09:31:00 filled IBM 2S1 sell 1 at 9.00
        09:31:00 cost IBM 0
        09:31:00 watch
        09:31:00 gauge tech daily loss
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 100 at 10.00
            09:31:00 cost AAPL 1.00
            09:31:00 filled AAPL S1 sell 100 at 4.00
            09:31:00 cost AAPL 1.00
            09:31:00 filled IBM E1 buy 100 at 10.00
            09:31:00 cost IBM 0
            09:31:00 filled IBM T1 sell 100 at 11.02
            09:31:00 cost IBM 0
            09:31:00 watch  -> group tech tripped, day -500.00
            09:31:00 filled IBM 2E1 buy 1 at 10.00
            09:31:00 cost IBM 0
            09:31:00 watch  -> day -500.00 at the last price
            09:31:00 filled IBM 2S1 sell 1 at 9.00
            09:31:00 cost IBM 0
            09:31:00 watch  -> day -501.00
            09:31:00 gauge tech daily loss  -> group tech's daily loss: 501.00 of 500.00, 0.00 left, tripped: the day's loss -500.00 reached the limit 500.00; released by name only, refused 0 today
        "#]],
    );
}

#[test]
fn released_within_the_day_a_group_counts_anew_from_there() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 quote AAPL 10.00 10.02
        09:31:00 filled AAPL E1 buy 1000 at 10.00
        09:31:00 cost AAPL 0
        09:31:00 release tech
        09:31:01 quote AAPL 9.50 9.52
        09:31:01 watch
        09:31:02 release tech
        09:31:02 watch
        09:31:02 gauge tech daily loss
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
            09:31:00 release tech  -> nothing to release
            09:31:01 quote AAPL 9.50 9.52
            09:31:01 watch  -> group tech tripped, day -500.00
            09:31:02 release tech  -> released
            09:31:02 watch  -> day -500.00
            09:31:02 gauge tech daily loss  -> group tech's daily loss: 500.00 of 1000.00, 500.00 left, on, refused 0 today
            09:31:03 quote AAPL 9.01 9.03
            09:31:03 watch  -> day -990.00
            09:31:04 quote AAPL 9.00 9.02
            09:31:04 watch  -> group tech tripped, day -1000.00
        "#]],
    );
}

#[test]
fn a_result_that_cannot_be_computed_trips_its_group() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 1 at 1.00
        09:31:00 cost AAPL 79000000000000000000000000000
        09:31:00 place IBM E1 buy 1 limit 1.00
        09:31:00 watch
        09:31:01 place GE E1 buy 1 limit 1.00
        09:31:01 gauge tech daily loss
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 1 at 1.00
            09:31:00 cost AAPL 79000000000000000000000000000
            09:31:00 place IBM E1 buy 1 limit 1.00  -> refused: group tech: halted: the day's result of AAPL cannot be computed
            09:31:00 watch  -> group tech tripped, the day's result of AAPL cannot be computed
            09:31:01 place GE E1 buy 1 limit 1.00  -> admitted
            09:31:01 gauge tech daily loss  -> group tech's daily loss: at most 500.00, tripped: the day's result of AAPL cannot be computed; released by name only, refused 1 today
        "#]],
    );
}

#[test]
fn a_ticker_of_two_groups_is_held_by_both() {
    let group = |names: [&str; 2], max| GroupLimits {
        tickers: names.map(ticker).into(),
        gross_exposure_max: Some(money(max)),
        ..GroupLimits::default()
    };
    let groups =
        [(name("old"), group(["IBM", "GE"], "1000")), (name("tech"), group(["AAPL", "IBM"], "1000"))];
    check(
        &limits(|own| own.groups = groups.into()),
        "
        09:31:00 place AAPL E1 buy 600 limit 1.00
        09:31:00 place GE E1 buy 700 limit 1.00
        09:31:00 place IBM E1 buy 401 limit 1.00
        09:31:00 place IBM E1 buy 301 limit 1.00
        09:31:00 place IBM E1 buy 300 limit 1.00
        09:31:00 gauge old gross exposure
        09:31:00 gauge tech gross exposure
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 600 limit 1.00  -> admitted
            09:31:00 place GE E1 buy 700 limit 1.00  -> admitted
            09:31:00 place IBM E1 buy 401 limit 1.00  -> refused: group old: long and short together would be 1101.00, the limit is 1000.00
            09:31:00 place IBM E1 buy 301 limit 1.00  -> refused: group old: long and short together would be 1001.00, the limit is 1000.00
            09:31:00 place IBM E1 buy 300 limit 1.00  -> admitted
            09:31:00 gauge old gross exposure  -> group old's gross exposure: 1000.00 of 1000.00, 0.00 left, on, refused 2 today
            09:31:00 gauge tech gross exposure  -> group tech's gross exposure: 900.00 of 1000.00, 100.00 left, on, refused 0 today
        "#]],
    );
}

#[test]
fn two_trips_are_told_one_after_the_other() {
    let group = |names: [&str; 1]| GroupLimits {
        tickers: names.map(ticker).into(),
        daily_loss_max: Some(money("5")),
        ..GroupLimits::default()
    };
    check(
        &limits(|own| {
            own.groups = [(name("a"), group(["AAPL"])), (name("b"), group(["IBM"]))].into();
            own.account.daily_loss_max = Some(money("10"));
        }),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 10 at 1.00
        09:31:00 cost AAPL 0
        09:31:00 filled IBM E1 buy 10 at 1.00
        09:31:00 cost IBM 0
        09:31:00 quote AAPL 0.50 0.52
        09:31:00 quote IBM 0.50 0.52
        09:31:00 watch
        09:31:01 release daily loss
        09:31:01 release a
        09:31:01 place AAPL A2 buy 1 limit 1.00
        09:31:01 place IBM A2 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 10 at 1.00
            09:31:00 cost AAPL 0
            09:31:00 filled IBM E1 buy 10 at 1.00
            09:31:00 cost IBM 0
            09:31:00 quote AAPL 0.50 0.52
            09:31:00 quote IBM 0.50 0.52
            09:31:00 watch  -> the loss limit tripped, group a tripped, group b tripped, day -10.00
            09:31:01 release daily loss  -> released
            09:31:01 release a  -> released
            09:31:01 place AAPL A2 buy 1 limit 1.00  -> admitted
            09:31:01 place IBM A2 buy 1 limit 1.00  -> refused: group b: halted: the day's loss -5.00 reached the limit 5.00
        "#]],
    );
}

/// Its name stays, so that it can be released; when it comes back it is tripped still.
#[test]
fn a_group_that_left_the_config_tripped_stays_so() {
    check(
        &five_hundred(),
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 100 at 10.00
        09:31:00 cost AAPL 0
        09:31:00 quote AAPL 5.00 5.02
        09:31:00 watch
        09:31:01 without groups
        09:31:01 gauge tech daily loss
        09:31:01 place IBM E1 buy 1 limit 1.00
        09:31:02 ended IBM E1
        09:31:02 with them
        09:31:02 place IBM E2 buy 1 limit 1.00
        09:31:03 without groups
        09:31:03 release tech
        09:31:03 with them
        09:31:03 place IBM E2 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 100 at 10.00
            09:31:00 cost AAPL 0
            09:31:00 quote AAPL 5.00 5.02
            09:31:00 watch  -> group tech tripped, day -500.00
            09:31:01 without groups
            09:31:01 gauge tech daily loss  -> group tech's daily loss: 0.00, tripped: the day's loss -500.00 reached the limit 500.00; released by name only, refused 0 today
            09:31:01 place IBM E1 buy 1 limit 1.00  -> admitted
            09:31:02 ended IBM E1
            09:31:02 with them
            09:31:02 place IBM E2 buy 1 limit 1.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            09:31:03 without groups
            09:31:03 release tech  -> released
            09:31:03 with them
            09:31:03 place IBM E2 buy 1 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn a_changed_group_holds_from_then_on_and_one_that_tripped_stays_so() {
    let more = |group: &mut GroupLimits| {
        group.tickers.insert(ticker("GE"));
        (group.positions_max, group.daily_loss_max) = (Some(2), Some(money("900")));
    };
    check_changed(
        &[five_hundred(), tech(more)],
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 100 at 10.00
        09:31:00 cost AAPL 0
        09:31:00 place GE E1 buy 1 limit 1.00
        09:31:00 limits 2
        09:31:00 gauge tech open positions
        09:31:00 place IBM E1 buy 1 limit 1.00
        09:31:01 limits 1
        09:31:01 quote AAPL 5.00 5.02
        09:31:01 watch
        09:31:02 limits 2
        09:31:02 gauge tech daily loss
        09:31:02 place GE 2E1 buy 1 limit 1.00
        09:31:03 release tech
        09:31:03 ended GE E1
        09:31:03 place GE 2E1 buy 1 limit 1.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 100 at 10.00
            09:31:00 cost AAPL 0
            09:31:00 place GE E1 buy 1 limit 1.00  -> admitted
            09:31:00 limits 2
            09:31:00 gauge tech open positions  -> group tech's open positions: 2 of 2, 0 left, on, refused 0 today
            09:31:00 place IBM E1 buy 1 limit 1.00  -> refused: group tech: 2 positions are open, the limit is 2
            09:31:01 limits 1
            09:31:01 quote AAPL 5.00 5.02
            09:31:01 watch  -> group tech tripped, day -500.00
            09:31:02 limits 2
            09:31:02 gauge tech daily loss  -> group tech's daily loss: 500.00 of 900.00, 400.00 left, tripped: the day's loss -500.00 reached the limit 500.00; released by name only, refused 0 today
            09:31:02 place GE 2E1 buy 1 limit 1.00  -> refused: group tech: halted: the day's loss -500.00 reached the limit 500.00
            09:31:03 release tech  -> released
            09:31:03 ended GE E1
            09:31:03 place GE 2E1 buy 1 limit 1.00  -> admitted
        "#]],
    );
}

#[test]
fn a_name_is_letters_digits_underscores_and_hyphens() {
    for good in ["t", "Tech_2-x", "123456789012345678901234"] {
        assert_eq!(name(good).as_str(), good);
    }
    for bad in ["", "1234567890123456789012345", "a b", "ä", "a.b", "a/b"] {
        assert!(bad.parse::<GroupName>().is_err(), "{bad}");
        assert!(serde_json::from_value::<GroupName>(bad.into()).is_err(), "{bad}");
    }
}
