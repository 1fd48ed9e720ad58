//! How a story of the exchange is told: what it was told, what it said. Everything trades AAPL; a line takes a second.
//!
//! `look BID ASK SIZE [LOW HIGH]` is one look at a made-up market, whose trades since the look before ranged from LOW to
//! HIGH and ended at the bid. Every story is told twice: the second time the exchange is saved and restored between all
//! its lines. Lines before the first order may set things up: `reading NAME=WORD`, `borrow SHARES SECONDS`, `limit WHAT N`,
//! and `extended hours` for a market that trades outside regular hours.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use expect_test::Expect;
use paper::exchange::attributes::{Adjust, Adjusted, Attributes, Condition, Test, TriggerMethod};
use paper::exchange::event::{Event, Execution};
use paper::exchange::intervene::{BY_BROKER, BY_HAND, Outside};
use paper::exchange::options::Borrow;
use paper::exchange::order::{Kind, Oca, OcaType, OrderKey, Side, Terms, TimeInForce, Trail};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::calendar::at;
use paper::market::price::pips;
use paper::market::quote::{Book, Look};
use paper::{AccountOptions, MarketOptions};
use rust_decimal::Decimal;

const APPLE: i32 = 265_598;
const CLIENT: i32 = 1;

static MARKET: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(Market::new(Default::default())));

static EXTENDED: LazyLock<Arc<Market>> =
    LazyLock::new(|| Arc::new(Market::new(MarketOptions { is_extended: true, ..MarketOptions::default() })));

pub(crate) fn check(story: &str, expected: Expect) {
    let told = tell(story, |exchange| exchange);
    expected.assert_eq(&told);
    assert_eq!(tell(story, rested), told, "saved and restored it goes another way");
}

/// The same exchange after a night in a file.
fn rested(exchange: Exchange) -> Exchange {
    let file = serde_json::to_string(&exchange.save()).expect("it can be written");
    let (market, options) = (Arc::clone(exchange.market()), exchange.options().clone());
    Exchange::restore(market, options, serde_json::from_str(&file).expect("it can be read"))
}

fn tell(story: &str, between: impl Fn(Exchange) -> Exchange) -> String {
    let mut now = MARKET.calendar().session("2008-09-29".parse().unwrap()).unwrap().open;
    let market = if story.contains("extended hours") { &EXTENDED } else { &MARKET };
    let mut exchange = Exchange::new(now, Arc::clone(market), options(story));
    let mut told = String::new();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty() && !is_setup(line)) {
        now += TimeDelta::seconds(1);
        exchange = between(exchange);
        writeln!(told, "{line}").unwrap();
        let mut before = String::new();
        for event in act(&mut exchange, &mut now, line) {
            let said = say(&event);
            // TWS repeats itself; a story does not.
            if !said.is_empty() && said != before {
                writeln!(told, "    {said}").unwrap();
            }
            before = said;
        }
    }
    let position = exchange.account().position(APPLE).cloned().unwrap_or_default();
    write!(told, "held {} at {:.4}", position.quantity, position.average_cost).unwrap();
    told
}

fn is_setup(line: &str) -> bool {
    ["reading ", "borrow ", "limit ", "extended "].iter().any(|word| line.starts_with(word))
}

fn options(story: &str) -> ExchangeOptions {
    let mut options = ExchangeOptions {
        account: AccountOptions { cash: 100_000.into(), ..AccountOptions::default() },
        ..ExchangeOptions::default()
    };
    for line in story.lines().map(str::trim).filter(|line| is_setup(line)) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<Decimal>().unwrap();
        let account = &mut options.account;
        match words[..2] {
            ["reading", reading] => options.readings.set(reading).unwrap(),
            ["borrow", shares] => {
                let located_after = words.get(2).map(|seconds| seconds.parse().unwrap());
                let borrow = Borrow { shares: shares.parse().unwrap(), located_after };
                account.borrow.insert("AAPL".to_owned(), borrow);
            }
            ["extended", "hours"] => {}
            ["limit", "percent"] => account.precautions.price_percent = Some(number(2)),
            ["limit", "size"] => account.precautions.size_max = Some(number(2)),
            ["limit", "value"] => account.precautions.value_max = Some(number(2)),
            ["limit", "side"] => account.orders_a_side_max = words[2].parse().unwrap(),
            _ => panic!("what is `{line}`?"),
        }
    }
    options
}

