//! Nothing crosses zero: not by one order, not by several that work at the same time.

use std::collections::BTreeMap;

use super::{Holding, Quantity, Refusal};
use crate::order::Action;
use crate::request::{Change, OrderSpec};

/// Orders that close: each of them, and all of them with those that work already.
pub(super) fn judge(holding: &Holding, orders: &[OrderSpec]) -> Result<(), Refusal> {
    for spec in orders {
        judge_children(holding, orders, spec)?;
    }
    [Action::Buy, Action::Sell].into_iter().try_for_each(|action| judge_side(holding, orders, action))
}

fn judge_side(holding: &Holding, orders: &[OrderSpec], action: Action) -> Result<(), Refusal> {
    let held = holding.closable(action);
    let working = holding.lines.claims(action, None);
    let mut with = working.clone();
    let closes = |spec: &&OrderSpec| spec.parent.is_none() && spec.action == action;
    for spec in orders.iter().filter(closes).filter(|_| !held.is_zero()) {
        if spec.quantity > held {
            return Err(Refusal::CrossesZero { wanted: spec.quantity, held });
        }
        let claim = with.entry(key(spec)).or_default();
        *claim = (*claim).max(spec.quantity);
    }
    within(held, &working, &with)
}

/// An entry's children close what it brings: on the other side, and no more than it.
fn judge_children(holding: &Holding, orders: &[OrderSpec], spec: &OrderSpec) -> Result<(), Refusal> {
    let children = || orders.iter().filter(|child| child.parent.as_ref() == Some(&spec.order));
    let mut claims: BTreeMap<String, Quantity> = BTreeMap::new();
    for child in children() {
        let claim = claims.entry(key(child)).or_default();
        *claim = (*claim).max(child.quantity);
    }
    let wanted: Quantity = claims.values().copied().sum();
    // What closes brings nothing that its children could close: they would open.
    let held = if holding.opening(spec, None).is_some() { spec.quantity } else { Quantity::ZERO };
    if wanted > held || children().any(|child| child.action == spec.action) {
        return Err(Refusal::CrossesZero { wanted, held });
    }
    let Some(parent) = &spec.parent else { return Ok(()) };
    if orders.iter().any(|other| other.order == *parent) {
        return Ok(());
    }
    // A child that comes later belongs to an entry that works, or to nothing.
    let entry = holding.lines.get(parent).filter(|line| line.opens && line.action != spec.action);
    let held = entry.map(|line| line.whole()).unwrap_or_default();
    if spec.quantity > held { Err(Refusal::CrossesZero { wanted: spec.quantity, held }) } else { Ok(()) }
}

/// New terms of an order that closes.
pub(super) fn judge_change(holding: &Holding, change: &Change) -> Result<(), Refusal> {
    let Some(line) = holding.lines.get(&change.order) else {
        let wanted = change.quantity.less(holding.fills.filled(&change.order));
        let held = holding.held();
        return if wanted > held { Err(Refusal::CrossesZero { wanted, held }) } else { Ok(()) };
    };
    if line.sleeps() {
        let entry = line.parent().and_then(|parent| holding.lines.get(parent));
        let held = entry.map_or(line.whole(), |entry| entry.whole().max(line.whole()));
        let wanted = change.quantity;
        return if wanted > held { Err(Refusal::CrossesZero { wanted, held }) } else { Ok(()) };
    }
    let (wanted, held) = (change.quantity.less(line.got()), holding.closable(line.action));
    if wanted > held {
        return Err(Refusal::CrossesZero { wanted, held });
    }
    let working = holding.lines.claims(line.action, None);
    let mut with = holding.lines.claims(line.action, Some(&change.order));
    let claim = with.entry(line.key(&change.order)).or_default();
    *claim = (*claim).max(wanted);
    within(held, &working, &with)
}

/// More than is held may be claimed already, when shares went another way. It must not
/// become more.
fn within(
    held: Quantity,
    working: &BTreeMap<String, Quantity>,
    with: &BTreeMap<String, Quantity>,
) -> Result<(), Refusal> {
    let sum = |claims: &BTreeMap<String, Quantity>| claims.values().copied().sum::<Quantity>();
    let (claimed, all) = (sum(working), sum(with));
    if all > held && all > claimed {
        return Err(Refusal::ClosedTwice { wanted: all.less(claimed), held, claimed });
    }
    Ok(())
}

fn key(spec: &OrderSpec) -> String {
    spec.group.clone().unwrap_or_else(|| spec.order.to_string())
}
