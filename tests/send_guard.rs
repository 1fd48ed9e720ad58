//! The last look before the socket: with KILL set no order, change or cancel leaves, wherever it was by then.

mod crash;
mod support;

use std::sync::Arc;
use std::time::Duration;

use crash::desk::{Desk, SYMBOL};
use engine::order::{Action, Kind, TimeInForce};
use engine::request::OrderSpec;
use engine::{
    AccountView, Body, Book, ContractKind, ContractSpec, Installation, Limits, Now, OrderRef, Price,
    Quantity, Request, Role, TickerKey,
};
use ports::brakes::{Brake, Brakes};
use ports::broker::{Event, Incomplete, Leaving, Link, SendError, Settings};
use ports::clock::Clock;
use ports::journal::{Draft, Journal};
use tokio::sync::mpsc::UnboundedReceiver;

/// Brackets of two, more than TWS takes in a second: what is sent at once waits for its turn.
const MANY: u32 = 40;
/// TWS takes 15 orders a side of each.
const SYMBOLS: [&str; 4] = [SYMBOL, "AAPL", "GOOG", "IBM"];

fn ticker(trade: u32) -> TickerKey {
    SYMBOLS[trade as usize % SYMBOLS.len()].parse().expect("a ticker")
}

fn spec(trade: u32, role: Role) -> OrderSpec {
    let order = |role| OrderRef {
        installation: Installation::from_number(7),
        ticker: ticker(trade),
        trade,
        role,
        n: 1,
    };
    let price = |price: u32| Price::new(price.into()).expect("a price");
    let opens = role == Role::Entry;
    OrderSpec {
        order: order(role),
        lot: 1,
        action: if opens { Action::Buy } else { Action::Sell },
        quantity: Quantity::whole(1),
        kind: if opens { Kind::Limit(price(5)) } else { Kind::Stop(price(4)) },
        time_in_force: if opens { TimeInForce::Day } else { TimeInForce::GoodTillCancelled },
        parent: (!opens).then(|| order(Role::Entry)),
        group: None,
        outside_rth: false,
        transmit: !opens,
    }
}

/// An entry alone.
fn single(trade: u32) -> Request {
    Request::Place { orders: vec![OrderSpec { transmit: true, ..spec(trade, Role::Entry) }] }
}

/// An entry with its stop, of which only the stop transmits.
fn bracket(trade: u32) -> Request {
    Request::Place { orders: vec![spec(trade, Role::Entry), spec(trade, Role::Stop)] }
}

/// A link to a gateway, and what makes requests that may leave.
struct Stage {
    desk: Desk,
    link: Link,
    events: UnboundedReceiver<Event>,
    brakes: Brakes,
    clock: Arc<Clock>,
    journal: Journal,
}

impl Stage {
    async fn open(folder: &std::path::Path) -> Stage {
        let desk = Desk::open(folder);
        let brakes = Brakes::of(&folder.join("state"));
        let settings = Settings {
            address: desk.address(),
            client_id: 1,
            account: None,
            agreement: ports::broker::Agreement::default(),
            order_id_floor: 0,
            patience: Duration::from_secs(15),
            brakes: brakes.clone(),
        };
        let clock = Arc::new(Clock::resuming(None));
        let (link, events) = Link::connect(&settings, clock.clone()).await.expect("a link");
        clock.follow(link.market_time().await.expect("the time"), 60.0);
        for symbol in SYMBOLS {
            let contract = ContractSpec {
                symbol: symbol.to_owned(),
                exchange: "SMART".to_owned(),
                primary_exchange: None,
                currency: "USD".to_owned(),
                kind: ContractKind::Stock,
            };
            let ticker = symbol.parse().expect("a ticker");
            link.qualify(&ticker, &contract).await.expect("its contract");
        }
        Stage { desk, link, events, brakes, clock, journal: Journal::in_memory() }
    }

    fn set(&self) {
        self.brakes.set(Brake::Kill, "a test").expect("to set KILL");
    }

