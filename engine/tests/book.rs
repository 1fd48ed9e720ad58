//! The risk book as text: what is asked of it, what it says, and the day's result.
//!
//! ```text
//! 09:31:00 quote AAPL 99.98 100.00           bid and ask; `-` for none
//! 09:31:00 place AAPL E1 buy 99 limit 100.10 one order; `stop 97.00` and `market` alike
//! 09:31:00 modify AAPL S1 99 97.00           quantity and price
//! 09:31:01 filled AAPL E1 buy 99 at 100.00   an execution
//! 09:31:01 cost AAPL 1.00                    of the last execution
//! 09:31:01 ended AAPL E1                     also `lost AAPL E1`: it was never sent
//! 09:31:01 closed AAPL                       the trade is over
//! 09:31:02 watch                             what the account takes note of by itself
//! ```
//!
//! `next-` before a time means the day after. After each story a book that is told the
//! records alone has to be the equal of the one that lived through it.

mod numbers;

use chrono::TimeDelta;
use engine::account::{AccountView, Book, Limits, OnDailyLoss, Refusal};
use engine::order::{Action, Commission, End, Execution, Kind, Standing, Status, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{
    AccountFact, Body, Fact, Installation, Money, Now, OrderRef, Price, Process, Quantity, Quote, Record,
    Request, Role, Verdict,
};
use expect_test::{Expect, expect};

use crate::numbers::{at, decimal};

fn check(story: &str, expected: Expect) {
    let mut teller = Teller::new();
    let mut told = String::new();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (time, what) = line.split_once(' ').unwrap_or_else(|| panic!("no time in `{line}`"));
        let answer = teller.tell(moment(time), what);
        told += &format!("{line}{}{answer}\n", if answer.is_empty() { "" } else { "  -> " });
    }
    expected.assert_eq(&told);
    let mut rebuilt = Book::new(limits());
    teller.records.iter().for_each(|record| rebuilt.apply(record));
    assert_eq!(
        lines(rebuilt, &teller.records),
        lines(teller.book, &teller.records),
        "rebuilt from its records"
    );
}

/// A book in words. A ticker that it never heard of and one that it knows nothing of are the
/// same, so it is told nothing of each first.
fn lines(mut book: Book, records: &[Record]) -> String {
    let because = Refusal::NoPrice;
    for record in records.iter().filter(|record| record.ticker.is_some()) {
        let body = Body::Fact(Fact::EntryDeclined { lot: 1, because: because.clone() });
        book.apply(&Record { body, ..record.clone() });
    }
    format!("{book:?}")
}

fn limits() -> Limits {
    Limits {
        position_size_max: money("10000"),
        positions_max: 2,
        daily_loss_max: money("500"),
        on_daily_loss: OnDailyLoss::Block,
        price_collar: decimal("0.01").try_into().expect("a fraction"),
        quote_age_max: TimeDelta::seconds(5),
        zone: chrono_tz::America::New_York,
    }
}

fn moment(time: &str) -> Now {
    let now = at(time.trim_start_matches("next-"));
    if !time.starts_with("next-") {
        return now;
    }
    let day = TimeDelta::days(1);
    Now { market: now.market + day, process: now.process.plus(day) }
}

fn money(text: &str) -> Money {
    Money::new(decimal(text))
}

fn price(text: &str) -> Price {
    Price::new(decimal(text)).expect("a price")
}

fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).expect("a quantity")
}

fn action(text: &str) -> Action {
    if text == "buy" { Action::Buy } else { Action::Sell }
}

fn order(ticker: &str, short: &str) -> OrderRef {
    let role = match &short[..1] {
        "E" => Role::Entry,
        "A" => Role::Add,
        "S" => Role::Stop,
        "T" => Role::Target,
        _ => Role::Exit,
    };
    let (installation, ticker) = (Installation::from_number(1), ticker.parse().expect("a name"));
    OrderRef { installation, ticker, trade: 1, role, n: short[1..].parse().expect("a number") }
}

struct Teller {
    book: Book,
    view: AccountView,
    records: Vec<Record>,
    executions: u32,
}

