//! Stories as text, played to a real ticker.
//!
//! A line is a time of day (New York) and what the ticker is told then:
//!
//! ```text
//! 10:00:00 quote 99.98 100.00            bid and ask
//! 10:00:00 signal BUY 0.85               a prediction of this moment
//! 10:00:00 signal BUY 0.85 at 09:59:00   one made earlier
//! 10:00:00 again signal-1                a prediction that was sent before
//! 10:00:01 accepted E1 T1 S1             entries work, children sleep
//! 10:00:02 filled E1 60 of 99 at 100.00  an execution and its status
//! 10:00:02 armed S1 60, T1 60            orders work this much
//! 10:00:02 echo T1 60 at 108.00          the broker repeats an order's terms
//! 10:00:02 echo S1 60 at 97.00 unguarded the same, in a group that does not block
//! 10:00:02 executed E1 9 at 100.00       an execution without a status
//! 10:00:02 corrected E1 50 at 100.00     the last execution in its next revision
//! 10:00:02 repeated                      the last execution once more
//! 10:00:03 cancelled E1                  also `rejected E1`
//! 10:00:03 denied T1 105                 the broker refuses a change of it
//! 10:00:03 commission 1.00               of the last execution
//! 10:00:03 refused E1                    the risk book says no (the day's loss)
//! 10:00:03 close                         the operator wants it closed
//! 10:00:03 order 7 pause by ann           ann orders a pause, under the id 7
//! 10:00:03 order 8 buy shares=10 by ann   she opens a position
//! 10:00:03 order 8 adopt 95.00 - by ann   she takes over somebody else's, with a stop and no target
//! 10:00:03 settle S1 96.50               the price of a closing that nobody saw
//! 10:00:03 low 95.00                     the lowest price of the day
//! 10:00:03 withdraw                      nothing more shall come
//! 10:00:03 foreign sell 99 at 98.00      somebody else's trade in the contract
//! 10:00:03 locating E1                   the broker looks for shares to borrow
//! 10:00:03 atr 2.00                      what is known besides; also `equity 50000`, `halted`, `resumed`
//! 10:00:03 zone Asia/Tokyo               where the exchange counts its days; New York if not told
//! 10:00:03 expiry 2026-06-03              the last day of the contract
//! next-09:35:00 quote 99.98 100.00       the day after
//! 10:00:01 margin W1 5000 of 10000       what the broker says that W1 would do: initial margin, equity
//! 10:00:01 margin W1 refused             it does not say
//! 10:00:03 config stop_loss_pct=0.01     the config has other numbers for the rules that open; behind it `apply`
//!                                        where they hold for an open trade, too; `max_trades_a_day=1` of the ticker
//! 10:00:03 removed                       the config does not name it any more; `returned`: it does again
//! 10:00:01 restart                       the program is started anew, with what the facts tell
//! 10:00:04 wake                          nothing but time
//! 10:00:05 gap                           the order stream has a hole
//! 10:00:06 snapshot 99; armed S1 99      the broker's position; then its orders and executions;
//!                                        `snapshot 198 cost 50.00` tells the average cost, too
//! ```
//!
//! The answer has the facts as they are, and requests behind `->`. A second ticker is told
//! nothing but the answer, and has to be the first one's equal after every line.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::TimeDelta;
use engine::account::Refusal;
use engine::command::TakeOver;
use engine::input::Foreign;
use engine::order::{Action, Commission, End, Execution, Margin, Standing, Status, Terms};
use engine::request::OrderSpec;
use engine::{
    Act, Because, Command, Input, Installation, Instrument, MarketView, Money, News, Now, OrderRef, Price,
    Quantity, Quote, Request, Role, Rule, SettingChange, Signal, Snapshot, Step, Ticker, TickerSettings,
};
use expect_test::Expect;

use crate::numbers::{at, decimal};
use crate::subject::{market, settings};

