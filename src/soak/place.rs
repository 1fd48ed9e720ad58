//! Where a soak takes place: a gateway in a thread of this process, a folder with a config.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use paper::faults::Fault;
use paper::gateway::control::Books;
use paper::{Gateway, MarketOptions, Options};

/// Symbols with real prices; further tickers walk at random.
const REAL: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];

/// The gateway, and the folder in which the program runs.
pub(super) struct Place {
    gateway: Gateway,
    folder: PathBuf,
    runtime: tokio::runtime::Runtime,
}

/// The names of so many tickers.
fn tickers(count: usize) -> Vec<String> {
    let walks = (REAL.len()..count).map(|n| format!("W{n}"));
    REAL.iter().map(|name| (*name).to_owned()).take(count).chain(walks).collect()
}

impl Place {
    /// Starts a gateway and writes a config for so many tickers that trades at it.
    pub(super) fn make(folder: &Path, seed: u64, count: usize) -> anyhow::Result<Place> {
        let mut market = MarketOptions { seed, ..MarketOptions::demo() };
        let tickers = tickers(count);
        market.walks.extend(tickers.iter().skip(REAL.len()).map(|name| (name.clone(), 50.into())));
        let api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let gateway = Gateway::start(Options { api, market, ..Options::default() })
            .context("failed to start the paper gateway")?;
        let config = folder.join("config");
        std::fs::create_dir_all(&config).context("failed to make the config's folder")?;
        let api = gateway.api().context("the gateway has no prediction API")?;
        for (name, text) in files(gateway.tws().port(), api, &tickers) {
            std::fs::write(config.join(name), text).with_context(|| format!("failed to write {name}"))?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Place { gateway, folder: folder.to_owned(), runtime })
    }

    /// Where the program runs.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the gateway misbehave.
    pub(super) fn fault(&self, fault: Fault) -> anyhow::Result<()> {
        self.gateway.control().fault(fault).context("the gateway does not listen")
    }

    /// What the gateway has booked.
    pub(super) fn books(&self) -> anyhow::Result<Books> {
        let control = self.gateway.control();
        let books = async { tokio::time::timeout(Duration::from_secs(20), control.books()).await };
        self.runtime.block_on(books).context("the gateway does not answer")?.context("the gateway has ended")
    }

    /// Stops the market's time, or lets it go on.
    pub(super) fn pause(&self, is_paused: bool) -> anyhow::Result<()> {
        self.gateway.control().pause(is_paused).context("the gateway does not listen")
    }

    /// Ends the gateway.
    pub(super) fn end(self) {
        self.gateway.stop();
    }
}

fn files(tws: u16, api: SocketAddr, tickers: &[String]) -> [(&'static str, String); 3] {
    let supervisor = format!(
        "[broker]\ngateway = \"tws\"\nport = {tws}\n\n\
         [signals]\nsource = \"http\"\nendpoint = \"http://{api}/predictions\"\npoll_ms = 50\n\n\
         [risk]\nmax_daily_loss = 10_000_000\n\n[control]\nport = 0\n"
    );
    // The market runs a thousand times faster than the program, and so do spans of its time.
    let defaults = "[defaults]\nposition_size = 10_000\nstop_loss_pct = 0.02\ntake_profit_pct = 0.04\n\
                    entry_expiry_s = 1_800\nmax_signal_age_s = 3_600\nreversal_expiry_s = 1_800\ncool_down_s = 600\n";
    let tables: String = tickers.iter().map(|name| format!("\n[{name}]\n")).collect();
    let rules = "[[rules]]\nname = \"Buy\"\n\
                 condition = { type = \"signal\", signal = \"BUY\", min_confidence = 0.60 }\n\
                 action = { type = \"create_position\", side = \"BUY\" }\n\n\
                 [[rules]]\nname = \"Short\"\n\
                 condition = { type = \"signal\", signal = \"SHORT\", min_confidence = 0.60 }\n\
                 action = { type = \"create_position\", side = \"SHORT\" }\n\n\
                 [[rules]]\nname = \"Scale In\"\n\
                 condition = { type = \"position_profit\", min_profit_pct = 0.005 }\n\
                 action = { type = \"scale_in\", scale_pct = 0.50 }\n";
    [
        ("supervisor.toml", supervisor),
        ("tickers.toml", format!("{defaults}{tables}")),
        ("trading_rules.toml", rules.to_owned()),
    ]
}
