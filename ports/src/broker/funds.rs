//! The newest word of the broker on the account's money, in a cell: a value can be skipped.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use engine::Money;
use engine::account::Funds;
use futures::StreamExt;
use ibapi::accounts::{AccountUpdate, AccountValue};
use ibapi::subscriptions::{Subscription, SubscriptionItem};

/// What the broker last said of the account's money. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct FundsCell(Arc<Mutex<Option<Funds>>>);

impl FundsCell {
    /// The newest value; none until the broker has told its buying power.
    #[must_use]
    pub fn peek(&self) -> Option<Funds> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(Option<Funds>) -> Option<Funds>) {
        let mut cell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *cell = change(*cell);
    }
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
                cell.change(|known| take_in(known, &value, clock()));
            }
            Ok(_) => {}
            Err(error) => return error.to_string(),
        }
    }
    "the subscription ended".to_owned()
}

/// What one value changes. A number that cannot be read changes nothing.
fn take_in(known: Option<Funds>, value: &AccountValue, at: DateTime<Utc>) -> Option<Funds> {
    let Some(money) = value.value.parse().ok().map(Money::new) else { return known };
    let net_liquidation = known.and_then(|funds| funds.net_liquidation);
    match value.key.as_str() {
        "BuyingPower" => Some(Funds { buying_power: money, net_liquidation, at }),
        "NetLiquidation" => known.map(|funds| Funds { net_liquidation: Some(money), ..funds }),
        _ => known,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use ibapi::accounts::AccountValue;

    use super::take_in;

    #[test]
    fn only_buying_power_makes_funds_and_dates_them() {
        let value = |key: &str, value: &str| AccountValue {
            key: key.to_owned(),
            value: value.to_owned(),
            ..AccountValue::default()
        };
        let (early, late) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
        assert_eq!(take_in(None, &value("NetLiquidation", "5.00"), early), None);
        let funds = take_in(None, &value("BuyingPower", "2000.50"), early).unwrap();
        assert_eq!((funds.buying_power.to_string().as_str(), funds.at), ("2000.50", early));
        let worth = take_in(Some(funds), &value("NetLiquidation", "1000"), late).unwrap();
        assert_eq!(
            (worth.net_liquidation.map(|net| net.to_string()), worth.at),
            (Some("1000.00".into()), early)
        );
        for unread in ["", "NaN", "1e999", "-"] {
            assert_eq!(take_in(Some(funds), &value("BuyingPower", unread), late), Some(funds), "{unread}");
        }
    }
}
