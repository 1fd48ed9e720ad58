//! How large an entry is: by money, by shares, by the money lost at its stop, or by equity.
//!
//! Whole shares or contracts, rounded down; a size that rounds to nothing is declined.

use rust_decimal::Decimal;

use super::Ticker;
use crate::instrument::Instrument;
use crate::money::{Money, Price, Quantity};
use crate::reason::Decline;
use crate::rule::CreatePosition;
use crate::settings::Sizing;
use crate::view::MarketView;

/// What a share costs both ways by the broker's fixed schedule, in base currency: an estimate,
/// for sizes made from the risk.
const COMMISSION_A_SHARE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

impl Ticker {
    pub(super) fn size(
        &self,
        entry: &CreatePosition,
        from: Price,
        stop: Price,
        instrument: &Instrument,
        market: &MarketView,
    ) -> Result<Quantity, Decline> {
        let rate = self.rate(instrument, market)?;
        let unit = instrument.multiplier * rate;
        let sizing = own_size(entry).unwrap_or(self.settings.sizing);
        let quantity = match sizing {
            Sizing::Shares(shares) => shares,
            Sizing::Money(money) => money.buys(from, unit),
            Sizing::Equity(part) => {
                let equity = market.equity.ok_or(Decline::NoEquity)?;
                let money = equity.value().checked_mul(part.value()).map_or(Money::ZERO, Money::new);
                money.buys(from, unit)
            }
            Sizing::Risk(money) => self.by_risk(money, from, stop, unit),
        };
        let size = quantity.in_lots_of(Quantity::whole(1));
        if size.is_zero() {
            return Err(Decline::RoundsToZero { money: money_of(sizing, market), price: from });
        }
        orderable(size, instrument)
    }

    /// Base currency for one unit of the contract's; the same currency needs no rate.
    pub(super) fn rate(&self, instrument: &Instrument, market: &MarketView) -> Result<Decimal, Decline> {
        market.rate.ok_or_else(|| Decline::NoRate { currency: instrument.currency.clone() })
    }

    /// As many as lose `money` at the stop, slippage and commissions included, within what the
    /// position may be worth.
    fn by_risk(&self, money: Money, from: Price, stop: Price, unit: Decimal) -> Quantity {
        let slippage = stop.value() * self.settings.slippage_allowance.value();
        let lost = ((from.value() - stop.value()).abs() + slippage) * unit + COMMISSION_A_SHARE;
        let by_risk = money.value().checked_div(lost).unwrap_or_default().floor();
        let by_risk = Quantity::new(by_risk.max(Decimal::ZERO)).unwrap_or_default();
        let cap = self.settings.position_size_max.map(|most| most.buys(from, unit));
        cap.map_or(by_risk, |cap| by_risk.min(cap))
    }
}

/// As many as can be ordered, or that the contract is not traded in so few.
pub(super) fn orderable(size: Quantity, instrument: &Instrument) -> Result<Quantity, Decline> {
    let whole = instrument.orderable(size);
    if whole.is_zero() {
        return Err(Decline::BelowMinimum { size, least: instrument.size_min.max(instrument.lot_size) });
    }
    Ok(whole)
}

fn own_size(entry: &CreatePosition) -> Option<Sizing> {
    let money = entry.position_size.map(Sizing::Money);
    let shares = entry.shares.map(Sizing::Shares);
    let risk = entry.risk_per_trade.map(Sizing::Risk);
    money.or(shares).or(risk).or(entry.equity_pct.map(Sizing::Equity))
}

/// The money that turned out to be too little.
fn money_of(sizing: Sizing, market: &MarketView) -> Money {
    match sizing {
        Sizing::Money(money) | Sizing::Risk(money) => money,
        Sizing::Shares(_) => Money::ZERO,
        Sizing::Equity(part) => {
            let equity = market.equity.unwrap_or_default().value();
            equity.checked_mul(part.value()).map_or(Money::ZERO, Money::new)
        }
    }
}
