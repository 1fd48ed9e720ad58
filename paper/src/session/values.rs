//! The account's values by TWS's names: those of a summary, and those of the ledger.
//!
//! Initial and maintenance margin do not change over night here, so that the look-ahead and the full values are the
//! present ones.
//!
//! Read next: [`profit`](crate::session::profit).

use rust_decimal::{Decimal, RoundingStrategy};

use crate::session::Desk;

impl Desk {
    /// Everything that account updates carry.
    pub(super) fn all_values(&self) -> Vec<(&'static str, String, Option<String>)> {
        let mut values = vec![
            ("AccountReady", "true".to_owned(), None),
            ("AccountCode", self.account_id().to_owned(), None),
            ("Currency", self.exchange.options().account.currency.clone(), Some("BASE".to_owned())),
        ];
        values.extend(self.account_values());
        values.extend(self.ledger());
        values
    }

    /// The tags of an account summary, money with its currency.
    pub(super) fn account_values(&self) -> Vec<(&'static str, String, Option<String>)> {
        let values = self.exchange.values();
        let cushion = if values.net_liquidation > Decimal::ZERO {
            values.excess_liquidity / values.net_liquidation
        } else {
            Decimal::ZERO
        };
        let leverage = if values.net_liquidation > Decimal::ZERO {
            values.gross_position / values.net_liquidation
        } else {
            Decimal::ZERO
        };
        let currency = Some(self.exchange.options().account.currency.clone());
        let money = |tag, value: Decimal| (tag, rounded(value, 2), currency.clone());
        vec![
            ("AccountType", "INDIVIDUAL".to_owned(), None),
            ("Cushion", rounded(cushion, 6), None),
            ("Leverage-S", rounded(leverage, 2), None),
            ("Leverage", rounded(leverage, 2), None),
            ("DayTradesRemaining", "-1".to_owned(), None),
            ("LookAheadNextChange", "0".to_owned(), None),
            money("NetLiquidation", values.net_liquidation),
            money("TotalCashValue", values.cash),
            money("SettledCash", values.cash),
            money("AccruedCash", Decimal::ZERO),
            money("BuyingPower", values.buying_power),
            money("EquityWithLoanValue", values.net_liquidation),
            money("PreviousEquityWithLoanValue", values.net_liquidation - values.daily),
            money("GrossPositionValue", values.gross_position),
            money("RegTEquity", values.net_liquidation),
            money("RegTMargin", values.initial_margin),
            money("InitMarginReq", values.initial_margin),
            money("MaintMarginReq", values.maintenance_margin),
            money("AvailableFunds", values.available_funds),
            money("ExcessLiquidity", values.excess_liquidity),
            money("FullInitMarginReq", values.initial_margin),
            money("FullMaintMarginReq", values.maintenance_margin),
            money("FullAvailableFunds", values.available_funds),
            money("FullExcessLiquidity", values.excess_liquidity),
            money("LookAheadInitMarginReq", values.initial_margin),
            money("LookAheadMaintMarginReq", values.maintenance_margin),
            money("LookAheadAvailableFunds", values.available_funds),
            money("LookAheadExcessLiquidity", values.excess_liquidity),
        ]
    }

    /// Cash and positions in the one currency that it keeps, and the rates of the others that it trades in.
    pub(super) fn ledger(&self) -> Vec<(&'static str, String, Option<String>)> {
        let values = self.exchange.values();
        let currency = Some(self.exchange.options().account.currency.clone());
        let money = |tag, value: Decimal| (tag, rounded(value, 2), currency.clone());
        let rates = self.exchange.options().account.rates.iter();
        let rates = rates.map(|(name, rate)| ("ExchangeRate", rate.to_string(), Some(name.clone())));
        let own = vec![
            money("CashBalance", values.cash),
            money("TotalCashBalance", values.cash),
            money("StockMarketValue", values.net_position),
            money("NetLiquidationByCurrency", values.net_liquidation),
            money("UnrealizedPnL", values.unrealized),
            money("RealizedPnL", values.realized),
            ("ExchangeRate", "1.00".to_owned(), currency.clone()),
        ];
        own.into_iter().chain(rates).collect()
    }
}

/// A number with so many places. A decimal's own formatting cuts off what comes after them.
fn rounded(value: Decimal, places: u32) -> String {
    let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}", places as usize)
}
