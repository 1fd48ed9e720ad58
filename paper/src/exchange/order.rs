//! An order: its terms, which the client decides, and its life, which the exchange decides.
//!
//! Nothing here matches or refuses; a status is derived from the phase and never stored beside it.
//!
//! Read next: [`event`](crate::exchange::event), then [`place`](crate::exchange::place).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use crate::exchange::attributes::Attributes;
pub use crate::exchange::kind::{Kind, Trail};

/// Who placed an order and by which id. Ids are unique per client only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderKey {
    /// The client id of the connection, not what the order's own field says.
    pub client: i32,
    /// The order id.
    pub id: i32,
}

/// Which way an order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Takes shares.
    Buy,
    /// Gives shares; without a position that is a short sale.
    Sell,
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeInForce {
    /// To the end of the session under way, or of the next one.
    Day,
    /// Until it is cancelled.
    Gtc,
    /// One look at the market.
    Ioc,
    /// One look at the market, which takes all of it or nothing.
    Fok,
    /// Until a date and time.
    Gtd(DateTime<Utc>),
    /// `OPG`: the next opening auction and nothing after it.
    Opg,
}

/// What a fill in a group does to the group's other members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OcaType {
    /// 1: any fill or cancel cancels them. One order works at a time, so nothing overfills.
    CancelWithBlock,
    /// 2: they are reduced by what was filled, at once.
    ReduceWithBlock,
    /// 3: as 2, but they may fill at the same look at the market before they are reduced.
    ReduceWithoutBlock,
}

impl OcaType {
    /// The number on the wire.
    pub fn number(self) -> i32 {
        match self {
            OcaType::CancelWithBlock => 1,
            OcaType::ReduceWithBlock => 2,
            OcaType::ReduceWithoutBlock => 3,
        }
    }
}

/// A one-cancels-all group by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oca {
    /// Its name, unique for a day in the account.
    pub group: String,
    /// What it does.
    pub kind: OcaType,
}

/// What the client asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The contract.
    pub con_id: i32,
    /// The direction.
    pub side: Side,
    /// The kind and its prices.
    pub kind: Kind,
    /// Shares in all, those already filled included.
    pub quantity: Decimal,
    /// How long.
    pub tif: TimeInForce,
    /// May it work outside regular hours? A market or stop order never does.
    pub outside_rth: bool,
    /// Its group, if it names one.
    pub oca: Option<Oca>,
    /// The order that must fill first, by its id of the same client.
    pub parent: Option<i32>,
    /// False holds it back, unreported, until a member of its family says true.
    pub transmit: bool,
    /// The client's own words, carried to its executions.
    pub order_ref: String,
}

impl Terms {
    /// Does it work outside regular hours? It must ask for that, and be of a kind that can.
    pub fn works_outside_rth(&self) -> bool {
        self.outside_rth && self.kind.works_outside_rth()
    }
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Held back by `transmit = false`; nobody is told.
    Untransmitted,
    /// A child whose parent has not filled (enough).
    AwaitingParent,
    /// Its conditions do not hold yet, or its time has not come.
    AwaitingCondition,
    /// A short sale whose shares are being located.
    AwaitingLocate,
    /// Held until the next session opens.
    AwaitingOpen,
    /// A stop that has not been touched.
    AwaitingTrigger,
    /// Held for the closing auction.
    AwaitingClose,
    /// In the market.
    Working,
    /// Complete.
    Filled,
    /// Ended before it was complete.
    Cancelled,
    /// Refused after it had been accepted.
    Inactive,
}