impl Teller {
    fn new() -> Teller {
        Teller { book: Book::new(limits()), view: AccountView::default(), records: Vec::new(), executions: 0 }
    }

    fn tell(&mut self, now: Now, what: &str) -> String {
        let words: Vec<&str> = what.split(' ').collect();
        match words.as_slice() {
            ["quote", ticker, bid, ask] => self.quote(now.process, ticker, bid, ask),
            ["place", ticker, short, way, much, "market"] => {
                self.place(now, ticker, short, way, much, Kind::Market)
            }
            ["place", ticker, short, way, much, "limit", at] => {
                self.place(now, ticker, short, way, much, Kind::Limit(price(at)))
            }
            ["place", ticker, short, way, much, "stop", at] => {
                self.place(now, ticker, short, way, much, Kind::Stop(price(at)))
            }
            ["modify", ticker, short, much, at] => {
                let change =
                    Change { order: order(ticker, short), quantity: quantity(much), price: price(at) };
                self.ask(now, ticker, Request::Modify(change))
            }
            ["cancel", ticker, short] => self.ask(now, ticker, Request::Cancel(order(ticker, short))),
            ["watch"] => self.watch(now),
            ["lost", ticker, short] => {
                let fact = AccountFact::NotSent { orders: vec![order(ticker, short)], why: "no link".into() };
                self.learn(now, Some(ticker), Body::Account(fact))
            }
            words => {
                let fact = self.fact(now, words);
                self.learn(now, Some(words[1]), Body::Fact(fact))
            }
        }
    }

    fn fact(&mut self, now: Now, words: &[&str]) -> Fact {
        match words {
            ["filled", ticker, short, way, much, "at", at] => {
                self.executions += 1;
                let id = format!("x.{}.01", self.executions);
                let (order, action) = (order(ticker, short), action(way));
                let (quantity, price) = (quantity(much), price(at));
                Fact::Executed { execution: Execution { id, order, action, quantity, price, at: now.market } }
            }
            ["cost", _, amount] => Fact::Commissioned(Commission {
                execution: format!("x.{}.01", self.executions),
                amount: money(amount),
            }),
            ["ended", ticker, short] => Fact::OrderMoved(Status {
                order: order(ticker, short),
                standing: Standing::Ended(End::Cancelled),
                filled: Quantity::ZERO,
                remaining: Quantity::ZERO,
            }),
            ["closed", _] => {
                Fact::TradeClosed { trade: 1, realized: Money::ZERO, commission: Money::ZERO, traded: true }
            }
            _ => panic!("`{}` is no line of a story", words.join(" ")),
        }
    }

    fn quote(&mut self, at: Process, ticker: &str, bid: &str, ask: &str) -> String {
        let side = |text: &str| (text != "-").then(|| price(text));
        let quote = Quote { bid: side(bid), ask: side(ask), ..Quote::empty(at) };
        self.view.quotes.insert(ticker.parse().expect("a name"), quote);
        String::new()
    }

    fn place(&mut self, now: Now, ticker: &str, short: &str, way: &str, much: &str, kind: Kind) -> String {
        let spec = OrderSpec {
            order: order(ticker, short),
            lot: 1,
            action: action(way),
            quantity: quantity(much),
            kind,
            time_in_force: TimeInForce::Day,
            parent: None,
            group: None,
            outside_rth: false,
            transmit: true,
        };
        self.ask(now, ticker, Request::Place { orders: vec![spec] })
    }

    /// The request is written before the book sees it, its verdict after.
    fn ask(&mut self, now: Now, ticker: &str, request: Request) -> String {
        self.record(now, Some(ticker), Body::Request(request.clone()));
        let refused = self.book.admit(now, &self.view, &request).err();
        let told = refused.as_ref().map_or("admitted".to_owned(), |why| format!("refused: {why}"));
        self.record(now, Some(ticker), Body::Verdict(Verdict { request, refused }));
        told
    }

    fn watch(&mut self, now: Now) -> String {
        let mut told = String::new();
        while let Some(fact) = self.book.watch(now, &self.view) {
            told += match &fact {
                AccountFact::DayOpened { .. } => "a day opened, ",
                _ => "the loss limit tripped, ",
            };
            self.record(now, None, Body::Account(fact));
        }
        let day = self.book.day_result(&self.view);
        told + &format!("day {:+}{}", day.total, if day.unmarked.is_empty() { "" } else { " and unmarked" })
    }

