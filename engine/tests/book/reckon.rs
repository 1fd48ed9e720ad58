//! A simple reckoning of what orders hold and reserve, from the records and nothing else, to
//! hold the book against.

use std::collections::BTreeMap;

use engine::order::{Action, Standing, Status};
use engine::request::OrderSpec;
use engine::{AccountFact, Body, Fact, Mode, OrderRef, Record, Request, TickerKey};
use rust_decimal::Decimal;

use super::teller::ticker;
use crate::numbers::decimal;

/// What one order came to, by a reckoning of its own.
#[derive(Clone, Debug)]
pub(super) struct Reckoned {
    pub(super) entry: bool,
    pub(super) quantity: Decimal,
    pub(super) filled: Decimal,
    pub(super) price: Decimal,
    pub(super) ended: Option<Decimal>,
    pub(super) heard: bool,
    pub(super) gone: bool,
}

impl Reckoned {
    /// What it may still bring is worth.
    pub(super) fn worth(&self) -> Decimal {
        let rest = self.ended.unwrap_or(self.quantity) - self.filled;
        if self.entry && !self.gone { rest.max(Decimal::ZERO) * self.price } else { Decimal::ZERO }
    }
}

/// Shares of each execution, signed, and its newest revision under a stranger's name.
pub(super) type Fills = BTreeMap<String, (OrderRef, Decimal)>;

/// Takes in one record.
pub(super) fn reckon(
    record: &Record,
    orders: &mut BTreeMap<OrderRef, Reckoned>,
    fills: &mut Fills,
    last: &mut BTreeMap<TickerKey, Decimal>,
) {
    match &record.body {
        Body::Request(Request::Place { orders: placed, .. }) => {
            for spec in placed {
                let reckoned = Reckoned {
                    entry: spec.parent.is_none() && opens(spec, fills),
                    quantity: spec.quantity.value(),
                    filled: Decimal::ZERO,
                    price: spec.kind.price().expect("a limit").value(),
                    ended: None,
                    heard: false,
                    gone: false,
                };
                orders.insert(spec.order.clone(), reckoned);
            }
        }
        Body::Fact(Fact::Executed { execution }) => {
            let (base, revision) = execution.id.rsplit_once('.').expect("a revision");
            let newest = format!("{base}!");
            let known = fills.get(&newest).map_or(Decimal::ZERO, |(_, revision)| *revision);
            let revision = decimal(revision);
            if revision <= known {
                return;
            }
            let sign = if execution.action == Action::Buy { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
            let shares = execution.quantity.value() * sign;
            let before = fills.insert(base.to_owned(), (execution.order.clone(), shares));
            let stranger = OrderRef { ticker: ticker("NONE"), ..execution.order.clone() };
            fills.insert(newest, (stranger, revision));
            last.insert(execution.order.ticker.clone(), execution.price.value());
            let by = (shares - before.map_or(Decimal::ZERO, |(_, shares)| shares)) * sign;
            let Some(own) = orders.get_mut(&execution.order) else { return };
            own.heard = true;
            own.filled += by;
            own.ended = own.ended.map(|ended| if by < Decimal::ZERO { ended + by } else { ended });
            own.gone |= own.ended.is_some_and(|ended| own.filled >= ended);
        }
        Body::Fact(Fact::OrderMoved(Status { order, standing: Standing::Ended(_), filled, .. })) => {
            let Some(own) = orders.get_mut(order) else { return };
            own.heard = true;
            let ended = filled.value().max(own.ended.unwrap_or_default());
            own.ended = Some(ended);
            own.gone |= own.filled >= ended;
        }
        Body::Fact(Fact::TermsEchoed(terms)) => {
            orders.entry(terms.order.clone()).and_modify(|own| own.heard = true);
        }
        Body::Account(AccountFact::NotSent { orders: lost, .. }) => {
            let unheard = |own: &mut Reckoned| own.gone |= !own.heard;
            lost.iter().for_each(|order| drop(orders.entry(order.clone()).and_modify(unheard)));
        }
        Body::Fact(Fact::TradeClosed { trade, .. }) => {
            let own = |name: &OrderRef| Some(&name.ticker) == record.ticker.as_ref() && name.trade <= *trade;
            orders.iter_mut().filter(|(name, _)| own(name)).for_each(|(_, own)| own.gone = true);
        }
        // In step again: an order that is over can bring nothing more.
        Body::Fact(Fact::ModeChanged { mode: Mode::Active }) => {
            let own = |name: &OrderRef| Some(&name.ticker) == record.ticker.as_ref();
            let over =
                |(name, own_order): &(&OrderRef, &mut Reckoned)| own(name) && own_order.ended.is_some();
            orders.iter_mut().filter(over).for_each(|(_, own)| own.gone = true);
        }
        _ => {}
    }
}

/// True unless it only takes away from what is held.
fn opens(spec: &OrderSpec, fills: &Fills) -> bool {
    let own = fills.values().filter(|(order, _)| order.ticker == spec.order.ticker);
    let held: Decimal = own.map(|(_, shares)| *shares).sum();
    let against = if spec.action == Action::Buy { -held } else { held };
    spec.quantity.value() > against
}
