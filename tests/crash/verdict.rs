//! What must hold once the program is back. The gateway is asked by an auditor, and the
//! journal is read when the program has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use engine::order::Action;
use engine::{Body, Fact, Record};
use ports::journal::Journal;
use ports::journal::verify::verify;
use rust_decimal::Decimal;

use super::desk::{Desk, SYMBOL};
use crate::support::audit::{Books, look};
use crate::support::{Program, ask};

/// What the gateway's account begins with.
const CASH: i64 = 1_000_000;
/// How long the orders must stay as they are to be at rest: every rule looks once a second.
const REST: Duration = Duration::from_millis(1_200);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// A guard against waiting for ever, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the broker's books are sound and stay as they are.
pub(crate) fn until_sound(desk: &Desk, told: &str) -> Books {
    until(desk, told, |_| true)
}

/// Waits until the program that runs in `folder` has made up its mind, and all is sound and stays
/// so: an order that it does not find, it looks for twice.
pub(crate) fn until_settled(desk: &Desk, folder: &Path, told: &str) -> Books {
    until(desk, told, |_| is_settled(folder))
}

/// True once it is in step with the broker and in no doubt about the ticker.
fn is_settled(folder: &Path) -> bool {
    let Some(status) = ask(folder, "/status") else { return false };
    let mode = status["tickers"][SYMBOL]["mode"].as_str();
    status["link"] == "up" && mode.is_some_and(|mode| !mode.starts_with("reconciling"))
}

/// Waits until the broker's books are sound, are as `wanted` says, and stay so.
fn until(desk: &Desk, told: &str, wanted: impl Fn(&Books) -> bool) -> Books {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (began, mut since) = (Instant::now(), Instant::now());
    let mut before = Books::default();
    loop {
        let books = runtime.block_on(look(&desk.address()));
        let mut faults = faults(desk, &books);
        if !wanted(&books) {
            faults.push(format!("not what is waited for: {:?}", books.holdings));
        }
        assert!(faults.is_empty() || began.elapsed() < PATIENCE, "{faults:#?}\n{told}");
        assert!(began.elapsed() < PATIENCE, "its orders never rest\n{told}");
        if !faults.is_empty() || books.orders != before.orders || books.fills != before.fills {
            since = Instant::now();
        } else if since.elapsed() > REST {
            return books;
        }
        before = books;
        std::thread::sleep(LOOK_EVERY);
    }
}

/// All that is wrong with the broker's books.
fn faults(desk: &Desk, books: &Books) -> Vec<String> {
    let mut faults = books.faults();
    let opened = books.opened();
    if opened.len() > desk.signals() {
        faults.push(format!("{} signals led to {opened:?}", desk.signals()));
    }
    for (order, quantity) in books.bought() {
        let most = Decimal::from(if order.contains(".A2.") || order.contains(".A3.") { 50 } else { 100 });
        if quantity > most {
            faults.push(format!("{order} filled {quantity}"));
        }
    }
    faults
}

/// It comes back once more, to what rests: nothing leaves and nothing changes, until somebody
/// says something new. That is traded as ever.
pub(crate) fn a_restart_at_rest_sends_nothing_and_trades_again(
    desk: &Desk,
    folder: &Path,
    told: &mut String,
) {
    let before = until_sound(desk, told);
    let last = records(folder).last().map_or(0, |record| record.seq);
    told.push_str("---- back at rest ----\n");
    let mut program = Program::start_in(folder, &[]);
    program.follow_to("in step with the broker", told);
    let after = until_settled(desk, folder, told);
    assert_eq!(before.orders, after.orders, "a restart at rest changed orders\n{told}");
    trades_again(desk, folder, &mut program, &after, told);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "it ended with {status}\n{told}");
    let at_rest = records(folder).into_iter().filter(|record| record.seq > last);
    let asked: Vec<Record> = at_rest
        .take_while(|record| !is_about_news(record))
        .filter(|record| matches!(record.body, Body::Request(_)))
        .collect();
    assert!(asked.is_empty(), "a restart at rest asks for {asked:#?}\n{told}");
}

