//! The embedded paper gateway, started in threads of its own and met over TCP only.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use paper::{AccountOptions, Gateway, MarketOptions, Options};
use ports::journal::Journal;

use crate::config::Embedded;

/// Where the demo's journal lies.
pub const FOLDER: &str = "state/demo";

/// Starts the gateway and its prediction API on ports that the system picks. Of `symbols`,
/// those without real prices walk at random.
///
/// # Errors
/// It could not be started.
pub fn start(embedded: &Embedded, symbols: &[&str]) -> anyhow::Result<Gateway> {
    let walks = symbols.iter().map(|symbol| ((*symbol).to_owned(), embedded.walk_price));
    let market = MarketOptions {
        start: embedded.start,
        speed: embedded.speed,
        seed: embedded.seed,
        // A symbol with real prices keeps them.
        walks: walks.collect(),
        ..MarketOptions::default()
    };
    let account = AccountOptions { cash: embedded.cash, ..AccountOptions::default() };
    let api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    Gateway::start(Options { api, market, account, ..Options::default() })
        .context("failed to start the embedded paper gateway")
}

/// The demo's journal folder: emptied, since the gateway's account is new as well.
///
/// # Errors
/// Another supervisor runs in this folder, or what lies there cannot be removed.
pub fn fresh_journal(keep: bool) -> anyhow::Result<PathBuf> {
    let folder = Path::new(FOLDER);
    if !keep {
        Journal::erase(folder)?;
    }
    Ok(folder.to_owned())
}
