//! Random lives: three tickers write to one journal while the book reads it at its own pace,
//! so that its verdicts stand behind records it has not seen yet.
//!
//! After every record the book that lived through it is the equal of one that is told the
//! records alone, what it counts is what a simple reckoning counts, and after every entry
//! that it admitted its limits hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use engine::account::{
    AccountView, Book, GroupLimits, GroupName, LimitName, Limits, OwnLimits, Reading, Releasable,
};
use engine::order::{Commission, End, Execution, Kind, Side, Standing, Status, Terms, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{
    AccountFact, Because, Body, Distance, Fact, Fraction, Mode, Money, Now, OrderRef, Quantity, Quote,
    Record, Request, TickerKey, Verdict, fact::LotOpened,
};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use rust_decimal::Decimal;

use super::reckon::{Fills, Reckoned, reckon};
use super::teller::{money, order, price, ticker};
use crate::limits;
use crate::numbers::at;

pub(super) const NAMES: [&str; 3] = ["AAPL", "IBM", "GE"];
pub(super) const GROSS_MAX: u32 = 2_000;
const POSITION_MAX: u32 = 1_000;

/// Limits of every ticker, with some of IBM's own and of two groups, as drawn: IBM is in both of them.
fn in_force((own_max, gross, net, loss): Drawn) -> Limits {
    let name = |text: &str| text.parse::<GroupName>().expect("a name");
    let part = |of: u8, whole: u32| Money::new((whole * (1 + u32::from(of) % 8) / 8).into());
    let group = |names: [&str; 2]| GroupLimits {
        tickers: names.map(ticker).into(),
        positions_max: (!gross.is_multiple_of(3)).then_some(1 + usize::from(gross % 2)),
        gross_exposure_max: loss.is_multiple_of(3).then_some(part(gross, GROSS_MAX)),
        net_exposure_max: net.is_multiple_of(2).then_some(part(net, GROSS_MAX)),
        daily_loss_max: loss.is_multiple_of(2).then_some(part(loss, 300)),
        ..GroupLimits::default()
    };
    limits(|own| {
        own.account.gross_exposure_max = Some(Money::new(GROSS_MAX.into()));
        own.account.positions_max = Some(2);
        own.account.daily_loss_max = Some(money("300"));
        own.account.orders_a_day_max = Some(60);
        own.ticker.position_size_max = Some(Money::new(POSITION_MAX.into()));
        own.ticker.entries_a_minute_max = Some(3);
        own.ticker.unfilled_in_a_row_max = Some(4);
        let mut of_ibm = OwnLimits { ticker: own.ticker.clone(), ..OwnLimits::default() };
        // Up to twice what the others have.
        of_ibm.ticker.position_size_max = (own_max > 20).then(|| part(own_max, 2 * POSITION_MAX));
        of_ibm.ticker.entries_a_minute_max = Some(1 + u32::from(own_max) % 5);
        own.own = [(ticker("IBM"), of_ibm)].into();
        own.groups = [(name("one"), group(["AAPL", "IBM"])), (name("two"), group(["GE", "IBM"]))].into();
    })
}

/// What limits are drawn from.
type Drawn = (u8, u8, u8, u8);

pub(super) struct World {
    pub(super) limits: Limits,
    book: Book,
    view: AccountView,
    now: Now,
    journal: Vec<(Record, bool)>,
    read: usize,
    n: u32,
    trades: [u32; 3],
    /// Orders that went out, in order.
    pub(super) sent: Vec<OrderSpec>,
    executions: Vec<Execution>,
}

impl World {
    fn new(drawn: Drawn) -> World {
        World {
            limits: in_force(drawn),
            book: Book::new(in_force(drawn)),
            view: AccountView::default(),
            now: at("09:31:00"),
            journal: Vec::new(),
            read: 0,
            n: 0,
            trades: [1; 3],
            sent: Vec::new(),
            executions: Vec::new(),
        }
    }

    fn write(&mut self, name: Option<TickerKey>, body: Body, by_risk: bool) {
        let seq = self.journal.len() as u64 + 1;
        self.journal.push((Record { seq, at: self.now, ticker: name, body }, by_risk));
    }

    fn fact(&mut self, name: &TickerKey, fact: Fact) {
        self.write(Some(name.clone()), Body::Fact(fact), false);
    }

    fn step(&mut self, (kind, which, much, at): (u8, u8, u8, u8)) {
        let index = usize::from(which) % 3;
        match kind % 16 {
            0..=3 => self.enter(index, much, at),
            4..=6 => self.execute(which, much, at),
            7 => self.correct(which, much, at),
            8 => self.end(which, much),
            9 => self.change(which, much, at),
            10 => self.news(which, much),
            11 => self.close(index, much),
            12 => self.quote(index, at),
            13 => self.pass(which, much),
            14 => self.watch(much),
            _ => (0..=usize::from(much % 4)).for_each(|_| self.read_one()),
        }
        if !much.is_multiple_of(3) {
            self.read_one();
        }
    }

    /// A bracket, by one ticker.
    fn enter(&mut self, index: usize, much: u8, at: u8) {
        self.n += 1;
        let (name, trade) = (ticker(NAMES[index]), self.trades[index]);
        let side = if much.is_multiple_of(2) { Side::Long } else { Side::Short };
        let limit = price(&format!("{}", 5 + at % 10));
        let named = |role: &str| OrderRef { trade, ..order(NAMES[index], &format!("{role}{}", self.n)) };
        let spec = |role: &str, action, kind| OrderSpec {
            order: named(role),
            lot: self.n,
            action,
            quantity: Quantity::whole(1 + u32::from(much)),
            kind,
            time_in_force: TimeInForce::Day,
            parent: (role == "S").then(|| named("A")),
            group: None,
            outside_rth: false,
            transmit: true,
        };
        let entry = spec("A", side.opening(), Kind::Limit(limit));
        let stop = spec("S", side.closing(), Kind::Stop(limit));
        self.fact(
            &name,
            Fact::LotOpened(LotOpened {
                trade,
                lot: self.n,
                side,
                stop: Distance::Percent(Fraction::THREE_PERCENT),
                trailing: false,
                target: None,
                adds: false,
                resting: false,
                touch: limit,
                multiplier: Decimal::ONE,
                margin: None,
                day: None,
                because: Because::Operator,
            }),
        );
        let orders = if at.is_multiple_of(4) { vec![entry] } else { vec![entry, stop] };
        let request = Request::Place { orders };
        self.write(Some(name), Body::Request(request), false);
    }

    fn any_sent(&self, which: u8) -> Option<OrderSpec> {
        let newest = self.sent.iter().rev();
        newest.clone().nth(usize::from(which) % self.sent.len().clamp(1, 8)).cloned()
    }

    fn execute(&mut self, which: u8, much: u8, at: u8) {
        let Some(spec) = self.any_sent(which) else { return };
        let execution = Execution {
            id: format!("x.{}.01", self.executions.len()),
            order: spec.order,
            action: spec.action,
            quantity: Quantity::whole(1 + u32::from(much) / 2),
            price: price(&format!("{}", 5 + at % 10)),
            at: self.now.market,
        };
        self.executions.push(execution.clone());
        self.fact(&execution.order.ticker.clone(), Fact::Executed { execution });
    }

    fn correct(&mut self, which: u8, much: u8, at: u8) {
        let len = self.executions.len();
        let Some(old) = self.executions.get_mut(usize::from(which) % len.max(1)) else { return };
        let (base, revision) = old.id.rsplit_once('.').expect("a revision");
        let revision: u32 = revision.parse().expect("a number");
        // Some of them are repetitions.
        old.id = format!("{base}.{:02}", revision + u32::from(!at.is_multiple_of(3)));
        if !at.is_multiple_of(3) {
            old.quantity = Quantity::whole(u32::from(much) / 2);
        }
        let (execution, amount) = (old.clone(), Money::new(Decimal::from(at % 4)));
        let commission = Commission { execution: execution.id.clone(), amount };
        let name = execution.order.ticker.clone();
        self.fact(&name, Fact::Executed { execution });
        self.fact(&name, Fact::Commissioned(commission));
    }

    fn end(&mut self, which: u8, much: u8) {
        let Some(spec) = self.any_sent(which) else { return };
        let name = spec.order.ticker.clone();
        let (filled, remaining) = (Quantity::whole(u32::from(much) % 40), Quantity::ZERO);
        let standing = Standing::Ended(if much.is_multiple_of(2) { End::Filled } else { End::Cancelled });
        self.fact(&name, Fact::OrderMoved(Status { order: spec.order, standing, filled, remaining }));
    }

    /// New terms of a stop, asked for; entries keep theirs, so that the reckoning stays simple.
    fn change(&mut self, which: u8, much: u8, at: u8) {
        let stops = self.sent.iter().filter(|spec| spec.parent.is_some());
        let Some(spec) = stops.clone().nth(usize::from(which) % stops.count().max(1)) else { return };
        let (order, name) = (spec.order.clone(), spec.order.ticker.clone());
        let request = match at % 3 {
            0 => Request::Cancel(order),
            _ => Request::Modify(Change {
                order,
                quantity: Quantity::whole(1 + u32::from(much)),
                price: price(&format!("{}", 5 + at % 10)),
            }),
        };
        self.write(Some(name), Body::Request(request), false);
    }

    fn news(&mut self, which: u8, much: u8) {
        let Some(spec) = self.any_sent(which) else { return };
        let (name, order) = (spec.order.ticker.clone(), spec.order.clone());
        match much % 4 {
            0 => {
                let terms = Terms { order, quantity: spec.quantity, price: spec.kind.price(), guard: None };
                self.fact(&name, Fact::TermsEchoed(terms));
            }
            1 => {
                // It refuses what it was sent, and that was admitted before.
                (self.read..self.journal.len()).for_each(|_| self.read_one());
                self.fact(&name, Fact::ChangeRefused { order, code: 201, text: String::new() });
            }
            2 => {
                // The broker fails at what was admitted, and nothing is asked of an order that
                // nobody has heard of.
                (self.read..self.journal.len()).for_each(|_| self.read_one());
                let fact = AccountFact::NotSent { orders: vec![order], why: String::new() };
                self.write(Some(name), Body::Account(fact), false);
            }
            _ => {
                for mode in [Mode::Reconciling { then: Box::new(Mode::Active) }, Mode::Active] {
                    self.fact(&name, Fact::ModeChanged { mode });
                }
            }
        }
    }

    fn close(&mut self, index: usize, much: u8) {
        let (name, trade) = (ticker(NAMES[index]), self.trades[index]);
        let (realized, commission) = (Money::new(Decimal::from(much) - Decimal::from(50)), Money::ZERO);
        self.fact(&name, Fact::TradeClosed { trade, realized, commission, traded: true });
        self.trades[index] += 1;
    }

    fn quote(&mut self, index: usize, at: u8) {
        let side = Some(price(&format!("{}", 5 + at % 10)));
        let quote = Quote { bid: side, ask: side, ..Quote::empty(self.now.process) };
        self.view.see(ticker(NAMES[index]), quote);
    }

    fn pass(&mut self, which: u8, much: u8) {
        let by = match which % 4 {
            0 => TimeDelta::hours(12),
            _ => TimeDelta::seconds(i64::from(much)),
        };
        self.now = Now { market: self.now.market + by, process: self.now.process.plus(by) };
    }

    fn watch(&mut self, much: u8) {
        let fact = match much % 7 {
            0 => self.release(Releasable::Limit(LimitName::DailyLoss)),
            1 => self.release(Releasable::Limit(LimitName::UnfilledEntries)),
            2 => self.release(Releasable::Group("one".parse().expect("a name"))),
            _ => self.book.watch(self.now, &self.view),
        };
        if let Some(fact) = fact {
            self.write(None, Body::Account(fact), true);
            self.check(None);
        }
    }

    fn release(&mut self, what: Releasable) -> Option<AccountFact> {
        self.book.release(self.now, &what, "Ann", "")
    }

    /// The book takes in the next record; a request it judges.
    fn read_one(&mut self) {
        let Some((record, by_risk)) = self.journal.get(self.read).cloned() else { return };
        // Once it is read a request counts as written.
        let (mut entered, before) = (None, self.reckoned());
        self.read += 1;
        match &record.body {
            _ if by_risk => return,
            Body::Request(request) => {
                let refused = self.book.admit(self.now, &self.view, request).err();
                if let (Request::Place { orders, .. }, None) = (request, &refused) {
                    let opens = |own: &Reckoned| own.entry;
                    let entry = &orders[0].order;
                    entered = self.reckon_all().1.get(entry).is_some_and(opens).then(|| entry.ticker.clone());
                    self.sent.extend(orders.iter().cloned());
                }
                let verdict = Verdict { request: request.clone(), refused };
                self.write(record.ticker.clone(), Body::Verdict(verdict), true);
            }
            _ => self.book.apply(&record),
        }
        self.check(entered.map(|name| (before, name)));
    }

    fn check(&self, entered: Option<(BTreeMap<TickerKey, Decimal>, TickerKey)>) {
        let mut rebuilt = Book::new(self.limits.clone());
        self.seen().for_each(|record| rebuilt.apply(record));
        assert_eq!(rebuilt, self.book, "rebuilt from{}", self.told());
        let worth = self.reckoned();
        let gross: Decimal = worth.values().sum();
        let shown = self.shown(LimitName::GrossExposure);
        assert_eq!(shown, Some(Reading::Money(Money::new(gross))), "{worth:?}, after {}", self.told());
        if let Some((before, name)) = entered {
            self.check_entry(&name, &before, &worth);
        }
    }

    /// What the book values shares of `name` at: no quote that it is told takes a side away.
    pub(super) fn mark(&self, name: &TickerKey, last: &BTreeMap<TickerKey, Decimal>) -> Decimal {
        let mark = self.view.quotes.get(name).and_then(|quote| quote.bid).map(|bid| bid.value());
        mark.or(last.get(name).copied()).unwrap_or_default()
    }

    /// The records that the book has seen: those it has read, and its own.
    pub(super) fn seen(&self) -> impl Iterator<Item = &Record> {
        let seen = self.journal.iter().enumerate().filter(|(index, (_, own))| *index < self.read || *own);
        seen.map(|(_, (record, _))| record)
    }

    /// The records that the book has seen, for a failure.
    pub(super) fn told(&self) -> String {
        self.seen().map(|record| format!("\n{} {:?}", record.seq, record.body)).collect()
    }

    fn shown(&self, name: LimitName) -> Option<Reading> {
        let gauges = self.book.gauges(self.now, &self.view);
        gauges.into_iter().find(|gauge| gauge.name == name).and_then(|gauge| gauge.today)
    }

    /// Executions, orders and last prices, from the records and nothing else.
    pub(super) fn reckon_all(&self) -> (Fills, BTreeMap<OrderRef, Reckoned>, BTreeMap<TickerKey, Decimal>) {
        let (mut orders, mut fills) = (BTreeMap::new(), BTreeMap::new());
        let mut last = BTreeMap::new();
        let refused =
            |record: &&Record| matches!(&record.body, Body::Verdict(verdict) if verdict.refused.is_some());
        let refused = self.seen().filter(refused).flat_map(|record| match &record.body {
            Body::Verdict(verdict) => verdict.request.orders().cloned().collect(),
            _ => vec![],
        });
        let refused: BTreeSet<OrderRef> = refused.collect();
        for record in self.seen() {
            reckon(record, &mut orders, &mut fills, &mut last);
        }
        orders.retain(|order, own| !own.entry || !refused.contains(order));
        (fills, orders, last)
    }

    /// What each ticker holds and may get.
    fn reckoned(&self) -> BTreeMap<TickerKey, Decimal> {
        let (fills, orders, last) = self.reckon_all();
        let mut worth: BTreeMap<TickerKey, Decimal> = BTreeMap::new();
        for name in NAMES.map(ticker) {
            let own = fills.values().filter(|(order, ..): &&(OrderRef, Decimal)| order.ticker == name);
            let held: Decimal = own.map(|(_, shares)| *shares).sum();
            let mark = self.mark(&name, &last);
            worth.insert(name, held.abs() * mark);
        }
        for (name, own) in &orders {
            *worth.entry(name.ticker.clone()).or_default() += own.worth();
        }
        worth
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_book_is_what_its_journal_says(drawn in any::<Drawn>(), steps in vec(any::<(u8, u8, u8, u8)>(), 1..90)) {
        let mut world = World::new(drawn);
        for (index, _) in NAMES.iter().enumerate() {
            world.quote(index, 5);
        }
        steps.into_iter().for_each(|step| world.step(step));
        while world.read < world.journal.len() {
            world.read_one();
        }
    }
}
