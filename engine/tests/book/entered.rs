//! What has to hold after an entry of a random life, by the records alone.

use std::collections::{BTreeMap, BTreeSet};

use engine::account::GroupName;
use engine::order::Action;
use engine::{AccountFact, Body, TickerKey};
use rust_decimal::Decimal;

use super::random::{GROSS_MAX, NAMES, World};
use super::reckon::Reckoned;
use super::teller::ticker;

impl World {
    /// An entry of `name` was admitted: the account's limits, its own, and those of its groups hold.
    pub(super) fn check_entry(
        &self,
        name: &TickerKey,
        before: &BTreeMap<TickerKey, Decimal>,
        worth: &BTreeMap<TickerKey, Decimal>,
    ) {
        let every: BTreeSet<TickerKey> = NAMES.map(ticker).into();
        let (gross_max, size_max) = (Decimal::from(GROSS_MAX), self.limits.ticker_of(name).position_size_max);
        check_together(&every, (Some(2), Some(gross_max)), before, worth);
        assert!(size_max.is_none_or(|max| worth[name] <= max.value()), "{name}: {worth:?}");
        for (group, own) in self.limits.groups_of(name) {
            let gross_max = own.gross_exposure_max.map(|max| max.value());
            check_together(&own.tickers, (own.positions_max, gross_max), before, worth);
            assert!(!self.is_tripped(group), "{name} entered while {group} is tripped{}", self.told());
            if let Some(max) = own.net_exposure_max {
                self.check_net(&own.tickers, max.value(), name);
            }
        }
    }

    /// By the records alone.
    fn is_tripped(&self, name: &GroupName) -> bool {
        self.seen().fold(false, |is, record| match &record.body {
            Body::Account(AccountFact::GroupTripped { group, .. }) if group == name => true,
            Body::Account(AccountFact::GroupReleased { group, .. }) if group == name => false,
            _ => is,
        })
    }

    /// Long less short of these tickers, with the entries of the side that was just entered filled.
    fn check_net(&self, among: &BTreeSet<TickerKey>, max: Decimal, name: &TickerKey) {
        let entry = self.sent.iter().rev().find(|spec| spec.parent.is_none() && spec.order.ticker == *name);
        let action = entry.expect("it was just sent").action;
        let (fills, orders, last) = self.reckon_all();
        let sign = if action == Action::Buy { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        let held = among.iter().map(|name| {
            let own = fills.values().filter(|(order, ..)| order.ticker == *name);
            own.map(|(_, shares)| *shares).sum::<Decimal>() * self.mark(name, &last)
        });
        let entries = self.sent.iter().filter(|spec| spec.action == action);
        let rest: Decimal = entries
            .filter(|spec| among.contains(&spec.order.ticker))
            .filter_map(|spec| orders.get(&spec.order))
            .map(Reckoned::worth)
            .sum();
        let net = sign * held.sum::<Decimal>() + rest;
        assert!(net <= max, "{net} of {max} among {among:?}{}", self.told());
    }
}

/// More of them may be open by fills that nobody asked for; none by an entry.
fn check_together(
    among: &BTreeSet<TickerKey>,
    (positions_max, gross_max): (Option<usize>, Option<Decimal>),
    before: &BTreeMap<TickerKey, Decimal>,
    worth: &BTreeMap<TickerKey, Decimal>,
) {
    let of = |all: &BTreeMap<TickerKey, Decimal>| {
        all.iter().filter(|(name, _)| among.contains(name)).map(|(_, worth)| *worth).collect::<Vec<_>>()
    };
    let open = |all: Vec<Decimal>| all.iter().filter(|worth| !worth.is_zero()).count();
    let gross: Decimal = of(worth).iter().sum();
    assert!(gross_max.is_none_or(|max| gross <= max), "{among:?}: {worth:?}, at most {gross_max:?}");
    let (was, is) = (open(of(before)), open(of(worth)));
    assert!(positions_max.is_none_or(|max| is <= was.max(max)), "{among:?}: {worth:?}");
}
