//! Each kind of condition by a table; which rule takes a signal; which rules can never act.

use chrono::{DateTime, TimeDelta, Utc};
use expect_test::{Expect, expect};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Condition, Held, Rule, View, in_order, opening};
use crate::instrument::{Instrument, Session};
use crate::money::{Price, Quantity, TickBands};
use crate::order::Side;
use crate::signal::{Direction, Signal};
use crate::time::{Now, Process};
use crate::view::Quote;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    format!("2008-09-29T{text}:00Z").parse().unwrap()
}

/// A moment at 10:00 in New York, with a session from 09:30 to 16:00 and a long from 100.
struct Scene {
    at: &'static str,
    signal: Option<Signal>,
    held: Option<Held>,
    last: &'static str,
    atr: Option<Decimal>,
}

impl Scene {
    fn new() -> Scene {
        Scene { at: "14:00", signal: None, held: None, last: "100", atr: None }
    }

    fn holding(side: Side, mark: &str) -> Scene {
        let held = Held { side, entry: price("100"), mark: price(mark), since: moment("13:40"), level: 1 };
        Scene { held: Some(held), ..Scene::new() }
    }

    fn hearing(direction: Direction, confidence: &str) -> Scene {
        let confidence = decimal(confidence).try_into().unwrap();
        let signal = Signal::new("s".into(), direction, confidence, moment("13:59"));
        Scene { signal: Some(signal), ..Scene::new() }
    }

