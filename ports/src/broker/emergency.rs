//! A connection for an emergency: reads what there is, cancels, closes, and nothing else.
//!
//! It shares no queue, no pacing and no state with [`link`](super::link), so that what ails that one does not ail this
//! one. Each question is answered completely or is an error; an order is over when a complete snapshot is without it.
//!
//! Read next: [`seen`], what a look finds.

pub mod seen;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::order::Action;
use engine::{ContractSpec, Quantity};
use futures::{FutureExt, StreamExt};
use ibapi::Client;
use ibapi::accounts::PositionUpdate;
use ibapi::contracts::{Contract, Exchange, SecurityType};
use ibapi::orders::{Action as WireAction, Order, OrderUpdate, TimeInForce};
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};

use super::connect::{account, managed, open};
use super::contract::wire_contract;
use super::convert::{float, time};
use super::hours::sessions;
use super::pacing::Pacer;
use super::snapshot::{self, Raw};
use super::{ConnectError, Incomplete, Settings};

pub use seen::{Done, Held, OpenOrder, Seen};

/// What its closing orders are called: no name of a supervisor's order, so that a supervisor takes what they do for
/// somebody else's trade.
pub const REFERENCE: &str = "KILL-SWITCH";

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// TWS tells executions of seven days at most.
const EXECUTION_DAYS: i32 = 7;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EmergencyError {
    /// The broker refused, or the connection is gone.
    #[error("failed to {what}")]
    Request {
        /// What was tried.
        what: &'static str,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
    /// It did not answer.
    #[error("failed to {what}: the broker did not answer within {PATIENCE:?}")]
    Silent {
        /// What was tried.
        what: &'static str,
    },
    /// The contract is not told whole.
    #[error("the contract {what} fits {count} contracts at the broker, not one")]
    Contract {
        /// Which.
        what: String,
        /// How many fit.
        count: usize,
    },
    /// A number has no finite float.
    #[error("{0} shares cannot be sent")]
    Number(Quantity),
}

/// The connection.
pub struct Emergency {
    client: Client,
    account: String,
    client_id: i32,
    pacer: Pacer,
    next_id: Cell<i32>,
    updates: RefCell<Subscription<OrderUpdate>>,
    /// Kept for as long as the connection: nobody else may have it.
    _notices: NoticeStream,
    /// Contracts that were told, by the broker's id.
    contracts: RefCell<BTreeMap<i32, Contract>>,
}

/// What became of a closing order that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Its contract is traded now.
    InSession,
    /// It waits for the opening, if the broker tells of one.
    Waits(Option<DateTime<Utc>>),
}

