//! The commands that a trader asks with, beside a program that trades at a desk, and after it has ended: positions, orders,
//! trades and their dossiers, signals, the day's report. The numbers are the gateway's own, to the cent.

mod crash;
mod support;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crash::desk::{Desk, SYMBOL};
use paper::faults::Fault;
use paper::faults::fault::Ending;
use rust_decimal::Decimal;
use serde_json::Value;
use support::{Program, command, heard, watched};

/// A guard against waiting for ever, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// The gateway's cash when it begins.
const CASH: i64 = 1_000_000;
/// The first day of the desk's prices.
const DAY: &str = "2008-09-29";

/// A screen, which fits a terminal.
fn screen(folder: &Path, arguments: &[&str]) -> String {
    let (success, said, beside) = heard(folder, arguments);
    assert!(success, "{arguments:?}: {said}{beside}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{arguments:?} is too wide:\n{said}");
    said
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (success, said, beside) = heard(folder, &[arguments, &["--json"]].concat());
    assert!(success, "{arguments:?}: {said}{beside}");
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// What a command says, once it is as `wanted`.
fn until(folder: &Path, arguments: &[&str], wanted: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let told = json(folder, arguments);
        if wanted(&told) {
            return told;
        }
        assert!(began.elapsed() < PATIENCE, "{arguments:?} never was as wanted: {told}");
    }
}

fn has(told: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
}

fn number(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no number"))
}

/// All of its commissions are told.
fn is_settled(trade: &Value) -> bool {
    trade["state"] == "closed" && trade["fills"] == trade["commissioned"]
}

fn gap(percent: f64) -> Fault {
    Fault::Gap { symbol: SYMBOL.to_owned(), percent }
}

/// A program at a desk, in step with it.
fn trading(folder: &Path) -> Program {
    let mut program = Program::start_in(folder, &[]);
    program.wait_for(&["in step with the broker"]);
    program
}

/// A desk, and a program at it that holds its first position.
fn holding(folder: &Path) -> (Desk, Program) {
    let (desk, mut program) = (Desk::open(folder), trading(folder));
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);
    (desk, program)
}

/// A trade that a signal opens and another one closes, and one that its stop ends.
fn trade(desk: &Desk, folder: &Path, program: &mut Program) {
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);
    look_at_what_is_open(folder);
    desk.make(Fault::NetClose { how: Ending::Rst, client: None });
    program.wait_for(&["in step with the broker"]);
    desk.say("SELL", 0.7);
    program.wait_for(&["closed long 100 "]);
    until(folder, &["trades"], |told| told["trades"][0]["state"] == "closed");
    desk.say("SHORT", 0.7);
    program.wait_for(&["  holds "]);
    desk.make(gap(4.0));
    program.wait_for(&["closed short 100 "]);
    desk.say("SHORT", 0.5);
    program.wait_for(&[" declined: "]);
    let both = |told: &Value| {
        told["trades"].as_array().is_some_and(|all| all.len() == 2 && all.iter().all(is_settled))
    };
    until(folder, &["trades"], both);
}

fn look_at_what_is_open(folder: &Path) {
    let told = until(folder, &["positions"], |told| told["own"][0]["protection"] == "armed");
    let own = &told["own"][0];
    assert_eq!(
        (&own["ticker"], &own["side"], &own["quantity"]),
        (&SYMBOL.into(), &"long".into(), &"100".into())
    );
    // A hundred shares, from the bid to the stop.
    let (last, stop) = (number(&own["last"]), number(&own["stop"]));
    let away = (last - stop) / last;
    assert!((number(&own["stop_away"]) - away).abs() < Decimal::new(1, 4), "{own}");
    assert_eq!(number(&own["at_stop"]), (stop - last) * Decimal::ONE_HUNDRED, "{own}");
    has(&screen(folder, &["positions"]), &["ACME", "long 100", "armed", "if every stop fills at its price"]);
    let orders = json(folder, &["orders"]);
    let roles: Vec<&str> =
        orders["own"].as_array().expect("orders").iter().filter_map(|own| own["role"].as_str()).collect();
    assert_eq!(roles, ["target", "stop"], "{orders}");
    assert!(
        orders["own"].as_array().is_some_and(|all| all.iter().all(|own| own["state"] == "working")),
        "{orders}"
    );
    let reference = orders["own"][1]["reference"].as_str().expect("a name").to_owned();
    has(&screen(folder, &["orders"]), &["target", "0/100", "working", &reference, "no orders of others"]);
    let (by_name, by_order) =
        (screen(folder, &["trades", "acme.1"]), screen(folder, &["trades", &reference]));
    assert_eq!(by_name, by_order);
    has(
        &by_name,
        &["ACME.1", "long 100, open", "BUY 0.70", "Buy: 0.70 >= 0.60", "after the fill", &reference],
    );
    has(&screen(folder, &["trades"]), &["ACME.1", "open"]);
}

