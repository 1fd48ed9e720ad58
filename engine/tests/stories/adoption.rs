//! What orders of ours bought and no record tells of, for the last records were lost with the power.

use std::fmt::Write;

use engine::order::{Action, End, Execution, Standing, Status, Terms};
use engine::{
    Act, Command, Input, Installation, Mode, OnUnknown, OrderRef, Price, Quantity, Role, Snapshot, Step,
    Ticker, TickerSettings,
};
use expect_test::{Expect, expect};

use crate::numbers::{at, decimal};
use crate::subject::{market, settings};

fn order(trade: u32, role: Role, n: u32) -> OrderRef {
    OrderRef { installation: Installation::from_number(1), ticker: settings().key, trade, role, n }
}

fn quantity(shares: &str) -> Quantity {
    Quantity::new(decimal(shares)).expect("a quantity")
}

fn price(text: &str) -> Price {
    Price::new(decimal(text)).expect("a price")
}

fn executed(order: OrderRef, action: Action, shares: &str, price_of: &str) -> Execution {
    let id = format!("x.{}.{}.01", order.trade, order.short());
    let (quantity, price) = (quantity(shares), price(price_of));
    Execution { id, order, action, quantity, price, at: at("09:59:00").market }
}

fn works(order: OrderRef, shares: &str) -> Status {
    let (filled, remaining) = (Quantity::ZERO, quantity(shares));
    Status { order, standing: Standing::Working, filled, remaining }
}

fn terms(order: OrderRef, shares: &str, at: &str) -> Terms {
    let guard = Some(self::order(order.trade, Role::Stop, 1).to_string());
    Terms { order, quantity: quantity(shares), price: Some(price(at)), guard }
}

/// 99 bought at 100.00, with a stop and a target at work.
fn bracket() -> Snapshot {
    let (entry, stop, target) =
        (order(7, Role::Entry, 1), order(7, Role::Stop, 1), order(7, Role::Target, 1));
    Snapshot {
        executions: vec![executed(entry, Action::Buy, "99", "100.00")],
        orders: vec![works(stop.clone(), "99"), works(target.clone(), "99")],
        terms: vec![terms(stop, "99", "96.00"), terms(target, "99", "104.00")],
        position: decimal("99"),
        ..Snapshot::default()
    }
}

/// Shows a new ticker the snapshot twice, as the broker does while it differs.
fn check(snapshot: &Snapshot, expected: &Expect) {
    let settings = TickerSettings { on_unknown: OnUnknown::Adopt, ..settings() };
    let mut ticker = Ticker::new(Installation::from_number(1), settings);
    let mut again = ticker.clone();
    let mut told = String::new();
    for time in ["10:00:00", "10:00:01", "10:00:10"] {
        let input = if time == "10:00:10" { Input::Wakeup } else { Input::Snapshot(snapshot.clone()) };
        let mut out = Vec::new();
        ticker.on_input(at(time), &input, &market(), &mut out);
        for step in &out {
            again.apply(at(time), step);
            let arrow = if matches!(step, Step::Request(_)) { "-> " } else { "" };
            writeln!(told, "{time} {arrow}{step}").expect("a string takes all");
        }
    }
    assert_eq!(again, ticker, "rebuilt from its facts");
    expected.assert_eq(&told);
}