/// 99 from 100.00 with a stop at 97.09 and a target at 108.00, as a story begins.
pub(crate) const HOLDING: &str = "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:01 filled E1 99 at 100.00
        10:00:01 armed S1 99, T1 99
        10:00:01 echo T1 99 at 108.00
";

#[allow(dead_code, reason = "not every test that tells stories compares the answer")]
/// Plays `story` to a ticker with the settings of [`settings`] and compares its answer.
pub(crate) fn check(story: &str, expected: Expect) {
    check_with(settings(), story, expected);
}

#[allow(dead_code, reason = "not every test that tells stories compares the answer")]
/// The same with other settings.
pub(crate) fn check_with(settings: TickerSettings, story: &str, expected: Expect) {
    expected.assert_eq(&Teller::new(settings).play(story));
}

#[allow(dead_code, reason = "not every test that tells stories compares the answer")]
/// The same, and only what comes after `before` is compared.
pub(crate) fn check_after(settings: TickerSettings, before: &str, story: &str, expected: Expect) {
    let mut teller = Teller::new(settings);
    teller.play(before);
    expected.assert_eq(&teller.play(story));
}

#[allow(dead_code, reason = "not every test that tells stories keeps the ticker")]
/// A ticker that has lived through `story`, and its market.
pub(crate) fn lived(settings: TickerSettings, story: &str) -> (Ticker, MarketView) {
    let mut teller = Teller::new(settings);
    teller.play(story);
    (teller.ticker, teller.view)
}

#[allow(dead_code, reason = "not every test that tells stories reads the steps")]
/// What a ticker said and asked for while it lived through `story`, with its times.
pub(crate) fn steps(settings: TickerSettings, story: &str) -> Vec<(Now, Step)> {
    let mut teller = Teller::new(settings);
    teller.play(story);
    teller.steps
}

/// `next-` is the day after.
fn moment(time: &str) -> Now {
    let Some(time) = time.strip_prefix("next-") else { return at(time) };
    let (now, day) = (at(time), TimeDelta::days(1));
    Now { market: now.market + day, process: now.process.plus(day) }
}

fn placed(step: &Step) -> &[OrderSpec] {
    match step {
        Step::Request(Request::Place { orders }) => orders,
        _ => &[],
    }
}

fn price(text: &str) -> Price {
    Price::new(decimal(text)).expect("a price")
}

fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).expect("a quantity")
}

fn ordered(id: &str, act: &str, who: &str) -> Input {
    let act = serde_json::from_value(act.into()).expect("an act");
    Input::Command(Command { id: id.to_owned(), by: who.to_owned(), act })
}

/// A person opens a position, with numbers such as `shares=10`.
fn opened(id: &str, side: &str, numbers: &[&str], who: &str) -> Input {
    let mut entry = serde_json::Map::from_iter([("side".to_owned(), side.to_uppercase().into())]);
    entry.extend(numbers.iter().map(|one| {
        let (name, number) = one.split_once('=').expect("a name and a number");
        (name.to_owned(), serde_json::from_str(number).expect("a number"))
    }));
    let act = Act::Open(serde_json::from_value(entry.into()).expect("an entry"));
    Input::Command(Command { id: id.to_owned(), by: who.to_owned(), act })
}

/// The settings with other numbers for its rules that open, and what a person reads of it.
fn changed(settings: &TickerSettings, numbers: &[&str]) -> (TickerSettings, Vec<SettingChange>) {
    let (mut wanted, mut changes) = (settings.clone(), Vec::new());
    for number in numbers {
        let Some((name, to)) = number.split_once('=') else {
            wanted.apply_to_open = *number == "apply";
            continue;
        };
        changes.push(SettingChange { setting: name.to_owned(), from: None, to: Some(to.to_owned()) });
        if name == "max_trades_a_day" {
            wanted.trades_a_day_max = Some(to.parse().expect("a count"));
            continue;
        }
        let change = |rule: &Rule| {
            let mut rule = serde_json::to_value(rule).expect("a rule");
            if rule["action"]["type"] == "create_position" {
                rule["action"][name] = to.into();
            }
            serde_json::from_value(rule).expect("a rule")
        };
        wanted.rules = wanted.rules.iter().map(change).collect();
    }
    (wanted, changes)
}

