//! The account behind the gateway, and the readings of what nobody outside IB has been able to verify.
//!
//! Read next: [`order`](crate::exchange::order).

use rust_decimal::Decimal;

/// What every account id here begins with: a client can tell that it is not IB's.
pub const ACCOUNT_PREFIX: &str = "DSIM";

/// The one account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountOptions {
    /// Begins with `DSIM`.
    pub id: String,
    /// Cash at the start.
    pub cash: Decimal,
    /// The currency of everything.
    pub currency: String,
}

impl Default for AccountOptions {
    fn default() -> Self {
        AccountOptions {
            id: "DSIM0001".to_owned(),
            cash: Decimal::from(1_000_000),
            currency: "USD".to_owned(),
        }
    }
}

/// What the children of a bracket do while their parent is partly filled. TWS's builds are reported to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChildrenOnPartial {
    /// Active at once with what the parent has filled so far; their total grows with it.
    #[default]
    Grow,
    /// Full size, inactive until the parent is complete; a parent that ends partly filled activates them for that part.
    Held,
    /// As `Held`, but they are cancelled together with a partly filled parent's rest.
    CancelledWithRest,
}

/// One choice for each open question about TWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// See [`ChildrenOnPartial`].
    pub children_on_partial: ChildrenOnPartial,
}
