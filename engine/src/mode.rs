//! A ticker's state. Each of them keeps the protection running; none but `Active` opens.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::Quantity;
use crate::mutant::{self, Mutant};
use crate::order_ref::OrderRef;

/// What a ticker may do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Out of step with the broker: waits for its snapshot, sends nothing.
    Reconciling {
        /// The state after it, should nothing differ.
        then: Box<Mode>,
    },
    /// Trades.
    #[default]
    Active,
    /// Opens nothing until a person says that it goes on.
    Paused {
        /// Who said so.
        by: String,
    },
    /// Opens nothing until a named release.
    Halted {
        /// Why.
        because: String,
    },
    /// Differs from the broker in a way that nothing explains; an operator releases it.
    Frozen(Difference),
}

/// An unexplained difference from the broker, with its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Difference {
    /// The broker's position is not ours.
    #[error("the broker holds {broker}, our executions make {ours}")]
    Position {
        /// The broker's signed quantity.
        broker: Decimal,
        /// Ours.
        ours: Decimal,
    },
    /// Exits took more than the entry brought.
    #[error("exits took {left} of {bought}")]
    Oversold {
        /// Shares that left.
        left: Quantity,
        /// Shares that came.
        bought: Quantity,
    },
    /// Orders of ours that should work are not at the broker.
    #[error("not at the broker: {}", short(orders))]
    Missing {
        /// Which.
        orders: Vec<OrderRef>,
    },
    /// The broker owes a word of orders of ours, or of what was asked of them.
    #[error("no answer about {}", short(orders))]
    Unanswered {
        /// Which.
        orders: Vec<OrderRef>,
    },
    /// An execution of ours belongs to no open trade.
    #[error("execution {0} belongs to no open trade")]
    Execution(String),
    /// An order of ours works that no open trade knows.
    #[error("order {0} works at the broker, and no open trade knows it")]
    Order(String),
}

fn short(orders: &[OrderRef]) -> String {
    orders.iter().map(OrderRef::short).collect::<Vec<_>>().join(", ")
}

impl Mode {
    /// True where entries are taken.
    #[must_use]
    pub fn opens(&self) -> bool {
        let careless = mutant::is(Mutant::OpenWhileReconciling) && self.is_reconciling();
        matches!(self, Mode::Active) || careless
    }

    /// True where a new order may be placed at all. Frozen, what is held is not known: the
    /// orders at the broker stay, and none is added.
    #[must_use]
    pub fn places(&self) -> bool {
        !matches!(self, Mode::Reconciling { .. } | Mode::Frozen(_))
    }

    /// True where what happens may halt it: it would open, now or when it goes on.
    #[must_use]
    pub fn may_halt(&self) -> bool {
        self.opens() || matches!(self, Mode::Paused { .. })
    }

    /// The state behind a comparison with the broker, should nothing differ.
    #[must_use]
    pub fn lasting(&self) -> &Mode {
        match self {
            Mode::Reconciling { then } => then.lasting(),
            mode => mode,
        }
    }

    /// True while nothing can be sent and nothing that was heard can be trusted whole.
    #[must_use]
    pub fn is_reconciling(&self) -> bool {
        matches!(self, Mode::Reconciling { .. })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mode::Reconciling { then } => match then.lasting() {
                Mode::Active => f.write_str("reconciling"),
                then => write!(f, "reconciling, then {then}"),
            },
            Mode::Active => f.write_str("active"),
            Mode::Paused { by } => write!(f, "paused (by {by})"),
            Mode::Halted { because } => write!(f, "halted ({because})"),
            Mode::Frozen(difference) => write!(f, "frozen ({difference})"),
        }
    }
}
