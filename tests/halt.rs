//! HALT: nothing opens, over restarts, until it is released by name. KILL before a start.

mod crash;
mod stopping;
mod support;

use stopping::{Scene, kill_switch, supervisor};
use support::Program;

#[test]
fn nothing_opens_over_a_restart_exits_work_and_a_release_ends_it() {
    let mut scene = Scene::holding();
    let (code, said) = kill_switch(scene.folder(), &["halt", "--by", "ann", "--why", "news"]);
    assert!(code == 0 && said.contains("opens nothing any more"), "{said}");
    scene.program().wait_for(&["HALT is set (", "by ann: news"]);
    scene.until_said(&["status"], "HALT is set: nothing opens until `supervisor release HALT`");
    scene.until_said(&["risk"], "set by hand (");

    // What takes risk away passes.
    let (followed, said) = supervisor(scene.folder(), &["close", "ACME"]);
    assert!(followed, "{said}");
    scene.until(|books| books.positions.is_empty() && books.orders.is_empty());
    scene.desk.say("SHORT", 0.7);
    scene.program().wait_for(&["HALT is set (", "nothing opens until a release by name"]);
    let (status, rest) = scene.program().interrupt();
    assert!(status.success(), "{rest}");

    let mut program = Program::start_in(scene.folder(), &[]);
    program.wait_for(&["HALT is set (", "in step with the broker"]);
    scene.program = Some(program);
    scene.desk.say("SHORT", 0.71);
    scene.program().wait_for(&["signal SHORT 0.71 taken", "nothing opens until a release by name"]);
    let books = scene.books();
    assert!(books.positions.is_empty() && books.orders.is_empty(), "{books:?}");
    let (followed, said) = supervisor(scene.folder(), &["release", "HALT"]);
    assert!(followed && said.contains("HALT released"), "{said}");
    scene.desk.say("SHORT", 0.72);
    scene.program().wait_for(&["signal SHORT 0.72 taken", "  holds "]);
}

#[test]
fn what_rests_to_open_something_is_taken_back() {
    let mut scene = Scene::resting();
    let (code, said) = kill_switch(scene.folder(), &["halt"]);
    assert_eq!(code, 0, "{said}");
    scene.program().wait_for(&["HALT is set (", "resting entries are withdrawn: HALT is set ("]);
    scene.until(|books| books.orders.is_empty());
    let (code, said) = kill_switch(scene.folder(), &["release", "HALT", "--json"]);
    assert!(code == 0 && said.contains("\"by_supervisor\":true"), "{said}");
}

#[test]
fn a_file_that_somebody_made_or_removed_by_hand_counts() {
    let mut scene = Scene::open();
    let file = scene.folder().join("state/HALT");
    std::fs::create_dir(&file).expect("something of that name that cannot be read");
    scene.program().wait_for(&["HALT is set (set; its file cannot be read"]);
    std::fs::remove_dir(&file).expect("to remove it");
    scene.program().wait_for(&["HALT released by hand"]);
}

#[test]
fn a_start_with_kill_says_so_and_sends_nothing() {
    let mut scene = Scene::open();
    let (status, rest) = scene.program().interrupt();
    assert!(status.success(), "{rest}");
    let (code, said) = kill_switch(scene.folder(), &["kill", "--json"]);
    assert!(code == 0 && said.contains("\"outcome\":\"flat\""), "{code} {said}");
    let (_, said) = kill_switch(scene.folder(), &["status"]);
    assert!(said.contains("HALT  not set") && said.contains("KILL  20"), "{said}");

    let mut program = Program::start_in(scene.folder(), &[]);
    program.wait_for(&["NOTHING IS SENT until `supervisor release KILL`", "KILL is set (", "connected to "]);
    scene.program = Some(program);
    scene.desk.say("BUY", 0.7);
    scene.program().wait_for(&["signal BUY 0.7", " declined: "]);
    let books = scene.books();
    assert!(books.orders.is_empty() && books.executions.is_empty(), "{books:?}");
    let (code, said) = kill_switch(scene.folder(), &["release", "kill", "--by", "ann"]);
    assert!(code == 0 && said.contains("the supervisor's journal has who and when"), "{said}");
    scene.program().wait_for(&["KILL is released", "in step with the broker"]);
    scene.desk.say("BUY", 0.71);
    scene.program().wait_for(&["signal BUY 0.71 taken", "  holds "]);
}
