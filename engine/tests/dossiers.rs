//! Dossiers as text: a story is played to a ticker, its steps go through the journal's form, and what they tell people is
//! compared. A fold that was kept and read again in the middle has to be the equal of one that lived through all of it.

mod numbers;
mod story;
mod subject;

use std::fmt::Write;

use engine::account::{Refusal, Trip};
use engine::dossier::{DAYS_MAX, Dossier, OVER_MAX};
use engine::record::AccountFact;
use engine::{
    Body, Dossiers, Fact, Money, Now, Price, Process, Quantity, Record, Request, Step, TickerKey, Verdict,
};
use expect_test::{Expect, expect};
use numbers::{at, decimal};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use story::HOLDING;
use subject::settings;

fn key() -> TickerKey {
    "AAPL".parse().expect("a name")
}

/// Records of a story, with each request let through; the account opens its day first.
fn records(story: &str) -> Vec<Record> {
    let day = AccountFact::DayOpened {
        day: at("09:30:00").market.date_naive(),
        zone: chrono_tz::America::New_York,
        marks: std::collections::BTreeMap::new(),
    };
    let mut bodies = vec![(at("09:30:00"), None, Body::Account(day))];
    for (now, step) in story::steps(settings(), story) {
        match step {
            Step::Fact(fact) => bodies.push((now, Some(key()), Body::Fact(fact))),
            Step::Request(request) => {
                bodies.push((now, Some(key()), Body::Request(request.clone())));
                bodies.push((now, Some(key()), Body::Verdict(Verdict { request, refused: None })));
            }
        }
    }
    numbered(bodies)
}

fn numbered(bodies: Vec<(Now, Option<TickerKey>, Body)>) -> Vec<Record> {
    (1..).zip(bodies).map(|(seq, (at, ticker, body))| Record { seq, at, ticker, body }).collect()
}

/// A record as it is read again.
fn read(record: &Record) -> Record {
    serde_json::from_str(&serde_json::to_string(record).expect("JSON")).expect("a record")
}

fn fold(records: &[Record]) -> Dossiers {
    let mut live = Dossiers::new(chrono_tz::America::New_York);
    records.iter().for_each(|record| live.apply(record));
    for cut in [0, records.len() / 3, records.len() / 2, records.len()] {
        let mut kept = Dossiers::new(chrono_tz::America::New_York);
        records[..cut].iter().for_each(|record| kept.apply(&read(record)));
        let text = serde_json::to_string(&kept).expect("JSON");
        let mut again: Dossiers = serde_json::from_str(&text).expect("dossiers");
        again = again.resume(chrono_tz::America::New_York);
        records[cut..].iter().for_each(|record| again.apply(record));
        assert_eq!(again, live, "kept after {cut} records");
    }
    live
}

fn told(dossiers: &Dossiers) -> String {
    let mut told = String::new();
    for own in dossiers.trades() {
        trade(own, &mut told);
    }
    for (date, day) in dossiers.days() {
        let all = day.all();
        writeln!(
            told,
            "{date}: {} ended, {} won, {} unfilled, {:+} realised, {} commissions of {} of {} fills, {} shares, slippage {}, \
             stops {}, unprotected {} times {} ms at most {} ms, never {}; {} taken",
            all.ended,
            all.won,
            all.unfilled,
            all.realized,
            all.commission,
            all.commissioned,
            all.fills,
            all.shares,
            all.slippage,
            all.stop_slippage,
            all.unprotected.times,
            all.unprotected.sum.num_milliseconds(),
            all.unprotected.max.num_milliseconds(),
            all.unprotected.never,
            day.taken,
        )
        .expect("a string takes all");
        for (rule, own) in &day.rules {
            writeln!(told, "  {rule}: {} lots, {:+}, {}", own.ended, own.realized, own.commission)
                .expect("a string takes all");
        }
        for (why, count) in day.declined.iter().chain(&day.refused) {
            writeln!(told, "  {count} {why}").expect("a string takes all");
        }
        for incident in &day.incidents {
            writeln!(told, "  {} {:?}: {}", incident.kind, incident.tickers, incident.text)
                .expect("a string takes all");
        }
    }
    told
}

