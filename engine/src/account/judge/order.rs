//! Limits of one order: how much, how dear, and by which quote.

use rust_decimal::Decimal;

use super::{Case, Opening, Refusal};
use crate::money::Price;
use crate::order::Action;
use crate::view::Quote;

impl Case<'_> {
    pub(super) fn judge_order(&self, opening: &Opening) -> Result<(), Refusal> {
        let limits = self.order_limits();
        if let Some(max) = limits.quantity_max.filter(|max| opening.quantity > *max) {
            return Err(Refusal::OrderTooLarge { wanted: opening.quantity, max });
        }
        self.judge_quote()?;
        self.judge_price(opening)?;
        opening.price.ok_or(Refusal::NoPrice)?;
        let worth = opening.worth(self.holding.multiplier).ok_or_else(|| self.not_computable())?;
        match limits.notional_max {
            Some(max) if worth > max => Err(Refusal::OrderWorthTooMuch { worth, max }),
            _ => Ok(()),
        }
    }

    fn judge_quote(&self) -> Result<(), Refusal> {
        let limits = self.order_limits();
        if let Some(max) = limits.quote_age_max {
            let age = self.quote()?.age(self.now);
            if age > max {
                return Err(Refusal::QuoteTooOld { ticker: self.ticker.clone(), age, max });
            }
        }
        let Some(max) = limits.spread_max else { return Ok(()) };
        let (bid, ask, spread) = spread_of(self.quote()?).ok_or_else(|| self.no_quote())?;
        if spread.is_sign_negative() || spread > max.value() {
            return Err(Refusal::SpreadTooWide { ticker: self.ticker.clone(), bid, ask, spread, max });
        }
        Ok(())
    }

    fn judge_price(&self, opening: &Opening) -> Result<(), Refusal> {
        let (Some(collar), Some(price)) = (self.order_limits().price_collar, opening.limit) else {
            return Ok(());
        };
        let touch = self.quote()?.touch(opening.action).ok_or_else(|| self.no_quote())?;
        let beyond = match opening.action {
            Action::Buy => price.value() > touch.raised(collar),
            Action::Sell => price.value() < touch.lowered(collar),
        };
        if beyond { Err(Refusal::PriceCollar { price, touch, collar }) } else { Ok(()) }
    }

    fn quote(&self) -> Result<&Quote, Refusal> {
        self.view.quotes.get(self.ticker).ok_or_else(|| self.no_quote())
    }

    fn no_quote(&self) -> Refusal {
        Refusal::NoQuote { ticker: self.ticker.clone() }
    }
}

/// Bid, ask, and their distance as a part of the middle; negative when crossed. None for a
/// quote of one side.
pub(in crate::account) fn spread_of(quote: &Quote) -> Option<(Price, Price, Decimal)> {
    let (bid, ask) = (quote.bid?, quote.ask?);
    // Prices are bounded, so neither overflows; and their middle is above zero.
    let middle = (bid.value() + ask.value()) / Decimal::TWO;
    Some((bid, ask, (ask.value() - bid.value()) / middle))
}
