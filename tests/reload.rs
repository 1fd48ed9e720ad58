//! The config changes while the program trades: real files, a real process, a gateway on a socket. What is not named
//! hears nothing; what is half written, cut off or anybody's is not taken; and no share is ever left alone.

mod crash;
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use crash::desk::{Desk, MATES, SYMBOL};
use crash::verdict;
use serde_json::Value;
use support::{Program, ask, request, run};

const OTHER: &str = MATES[0];
const MATE: &str = MATES[1];
/// The key of those who may do everything.
const ADMIN: &str = "token";

/// A guard against hanging ends the wait.
fn until(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ticker(folder: &Path, name: &str) -> Value {
    ask(folder, "/status").map_or(Value::Null, |status| status["tickers"][name].clone())
}

fn until_active(folder: &Path, tickers: &[&str]) {
    for name in tickers {
        until(name, || ticker(folder, name)["mode"] == "active");
    }
}

/// A desk and a program that trades these tickers.
fn trading(folder: &Path, tickers: &[&str]) -> (Desk, Program) {
    let desk = Desk::open(folder);
    desk.configure(folder, tickers);
    let program = Program::start_in(folder, &[]);
    until_active(folder, tickers);
    (desk, program)
}

/// Changes a file of the config.
fn edit(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join("config").join(name);
    let text = std::fs::read_to_string(&path).expect("the config");
    assert!(text.contains(from), "`{from}` is not in {text}");
    std::fs::write(path, text.replace(from, to)).expect("to write");
}

fn log_of(folder: &Path, ticker: &str) -> String {
    std::fs::read_to_string(folder.join(format!("logs/actors/ticker-{ticker}.log"))).expect("its stream")
}

#[test]
fn an_open_trade_keeps_its_settings_unless_they_are_said_to_hold_for_it_and_no_stop_loosens() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, OTHER]);
    desk.say("BUY", 0.72);
    program.wait_for(&["ACME    holds long 100"]);
    verdict::until_settled(&desk, folder.path(), "");
    let stop = || ticker(folder.path(), SYMBOL)["stop"].clone();
    let before = stop();
    edit(folder.path(), "tickers.toml", "[ACME]\n", "[ACME]\nstop_loss_pct = 0.01\ntake_profit_pct = 0.02\n");
    program
        .wait_for(&["config: ACME: stop_loss_pct 0.03 -> 0.01", "ACME    settings changed: stop_loss_pct"]);
    verdict::until_settled(&desk, folder.path(), "");
    assert_eq!(stop(), before, "the open trade keeps its stop");

    edit(
        folder.path(),
        "tickers.toml",
        "stop_loss_pct = 0.01\n",
        "stop_loss_pct = 0.02\napply_to_open = true\n",
    );
    program.wait_for(&[
        "ACME    the changed settings are in force",
        "stops move to 9",
        "the target moves to 10",
    ]);
    let average: f64 =
        ticker(folder.path(), SYMBOL)["average"].as_str().expect("a price").parse().expect("a price");
    let price = |value: Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    until("two percent", || (price(stop()) - average * 0.98).abs() < 0.02);
    verdict::until_settled(&desk, folder.path(), "");

    edit(folder.path(), "tickers.toml", "stop_loss_pct = 0.02\n", "stop_loss_pct = 0.05\n");
    program.wait_for(&["would loosen them"]);
    verdict::until_settled(&desk, folder.path(), "");
    assert!((price(stop()) - average * 0.98).abs() < 0.02, "{}", stop());
    assert!(!log_of(folder.path(), OTHER).contains("settings changed"), "the other hears nothing");
    let (status, told) = program.interrupt();
    assert!(status.success(), "{told}");
    verdict::ledgers_agree(&desk, folder.path(), &told);
}

