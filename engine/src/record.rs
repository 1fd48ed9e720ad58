//! A record: one line of the journal. Inputs, facts, requests and verdicts, in one order.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::account::{GroupName, LimitName, Refusal, Trip};
use crate::fact::Fact;
use crate::input::Input;
use crate::instrument::{ContractSpec, TickerKey};
use crate::money::{Money, Price};
use crate::order_ref::OrderRef;
use crate::request::Request;
use crate::settings::SettingChange;
use crate::time::Now;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the one order; consecutive from 1.
    pub seq: u64,
    /// When it was decided.
    pub at: Now,
    /// The ticker it is about; none for the account's own.
    pub ticker: Option<TickerKey>,
    /// What it says.
    pub body: Body,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// What a ticker was told.
    Input(Input),
    /// What happened to it.
    Fact(Fact),
    /// What it asked for.
    Request(Request),
    /// What the risk book said to it.
    Verdict(Verdict),
    /// What happened to the account.
    Account(AccountFact),
}

/// The risk book's answer to one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The request.
    pub request: Request,
    /// Why not; none: admitted.
    pub refused: Option<Refusal>,
}

/// What happened to the account as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountFact {
    /// A trading day began; its result is counted from these marks, never recomputed.
    DayOpened {
        /// The day.
        day: NaiveDate,
        /// The zone that it is counted in.
        zone: Tz,
        /// The last mark of each ticker before it.
        marks: BTreeMap<TickerKey, Price>,
    },
    /// The day's loss reached the limit. Nothing opens until a release by name.
    LossLimitReached {
        /// The day's result, negative.
        loss: Money,
        /// The limit.
        max: Money,
    },
    /// The day's result cannot be computed, which counts as a loss at its limit.
    ResultUnknown {
        /// Whose result.
        ticker: TickerKey,
    },
    /// A person has set HALT or KILL.
    SetByHand {
        /// Which.
        limit: LimitName,
        /// Who, when and why.
        words: String,
    },
    /// A person released a limit that had tripped.
    Released {
        /// Which.
        limit: LimitName,
        /// Who.
        by: String,
        /// The id of the order to do so; the same one twice is one.
        #[serde(default)]
        id: String,
    },
    /// The loss of a group reached its limit, or cannot be computed. None of its tickers opens until a release by name.
    GroupTripped {
        /// Which group.
        group: GroupName,
        /// What tripped it.
        trip: Trip,
    },
    /// A person released a group that had tripped.
    GroupReleased {
        /// Which group.
        group: GroupName,
        /// Who.
        by: String,
        /// The id of the order to do so; the same one twice is one.
        id: String,
    },
    /// A person armed a start that trades real money: from here on it may open.
    Armed {
        /// Who.
        by: String,
    },
    /// A person had the config read again.
    ReloadAsked {
        /// Who.
        by: String,
    },
    /// Order ids below `to` may have been used; none of them is handed out again.
    OrderIds {
        /// The first one that was surely never used.
        to: i32,
    },
    /// Orders of a request could not be handed to the broker.
    NotSent {
        /// The orders.
        orders: Vec<OrderRef>,
        /// What stood in the way.
        why: String,
    },
    /// A ticker runs, and trades this contract.
    Joined {
        /// The contract.
        contract: ContractSpec,
    },
    /// A changed config was taken.
    ConfigTaken {
        /// What of it concerns more than one ticker.
        changes: Vec<SettingChange>,
    },
    /// The engine panicked over the ticker that the record names; nothing of what it half decided was written.
    Panicked {
        /// Over what.
        over: String,
        /// What followed.
        then: String,
    },
    /// A signed message was taken; the same one is not taken again.
    MessageTaken {
        /// Its id.
        id: String,
        /// When, by the wall.
        at: DateTime<Utc>,
    },
}
