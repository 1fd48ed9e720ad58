//! What-if before an entry, over a real socket: the broker is asked first, and its numbers decide.

mod crash;
mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crash::desk::Desk;
use crash::verdict;
use paper::faults::Fault;
use paper::faults::fault::Frames;
use paper::wire::Request;
use paper::wire::capture::{Captured, Writer};
use paper::{AccountOptions, Options};
use rust_decimal::Decimal;
use support::Program;

/// A guard against hanging, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A broker with an account of `cash`, and the program's config; `asks` is `what_if`.
fn desk(folder: &Path, cash: Decimal, asks: bool) -> Desk {
    let account = AccountOptions { cash, ..AccountOptions::default() };
    let capture = Some(folder.join("frames"));
    let desk = Desk::open_with(folder, Options { account, capture, ..Options::default() });
    if asks {
        let file = folder.join("config/supervisor.toml");
        let text = std::fs::read_to_string(&file).expect("the config");
        std::fs::write(&file, text.replace("[risk]\n", "[risk]\nwhat_if = true\n")).expect("to write it");
    }
    desk
}

fn started(folder: &Path) -> Program {
    let mut program = Program::start_in(folder, &[]);
    program.wait_for(&["in step with the broker"]);
    program
}

/// Every order that left: its id, its role and number, and whether it only asks.
fn sent(folder: &Path) -> Vec<(i32, String, bool)> {
    let file = std::fs::read_to_string(folder.join("frames")).expect("the capture");
    let mut sent = Vec::new();
    // Its last line may be half written.
    for frame in Captured::read(&file).map_while(Result::ok) {
        if frame.from != Writer::Client || frame.version.is_none() {
            continue;
        }
        if let Ok(Request::PlaceOrder(asked)) = Request::decode(&frame.body) {
            let order = asked.order.clone().unwrap_or_default();
            let role = order.order_ref().split('.').nth(3).unwrap_or_default().to_owned();
            sent.push((asked.order_id(), role, order.what_if()));
        }
    }
    sent
}

fn roles(folder: &Path) -> Vec<String> {
    let only = |asks: bool| if asks { "?" } else { "" };
    sent(folder).into_iter().map(|(_, role, asks)| format!("{role}{}", only(asks))).collect()
}

fn until_sent(folder: &Path, role: &str) {
    let began = Instant::now();
    while !roles(folder).iter().any(|sent| sent == role) {
        assert!(began.elapsed() < PATIENCE, "{role} never left: {:?}", roles(folder));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn records(folder: &Path) -> String {
    let export = Command::new(env!("CARGO_BIN_EXE_supervisor"))
        .args(["journal", "export"])
        .current_dir(folder)
        .output()
        .expect("the program");
    String::from_utf8(export.stdout).expect("text")
}

#[test]
fn with_margin_enough_the_entry_follows_its_question_under_another_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(folder.path(), 1_000_000.into(), true);
    let mut program = started(folder.path());
    desk.say("BUY", 0.7);
    program.wait_for(&["entry waits for its margin: long 100", "  holds "]);
    verdict::until_sound(&desk, "");
    let sent = sent(folder.path());
    assert_eq!(roles(folder.path())[..4], ["W1?", "E1", "T1", "S1"], "{sent:?}");
    assert!(sent[1..].iter().all(|(id, _, asks)| *id != sent[0].0 && !asks), "{sent:?}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let records = records(folder.path());
    assert!(records.contains("margin found: 5005") || records.contains("margin found: 5006"), "{records}");
}

#[test]
fn an_account_that_would_not_carry_it_declines_the_entry_by_its_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    // Half of what it costs is there, and the commission is not.
    let desk = desk(folder.path(), Decimal::new(500_630, 2), true);
    let mut program = started(folder.path());
    desk.say("BUY", 0.7);
    let told = program
        .wait_for(&["declined: margin: 500", " would be asked for, and an equity of 5005.30 be there"]);
    let books = verdict::until_sound(&desk, &told);
    assert!(books.orders.is_empty() && books.executions == 0, "{books:?}");
    assert_eq!(roles(folder.path()), ["W1?"]);
    // Each signal asks anew, under a name of its own.
    desk.say("BUY", 0.71);
    program.wait_for(&["BUY 0.71 declined: margin: "]);
    assert_eq!(roles(folder.path()), ["W1?", "W2?"]);
}

#[test]
fn a_question_that_the_broker_refuses_declines_the_entry_with_its_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(folder.path(), 4_000.into(), true);
    let mut program = started(folder.path());
    desk.say("BUY", 0.7);
    program.wait_for(&["declined: margin: 201 ", "Available Funds: 4000.00, Initial Margin: 500"]);
    assert_eq!(roles(folder.path()), ["W1?"]);
}

#[test]
fn without_an_answer_nothing_is_placed_not_even_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(folder.path(), 1_000_000.into(), true);
    let lose = || desk.make(Fault::FrameDrop { frames: Frames { message: Some(5), client: Some(1) } });
    let mut program = started(folder.path());
    lose();
    desk.say("BUY", 0.7);
    program.wait_for(&["signal BUY 0.70 declined: margin: no answer within 5.0 s"]);
    lose();
    desk.say("BUY", 0.71);
    program.wait_for(&["entry waits for its margin"]);
    // It is said before it leaves.
    until_sent(folder.path(), "W2?");
    program.kill();

    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["signal BUY 0.71 declined: the ticker is reconciling", "in step with the broker"]);
    let books = verdict::until_settled(&desk, folder.path(), "");
    assert!(books.orders.is_empty() && books.executions == 0, "{books:?}");
    assert_eq!(roles(folder.path()), ["W1?", "W2?"]);
    desk.say("BUY", 0.72);
    program.wait_for(&["signal BUY 0.72 taken", "  holds "]);
    assert_eq!(roles(folder.path())[2..4], ["W3?", "E1"]);
}

#[test]
fn nobody_asks_where_it_is_not_switched_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(folder.path(), 1_000_000.into(), false);
    let mut program = started(folder.path());
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);
    verdict::until_sound(&desk, "");
    assert_eq!(roles(folder.path())[..3], ["E1", "T1", "S1"]);
    assert!(sent(folder.path()).iter().all(|(_, _, asks)| !asks));
}