/// What the screens say of two trades that are over.
fn look_at_what_is_over(folder: &Path) {
    let stopped = screen(folder, &["trades", "ACME.2"]);
    has(&stopped, &["short 100, closed by stop", " in all than at the quotes", "S1", "commissions = "]);
    has(
        &screen(folder, &["trades", "--date", DAY, "--ticker", "ACME"]),
        &["ACME.1", "ACME.2", "by 2 that are over; 0 open"],
    );
    has(&screen(folder, &["trades", "--ticker", "OTHER"]), &["no such trade is known"]);
    has(&screen(folder, &["positions"]), &["flat: nothing is held"]);
    has(&screen(folder, &["orders"]), &["no order of ours can fill"]);
    let signals = screen(folder, &["signals"]);
    has(
        &signals,
        &["ACME BUY 0.70 from http: taken: Buy: 0.70 >= 0.60", "ACME SHORT 0.50 from http: declined: "],
    );
    let (success, _, wrong) = heard(folder, &["trades", "ACME.9"]);
    assert!(!success && wrong.contains("there is no trade `ACME.9`"), "{wrong}");
}

/// What the gateway booked, against what the report says.
fn is_the_gateways(report: &Value, desk: &Desk) {
    let books = desk.books();
    assert!(books.positions.iter().all(|(_, shares)| shares.is_zero()), "{:?}", books.positions);
    let commission: Decimal = books.executions.iter().map(|own| own.commission).sum();
    let shares: Decimal = books.executions.iter().map(|own| own.signed.abs()).sum();
    let cash: Decimal = books.executions.iter().map(|own| -own.signed * own.price).sum();
    let all = &report["all"];
    assert!(!commission.is_zero() && !cash.is_zero());
    assert_eq!(number(&all["realized"]), cash, "{report}");
    assert_eq!(number(&all["commission"]), commission, "{report}");
    assert_eq!(number(&all["net"]), books.cash - Decimal::from(CASH), "{report}");
    assert_eq!(number(&all["shares"]), shares, "{report}");
    assert_eq!(all["fills"], books.executions.len(), "{report}");
    for sums in [&report["tickers"], &report["rules"]] {
        let of = |name: &str| {
            sums.as_object().expect("names").values().map(|own| number(&own[name])).sum::<Decimal>()
        };
        assert_eq!((of("realized"), of("commission")), (cash, commission), "{report}");
    }
    let each = report["trades"].as_array().expect("trades").iter().map(|own| number(&own["net"]));
    assert_eq!(each.sum::<Decimal>(), number(&all["net"]), "{report}");
}

#[test]
fn a_day_is_told_while_it_goes_on_and_after_it_and_its_numbers_are_the_gateways() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, here) = (Desk::open(folder.path()), folder.path());
    let (success, _, wrong) = heard(here, &["trades"]);
    assert!(
        !success && wrong.contains("no supervisor runs here, and the journal in `state/journal`"),
        "{wrong}"
    );
    let mut program = trading(here);
    trade(&desk, here, &mut program);

    let report = json(here, &["report"]);
    is_the_gateways(&report, &desk);
    assert_eq!((&report["date"], &report["over"]), (&DAY.into(), &false.into()));
    assert_eq!((&report["all"]["ended"], &report["signals_taken"]), (&2.into(), &3.into()), "{report}");
    assert!(report["all"]["unprotected_times"].as_u64() >= Some(2), "{report}");
    let kinds: Vec<&str> = report["incidents"]
        .as_array()
        .expect("incidents")
        .iter()
        .filter_map(|own| own["kind"].as_str())
        .collect();
    assert!(kinds.contains(&"gap"), "{report}");
    look_at_what_is_over(here);

    desk.a_day_later();
    program.wait_for(&[
        "2008-09-29 is over: reports/2008-09-29.html",
        "2008-09-29 is over: reports/2008-09-29.csv",
    ]);
    let whole = json(here, &["report", "--date", DAY]);
    is_the_gateways(&whole, &desk);
    let page = std::fs::read_to_string(here.join("reports/2008-09-29.html")).expect("a page");
    let all = ["trades", "signals", "orders"].map(|what| json(here, &[what]));
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");

    let (success, again, beside) = heard(here, &["report", "--date", DAY, "--format", "html"]);
    assert!(
        success && beside.contains("no supervisor runs here; read from the journal in state/journal"),
        "{beside}"
    );
    assert_eq!(again.trim_end(), page.trim_end(), "the same day makes the same page");
    let [trades, signals, orders] = all;
    assert_eq!(json(here, &["trades"]), trades);
    assert_eq!(json(here, &["orders"])["own"], orders["own"]);
    let ended = |told: &Value| -> Vec<String> {
        told.as_array()
            .expect("signals")
            .iter()
            .map(|own| format!("{} {}", own["id"], own["ended"]))
            .collect()
    };
    assert_eq!(ended(&json(here, &["signals"])), ended(&signals));
}

