//! The main job: start what the config says, trade until told to stop, end cleanly.

use std::path::Path;
use std::time::Duration;

use actors::signal::{Dating, Sources};
use actors::{LinkState, Running, Settings};
use anyhow::Context;
use paper::Gateway;
use ports::brakes::{Brake, Brakes, FOLDER};
use ports::signals::{Api, FileSource, HttpSource, Source as Asked};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::config::{self, Config, Source};
use crate::control::signals::{Doors, Senders};
use crate::control::{self, Control};
use crate::reload::watch::Watch;
use crate::reload::{Reloaded, Reloader, Reloads, STILL_TO_REMOVE, Wanted, Why};
use crate::report::clerk::Clerk;
use crate::service::{Service, reloading};
use crate::terminal::{self, say};
use crate::{demo, logs, private, summary};

/// How long connecting to TWS may take, login included.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(15);

/// What the command line says about a run.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// What it says about the config, for reading it again.
    pub config: config::Choices,
    /// Ends by itself after this long.
    pub duration: Option<Duration>,
    /// Keeps the demo's journal of the last run.
    pub keep: bool,
    /// Whether entries are taken at once, or wait until a person arms this start; none: they wait where real money is
    /// traded.
    pub armed: Option<bool>,
}

/// Runs until Ctrl-C, SIGTERM or the end of the duration.
///
/// # Errors
/// Something it needs could not be started.
pub fn run(config: Config, source: &Source, choices: Choices) -> anyhow::Result<()> {
    private::make_private();
    let faults = private::faults(source, &config.logs.folder, config.broker.agreement.live);
    anyhow::ensure!(faults.is_empty(), "{}", faults.join("\n"));
    private::close_state().context("failed to close `state` to others")?;
    let logs = logs::install(&config.logs, config.limits.zone).context("failed to open the log files")?;
    let symbols: Vec<&str> = config.tickers.iter().map(|own| own.contract.symbol.as_str()).collect();
    let gateway = config.embedded.as_ref().map(|embedded| demo::start(embedded, &symbols)).transpose()?;
    std::fs::create_dir_all(FOLDER).with_context(|| format!("failed to make the folder `{FOLDER}`"))?;
    tell_what_starts(&config, source, gateway.as_ref());
    let watch = Watch::over(source).context("failed to watch the config")?;
    let reports = config.reports.clone().map(|own| if gateway.is_some() { demo::reports() } else { own });
    let (port, zone, mut config) = (config.control.port, config.limits.zone, config);
    let api = gateway.as_ref().and_then(Gateway::api).map(|api| api.to_string());
    let (again, report) = (choices.config.clone(), config.report.clone());
    let mut reloader = Reloader::new(again, source.clone(), report, logs.clone(), api);
    let doors = config.signals.senders.names();
    let senders = std::mem::take(&mut config.signals.senders);
    let mut settings = settings(config, gateway.as_ref(), choices.keep)?;
    settings.signals.doors = doors;
    settings.armed = choices.armed.unwrap_or(settings.armed);
    let (reloads, wishes) = Reloads::new();
    let views = actix_rt::System::new().block_on(async {
        let mut running = actors::start(settings).context("failed to start")?;
        // Only now is it sure that no other one runs here, whose address it would take away from the kill switch.
        if let Some(gateway) = &gateway {
            demo::note(gateway).with_context(|| format!("failed to write `{}`", demo::ADDRESS))?;
        }
        let control = control((port, zone), senders, &running, reloads);
        let clerk = reports.map(|folder| Clerk::start(folder, running.board.clone())).transpose();
        let clerk = clerk.context("failed to start the thread that writes reports")?;
        let service = Service::start(running.board.clone());
        serve(&mut running, choices.duration, &mut reloader, (watch, wishes)).await?;
        service.stop();
        if let Some(control) = control {
            control.stop();
        }
        let board = running.board.clone();
        tell_end(&running);
        running.stop().await;
        clerk.into_iter().for_each(Clerk::stop);
        anyhow::Ok(board.tickers())
    })?;
    if let Some(gateway) = gateway {
        // One that is left over leads to nobody, and is said so where it is used.
        let _ = demo::forget();
        gateway.stop();
    }
    logs.flush();
    terminal::say(format_args!("\n{}", summary::table(&views)));
    Ok(())
}

/// What `supervisor status` and `why` ask, and `pause` and its like order.
fn control(
    (port, zone): (u16, chrono_tz::Tz),
    senders: Senders,
    running: &Running,
    reloads: Reloads,
) -> Option<Control> {
    let source = control::server::Source {
        board: running.board.clone(),
        clock: running.clock.clone(),
        operator: running.operator(),
        reloads,
        zone,
    };
    let doors = Doors::new(senders, running.inlet(), running.board.clone());
    control::start(port, source, doors)
}

fn tell_what_starts(config: &Config, source: &Source, gateway: Option<&Gateway>) {
    let tickers: Vec<&str> = config.tickers.iter().map(|own| own.key.as_str()).collect();
    say(format_args!("ringfence {}, config from {source}", env!("CARGO_PKG_VERSION")));
    match (&config.embedded, gateway) {
        (Some(market), Some(gateway)) => say(format_args!(
            "embedded paper gateway on {}: market of {} at {} times real time, seed {}",
            gateway.tws(),
            market.start,
            market.speed,
            market.seed
        )),
        _ => say(format_args!("gateway tws at {}", config.broker.address)),
    }
    let (zone, folder) = (config.limits.zone, config.logs.folder.display());
    say(format_args!("trading {}; times are {zone}; logs in {folder}/; Ctrl-C ends\n", tickers.join(", ")));
    tell_of_brakes();
}

