//! What a ticker is told. Everything it ever learns comes through here.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::account::Refusal;
use crate::command::Command;
use crate::money::{Price, Quantity};
use crate::order::{Action, Commission, Execution, Margin, Status, Terms};
use crate::order_ref::OrderRef;
use crate::reason::Because;
use crate::signal::Signal;

/// One thing that a ticker is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A prediction for this ticker.
    Signal(Signal),
    /// The market view has changed. The view itself is an argument.
    Quote,
    /// The date that `next_wakeup` gave has come.
    Wakeup,
    /// The broker speaks of an order.
    News(News),
    /// The risk book refused a request whole; nothing of it was sent.
    Refused {
        /// The orders of the request.
        orders: Vec<OrderRef>,
        /// Why.
        because: Refusal,
    },
    /// The order stream cannot be trusted from here on: nothing opens until a snapshot.
    Gap,
    /// All that the broker holds for this ticker; complete by its type.
    Snapshot(Snapshot),
    /// The price of a closing that nobody saw.
    Settle {
        /// The exit.
        order: OrderRef,
        /// What each share went at.
        price: Price,
    },
    /// Leave: close what is open.
    Close(Because),
    /// Nothing more shall come: entries that rest at the broker are taken back.
    Withdraw(Because),
    /// A person orders something.
    Command(Command),
}

/// News of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// It was filled, in part or whole.
    Execution(Execution),
    /// Somebody else traded the contract on this account.
    Foreign(Foreign),
    /// What a fill cost.
    Commission(Commission),
    /// Where it stands.
    Status(Status),
    /// Its terms, echoed.
    Terms(Terms),
    /// The broker refused a change of it; the order itself works on as it was.
    ChangeRefused {
        /// Which order.
        order: OrderRef,
        /// The broker's code.
        code: i32,
        /// The broker's words.
        text: String,
    },
    /// What an order would do to the margin, or why that is not told.
    Margin {
        /// The order that asked.
        order: OrderRef,
        /// The account after it; or the broker's words.
        after: Result<Margin, String>,
    },
}

/// An execution on the account that is not one of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The broker's id.
    pub id: String,
    /// Which way.
    pub action: Action,
    /// How many shares.
    pub quantity: Quantity,
    /// At what price each.
    pub price: Price,
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// True for an order of the kill switch's: what it closes is ours, whoever else holds the contract.
    #[serde(default)]
    pub emergency: bool,
}

/// What the broker holds for one ticker, every part of it seen to its end marker.
/// A snapshot that is not complete is not one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Our executions, oldest first.
    pub executions: Vec<Execution>,
    /// Their commissions, as far as known.
    pub commissions: Vec<Commission>,
    /// Our orders: working ones, and those that ended today.
    pub orders: Vec<Status>,
    /// The terms of those that are open, as the broker has them.
    pub terms: Vec<Terms>,
    /// Executions of others in the contract, oldest first.
    pub foreign: Vec<Foreign>,
    /// The broker's net position, signed, foreign shares included.
    pub position: Decimal,
    /// What a share of it cost on average, as the broker counts; none where it does not tell.
    pub average_cost: Option<Price>,
}
