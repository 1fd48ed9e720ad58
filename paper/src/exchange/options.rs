//! The account behind the gateway: what it begins with, what it may do, and what its orders are held to.
//!
//! Read next: [`readings`](crate::exchange::readings), then [`order`](crate::exchange::order).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

pub use crate::exchange::readings::{
    After1102, ChildrenGroup, ChildrenOnExpiry, ChildrenOnPartial, ExecutionsBack, GroupChange,
    MixedAccounts, NamedParent, OcaRace, Readings, Reduce,
};

/// What every account id here begins with: a client can tell that it is not IB's.
pub const ACCOUNT_PREFIX: &str = "DSIM";

/// TWS's own limit of working orders a contract and side.
pub const ORDERS_A_SIDE_MAX: usize = 15;

/// The one account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountOptions {
    /// Begins with `DSIM`.
    pub id: String,
    /// Cash at the start.
    pub cash: Decimal,
    /// The currency of everything.
    pub currency: String,
    /// May it see live prices? Without them there are delayed ones for clients that ask for them, and nothing else.
    pub has_live_data: bool,
    /// Is every order of a client refused (321), as TWS does while its Read-Only API is on?
    pub is_read_only: bool,
    /// Live orders a contract and side, children that sleep included; one more is refused (201).
    pub orders_a_side_max: usize,
    /// What guards against a slip of the finger, as TWS's presets do.
    pub precautions: Precautions,
    /// Symbols that cannot be borrowed freely. All others can.
    pub borrow: BTreeMap<String, Borrow>,
    /// Dollars to a unit of another currency, for the contracts that trade in one.
    pub rates: BTreeMap<String, Decimal>,
}

impl Default for AccountOptions {
    fn default() -> Self {
        AccountOptions {
            id: "DSIM0001".to_owned(),
            cash: Decimal::from(1_000_000),
            currency: "USD".to_owned(),
            has_live_data: true,
            is_read_only: false,
            orders_a_side_max: ORDERS_A_SIDE_MAX,
            precautions: Precautions::default(),
            borrow: BTreeMap::new(),
            rates: BTreeMap::from([("GBP".to_owned(), Decimal::new(180, 2))]),
        }
    }
}

/// Limits of TWS's order presets. None of them is set in a fresh gateway.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Precautions {
    /// How far a limit price may lie from the market, in percent (109).
    pub price_percent: Option<Decimal>,
    /// The most shares of an order (383).
    pub size_max: Option<Decimal>,
    /// The most money of an order, at its likely price (451).
    pub value_max: Option<Decimal>,
}

/// What can be borrowed of a stock that is hard to borrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrow {
    /// Shares at hand. A short position beyond them must be located first (404).
    pub shares: u64,
    /// Market seconds that locating takes; none: they are never found.
    pub located_after: Option<u32>,
}
