//! Making a connection: with a deadline, and only to an account that may be traded.

use std::time::Duration;

use ibapi::Client;
use ibapi::subscriptions::NoticeStream;

use super::Settings;
use super::agreement::Disagreement;
use super::watch::HEARTBEAT_PATIENCE;

/// Slots of the ring that each subscription gets; the client's default is a thousand.
const CHANNEL_CAPACITY: usize = 256;

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing listens there, or it refused us.
    #[error("failed to connect to TWS at {address} as client {client_id}")]
    Refused {
        /// Where.
        address: String,
        /// As whom.
        client_id: i32,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
    /// Somebody else is connected under our client id. Ours stays as it is: under another one
    /// we would not hear of our own orders.
    #[error("client id {client_id} is in use at TWS at {address}; is another supervisor running?")]
    ClientId {
        /// Where.
        address: String,
        /// Which.
        client_id: i32,
    },
    /// It accepted the connection and said nothing: not logged in, or a dialog is open.
    #[error("TWS at {address} accepts connections but did not answer within {patience:?}; is it logged in?")]
    Silent {
        /// Where.
        address: String,
        /// For how long.
        patience: Duration,
    },
    /// The account is not among those it manages.
    #[error("TWS at {address} manages {managed:?}, not `{wanted}`")]
    Account {
        /// Where.
        address: String,
        /// What it manages.
        managed: Vec<String>,
        /// The account to trade; empty where none was named and several are managed.
        wanted: String,
    },
    /// Mode, port and account do not say the same of whose money it is.
    #[error(transparent)]
    Disagrees(#[from] Disagreement),
}

impl ConnectError {
    pub(super) fn of(settings: &Settings, source: ibapi::Error) -> ConnectError {
        let (address, client_id) = (settings.address.clone(), settings.client_id);
        match source {
            ibapi::Error::ClientIdInUse { .. } => ConnectError::ClientId { address, client_id },
            source => ConnectError::Refused { address, client_id, source },
        }
    }
}

pub(super) async fn open(settings: &Settings) -> Result<(Client, NoticeStream), ConnectError> {
    if let Some(port) = settings.address.rsplit(':').next().and_then(|port| port.parse().ok()) {
        settings.agreement.of_port(port)?;
    }
    let connecting = Client::builder()
        .address(&settings.address)
        .client_id(settings.client_id)
        .tcp_no_delay(true)
        .reconnect_forever()
        .channel_capacity(CHANNEL_CAPACITY)
        .one_shot_timeout(HEARTBEAT_PATIENCE)
        .connect_with_notice_stream();
    match tokio::time::timeout(settings.patience, connecting).await {
        Ok(Ok(connected)) => Ok(connected),
        Ok(Err(source)) => Err(ConnectError::of(settings, source)),
        Err(_) => {
            Err(ConnectError::Silent { address: settings.address.clone(), patience: settings.patience })
        }
    }
}

/// The accounts of the login.
pub(super) async fn managed(client: &Client) -> Result<Vec<String>, ibapi::Error> {
    // The client reads a hundred frames for it and no more; a gateway may have more to say before.
    let told = client.handshake_managed_accounts().to_vec();
    let told = if told.is_empty() { client.managed_accounts().await? } else { told };
    Ok(told.into_iter().filter(|name| !name.is_empty()).collect())
}

/// The account to trade.
pub(super) fn account(settings: &Settings, managed: &[String]) -> Result<String, ConnectError> {
    let account = settings.account_among(managed).ok_or_else(|| ConnectError::Account {
        address: settings.address.clone(),
        managed: managed.to_vec(),
        wanted: settings.account.clone().unwrap_or_default(),
    })?;
    settings.agreement.of_account(&account)?;
    Ok(account)
}
