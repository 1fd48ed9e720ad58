//! What a person orders of the running program, by its commands and by its control endpoint.

mod crash;
mod support;

use crash::desk::{Desk, SYMBOL};
use crash::verdict;
use paper::exchange::order::Side;
use paper::faults::Fault;
use serde_json::{Value, json};
use support::{Program, ask, order, run};

#[test]
fn flatten_closes_halts_over_a_restart_and_ends_by_a_release() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    assert!(!run(folder.path(), &["halt"]).0, "nobody runs");
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);

    let (followed, said) = run(folder.path(), &["flatten", "--by", "ann", "--id", "first"]);
    assert!(followed && said.contains("ACME  now halted (flattened by ann)"), "{said}");
    program.wait_for(&["flatten by ann", "closed long 100 "]);
    assert_eq!(
        run(folder.path(), &["flatten", "--by", "ann", "--id", "first"]),
        (true, said),
        "twice is once"
    );
    let books = verdict::until_sound(&desk, "");
    assert!(books.holdings.values().all(|held| held.position == 0.0), "{:?}", books.holdings);
    desk.say("BUY", 0.7);
    program.wait_for(&["declined: the ticker is halted (flattened by ann)"]);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    assert_eq!(rest.matches("flatten by ann").count(), 0, "{rest}");

    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    desk.say("BUY", 0.7);
    program.wait_for(&["declined: the ticker is halted (flattened by ann)"]);
    let (followed, said) = run(folder.path(), &["release", "acme"]);
    assert!(followed && said.contains("now active"), "{said}");
    desk.say("SHORT", 0.7);
    program.wait_for(&[" taken (", "  holds "]);
    verdict::until_sound(&desk, "");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let (_, records) = run(folder.path(), &["journal", "export"]);
    for said in ["flatten by ann", "release by operator"] {
        assert!(records.contains(said), "no `{said}` in\n{records}");
    }
}

#[test]
fn what_means_nothing_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    let (good, said) = run(folder.path(), &["risk"]);
    assert!(good && said.contains("daily loss") && said.contains("100000"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let (good, said) = run(folder.path(), &["risk", "--json"]);
    let limits: Value = serde_json::from_str(&said).expect("JSON");
    assert!(good && limits.as_array().is_some_and(|limits| limits.len() == 27), "{said}");
    for (arguments, words) in [
        (&["pause"][..], "ACME  now paused (by operator)"),
        (&["pause", SYMBOL], "ACME  not followed: it is paused (by operator)"),
        (&["release", SYMBOL], "not followed: it is paused"),
        (&["resume", SYMBOL, "--json"], "\"words\": \"now active\""),
        (&["close", SYMBOL], "ACME  not followed: it is flat"),
        (&["close"], "close what? name tickers"),
        (&["release"], "release what? name tickers, or limits or groups that have tripped"),
        (&["pause", "AMCE"], "`AMCE` is no ticker"),
        (&["release", "daily_los"], "`daily_los` is no ticker, no limit and no group"),
        (&["release", "daily_loss"], "daily loss  not followed: daily loss has not tripped"),
        (&["pause", "--id", "a b"], "`id` has to be"),
        (&["pause", "--by", "a\nb"], "`by` has to be"),
        (&["reconcile"], "ACME  now reconciling"),
    ] {
        let (_, said) = run(folder.path(), arguments);
        assert!(said.contains(words), "{arguments:?} said {said}");
    }
    verdict::until_settled(&desk, folder.path(), "");
    program.interrupt();
}

#[test]
fn an_order_without_the_token_or_of_another_form_does_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let good = json!({ "id": "1", "by": "ann", "act": "halt" });
    let (status, said) = order(folder.path(), false, &good.to_string());
    assert_eq!(status, 401, "{said}");
    for (body, words) in [
        ("{", "EOF while parsing"),
        (r#"{"id":"1","by":"ann","act":"sell"}"#, "unknown variant `sell`"),
        (r#"{"id":"1","by":"ann","act":"halt","tickers":["ACME"]}"#, "unknown field `tickers`"),
        (&format!(r#"{{"id":"1","by":"{}","act":"halt"}}"#, "x".repeat(100_000)), "limit"),
    ] {
        let (status, said) = order(folder.path(), true, body);
        assert!(status == 400 && said.contains(words), "{status} {said}");
    }
    let shown = ask(folder.path(), "/status").expect("a status");
    assert!(!shown["tickers"][SYMBOL]["mode"].to_string().contains("halted"), "{shown}");
    let (status, said) = order(folder.path(), true, &good.to_string());
    let answers: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((status, &answers[0]["target"]), (200, &json!("ACME")), "{said}");
    verdict::until_sound(&desk, "");
    program.interrupt();
}

#[test]
fn a_position_that_a_person_opens_is_protected_and_opened_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    desk.say("SELL", 0.7);
    program.wait_for(&["nothing to sell"]);
    let buy = ["buy", "acme", "--shares", "10", "--stop", "95", "--no-target", "--by", "ann", "--id", "one"];
    let (followed, said) = run(folder.path(), &buy);
    assert!(followed && said.contains("ACME  opens trade 1"), "{said}");
    program.wait_for(&["buy by ann", "  holds long 10"]);
    let again = run(folder.path(), &buy);
    assert!(again.0, "twice is once: {}", again.1);
    let books = verdict::until_sound(&desk, "");
    assert_eq!(books.holdings.values().map(|held| held.position).sum::<f64>(), 10.0, "{:?}", books.holdings);
    for (arguments, words) in [
        (&["short", "acme"][..], "ACME  not followed: it has a trade open"),
        (&["buy", "acme", "--stop", "0"], "price"),
        (&["buy", "acme", "--shares", "1", "--money", "5"], "cannot be used with"),
        (&["buy", "amce"], "`amce` is no ticker"),
    ] {
        let (followed, said) = run(folder.path(), arguments);
        assert!(!followed && said.contains(words), "{arguments:?} said {said}");
    }
    let (followed, said) = run(folder.path(), &["close", "acme"]);
    assert!(followed, "{said}");
    program.wait_for(&["closed long 10 "]);
    verdict::until_sound(&desk, "");
    program.interrupt();
}

#[test]
fn a_position_that_was_opened_by_hand_is_taken_over_protected_and_kept_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    let (symbol, shares) = (SYMBOL.to_owned(), 30.into());
    desk.make(Fault::ManualNew { symbol, side: Side::Buy, shares });
    // TWS tells a client of its own orders; what others did is seen when all is compared.
    assert!(run(folder.path(), &["reconcile"]).0);
    program.wait_for(&["somebody else holds 30"]);
    let (followed, said) =
        run(folder.path(), &["adopt", "acme", "--stop", "95", "--target", "120", "--by", "ann"]);
    assert!(followed && said.contains("ACME  now reconciling"), "{said}");
    program.wait_for(&["30 of somebody else's taken over", "  holds long 30 from"]);
    program.interrupt();

    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    let shown = ask(folder.path(), "/status").expect("a status");
    let own = &shown["tickers"][SYMBOL];
    assert_eq!((&own["quantity"], &own["stop"]), (&json!("30"), &json!("95")), "{shown}");
    let (followed, said) = run(folder.path(), &["close", "acme"]);
    assert!(followed, "{said}");
    program.wait_for(&["closed long 30 "]);
    verdict::until_settled(&desk, folder.path(), "");
    assert!(desk.look().positions.iter().all(|(_, shares)| shares.is_zero()), "{:?}", desk.look().positions);
    program.interrupt();
}