/// An order and its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Who placed it, by which id.
    pub key: OrderKey,
    /// Unique in the account, for ever.
    pub perm_id: i64,
    /// What was asked for, as last accepted.
    pub terms: Terms,
    /// What was asked for beyond the terms.
    pub attributes: Attributes,
    /// Where it stands.
    pub phase: Phase,
    /// Shares filled.
    pub filled: Decimal,
    /// Sum of price times shares of the fills.
    pub value: Decimal,
    /// The newest fill's price.
    pub last_price: Decimal,
    /// Commission so far.
    pub commission: Decimal,
    /// Shares that fills elsewhere in its group took away from it.
    pub reduced: Decimal,
    /// While its parent is partly filled: no more than this many shares.
    pub cap: Option<Decimal>,
    /// The parent's permanent id, for a child.
    pub parent_perm_id: Option<i64>,
    /// Has its parent ended? From then on it is an order like any other.
    pub is_orphan: bool,
    /// When it entered the phase in which the market can touch it.
    pub active_since: DateTime<Utc>,
    /// The opening auction that it is held for.
    pub opens: Option<DateTime<Utc>>,
    /// When shares will have been located for it; never, if the phase awaits them and this is none.
    pub located: Option<DateTime<Utc>>,
    /// Looks in a row that touched its stop.
    pub touches: u8,
    /// When it expires.
    pub expires: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// Counts what the client changed with success.
    pub revision: u32,
}

impl Order {
    /// Shares in all, as reported: what was asked for, less what the parent has not filled and the group took.
    pub fn total(&self) -> Decimal {
        let quantity = self.cap.map_or(self.terms.quantity, |cap| cap.min(self.terms.quantity));
        (quantity - self.reduced).max(self.filled)
    }

    /// Shares that can fill now.
    pub fn remaining(&self) -> Decimal {
        self.total() - self.filled
    }

    /// Is nothing left to fill, not even what its parent may still bring?
    pub fn is_exhausted(&self) -> bool {
        self.terms.quantity - self.reduced <= self.filled
    }

    /// The average price of its fills; 0 without one.
    pub fn average_price(&self) -> Decimal {
        if self.filled.is_zero() { Decimal::ZERO } else { self.value / self.filled }
    }

    /// Can it still fill?
    pub fn is_live(&self) -> bool {
        !matches!(self.phase, Phase::Filled | Phase::Cancelled | Phase::Inactive)
    }

    /// Has IB been told of it?
    pub fn is_reported(&self) -> bool {
        self.phase != Phase::Untransmitted
    }

    /// The status on the wire.
    pub fn status(&self) -> &'static str {
        match self.phase {
            Phase::Untransmitted => "ApiPending",
            Phase::AwaitingParent
            | Phase::AwaitingCondition
            | Phase::AwaitingLocate
            | Phase::AwaitingOpen
            | Phase::AwaitingTrigger
            | Phase::AwaitingClose => "PreSubmitted",
            Phase::Working => "Submitted",
            Phase::Filled => "Filled",
            Phase::Cancelled => "Cancelled",
            Phase::Inactive => "Inactive",
        }
    }

    /// Why it is held, in TWS's words; empty if it is not.
    pub fn why_held(&self) -> &'static str {
        match self.phase {
            Phase::AwaitingParent if self.terms.kind.is_triggered() => "child,trigger",
            Phase::AwaitingParent => "child",
            Phase::AwaitingTrigger => "trigger",
            Phase::AwaitingLocate => "locate",
            _ => "",
        }
    }

    /// Shares that its next fill must have at least.
    pub fn least(&self) -> Decimal {
        let is_whole = self.attributes.all_or_none || self.terms.tif == TimeInForce::Fok;
        match self.attributes.minimum {
            _ if is_whole => self.remaining(),
            Some(minimum) if self.filled.is_zero() => minimum.min(self.remaining()),
            _ => Decimal::ZERO,
        }
    }

    /// Does it get one look at the market and no more?
    pub fn is_immediate(&self) -> bool {
        matches!(self.terms.tif, TimeInForce::Ioc | TimeInForce::Fok)
    }

    /// The parent's order id as reported: gone once the parent has ended.
    pub fn reported_parent(&self) -> i32 {
        if self.is_orphan { 0 } else { self.terms.parent.unwrap_or(0) }
    }

    /// The group as reported. Children without one share a group named by their parent's permanent id.
    pub fn reported_oca(&self) -> Option<Oca> {
        let siblings =
            || Some(Oca { group: self.parent_perm_id?.to_string(), kind: OcaType::ReduceWithoutBlock });
        self.terms.oca.clone().or_else(siblings)
    }
}