#[test]
fn a_whole_bracket_is_taken_over_as_it_is() {
    check(
        &bracket(),
        &expect![[r#"
        10:00:00 trade 7 lot 1: long from 100.00 (found at the broker, and no record tells of it)
        10:00:00 adopted: E1 buy 99 limit 100.00 until 14:00:30 UTC, T1 sell 99 limit 104.00, S1 sell 99 stop 96.00
        10:00:00 filled E1 buy 99 at 100.00
        10:00:00 somebody else holds 0
        10:00:00 S1 works 99, 0 filled
        10:00:00 T1 works 99, 0 filled
        10:00:00 E1 filled, 99 filled
        10:00:00 now active
        10:00:00 protected after 0 ms
        10:00:00 average entry 100.00
    "#]],
    );
}

#[test]
fn shares_without_a_stop_get_one() {
    let mut snapshot = bracket();
    snapshot.orders.remove(0);
    snapshot.terms.remove(0);
    check(
        &snapshot,
        &expect![[r#"
            10:00:00 trade 7 lot 1: long from 100.00 (found at the broker, and no record tells of it)
            10:00:00 adopted: E1 buy 99 limit 100.00 until 14:00:30 UTC, T1 sell 99 limit 104.00, S1 sell 99 stop 98.00
            10:00:00 filled E1 buy 99 at 100.00
            10:00:00 somebody else holds 0
            10:00:00 T1 works 99, 0 filled
            10:00:00 E1 filled, 99 filled
            10:00:00 looks again: not at the broker: S1
            10:00:01 S1 lost, 0 filled
            10:00:01 now active
            10:00:10 -> cancel T1
        "#]],
    );
}

#[test]
fn of_an_entry_that_filled_in_part_so_much_is_protected() {
    let mut snapshot = bracket();
    let entry = order(7, Role::Entry, 1);
    snapshot.executions = vec![executed(entry.clone(), Action::Buy, "60", "100.00")];
    let (standing, remaining) = (Standing::Ended(End::Cancelled), Quantity::ZERO);
    snapshot.orders.push(Status { order: entry, standing, filled: quantity("60"), remaining });
    snapshot.position = decimal("60");
    check(
        &snapshot,
        &expect![[r#"
            10:00:00 trade 7 lot 1: long from 100.00 (found at the broker, and no record tells of it)
            10:00:00 adopted: E1 buy 60 limit 100.00 until 14:00:30 UTC, T1 sell 99 limit 104.00, S1 sell 99 stop 96.00
            10:00:00 filled E1 buy 60 at 100.00
            10:00:00 somebody else holds 0
            10:00:00 S1 works 99, 0 filled
            10:00:00 T1 works 99, 0 filled
            10:00:00 E1 cancelled, 60 filled
            10:00:00 now active
            10:00:00 protected after 0 ms
            10:00:01 -> modify S1 to 60 at 96.00
            10:00:01 -> modify T1 to 60 at 104.00
            10:00:10 now reconciling
            10:00:10 looks again: no answer about T1, S1
        "#]],
    );
}

#[test]
fn a_trade_that_is_over_by_now_is_booked_with_its_result() {
    let mut snapshot = bracket();
    let stop = order(7, Role::Stop, 1);
    snapshot.executions.push(executed(stop.clone(), Action::Sell, "99", "96.00"));
    let ended = |order, end, filled| Status {
        order,
        standing: Standing::Ended(end),
        filled,
        remaining: Quantity::ZERO,
    };
    let target = order(7, Role::Target, 1);
    snapshot.orders =
        vec![ended(stop, End::Filled, quantity("99")), ended(target, End::Cancelled, Quantity::ZERO)];
    snapshot.terms.clear();
    snapshot.position = decimal("0");
    check(
        &snapshot,
        &expect![[r#"
        10:00:00 trade 7 lot 1: long from 100.00 (found at the broker, and no record tells of it)
        10:00:00 adopted: E1 buy 99 limit 100.00 until 14:00:30 UTC, T1 sell 99 limit 104.00, S1 sell 99 stop 98.00
        10:00:00 filled E1 buy 99 at 100.00
        10:00:00 filled S1 sell 99 at 96.00
        10:00:00 somebody else holds 0
        10:00:00 S1 filled, 99 filled
        10:00:00 T1 cancelled, 0 filled
        10:00:00 E1 filled, 99 filled
        10:00:00 now active
        10:00:00 closed long 99 from 100.00 at 96.00: -396.00 by stop
        10:00:00 trade closed: -396.00, commission 0.00
    "#]],
    );
}

#[test]
fn what_can_be_read_in_two_ways_freezes() {
    let mut two = bracket();
    two.executions.push(executed(order(8, Role::Entry, 1), Action::Buy, "10", "101.00"));
    two.position = decimal("109");
    check(
        &two,
        &expect![[r#"
        10:00:00 unexplained: filled E1 buy 99 at 100.00
        10:00:00 now frozen (execution x.7.E1.01 belongs to no open trade)
        10:00:00 unexplained: filled E1 buy 10 at 101.00
        10:00:00 now frozen (execution x.8.E1.01 belongs to no open trade)
    "#]],
    );
    let mut more = bracket();
    more.position = decimal("120");
    check(
        &more,
        &expect![[r#"
        10:00:00 unexplained: filled E1 buy 99 at 100.00
        10:00:00 now frozen (execution x.7.E1.01 belongs to no open trade)
    "#]],
    );
}

/// What was booked as unexplained is not booked again: the ticker stays frozen, with the orders at the broker as they are.
#[test]
fn what_froze_once_is_not_adopted_later() {
    let settings = TickerSettings { on_unknown: OnUnknown::Adopt, ..settings() };
    let mut ticker = Ticker::new(Installation::from_number(1), settings);
    let mut more = bracket();
    more.position = decimal("120");
    let release = Command { id: "1".to_owned(), by: "ann".to_owned(), act: Act::Release };
    let inputs = [
        Input::Snapshot(more),
        Input::Command(release),
        Input::Snapshot(bracket()),
        Input::Snapshot(bracket()),
        Input::Wakeup,
    ];
    let mut out = Vec::new();
    for input in &inputs {
        ticker.on_input(at("10:00:00"), input, &market(), &mut out);
    }
    assert!(out.iter().all(|step| matches!(step, Step::Fact(_))), "it asked for something: {out:?}");
    assert!(ticker.trade().is_none() && matches!(ticker.mode(), Mode::Frozen(_)), "{}", ticker.mode());
}

/// Shares that nobody can explain are closed by hand; the ticker is flat then, and can be released.
#[test]
fn what_froze_is_released_once_a_person_has_closed_it() {
    let mut ticker = Ticker::new(Installation::from_number(1), settings());
    let command =
        |id: &str| Input::Command(Command { id: id.to_owned(), by: "ann".to_owned(), act: Act::Release });
    let flat = || Input::Snapshot(Snapshot { executions: bracket().executions, ..Snapshot::default() });
    let mut out = Vec::new();
    ticker.on_input(at("10:00:00"), &Input::Snapshot(bracket()), &market(), &mut out);
    assert!(matches!(ticker.mode(), Mode::Frozen(_)), "{}", ticker.mode());
    for input in [command("1"), flat(), command("2")] {
        ticker.on_input(at("10:00:01"), &input, &market(), &mut out);
    }
    assert_eq!(*ticker.mode(), Mode::Active);
    assert!(out.iter().all(|step| matches!(step, Step::Fact(_))), "it asked for something: {out:?}");
}
