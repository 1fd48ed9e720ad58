//! One-cancels-all groups: named ones, and the one that the children of a parent form by themselves.
//!
//! A fill or the end of one member is told to the others here. Type 3 works without block: its reductions wait until
//! every order has had its look at the market, so that two members can fill at the same look.
//!
//! Read next: [`matching`](crate::exchange::matching).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::exchange::Exchange;
use crate::exchange::order::{Oca, OcaType, Order, OrderKey, Phase};
use crate::exchange::readings::{OcaRace, Reduce};

/// What a fill takes from the other members of its group; all of it once the filled order is complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reduction {
    by: OrderKey,
    group: String,
    shares: Decimal,
    /// What the filled order had left before this fill.
    of: Decimal,
    ends_group: bool,
}

impl Reduction {
    fn end(by: OrderKey, group: String) -> Reduction {
        Reduction { by, group, shares: Decimal::ZERO, of: Decimal::ZERO, ends_group: true }
    }

    /// Shares that it takes from a member.
    fn of_member(&self, order: &Order, how: Reduce) -> Decimal {
        match how {
            Reduce::ByShares => self.shares,
            Reduce::ByFraction => {
                let part = (order.remaining() * self.shares).checked_div(self.of);
                part.unwrap_or(self.shares).floor()
            }
        }
    }
}

impl Exchange {
    /// A member has filled `shares` and may have more to fill.
    pub(super) fn fill_in_group(&mut self, key: OrderKey, shares: Decimal) {
        let Some(Oca { group, kind }) = self.group_of(key) else { return };
        let ends_group = kind == OcaType::CancelWithBlock;
        let of = self.orders.get(&key).map_or(shares, |order| order.remaining() + shares);
        let shares = if ends_group { Decimal::ZERO } else { shares };
        self.reduce_or_wait(kind, Reduction { by: key, group, shares, of, ends_group });
    }

    /// A member is complete: the group is over.
    pub(super) fn complete_group_of(&mut self, key: OrderKey) {
        let Some(Oca { group, kind }) = self.group_of(key) else { return };
        self.groups_completed.insert(group.clone());
        self.reduce_or_wait(kind, Reduction::end(key, group));
    }

    /// A member was cancelled: so are the others.
    pub(super) fn cancel_group_of(&mut self, key: OrderKey) {
        let Some(Oca { group, .. }) = self.group_of(key) else { return };
        self.reduce(&Reduction::end(key, group));
    }

    /// Every order has had its look: what waited happens now.
    pub(super) fn reduce_waiting(&mut self) {
        for reduction in std::mem::take(&mut self.reductions) {
            self.reduce(&reduction);
        }
    }

    fn reduce_or_wait(&mut self, kind: OcaType, reduction: Reduction) {
        let is_open = self.options.readings.oca_race == OcaRace::Open;
        if kind == OcaType::ReduceWithoutBlock || is_open {
            self.reductions.push(reduction)
        } else {
            self.reduce(&reduction)
        }
    }

    fn reduce(&mut self, reduction: &Reduction) {
        for member in self.members(&reduction.group, reduction.by) {
            let how = self.options.readings.reduce;
            let Some(order) = self.orders.get_mut(&member).filter(|order| order.is_live()) else { continue };
            order.reduced += reduction.of_member(order, how);
            if reduction.ends_group || order.is_exhausted() {
                // The others hear of the same fill by themselves; the one that filled goes on.
                self.finish(member, Phase::Cancelled);
            } else if !reduction.shares.is_zero() {
                self.tell(member);
            }
        }
    }

    fn group_of(&self, key: OrderKey) -> Option<Oca> {
        self.orders.get(&key)?.reported_oca()
    }

    fn members(&self, group: &str, but: OrderKey) -> Vec<OrderKey> {
        let is_member = |order: &&Order| {
            order.key != but
                && order.is_reported()
                && order.reported_oca().is_some_and(|oca| oca.group == group)
        };
        self.live().filter(is_member).map(|order| order.key).collect()
    }
}
