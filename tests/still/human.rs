//! Rows H: what people do beside the program.

use paper::exchange::order::Side;
use paper::faults::Fault;

use crate::stage::{CALM, Stage, set};
use crate::support::Program;

#[test]
fn h1_a_stop_that_somebody_cancels_is_placed_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualCancel { order_ref: ".S1".to_owned() });
    stage.says(&["S1"]);
    assert_eq!(stage.sound(), 1);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage.end();
}

#[test]
fn h2_a_position_that_somebody_closes_leaves_no_exit_behind() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualClose { symbol: CALM.to_owned() });
    stage.says(&["closed"]);
    stage.sound();
    assert!(stage.position().abs() < f64::EPSILON, "{}", stage.told);
    stage.end();
}

#[test]
fn h3_b31_what_somebody_else_buys_is_theirs() {
    let mut stage = Stage::holding();
    let own = stage.position();
    stage.fault(Fault::ManualNew { symbol: CALM.to_owned(), side: Side::Buy, shares: 50.into() });
    stage.signal("SELL");
    stage.says(&[" closed long "]);
    assert!((stage.position() - 50.0).abs() < f64::EPSILON, "{own} held, then {}", stage.position());
    stage.end();
}

#[test]
fn h5_after_a_global_cancel_what_is_held_is_protected_again() {
    let mut stage = Stage::holding();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = ibapi::Client::connect(&stage.gateway.tws().to_string(), 77).await.expect("a client");
        client.global_cancel().await.expect("sent");
        // Asked after it, so it has been heard.
        client.server_time().await.expect("an answer");
        client.disconnect().await;
    });
    stage.says(&["S1"]);
    assert_eq!(stage.sound(), 1);
    stage.end();
}

#[test]
fn h6_an_account_that_is_not_there_is_not_traded() {
    let (gateway, signals, folder) = set(&[CALM], |_| ());
    let path = folder.path().join("config/supervisor.toml");
    let text = std::fs::read_to_string(&path).expect("the config");
    let text = text.replace("[broker]\n", "[broker]\naccount = \"DU1234567\"\n");
    std::fs::write(&path, text).expect("to write");
    let program = Program::start_in(folder.path(), &[]);
    let mut stage = Stage { gateway, signals, program, folder, told: String::new() };
    stage.says(&["manages [\"DSIM0001\"], not `DU1234567`"]);
    stage.end();
}