fn act(exchange: &mut Exchange, now: &mut DateTime<Utc>, line: &str) -> Vec<Event> {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |index: usize| words[index].parse::<Decimal>().unwrap();
    let id = |index: usize| words[index].parse::<i32>().unwrap();
    let key = |index: usize| OrderKey { client: CLIENT, id: words[index].parse().unwrap() };
    match words[0] {
        "order" => {
            let (terms, attributes) = terms(&words[2..]);
            exchange.place_with(*now, CLIENT, id(1), terms, attributes)
        }
        "cancel" => exchange.cancel(*now, CLIENT, id(1)),
        "look" => exchange.look(*now, APPLE, &look(&words)),
        "time" => {
            let (hour, minute) = words[2].split_once(':').unwrap();
            *now = at(words[1].parse().unwrap(), hour.parse().unwrap(), minute.parse().unwrap()).unwrap();
            exchange.idle(*now)
        }
        "hand" | "broker" => exchange.trade_outside(*now, &outside(&words)),
        "fill" => exchange.fill_anyway(*now, key(1), number(2), Some(number(3))),
        "reject" => exchange.reject(*now, key(1), id(2), "Order rejected"),
        "unasked" => exchange.cancel_outside(*now, key(1)),
        "twin" => exchange.incarnate(*now, key(1)),
        "split" => exchange.split(*now, APPLE, number(1)),
        "correct" => {
            let first = exchange.executions()[0].exec_id.clone();
            exchange.correct(*now, &first, number(1), number(2))
        }
        "bust" => {
            let first = exchange.executions()[0].exec_id.clone();
            exchange.bust(*now, &first)
        }
        other => panic!("what is `{other}`?"),
    }
}

fn look(words: &[&str]) -> Look {
    let price = |index: usize| pips(words[index].parse().unwrap()).unwrap();
    let (bid, ask, size) = (price(1), price(2), words[3].parse().unwrap());
    let (low, high) = if words.len() > 4 { (price(4), price(5)) } else { (bid, ask) };
    Look { book: Book { bid, ask, bid_size: size, ask_size: size }, last: bid, low, high }
}

fn outside(words: &[&str]) -> Outside {
    let is_broker = words[0] == "broker";
    Outside {
        con_id: APPLE,
        side: if words[1] == "buy" { Side::Buy } else { Side::Sell },
        shares: words[2].parse().unwrap(),
        price: words.get(3).map(|price| price.parse().unwrap()),
        key: if is_broker { BY_BROKER } else { BY_HAND },
        is_liquidation: is_broker,
    }
}

fn terms(words: &[&str]) -> (Terms, Attributes) {
    let mut attributes = Attributes::default();
    let mut terms = Terms {
        con_id: APPLE,
        side: if words[0] == "buy" { Side::Buy } else { Side::Sell },
        kind: Kind::Market,
        quantity: words[1].parse().unwrap(),
        tif: TimeInForce::Day,
        outside_rth: false,
        oca: None,
        parent: None,
        transmit: true,
        order_ref: String::new(),
    };
    let mut rest = words[2..].iter().copied();
    while let Some(word) = rest.next() {
        term(word, &mut rest, &mut terms, &mut attributes);
    }
    (terms, attributes)
}

fn term<'a>(
    word: &str,
    rest: &mut impl Iterator<Item = &'a str>,
    terms: &mut Terms,
    attributes: &mut Attributes,
) {
    if let Some(kind) = kind(word, rest) {
        terms.kind = kind;
        return;
    }
    let mut next = || rest.next().unwrap();
    match word {
        "gtc" => terms.tif = TimeInForce::Gtc,
        "ioc" => terms.tif = TimeInForce::Ioc,
        "fok" => terms.tif = TimeInForce::Fok,
        "opg" => terms.tif = TimeInForce::Opg,
        "gtd" => terms.tif = TimeInForce::Gtd(today(next())),
        "held" => terms.transmit = false,
        "outside" => terms.outside_rth = true,
        "under" => terms.parent = Some(next().parse().unwrap()),
        "oca1" => terms.oca = Some(group(next(), OcaType::CancelWithBlock)),
        "oca2" => terms.oca = Some(group(next(), OcaType::ReduceWithBlock)),
        "oca3" => terms.oca = Some(group(next(), OcaType::ReduceWithoutBlock)),
        "account" => attributes.account = next().to_owned(),
        "whole" => attributes.all_or_none = true,
        "least" => attributes.minimum = Some(next().parse().unwrap()),
        "bypass" => attributes.bypass_precautions = true,
        "trigger" => attributes.trigger = TriggerMethod::numbered(next().parse().unwrap()).unwrap(),
        "gat" => attributes.good_after = Some(today(next())),
        "adjust" | "tostop" | "tostoplimit" | "totraillimit" => {
            attributes.adjust = Some(adjust(word, || next().parse().unwrap()));
        }
        "if" | "and" | "or" => attributes.conditions.push(condition(&mut next)),
        "ends" => attributes.conditions_cancel = true,
        other => panic!("what is `{other}`?"),
    }
    if word == "and" {
        let before = attributes.conditions.len() - 2;
        attributes.conditions[before].and_next = true;
    }
}