    fn with<R>(&self, ask: impl FnOnce(&View<'_>) -> R) -> R {
        let quote = Quote { last: Some(price(self.last)), ..Quote::empty(Process::default()) };
        let session = Session { open: moment("13:30"), close: moment("20:00") };
        let instrument = Instrument {
            con_id: 1,
            ticks: TickBands::uniform(decimal("0.01")),
            multiplier: Decimal::ONE,
            currency: "USD".into(),
            expiry: None,
            lot_size: Quantity::whole(1),
            size_min: Quantity::whole(1),
            zone: chrono_tz::America::New_York,
            liquid_hours: vec![session],
        };
        ask(&View {
            now: Now { market: moment(self.at), process: Process::at(TimeDelta::seconds(1)) },
            signal: self.signal.as_ref(),
            held: self.held,
            quote: Some(&quote),
            atr: self.atr,
            instrument: Some(&instrument),
        })
    }
}

fn answer(condition: &Value, scene: &Scene) -> String {
    let condition: Condition = serde_json::from_value(condition.clone()).unwrap();
    scene.with(|view| match condition.test(view) {
        answer if answer.is_ok() != condition.holds(view) => {
            panic!("{answer:?}, told without a reason otherwise")
        }
        Ok(()) => {
            let mut seen = Vec::new();
            condition.seen(view, &mut seen);
            let seen: Vec<String> = seen.iter().map(ToString::to_string).collect();
            format!("holds: {}", seen.join(", "))
        }
        Err(miss) => format!("misses: {miss}"),
    })
}

fn check(table: &[(Value, Scene)], expected: Expect) {
    let lines: Vec<String> = table.iter().map(|(condition, scene)| answer(condition, scene)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_signal_has_to_be_the_right_one_sure_enough_fresh_and_of_its_source() {
    let buy = |more: Value| {
        let mut condition = json!({ "type": "signal", "signal": "BUY", "min_confidence": "0.80" });
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        condition
    };
    check(
        &[
            (buy(json!({})), Scene::hearing(Direction::Buy, "0.80")),
            (buy(json!({})), Scene::hearing(Direction::Buy, "0.79")),
            (buy(json!({})), Scene::hearing(Direction::Short, "0.99")),
            (buy(json!({})), Scene::new()),
            (buy(json!({ "max_age_s": 60 })), Scene::hearing(Direction::Buy, "0.90")),
            (buy(json!({ "max_age_s": 59 })), Scene::hearing(Direction::Buy, "0.90")),
            (buy(json!({ "source": "momentum" })), Scene::hearing(Direction::Buy, "0.90")),
        ],
        expect![[r#"
            holds: 0.80 >= 0.80
            misses: confidence 0.79 < 0.80
            misses: waits for BUY
            misses: no signal
            holds: 0.90 >= 0.80
            misses: 1 min old, at most 59.0 s
            misses: of another source"#]],
    );
}

#[test]
fn gain_and_loss_are_measured_at_what_closing_would_get_on_either_side() {
    let profit = json!({ "type": "position_profit", "min_profit_pct": "0.02" });
    let loss = json!({ "type": "position_loss", "min_loss_pct": "0.02" });
    let mut second = Scene::holding(Side::Long, "103");
    second.held.as_mut().unwrap().level = 2;
    check(
        &[
            (profit.clone(), Scene::holding(Side::Long, "101.99")),
            (profit.clone(), Scene::holding(Side::Long, "102")),
            (profit.clone(), second),
            (profit.clone(), Scene::holding(Side::Short, "98")),
            (profit, Scene::new()),
            (loss.clone(), Scene::holding(Side::Long, "98")),
            (loss.clone(), Scene::holding(Side::Short, "101")),
            (loss, Scene::new()),
        ],
        expect![[r#"
            misses: profit 1.99 % < 2 %
            holds: profit 2 % >= 2 %
            misses: profit 3 % < 4 %
            holds: profit 2 % >= 2 %
            misses: no position
            holds: loss 2 % >= 2 %
            misses: loss 1 % < 2 %
            misses: no position"#]],
    );
}

#[test]
fn prices_times_ages_and_ranges_have_their_bounds() {
    let window = |more: Value| {
        let mut condition = json!({ "type": "time_window" });
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        condition
    };
    let atr = |more: Value| {
        let mut condition = json!({ "type": "atr" });
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        condition
    };
    check(
        &[
            (json!({ "type": "price", "at_least": "100" }), Scene::new()),
            (json!({ "type": "price", "at_least": "100.01" }), Scene::new()),
            (json!({ "type": "price", "at_most": "99.99" }), Scene::new()),
            (json!({ "type": "price", "at_most": "99" }), Scene::holding(Side::Long, "98")),
            (window(json!({ "from": "10:00", "to": "10:30" })), Scene::new()),
            (window(json!({ "from": "09:00", "to": "10:00" })), Scene::new()),
            (window(json!({ "from": "15:00", "to": "11:00" })), Scene::new()),
            (window(json!({ "from": "16:00", "to": "18:00", "zone": "Europe/Berlin" })), Scene::new()),
            (window(json!({ "min_minutes_since_open": 30 })), Scene::new()),
            (window(json!({ "min_minutes_since_open": 31 })), Scene::new()),
            (window(json!({ "max_minutes_to_close": 10 })), Scene { at: "19:50", ..Scene::new() }),
            (window(json!({ "max_minutes_to_close": 10 })), Scene { at: "20:00", ..Scene::new() }),
            (json!({ "type": "position_age", "min_minutes": 20 }), Scene::holding(Side::Long, "100")),
            (json!({ "type": "position_age", "min_minutes": 21 }), Scene::holding(Side::Long, "100")),
            (atr(json!({ "max_pct": "0.02" })), Scene { atr: Some(decimal("2")), ..Scene::new() }),
            (atr(json!({ "max_pct": "0.02" })), Scene { atr: Some(decimal("2.01")), ..Scene::new() }),
            (atr(json!({ "min_pct": "0.02" })), Scene { atr: Some(decimal("1")), ..Scene::new() }),
            (atr(json!({ "min_pct": "0.02" })), Scene::new()),
        ],
        expect![[r#"
            holds: 100.00 >= 100.00
            misses: 100.00 < 100.01
            misses: 100.00 > 99.99
            holds: 98.00 <= 99.00
            holds: 10:00 lies in 10:00 to 10:30
            misses: 10:00 lies outside 09:00 to 10:00
            holds: 10:00 lies in 15:00 to 11:00
            holds: 16:00 lies in 16:00 to 18:00
            holds: 30 min since the open, 6 h to the close
            misses: 30 min since the open, 6 h to the close
            holds: 6 h since the open, 10 min to the close
            misses: the market is closed
            holds: held 20 min, at least 20 min
            misses: held 20 min of 21 min
            holds: ATR 2 % of the price
            misses: ATR 2.01 % of the price
            misses: ATR 1 % of the price
            misses: no ATR yet"#]],
    );
}

#[test]
fn several_conditions_hold_together_or_one_of_them_or_not() {
    let above = |price: &str| json!({ "type": "price", "at_least": price });
    let held = json!({ "type": "position_age", "min_minutes": 1 });
    check(
        &[
            (json!({ "type": "all", "of": [above("90"), above("99")] }), Scene::new()),
            (json!({ "type": "all", "of": [above("90"), above("101")] }), Scene::new()),
            (json!({ "type": "any", "of": [above("101"), above("99")] }), Scene::new()),
            (json!({ "type": "any", "of": [above("101"), above("102")] }), Scene::new()),
            (json!({ "type": "not", "of": held }), Scene::new()),
            (json!({ "type": "not", "of": above("99") }), Scene::new()),
            (
                json!({ "type": "all", "of": [
                    { "type": "any", "of": [held, above("50")] },
                    { "type": "not", "of": { "type": "all", "of": [above("99"), above("101")] } },
                ] }),
                Scene::new(),
            ),
        ],
        expect![[r#"
            holds: 100.00 >= 90.00, 100.00 >= 99.00
            misses: 100.00 < 101.00
            holds: 100.00 >= 99.00
            misses: none of its conditions holds
            holds: not: no position
            misses: what must not hold does
            holds: 100.00 >= 50.00, not: 100.00 < 101.00"#]],
    );
}

fn rule(name: &str, min_confidence: &str, priority: i32, tickers: &[&str]) -> Rule {
    serde_json::from_value(json!({
        "name": name, "priority": priority, "tickers": tickers,
        "condition": { "type": "signal", "signal": "BUY", "min_confidence": min_confidence },
        "action": { "type": "create_position", "side": "BUY" },
    }))
    .unwrap()
}

#[test]
fn the_first_by_priority_then_by_file_order_takes_the_signal() {
    let rules = [
        rule("plain", "0.60", 0, &[]),
        rule("also plain", "0.60", 0, &[]),
        rule("sure", "0.90", 5, &[]),
        rule("for IBM", "0.10", 9, &["IBM"]),
    ];
    let rules = in_order(&rules, &"AAPL".parse().unwrap());
    let table = [
        (Direction::Buy, "0.95"),
        (Direction::Buy, "0.60"),
        (Direction::Buy, "0.59"),
        (Direction::Short, "0.99"),
    ];
    let answer = |&(direction, confidence): &(Direction, &str)| {
        let scene = Scene::hearing(direction, confidence);
        scene.with(|view| match opening(&rules, view) {
            Ok((rule, _)) => format!("{direction} {confidence}: taken ({})", rule.because(view)),
            Err(decline) => format!("{direction} {confidence}: declined ({decline})"),
        })
    };
    let lines: Vec<String> = table.iter().map(answer).collect();
    expect![[r#"
        BUY 0.95: taken (sure: 0.95 >= 0.90)
        BUY 0.60: taken (plain: 0.60 >= 0.60)
        BUY 0.59: declined (confidence 0.59 < 0.60 (plain))
        SHORT 0.99: declined (no rule takes SHORT)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_rule_that_could_never_act_is_refused_with_its_reason() {
    let signal = json!({ "type": "signal", "signal": "BUY", "min_confidence": "0.8" });
    let profit = json!({ "type": "position_profit", "min_profit_pct": "0.02" });
    let open = |more: Value| {
        let mut action = json!({ "type": "create_position", "side": "BUY" });
        action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        action
    };
    let table = [
        (signal.clone(), open(json!({}))),
        (signal.clone(), json!({ "type": "create_position", "side": "SHORT" })),
        (profit.clone(), open(json!({}))),
        (signal.clone(), open(json!({ "stop_loss_pct": "0.03", "atr_stop_multiplier": "2" }))),
        (signal.clone(), open(json!({ "take_profit_pct": "0.03", "no_target": true }))),
        (signal.clone(), open(json!({ "shares": "10", "equity_pct": "0.1" }))),
        (signal.clone(), open(json!({ "trailing": true, "stop_price": "90" }))),
        (signal.clone(), open(json!({ "targets": [{ "part": "0.5", "take_profit_pct": "0.02" }] }))),
        (
            signal.clone(),
            open(json!({ "targets": [
                { "part": "0.5", "take_profit_pct": "0.02" }, { "part": "0.5", "atr_target_multiplier": "3" },
            ] })),
        ),
        (signal, open(json!({ "targets": [{ "part": "1" }] }))),
        (json!({ "type": "price" }), json!({ "type": "close_position" })),
        (json!({ "type": "time_window" }), json!({ "type": "close_position" })),
        (json!({ "type": "all", "of": [] }), json!({ "type": "halt" })),
        (profit.clone(), json!({ "type": "move_stop" })),
        (profit.clone(), json!({ "type": "move_stop", "break_even": true, "to_price": "90" })),
        (profit.clone(), json!({ "type": "move_stop", "trail_pct": "0.02" })),
        (profit, json!({ "type": "alert", "text": "" })),
    ];
    let told = |(condition, action): &(Value, Value)| {
        let rule: Rule =
            serde_json::from_value(json!({ "name": "R", "condition": condition, "action": action })).unwrap();
        rule.check().map_or_else(|dead| dead.why.to_owned(), |()| "sound".to_owned())
    };
    let lines: Vec<String> = table.iter().map(told).collect();
    expect![[r#"
        sound
        a BUY signal opens side BUY, a SHORT signal side SHORT
        create_position acts when flat, and its condition waits for a position
        it names more than one stop
        it names more than one kind of target
        it names more than one size
        a trailing stop has a distance, not a price
        the parts of its targets do not make 1
        sound
        each of its targets needs either take_profit_pct or atr_target_multiplier
        a price condition needs at_least or at_most
        a time window needs from, to, min_minutes_since_open or max_minutes_to_close
        all and any need at least one condition in `of`
        move_stop needs exactly one of break_even, to_price and trail_pct
        move_stop needs exactly one of break_even, to_price and trail_pct
        sound
        an alert needs a text"#]]
    .assert_eq(&lines.join("\n"));
}