#[test]
fn one_that_is_taken_out_protects_what_it_holds_then_ends_and_can_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, MATE]);
    desk.say_of(MATE, "BUY", 0.72);
    program.wait_for(&["CORP    holds long 100"]);
    desk.configure(folder.path(), &[SYMBOL]);
    program.wait_for(&[
        "config: CORP is taken out",
        "unless they come back",
        "CORP    taken out of the config: winding down",
    ]);
    verdict::until_settled(&desk, folder.path(), "");
    assert_eq!(ticker(folder.path(), MATE)["mode"], "winding down");
    assert_eq!(ticker(folder.path(), MATE)["quantity"], "100");
    let (followed, said) = run(folder.path(), &["buy", MATE, "--shares", "10"]);
    assert!(!followed, "{said}");
    // It would be closed and opened on the other side; winding down it is only closed.
    desk.say_of(MATE, "SHORT", 0.72);
    program.wait_for(&["CORP    closed long 100", "CORP is flat and out of the config: ended"]);
    until("it to go", || ticker(folder.path(), MATE).is_null());
    let (known, said) = run(folder.path(), &["pause", MATE]);
    assert!(!known && said.contains("is no ticker"), "{said}");

    desk.configure(folder.path(), &[SYMBOL, MATE]);
    program.wait_for(&["config: CORP is new", "CORP    in the config again"]);
    until_active(folder.path(), &[MATE]);
    desk.say_of(MATE, "BUY", 0.73);
    program.wait_for(&["CORP    holds long 100"]);
    assert_eq!(ticker(folder.path(), MATE)["trades"], 1, "its counts are those of its life before");
    desk.say("BUY", 0.72);
    program.wait_for(&["ACME    holds long 100"]);
    let (status, told) = program.interrupt();
    assert!(status.success(), "{told}");
    verdict::ledgers_agree(&desk, folder.path(), &told);
    assert_eq!(
        log_of(folder.path(), SYMBOL).matches("now reconciling").count(),
        0,
        "the other hears nothing"
    );
}

#[test]
fn one_that_is_put_back_while_it_winds_down_trades_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, MATE]);
    desk.say_of(MATE, "BUY", 0.72);
    program.wait_for(&["CORP    holds long 100"]);
    desk.configure(folder.path(), &[SYMBOL]);
    program.wait_for(&["CORP    taken out of the config: winding down"]);
    desk.configure(folder.path(), &[SYMBOL, MATE]);
    program.wait_for(&["config: CORP is in the config again", "CORP    in the config again"]);
    desk.say_of(MATE, "SHORT", 0.72);
    program.wait_for(&["CORP    closed long 100", "CORP    holds short 100"]);
    program.interrupt();
}

#[test]
fn one_that_was_taken_out_while_the_program_was_away_is_looked_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, MATE]);
    desk.say_of(MATE, "BUY", 0.72);
    program.wait_for(&["CORP    holds long 100"]);
    verdict::until_settled(&desk, folder.path(), "");
    program.interrupt();
    desk.configure(folder.path(), &[SYMBOL]);
    let mut again = Program::start_in(folder.path(), &[]);
    again
        .wait_for(&["the journal has a trade of CORP open", "CORP    taken out of the config: winding down"]);
    until("it to wind down", || ticker(folder.path(), MATE)["mode"] == "winding down");
    verdict::until_settled(&desk, folder.path(), "");
    let (followed, said) = run(folder.path(), &["close", MATE]);
    assert!(followed, "{said}");
    again.wait_for(&["CORP    closed long 100", "CORP is flat and out of the config: ended"]);
    let (status, told) = again.interrupt();
    assert!(status.success(), "{told}");
    // Flat, and in the config again, it starts as any other.
    desk.configure(folder.path(), &[SYMBOL, MATE]);
    let mut last = Program::start_in(folder.path(), &[]);
    last.wait_for(&["CORP    in the config again"]);
    until_active(folder.path(), &[MATE]);
    last.interrupt();
}

