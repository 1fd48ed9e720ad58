//! The gateway: sockets, threads and the clock, and nothing else.
//!
//! One thread owns the desk and every TWS connection, another serves the prediction API. What is said is decided in
//! [`session`](crate::session); here it is only carried, and whoever does not read is disconnected.
//!
//! Read first: [`session`](crate::session); then [`hub`], [`connection`], [`link`]; [`running`] is the clock, [`control`] and
//! [`api`] make things go wrong, [`state`] is the account's file.

pub mod api;
mod command;
pub mod connection;
pub mod control;
pub mod hub;
pub mod link;
mod pace;
pub mod recorder;
pub mod running;
mod sabotage;
pub mod state;

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::exchange::options::{ACCOUNT_PREFIX, AccountOptions, Readings};
use crate::exchange::{Exchange, ExchangeOptions};
use crate::faults::Scenario;
use crate::gateway::control::Control;
use crate::gateway::recorder::Recorder;
pub use crate::gateway::running::Running;
use crate::gateway::state::{BadState, StateFile};
use crate::market::Market;
use crate::market::calendar::stamp;
use crate::market::clock::MarketClock;
use crate::market::options::MarketOptions;
use crate::predictions;
use crate::session::Desk;
use crate::session::config::Surroundings;
use crate::session::saved::Saved;

/// What a gateway is started with. The default listens on a port that the system picks, without prediction API,
/// and forgets its account when it stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Where TWS clients connect; port 0 lets the system pick.
    pub tws: SocketAddr,
    /// Where the prediction API answers, if it should.
    pub api: Option<SocketAddr>,
    /// The market behind it.
    pub market: MarketOptions,
    /// The account behind it.
    pub account: AccountOptions,
    /// How it reads what nobody could verify.
    pub readings: Readings,
    /// The file that the account lives in, if it should outlive the gateway. Once it is there, its cash and its place in
    /// the market count, not those of the options.
    pub state: Option<PathBuf>,
    /// Where the control API answers, if it should; loopback only.
    pub control: Option<SocketAddr>,
    /// What goes wrong, and when.
    pub scenario: Scenario,
    /// Messages that a client may send in a second of the process, if there is a limit; TWS's own is 50. More are answered
    /// by error 100 and not read, and who goes on is disconnected.
    pub rate_max: Option<u32>,
    /// The client that hears of every client's orders, if there is one.
    pub master_client: Option<i32>,
    /// Does the market's time stand still until it is told to go on?
    pub is_paused: bool,
    /// Is every frame of every conversation told in the log?
    pub is_traced: bool,
    /// The file that every frame is kept in; made anew.
    pub capture: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tws: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api: None,
            market: MarketOptions::default(),
            account: AccountOptions::default(),
            readings: Readings::default(),
            state: None,
            control: None,
            scenario: Scenario::default(),
            rate_max: None,
            master_client: None,
            is_paused: false,
            is_traced: false,
            capture: None,
        }
    }
}