fn adjust(word: &str, mut price: impl FnMut() -> Decimal) -> Adjust {
    let at = price();
    let to = match word {
        "tostop" => Adjusted::Stop(price()),
        "tostoplimit" => Adjusted::StopLimit { stop: price(), limit: price() },
        "totraillimit" => Adjusted::TrailLimit { by: Trail::Amount(price()), stop: None, offset: price() },
        _ => Adjusted::Trail { by: Trail::Amount(price()), stop: None },
    };
    Adjust { at, to }
}

/// A time of the story's day.
fn today(time: &str) -> DateTime<Utc> {
    let (hour, minute) = time.split_once(':').unwrap();
    at("2008-09-29".parse().unwrap(), hour.parse().unwrap(), minute.parse().unwrap()).unwrap()
}

fn kind<'a>(word: &str, rest: &mut impl Iterator<Item = &'a str>) -> Option<Kind> {
    let mut price = || rest.next().unwrap().parse::<Decimal>().unwrap();
    Some(match word {
        "market" => Kind::Market,
        "limit" => Kind::Limit(price()),
        "stop" => Kind::Stop(price()),
        "stoplimit" => Kind::StopLimit { stop: price(), limit: price() },
        "trail" => Kind::Trail { by: Trail::Amount(price()), stop: None },
        "trailpercent" => Kind::Trail { by: Trail::Percent(price()), stop: None },
        "traillimit" => {
            Kind::TrailLimit { by: Trail::Amount(price()), stop: None, offset: price(), limit: None }
        }
        "mit" => Kind::MarketIfTouched(price()),
        "lit" => Kind::LimitIfTouched { touch: price(), limit: price() },
        "moc" => Kind::MarketOnClose,
        "loc" => Kind::LimitOnClose(price()),
        "mtl" => Kind::MarketToLimit { limit: None },
        "rel" => Kind::Relative { offset: Decimal::ZERO, cap: Some(price()), pegged: None },
        _ => return None,
    })
}

fn condition<'a>(next: &mut impl FnMut() -> &'a str) -> Condition {
    let (what, above) = (next(), true);
    let test = match what {
        "price" => Test::Price { con_id: APPLE, above, price: next().parse().unwrap() },
        "below" => Test::Price { con_id: APPLE, above: false, price: next().parse().unwrap() },
        "after" => Test::Time { after: true, at: today(next()) },
        "margin" => Test::Margin { above: false, percent: next().parse().unwrap() },
        "traded" => Test::Execution { symbol: next().to_owned(), since: None },
        "volume" => Test::Volume { con_id: APPLE, above, shares: next().parse().unwrap() },
        "change" => Test::PercentChange { con_id: APPLE, above: false, percent: next().parse().unwrap() },
        other => panic!("what is `{other}`?"),
    };
    Condition { test, and_next: false }
}

fn group(name: &str, kind: OcaType) -> Oca {
    Oca { group: name.to_owned(), kind }
}

fn say(event: &Event) -> String {
    match event {
        Event::OrderChanged(order) => {
            let kind = order.terms.kind;
            let prices: String = [kind.touch(), kind.limit(), kind.stop()]
                .iter()
                .flatten()
                .map(|price| format!(" {price}"))
                .collect();
            let held =
                if order.why_held().is_empty() { String::new() } else { format!(" ({})", order.why_held()) };
            format!("{} {}{held} {} of {}{prices}", order.key.id, order.status(), order.filled, order.total())
        }
        Event::CancelPending(order) => format!("{} PendingCancel", order.key.id),
        Event::Executed(execution) => {
            let Execution { key, side, shares, price, exec_id, .. } = execution.as_ref();
            let corrected = if exec_id.ends_with(".01") { "" } else { " (corrected)" };
            let side = if *side == Side::Buy { "bought" } else { "sold" };
            format!("{} {side} {shares} at {price}{corrected}", key.id)
        }
        Event::CommissionCharged(one) => {
            format!("{} paid {:.2} realized {:.2}", one.key.id, one.commission, one.realized)
        }
        Event::Noted { key, code, text } => format!("{} {code} {}", key.id, text.replace('\n', " ")),
        Event::Busted { .. } => "busted".to_owned(),
        Event::WhatIfAnswered(_) | Event::PositionChanged { .. } => String::new(),
    }
}