    /// Hands a request over, written and admitted.
    fn send(&mut self, request: Request) {
        let at: Now = self.clock.now();
        let draft = Draft { at, ticker: request.ticker().cloned(), body: Body::Request(request) };
        let committed = self.journal.append(vec![draft]).expect("to write").remove(0);
        let written = committed.request.expect("a request");
        // A book of its own each time: what it holds back is not what is tested.
        let mut book = Book::new(Limits::off(chrono_tz::UTC));
        let leaving: Leaving = book.admit(at, &AccountView::default(), written).expect("no limit");
        self.link.send(leaving);
    }

    /// What was told not to have been sent for KILL, and the gaps that it made.
    fn stopped(&mut self) -> (usize, Vec<String>) {
        let (mut not_sent, mut gaps) = (0, Vec::new());
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::NotSent(_, SendError::Killed) => not_sent += 1,
                Event::NotSent(_, other) => panic!("{other}"),
                Event::Gap(why) => gaps.push(why),
                _ => {}
            }
        }
        (not_sent, gaps)
    }

    /// Orders at the gateway that can still fill. It is asked by another thread: this one drives the link.
    fn works(&self) -> usize {
        let desk = &self.desk;
        std::thread::scope(|scope| scope.spawn(|| desk.books().orders.len()).join().expect("its books"))
    }

    /// Waits until the gateway has so many live orders.
    async fn until_works(&self, count: usize) {
        while self.works() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn on_stage(act: impl AsyncFnOnce(Stage)) {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async { act(Stage::open(folder.path()).await).await });
}

#[test]
fn what_is_handed_over_and_what_waits_does_not_leave() {
    on_stage(async |mut stage| {
        // All of them wait: nothing runs before the first wait.
        (1..=MANY).for_each(|trade| stage.send(single(trade)));
        stage.set();
        stage.send(single(MANY + 1));
        stage.link.sent().await;
        assert_eq!(stage.stopped(), (MANY as usize + 1, vec![]));
        assert_eq!(stage.works(), 0);
        let wanted = [ticker(0)].into();
        let looked = stage.link.snapshot(&wanted, stage.clock.now().market).await;
        assert!(matches!(looked, Err(Incomplete::Killed)), "{looked:?}");
        stage.brakes.release(Brake::Kill).expect("to release it");
        stage.send(single(MANY + 2));
        stage.link.sent().await;
        stage.until_works(1).await;
        // A cancel takes risk away, and does not leave either.
        stage.set();
        let Request::Place { orders } = single(MANY + 2) else { panic!("a place") };
        stage.send(Request::Cancel(orders[0].order.clone()));
        stage.link.sent().await;
        assert_eq!((stage.stopped(), stage.works()), ((1, vec![]), 1));
    });
}

#[test]
fn what_is_half_sent_stays_half_sent_and_is_a_gap() {
    on_stage(async |mut stage| {
        // The contracts were asked for in a second of their own: the 45 messages of this one end within a bracket.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        (1..=MANY).for_each(|trade| stage.send(bracket(trade)));
        stage.until_works(45).await;
        stage.set();
        stage.link.sent().await;
        // One more than whole families is an entry that is not transmitted: it cannot fill.
        let left = stage.works();
        let (not_sent, gaps) = stage.stopped();
        assert_eq!(
            (not_sent, gaps.len()),
            (MANY as usize - left.div_ceil(2), left % 2),
            "{left} left, {gaps:?}"
        );
        assert!(
            gaps.iter().all(|why| why.starts_with("KILL was set before ") && why.contains(".S1.")),
            "{gaps:?}"
        );
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(stage.works(), left, "nothing has left since");
    });
}

#[test]
fn not_one_order_more_leaves_than_was_asked_for() {
    on_stage(async |mut stage| {
        stage.send(bracket(1));
        stage.set();
        stage.send(bracket(2));
        stage.brakes.release(Brake::Kill).expect("to release it");
        stage.send(bracket(3));
        stage.link.sent().await;
        stage.until_works(4).await;
        // Whatever mistake makes it think so: what is handed over now is more than was asked for.
        stage.send(bracket(4));
        stage.link.forget_what_was_asked();
        stage.link.sent().await;
        let mut told = Vec::new();
        while let Ok(event) = stage.events.try_recv() {
            if let Event::TooMany(why) = event {
                told.push(why.to_string());
            }
        }
        assert_eq!(told, ["0 orders and changes were asked for, and 1 would leave; nothing more is sent"]);
        assert_eq!(stage.works(), 4, "it has not left");
    });
}
