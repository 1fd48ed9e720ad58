//! The command line: each option in words, checked before anything starts.
//!
//! Read next: [`paper::Options`].

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use clap::{Parser, Subcommand};
use paper::exchange::options::{Borrow, Precautions};
use paper::faults::Scenario;
use paper::market::{actions, own::Prices};
use paper::{AccountOptions, MarketOptions, Options, Readings};
use rust_decimal::Decimal;

/// A paper TWS / IB Gateway: speaks TWS's own protocol (server versions 213 to 226, and 178 for older clients), fills orders against real prices of
/// 2000 to 2013 or your own, and keeps an account that is nobody's money.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Port for TWS clients; 0 lets the system pick one
    #[arg(long, default_value_t = 4002)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port for the demo prediction API (GET /predictions, GET /health); without it there is none
    #[arg(long)]
    api_port: Option<u16>,
    /// First trading date, between 2000-03-01 and 2013-03-01; a day without trading means the next one with it
    #[arg(long, default_value = "2008-09-29")]
    start: NaiveDate,
    /// Market seconds to a real second; at 1170 a trading day takes 20 seconds
    #[arg(long, default_value_t = 1.0)]
    pub(crate) speed: f64,
    /// Decides the path of every price inside its day
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Cash at the start, in US dollars
    #[arg(long, default_value = "1000000")]
    cash: Decimal,
    /// Account id; must begin with DSIM
    #[arg(long, default_value = "DSIM0001")]
    pub(crate) account: String,
    /// How it reads what nobody could verify, e.g. children_on_partial=held (may be repeated; docs/paper-gateway.md has all)
    #[arg(long, value_name = "NAME=WORD")]
    reading: Vec<String>,
    /// The account has no live market data: clients that ask for delayed prices (type 3 or 4) get those of 15 minutes ago,
    /// all others are told 354
    #[arg(long)]
    delayed_data: bool,
    /// Refuse every order (321), as TWS does while its Read-Only API is on
    #[arg(long)]
    read_only: bool,
    /// A stock that is hard to borrow: shares at hand, and market seconds until more are located; without seconds never
    /// (may be repeated)
    #[arg(long, value_name = "SYMBOL=SHARES[:SECONDS]", value_parser = borrow)]
    borrow: Vec<(String, Borrow)>,
    /// Refuse limit prices further from the market than this many percent (109)
    #[arg(long, value_name = "PERCENT")]
    price_precaution: Option<Decimal>,
    /// Refuse orders of more shares (383)
    #[arg(long, value_name = "SHARES")]
    size_precaution: Option<Decimal>,
    /// Refuse orders worth more (451)
    #[arg(long, value_name = "MONEY")]
    value_precaution: Option<Decimal>,
    /// File that the account lives in: orders, executions, positions, cash, ids and the market's time outlive the gateway.
    /// It is made if it is missing; once it is there, --start and --cash change nothing, and one of another account, seed
    /// or walk is refused
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A symbol without data that walks at random from a price, e.g. TSLA=20 (may be repeated)
    #[arg(long, value_name = "SYMBOL=PRICE", value_parser = walk)]
    walk: Vec<(String, Decimal)>,
    /// As --walk, but quoted in pence on the London exchange (price magnifier 100), e.g. VOD=150
    #[arg(long, value_name = "SYMBOL=PENCE", value_parser = walk)]
    pence: Vec<(String, Decimal)>,
    /// Prices of your own: a CSV file of daily bars, intraday bars or scripted quotes; its header says which (may be repeated)
    #[arg(long, value_name = "SYMBOL=FILE", value_parser = named_file)]
    prices: Vec<(String, PathBuf)>,
    /// Splits, one `date,symbol,ratio` a line: they change the position and cancel what rests
    #[arg(long, value_name = "FILE")]
    actions: Option<PathBuf>,
    /// A day that closes early, e.g. 2008-11-28=13:00 (may be repeated)
    #[arg(long, value_name = "DATE=TIME", value_parser = early_close)]
    early_close: Vec<(NaiveDate, NaiveTime)>,
    /// Trade outside regular hours too, 04:00 to 20:00: orders that allow it fill there, and a market day begins at 03:55
    #[arg(long)]
    extended_hours: bool,
    /// What goes wrong and when: a scenario in TOML, or in JSON by its ending
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Port of the control API (faults, scenarios, pause, step, speed, state); always on 127.0.0.1, 0 lets the system pick
    #[arg(long, value_name = "PORT")]
    control_port: Option<u16>,
    /// Let the market's time stand still until the control API says otherwise
    #[arg(long)]
    paused: bool,
    /// Messages that a client may send in a second, of real time; more are answered by error 100 and not read, and who goes
    /// on is disconnected. TWS's own limit is 50; without this option there is none
    #[arg(long, value_name = "MESSAGES")]
    rate_max: Option<u32>,
    /// A client that hears of every client's orders and executions, as TWS's master client does
    #[arg(long, value_name = "ID")]
    master_client: Option<i32>,
    /// Tell every frame of every conversation on stderr: time, connection, direction, message, fields
    #[arg(long)]
    trace: bool,
    /// Keep every frame in a file, which `paper-gateway decode FILE` tells in words; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell the frames of a capture in words, one a line
    Decode {
        /// What --capture wrote
        file: PathBuf,
    },
}

