//! The embedded paper gateway, started in threads of its own and met over TCP only.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use paper::{AccountOptions, Gateway, MarketOptions, Options};
use ports::journal::Journal;

use crate::config::Embedded;

/// Where a running program says at which address its embedded gateway is: no config knows it.
pub const ADDRESS: &str = "state/gateway";

/// Where the demo's journal lies.
pub const FOLDER: &str = "state/demo";

/// Where the demo's reports go: they are of its journal, and go with it.
#[must_use]
pub fn reports() -> PathBuf {
    Path::new(FOLDER).join("reports")
}

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

/// Says where the gateway is, for the kill switch.
///
/// # Errors
/// The file cannot be written.
pub fn note(gateway: &Gateway) -> std::io::Result<()> {
    // A file of its own and a rename: nobody reads half an address.
    let fresh = Path::new(ADDRESS).with_extension("new");
    std::fs::write(&fresh, gateway.tws().to_string())?;
    std::fs::rename(fresh, ADDRESS)
}

/// Takes that back.
///
/// # Errors
/// The file cannot be removed.
pub fn forget() -> std::io::Result<()> {
    std::fs::remove_file(ADDRESS)
}

/// Where the embedded gateway of the program is that runs in this folder; none where none says so.
#[must_use]
pub fn address() -> Option<String> {
    let text = std::fs::read_to_string(ADDRESS).ok()?;
    text.trim().parse::<SocketAddr>().ok().map(|address| address.to_string())
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