impl Emergency {
    /// Connects to an account that may be traded.
    ///
    /// # Errors
    /// Refused, silent, another account, or the client id is in use.
    pub async fn connect(settings: &Settings) -> Result<Emergency, ConnectError> {
        let refused = |source| ConnectError::of(settings, source);
        let silent =
            || ConnectError::Silent { address: settings.address.clone(), patience: settings.patience };
        let (client, notices) = open(settings).await?;
        let begin = async {
            Ok((
                managed(&client).await?,
                client.order_update_stream().await?,
                client.next_valid_order_id().await?,
            ))
        };
        let begun = tokio::time::timeout(settings.patience, begin).await.map_err(|_| silent())?;
        let (managed, updates, next_id) = begun.map_err(refused)?;
        Ok(Emergency {
            account: account(settings, &managed)?,
            client_id: settings.client_id,
            pacer: Pacer::default(),
            next_id: Cell::new(next_id.max(settings.order_id_floor)),
            updates: RefCell::new(updates),
            _notices: notices,
            contracts: RefCell::default(),
            client,
        })
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Whose orders it may cancel one by one.
    #[must_use]
    pub fn client_id(&self) -> i32 {
        self.client_id
    }

    /// All that the broker holds.
    ///
    /// # Errors
    /// A part of it broke off: then nothing is known.
    pub async fn look(&self) -> Result<Seen, Incomplete> {
        let raw = snapshot::ask(&self.client, &self.pacer, EXECUTION_DAYS).await?;
        self.remember(&raw);
        Ok(Seen::of(&raw, &self.account))
    }

    /// Cancels an order of this connection's client id.
    ///
    /// # Errors
    /// It could not be sent. Whether it helped, the next look tells.
    pub async fn cancel(&self, order: &OpenOrder) -> Result<(), EmergencyError> {
        self.pacer.order().await;
        within("cancel an order", self.client.cancel_order(order.id, "")).await.map(drop)
    }

    /// Cancels every order of the login, whoever placed it.
    ///
    /// # Errors
    /// As [`Emergency::cancel`].
    pub async fn cancel_all(&self) -> Result<(), EmergencyError> {
        self.pacer.order().await;
        within("cancel all orders", self.client.global_cancel()).await
    }

    /// The broker's id of the contract that a config names.
    ///
    /// # Errors
    /// No answer, or not exactly one contract.
    pub async fn find(&self, spec: &ContractSpec) -> Result<i32, EmergencyError> {
        let wanted = wire_contract(spec);
        let details = self.details(&wanted, &spec.symbol).await?;
        let id = details.contract.contract_id;
        self.contracts.borrow_mut().entry(id).or_insert(details.contract);
        Ok(id)
    }

    /// Sends an order at the market, of its own name, for the day.
    ///
    /// # Errors
    /// Its contract is not known, or it could not be sent. What became of it, the next look tells.
    pub async fn close(
        &self,
        con_id: i32,
        action: Action,
        quantity: Quantity,
    ) -> Result<Sent, EmergencyError> {
        let known = self.contracts.borrow().get(&con_id).cloned();
        let wanted = routed(known.unwrap_or(Contract { contract_id: con_id, ..Contract::default() }));
        let details = self.details(&wanted, &con_id.to_string()).await?;
        let order = Order {
            action: match action {
                Action::Buy => WireAction::Buy,
                Action::Sell => WireAction::Sell,
            },
            total_quantity: float(quantity.value()).ok_or(EmergencyError::Number(quantity))?,
            order_type: "MKT".to_owned(),
            tif: TimeInForce::Day,
            account: self.account.clone(),
            order_ref: REFERENCE.to_owned(),
            transmit: true,
            ..Order::default()
        };
        let id = self.next_id.replace(self.next_id.get() + 1);
        self.pacer.order().await;
        within("send a closing order", self.client.submit_order(id, &details.contract, &order)).await?;
        let now = self.now().await?;
        let hours = sessions(&details.liquid_hours, &details.time_zone_id);
        if hours.iter().any(|session| session.open <= now && now < session.close) {
            return Ok(Sent::InSession);
        }
        Ok(Sent::Waits(hours.iter().map(|session| session.open).find(|open| *open > now)))
    }

    /// What the broker has said of orders since the last time.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let mut updates = self.updates.borrow_mut();
        let mut words = Vec::new();
        while let Some(Some(item)) = StreamExt::next(&mut *updates).now_or_never() {
            match item {
                Ok(SubscriptionItem::Notice(notice)) => {
                    words.push(format!("{} {}", notice.code, notice.message))
                }
                Ok(SubscriptionItem::Data(_)) => {}
                Err(error) => {
                    words.push(error.to_string());
                    break;
                }
            }
        }
        words
    }

    /// Ends the connection.
    pub async fn end(&self) {
        self.client.disconnect().await;
    }

    async fn now(&self) -> Result<DateTime<Utc>, EmergencyError> {
        self.pacer.data().await;
        Ok(time(within("ask for the time", self.client.server_time_millis()).await?))
    }

    async fn details(
        &self,
        wanted: &Contract,
        name: &str,
    ) -> Result<ibapi::contracts::ContractDetails, EmergencyError> {
        self.pacer.data().await;
        let mut found = within("look up a contract", self.client.contract_details(wanted)).await?;
        match (found.pop(), found.len()) {
            (Some(details), 0) => Ok(details),
            (last, more) => {
                let count = more + usize::from(last.is_some());
                Err(EmergencyError::Contract { what: name.to_owned(), count })
            }
        }
    }

    fn remember(&self, raw: &Raw) {
        let mut contracts = self.contracts.borrow_mut();
        for position in &raw.positions {
            if let PositionUpdate::Position(own) = position {
                contracts.entry(own.contract.contract_id).or_insert_with(|| own.contract.clone());
            }
        }
    }
}

/// Where to send an order for it: a position is told without a place to trade it at.
fn routed(contract: Contract) -> Contract {
    let id = contract.contract_id;
    let exchange = match contract.security_type {
        SecurityType::Stock => Exchange::from("SMART"),
        _ => contract.exchange,
    };
    Contract { contract_id: id, exchange, ..Contract::default() }
}

async fn within<T>(
    what: &'static str,
    asked: impl Future<Output = Result<T, ibapi::Error>>,
) -> Result<T, EmergencyError> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|source| EmergencyError::Request { what, source }),
        Err(_) => Err(EmergencyError::Silent { what }),
    }
}