/// Tells a ticker its story, line by line.
struct Teller {
    ticker: Ticker,
    rebuilt: Ticker,
    view: MarketView,
    filled: BTreeMap<String, (Quantity, Quantity)>,
    last: Option<(Execution, u32)>,
    /// What was asked for, of trades that are over, too.
    placed: BTreeMap<OrderRef, (Action, Quantity)>,
    executions: u32,
    /// The newest order of each name that asked about a margin.
    asked: BTreeMap<String, OrderRef>,
    steps: Vec<(Now, Step)>,
    signals: BTreeMap<String, Signal>,
}

impl Teller {
    fn new(settings: TickerSettings) -> Teller {
        let ticker = Ticker::new(Installation::from_number(1), settings);
        let mut teller = Teller {
            rebuilt: ticker.clone(),
            ticker,
            view: market(),
            filled: BTreeMap::new(),
            last: None,
            placed: BTreeMap::new(),
            executions: 0,
            asked: BTreeMap::new(),
            steps: Vec::new(),
            signals: BTreeMap::new(),
        };
        teller.tell(at("09:30:00"), &Input::Snapshot(Snapshot::default()));
        teller
    }

    fn play(&mut self, story: &str) -> String {
        let mut told = String::new();
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (time, what) = line.split_once(' ').unwrap_or_else(|| panic!("no time in `{line}`"));
            let now = moment(time);
            let steps = match self.steered(now, what) {
                Some(steps) => steps,
                None => self.inputs(now, what).iter().flat_map(|input| self.tell(now, input)).collect(),
            };
            for step in steps {
                let arrow = if matches!(step, Step::Request(_)) { "-> " } else { "" };
                writeln!(told, "{time} {arrow}{step}").expect("a string takes all");
            }
        }
        told
    }

    fn tell(&mut self, now: Now, input: &Input) -> Vec<Step> {
        let mut out = Vec::new();
        self.ticker.on_input(now, input, &self.view, &mut out);
        self.keep(now, out)
    }

    /// What the config says of it; none for a line that is an input.
    fn steered(&mut self, now: Now, what: &str) -> Option<Vec<Step>> {
        let mut out = Vec::new();
        match what.split(' ').collect::<Vec<_>>().as_slice() {
            ["config", numbers @ ..] => {
                let (wanted, changes) = changed(self.ticker.settings(), numbers);
                self.ticker.reconfigure(now, wanted, changes, &self.view, &mut out);
            }
            ["removed"] => self.ticker.wind_down(now, &self.view, &mut out),
            ["returned"] => self.ticker.come_back(now, &mut out),
            _ => return None,
        }
        Some(self.keep(now, out))
    }

    fn keep(&mut self, now: Now, out: Vec<Step>) -> Vec<Step> {
        // Settings are told at each start.
        self.rebuilt = self.rebuilt.clone().resume(self.ticker.settings().clone());
        out.iter().for_each(|step| self.rebuilt.apply(now, step));
        for spec in out.iter().flat_map(placed) {
            self.placed.insert(spec.order.clone(), (spec.action, spec.quantity));
        }
        for step in &out {
            if let Step::Request(Request::WhatIf(spec)) = step {
                self.asked.insert(spec.order.short(), spec.order.clone());
            }
            self.steps.push((now, step.clone()));
        }
        assert_eq!(self.rebuilt, self.ticker, "rebuilt from its facts");
        out
    }

    fn inputs(&mut self, now: Now, what: &str) -> Vec<Input> {
        let words: Vec<&str> = what.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["quote", bid, ask] => self.quote(now, bid, ask),
            ["signal", direction, confidence] => self.signal(now, direction, confidence),
            ["signal", direction, confidence, "at", time] => self.signal(at(time), direction, confidence),
            ["again", id] => vec![Input::Signal(self.signals[*id].clone())],
            ["refused", orders @ ..] => vec![self.refused(orders)],
            ["close"] => vec![Input::Close(Because::Operator)],
            ["order", id, side @ ("buy" | "short"), numbers @ .., "by", who] => {
                vec![opened(id, side, numbers, who)]
            }
            ["order", id, "adopt", stop, target, "by", who] => {
                let act = Act::Adopt(TakeOver {
                    stop: price(stop),
                    target: (*target != "-").then(|| price(target)),
                });
                vec![Input::Command(Command { id: (*id).to_owned(), by: (*who).to_owned(), act })]
            }
            ["order", id, act, "by", who] => vec![ordered(id, act, who)],
            ["withdraw"] => vec![Input::Withdraw(Because::Operator)],
            ["zone", zone] => self.see_instrument(|own| own.zone = zone.parse().expect("a zone")),
            ["expiry", day] => self.see_instrument(|own| own.expiry = Some(day.parse().expect("a day"))),
            ["lots", step, least] => self.see_instrument(|own| {
                (own.lot_size, own.size_min) = (quantity(step), quantity(least));
            }),
            ["multiplier", points] => self.see_instrument(|own| own.multiplier = decimal(points)),
            ["currency", name, rate] => {
                self.see_instrument(|own| own.currency = (*name).to_owned());
                self.see(|view| view.rate = (*rate != "-").then(|| decimal(rate)))
            }
            ["atr", points] => self.see(|view| view.atr = Some(decimal(points))),
            ["equity", worth] => self.see(|view| view.equity = Some(Money::new(decimal(worth)))),
            ["halted"] => self.see_quote(|quote| quote.halted = true),
            ["resumed"] => self.see_quote(|quote| {
                (quote.halted, quote.resumed) = (false, Some(now.process));
            }),
            ["low", at] => self.see_quote(|quote| quote.low = Some(price(at))),
            ["settle", order, at] => vec![Input::Settle { order: self.order(order), price: price(at) }],
            ["margin", order, initial, "of", equity] => {
                let (initial, equity) = (Money::new(decimal(initial)), Money::new(decimal(equity)));
                vec![self.margin(order, Ok(Margin { initial, equity }))]
            }
            ["margin", order, "refused"] => vec![self.margin(order, Err("201 no".to_owned()))],
            ["restart"] => self.restart(),
            ["wake"] => vec![Input::Wakeup],
            ["gap"] => vec![Input::Gap],
            ["snapshot", ..] => vec![self.snapshot(now, what)],
            words => self.news(now, words).into_iter().map(Input::News).collect(),
        }
    }

    fn news(&mut self, now: Now, words: &[&str]) -> Vec<News> {
        match words {
            ["accepted", orders @ ..] => orders.iter().map(|order| self.accepted(order)).collect(),
            ["armed", pairs @ ..] => {
                pairs.chunks(2).map(|pair| self.status(pair[0], Standing::Working, pair[1])).collect()
            }
            ["filled", order, filled, "at", at] => self.fill(now, order, filled, None, at),
            ["filled", order, filled, "of", all, "at", at] => self.fill(now, order, filled, Some(all), at),
            ["executed", order, filled, "at", at] => vec![self.execution(now, order, filled, at)],
            ["corrected", _, filled, "at", at] => vec![self.corrected(filled, at)],
            ["repeated"] => vec![News::Execution(self.last.as_ref().expect("an execution before").0.clone())],
            ["echo", order, all, "at", at] => vec![self.echo(order, all, at, true)],
            ["echo", order, all, "at", at, "unguarded"] => vec![self.echo(order, all, at, false)],
            ["foreign", way, much, "at", at] => vec![News::Foreign(self.foreign(now, way, much, at))],
            ["emergency", way, much, "at", at] => {
                vec![News::Foreign(Foreign { emergency: true, ..self.foreign(now, way, much, at) })]
            }
            ["locating", order] => {
                let all = self.ordered(&self.order(order)).1.to_string();
                vec![self.status(order, Standing::Held, &all)]
            }
            ["cancelled", order] => vec![self.status(order, Standing::Ended(End::Cancelled), "0")],
            ["rejected", order] => vec![self.status(order, Standing::Ended(End::Rejected), "0")],
            ["denied", order, code] => {
                let code = code.parse().expect("a code");
                vec![News::ChangeRefused { order: self.order(order), code, text: "refused".into() }]
            }
            ["commission", amount] => vec![News::Commission(Commission {
                execution: format!("x.{}.01", self.executions),
                amount: Money::new(decimal(amount)),
            })],
            _ => panic!("`{}` is no line of a story", words.join(" ")),
        }
    }

    fn margin(&self, order: &str, after: Result<Margin, String>) -> Input {
        Input::News(News::Margin { order: self.asked[order].clone(), after })
    }

    fn restart(&mut self) -> Vec<Input> {
        let (settings, steps) = (self.ticker.settings().clone(), self.steps.iter());
        let steps = steps.map(|(at, step)| (*at, step));
        self.ticker = Ticker::recover(Installation::from_number(1), settings, steps);
        self.rebuilt = self.ticker.clone();
        vec![Input::Gap]
    }

    fn see(&mut self, change: impl FnOnce(&mut MarketView)) -> Vec<Input> {
        change(&mut self.view);
        Vec::new()
    }

    fn see_instrument(&mut self, change: impl FnOnce(&mut Instrument)) -> Vec<Input> {
        change(self.view.instrument.as_mut().expect("a contract"));
        Vec::new()
    }

    fn see_quote(&mut self, change: impl FnOnce(&mut Quote)) -> Vec<Input> {
        change(self.view.quote.as_mut().expect("a quote before"));
        vec![Input::Quote]
    }

    fn foreign(&mut self, now: Now, way: &str, much: &str, at: &str) -> Foreign {
        self.executions += 1;
        Foreign {
            id: format!("f.{}.01", self.executions),
            action: if way == "buy" { Action::Buy } else { Action::Sell },
            quantity: quantity(much),
            price: price(at),
            at: now.market,
            emergency: false,
        }
    }

    fn quote(&mut self, now: Now, bid: &str, ask: &str) -> Vec<Input> {
        let (bid, ask) = (Some(price(bid)), Some(price(ask)));
        let shortable = Some(decimal("1000000"));
        let (halted, resumed) = self.view.quote.map_or((false, None), |last| (last.halted, last.resumed));
        self.view.quote = Some(Quote { bid, ask, shortable, halted, resumed, ..Quote::empty(now.process) });
        vec![Input::Quote]
    }

    fn signal(&mut self, made: Now, direction: &str, confidence: &str) -> Vec<Input> {
        let id = format!("signal-{}", self.signals.len() + 1);
        let direction = serde_json::from_value(direction.into()).expect("a direction");
        let confidence = decimal(confidence).try_into().expect("a confidence");
        let signal = Signal::new(id, direction, confidence, made.market);
        self.signals.insert(signal.id.clone(), signal.clone());
        vec![Input::Signal(signal)]
    }

    fn refused(&self, orders: &[&str]) -> Input {
        let (loss, max) = (Money::new(decimal("-1000")), Money::new(decimal("1000")));
        Input::Refused {
            orders: orders.iter().map(|order| self.order(order)).collect(),
            because: Refusal::DailyLoss { loss, max },
        }
    }

    /// The position, and behind each `;` what the snapshot has besides.
    fn snapshot(&mut self, now: Now, what: &str) -> Input {
        let mut parts = what.split(';').map(str::trim);
        let head: Vec<&str> = parts.next().expect("a position").split(' ').collect();
        let average_cost = head.iter().position(|word| *word == "cost").map(|at| price(head[at + 1]));
        let mut snapshot = Snapshot { position: decimal(head[1]), average_cost, ..Snapshot::default() };
        for part in parts {
            let words: Vec<&str> = part.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            for news in self.news(now, &words) {
                match news {
                    News::Execution(execution) => snapshot.executions.push(execution),
                    News::Commission(commission) => snapshot.commissions.push(commission),
                    News::Status(status) => snapshot.orders.push(status),
                    News::Foreign(foreign) => snapshot.foreign.push(foreign),
                    other => panic!("a snapshot has no {other:?}"),
                }
            }
        }
        Input::Snapshot(snapshot)
    }

    fn order(&self, short: &str) -> OrderRef {
        let role = match &short[..1] {
            "E" => Role::Entry,
            "A" => Role::Add,
            "S" => Role::Stop,
            "T" => Role::Target,
            "X" => Role::Exit,
            "W" => return self.asked[short].clone(),
            _ => panic!("`{short}` is no order"),
        };
        let trade = self.ticker.trade().map_or(1, |trade| trade.number);
        let (installation, ticker) = (Installation::from_number(1), self.ticker.settings().key.clone());
        OrderRef { installation, ticker, trade, role, n: short[1..].parse().expect("a number") }
    }

    /// Which way an order goes, and how much it was asked for.
    fn ordered(&self, order: &OrderRef) -> (Action, Quantity) {
        let leg = self.ticker.trade().and_then(|trade| trade.leg(order));
        let spec = leg.map(|leg| (leg.spec.action, leg.spec.quantity));
        spec.or_else(|| self.placed.get(order).copied()).expect("an order that was placed")
    }

    fn echo(&self, short: &str, all: &str, at: &str, guarded: bool) -> News {
        let order = self.order(short);
        let leg = self.ticker.trade().and_then(|trade| trade.leg(&order));
        let guard = leg.and_then(|leg| leg.guard.clone()).filter(|_| guarded);
        News::Terms(Terms { order, quantity: quantity(all), price: Some(price(at)), guard })
    }

    fn accepted(&self, short: &str) -> News {
        let order = self.order(short);
        let opens = matches!(order.role, Role::Entry | Role::Add);
        let standing = if opens { Standing::Working } else { Standing::Held };
        let all = self.ordered(&order).1.to_string();
        self.status(short, standing, &all)
    }

    fn status(&self, short: &str, standing: Standing, remaining: &str) -> News {
        let order = self.order(short);
        let filled = self.filled.get(&order.to_string()).map_or(Quantity::ZERO, |(filled, _)| *filled);
        News::Status(Status { order, standing, filled, remaining: quantity(remaining) })
    }

    fn fill(&mut self, now: Now, short: &str, filled: &str, all: Option<&str>, at: &str) -> Vec<News> {
        let execution = self.execution(now, short, filled, at);
        let order = self.order(short);
        let ordered = self.ordered(&order).1;
        let known = self.filled.entry(order.to_string()).or_insert((Quantity::ZERO, ordered));
        known.0 = known.0 + quantity(filled);
        known.1 = all.map_or(known.1, quantity);
        let rest = known.1.less(known.0);
        let standing = if rest.is_zero() { Standing::Ended(End::Filled) } else { Standing::Working };
        vec![execution, self.status(short, standing, &rest.to_string())]
    }

    fn execution(&mut self, now: Now, short: &str, filled: &str, at: &str) -> News {
        let order = self.order(short);
        let action = self.ordered(&order).0;
        self.executions += 1;
        let id = format!("x.{}.01", self.executions);
        let (quantity, price) = (quantity(filled), price(at));
        let execution = Execution { id, order, action, quantity, price, at: now.market };
        self.last = Some((execution.clone(), 1));
        News::Execution(execution)
    }

    fn corrected(&mut self, filled: &str, at: &str) -> News {
        let (execution, revision) = self.last.as_mut().expect("an execution before");
        *revision += 1;
        execution.id = format!("x.{}.{revision:02}", self.executions);
        (execution.quantity, execution.price) = (quantity(filled), price(at));
        News::Execution(execution.clone())
    }
}
