//! What an order would open, at which price, and how much of it there is already.

use super::exact::worth;
use super::lines::Line;
use crate::money::{Fraction, Money, Price, Quantity};
use crate::order::{Action, Kind};
use crate::order_ref::OrderRef;
use crate::request::{Change, OrderSpec};

/// An order that opens or enlarges a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) order: OrderRef,
    pub(super) action: Action,
    /// Shares that it may bring from here on.
    pub(super) quantity: Quantity,
    /// Its limit; none for one that takes any price.
    pub(super) limit: Option<Price>,
    /// The worst price that it is valued at.
    pub(super) price: Option<Price>,
    /// The price of the stop that comes with it.
    pub(super) stop: Option<Price>,
    /// True for new terms of an order that works.
    pub(super) changes: bool,
}

impl Opening {
    /// A new order. `touch` is the quote that its prices were made from.
    pub(super) fn of(spec: &OrderSpec, touch: Option<Price>, collar: Option<Fraction>) -> Opening {
        let limit = match spec.kind {
            Kind::Limit(price) => Some(price),
            _ => None,
        };
        Opening {
            order: spec.order.clone(),
            action: spec.action,
            quantity: spec.quantity,
            limit,
            price: worst(spec, limit, touch, collar),
            stop: None,
            changes: false,
        }
    }

    /// New terms of a working entry.
    pub(super) fn changed(change: &Change, line: &Line) -> Opening {
        let limit = Some(change.price);
        Opening {
            order: change.order.clone(),
            action: line.action,
            quantity: change.quantity.less(line.got()),
            limit,
            price: match line.action {
                Action::Buy => limit,
                Action::Sell => limit.max(line.worst_price()),
            },
            stop: None,
            changes: true,
        }
    }

    /// What it may bring is worth; none where it cannot be computed.
    pub(super) fn worth(&self, multiplier: rust_decimal::Decimal) -> Option<Money> {
        worth(self.price?.value(), self.quantity.value(), multiplier)
    }
}

/// A buy pays its limit at most. A sell gets what the market pays, and its limit at least.
/// What takes any price may meet one beyond the quote by the collar.
fn worst(
    spec: &OrderSpec,
    limit: Option<Price>,
    touch: Option<Price>,
    collar: Option<Fraction>,
) -> Option<Price> {
    match (limit, spec.action) {
        (Some(limit), Action::Buy) => Some(limit),
        (Some(limit), Action::Sell) => touch.max(Some(limit)),
        (None, _) => {
            let worst = touch?.max(spec.kind.price().unwrap_or(touch?));
            collar.map_or(Some(worst), |collar| Price::new(worst.raised(collar)).ok())
        }
    }
}