impl Arguments {
    /// What the gateway is started with.
    pub(crate) fn options(&self) -> std::io::Result<Options> {
        let mut readings = Readings::default();
        for reading in &self.reading {
            readings.set(reading).map_err(|bad| invalid(&bad))?;
        }
        let scenario = self.scenario.as_deref().map(Scenario::read).transpose();
        Ok(Options {
            scenario: scenario.map_err(|bad| invalid(&bad))?.unwrap_or_default(),
            control: self.control_port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            is_paused: self.paused,
            rate_max: self.rate_max,
            master_client: self.master_client,
            is_traced: self.trace,
            capture: self.capture.clone(),
            tws: SocketAddr::from((self.host, self.port)),
            api: self.api_port.map(|port| SocketAddr::from((self.host, port))),
            market: self.market()?,
            account: self.account(),
            readings,
            state: self.state.clone(),
        })
    }

    fn market(&self) -> std::io::Result<MarketOptions> {
        let mut prices = Vec::new();
        for (symbol, path) in &self.prices {
            prices.extend(Prices::read(path, symbol).map_err(|bad| invalid(&bad))?);
        }
        let actions = self.actions.as_deref().map(actions::read).transpose().map_err(|bad| invalid(&bad))?;
        Ok(MarketOptions {
            start: self.start,
            speed: self.speed,
            seed: self.seed,
            walks: self.walk.iter().chain(&self.pence).cloned().collect(),
            pence: self.pence.iter().map(|(symbol, _)| symbol.clone()).collect(),
            actions: actions.unwrap_or_default(),
            early_closes: self.early_close.iter().copied().collect(),
            prices,
            is_extended: self.extended_hours,
        })
    }

    fn account(&self) -> AccountOptions {
        AccountOptions {
            id: self.account.clone(),
            cash: self.cash,
            precautions: Precautions {
                price_percent: self.price_precaution,
                size_max: self.size_precaution,
                value_max: self.value_precaution,
            },
            has_live_data: !self.delayed_data,
            is_read_only: self.read_only,
            borrow: self.borrow.iter().cloned().collect::<BTreeMap<_, _>>(),
            ..AccountOptions::default()
        }
    }
}

/// An error with everything that led to it, for one line on the terminal.
pub(crate) fn invalid(bad: &dyn std::error::Error) -> std::io::Error {
    let why = bad.source().map(|source| format!(": {source}"));
    std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("{bad}{}", why.unwrap_or_default()))
}

fn symbol(text: &str) -> Result<String, String> {
    let is_symbol =
        !text.is_empty() && text.len() <= 8 && text.chars().all(|letter| letter.is_ascii_alphanumeric());
    is_symbol.then(|| text.to_ascii_uppercase()).ok_or("a symbol has up to 8 letters or digits".to_owned())
}

fn walk(text: &str) -> Result<(String, Decimal), String> {
    let (name, price) = text.split_once('=').ok_or("expected SYMBOL=PRICE, e.g. TSLA=20")?;
    let price: Decimal = price.parse().map_err(|_| format!("`{price}` is not a price"))?;
    if price <= Decimal::ZERO || price >= Decimal::from(100_000) {
        return Err("a price lies between 0 and 100000".to_owned());
    }
    Ok((symbol(name)?, price))
}

fn borrow(text: &str) -> Result<(String, Borrow), String> {
    let form = "expected SYMBOL=SHARES or SYMBOL=SHARES:SECONDS, e.g. GOOG=0:30";
    let (name, rest) = text.split_once('=').ok_or(form)?;
    let (shares, seconds) = match rest.split_once(':') {
        Some((shares, seconds)) => (shares, Some(seconds.parse().map_err(|_| form)?)),
        None => (rest, None),
    };
    let shares = shares.parse().map_err(|_| form)?;
    Ok((symbol(name)?, Borrow { shares, located_after: seconds }))
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("expected SYMBOL=FILE, e.g. ACME=acme.csv")?;
    Ok((symbol(name)?, PathBuf::from(path)))
}

fn early_close(text: &str) -> Result<(NaiveDate, NaiveTime), String> {
    let form = "expected DATE=TIME, e.g. 2008-11-28=13:00";
    let (date, time) = text.split_once('=').ok_or(form)?;
    let time = NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| form)?;
    Ok((date.parse().map_err(|_| form)?, time))
}
