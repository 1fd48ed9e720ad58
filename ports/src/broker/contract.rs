//! A contract looked up: its id, its ticks, its hours.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use engine::money::{TickBand, TickBands};
use engine::{ContractKind, ContractSpec, Instrument, Quantity};
use ibapi::Client;
use ibapi::contracts::{Contract, ContractDetails, Currency, Exchange, SecurityType, Symbol};
use rust_decimal::Decimal;

use super::convert::decimal;
use super::hours::{sessions, zone_named};
use super::pacing::Pacer;

/// Why a contract cannot be traded.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The broker did not answer, or does not know it.
    #[error("failed to look up the contract `{symbol}`")]
    Request {
        /// Which.
        symbol: String,
        /// Why.
        #[source]
        source: ibapi::Error,
    },
    /// Several contracts fit the description.
    #[error("`{symbol}` fits {count} contracts; name its primary_exchange")]
    Ambiguous {
        /// Which.
        symbol: String,
        /// How many.
        count: usize,
    },
}

/// The contract as the wire wants it.
pub(super) fn wire_contract(spec: &ContractSpec) -> Contract {
    let (security_type, local_symbol, expiry) = match &spec.kind {
        ContractKind::Stock => (SecurityType::Stock, None, None),
        ContractKind::Future { local_symbol, expiry } => {
            (SecurityType::Future, local_symbol.clone(), expiry.clone())
        }
    };
    Contract {
        symbol: Symbol::from(spec.symbol.as_str()),
        security_type,
        local_symbol: local_symbol.unwrap_or_default(),
        last_trade_date_or_contract_month: expiry.unwrap_or_default(),
        exchange: Exchange::from(spec.exchange.as_str()),
        primary_exchange: Exchange::from(spec.primary_exchange.clone().unwrap_or_default()),
        currency: Currency::from(spec.currency.as_str()),
        ..Contract::default()
    }
}

/// Ticks by the number of their rule: most stocks share one, and asking costs a message each.
pub(super) type Rules = RefCell<BTreeMap<i32, TickBands>>;

/// Looks a contract up.
pub(super) async fn look_up(
    client: &Client,
    pacer: &Pacer,
    rules: &Rules,
    spec: &ContractSpec,
) -> Result<(Contract, Instrument), ContractError> {
    let failed = |source| ContractError::Request { symbol: spec.symbol.clone(), source };
    pacer.data().await;
    let mut found = client.contract_details(&wire_contract(spec)).await.map_err(failed)?;
    let count = found.len();
    let (Some(details), 1) = (found.pop(), count) else {
        return Err(ContractError::Ambiguous { symbol: spec.symbol.clone(), count });
    };
    let ticks = ticks(client, pacer, rules, &details, &spec.exchange).await.map_err(failed)?;
    let instrument = Instrument {
        con_id: details.contract.contract_id,
        ticks,
        multiplier: multiplier(&details),
        currency: details.contract.currency.to_string(),
        expiry: expiry(&details),
        lot_size: whole(details.size_increment),
        size_min: whole(details.min_size),
        zone: zone_named(&details.time_zone_id).unwrap_or(Tz::UTC),
        liquid_hours: sessions(&details.liquid_hours, &details.time_zone_id),
    };
    Ok((details.contract, instrument))
}

/// The rule of the exchange we route to; `marketRuleIds` goes parallel to `validExchanges`.
async fn ticks(
    client: &Client,
    pacer: &Pacer,
    rules: &Rules,
    details: &ContractDetails,
    exchange: &str,
) -> Result<TickBands, ibapi::Error> {
    let place = details.valid_exchanges.iter().position(|valid| valid == exchange).unwrap_or(0);
    let rule = details.market_rule_ids.get(place).and_then(|id| id.trim().parse().ok());
    let Some(rule) = rule else {
        return Ok(TickBands::uniform(decimal(details.min_tick).unwrap_or_default()));
    };
    if let Some(known) = rules.borrow().get(&rule) {
        return Ok(known.clone());
    }
    pacer.data().await;
    let id = rule;
    let rule = client.market_rule(rule).await?;
    let band = |step: &ibapi::contracts::PriceIncrement| {
        Some(TickBand { low_edge: decimal(step.low_edge)?, increment: decimal(step.increment)? })
    };
    let bands = TickBands::new(rule.price_increments.iter().filter_map(band));
    rules.borrow_mut().insert(id, bands.clone());
    Ok(bands)
}

/// Money for one point of price: quotes in pence count a hundredth of it.
fn multiplier(details: &ContractDetails) -> Decimal {
    let above_zero = |number: &Decimal| *number > Decimal::ZERO;
    let multiplier = details.contract.multiplier.parse().ok().filter(above_zero).unwrap_or(Decimal::ONE);
    let magnifier = Decimal::from(details.price_magnifier.max(1));
    multiplier.checked_div(magnifier).unwrap_or(multiplier)
}

/// A size rule in whole shares, one at least: the API refuses the fractions that some contracts allow.
fn whole(size: Option<f64>) -> Quantity {
    let size = size.and_then(decimal).unwrap_or_default().ceil().max(Decimal::ONE);
    Quantity::new(size).unwrap_or(Quantity::whole(1))
}

/// The last day of a contract that ends: `YYYYMMDD`, behind which a time may stand.
fn expiry(details: &ContractDetails) -> Option<NaiveDate> {
    let told = &details.contract.last_trade_date_or_contract_month;
    NaiveDate::parse_from_str(told.get(..8)?, "%Y%m%d").ok()
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn sizes_go_in_whole_shares_and_coarser_steps_as_told() {
        let told = [None, Some(0.0001), Some(1.0), Some(2.5), Some(100.0), Some(f64::NAN), Some(f64::MAX)];
        let sizes = told.map(|size| whole(size).to_string());
        assert_eq!(sizes, ["1", "1", "1", "3", "100", "1", "1"]);
    }
}