/// So sure is what is said to see whether it still trades, and nothing that was said before.
const SURE: &str = "0.61";
/// Why a ticker may leave it: it has been stopped out, somebody closed its trade, its entry still rests.
const REASONS: [&str; 3] =
    [" declined: cooling down until ", " declined: the ticker is halted (", " declined: the trade is "];

/// What is held is turned round, and what is flat opens; or there is a reason that it should not.
fn trades_again(desk: &Desk, folder: &Path, program: &mut Program, rests: &Books, told: &mut String) {
    let held = position(rests);
    // After somebody's hand has closed what was ours, it takes what is held down and opens nothing.
    let halted = ask(folder, "/status")
        .and_then(|status| Some(status["tickers"][SYMBOL]["mode"].as_str()?.starts_with("halted")))
        .is_some_and(|halted| halted);
    let signal = if held < 0.0 { "BUY" } else { "SHORT" };
    desk.say(signal, SURE.parse().expect("a number"));
    program.follow_to(&format!("signal {signal} {SURE} "), told);
    let answer = told.lines().last().unwrap_or_default();
    if !answer.contains(" taken (") {
        assert!(REASONS.iter().any(|reason| answer.contains(reason)), "{answer}\n{told}");
        return;
    }
    let turned = |books: &Books| match signal {
        _ if halted => position(books) == 0.0,
        "BUY" => position(books) > 0.0,
        _ => position(books) < 0.0,
    };
    until(desk, told, turned);
}

fn position(books: &Books) -> f64 {
    books.holdings.get(SYMBOL).map_or(0.0, |holding| holding.position)
}

/// True for what was made of the signal of [`trades_again`].
fn is_about_news(record: &Record) -> bool {
    let Body::Fact(Fact::SignalTaken { signal, .. } | Fact::SignalDeclined { signal, .. }) = &record.body
    else {
        return false;
    };
    signal.confidence.to_string() == SURE
}

/// The journal's executions and commissions are the gateway's, and both make its cash.
pub(crate) fn ledgers_agree(desk: &Desk, folder: &Path, told: &str) {
    let books = until_sound(desk, told);
    let (mut own, mut costs) = (BTreeMap::new(), BTreeMap::new());
    let mut asked = BTreeSet::new();
    for record in records(folder) {
        match record.body {
            Body::Fact(Fact::Executed { execution } | Fact::Stray { execution }) => {
                let worth = execution.price.value() * execution.quantity.value();
                let cash = if execution.action == Action::Buy { -worth } else { worth };
                let twice = own.insert(execution.id.clone(), cash);
                assert!(twice.is_none(), "{} is booked twice\n{told}", execution.id);
            }
            Body::Fact(Fact::Commissioned(commission)) => {
                costs.insert(commission.execution, commission.amount.value());
            }
            Body::Request(request) => asked.extend(request.orders().map(ToString::to_string)),
            _ => {}
        }
    }
    let theirs = |own: bool| books.fills.iter().filter(move |(_, fill)| fill.order.is_empty() != own);
    let told_own: BTreeMap<String, Decimal> =
        theirs(true).map(|(id, fill)| (id.clone(), fill.cash)).collect();
    assert_eq!(own, told_own, "executions differ\n{told}");
    let told_costs: BTreeMap<String, Decimal> =
        theirs(true).map(|(id, fill)| (id.clone(), fill.commission)).collect();
    assert_eq!(costs, told_costs, "commissions differ\n{told}");
    let by_hand: Decimal = theirs(false).map(|(_, fill)| fill.cash - fill.commission).sum();
    let cash =
        Decimal::from(CASH) + own.values().sum::<Decimal>() - costs.values().sum::<Decimal>() + by_hand;
    assert_eq!(cash.round_dp(2), desk.look().cash.round_dp(2), "cash differs\n{told}");
    for (order, _) in books.orders {
        assert!(asked.contains(&order), "{order} of {SYMBOL} is no order of the journal\n{told}");
    }
}

/// The journal's records; that it is sound is checked along with it.
fn records(folder: &Path) -> Vec<Record> {
    let journal = Journal::look(&folder.join("state/journal")).expect("the journal");
    verify(&journal).expect("a sound journal");
    journal.read().expect("its records")
}