/// A running gateway. Dropping it stops it, as [`Gateway::stop`] does.
#[derive(Debug)]
pub struct Gateway {
    tws: SocketAddr,
    api: Option<SocketAddr>,
    control_at: Option<SocketAddr>,
    control: Control,
    running: Running,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Gateway {
    /// Starts its threads; returns when it listens.
    ///
    /// # Errors
    /// A port that cannot be bound; an account that does not begin with `DSIM`, a speed that is not above zero, a start
    /// after the last trading date; a [file](Options::state) that is [refused](BadState);
    /// a capture that cannot be written.
    pub fn start(mut options: Options) -> std::io::Result<Gateway> {
        check(&options)?;
        let tws_listener = TcpListener::bind(options.tws)?;
        let api_listener = options.api.map(TcpListener::bind).transpose()?;
        let control_listener = options.control.map(TcpListener::bind).transpose()?;
        let tws = tws_listener.local_addr()?;
        let address =
            |listener: &Option<TcpListener>| listener.as_ref().map(TcpListener::local_addr).transpose();
        let (api, control_at) = (address(&api_listener)?, address(&control_listener)?);
        let (state, saved) = open_state(&mut options)?;
        let market = Arc::new(Market::new(options.market.clone()));
        if market.calendar().from(options.market.start).next().is_none() {
            return Err(invalid(format!("there is no trading date from `{}` on", options.market.start)));
        }
        let running = Running::new(Arc::clone(&market), clock(&market, saved.as_ref()), options.is_paused);
        let (mut desk, state) = desk(&running, &options, state, saved)?;
        desk.set_master(options.master_client);
        desk.set_surroundings(Surroundings {
            port: Some(tws.port()),
            is_local: tws.ip().is_loopback(),
            is_captured: options.capture.is_some(),
            is_paced: options.rate_max.is_some(),
        });
        let recorder = Recorder::new(options.is_traced, options.capture.as_deref())?;
        let (stop, stopped) = watch::channel(false);
        let (control, commands) = Control::new();
        let threads = Vec::new();
        let mut gateway = Gateway {
            tws,
            api,
            control_at,
            control: control.clone(),
            running: running.clone(),
            stop,
            threads,
        };
        let (running_hub, scenario) = (running.clone(), options.scenario);
        let rate_max = options.rate_max;
        let parts = hub::Parts { desk, state, running: running_hub, commands, scenario, recorder, rate_max };
        gateway.threads.push(hub::spawn(tws_listener, parts, stopped.clone())?);
        if let Some(listener) = control_listener {
            gateway.threads.push(api::spawn(listener, control, stopped.clone())?);
        }
        if let Some(listener) = api_listener {
            gateway.threads.push(predictions::api::spawn(listener, running, stopped)?);
        }
        Ok(gateway)
    }

    /// Where TWS clients connect.
    pub fn tws(&self) -> SocketAddr {
        self.tws
    }

    /// Where the prediction API answers.
    pub fn api(&self) -> Option<SocketAddr> {
        self.api
    }

    /// Where the control API answers.
    pub fn control_at(&self) -> Option<SocketAddr> {
        self.control_at
    }

    /// The handle by which it is made to fail, pause and go on.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The time in the market.
    pub fn market_now(&self) -> DateTime<Utc> {
        self.running.now()
    }

    /// Does it still serve? It ends by itself when it can no longer keep the account's file.
    pub fn is_running(&self) -> bool {
        self.threads.iter().all(|thread| !thread.is_finished())
    }

    /// Closes every connection, writes the account's file and waits for the threads to end.
    pub fn stop(self) {}
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // A thread that has already ended does not listen; that is no fault.
        let _ = self.stop.send(true);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn open_state(options: &mut Options) -> Result<(Option<StateFile>, Option<Saved>), BadState> {
    let Some(path) = options.state.clone() else { return Ok((None, None)) };
    let (file, saved) = StateFile::open(&path, options)?;
    if let Some(saved) = &saved {
        tracing::info!("the account of `{}` goes on at {}", path.display(), stamp(saved.now()));
    }
    Ok((Some(file), saved))
}

fn clock(market: &Market, saved: Option<&Saved>) -> MarketClock {
    let (start, speed) = (market.options().start, market.options().speed);
    match saved {
        Some(saved) => MarketClock::resumed(market.calendar(), start, speed, saved.now()),
        None => MarketClock::new(start, speed),
    }
}

/// The desk, and its file, which holds it from the first moment on.
fn desk(
    running: &Running,
    options: &Options,
    state: Option<StateFile>,
    saved: Option<Saved>,
) -> Result<(Desk, Option<StateFile>), BadState> {
    let market = Arc::clone(running.market());
    let exchange_options = ExchangeOptions {
        account: options.account.clone(),
        readings: options.readings,
        step_seconds: options.market.step_seconds(),
    };
    let Some(mut file) = state else {
        return Ok((Desk::new(Exchange::new(running.now(), market, exchange_options)), None));
    };
    let bad = |source| BadState::Words { path: file.path().to_owned(), source };
    let desk = match saved {
        Some(saved) => Desk::restore(market, exchange_options, saved).map_err(bad)?,
        None => Desk::new(Exchange::new(running.now(), market, exchange_options)),
    };
    file.keep(&desk)?;
    Ok((desk, Some(file)))
}

fn check(options: &Options) -> std::io::Result<()> {
    let id = &options.account.id;
    if !id.starts_with(ACCOUNT_PREFIX) {
        return Err(invalid(format!("the account `{id}` must begin with `{ACCOUNT_PREFIX}`")));
    }
    if !(options.market.speed.is_finite() && options.market.speed > 0.0) {
        return Err(invalid(format!("the speed `{}` must be above 0", options.market.speed)));
    }
    if options.control.is_some_and(|control| !control.ip().is_loopback()) {
        return Err(invalid("the control API listens on loopback only".to_owned()));
    }
    Ok(())
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidInput, what)
}
