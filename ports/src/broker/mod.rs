//! The broker's door: TWS, IB Gateway or the paper gateway, through the `ibapi` client.
//!
//! Only here are wire ids, floats and `ibapi` named. What goes out is an
//! `Admitted<Written<Request>>`, checked once more at the last step; what comes in is
//! [`Event`]s in the engine's words. Nothing is concluded from an error code alone: an
//! order ends by its status, its executions, or a complete snapshot.
//!
//! Read next: [`link`] (the connection), `outgoing` (requests to orders), `incoming`
//! (news to events), `snapshot`, [`quotes`], [`bars`], [`funds`].

pub mod agreement;
pub mod bars;
pub mod codes;
mod connect;
mod contract;
mod convert;
pub mod emergency;
mod feeds;
pub mod funds;
mod hours;
mod incoming;
mod lanes;
pub mod link;
mod outgoing;
mod pacing;
pub mod probe;
pub mod quotes;
mod sending;
mod snapshot;
mod table;
mod tally;
mod watch;
pub mod window;

use std::time::Duration;

use engine::{Bar, Instrument, News, Snapshot, TickerKey};

use crate::brakes::Brakes;

pub use agreement::Agreement;
pub use codes::Condition;
pub use connect::ConnectError;
pub use contract::ContractError;
pub use funds::FundsCell;
pub use lanes::Leaving;
pub use link::Link;
pub use outgoing::SendError;
pub use quotes::{QuoteCell, QuoteCells};
pub use snapshot::{Incomplete, Others};
pub use tally::TooMany;

/// Where the broker is, and as whom we come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Host and port, e.g. `127.0.0.1:7497`.
    pub address: String,
    /// Our client id; one process has it at a time.
    pub client_id: i32,
    /// The account to trade; none: the only one the broker manages.
    pub account: Option<String>,
    /// Whose money is traded.
    pub agreement: Agreement,
    /// The lowest order id that may be used, by what was used before.
    pub order_id_floor: i32,
    /// How long connecting may take, login included.
    pub patience: Duration,
    /// Looked at before every send.
    pub brakes: Brakes,
}

impl Settings {
    /// The account to trade: the one that was named, or the only one there is.
    #[must_use]
    pub fn account_among(&self, managed: &[String]) -> Option<String> {
        match &self.account {
            Some(wanted) => managed.iter().find(|name| *name == wanted).cloned(),
            None if managed.len() == 1 => managed.first().cloned(),
            None => None,
        }
    }
}

/// What the broker tells, in the order in which it told it.
#[derive(Debug)]
pub enum Event {
    /// News of an order of ours.
    News(TickerKey, News),
    /// What is known of a contract.
    Instrument(TickerKey, Instrument),
    /// Bars of a ticker that are over, oldest first.
    Bars {
        /// Whose.
        ticker: TickerKey,
        /// The bars.
        bars: Vec<Bar>,
        /// True where they are the history: what was told before does not count any more.
        anew: bool,
    },
    /// From here on the order stream cannot be trusted: ask for a snapshot.
    Gap(String),
    /// All that the broker holds for one ticker.
    Snapshot(TickerKey, Snapshot),
    /// What the broker holds that is none of ours.
    Others(Others),
    /// What stands in the way of prices and news has changed.
    Condition(Condition),
    /// A request that was handed over did not leave, for this reason.
    NotSent(Leaving, SendError),
    /// Words of the broker about no order in particular.
    Notice {
        /// Its code.
        code: i32,
        /// Its words.
        text: String,
    },
    /// More orders would leave than were asked for: whatever the mistake is, nothing more may be sent.
    TooMany(TooMany),
    /// A task of the connection has panicked: nothing it says can be trusted.
    Broken,
    /// The connection cannot be used any more; another one has to be made.
    Lost(String),
}
