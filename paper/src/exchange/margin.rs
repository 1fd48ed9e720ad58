//! What an order would do to the account: asked before it is accepted, and by what-if orders.
//!
//! An order that lowers the margin is never turned down.
//!
//! Read next: [`matching`](crate::exchange::matching).

use rust_decimal::Decimal;

use crate::exchange::Exchange;
use crate::exchange::account::Values;
use crate::exchange::fill::commission_of;
use crate::exchange::order::{OrderKey, Side, Terms};
use crate::exchange::refusal::Refusal;
use crate::market::price::decimal;

/// The answer to a what-if order.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The id it was asked with; it stays unused.
    pub key: OrderKey,
    /// What was asked.
    pub terms: Terms,
    /// The account as it is.
    pub before: Values,
    /// The account after a fill at the price below.
    pub after: Values,
    /// The commission of one fill.
    pub commission: Decimal,
}

impl Exchange {
    pub(super) fn what_if(&self, key: OrderKey, terms: Terms) -> WhatIf {
        let price = self.likely_price(&terms);
        let worth = self.worth(terms.con_id, price);
        let commission = commission_of(terms.quantity, terms.quantity * worth);
        let (before, after) = self.around(&terms, price, commission);
        WhatIf { key, terms, before, after, commission }
    }

    pub(super) fn affords(&self, terms: &Terms) -> Result<(), Refusal> {
        let (before, after) = self.around(terms, self.likely_price(terms), Decimal::ZERO);
        if after.available_funds >= Decimal::ZERO || after.initial_margin <= before.initial_margin {
            return Ok(());
        }
        Err(Refusal::rejected(format!(
            "We are unable to accept your order. Your Available Funds are insufficient to cover the initial margin. \
             Available Funds: {:.2}, Initial Margin: {:.2}",
            before.available_funds,
            after.initial_margin - before.initial_margin,
        )))
    }

    /// The account before and after a fill at `price`, which is also what the contract is taken to be worth.
    fn around(&self, terms: &Terms, price: Decimal, commission: Decimal) -> (Values, Values) {
        let worth = self.worth(terms.con_id, price);
        let mark =
            |con_id| if con_id == terms.con_id { worth } else { self.worth(con_id, self.mark(con_id)) };
        let mut account = self.account.clone();
        account.trade(terms.con_id, terms.side, terms.quantity, worth, commission);
        (self.account.values(mark), account.values(mark))
    }

    pub(super) fn likely_price(&self, terms: &Terms) -> Decimal {
        let asked = terms.kind.limit().or(terms.kind.stop()).or(terms.kind.touch());
        let book = || {
            let symbol = &self.market.listing(terms.con_id)?.symbol;
            let book = self.market.quote(self.now, symbol)?.book?;
            Some(decimal(if terms.side == Side::Buy { book.ask } else { book.bid }))
        };
        asked.or_else(book).unwrap_or_else(|| self.mark(terms.con_id))
    }
}
