//! Profit against a second implementation, in floats and by the definition, over all the daily prices
//! that are shipped: each trade's, and each day's with what is still open.

use std::io::Read;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::account::{AccountView, Book, Limits};
use engine::money::TickBands;
use engine::order::{Action, Commission, End, Execution, Standing, Status, Terms};
use engine::request::Change;
use engine::{
    Body, ContractKind, ContractSpec, Direction, Input, Installation, Instrument, MarketView, Money, News,
    Now, OrderRef, Price, Process, Quantity, Quote, Record, Request, Role, Session, Signal, Sizing, Snapshot,
    Step, Ticker, TickerKey, TickerSettings,
};
use flate2::read::GzDecoder;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const TOLERANCE: f64 = 1e-9;
/// A trade begins every so many days, and is closed two days later.
const EVERY: usize = 3;
const SHARES: u32 = 137;
/// The broker tells a commission of this, for each execution.
const COMMISSION: f64 = 1.25;

/// A day's date, open and close.
type Day = (NaiveDate, Decimal, Decimal);

fn days(text: &str, ticker: &str) -> Vec<Day> {
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let number = |text: &str| text.parse().expect("a price");
    rows.filter(|row| row[0] == ticker)
        .map(|row| (row[1].parse().expect("a date"), number(row[2]), number(row[5])))
        .collect()
}

/// The second implementation: a list of fills, and the formula of a day.
#[derive(Default)]
struct Floats {
    /// Signed shares and price of each fill of the day.
    today: Vec<(f64, f64)>,
    /// What was held when the day began, and its price then.
    began: (f64, f64),
    /// Signed shares and price of each fill of the trade.
    trade: Vec<(f64, f64)>,
    realized: f64,
}

impl Floats {
    fn fill(&mut self, shares: f64, price: f64) {
        self.today.push((shares, price));
        self.trade.push((shares, price));
        if self.trade.iter().map(|(shares, _)| shares).sum::<f64>() == 0.0 {
            self.realized -= self.trade.drain(..).map(|(shares, price)| shares * price).sum::<f64>();
        }
    }

    fn held(&self) -> f64 {
        self.began.0 + self.today.iter().map(|(shares, _)| shares).sum::<f64>()
    }

    /// What was gained since the day began, at `mark`: each share from the later of its entry and the day's begin.
    fn day(&self, mark: f64) -> f64 {
        let gain = |(shares, price): &(f64, f64)| shares * (mark - price);
        let cost = COMMISSION * self.today.len() as f64;
        gain(&self.began) + self.today.iter().map(gain).sum::<f64>() - cost
    }

    fn next_day(&mut self, mark: f64) {
        self.began = (self.held(), mark);
        self.today.clear();
    }
}

/// The engine: a ticker and the account's book, told the same.
struct Exact {
    ticker: Ticker,
    book: Book,
    market: MarketView,
    account: AccountView,
    now: Now,
    begun: DateTime<Utc>,
    seq: u64,
    fills: u32,
}

impl Exact {
    fn new(name: &str, begun: DateTime<Utc>) -> Exact {
        let key: TickerKey = name.parse().expect("a name");
        let contract = ContractSpec {
            symbol: name.to_owned(),
            exchange: "SMART".to_owned(),
            primary_exchange: None,
            currency: "USD".to_owned(),
            kind: ContractKind::Stock,
        };
        let rule = |side: &str| {
            let rule = serde_json::json!({
                "name": side,
                "condition": { "type": "signal", "signal": side, "min_confidence": "0.5" },
                "action": { "type": "create_position", "side": side },
            });
            serde_json::from_value(rule).expect("a rule")
        };
        let sizing = Sizing::Shares(Quantity::whole(SHARES));
        let settings = TickerSettings {
            sizing,
            rules: [rule("BUY"), rule("SHORT")].into(),
            ..TickerSettings::of(key, contract)
        };
        let now = Now { market: begun, process: Process::default() };
        let mut exact = Exact {
            ticker: Ticker::new(Installation::from_number(7), settings),
            book: Book::new(Limits::off(chrono_tz::America::New_York)),
            market: MarketView { rate: Some(Decimal::ONE), ..MarketView::default() },
            account: AccountView::default(),
            now,
            begun,
            seq: 0,
            fills: 0,
        };
        exact.tell(&Input::Snapshot(Snapshot::default()));
        exact
    }

