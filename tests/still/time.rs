//! Rows T: clocks and calendars.

use paper::faults::Fault;
use paper::faults::fault::Ending;

use crate::stage::Stage;

#[test]
fn t1_a_clock_that_jumps_takes_nothing_away() {
    let mut stage = Stage::holding();
    for seconds in [-3_600, 3_600] {
        stage.fault(Fault::ClockJump { seconds });
    }
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    assert_eq!(stage.sound(), 2);
    stage.end();
}

#[test]
fn t3_t8_what_is_held_over_an_early_close_is_protected_on_the_next_day() {
    let mut stage = Stage::holding();
    stage.fault(Fault::SessionEarlyClose { seconds: 60 });
    stage.fault(Fault::SessionClose);
    stage.fault(Fault::NetClose { how: Ending::Fin, client: Some(1) });
    stage.says(&["in step with the broker"]);
    assert_eq!(stage.sound(), 1);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage.end();
}

/// Executions of the day before are asked for, too.
#[test]
fn t4_a_new_day_forgets_no_execution() {
    let mut stage = Stage::holding();
    stage.start_again(|stage| stage.fault(Fault::SessionClose));
    assert_eq!(stage.sound(), 1);
    assert!(!stage.end().contains("frozen"));
}