    fn learn(&mut self, now: Now, ticker: Option<&str>, body: Body) -> String {
        self.record(now, ticker, body);
        let newest = self.records.last().expect("just recorded");
        self.book.apply(newest);
        String::new()
    }

    fn record(&mut self, at: Now, ticker: Option<&str>, body: Body) {
        let (seq, ticker) = (self.records.len() as u64 + 1, ticker.map(|name| name.parse().expect("a name")));
        self.records.push(Record { seq, at, ticker, body });
    }
}

#[test]
fn each_limit_refuses_with_its_reason() {
    check(
        "
        09:31:00 place AAPL E1 buy 99 limit 100.10
        09:31:00 quote AAPL - 100.00
        09:31:00 place AAPL E1 sell 99 limit 99.90
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 99 market
        09:31:00 place AAPL E1 buy 99 limit 101.01
        09:31:00 place AAPL E1 sell 99 limit 98.90
        09:31:00 place AAPL E1 buy 100 limit 100.10
        09:31:06 place AAPL E1 buy 99 limit 100.10
        09:31:05 place AAPL E1 buy 99 limit 101.00
    ",
        expect![[r#"
            09:31:00 place AAPL E1 buy 99 limit 100.10  -> refused: no quote of AAPL
            09:31:00 quote AAPL - 100.00
            09:31:00 place AAPL E1 sell 99 limit 99.90  -> refused: no quote of AAPL
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 99 market  -> refused: an entry needs a limit price
            09:31:00 place AAPL E1 buy 99 limit 101.01  -> refused: 101.01 lies more than 1 % beyond the quote 100.00
            09:31:00 place AAPL E1 sell 99 limit 98.90  -> refused: 98.90 lies more than 1 % beyond the quote 99.98
            09:31:00 place AAPL E1 buy 100 limit 100.10  -> refused: would hold 10010.00 of AAPL, the limit is 10000.00
            09:31:06 place AAPL E1 buy 99 limit 100.10  -> refused: the quote of AAPL is 6.0 s old, at most 5.0 s is allowed
            09:31:05 place AAPL E1 buy 99 limit 101.00  -> admitted
        "#]],
    );
}

#[test]
fn two_entries_at_once_cannot_pass_the_same_limit() {
    check(
        "
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 quote IBM 49.98 50.00
        09:31:00 quote TSLA 19.98 20.00
        09:31:00 place AAPL E1 buy 50 limit 100.00
        09:31:00 place AAPL A2 buy 51 limit 100.00
        09:31:00 place AAPL A2 buy 50 limit 100.00
        09:31:00 place IBM E1 sell 100 limit 50.00
        09:31:00 place TSLA E1 buy 1 limit 20.00
        09:31:01 filled AAPL E1 buy 20 at 100.00
        09:31:01 place AAPL A3 buy 1 limit 100.00
        09:31:02 ended AAPL E1
        09:31:02 place AAPL A3 buy 31 limit 100.00
        09:31:02 place AAPL A3 buy 30 limit 100.00
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 quote IBM 49.98 50.00
            09:31:00 quote TSLA 19.98 20.00
            09:31:00 place AAPL E1 buy 50 limit 100.00  -> admitted
            09:31:00 place AAPL A2 buy 51 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 place AAPL A2 buy 50 limit 100.00  -> admitted
            09:31:00 place IBM E1 sell 100 limit 50.00  -> admitted
            09:31:00 place TSLA E1 buy 1 limit 20.00  -> refused: 2 positions are open, the limit is 2
            09:31:01 filled AAPL E1 buy 20 at 100.00
            09:31:01 place AAPL A3 buy 1 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:02 ended AAPL E1
            09:31:02 place AAPL A3 buy 31 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:02 place AAPL A3 buy 30 limit 100.00  -> admitted
        "#]],
    );
}

#[test]
fn a_reservation_is_released_once_however_it_ends() {
    check(
        "
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 60 limit 100.00
        09:31:00 place AAPL A2 buy 41 limit 100.00
        09:31:00 place AAPL A2 buy 40 limit 100.00
        09:31:01 lost AAPL E1
        09:31:01 lost AAPL E1
        09:31:01 ended AAPL E1
        09:31:01 place AAPL E3 buy 61 limit 100.00
        09:31:01 place AAPL E3 buy 60 limit 100.00
        09:31:02 ended AAPL A2
        09:31:02 ended AAPL A2
        09:31:02 place AAPL E4 buy 41 limit 100.00
        09:31:02 place AAPL E4 buy 40 limit 100.00
    ",
        expect![[r#"
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 60 limit 100.00  -> admitted
            09:31:00 place AAPL A2 buy 41 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:00 place AAPL A2 buy 40 limit 100.00  -> admitted
            09:31:01 lost AAPL E1
            09:31:01 lost AAPL E1
            09:31:01 ended AAPL E1
            09:31:01 place AAPL E3 buy 61 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:01 place AAPL E3 buy 60 limit 100.00  -> admitted
            09:31:02 ended AAPL A2
            09:31:02 ended AAPL A2
            09:31:02 place AAPL E4 buy 41 limit 100.00  -> refused: would hold 10100.00 of AAPL, the limit is 10000.00
            09:31:02 place AAPL E4 buy 40 limit 100.00  -> admitted
        "#]],
    );
}

#[test]
fn what_takes_risk_away_is_always_admitted() {
    check(
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 99 limit 100.10
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 ended AAPL E1
        09:32:00 quote AAPL 90.00 90.02
        09:32:00 watch
        09:40:00 place AAPL S2 sell 99 stop 97.00
        09:40:00 place AAPL T2 sell 99 limit 250.00
        09:40:00 place AAPL X3 sell 99 market
        09:40:00 modify AAPL S2 99 98.00
        09:40:00 cancel AAPL S2
        09:40:00 place AAPL X4 sell 100 market
        09:40:00 modify AAPL S2 100 98.00
        09:40:00 place AAPL A2 buy 1 limit 90.00
        09:40:01 filled AAPL S2 sell 40 at 90.00
        09:40:01 modify AAPL S2 99 98.00
        09:40:01 modify AAPL S2 100 98.00
        09:40:01 modify AAPL T2 60 98.00
        09:40:01 modify AAPL T2 59 98.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 99 limit 100.10  -> admitted
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 ended AAPL E1
            09:32:00 quote AAPL 90.00 90.02
            09:32:00 watch  -> the loss limit tripped, day -990.00
            09:40:00 place AAPL S2 sell 99 stop 97.00  -> admitted
            09:40:00 place AAPL T2 sell 99 limit 250.00  -> admitted
            09:40:00 place AAPL X3 sell 99 market  -> admitted
            09:40:00 modify AAPL S2 99 98.00  -> admitted
            09:40:00 cancel AAPL S2  -> admitted
            09:40:00 place AAPL X4 sell 100 market  -> refused: would close 100 of 99 held
            09:40:00 modify AAPL S2 100 98.00  -> refused: would close 100 of 99 held
            09:40:00 place AAPL A2 buy 1 limit 90.00  -> refused: halted: the day's loss -990.00 reached the limit 500.00
            09:40:01 filled AAPL S2 sell 40 at 90.00
            09:40:01 modify AAPL S2 99 98.00  -> admitted
            09:40:01 modify AAPL S2 100 98.00  -> refused: would close 60 of 59 held
            09:40:01 modify AAPL T2 60 98.00  -> refused: would close 60 of 59 held
            09:40:01 modify AAPL T2 59 98.00  -> admitted
        "#]],
    );
}

#[test]
fn the_daily_loss_trips_on_realized_and_unrealized_and_stays_tripped() {
    check(
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 place AAPL E1 buy 99 limit 100.10
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 ended AAPL E1
        09:31:00 cost AAPL 1.00
        09:31:00 watch
        09:40:00 filled AAPL S1 sell 49 at 97.00
        09:40:00 quote AAPL 93.00 93.02
        09:40:00 watch
        09:40:01 quote AAPL 92.96 92.98
        09:40:01 watch
        09:40:02 quote AAPL 92.95 92.97
        09:40:02 watch
        09:40:03 filled AAPL S1 sell 50 at 99.00
        09:40:03 closed AAPL
        09:40:03 watch
        09:40:04 quote AAPL 99.98 100.00
        09:40:04 place AAPL E2 buy 9 limit 100.00
        next-09:31:00 quote AAPL 99.98 100.00
        next-09:31:00 watch
        next-09:31:00 place AAPL E2 buy 9 limit 100.00
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 place AAPL E1 buy 99 limit 100.10  -> admitted
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 ended AAPL E1
            09:31:00 cost AAPL 1.00
            09:31:00 watch  -> day -2.98
            09:40:00 filled AAPL S1 sell 49 at 97.00
            09:40:00 quote AAPL 93.00 93.02
            09:40:00 watch  -> day -498.00
            09:40:01 quote AAPL 92.96 92.98
            09:40:01 watch  -> the loss limit tripped, day -500.00
            09:40:02 quote AAPL 92.95 92.97
            09:40:02 watch  -> day -500.50
            09:40:03 filled AAPL S1 sell 50 at 99.00
            09:40:03 closed AAPL
            09:40:03 watch  -> day -198.00
            09:40:04 quote AAPL 99.98 100.00
            09:40:04 place AAPL E2 buy 9 limit 100.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
            next-09:31:00 quote AAPL 99.98 100.00
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:00 place AAPL E2 buy 9 limit 100.00  -> refused: halted: the day's loss -500.00 reached the limit 500.00
        "#]],
    );
}

#[test]
fn a_day_is_counted_from_the_marks_it_opened_with() {
    check(
        "
        09:31:00 watch
        09:31:00 quote AAPL 99.98 100.00
        09:31:00 quote IBM 49.98 50.00
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 filled IBM E1 sell 100 at 49.98
        15:59:00 quote AAPL 103.00 103.02
        15:59:00 quote IBM 49.00 49.02
        15:59:00 watch
        next-09:31:00 watch
        next-09:31:00 quote AAPL 104.00 104.02
        next-09:31:00 quote IBM 49.10 49.12
        next-09:31:00 watch
        next-09:32:00 filled AAPL T1 sell 99 at 104.50
        next-09:32:00 closed AAPL
        next-09:32:00 cost AAPL 2.00
        next-09:32:00 watch
        next-09:33:00 quote AAPL 150.00 150.02
        next-09:33:00 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 quote AAPL 99.98 100.00
            09:31:00 quote IBM 49.98 50.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 filled IBM E1 sell 100 at 49.98
            15:59:00 quote AAPL 103.00 103.02
            15:59:00 quote IBM 49.00 49.02
            15:59:00 watch  -> day +393.00
            next-09:31:00 watch  -> a day opened, day +0.00
            next-09:31:00 quote AAPL 104.00 104.02
            next-09:31:00 quote IBM 49.10 49.12
            next-09:31:00 watch  -> day +89.00
            next-09:32:00 filled AAPL T1 sell 99 at 104.50
            next-09:32:00 closed AAPL
            next-09:32:00 cost AAPL 2.00
            next-09:32:00 watch  -> day +136.50
            next-09:33:00 quote AAPL 150.00 150.02
            next-09:33:00 watch  -> day +136.50
        "#]],
    );
}

#[test]
fn what_has_no_mark_is_said() {
    check(
        "
        09:31:00 watch
        09:31:00 filled AAPL E1 buy 99 at 100.00
        09:31:00 watch
        09:31:00 quote AAPL - 100.00
        09:31:00 watch
        09:31:01 quote AAPL 99.00 100.00
        09:31:01 watch
    ",
        expect![[r#"
            09:31:00 watch  -> a day opened, day +0.00
            09:31:00 filled AAPL E1 buy 99 at 100.00
            09:31:00 watch  -> day +0.00 and unmarked
            09:31:00 quote AAPL - 100.00
            09:31:00 watch  -> day +0.00 and unmarked
            09:31:01 quote AAPL 99.00 100.00
            09:31:01 watch  -> day -99.00
        "#]],
    );
}
