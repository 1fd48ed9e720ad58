//! What a quote, a signal and an execution cost a ticker with ten rules, and whether that grows with its trade.
//!
//! None of the figures is a limit; `cargo bench -p engine` prints them.
#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "a measurement looks at the clock")]

#[path = "../tests/numbers/mod.rs"]
mod numbers;
#[path = "../tests/story/mod.rs"]
#[allow(dead_code, reason = "a measurement compares no answers")]
mod story;
#[path = "../tests/subject/mod.rs"]
mod subject;

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use engine::order::{Action, Execution};
use engine::trade::Trade;
use engine::{Confidence, Direction, Input, MarketView, News, Now, Price, Quantity, Quote, Signal, Ticker};
use numbers::{at, decimal};
use story::lived;
use subject::ten_rules::settings;

const ROUNDS: usize = 20_000;
const QUOTES_A_ROUND: u32 = 100;
const FLAT: &str = "10:00:00 atr 1.00\n10:00:00 quote 99.98 100.00\n";
const ENTERS: &str = "10:00:00 signal BUY 0.85\n10:00:00 accepted E1 T1 S1\n";
const LONG: u32 = 2_000;

fn main() {
    let flat = lived(settings(), FLAT);
    let [open, long] = [1, LONG].map(|parts| lived(settings(), &trade_of(parts)));
    println!("ten rules, none fires:");
    println!("  a quote, flat                       {:>8.0?}", quote(flat.clone()));
    let [short_quote, long_quote] = [1, LONG].map(|parts| quote(lived(settings(), &held_by(parts))));
    println!("  a quote, a trade of one execution   {short_quote:>8.0?}");
    println!(
        "  a quote, a trade of {LONG} executions {long_quote:>8.0?}  {:.2} times",
        times(long_quote, short_quote)
    );
    println!("decisions, median:");
    println!("  a signal that opens a bracket       {:>8.0?}", median(&flat, &signal()));
    let short = median(&open, &execution(2));
    println!("  the second execution of an entry    {short:>8.0?}");
    let late = median(&long, &execution(LONG + 1));
    println!("  execution {} of an entry          {late:>8.0?}  {:.2} times", LONG + 1, times(late, short));
}

fn times(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// An entry of 100,000 shares that was filled in `parts` of one share each so far.
fn trade_of(parts: u32) -> String {
    let mut told = format!("{FLAT}{ENTERS}");
    for _ in 0..parts {
        writeln!(told, "10:00:01 filled E1 1 of 100000 at 100.00").expect("a string takes all");
    }
    told
}

/// The same, filled whole and protected.
fn held_by(parts: u32) -> String {
    let rest = 100_000 - parts + 1;
    let told = trade_of(parts - 1);
    let echoed =
        "10:00:01 echo T1 100000 at 104.00\n10:00:01 echo S1 100000 at 98.09\n10:00:02 quote 100.00 100.02";
    format!(
        "{told}10:00:01 filled E1 {rest} of 100000 at 100.00\n10:00:01 armed S1 100000, T1 100000\n{echoed}"
    )
}

fn later(start: Now, ms: i64) -> Now {
    Now { process: start.process.plus(TimeDelta::milliseconds(ms)), ..start }
}

/// One quote, on average over many.
fn quote((mut ticker, mut view): (Ticker, MarketView)) -> Duration {
    let mut out = Vec::new();
    assert!(ticker.trade().is_none_or(Trade::is_quiet), "it has something to do at each quote");
    let (start, mut best) = (at("10:00:02"), Duration::MAX);
    for round in 0..50 {
        let begun = Instant::now();
        for n in 0..QUOTES_A_ROUND * 100 {
            let now = later(start, i64::from(n % 1_000) + round);
            view.quote = view.quote.map(|quote| Quote { at: now.process, ..quote });
            ticker.on_input(black_box(now), &Input::Quote, &view, &mut out);
        }
        best = best.min(begun.elapsed() / (QUOTES_A_ROUND * 100));
        out.clear();
    }
    best
}

/// One input to the same ticker again and again.
fn median((ticker, view): &(Ticker, MarketView), input: &Input) -> Duration {
    let rounds = if ticker.trade().is_some() { ROUNDS / 20 } else { ROUNDS };
    let now = at("10:00:02");
    let mut took: Vec<Duration> = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let (mut ticker, mut out) = (ticker.clone(), Vec::with_capacity(16));
        let begun = Instant::now();
        ticker.on_input(now, black_box(input), view, &mut out);
        took.push(begun.elapsed());
        assert!(!out.is_empty(), "it decided nothing");
    }
    took.sort_unstable();
    took[rounds / 2]
}

fn signal() -> Input {
    let confidence = Confidence::try_from(decimal("0.85")).expect("a confidence");
    Input::Signal(Signal::new("bench".to_owned(), Direction::Buy, confidence, at("10:00:01").market))
}

fn execution(n: u32) -> Input {
    let (ticker, _) = lived(settings(), &trade_of(0));
    let order = ticker.trade().expect("a trade").lots[0].legs[0].spec.order.clone();
    Input::News(News::Execution(Execution {
        id: format!("late.{n}.01"),
        order,
        action: Action::Buy,
        quantity: Quantity::whole(1),
        price: Price::new(decimal("100.00")).expect("a price"),
        at: at("10:00:01").market,
    }))
}
