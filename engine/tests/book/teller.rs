//! Tells stories to a book, and keeps the journal that it would have written.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use engine::account::{AccountView, Book, Funds, Gauge, LimitName, Limits, Releasable, Scope};
use engine::order::{Action, Commission, End, Execution, Kind, Side, Standing, Status, Terms, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{
    AccountFact, Because, Body, Direction, Distance, Fact, Fraction, Installation, Money, Now, OrderRef,
    Price, Process, Quantity, Quote, Record, Request, Role, Signal, TickerKey, Verdict, fact::ClosedUnseen,
    fact::LotOpened,
};
use expect_test::Expect;

use crate::numbers::{at, decimal};

/// Tells `story` to a book with `limits`; each line with its answer has to be as expected.
pub(crate) fn check(limits: &Limits, story: &str, expected: Expect) {
    check_changed(std::slice::from_ref(limits), story, expected);
}

/// The same with limits that change: the first ones hold until `limits 2` puts the second in their place.
pub(crate) fn check_changed(limits: &[Limits], story: &str, expected: Expect) {
    let mut teller = Teller::new(limits);
    let mut told = String::new();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (time, what) = line.split_once(' ').unwrap_or_else(|| panic!("no time in `{line}`"));
        let answer = teller.tell(moment(time), what);
        told += &format!("{line}{}{answer}\n", if answer.is_empty() { "" } else { "  -> " });
        assert_eq!(teller.book, teller.rebuilt(), "rebuilt from its records, after `{line}`");
    }
    expected.assert_eq(&told);
}

/// `next-` is the day after; `again-` too, in a program that began five seconds ago.
fn moment(time: &str) -> Now {
    let day = TimeDelta::days(1);
    if let Some(time) = time.strip_prefix("again-") {
        return Now { market: at(time).market + day, process: Process::at(TimeDelta::seconds(5)) };
    }
    match time.strip_prefix("next-") {
        Some(time) => Now { market: at(time).market + day, process: at(time).process.plus(day) },
        None => at(time),
    }
}

pub(crate) fn money(text: &str) -> Money {
    Money::new(decimal(text))
}

pub(crate) fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap_or_else(|_| panic!("`{text}` is no price"))
}

pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).unwrap_or_else(|_| panic!("`{text}` is no quantity"))
}

pub(crate) fn ticker(text: &str) -> TickerKey {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no ticker"))
}

fn action(text: &str) -> Action {
    if text == "buy" { Action::Buy } else { Action::Sell }
}

/// `E1` of trade 1, `2E1` of trade 2.
pub(crate) fn order(name: &str, short: &str) -> OrderRef {
    let digits = short.find(|c: char| !c.is_ascii_digit()).expect("a role");
    let (trade, rest) = short.split_at(digits);
    let role = match &rest[..1] {
        "E" => Role::Entry,
        "A" => Role::Add,
        "S" => Role::Stop,
        "T" => Role::Target,
        "W" => Role::WhatIf,
        _ => Role::Exit,
    };
    let (installation, trade) = (Installation::from_number(1), trade.parse().unwrap_or(1));
    OrderRef { installation, ticker: ticker(name), trade, role, n: rest[1..].parse().expect("a number") }
}

/// `E1 buy 99 limit 100.10`, then ` of E1` for a child and ` in G` for a group.
fn spec(name: &str, text: &str) -> OrderSpec {
    let words: Vec<&str> = text.split_whitespace().collect();
    let word = |after: &str| words.iter().skip_while(|word| **word != after).nth(1).copied();
    let [short, way, much, ..] = words.as_slice() else { panic!("`{text}` is no order") };
    let kind = match (word("limit"), word("stop")) {
        (Some(at), _) => Kind::Limit(price(at)),
        (_, Some(at)) => Kind::Stop(price(at)),
        _ => Kind::Market,
    };
    OrderSpec {
        order: order(name, short),
        lot: 1,
        action: action(way),
        quantity: quantity(much),
        kind,
        time_in_force: TimeInForce::Day,
        parent: word("of").map(|parent| order(name, parent)),
        group: word("in").map(str::to_owned),
        outside_rth: false,
        transmit: true,
    }
}

fn unseen(name: &str, short: &str, much: &str, at: &str) -> ClosedUnseen {
    let (order, quantity, assumed) = (order(name, short), quantity(much), price(at));
    ClosedUnseen { lot: 1, order, action: Action::Sell, quantity, assumed }
}

pub(crate) struct Teller {
    pub(crate) book: Book,
    view: AccountView,
    /// Those that the story is told with; it begins with the first.
    limits: Vec<Limits>,
    records: Vec<Record>,
    executions: u32,
}

impl Teller {
    fn new(limits: &[Limits]) -> Teller {
        Teller {
            book: Book::new(limits[0].clone()),
            limits: limits.to_vec(),
            view: AccountView::default(),
            records: Vec::new(),
            executions: 0,
        }
    }