    fn at(&mut self, market: DateTime<Utc>) {
        self.now = Now { market, process: Process::at(market - self.begun) };
    }

    fn quote(&mut self, price: Decimal) {
        let price = Price::new(price).ok();
        let shortable = Some(Decimal::from(1_000_000));
        let quote = Quote { bid: price, ask: price, shortable, ..Quote::empty(self.now.process) };
        self.market.quote = Some(quote);
        self.account.see(self.ticker.settings().key.clone(), quote);
    }

    fn tell(&mut self, input: &Input) {
        let mut out = Vec::new();
        self.ticker.on_input(self.now, input, &self.market, &mut out);
        for step in out {
            let body = match step {
                Step::Fact(fact) => Body::Fact(fact),
                Step::Request(request) => {
                    self.book.admit(self.now, &self.account, &request).expect("no limit is on");
                    self.answer(&request);
                    continue;
                }
            };
            self.seq += 1;
            let ticker = Some(self.ticker.settings().key.clone());
            self.book.apply(&Record { seq: self.seq, at: self.now, ticker, body });
        }
    }

    /// The broker changes what it is asked to.
    fn answer(&mut self, request: &Request) {
        let Request::Modify(Change { order, quantity, price }) = request else { return };
        let guard = Some("a group".to_owned());
        let terms = Terms { order: order.clone(), quantity: *quantity, price: Some(*price), guard };
        self.tell(&Input::News(News::Terms(terms)));
    }

    /// An order is filled in these parts, all of them told with their costs.
    fn fill(&mut self, role: Role, action: Action, parts: &[(u32, Decimal)]) {
        let (mut so_far, whole) = (0, parts.iter().map(|(shares, _)| shares).sum::<u32>());
        let trade = self.ticker.trade().expect("a trade").number;
        let (installation, ticker) = (Installation::from_number(7), self.ticker.settings().key.clone());
        let order = OrderRef { installation, ticker, trade, role, n: 1 };
        for (shares, price) in parts {
            self.fills += 1;
            so_far += shares;
            let (id, price) = (format!("fill.{}.01", self.fills), Price::new(*price).expect("a price"));
            let amount = Money::new(Decimal::new(125, 2));
            let commission = Commission { execution: id.clone(), amount };
            let (order, at, quantity) = (order.clone(), self.now.market, Quantity::whole(*shares));
            self.tell(&Input::News(News::Execution(Execution { id, order, action, quantity, price, at })));
            self.tell(&Input::News(News::Commission(commission)));
        }
        let (filled, remaining) = (Quantity::whole(so_far), Quantity::whole(whole - so_far));
        let standing = Standing::Ended(End::Filled);
        self.tell(&Input::News(News::Status(Status { order, standing, filled, remaining })));
    }

    /// An order works, or is over without a fill.
    fn stands(&mut self, role: Role, standing: Standing, remaining: u32) {
        let Some(trade) = self.ticker.trade() else { return };
        let leg = trade.lots[0].newest(role).expect("an order");
        let (order, filled, remaining) = (leg.spec.order.clone(), Quantity::ZERO, Quantity::whole(remaining));
        self.tell(&Input::News(News::Status(Status { order, standing, filled, remaining })));
    }

    fn enter(&mut self, direction: Direction) {
        let confidence = Decimal::new(9, 1).try_into().expect("a confidence");
        let id = format!("signal {}", self.now.market);
        self.tell(&Input::Signal(Signal::new(id, direction, confidence, self.now.market)));
    }

    fn held(&self) -> u32 {
        self.ticker.position().abs().to_u32().expect("whole shares")
    }

