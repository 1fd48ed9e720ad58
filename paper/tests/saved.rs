//! An exchange at rest: a random life that is saved and restored somewhere goes on as the one that never rested.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use paper::exchange::event::Event;
use paper::exchange::order::{Kind, Oca, OcaType, OrderKey, Side, Terms, TimeInForce, Trail};
use paper::exchange::saved::Saved;
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::market::calendar::at;
use paper::{AccountOptions, ChildrenOnPartial, Readings};
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use rust_decimal::Decimal;

const STOCKS: [i32; 2] = [265_598, 8_314];

static MARKET: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(Market::new(Default::default())));

/// One thing that is done to an exchange.
#[derive(Debug, Clone)]
enum Act {
    Place { client: i32, id: i32, terms: Box<Terms> },
    Cancel { client: i32, id: i32 },
    CancelAll,
    Pass { seconds: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let ids = || (1..=2, 1..=12_i32);
    let act = prop_oneof![
        6 => (ids(), terms()).prop_map(|((client, id), terms)| Act::Place { client, id, terms: Box::new(terms) }),
        1 => ids().prop_map(|(client, id)| Act::Cancel { client, id }),
        1 => Just(Act::CancelAll),
        4 => (1..40_i64).prop_map(|seconds| Act::Pass { seconds }),
        // Over the close, and over the night.
        1 => (1..20_i64).prop_map(|hours| Act::Pass { seconds: hours * 3600 }),
    ];
    proptest::collection::vec(act, 1..30)
}

fn terms() -> impl Strategy<Value = Terms> {
    let price = || (9000..13_000_i64).prop_map(|cents| Decimal::new(cents, 2));
    let kind = prop_oneof![
        Just(Kind::Market),
        price().prop_map(Kind::Limit),
        price().prop_map(Kind::Stop),
        (price(), price()).prop_map(|(stop, limit)| Kind::StopLimit { stop, limit }),
        (1..300_i64).prop_map(|cents| Kind::Trail { by: Trail::Amount(Decimal::new(cents, 2)), stop: None }),
    ];
    let tif = prop_oneof![Just(TimeInForce::Day), Just(TimeInForce::Gtc), Just(TimeInForce::Ioc)];
    let oca = proptest::option::weighted(0.4, (1..=3, 0..2).prop_map(|(kind, group)| oca(kind, group)));
    let parent = proptest::option::weighted(0.5, 1..=12_i32);
    (0..2_usize, any::<bool>(), kind, 1..3000_i64, tif, oca, parent, any::<bool>()).prop_map(
        |(stock, is_buy, kind, shares, tif, oca, parent, transmit)| Terms {
            con_id: STOCKS[stock],
            side: if is_buy { Side::Buy } else { Side::Sell },
            kind,
            quantity: shares.into(),
            tif,
            outside_rth: false,
            oca,
            parent,
            transmit,
            order_ref: format!("{shares} \"at\" {kind:?}"),
        },
    )
}

fn oca(kind: i32, group: i32) -> Oca {
    let kind = match kind {
        1 => OcaType::CancelWithBlock,
        2 => OcaType::ReduceWithBlock,
        _ => OcaType::ReduceWithoutBlock,
    };
    Oca { group: format!("group {group}"), kind }
}

fn opening() -> DateTime<Utc> {
    MARKET.calendar().session("2008-09-29".parse().unwrap()).unwrap().open
}

fn exchange(children_on_partial: ChildrenOnPartial) -> Exchange {
    let account = AccountOptions { cash: 1_000_000.into(), ..AccountOptions::default() };
    let options = ExchangeOptions {
        account,
        readings: Readings { children_on_partial, ..Readings::default() },
        step_seconds: 10,
    };
    Exchange::new(opening(), Arc::clone(&MARKET), options)
}

fn act(exchange: &mut Exchange, act: Act) -> Vec<Event> {
    let now = exchange.now();
    match act {
        Act::Place { client, id, terms } => exchange.place(now, client, id, *terms),
        Act::Cancel { client, id } => exchange.cancel(now, client, id),
        Act::CancelAll => exchange.cancel_all(now),
        Act::Pass { seconds } => exchange.advance(now + TimeDelta::seconds(seconds)),
    }
}

fn saved(exchange: &Exchange) -> String {
    serde_json::to_string(&exchange.save()).expect("it can be written")
}

fn restored(like: &Exchange, file: &str) -> Exchange {
    let saved: Saved = serde_json::from_str(file).expect("it can be read");
    Exchange::restore(Arc::clone(like.market()), like.options().clone(), saved)
}

proptest! {
    #[test]
    fn a_rest_changes_nothing(acts in acts(), rest in 0..30_usize, reading in 0..3_usize) {
        let reading = [ChildrenOnPartial::Grow, ChildrenOnPartial::Held, ChildrenOnPartial::CancelledWithRest][reading];
        let mut awake = exchange(reading);
        let mut rested = exchange(reading);
        for (index, one) in acts.into_iter().enumerate() {
            if index == rest {
                rested = restored(&awake, &saved(&rested));
            }
            let (before, file) = (awake.changes(), saved(&awake));
            prop_assert_eq!(act(&mut awake, one.clone()), act(&mut rested, one.clone()));
            let time_aside = |file: &str| {
                let mut value: serde_json::Value = serde_json::from_str(file).expect("it can be read");
                value["now"].take();
                value["looked"].take();
                value
            };
            // Whoever keeps the file looks at this number only.
            if awake.changes() == before {
                prop_assert_eq!(time_aside(&file), time_aside(&saved(&awake)), "{:?}", one);
            }
        }
        prop_assert_eq!(awake.save(), rested.save());
        prop_assert_eq!(awake.values(), rested.values());
    }
}

#[test]
fn what_a_day_left_over_ends_on_the_way_and_gtc_orders_go_on() {
    let mut before = exchange(ChildrenOnPartial::Grow);
    let order = |tif| Terms {
        con_id: STOCKS[0],
        side: Side::Buy,
        kind: Kind::Limit(Decimal::from(50)),
        quantity: 10.into(),
        tif,
        outside_rth: false,
        oca: None,
        parent: None,
        transmit: true,
        order_ref: String::new(),
    };
    before.place(opening(), 1, 1, order(TimeInForce::Day));
    before.place(opening(), 1, 2, order(TimeInForce::Gtc));
    let mut after = restored(&before, &saved(&before));
    let morning = at("2008-09-30".parse().unwrap(), 9, 25).unwrap();
    let events = after.idle(morning);
    let ended: Vec<i32> = events
        .iter()
        .filter_map(|event| match event {
            Event::OrderChanged(order) if !order.is_live() => Some(order.key.id),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [1]);
    assert!(after.order(OrderKey { client: 1, id: 2 }).is_some_and(|order| order.is_live()));
    assert_eq!((after.next_id(1), after.next_id(2)), (3, 1));
}
