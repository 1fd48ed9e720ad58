//! What guards against a slip of the finger: TWS's presets, and the exchange's limit of orders a side.
//!
//! Read next: [`refusal`](crate::exchange::refusal).

use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::attributes::Attributes;
use crate::exchange::order::{OrderKey, Terms};
use crate::exchange::readings::MixedAccounts;
use crate::exchange::refusal::Refusal;

impl Exchange {
    /// The presets; an order may say that it passes them.
    pub(super) fn check_precautions(&self, terms: &Terms, attributes: &Attributes) -> Result<(), Refusal> {
        let limits = &self.options.account.precautions;
        if attributes.bypass_precautions {
            return Ok(());
        }
        if limits.size_max.is_some_and(|max| terms.quantity > max) {
            return Err(Refusal::SizePrecaution);
        }
        let value = terms.quantity * self.worth(terms.con_id, self.likely_price(terms));
        if limits.value_max.is_some_and(|max| value > max) {
            return Err(Refusal::ValuePrecaution);
        }
        let market = self.mark(terms.con_id);
        let away = terms.kind.limit().map(|limit| (limit - market).abs() * Decimal::ONE_HUNDRED);
        match (limits.price_percent, away.and_then(|away| away.checked_div(market))) {
            (Some(max), Some(away)) if away > max => Err(Refusal::PricePrecaution),
            _ => Ok(()),
        }
    }

    /// No more than so many live orders a contract and side.
    pub(super) fn check_room(&self, terms: &Terms) -> Result<(), Refusal> {
        let max = self.options.account.orders_a_side_max;
        let same =
            self.live().filter(|order| order.terms.con_id == terms.con_id && order.terms.side == terms.side);
        if same.count() < max {
            return Ok(());
        }
        Err(Refusal::rejected(format!("No more than {max} orders may work on one side of this contract.")))
    }

    /// Members of a group name their account, or none of them does; one of the [readings](MixedAccounts).
    pub(super) fn check_accounts(
        &self,
        key: OrderKey,
        terms: &Terms,
        attributes: &Attributes,
    ) -> Result<(), Refusal> {
        let Some(oca) = terms.oca.as_ref() else { return Ok(()) };
        if self.options.readings.mixed_accounts == MixedAccounts::Taken {
            return Ok(());
        }
        let mut members = self.live.values().filter_map(|key| self.orders.get(key)).filter(|order| {
            order.key != key && order.terms.oca.as_ref().is_some_and(|named| named.group == oca.group)
        });
        match members.any(|order| order.attributes.account != attributes.account) {
            true => Err(Refusal::MixedAccounts),
            false => Ok(()),
        }
    }
}