#[test]
fn files_that_are_half_written_cut_off_or_anybodys_change_nothing() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, OTHER, MATE]);
    let file = folder.path().join("config/tickers.toml");
    let whole = std::fs::read_to_string(&file).expect("the config");
    let refused = |program: &mut Program, text: &str, words: &str| {
        std::fs::write(&file, text).expect("to write");
        program.wait_for(&["the changed config is not taken; nothing changes:", words]);
    };
    refused(&mut program, "", "tickers.toml:1: the file is empty");
    refused(&mut program, &whole[..whole.len() - 2], "tickers.toml:");
    // Cut off between two tables it is a valid file, which names one ticker of three.
    let cut = &whole[..whole.find("[BETA]").expect("a table")];
    refused(&mut program, cut, "2 of 3 tickers are gone from the config at once");
    let (taken, said) = run(folder.path(), &["reload"]);
    assert!(!taken && said.contains("`supervisor reload --yes`"), "{said}");
    let (would, said) = run(folder.path(), &["reload", "--dry-run"]);
    assert!(would && said.contains("BETA, CORP are taken out of the config"), "{said}");
    std::fs::write(&file, &whole).expect("to write");
    program.wait_for(&["config read again: nothing changed"]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).expect("to change its mode");
    std::fs::write(&file, whole.replace("shares = 100", "shares = 50")).expect("to write");
    program.wait_for(&["can be changed by others (mode 666)"]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("to change its mode");
    program.wait_for(&["shares 100 -> 50"]);
    // A link is turned to another file, as those do that roll out configs.
    let other = folder.path().join("other.toml");
    std::fs::write(&other, whole.replace("shares = 100", "shares = 70")).expect("to write");
    let link = folder.path().join("config/new.link");
    symlink(&other, &link).expect("a link");
    std::fs::rename(&link, &file).expect("to turn it");
    program.wait_for(&["shares 50 -> 70"]);
    until_active(folder.path(), &[SYMBOL, OTHER, MATE]);
    std::fs::write(&other, cut).expect("to write");
    let (taken, said) = run(folder.path(), &["reload", "--yes", "--by", "ann"]);
    assert!(taken && said.contains("taken out"), "{said}");
    program.wait_for(&[
        "BETA is flat and out of the config: ended",
        "CORP is flat and out of the config: ended",
    ]);
    desk.say("BUY", 0.72);
    program.wait_for(&["ACME    holds long 100"]);
    program.interrupt();
}

#[test]
fn limits_rules_sources_and_the_log_level_change_while_it_trades() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL]);
    edit(folder.path(), "supervisor.toml", "[risk]\n", "[risk]\nmax_order_quantity = 50\n");
    program.wait_for(&["config: risk.max_order_quantity 100000 -> 50"]);
    desk.say("BUY", 0.71);
    program.wait_for(&["an order for 100, the limit is 50"]);
    edit(folder.path(), "supervisor.toml", "max_order_quantity = 50", "max_order_quantity = 500");
    program.wait_for(&["config: risk.max_order_quantity 50 -> 500"]);
    edit(folder.path(), "trading_rules.toml", "min_confidence = 0.60", "min_confidence = 0.80");
    program.wait_for(&["config: rule `Buy`.condition.min_confidence 0.6 -> 0.8", "ACME    settings changed"]);
    desk.say("BUY", 0.73);
    program.wait_for(&["0.73 < 0.80"]);
    edit(folder.path(), "trading_rules.toml", "min_confidence = 0.80", "min_confidence = 0.60");
    program.wait_for(&["config: rule `Buy`.condition.min_confidence 0.8 -> 0.6"]);

    let path = folder.path().join("signals.ndjson");
    std::fs::write(&path, "").expect("a file");
    edit(
        folder.path(),
        "supervisor.toml",
        "source = \"http\"",
        "source = \"file\"\npath = \"signals.ndjson\"",
    );
    program.wait_for(&["config: signals.source http -> file"]);
    until("another source", || {
        ask(folder.path(), "/status").is_some_and(|status| status["signals"]["file"].is_object())
    });
    desk.say("BUY", 0.74);
    let now = ask(folder.path(), "/status").expect("a status")["market_time"].clone();
    let line = serde_json::json!({ "id": "one", "symbol": SYMBOL, "signal": "BUY", "confidence": 0.75, "timestamp": now });
    std::fs::write(&path, format!("{line}\n")).expect("to write");
    let told = program.wait_for(&["ACME    holds long 100"]);
    assert!(told.contains("BUY 0.75 taken") && !told.contains("0.74"), "{told}");

    edit(folder.path(), "supervisor.toml", "[control]", "[logs]\nlevel = \"warn\"\n[control]");
    program.wait_for(&["config: logs.level debug -> warn"]);
    verdict::until_settled(&desk, folder.path(), "");
    let before = log_of(folder.path(), SYMBOL);
    let (followed, said) = run(folder.path(), &["reconcile", SYMBOL]);
    assert!(followed, "{said}");
    until_active(folder.path(), &[SYMBOL]);
    assert_eq!(log_of(folder.path(), SYMBOL), before, "nothing below a warning is written");

    edit(folder.path(), "supervisor.toml", "[broker]\n", "[broker]\nclient_id = 7\n");
    program.wait_for(&["broker.client_id 1 -> 7: that holds for a whole run"]);
    program.interrupt();
}

