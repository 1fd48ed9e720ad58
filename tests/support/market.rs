//! A paper gateway of the test's own, and a config that points the program at it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use paper::{Gateway, MarketOptions, Options};

/// Starts a gateway with its prediction API, at the demo's speed. Beside the shipped symbols
/// it has ACME, a random walk.
pub(crate) fn start() -> Gateway {
    Gateway::start(options()).expect("a paper gateway")
}

/// What [`start`] starts.
pub(crate) fn options() -> Options {
    let api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let mut market = MarketOptions::demo();
    market.walks.insert("ACME".to_owned(), 50.into());
    Options { api, market, ..Options::default() }
}

/// Writes a config into `folder` that trades at `gateway` and asks its prediction API.
pub(crate) fn config(folder: &Path, gateway: &Gateway) {
    let to = folder.join("config");
    std::fs::create_dir_all(&to).expect("a folder");
    let supervisor = format!(
        "[broker]\ngateway = \"tws\"\nport = {}\n\n[signals]\nsource = \"http\"\nendpoint = \"http://{}/predictions\"\npoll_ms = 50\n",
        gateway.tws().port(),
        gateway.api().expect("its prediction API")
    );
    let control = "\n[risk]\nmax_daily_loss = 100_000\n\n[control]\nport = 0\n";
    write(&to, "supervisor.toml", &format!("{supervisor}{control}"));
    // The market runs 1,170 times faster: spans of market time are that much longer, too.
    let spans =
        "entry_expiry_s = 1_800\nmax_signal_age_s = 3_600\nreversal_expiry_s = 1_800\ncool_down_s = 600\n";
    let tickers = "\n[AAPL]\n[GOOG]\n[IBM]\n[MSFT]\n";
    let defaults = "[defaults]\nposition_size = 10_000\nstop_loss_pct = 0.02\ntake_profit_pct = 0.04\n";
    write(&to, "tickers.toml", &format!("{defaults}{spans}{tickers}"));
    write(&to, "trading_rules.toml", RULES);
}

const RULES: &str = r#"
[[rules]]
name = "Buy"
condition = { type = "signal", signal = "BUY", min_confidence = 0.60 }
action = { type = "create_position", side = "BUY" }

[[rules]]
name = "Short"
condition = { type = "signal", signal = "SHORT", min_confidence = 0.60 }
action = { type = "create_position", side = "SHORT" }

[[rules]]
name = "Scale In"
condition = { type = "position_profit", min_profit_pct = 0.005 }
action = { type = "scale_in", scale_pct = 0.50 }
"#;

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("to write a config file");
}
