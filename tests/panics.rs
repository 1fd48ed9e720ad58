//! A mistake in the code: on the road of an order it ends the process with a status of its own, and the next start finds
//! everything; in the signal source it costs one look at the prediction API.

mod crash;
mod support;

use crash::cell::comes_back;
use crash::desk::Desk;
use crash::verdict;
use support::Program;

/// What the process ends with when its road broke, as sysexits.h has it for an internal error.
const BROKEN: i32 = 70;

/// Each actor of the road, and a task of the link.
const ROAD: [&str; 6] = [
    "after-snapshot",
    "before-commit:place E1",
    "judged:place E1",
    "before-send:E1",
    "news:Status",
    "news:Execution",
];

#[test]
fn a_panic_on_the_road_of_an_order_ends_the_process_and_loses_nothing() {
    for at in ROAD {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(folder.path());
        let mut program = Program::start_in(folder.path(), &["--panic-at", at]);
        let mut told = String::new();
        program.follow_to("in step with the broker", &mut told);
        desk.say("BUY", 0.7);
        let (status, rest) = program.wait();
        told.push_str(&rest);
        assert_eq!(status.code(), Some(BROKEN), "{at}: {status}\n{told}");
        assert_eq!(told.matches("panicked; the process ends").count(), 1, "{at}\n{told}");
        told.clear();
        comes_back(&desk, folder.path(), &mut told);
        verdict::ledgers_agree(&desk, folder.path(), &told);
    }
}

#[test]
fn a_panic_over_a_signal_costs_no_other_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let mut program = Program::start_in(folder.path(), &["--panic-at", "signal"]);
    program.wait_for(&["in step with the broker"]);
    desk.say("BUY", 0.7);
    program.wait_for(&["panicked over an answer; it is asked again"]);
    desk.say("SHORT", 0.8);
    program.wait_for(&[" taken (", "  holds "]);
    verdict::until_sound(&desk, "");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
}