fn trade(own: &Dossier, told: &mut String) {
    let entry = own.entry().map_or_else(|| "-".to_owned(), |price| price.to_string());
    let end = own.over.map_or("open", |over| if over.traded { "closed" } else { "unfilled" });
    let signal = own.signal.as_ref().map_or_else(|| "no signal".to_owned(), ToString::to_string);
    let by = own.ended_by().map_or_else(String::new, |by| format!(" by {by}"));
    writeln!(
        told,
        "{} {} {} from {entry} ({signal}; {}) {end}{by}: {:+} - {}, slippage {}",
        own.name(),
        own.side,
        own.bought(),
        own.because,
        own.realized,
        own.commission,
        own.slippage().map_or_else(|| "-".to_owned(), |slippage| slippage.to_string()),
    )
    .expect("a string takes all");
    for order in &own.orders {
        let standing =
            order.standing.map_or_else(|| "not heard of".to_owned(), |standing| format!("{standing:?}"));
        let refused =
            order.refused.as_ref().map_or_else(String::new, |because| format!(" refused: {because}"));
        writeln!(
            told,
            "  {} {} {} of {}, {standing}{refused}",
            order.order.short(),
            order.kind,
            order.filled,
            order.quantity
        )
        .expect("a string takes all");
    }
}

fn check(story: &str, expected: Expect) {
    expected.assert_eq(&told(&fold(&records(story))));
}

#[test]
fn a_trade_from_the_signal_to_the_money() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 accepted E1 T1 S1
        10:00:02 filled E1 60 of 99 at 100.02
        10:00:02 commission 0.50
        10:00:03 armed S1 99, T1 99
        10:00:03 filled E1 39 at 100.02
        10:00:04 commission 0.50
        10:00:04 echo T1 99 at 108.02
        11:00:00 filled S1 99 at 96.90
        11:00:00 commission 1.00
        11:00:00 cancelled T1
    ",
        expect![[r#"
            AAPL.1 long 99 from 100.02 (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) closed by stop: -308.88 - 2.00, slippage 1.98
              E1 limit 100.10 99 of 99, Ended(Filled)
              T1 limit 108.02 0 of 99, Ended(Cancelled)
              S1 stop 97.09 99 of 99, Ended(Filled)
            2026-06-01: 1 ended, 0 won, 0 unfilled, -308.88 realised, 2.00 commissions of 3 of 3 fills, 198 shares, slippage 1.98, stops 18.81, unprotected 2 times 1000 ms at most 1000 ms, never 0; 1 taken
              High Confidence Buy: 1 lots, -308.88, 2.00
              gap [TickerKey("AAPL")]: news of orders may be missing or is in doubt; compared with the broker anew
        "#]],
    );
}

#[test]
fn an_entry_that_never_fills_and_signals_that_are_declined() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.70
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 signal BUY 0.90
        10:00:30 cancelled E1
        10:00:30 cancelled T1
        10:00:30 cancelled S1
    ",
        expect![[r#"
            AAPL.1 long 0 from - (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) unfilled: +0.00 - 0.00, slippage -
              E1 limit 100.10 0 of 99, Ended(Cancelled)
              T1 limit 108.11 0 of 99, Ended(Cancelled)
              S1 stop 97.09 0 of 99, Ended(Cancelled)
            2026-06-01: 0 ended, 0 won, 1 unfilled, +0.00 realised, 0.00 commissions of 0 of 0 fills, 0 shares, slippage 0.00, stops 0.00, unprotected 0 times 0 ms at most 0 ms, never 0; 1 taken
              1 a rule's condition is missed
              1 on that side already
        "#]],
    );
}

