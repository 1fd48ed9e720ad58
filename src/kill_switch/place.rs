//! Where the broker and the journal are: as the supervisor's config says, but for what the command line says.
//!
//! A config with faults is no reason to do nothing: with an address on the command line its other parts are those that
//! are built in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::recovery::Terms;
use anyhow::Context;
use chrono_tz::Tz;
use engine::{ContractSpec, Installation, Limits, TickerKey};
use ports::brakes::{Brakes, FOLDER};
use ports::broker::{Agreement, ConnectError, Settings, emergency::Emergency};

use super::{Where, tell};
use crate::config::{self, Broker, Choices, Config, Environment};
use crate::run::CONNECT_PATIENCE;
use crate::{demo, journal};

/// The gateway may take a moment to notice that a supervisor has died.
const FREE_TRIES: u32 = 4;
const FREE_EVERY: Duration = Duration::from_millis(500);
/// Client ids to come under while the supervisor has its own.
const OTHER_IDS: std::ops::RangeInclusive<i32> = 9_911..=9_915;

/// Where everything is.
pub(super) struct Place {
    settings: Settings,
    pub(super) journal: PathBuf,
    /// Tickers of the config, with what they trade.
    pub(super) specs: BTreeMap<TickerKey, ContractSpec>,
    config: Option<Config>,
}

impl Place {
    /// Finds it.
    ///
    /// # Errors
    /// The config has faults, or does not say where the broker is, and the command line does not either.
    pub(super) fn find(given: &Where) -> anyhow::Result<Place> {
        let choices = Choices { folder: given.config.clone(), test_mode: given.test_mode };
        let config = match config::load(&choices, &Environment::of_process()) {
            Ok(config) => Some(config),
            Err(faults) => {
                tell(format_args!("the config has faults:\n{faults}"));
                let known = given.host.is_some() || given.port.is_some();
                anyhow::ensure!(
                    known,
                    "a config with faults does not say where the broker is: give --port, and --account"
                );
                None
            }
        };
        let broker = match &config {
            Some(config) => config.broker.clone(),
            None => built_in(),
        };
        let address = address(given, config.as_ref(), &broker)?;
        let settings = Settings {
            agreement: agreement(given, &broker, &address),
            address,
            client_id: given.client_id.unwrap_or(broker.client_id),
            account: given.account.clone().or(broker.account),
            order_id_floor: 0,
            patience: CONNECT_PATIENCE,
            brakes: Brakes::of(Path::new(FOLDER)),
        };
        let folder = config.as_ref().map_or_else(|| "state/journal".into(), journal::folder_of);
        let tickers = config.iter().flat_map(|config| &config.tickers);
        Ok(Place {
            settings,
            journal: given.journal.clone().unwrap_or(folder),
            specs: tickers.map(|own| (own.key.clone(), own.contract.clone())).collect(),
            config,
        })
    }

    /// The supervisor's client id.
    pub(super) fn client_id(&self) -> i32 {
        self.settings.client_id
    }

    /// What the state in the journal depends on; without a config only the account's book can be made of it.
    pub(super) fn terms(&self, installation: Installation) -> Terms {
        match &self.config {
            Some(config) => {
                Terms { installation, tickers: config.tickers.clone(), limits: config.limits.clone() }
            }
            None => Terms { installation, tickers: Vec::new(), limits: Limits::off(Tz::UTC) },
        }
    }

    /// Connects under the supervisor's client id if it is free, else under another.
    ///
    /// # Errors
    /// The broker is not there, or it is another account.
    pub(super) async fn connect(&self) -> anyhow::Result<Emergency> {
        let address = &self.settings.address;
        tell(format_args!("connecting to {address} as client {}", self.settings.client_id));
        for tried in 1..=FREE_TRIES {
            match Emergency::connect(&self.settings).await {
                Err(ConnectError::ClientId { .. }) if tried < FREE_TRIES => {
                    tokio::time::sleep(FREE_EVERY).await;
                }
                Err(ConnectError::ClientId { .. }) => {}
                connected => return Ok(connected?),
            }
        }
        tell(format_args!("client id {} is in use: a supervisor runs or hangs", self.settings.client_id));
        for client_id in OTHER_IDS.filter(|id| *id != self.settings.client_id) {
            match Emergency::connect(&Settings { client_id, ..self.settings.clone() }).await {
                Err(ConnectError::ClientId { .. }) => {}
                connected => return Ok(connected?),
            }
        }
        anyhow::bail!("the client ids {OTHER_IDS:?} are all in use at {address}")
    }
}

fn address(given: &Where, config: Option<&Config>, broker: &Broker) -> anyhow::Result<String> {
    let (host, port) = broker.address.rsplit_once(':').unwrap_or((&broker.address, ""));
    let on_command_line = given.host.is_some() || given.port.is_some();
    if !on_command_line && config.is_some_and(|config| config.embedded.is_some()) {
        return demo::address().with_context(|| {
            format!("the config says embedded gateway, and `{}` does not say where one runs", demo::ADDRESS)
        });
    }
    let host = given.host.as_deref().unwrap_or(host);
    let port = given.port.map_or_else(|| port.to_owned(), |port| port.to_string());
    Ok(format!("{host}:{port}"))
}

/// Whose money it is. Nothing is opened here, so only the account has to be right, and one that a person names is meant;
/// behind which port it is does not matter.
fn agreement(given: &Where, broker: &Broker, address: &str) -> Agreement {
    let agreement = match &given.account {
        Some(named) => {
            let live = !named.starts_with('D');
            Agreement {
                live,
                live_accounts: live.then(|| named.clone()).into_iter().collect(),
                ..Agreement::default()
            }
        }
        None => broker.agreement.clone(),
    };
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok());
    Agreement { live_ports: port.filter(|_| agreement.live).into_iter().collect(), ..agreement }
}

/// Without a config: what is built in.
fn built_in() -> Broker {
    Broker {
        address: "127.0.0.1:7497".to_owned(),
        client_id: 1,
        account: None,
        agreement: Agreement::default(),
    }
}