/// What a person has set before this start holds on.
fn tell_of_brakes() {
    let brakes = Brakes::of(Path::new(FOLDER));
    for (brake, means) in [(Brake::Halt, "nothing opens"), (Brake::Kill, "NOTHING IS SENT")] {
        if let Some(words) = brakes.words(brake) {
            say(format_args!("{brake} is set ({words}): {means} until `supervisor release {brake}`"));
        }
    }
}

/// All that the actors need to know, of a checked config.
///
/// # Errors
/// The prediction API cannot be asked, or the demo's folder cannot be emptied.
pub fn settings(config: Config, gateway: Option<&Gateway>, keep: bool) -> anyhow::Result<Settings> {
    let address = gateway.map_or(config.broker.address, |gateway| gateway.tws().to_string());
    let live = config.broker.agreement.live;
    let api = gateway.and_then(Gateway::api).map(|api| api.to_string());
    let signals = sources(config.signals, api)?;
    Ok(Settings {
        tickers: config.tickers,
        defaults: config.defaults,
        limits: config.limits,
        broker: ports::broker::Settings {
            address,
            client_id: config.broker.client_id,
            account: config.broker.account,
            agreement: config.broker.agreement,
            order_id_floor: 0,
            patience: CONNECT_PATIENCE,
            brakes: Brakes::of(Path::new(FOLDER)),
        },
        market_speed: config.market_speed,
        base_currency: config.base_currency,
        journal: if gateway.is_some() { demo::fresh_journal(keep)? } else { config.journal },
        durability: config.durability,
        batch_max: config.batch_max,
        in_flight_max: config.in_flight_max,
        ticker_threads: config.ticker_threads,
        armed: !live,
        signals,
        mark: mark(),
    })
}

/// Who is asked for signals, and how; `embedded` is the address of the embedded gateway's own API.
///
/// # Errors
/// The prediction API cannot be asked.
pub(crate) fn sources(own: config::Signals, embedded: Option<String>) -> anyhow::Result<Sources> {
    // What comes from the real world, beside a market of another year, is dated by the wall.
    let foreign = if embedded.is_some() { Dating::Wall } else { Dating::Market };
    let demo_api = embedded.filter(|_| own.demo);
    let endpoint = own.endpoint.or_else(|| demo_api.as_ref().map(|api| format!("http://{api}/predictions")));
    let api = |endpoint| Api {
        endpoint,
        key: own.key,
        key_header: own.key_header,
        headers: own.headers,
        fields: own.fields.clone(),
        patience: own.patience,
    };
    let polled = match (endpoint, own.path) {
        (Some(endpoint), _) => Some(Asked::Http(Box::new(HttpSource::new(api(endpoint))?))),
        (None, Some(path)) => Some(Asked::File(FileSource::new(path, own.fields))),
        (None, None) => None,
    };
    Ok(Sources {
        polled,
        every: own.every,
        backoff_max: own.backoff_max,
        dating: if demo_api.is_some() { Dating::Market } else { foreign },
        doors: own.senders.names(),
        doors_dating: foreign,
        silent_after: own.silent_after,
    })
}

/// A number that is another one at each installation.
fn mark() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// Takes config changes until it is time to end.
async fn serve(
    running: &mut Running,
    duration: Option<Duration>,
    reloader: &mut Reloader,
    (mut watch, mut wishes): (Option<Watch>, UnboundedReceiver<Wanted>),
) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Each is listened for all the while: what arrives during a reload must not be lost.
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut hang_up = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    let over = async {
        match duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(over);
    let mut still: Option<Instant> = None;
    loop {
        let at_rest = async {
            match still {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let changed = async {
            match &mut watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        let told = tokio::select! {
            () = &mut over => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            () = changed => reloading(|| reloader.reload(running, Why::Changed)),
            () = at_rest => reloading(|| reloader.reload(running, Why::Still)),
            _ = hang_up.recv() => reloading(|| reloader.reload(running, Why::Asked { yes: false })),
            Some(wanted) = wishes.recv() => {
                let told = reloading(|| reloader.follow(running, &wanted.wish));
                wanted.answer(told.clone());
                told
            }
            key = running.leaver() => {
                running.part_from(&key);
                continue;
            }
        };
        // What is refused waits for another change, and what was only asked changes nothing.
        match told {
            Reloaded::Taken { waits, .. } => still = waits.then(|| Instant::now() + STILL_TO_REMOVE),
            Reloaded::Refused(_) => still = None,
            Reloaded::Would(_) => {}
        }
    }
}

fn tell_end(running: &Running) {
    let link = match running.board.link() {
        LinkState::Up { account } => format!("connected to account {account}"),
        LinkState::Reconciling => "reconciling".to_owned(),
        LinkState::Down { .. } => "not connected".to_owned(),
    };
    say(format_args!("\nstopping ({link}); orders at the broker stay as they are"));
}
