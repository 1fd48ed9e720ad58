//! The kill switch against a gateway that outlives the supervisor: dead, stopped, running, and without its journal.

mod crash;
mod stopping;
mod support;

use std::path::Path;

use crash::desk::SYMBOL;
use paper::exchange::order::Side;
use paper::faults::Fault;
use stopping::{Scene, kill_switch, supervisor};
use support::Program;

fn by_hand(side: Side, shares: u32) -> Fault {
    Fault::ManualNew { symbol: SYMBOL.to_owned(), side, shares: shares.into() }
}

fn is_set(folder: &Path, name: &str) -> bool {
    folder.join("state").join(name).exists()
}

#[test]
fn with_the_supervisor_dead_only_ours_are_cancelled_and_closed() {
    let mut scene = Scene::holding();
    scene.rest_by_hand();
    scene.program.take().expect("it runs").kill();
    let before = scene.books();
    let (code, said) = kill_switch(scene.folder(), &["kill", "--dry-run"]);
    assert_eq!(code, 3, "{said}");
    for words in ["would be cancelled: SELL 100 ACME STP 9", "would be sent to close: sell 100 ACME"] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
    assert_eq!(scene.books(), before, "a dry run sends nothing");
    assert!(!is_set(scene.folder(), "KILL"), "and writes nothing");

    let (code, said) = kill_switch(scene.folder(), &["kill", "--by", "ann", "--why", "fire", "--json"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(scene.positions(), [], "{said}");
    assert_eq!(scene.orders(), [""], "the order by hand works on, and nothing else: {said}");
    assert!(said.contains("\"outcome\":\"flat\"") && said.contains("by ann: fire"), "{said}");
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert!(code == 0 && !said.contains("sent to close"), "twice is once: {said}");

    let mut program = Program::start_in(scene.folder(), &[]);
    let said = program.wait_for(&["KILL is set (", "NOTHING IS SENT", "connected to "]);
    assert!(said.contains("by ann: fire"), "{said}");
    scene.program = Some(program);
    scene.released_it_is_halted_and_consistent();
}

#[test]
fn with_the_supervisor_stopped_it_sends_nothing_when_it_goes_on() {
    (0..3).for_each(|_| stopping::stopped_it_is_killed());
}

#[test]
fn with_the_supervisor_running_it_sends_nothing_from_the_file_on() {
    let mut scene = Scene::holding();
    scene.rest_by_hand();
    let (code, said) = kill_switch(scene.folder(), &["kill", "--all"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("taken along, of others: BUY 50 ACME LMT 50"), "{said}");
    scene.program().wait_for(&["KILL is set ("]);
    let after = scene.books();
    assert!(after.orders.is_empty() && after.positions.is_empty(), "{after:?}");
    scene.until_said(&["status"], "KILL is set: nothing is sent until `supervisor release KILL`");
    scene.desk.say("SHORT", 0.7);
    scene.program().wait_for(&["signal SHORT 0.7", " declined: "]);
    scene.released_it_is_halted_and_consistent();
    assert_eq!(scene.books().executions.len(), after.executions.len(), "it has traded nothing since");
}

#[test]
fn without_a_journal_it_has_to_be_told_to_close_everything() {
    let mut scene = Scene::holding();
    scene.desk.make(by_hand(Side::Buy, 50));
    scene.program.take().expect("it runs").kill();
    std::fs::remove_dir_all(scene.folder().join("state/journal")).expect("to lose the journal");
    let before = scene.books();
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert!(code == 4 && said.contains("--positions all"), "{code} {said}");
    assert_eq!(scene.books(), before);
    let (code, said) = kill_switch(scene.folder(), &["kill", "--positions", "all"]);
    assert_eq!(code, 0, "{said}");
    let after = scene.books();
    assert!(after.orders.is_empty() && after.positions.is_empty(), "{after:?}");
}

#[test]
fn never_more_is_closed_than_is_ours_nor_than_there_is() {
    for (side, shares, left) in [(Side::Sell, 60, 0), (Side::Buy, 50, 50)] {
        let mut scene = Scene::holding();
        // A trade by hand against ours is not seen by anybody; one beside it is.
        let mut program = scene.program.take().expect("it runs");
        if side == Side::Buy {
            scene.desk.make(by_hand(side, shares));
            scene.until(|books| books.positions.iter().any(|(_, held)| *held == 150.into()));
            assert!(supervisor(scene.folder(), &["reconcile"]).0);
            program.wait_for(&["somebody else holds 50"]);
        }
        program.kill();
        if side == Side::Sell {
            scene.desk.make(by_hand(side, shares));
        }
        let (code, said) = kill_switch(scene.folder(), &["kill"]);
        assert_eq!(code, 0, "{said}");
        let closed = if left == 0 { "sent to close: sell 40 ACME" } else { "sent to close: sell 100 ACME" };
        assert!(said.contains(closed), "{said}");
        let expected: Vec<_> =
            Some((SYMBOL.to_owned(), left.into())).filter(|_| left > 0).into_iter().collect();
        assert_eq!(scene.positions(), expected, "{said}");
        let (code, said) = kill_switch(scene.folder(), &["kill"]);
        assert!(code == 0 && !said.contains("sent to close"), "what was closed is not closed again: {said}");
        // And to the supervisor it is ours that was closed, whoever holds the rest.
        scene.program = Some(Program::start_in(scene.folder(), &[]));
        scene.released_it_is_halted_and_consistent();
        assert_eq!(scene.positions(), expected);
    }
}

#[test]
fn a_fill_that_no_record_tells_of_is_ours_as_well() {
    let mut scene = Scene::resting();
    scene.program.take().expect("it runs").kill();
    scene.desk.make(Fault::Gap { symbol: SYMBOL.to_owned(), percent: -1.5 });
    scene.until(|books| !books.positions.is_empty());
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("sent to close: sell 100 ACME"), "{said}");
    assert_eq!((scene.positions(), scene.orders()), (vec![], vec![]), "{said}");
}

#[test]
fn with_the_market_closed_the_order_waits_and_that_is_no_success() {
    let mut scene = Scene::holding();
    scene.program.take().expect("it runs").kill();
    scene.desk.make(Fault::SessionClose);
    scene.desk.pause(true);
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("LEFT: 100 ACME: its closing order waits for the opening"), "{said}");
    assert_eq!(scene.orders(), ["KILL-SWITCH"], "{said}");
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert!(code == 3 && scene.orders() == ["KILL-SWITCH"], "there is one, and it is enough: {said}");
    scene.desk.make(Fault::ManualClose { symbol: SYMBOL.to_owned() });
    scene.until(|books| books.positions.is_empty());
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert_eq!((code, scene.orders()), (0, vec![]), "nothing is there for it to close any more: {said}");
}

#[test]
fn the_embedded_gateway_is_found_where_the_program_says_it_is() {
    let mut program = Program::start(&[]);
    program.wait_for(&["  holds "]);
    // Its day takes twenty seconds: the market may be closed for a moment.
    let killed = (0..5).any(|_| kill_switch(program.folder(), &["kill", "--yes"]).0 == 0);
    assert!(killed, "{}", kill_switch(program.folder(), &["kill", "--yes"]).1);
    assert!(is_set(program.folder(), "gateway"));
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    assert!(!is_set(program.folder(), "gateway"), "and that is taken back");
    let (code, said) = kill_switch(program.folder(), &["kill"]);
    assert!(code == 1 && said.contains("`state/gateway` does not say where one runs"), "{code} {said}");
}

#[test]
fn a_config_with_faults_does_not_stop_it() {
    let mut scene = Scene::holding();
    scene.program.take().expect("it runs").kill();
    std::fs::write(scene.folder().join("config/tickers.toml"), "[ACME]\nstop_los = 1\n").expect("to write");
    let (code, said) = kill_switch(scene.folder(), &["kill"]);
    assert!(code == 1 && said.contains("give --port"), "{code} {said}");
    assert!(is_set(scene.folder(), "KILL"), "that needs no config");
    let address = scene.desk.address();
    let port = address.rsplit(':').next().expect("a port");
    let (code, said) = kill_switch(scene.folder(), &["kill", "--port", port]);
    assert_eq!(code, 0, "{said}");
    assert_eq!((scene.positions(), scene.orders()), (vec![], vec![]), "{said}");
}

#[test]
fn another_account_and_another_folder_are_refused() {
    let mut scene = Scene::holding();
    scene.program.take().expect("it runs").kill();
    let before = scene.books();
    let (code, said) = kill_switch(scene.folder(), &["kill", "--account", "DU7654321"]);
    assert!(code == 1 && said.contains("not `DU7654321`"), "{code} {said}");
    assert_eq!(scene.books(), before);
    let elsewhere = tempfile::tempdir().expect("a folder");
    for arguments in [&["kill"][..], &["halt"], &["release", "KILL"], &["status"]] {
        let (code, said) = kill_switch(elsewhere.path(), arguments);
        assert!(code == 1 && said.contains("no folder `state` here"), "{arguments:?} {code} {said}");
    }
}
