//! The newest word of the broker on the account's money, in a cell: a value can be skipped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use engine::Money;
use engine::account::Funds;
use futures::StreamExt;
use ibapi::accounts::{AccountUpdate, AccountValue, PnL};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use rust_decimal::Decimal;

use super::convert::money;

/// What the broker last said of the account's money, and at which rates. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FundsCell {
    base: Arc<str>,
    told: Arc<Mutex<Told>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    funds: Option<Funds>,
    /// The day's result of the whole account, as the broker counts it.
    day: Option<Money>,
    /// Base currency for one unit, by the name of the currency.
    rates: BTreeMap<String, Decimal>,
}

impl FundsCell {
    /// Nothing told yet, of an account whose base currency is `base`, three letters.
    #[must_use]
    pub fn of(base: &str) -> FundsCell {
        FundsCell { base: base.into(), told: Arc::default() }
    }

    /// The newest value; none until the broker has told its buying power.
    #[must_use]
    pub fn peek(&self) -> Option<Funds> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).funds
    }

    /// The day's result as the broker counts it, what others trade on the account included; none while it tells none. TWS
    /// resets it by its own settings (`reqPnL`).
    #[must_use]
    pub fn day(&self) -> Option<Money> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).day
    }

    /// An old result may be of another day.
    pub(super) fn forget_day(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).day = None;
    }

    /// Base currency for one unit of `currency`; none where the broker has not told. TWS tells the
    /// rates of those currencies that the account holds or trades.
    #[must_use]
    pub fn rate(&self, currency: &str) -> Option<Decimal> {
        if currency == &*self.base {
            return Some(Decimal::ONE);
        }
        self.told.lock().unwrap_or_else(PoisonError::into_inner).rates.get(currency).copied()
    }

    fn take_in(&self, value: &AccountValue, at: DateTime<Utc>) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take_in(value, at);
    }
}

/// Reads the day's results into `cell` until they end; answers with why they ended.
pub(super) async fn pump_day(mut updates: Subscription<PnL>, cell: &FundsCell) -> String {
    while let Some(item) = StreamExt::next(&mut updates).await {
        match item {
            Ok(SubscriptionItem::Data(told)) => {
                // A number that TWS has not computed yet is the largest there is.
                let day = money(told.daily_pnl);
                cell.told.lock().unwrap_or_else(PoisonError::into_inner).day = day;
            }
            Ok(_) => {}
            Err(error) => return error.to_string(),
        }
    }
    "the subscription ended".to_owned()
}

/// Reads one subscription into `cell` until it ends; answers with why it ended.
pub(super) async fn pump(
    mut updates: Subscription<AccountUpdate>,
    cell: &FundsCell,
    clock: impl Fn() -> DateTime<Utc>,
) -> String {
    while let Some(item) = StreamExt::next(&mut updates).await {
        match item {
            Ok(SubscriptionItem::Data(AccountUpdate::AccountValue(value))) => {
                cell.take_in(&value, clock());
            }
            Ok(_) => {}
            Err(error) => return error.to_string(),
        }
    }
    "the subscription ended".to_owned()
}

impl Told {
    /// What one value changes. A number that cannot be read changes nothing.
    fn take_in(&mut self, value: &AccountValue, at: DateTime<Utc>) {
        let Ok(number) = value.value.parse::<Decimal>() else { return };
        let known = self.funds;
        match value.key.as_str() {
            "BuyingPower" => {
                let net_liquidation = known.and_then(|funds| funds.net_liquidation);
                self.funds = Some(Funds { buying_power: Money::new(number), net_liquidation, at });
            }
            "NetLiquidation" => {
                self.funds = known.map(|funds| Funds { net_liquidation: Some(Money::new(number)), ..funds });
            }
            "ExchangeRate" if number > Decimal::ZERO => {
                self.rates.insert(value.currency.clone(), number);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use ibapi::accounts::AccountValue;

    use super::FundsCell;

    fn value(key: &str, value: &str, currency: &str) -> AccountValue {
        let [key, value, currency] = [key, value, currency].map(str::to_owned);
        AccountValue { key, value, currency, ..AccountValue::default() }
    }

    #[test]
    fn only_buying_power_makes_funds_and_dates_them() {
        let cell = FundsCell::of("USD");
        let (early, late) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
        cell.take_in(&value("NetLiquidation", "5.00", "USD"), early);
        assert_eq!(cell.peek(), None);
        cell.take_in(&value("BuyingPower", "2000.50", "USD"), early);
        let funds = cell.peek().unwrap();
        assert_eq!((funds.buying_power.to_string().as_str(), funds.at), ("2000.50", early));
        cell.take_in(&value("NetLiquidation", "1000", "USD"), late);
        let worth = cell.peek().unwrap();
        assert_eq!(
            (worth.net_liquidation.map(|net| net.to_string()), worth.at),
            (Some("1000.00".into()), early)
        );
        for unread in ["", "NaN", "1e999", "-"] {
            cell.take_in(&value("BuyingPower", unread, "USD"), late);
            assert_eq!(cell.peek(), Some(worth), "{unread}");
        }
    }

    #[test]
    fn the_base_currency_needs_no_rate_and_others_have_the_one_that_was_told() {
        let cell = FundsCell::of("USD");
        let rate = |currency| cell.rate(currency).map(|rate| rate.to_string());
        assert_eq!((rate("USD"), rate("GBP")), (Some("1".into()), None));
        for (told, expected) in
            [("1.25", "1.25"), ("0", "1.25"), ("-1", "1.25"), ("x", "1.25"), ("1.3", "1.3")]
        {
            cell.take_in(&value("ExchangeRate", told, "GBP"), DateTime::UNIX_EPOCH);
            assert_eq!(rate("GBP").as_deref(), Some(expected), "{told}");
        }
    }
}