#[test]
fn another_key_in_the_environment_file_is_taken_and_what_cannot_be_is_told_with_all_the_rest_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL]);
    let set = |text: &str| std::fs::write(folder.path().join(".env"), text).expect("to write");
    let reload = || run(folder.path(), &["reload", "--by", "ann"]);
    set("API_KEY=another-key-of-ours\n");
    let (taken, said) = reload();
    assert!(taken && said.contains("environment API_KEY: another one"), "{said}");
    until("the other key", || desk.was_asked_with("another-key-of-ours"));
    // None of these is taken, and neither is what else has changed with it.
    edit(folder.path(), "tickers.toml", "shares = 100", "shares = 50");
    for (text, words) in [
        ("API_KEY another\n", "environment .env: its first line that is no comment is not NAME=value"),
        ("API_KEY=\"a\\nb\"\n", "environment API_KEY: it has a line break or another control character"),
        (
            "WEBHOOK_SECRET=\"0123456789abcdef0123456789abcdef\"\n",
            "environment WEBHOOK_SECRET: that holds for a whole run",
        ),
    ] {
        set(text);
        let (taken, said) = reload();
        assert!(!taken && said.contains(words) && !said.contains("another\n"), "{text}: {said}");
        assert!(!said.contains("0123456789abcdef"), "{said}");
    }
    set("");
    // Unless the watch over the files has taken it by now.
    let (taken, said) = reload();
    assert!(taken, "{said}");
    program.wait_for(&["config: environment API_KEY: another one", "shares 100 -> 50"]);
    program.interrupt();
}

#[test]
fn a_storm_of_edits_disturbs_nobody_who_is_not_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[SYMBOL, OTHER]);
    let file = folder.path().join("config/tickers.toml");
    let whole = std::fs::read_to_string(&file).expect("the config");
    let mut taken = 0;
    for n in 0..1_000_u32 {
        let table = match n % 4 {
            0 => format!("[BETA]\nshares = {}\n", 1 + n),
            1 => "[BETA]\nshare = 1\n".to_owned(),
            2 => format!("[BETA]\nmax_trades_a_day = {}\n", 1 + n),
            _ => "[BETA\n".to_owned(),
        };
        std::fs::write(&file, whole.replace("[BETA]\n", &table)).expect("to write");
        if n % 20 < 4 {
            let (status, said) =
                request(folder.path(), ADMIN, "POST /reload", r#"{"by":"ann"}"#).expect("an answer");
            assert_eq!(status == 200, n % 2 == 0, "{n}: {said}");
            taken += u32::from(status == 200);
        }
        if n % 100 == 50 {
            desk.say(if n % 200 == 50 { "BUY" } else { "SHORT" }, 0.70 + f64::from(n) / 10_000.0);
        }
    }
    assert_eq!(taken, 100);
    std::fs::write(&file, &whole).expect("to write");
    verdict::until_settled(&desk, folder.path(), "");
    let (status, told) = program.interrupt();
    assert!(status.success(), "{told}");
    verdict::ledgers_agree(&desk, folder.path(), &told);
    let own = log_of(folder.path(), SYMBOL);
    assert!(own.contains("filled"), "it trades all the while: {own}");
    for word in ["settings changed", "reconciling", "winding down"] {
        assert!(!own.contains(word), "{word}: {own}");
    }
    assert!(log_of(folder.path(), OTHER).matches("settings changed").count() >= 100);
}
