//! `supervisor doctor` against gateways that have each something wrong: it names it, and how to mend it.

mod support;

use std::path::Path;

use paper::exchange::options::Precautions;
use paper::{AccountOptions, Gateway, MarketOptions, Options};
use support::signals::Signals;
use support::{Program, run};

/// Runs it in `folder`: whether it found nothing wrong, and all that it said.
fn doctor(folder: &Path, arguments: &[&str]) -> (bool, String) {
    run(folder, &[&["doctor"], arguments].concat())
}

/// A gateway whose market has been open for a while.
fn gateway(account: AccountOptions) -> Gateway {
    let market = MarketOptions { speed: 60.0, ..MarketOptions::default() };
    let gateway = Gateway::start(Options { market, account, ..Options::default() }).expect("a paper gateway");
    gateway.control().step(35 * 60).expect("a gateway that listens");
    gateway
}

/// A folder whose config has this gateway, this API and this ticker.
fn folder(broker: &str, port: u16, api: &str, ticker: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config");
    std::fs::create_dir(&config).expect("a folder");
    let supervisor = format!(
        "[broker]\ngateway = \"tws\"\nport = {port}\n{broker}\n[gateway]\nspeed = 60\n[signals]\nsource = \"http\"\n\
         endpoint = \"{api}\"\ntimeout_ms = 2_000\n[control]\nport = 0\n"
    );
    std::fs::write(config.join("supervisor.toml"), supervisor).expect("to write");
    std::fs::write(
        config.join("tickers.toml"),
        format!("[defaults]\nposition_size = 1000\nstop_loss_pct = 0.03\ntake_profit_pct = 0.05\n{ticker}"),
    )
    .expect("to write");
    std::fs::write(config.join("trading_rules.toml"), RULE).expect("to write");
    folder
}

const APPLE: &str = "[AAPL]\n";
/// A stop that is measured by an ATR, so that bars are needed.
const RULE: &str = "[[rules]]\nname = \"Buy\"\n\
    condition = { type = \"signal\", signal = \"BUY\", min_confidence = 0.6 }\n\
    action = { type = \"create_position\", side = \"BUY\", atr_stop_multiplier = 2 }\n";

#[test]
fn what_is_well_is_told_and_a_test_order_comes_and_goes() {
    let account = AccountOptions {
        precautions: Precautions { size_max: Some(500.into()), ..Precautions::default() },
        ..AccountOptions::default()
    };
    let (gateway, api) = (gateway(account), Signals::start());
    let folder = folder("", gateway.tws().port(), &format!("http://{}/", api.address), APPLE);
    let (well, said) = doctor(folder.path(), &["--place-test-order"]);
    assert!(well, "{said}");
    for words in [
        "ok     client id           1 is free",
        "ok     account             DSIM0001, paper, as the config says",
        "ok     read-only API       off: orders are taken",
        "ok     precautions         383: An order is for more than 500 shares.",
        "open Mon 09:30 to Mon 16:00, live at ",
        " bars of 5 min",
        "ok     test order          placed far below the market, moved, cancelled",
        "ok     signals             the prediction API answers with 0 predictions",
        " 0 wrong, 0 to look at, 0 not looked at",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let (well, said) = doctor(folder.path(), &["--json"]);
    let found: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(
        well && found.as_array().expect("a list").iter().all(|finding| finding["state"] == "ok"),
        "{said}"
    );
}

#[test]
fn each_thing_that_is_wrong_is_named_and_how_to_mend_it() {
    let read_only = AccountOptions { is_read_only: true, ..AccountOptions::default() };
    let late = AccountOptions { has_live_data: false, ..AccountOptions::default() };
    let (well, read_only, late) = (gateway(AccountOptions::default()), gateway(read_only), gateway(late));
    let api = Signals::start();
    api.say("AAPL", "BUYY", 0.7, "2008-09-29T14:00:00Z");
    let api = format!("http://{}/", api.address);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it").port();
    let port = |gateway: &Gateway| gateway.tws().port();
    let row = |broker: &str, port: u16, api: &str, ticker: &str, arguments: &[&str]| {
        let folder = folder(broker, port, api, ticker);
        let (well, said) = doctor(folder.path(), arguments);
        assert!(!well, "{said}");
        said
    };
    for (said, words) in [
        (row("", nobody, &api, APPLE, &[]), ["WRONG  TWS", "?      account             not looked at"]),
        (
            row("account = \"DSIM0002\"", port(&well), &api, APPLE, &[]),
            ["WRONG  account", "of which 1 cannot be read"],
        ),
        (row("", port(&well), "http://127.0.0.1:1/", "[NOPE]\n", &[]), ["WRONG  signals", "WRONG  NOPE"]),
        (
            row("", port(&read_only), &api, APPLE, &["--place-test-order"]),
            ["clear Read-Only API", "WRONG  test order          the test order is refused: 321"],
        ),
        (row("", port(&late), &api, APPLE, &[]), ["WRONG  AAPL", "subscribe to the market's data"]),
    ] {
        for words in words {
            assert!(said.contains(words), "{words} is not in\n{said}");
        }
    }
}

#[test]
fn a_supervisor_that_runs_is_not_disturbed() {
    let (gateway, api) = (gateway(AccountOptions::default()), Signals::start());
    let folder = folder("", gateway.tws().port(), &format!("http://{}/", api.address), APPLE);
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let (well, said) = doctor(folder.path(), &[]);
    assert!(well && said.contains("look   client id           1 is in use"), "{said}");
    assert!(said.contains("ok     brakes              neither HALT nor KILL is set"), "{said}");
    assert!(said.contains("look   journal"), "{said}");
    let (status, rest) = program.interrupt();
    assert!(status.success() && !rest.contains("missing"), "{rest}");
}