    fn day(&self) -> f64 {
        float(self.book.day_result(&self.account).expect("a result").total.value())
    }

    /// A contract that is open for some hours around `noon`.
    fn opens(&mut self, noon: DateTime<Utc>) {
        let (open, close) = (noon - TimeDelta::hours(2), noon + TimeDelta::hours(4));
        self.market.instrument = Some(Instrument {
            con_id: 1,
            ticks: TickBands::uniform(Decimal::new(1, 2)),
            multiplier: Decimal::ONE,
            currency: "USD".to_owned(),
            expiry: None,
            lot_size: Quantity::whole(1),
            size_min: Quantity::whole(1),
            zone: chrono_tz::America::New_York,
            liquid_hours: vec![Session { open, close }],
        });
    }
}

fn float(value: Decimal) -> f64 {
    value.to_f64().expect("a float")
}

#[test]
fn both_agree_on_every_trade_and_every_day_of_every_shipped_ticker() {
    let file = std::fs::File::open("paper/data/stocks.csv.gz").expect("the shipped prices");
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).expect("text");
    let (mut trades, mut compared) = (0, 0);
    for ticker in ["AAPL", "FB", "GOOG", "IBM", "MSFT"] {
        let days = days(&text, ticker);
        let noon = |day: &Day| day.0.and_hms_opt(16, 0, 0).expect("a time").and_utc();
        let mut exact = Exact::new(ticker, noon(&days[0]) - TimeDelta::hours(8));
        let mut floats = Floats::default();
        for (n, (before, day)) in days.iter().zip(&days[1..]).enumerate() {
            exact.opens(noon(day));
            exact.at(noon(day) - TimeDelta::hours(3));
            exact.quote(before.2);
            while exact.book.watch(exact.now, &exact.account).is_some() {}
            floats.next_day(float(before.2));
            trade(n, noon(day), day, &mut exact, &mut floats);
            exact.at(noon(day) + TimeDelta::hours(3));
            exact.quote(day.2);
            let (told, expected) = (exact.day(), floats.day(float(day.2)));
            assert!((told - expected).abs() < TOLERANCE, "{ticker} on {}: {told}, not {expected}", day.0);
            compared += 1;
        }
        let (told, expected) = (float(exact.ticker.tally().realized.value()), floats.realized);
        assert!((told - expected).abs() < TOLERANCE, "{ticker}: {told}, not {expected}");
        trades += exact.ticker.tally().trades;
    }
    assert!(trades > 3_000 && compared > 12_000, "only {trades} trades, {compared} days");
}

/// What happens on day `n`: every third one a trade begins, long and short in turn, and two days later it ends.
fn trade(n: usize, noon: DateTime<Utc>, day: &Day, exact: &mut Exact, floats: &mut Floats) {
    let cent = |cents: i64| day.1 + Decimal::new(cents, 2);
    let long = (n / EVERY).is_multiple_of(2);
    let (opens, closes) = if long { (Action::Buy, Action::Sell) } else { (Action::Sell, Action::Buy) };
    let (role, action, parts) = match n % EVERY {
        0 => {
            exact.at(noon);
            exact.quote(day.1);
            exact.enter(if long { Direction::Buy } else { Direction::Short });
            (Role::Entry, opens, vec![(100, cent(0)), (36, cent(1)), (1, cent(2))])
        }
        2 => {
            exact.at(noon + TimeDelta::hours(1));
            let held = exact.held();
            (Role::Stop, closes, vec![(held - 50, cent(0)), (50, cent(-3))])
        }
        _ => return,
    };
    exact.fill(role, action, &parts);
    for (shares, price) in &parts {
        let sign = if action == Action::Buy { 1.0 } else { -1.0 };
        floats.fill(sign * f64::from(*shares), float(*price));
    }
    match role {
        Role::Entry => [Role::Stop, Role::Target].map(|role| exact.stands(role, Standing::Working, SHARES)),
        _ => [Role::Target, Role::Stop].map(|role| exact.stands(role, Standing::Ended(End::Cancelled), 0)),
    };
}