#[test]
fn what_the_risk_book_refuses_is_told() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 refused E1 T1 S1
    ",
        expect![[r#"
            AAPL.1 long 0 from - (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) unfilled: +0.00 - 0.00, slippage -
              E1 limit 100.10 0 of 99, not heard of refused: halted: the day's loss -1000.00 reached the limit 1000.00
              T1 limit 108.11 0 of 99, not heard of refused: halted: the day's loss -1000.00 reached the limit 1000.00
              S1 stop 97.09 0 of 99, not heard of refused: halted: the day's loss -1000.00 reached the limit 1000.00
            2026-06-01: 0 ended, 0 won, 1 unfilled, +0.00 realised, 0.00 commissions of 0 of 0 fills, 0 shares, slippage 0.00, stops 0.00, unprotected 0 times 0 ms at most 0 ms, never 0; 1 taken
        "#]],
    );
}

#[test]
fn a_correction_counts_in_the_place_of_what_it_corrects_and_a_repetition_not_at_all() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 repeated
        10:00:01 armed S1 99, T1 99
        10:00:02 corrected E1 99 at 100.04
        10:00:02 commission 1.25
        10:00:03 commission 1.25
    ",
        expect![[r#"
            AAPL.1 long 99 from 100.04 (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) open: +0.00 - 1.25, slippage 3.96
              E1 limit 100.10 99 of 99, Ended(Filled)
              T1 limit 108.11 0 of 99, Working
              S1 stop 97.09 0 of 99, Working
            2026-06-01: 0 ended, 0 won, 0 unfilled, +0.00 realised, 1.25 commissions of 1 of 1 fills, 99 shares, slippage 3.96, stops 0.00, unprotected 2 times 0 ms at most 0 ms, never 0; 1 taken
              High Confidence Buy: 0 lots, +0.00, 1.25
        "#]],
    );
}

