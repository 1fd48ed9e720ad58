//! Killed at any moment and started again on the same journal: nothing is sent twice,
//! nothing is left behind, and what is held is protected. The gateway is asked by an
//! auditor with a client id of its own.

mod support;

use std::path::Path;
use std::time::Duration;

use support::{Program, audit, market};

const KILLS: u64 = 20;

/// Lives between this and that many milliseconds: connecting takes some hundred, so
/// that some die before they trade, some while orders are on their way.
const LIFE_MS: (u64, u64) = (200, 1_700);

#[test]
fn twenty_kills_leave_everything_protected_and_nothing_twice() {
    let gateway = market::start();
    let folder = tempfile::tempdir().expect("a folder");
    market::config(folder.path(), &gateway);
    let mut draw = 0x5eed_u64;
    let mut told = String::new();
    for _ in 0..KILLS {
        let program = Program::start_in(folder.path(), &[]);
        std::thread::sleep(Duration::from_millis(LIFE_MS.0 + next(&mut draw) % (LIFE_MS.1 - LIFE_MS.0)));
        told.push_str(&program.kill());
    }
    told.push_str(&last_life(folder.path()));
    assert!(!told.contains("frozen"), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    let executions = audit::until_sound(&gateway.tws().to_string(), &told);
    assert!(executions > 5, "only {executions} executions: the test killed nothing that mattered\n{told}");
}

/// It comes back, is left in peace for a while, and ends cleanly.
fn last_life(folder: &Path) -> String {
    let mut program = Program::start_in(folder, &[]);
    let mut told = program.wait_for(&["connected to "]);
    std::thread::sleep(Duration::from_secs(3));
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    told
}

/// A plain congruential generator: the same lives in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}
