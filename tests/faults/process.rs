//! Rows P: what happens to the program itself.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::stage::Stage;
use crate::support::Program;

/// What the program may take to end, whatever the gateway does.
const END_MAX: Duration = Duration::from_secs(10);

fn signal(stage: &Stage, name: &str) {
    let sent = Command::new("kill").args([name, &stage.program.pid()]).status().expect("kill");
    assert!(sent.success());
}

/// Ends it with SIGTERM and answers with what it said; it has ten seconds.
fn terminate(stage: &mut Stage) -> String {
    let began = Instant::now();
    signal(stage, "-TERM");
    let (status, told) = stage.program.ended();
    assert!(status.success(), "{told}");
    assert!(began.elapsed() < END_MAX, "it took {:?} to end:\n{told}", began.elapsed());
    told
}

#[test]
fn p2_sigterm_while_orders_are_in_flight_leaves_protection_at_the_broker() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "net.delay", "ms": 100 }));
    stage.wait(&[" taken ("]);
    terminate(&mut stage);
    let address = stage.gateway.tws().to_string();
    stage.fault(json!({ "fault": "net.heal" }));
    crate::support::audit::until_sound(&address, &stage.told);
}

#[test]
fn p2_sigterm_at_a_mute_gateway_ends_in_time() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "net.mute" }));
    terminate(&mut stage);
    stage.fault(json!({ "fault": "net.heal" }));
    crate::support::audit::until_sound(&stage.gateway.tws().to_string(), &stage.told);
}

#[test]
fn p2_sigterm_at_a_half_open_socket_ends_in_time() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "net.blackhole" }));
    terminate(&mut stage);
    stage.fault(json!({ "fault": "net.heal" }));
    crate::support::audit::until_sound(&stage.gateway.tws().to_string(), &stage.told);
}

#[test]
fn p2_sigterm_before_there_is_a_gateway_ends_in_time() {
    let mut stage = Stage::open();
    stage.fault(json!({ "fault": "net.no_handshake" }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["connection lost: not back within 8s"]);
    terminate(&mut stage);
}

#[test]
fn p3_a_program_that_was_stopped_for_a_while_finds_its_way_back() {
    let mut stage = Stage::open();
    stage.held();
    signal(&stage, "-STOP");
    std::thread::sleep(Duration::from_secs(4));
    signal(&stage, "-CONT");
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn p7_a_second_program_on_the_same_journal_is_turned_away() {
    let mut stage = Stage::open();
    let (status, _) = Program::start_in(stage.folder.path(), &[]).wait();
    assert!(!status.success(), "two programs traded on one journal");
    stage.trades_on();
    stage.ends_well();
}