#[test]
fn a_gap_is_one_incident_and_a_start_is_none() {
    check(
        &format!(
            "{HOLDING}
        10:05:00 gap
        10:05:01 snapshot 99; armed S1 99, T1 99
    "
        ),
        expect![[r#"
            AAPL.1 long 99 from 100.00 (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) open: +0.00 - 0.00, slippage 0.00
              E1 limit 100.10 99 of 99, Ended(Filled)
              T1 limit 108.00 0 of 99, Working
              S1 stop 97.09 0 of 99, Working
            2026-06-01: 0 ended, 0 won, 0 unfilled, +0.00 realised, 0.00 commissions of 0 of 1 fills, 99 shares, slippage 0.00, stops 0.00, unprotected 1 times 0 ms at most 0 ms, never 0; 1 taken
              gap [TickerKey("AAPL")]: news of orders may be missing or is in doubt; compared with the broker anew
        "#]],
    );
}

#[test]
fn a_stop_that_is_lost_is_told_with_the_time_without_it() {
    check(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:30 cancelled E1
        10:00:30 executed E1 10 at 100.00
        10:00:30 cancelled T1
        10:00:30 cancelled S1
        10:00:31 wake
        10:00:31 armed S2 10, T2 10
    ",
        expect![[r#"
            AAPL.1 long 10 from 100.00 (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) open: +0.00 - 0.00, slippage 0.00
              E1 limit 100.10 10 of 99, Ended(Cancelled)
              T1 limit 108.11 0 of 99, Ended(Cancelled)
              S1 stop 97.09 0 of 99, Ended(Cancelled)
              S2 stop 97.09 0 of 10, Working
              T2 limit 108.11 0 of 10, Working
            2026-06-01: 0 ended, 0 won, 0 unfilled, +0.00 realised, 0.00 commissions of 0 of 1 fills, 10 shares, slippage 0.00, stops 0.00, unprotected 1 times 1000 ms at most 1000 ms, never 0; 1 taken
              protection [TickerKey("AAPL")]: protection lost, placed anew
        "#]],
    );
}

fn account(now: Now, fact: AccountFact) -> (Now, Option<TickerKey>, Body) {
    (now, None, Body::Account(fact))
}

#[test]
fn a_day_goes_on_until_the_account_opens_the_next_and_never_comes_back() {
    let day = |date: &str| AccountFact::DayOpened {
        day: date.parse().expect("a day"),
        zone: chrono_tz::America::New_York,
        marks: std::collections::BTreeMap::new(),
    };
    let moment = |text: &str| Now { market: text.parse().expect("a time"), process: Process::default() };
    let (loss, max) = (Money::new(decimal("-10")), Money::new(decimal("9")));
    let tripped = AccountFact::LossLimitReached { loss, max };
    let group =
        AccountFact::GroupTripped { group: "tech".parse().expect("a name"), trip: Trip::Loss { loss, max } };
    // Before the market's time is known the wall's is written, years ahead of a simulated market.
    let all = numbered(vec![
        account(moment("2026-11-26T12:00:00Z"), AccountFact::Armed { by: "ann".to_owned() }),
        account(moment("2008-09-29T13:30:00Z"), day("2008-09-29")),
        account(moment("2026-11-26T12:00:00Z"), tripped.clone()),
        account(moment("2008-09-30T03:59:59Z"), group),
        account(
            moment("2008-09-30T04:00:00Z"),
            AccountFact::Panicked { over: "a quote".into(), then: "made anew".into() },
        ),
        account(moment("2008-09-30T03:59:59Z"), tripped),
        account(moment("2008-09-30T13:30:00Z"), day("2008-09-30")),
        account(moment("2008-09-28T13:30:00Z"), AccountFact::Armed { by: "bob".to_owned() }),
    ]);
    let dossiers = fold(&all);
    expect![[r#"
        2008-09-29: 0 ended, 0 won, 0 unfilled, +0.00 realised, 0.00 commissions of 0 of 0 fills, 0 shares, slippage 0.00, stops 0.00, unprotected 0 times 0 ms at most 0 ms, never 0; 0 taken
          person []: armed by ann
          limit []: the day's loss -10.00 reached the limit 9.00; nothing opens
          limit []: group tech: the day's loss -10.00 reached the limit 9.00
        2008-09-30: 0 ended, 0 won, 0 unfilled, +0.00 realised, 0.00 commissions of 0 of 0 fills, 0 shares, slippage 0.00, stops 0.00, unprotected 0 times 0 ms at most 0 ms, never 0; 0 taken
          panic []: panicked over a quote; made anew
          limit []: the day's loss -10.00 reached the limit 9.00; nothing opens
          person []: armed by bob
    "#]].assert_eq(&told(&dossiers));
    let date = "2008-09-29".parse().expect("a day");
    let mut until = Dossiers::new(chrono_tz::America::New_York);
    all.iter().for_each(|record| until.apply_until(date, record));
    assert_eq!(
        until.days().get(&date),
        dossiers.days().get(&date),
        "a day that is over is the same whenever it is told"
    );
    assert!(until.newest_day() > Some(date) && until.days().len() == 2);
}

#[test]
fn what_is_kept_has_bounds_and_sums_are_of_all() {
    let one = records(
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 commission 1.00
        10:00:01 armed S1 99, T1 99
        10:00:02 filled T1 99 at 108.11
        10:00:02 commission 1.00
        10:00:02 cancelled S1
    ",
    );
    let (times, mut dossiers) = (OVER_MAX + 20, Dossiers::new(chrono_tz::America::New_York));
    for _ in 0..times {
        one.iter().for_each(|record| dossiers.apply(record));
    }
    assert_eq!(dossiers.trades().count(), OVER_MAX);
    let all = dossiers.days().values().next_back().expect("a day").all();
    let count = u64::try_from(times).expect("a number");
    assert_eq!((all.ended, all.fills), (count, 2 * count));
    assert_eq!(all.net(), Money::new(decimal("800.89") * decimal(&times.to_string())));
    for day in 1..=3 * i64::try_from(DAYS_MAX).expect("a number") {
        let opened = at("09:30:00").market + chrono::TimeDelta::days(day);
        let fact = AccountFact::DayOpened {
            day: opened.date_naive(),
            zone: chrono_tz::America::New_York,
            marks: std::collections::BTreeMap::new(),
        };
        dossiers.apply(&Record {
            seq: 1,
            at: Now { market: opened, ..at("09:30:00") },
            ticker: None,
            body: Body::Account(fact),
        });
    }
    assert_eq!(dossiers.days().len(), DAYS_MAX);
}

#[test]
fn numbers_that_are_no_money_change_nothing_and_break_nothing() {
    let mut all = records(HOLDING);
    let most = rust_decimal::Decimal::MAX;
    for record in &mut all {
        if let Body::Fact(Fact::LotOpened(lot)) = &mut record.body {
            lot.multiplier = most;
        }
        if let Body::Request(Request::Place { orders }) = &mut record.body {
            orders
                .iter_mut()
                .for_each(|spec| spec.quantity = Quantity::new(decimal("1000000000")).expect("a quantity"));
        }
    }
    let seq = all.len() as u64;
    let (by, ratio) = (Money::new(most), rust_decimal::Decimal::ZERO);
    for (n, fact) in (1..).zip([
        Fact::Split { ratio, day: None },
        Fact::LotReopened { lot: 9, realized: by },
        Fact::LotReopened { lot: 1, realized: by },
        Fact::LotReopened { lot: 1, realized: -by },
        Fact::TradeReopened { trade: 77, counted: Some(true) },
        Fact::Protected { lot: 4, exposed: chrono::TimeDelta::MAX },
        Fact::Protected { lot: 1, exposed: chrono::TimeDelta::MAX },
    ]) {
        all.push(Record { seq: seq + n, at: at("10:00:09"), ticker: Some(key()), body: Body::Fact(fact) });
    }
    assert_eq!(fold(&all).trades().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever order records come in, repeated or left out: nothing breaks, and one that is kept goes on as one that lived.
    #[test]
    fn no_order_of_records_breaks_it(picks in proptest::collection::vec(any::<proptest::sample::Index>(), 0..80)) {
        let story = records(&format!(
            "{HOLDING}
            10:05:00 gap
            10:05:01 snapshot 99; armed S1 99, T1 99
            11:00:00 filled S1 99 at 96.90
            11:00:00 commission 1.00
            11:00:00 cancelled T1
        "));
        let all: Vec<Record> = picks.iter().map(|pick| pick.get(&story).clone()).collect();
        let dossiers = fold(&all);
        let of_tickers = dossiers.days().values().map(|day| day.all().realized).sum::<Money>();
        let of_rules = dossiers.days().values().flat_map(|day| day.rules.values()).map(|own| own.realized).sum::<Money>();
        prop_assert_eq!(of_tickers, of_rules);
    }
}

#[test]
fn late_prices_and_refusals_count_where_they_came() {
    let fill = records(HOLDING);
    let execution = fill
        .iter()
        .find_map(|record| match &record.body {
            Body::Fact(Fact::Executed { execution }) => Some(execution.clone()),
            _ => None,
        })
        .expect("a fill");
    let mut all = fill;
    let seq = all.len() as u64;
    let corrected = engine::order::Execution {
        id: "x.1.02".to_owned(),
        price: Price::new(decimal("99.50")).expect("a price"),
        ..execution
    };
    let by = Money::new(decimal("49.50"));
    let request = Request::Cancel(corrected.order.clone());
    let refused = Some(Refusal::NotSent("closed".to_owned()));
    for (n, body) in (1..).zip([
        Body::Fact(Fact::CorrectedLate { execution: corrected, by }),
        Body::Verdict(Verdict { request, refused }),
    ]) {
        all.push(Record { seq: seq + n, at: at("10:10:00"), ticker: Some(key()), body });
    }
    expect![[r#"
        AAPL.1 long 99 from 99.50 (BUY 0.85; High Confidence Buy: 0.85 >= 0.80) open: +49.50 - 0.00, slippage -49.50
          E1 limit 100.10 99 of 99, Ended(Filled)
          T1 limit 108.00 0 of 99, Working
          S1 stop 97.09 0 of 99, Working
        2026-06-01: 0 ended, 0 won, 0 unfilled, +49.50 realised, 0.00 commissions of 0 of 1 fills, 99 shares, slippage -49.50, stops 0.00, unprotected 1 times 0 ms at most 0 ms, never 0; 1 taken
          High Confidence Buy: 0 lots, +49.50, 0.00
          1 not sent
          unexplained [TickerKey("AAPL")]: corrected after its trade was over: filled E1 buy 99 at 99.50, +49.50
    "#]].assert_eq(&told(&fold(&all)));
}