#[test]
fn a_trade_that_is_open_has_its_whole_dossier_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let (_desk, program) = holding(here);
    let settled =
        |told: &Value| told["trade"]["commissioned"] == 1 && told["lots"][0]["protected"].is_string();
    let before = until(here, &["trades", "ACME.1"], settled);
    let day = json(here, &["report"]);
    program.kill();
    assert_eq!(json(here, &["trades", "ACME.1"]), before, "by the journal");
    let mut program = trading(here);
    assert_eq!(json(here, &["trades", "ACME.1"]), before, "by the next life");
    let again = json(here, &["report"]);
    assert_eq!(
        (&again["all"], &again["incidents"]),
        (&day["all"], &day["incidents"]),
        "a start is no incident"
    );
    program.interrupt();
}

#[test]
fn a_screen_that_is_watched_is_told_again_and_again_until_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let (_desk, mut program) = holding(here);
    let watch = ["--watch", "0.1"];
    for (what, words) in [
        ("positions", "open P/L "),
        ("status", "process "),
        ("trades", "ACME.1"),
        ("orders", "target"),
        ("signals", " taken: "),
    ] {
        let (ended, told) = watched(command(here, &[&[what][..], &watch].concat()), words, 3);
        assert!(ended, "{what}: {told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        assert!(!told.contains('\u{1b}'), "no terminal, so nothing moves a cursor: {told}");
    }
    let (_, told) = watched(command(here, &["positions", "--json", "--watch", "0.1"]), "market_time", 2);
    for line in told.lines() {
        let told: Value = serde_json::from_str(line).expect("an object a line");
        assert_eq!(told["own"][0]["ticker"], SYMBOL);
    }
    assert!(heard(here, &["status", "--watch", "0"]).2.contains("between 0.1 and 86400 seconds"));
    // Who watches sees that it ends, and goes on watching.
    program.interrupt();
    let (ended, told) =
        watched(command(here, &["positions", "--watch", "0.1"]), "no supervisor runs here", 2);
    assert!(ended, "{told}");
}

#[test]
fn the_scripts_watch_the_program_of_the_folder_that_they_are_called_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let _both = holding(here);
    // A tree of their own, so that nothing that was built elsewhere is found.
    let tree = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(tree.path().join("scripts")).expect("a folder");
    std::fs::create_dir_all(tree.path().join("bin")).expect("a folder");
    let built = env!("CARGO_BIN_EXE_supervisor");
    symlink(built, tree.path().join("bin/supervisor")).expect("a link");
    let copy = |script: &str| {
        let own = tree.path().join("scripts").join(script);
        std::fs::copy(Path::new("scripts").join(script), &own).expect("the script");
        own
    };
    copy("run_supervisor");
    let path = format!("{}:{}", tree.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
    for (script, words) in
        [("monitor_positions", "open P/L "), ("position_dashboard", "connected to account")]
    {
        let own = copy(script);
        let call = |path: &str| {
            let mut command = Command::new(&own);
            for name in ringfence::config::environment::VARIABLES {
                command.env_remove(name);
            }
            command.arg("0.1").current_dir(here).env("PATH", path);
            command
        };
        let (ended, told) = watched(call(&path), words, 2);
        assert!(ended && told.contains(SYMBOL), "{script}: {told}");
        // One that was built is preferred, and needs no path.
        let release = tree.path().join("target/release");
        std::fs::create_dir_all(&release).expect("a folder");
        symlink(built, release.join("supervisor")).expect("a link");
        let (ended, told) = watched(call(&std::env::var("PATH").unwrap_or_default()), words, 2);
        assert!(ended && told.contains(SYMBOL), "{script}: {told}");
        std::fs::remove_dir_all(&release).expect("to be rid of it");
    }
}
