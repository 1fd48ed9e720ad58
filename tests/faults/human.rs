//! Rows H and D7: what people do in TWS and to the program's files.

use serde_json::json;

use super::stage::{Stage, play};
use crate::support::Program;

#[test]
fn h1_a_stop_that_somebody_cancels_is_placed_again() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "manual.cancel", "order_ref": ".S" }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn h2_a_position_that_somebody_closes_takes_its_orders_with_it() {
    let mut stage = Stage::open();
    let (symbol, _) = stage.held();
    stage.fault(json!({ "fault": "manual.close", "symbol": symbol }));
    stage.trades_on();
    stage.ends();
}

#[test]
fn h3_shares_that_somebody_buys_are_not_ours() {
    let mut stage = Stage::open();
    let (symbol, shares) = stage.held();
    let side = if shares.is_sign_positive() { "Buy" } else { "Sell" };
    stage.fault(json!({ "fault": "manual.new", "symbol": symbol, "side": side, "shares": "5" }));
    stage.trades_on();
    stage.ends();
}

#[test]
fn h3_what_is_not_ours_is_counted_and_left_alone() {
    let mut stage = Stage::open();
    stage.fault(json!({
        "fault": "manual.order", "symbol": "ACME", "side": "Buy", "shares": "5", "limit": "1"
    }));
    stage.fault(json!({ "fault": "manual.new", "symbol": "ACME", "side": "Buy", "shares": "3" }));
    stage.fault(json!({ "fault": "net.close" }));
    stage.wait(&["of others: 1 open orders, 1 positions"]);
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_supervisor"))
        .args(["status", "--json"])
        .current_dir(stage.folder.path())
        .output()
        .expect("the status");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!(status["foreign_positions"], json!(["3 ACME"]), "{status}");
    assert_eq!(status["foreign_orders"].as_array().map(Vec::len), Some(1), "{status}");
    stage.trades_on();
    stage.ends();
}

#[test]
fn h5_a_global_cancel_leaves_no_share_unprotected() {
    let mut stage = Stage::open();
    stage.held();
    stage.fault(json!({ "fault": "manual.cancel", "order_ref": "" }));
    stage.trades_on();
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn h6_an_account_with_real_money_is_not_traded() {
    let gateway = crate::support::market::start();
    let folder = tempfile::tempdir().expect("a folder");
    crate::support::market::config(folder.path(), &gateway);
    let swap =
        serde_json::from_value(json!({ "fault": "acct.swap", "account": "U1234567" })).expect("a fault");
    gateway.control().fault(swap).expect("a gateway that listens");
    let mut program = Program::start_in(folder.path(), &[]);
    let told = program.wait_for(&["account U1234567 holds real money"]);
    assert!(!told.contains("connected to "), "{told}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shown = runtime.block_on(gateway.control().show()).expect("a gateway that listens");
    assert_eq!(shown.executions, 0);
}

#[test]
fn m2_a_halt_of_trading_is_waited_out() {
    let mut stage = Stage::open();
    let (symbol, _) = stage.held();
    stage.fault(json!({ "fault": "halt", "symbol": symbol, "seconds": 3_600 }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn m1_a_gap_through_the_stop_is_a_loss_and_nothing_else() {
    let mut stage = Stage::open();
    let (symbol, shares) = stage.held();
    let percent = if shares.is_sign_positive() { -15.0 } else { 15.0 };
    stage.fault(json!({ "fault": "gap", "symbol": symbol, "percent": percent }));
    stage.trades_on();
    stage.ends_well();
}

#[test]
fn s_late_executions_are_booked_when_they_come() {
    play(json!({ "fault": "exec.late", "seconds": 1_800 }), &["filled "]);
}
