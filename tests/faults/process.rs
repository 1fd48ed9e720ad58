//! Rows P: what happens to the process. Killing it has tests of its own: `tests/restart.rs`.

use std::time::{Duration, Instant};

use paper::faults::Fault;
use paper::faults::fault::{Ending, Way};

use super::stage::Stage;
use crate::support::Program;

/// What the program promises; the only span in here that is part of a promise.
const END_WITHIN: Duration = Duration::from_secs(10);

/// SIGTERM: it ends well, in time, and what it held is protected.
fn ends_in_time(mut stage: Stage) {
    let began = Instant::now();
    stage.kill("-TERM");
    let (status, rest) = stage.program.ended();
    let took = began.elapsed();
    stage.told.push_str(&rest);
    assert!(status.success() && took < END_WITHIN, "{took:?}\n{}", stage.told);
    stage.fault(Fault::NetHeal);
    stage.sound();
    assert!(stage.position() > 0.0, "{}", stage.told);
}

#[test]
fn p2_a_terminated_program_ends_in_time_and_leaves_its_stops() {
    ends_in_time(Stage::holding());
}

#[test]
fn p2_also_when_the_gateway_is_mute() {
    let stage = Stage::holding();
    stage.fault(Fault::NetMute { seconds: None, client: Some(1) });
    ends_in_time(stage);
}

#[test]
fn p2_also_when_the_connection_is_half_open() {
    let stage = Stage::holding();
    stage.fault(Fault::NetBlackhole { way: Way::Both, seconds: None, client: Some(1) });
    ends_in_time(stage);
}

/// The entry has left and nobody has acknowledged it yet.
#[test]
fn p2_also_when_orders_are_on_their_way() {
    let mut stage = Stage::start();
    stage.fault(Fault::NetDelay { ms: 2_000, jitter_ms: 0, client: Some(1) });
    stage.signal("BUY");
    stage.says(&["place E1 "]);
    // Long enough for it to fill at the gateway, and too short to be told.
    std::thread::sleep(Duration::from_millis(500));
    ends_in_time(stage);
}

#[test]
fn p2_also_when_the_gateway_is_lost() {
    let mut stage = Stage::holding();
    stage.fault(Fault::NetNoHandshake { seconds: None });
    stage.close(Ending::Fin);
    stage.says(&["connection lost: not back within 8s"]);
    ends_in_time(stage);
}

#[test]
fn p3_a_program_that_stood_still_catches_up() {
    let mut stage = Stage::holding();
    stage.kill("-STOP");
    std::thread::sleep(Duration::from_secs(4));
    stage.gap(-5.0);
    stage.kill("-CONT");
    stage.says(&["filled S1 ", " closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.gap(5.3);
    stage.ends_well();
}

#[test]
fn p7_a_second_program_on_the_same_journal_is_turned_away() {
    let stage = Stage::holding();
    let (status, told) = Program::start_in(stage.folder.path(), &[]).wait();
    assert!(!status.success(), "{told}");
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn p9_a_config_that_was_cut_off_starts_nothing() {
    let stage = Stage::start();
    let path = stage.folder.path().join("config/trading_rules.toml");
    let text = std::fs::read_to_string(&path).expect("the rules");
    std::fs::write(&path, &text[..text.len() / 2]).expect("to write");
    let (status, told) = Program::start_in(stage.folder.path(), &["check"]).wait();
    assert!(!status.success(), "{told}");
    stage.ends();
}
