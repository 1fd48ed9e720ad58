//! What of a day a person should know: hitches of the connection, the orders and the money.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::instrument::TickerKey;
use crate::mode::Mode;
use crate::order::{End, Standing};
use crate::record::AccountFact;
use crate::time::{Now, Process};

/// Tickers that an incident names.
const TICKERS_MAX: usize = 64;
/// Incidents of one kind within so much process time are one.
const TOGETHER: TimeDelta = TimeDelta::seconds(2);

/// What kind of incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// News of orders may have been missed: the link was lost, or made anew.
    Gap,
    /// A ticker differs from the broker, and is frozen.
    Frozen,
    /// A ticker was halted.
    Halted,
    /// The engine panicked over a ticker.
    Panic,
    /// A limit on losses tripped.
    Tripped,
    /// A person released something, or set a brake.
    Person,
    /// A person's hand at the broker.
    Hand,
    /// Protection was lost, or refused.
    Protection,
    /// An order was refused, or did not leave.
    Order,
    /// Something happened at the broker that no order of ours explains.
    Unexplained,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Gap => "gap",
            Kind::Frozen => "frozen",
            Kind::Halted => "halted",
            Kind::Panic => "panic",
            Kind::Tripped => "limit",
            Kind::Person => "person",
            Kind::Hand => "by hand",
            Kind::Protection => "protection",
            Kind::Order => "order",
            Kind::Unexplained => "unexplained",
        })
    }
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When, in market time.
    pub at: DateTime<Utc>,
    /// The same moment in process time.
    process: Process,
    /// What kind.
    pub kind: Kind,
    /// Whom it concerns; none: the account.
    pub tickers: Vec<TickerKey>,
    /// What happened, in words.
    pub text: String,
}

impl Incident {
    /// What a ticker's fact is, where it is one.
    pub(super) fn of_fact(now: Now, ticker: &TickerKey, fact: &Fact) -> Option<Incident> {
        let (kind, text) = match fact {
            Fact::ModeChanged { mode: Mode::Reconciling { .. } } => (
                Kind::Gap,
                "news of orders may be missing or is in doubt; compared with the broker anew".to_owned(),
            ),
            Fact::ModeChanged { mode: mode @ Mode::Frozen(_) } => (Kind::Frozen, mode.to_string()),
            Fact::ModeChanged { mode: mode @ Mode::Halted { .. } } => (Kind::Halted, mode.to_string()),
            Fact::ProtectionRenewed { .. } | Fact::TargetRefused { .. } => {
                (Kind::Protection, fact.to_string())
            }
            Fact::StopCancelledByHand { .. } | Fact::ChangedByHand { .. } => (Kind::Hand, fact.to_string()),
            Fact::ChangeRefused { .. } | Fact::LocateGivenUp { .. } => (Kind::Order, fact.to_string()),
            Fact::OrderMoved(status)
                if matches!(status.standing, Standing::Ended(End::Rejected | End::Lost)) =>
            {
                (Kind::Order, fact.to_string())
            }
            Fact::Stray { .. }
            | Fact::ClosedOutside { .. }
            | Fact::ClosedUnseen(_)
            | Fact::TradeReopened { .. }
            | Fact::CorrectedLate { .. }
            | Fact::Split { .. }
            | Fact::Adopted { .. }
            | Fact::TakenOver { .. } => (Kind::Unexplained, fact.to_string()),
            _ => return None,
        };
        Some(Incident::new(now, kind, vec![ticker.clone()], text))
    }

    /// What a fact of the account is, where it is one.
    pub(super) fn of_account(now: Now, fact: &AccountFact) -> Option<Incident> {
        let kind = match fact {
            AccountFact::LossLimitReached { .. }
            | AccountFact::ResultUnknown { .. }
            | AccountFact::GroupTripped { .. } => Kind::Tripped,
            AccountFact::SetByHand { .. }
            | AccountFact::Released { .. }
            | AccountFact::GroupReleased { .. }
            | AccountFact::Armed { .. }
            | AccountFact::ConfigTaken { .. } => Kind::Person,
            AccountFact::NotSent { .. } => Kind::Order,
            AccountFact::Panicked { .. } => Kind::Panic,
            AccountFact::DayOpened { .. }
            | AccountFact::Joined { .. }
            | AccountFact::ReloadAsked { .. }
            | AccountFact::OrderIds { .. }
            | AccountFact::MessageTaken { .. } => return None,
        };
        Some(Incident::new(now, kind, Vec::new(), fact.to_string()))
    }

    fn new(now: Now, kind: Kind, tickers: Vec<TickerKey>, text: String) -> Incident {
        Incident { at: now.market, process: now.process, kind, tickers, text }
    }

    /// The same one about a ticker that the record names.
    pub(super) fn about(mut self, ticker: Option<&TickerKey>) -> Incident {
        self.tickers.extend(ticker.cloned());
        self
    }

    /// True where the other is the same thing, happening to another ticker.
    pub(super) fn is_same(&self, other: &Incident) -> bool {
        let apart = other.process.since(self.process).max(self.process.since(other.process));
        self.kind == Kind::Gap && other.kind == Kind::Gap && apart < TOGETHER
    }

    pub(super) fn also(&mut self, tickers: Vec<TickerKey>) {
        for ticker in tickers {
            if self.tickers.len() < TICKERS_MAX && !self.tickers.contains(&ticker) {
                self.tickers.push(ticker);
            }
        }
    }
}