    fn rebuilt(&self) -> Book {
        let mut book = Book::new(self.book.limits().clone());
        self.records.iter().for_each(|record| book.apply(record));
        book
    }

    fn tell(&mut self, now: Now, what: &str) -> String {
        let words: Vec<&str> = what.split(' ').collect();
        match words.as_slice() {
            ["quote", name, bid, ask] => {
                let side = |text: &str| (text != "-").then(|| price(text));
                let quote = Quote { bid: side(bid), ask: side(ask), ..Quote::empty(now.process) };
                self.view.see(ticker(name), quote);
                String::new()
            }
            ["funds", amount] => {
                let (buying_power, net_liquidation) = (money(amount), None);
                self.view.funds = Some(Funds { buying_power, net_liquidation, at: now.market });
                String::new()
            }
            [word @ ("unarmed" | "armed")] => {
                self.view.unarmed = *word == "unarmed";
                String::new()
            }
            ["broker", amount] => {
                self.view.broker_day = Some(money(amount));
                String::new()
            }
            ["halt", words @ ..] => {
                self.view.halt = Some(words.join(" ")).filter(|words| !words.is_empty());
                String::new()
            }
            ["place", name, ..] => self.ask(now, name, &place(name, what)),
            ["modify", name, short, much, at] => {
                let change = Change { order: order(name, short), quantity: quantity(much), price: price(at) };
                self.ask(now, name, &Request::Modify(change))
            }
            ["what-if", name, ..] => {
                let asked = what.splitn(3, ' ').nth(2).expect("an order");
                self.ask(now, name, &Request::WhatIf(Box::new(spec(name, asked))))
            }
            ["cancel", name, short] => self.ask(now, name, &Request::Cancel(order(name, short))),
            ["crash", name, ..] => self.crash(now, name, &place(name, what)),
            ["watch"] => self.watch(now),
            ["gauge", words @ ..] => self.gauge(now, &words.join(" ")),
            ["without", "groups"] | ["with", "them"] => {
                let groups = if words[0] == "with" { self.limits[0].groups.clone() } else { BTreeMap::new() };
                let limits = Limits { groups, ..self.book.limits().clone() };
                self.book = self.book.clone().resume(limits);
                String::new()
            }
            ["limits", number] => {
                let number: usize = number.parse().expect("a number");
                self.book.set_limits(self.limits[number - 1].clone());
                String::new()
            }
            ["release", words @ ..] => self.release(now, &words.join(" ")),
            ["day", _] => {
                let day = words[1].parse().expect("a date");
                let zone = self.book.limits().zone;
                let marks = [(ticker("AAPL"), price("1.00"))].into();
                self.learn(now, None, Body::Account(AccountFact::DayOpened { day, zone, marks }))
            }
            ["lost", name, short] => {
                let fact = AccountFact::NotSent { orders: vec![order(name, short)], why: "no link".into() };
                self.learn(now, Some(name), Body::Account(fact))
            }
            words => {
                let fact = self.fact(now, words);
                self.learn(now, Some(words[1]), Body::Fact(fact))
            }
        }
    }

    fn fact(&mut self, now: Now, words: &[&str]) -> Fact {
        let status = |name: &str, short: &str, standing, filled: &str, rest: &str| {
            let (filled, remaining) = (quantity(filled), quantity(rest));
            Fact::OrderMoved(Status { order: order(name, short), standing, filled, remaining })
        };
        match words {
            ["filled", name, short, way, much, "at", at] => {
                self.executions += 1;
                let id = format!("x.{}.01", self.executions);
                executed(now, id, order(name, short), way, much, at)
            }
            ["corrected", name, short, way, much, "at", at] => {
                let id = format!("x.{}.02", self.executions);
                executed(now, id, order(name, short), way, much, at)
            }
            ["unseen", name, short, much, "at", at] => Fact::ClosedUnseen(unseen(name, short, much, at)),
            ["settled", name, short, much, "at", at] => {
                let mut execution = unseen(name, short, much, at).execution(now.market);
                execution.id = format!("unseen.{}.02", execution.order);
                // The book makes its own of it.
                Fact::Settled { lot: 1, execution, change: Money::ZERO }
            }
            ["cost", _, amount] => Fact::Commissioned(Commission {
                execution: format!("x.{}.01", self.executions),
                amount: money(amount),
            }),
            ["ended", name, short] => status(name, short, Standing::Ended(End::Cancelled), "0", "0"),
            ["ended", name, short, filled] => status(name, short, Standing::Ended(End::Filled), filled, "0"),
            ["works", name, short, filled, rest] => status(name, short, Standing::Working, filled, rest),
            ["terms", name, short, much, at] => Fact::TermsEchoed(Terms {
                guard: None,
                order: order(name, short),
                quantity: quantity(much),
                price: Some(price(at)),
            }),
            ["unchanged", name, short] => {
                Fact::ChangeRefused { order: order(name, short), code: 201, text: "no".to_owned() }
            }
            ["signal", _, id] => Fact::SignalTaken {
                signal: Signal::new(
                    (*id).to_owned(),
                    Direction::Buy,
                    decimal("0.9").try_into().expect("a confidence"),
                    now.market,
                ),
                because: Because::Operator,
            },
            ["lot", _, lot, touch, rest @ ..] => {
                lot_opened(lot, touch, rest.first().unwrap_or(&"1"), rest.get(1).copied())
            }
            ["closed", _, trade, realized] => Fact::TradeClosed {
                trade: trade.parse().expect("a number"),
                realized: money(realized),
                commission: Money::ZERO,
                traded: true,
            },
            _ => panic!("`{}` is no line of a story", words.join(" ")),
        }
    }

