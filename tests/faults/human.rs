//! Rows H: what people do beside the program.

use std::process::Command;

use paper::exchange::order::Side;
use paper::faults::Fault;
use paper::faults::fault::Ending;

use super::stage::{CALM, Stage};

#[test]
fn h1_a_stop_that_somebody_cancels_is_placed_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualCancel { order_ref: ".S1".to_owned() });
    stage.says(&["S1 cancelled by hand, placed anew"]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn h2_a_position_that_somebody_closes_leaves_no_exit_behind() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualClose { symbol: CALM.to_owned() });
    stage.says(&["closed"]);
    assert_eq!(stage.sound(), 2);
    stage.holds(0.0);
    stage.ends();
}

#[test]
fn h3_b31_what_somebody_else_buys_is_theirs() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualNew { symbol: CALM.to_owned(), side: Side::Buy, shares: 50.into() });
    stage.leave();
    stage.holds(50.0);
    stage.ends();
}

#[test]
fn h3_what_is_not_ours_is_counted_and_left_alone() {
    let mut stage = Stage::start();
    let (symbol, side) = ("IBM".to_owned(), Side::Buy);
    stage.fault(Fault::ManualOrder { symbol: symbol.clone(), side, shares: 5.into(), limit: 1.into() });
    stage.fault(Fault::ManualNew { symbol, side, shares: 3.into() });
    stage.close(Ending::Fin);
    stage.says(&["of others: 1 open orders, 1 positions"]);
    let status = Command::new(env!("CARGO_BIN_EXE_supervisor"))
        .args(["status", "--json"])
        .current_dir(stage.folder.path())
        .output()
        .expect("the status");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!(status["foreign_positions"], serde_json::json!(["3 IBM"]), "{status}");
    assert_eq!(status["foreign_orders"].as_array().map(Vec::len), Some(1), "{status}");
    stage.enter();
    stage.ends();
}

/// By hand, and as any client may do it.
#[test]
fn h5_after_a_global_cancel_what_is_held_is_protected_again() {
    let mut stage = Stage::holding();
    stage.fault(Fault::ManualCancel { order_ref: String::new() });
    stage.says(&["S1 cancelled by hand, placed anew", "place S2 "]);
    assert_eq!(stage.sound(), 1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = ibapi::Client::connect(&stage.gateway.tws().to_string(), 77).await.expect("a client");
        client.global_cancel().await.expect("sent");
        // Asked after it, so it has been heard.
        client.server_time().await.expect("an answer");
        client.disconnect().await;
    });
    stage.says(&["S2 cancelled by hand, placed anew", "place S3 "]);
    assert_eq!(stage.sound(), 1);
    stage.ends_well();
}

#[test]
fn h6_an_account_that_is_not_there_is_not_traded() {
    let mut stage = Stage::after(|_, folder| {
        let path = folder.join("config/supervisor.toml");
        let text = std::fs::read_to_string(&path).expect("the config");
        let text = text.replace("[broker]\n", "[broker]\naccount = \"DU1234567\"\n");
        std::fs::write(&path, text).expect("to write");
    });
    stage.says(&["manages [\"DSIM0001\"], not `DU1234567`"]);
    stage.ends();
}

#[test]
fn h6_an_account_with_real_money_is_not_traded() {
    let swap = Fault::AccountSwap { account: "U1234567".to_owned() };
    let mut stage = Stage::after(|gateway, _| gateway.control().fault(swap).expect("a gateway"));
    stage.says(&["account U1234567 holds real money"]);
    assert_eq!(stage.sound(), 0);
    let told = stage.ends();
    assert!(!told.contains("connected to "), "{told}");
}
