//! Rows T and M: clocks, calendars, and a market that jumps or halts.

use std::time::Duration;

use paper::faults::Fault;
use paper::faults::fault::Ending;

use super::stage::{Stage, at_once, halt};

/// By a clock that is behind, signals are of the future, and are not traded.
#[test]
fn t1_a_clock_that_jumps_takes_nothing_away() {
    at_once([-600, -3_600], |seconds| {
        let mut stage = Stage::holding();
        stage.fault(Fault::ClockJump { seconds });
        // Until it was told again.
        std::thread::sleep(Duration::from_secs(2));
        stage.signal("SELL");
        stage.says(&["signal SELL 0.90 declined: its time lies "]);
        assert_eq!(stage.sound(), 1);
        stage.ends();
    });
    let stage = Stage::holding();
    stage.fault(Fault::ClockJump { seconds: 3_600 });
    stage.ends_well();
}

#[test]
fn t3_t8_what_is_held_over_an_early_close_is_protected_on_the_next_day() {
    let mut stage = Stage::holding();
    stage.fault(Fault::SessionEarlyClose { seconds: 60 });
    stage.fault(Fault::SessionClose);
    stage.close(Ending::Fin);
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

/// Executions of the day before are asked for, too.
#[test]
fn t4_a_new_day_forgets_no_execution() {
    let mut stage = Stage::holding();
    stage.start_again(|stage| stage.fault(Fault::SessionClose));
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn m1_a_gap_through_the_stop_is_a_loss_and_nothing_else() {
    let mut stage = Stage::moving();
    let (symbol, shares) = stage.held();
    let percent = if shares.is_sign_positive() { -15.0 } else { 15.0 };
    stage.fault(Fault::Gap { symbol, percent });
    stage.says(&[" taken (", "filled "]);
    assert!(stage.sound() > 0, "{}", stage.told);
    stage.ends();
}

#[test]
fn m2_a_halt_of_trading_is_waited_out() {
    let stage = Stage::holding();
    stage.fault(halt(3_600));
    stage.ends_well();
}