    /// The request is written before the book sees it, its verdict after.
    fn ask(&mut self, now: Now, name: &str, request: &Request) -> String {
        self.record(now, Some(name), Body::Request(request.clone()));
        let refused = self.book.admit(now, &self.view, request).err();
        let told = refused.as_ref().map_or("admitted".to_owned(), |why| format!("refused: {why}"));
        let request = request.clone();
        self.record(now, Some(name), Body::Verdict(Verdict { request, refused }));
        told
    }

    /// The request was written, and nothing is known of what became of it.
    fn crash(&mut self, now: Now, name: &str, request: &Request) -> String {
        self.record(now, Some(name), Body::Request(request.clone()));
        self.book = self.rebuilt();
        String::new()
    }

    fn watch(&mut self, now: Now) -> String {
        let mut told = String::new();
        while let Some(fact) = self.book.watch(now, &self.view) {
            told += &match &fact {
                AccountFact::DayOpened { .. } => "a day opened, ".to_owned(),
                AccountFact::LossLimitReached { .. } => "the loss limit tripped, ".to_owned(),
                AccountFact::GroupTripped { group, .. } => format!("group {group} tripped, "),
                _ => "the result is unknown, ".to_owned(),
            };
            self.record(now, None, Body::Account(fact));
        }
        match self.book.day_result(&self.view) {
            Ok(day) => {
                let unmarked = if day.unmarked.is_empty() { "" } else { " at the last price" };
                told + &format!("day {:+}{unmarked}", day.total)
            }
            Err(why) => told + &why.to_string(),
        }
    }

    fn gauge(&mut self, now: Now, name: &str) -> String {
        let gauges = self.book.gauges(now, &self.view);
        let called = |gauge: &Gauge| match &gauge.scope {
            Scope::Account => gauge.name.to_string(),
            Scope::Ticker(ticker) => format!("{ticker} {}", gauge.name),
            Scope::Group(group) => format!("{group} {}", gauge.name),
        };
        let gauge = gauges.into_iter().find(|gauge| called(gauge) == name);
        gauge.unwrap_or_else(|| panic!("`{name}` is no limit")).to_string()
    }

    fn release(&mut self, now: Now, name: &str) -> String {
        let limit = LimitName::ALL.into_iter().find(|limit| limit.to_string() == name);
        let what = limit
            .map_or_else(|| Releasable::Group(name.parse().expect("a limit or a group")), Releasable::Limit);
        let Some(fact) = self.book.release(now, &what, "Ann", "") else {
            return "nothing to release".to_owned();
        };
        self.record(now, None, Body::Account(fact));
        "released".to_owned()
    }

    fn learn(&mut self, now: Now, name: Option<&str>, body: Body) -> String {
        self.record(now, name, body);
        let newest = self.records.last().expect("just recorded");
        self.book.apply(newest);
        String::new()
    }

    fn record(&mut self, at: Now, name: Option<&str>, body: Body) {
        let (seq, ticker) = (self.records.len() as u64 + 1, name.map(ticker));
        self.records.push(Record { seq, at, ticker, body });
    }
}

fn executed(now: Now, id: String, order: OrderRef, way: &str, much: &str, at: &str) -> Fact {
    let (action, quantity, price) = (action(way), quantity(much), price(at));
    Fact::Executed { execution: Execution { id, order, action, quantity, price, at: now.market } }
}

/// `place AAPL E1 buy 9 limit 1.00, S1 sell 9 stop 0.90 of E1`
fn place(name: &str, what: &str) -> Request {
    let orders = what.splitn(3, ' ').nth(2).expect("orders");
    Request::Place { orders: orders.split(',').map(|text| spec(name, text)).collect() }
}

fn lot_opened(lot: &str, touch: &str, multiplier: &str, margin: Option<&str>) -> Fact {
    Fact::LotOpened(LotOpened {
        trade: 1,
        lot: lot.parse().expect("a number"),
        side: Side::Long,
        stop: Distance::Percent(Fraction::THREE_PERCENT),
        trailing: false,
        target: None,
        adds: false,
        resting: false,
        touch: price(touch),
        multiplier: decimal(multiplier),
        margin: margin.map(money),
        day: None,
        because: Because::Operator,
    })
}
