//! A power cut with `durability = "process"`: the last records are lost, the orders that they tell of are at the broker.

mod crash;
mod support;

use std::path::Path;

use crash::desk::Desk;
use crash::verdict;
use support::Program;
use tempfile::TempDir;

/// A program that bought, whose journal ends before it did.
fn cut_off(policy: &str) -> (TempDir, Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let path = folder.path().join("config/tickers.toml");
    let text = std::fs::read_to_string(&path).expect("the tickers");
    let text = text.replacen("[defaults]\n", &format!("[defaults]\non_unknown = \"{policy}\"\n"), 1);
    std::fs::write(&path, text).expect("to write the tickers");
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    desk.say("BUY", 0.7);
    program.wait_for(&["  holds "]);
    verdict::until_settled(&desk, folder.path(), "");
    program.kill();
    forget(folder.path());
    (folder, desk)
}

/// Takes the records out from the signal on.
fn forget(folder: &Path) {
    let state = folder.join("state/journal");
    let journal = rusqlite::Connection::open(state.join("journal.db")).expect("the journal");
    let of_signal = "SELECT min(seq) FROM record WHERE body LIKE '%SignalTaken%'";
    let first: i64 = journal.query_row(of_signal, [], |row| row.get(0)).expect("a signal");
    journal.execute("DELETE FROM record WHERE seq >= ?1", [first]).expect("to forget");
    for entry in std::fs::read_dir(&state).expect("the folder").flatten() {
        if entry.path().extension().is_some_and(|kind| kind == "snapshot") {
            std::fs::remove_file(entry.path()).expect("to forget");
        }
    }
}

#[test]
fn what_was_bought_and_forgotten_is_adopted_where_that_is_wished() {
    let (folder, desk) = cut_off("adopt");
    let mut program = Program::start_in(folder.path(), &[]);
    let mut told = program.wait_for(&["adopted: ", "in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), &told);
    told.push_str(&desk_rises(&desk, &mut program));
    verdict::until_sound(&desk, &told);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    verdict::a_restart_at_rest_sends_nothing_and_trades_again(&desk, folder.path(), &mut told);
    verdict::ledgers_agree(&desk, folder.path(), &told);
}

/// The target that was adopted closes it.
fn desk_rises(desk: &Desk, program: &mut Program) -> String {
    let symbol = crash::desk::SYMBOL.to_owned();
    desk.make(paper::faults::Fault::Gap { symbol, percent: 8.0 });
    program.wait_for(&["closed long 100 "])
}

#[test]
fn what_was_bought_and_forgotten_freezes_its_ticker_otherwise() {
    let (folder, desk) = cut_off("freeze");
    let mut program = Program::start_in(folder.path(), &[]);
    let told = program.wait_for(&["now frozen ("]);
    assert!(!told.contains("adopted"), "{told}");
    let books = verdict::until_sound(&desk, &told);
    assert_eq!(books.orders.len(), 2, "its stop and its target stay: {:?}", books.orders);
    program.interrupt();
}
