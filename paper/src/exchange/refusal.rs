//! Refusals, with TWS's codes and words.
//!
//! A refused order does not exist; a refused change leaves the order as it was. Orders that are accepted and then
//! turned down (201 for lack of funds) become `Inactive` instead, see [`place`](crate::exchange::place).
//!
//! Read next: [`place`](crate::exchange::place).

use rust_decimal::Decimal;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id was used before, by an order that has ended.
    #[error("Duplicate order id")]
    DuplicateId,
    /// The order is complete.
    #[error("Cannot modify a filled order.")]
    ModifyFilled,
    /// A change of what cannot change.
    #[error("Order being modified does not match original order. Original order's {field} cannot change.")]
    Immutable {
        /// What was changed.
        field: &'static str,
    },
    /// A change of the order's kind.
    #[error("Order modify failed. Cannot change to the new order type.")]
    KindChanged,
    /// A price between two ticks.
    #[error("The price does not conform to the minimum price variation for this contract.")]
    OffTick,
    /// A parent that is unknown, or complete.
    #[error("Can't find order with id = {id}")]
    ParentGone {
        /// The parent's id.
        id: i32,
    },
    /// A cancel of an order that was never active.
    #[error("Cancel attempted when order is not in a cancellable state. Order permId = {perm_id}")]
    NotCancellable {
        /// Its permanent id.
        perm_id: i64,
    },
    /// No such contract, or not listed yet.
    #[error("No security definition has been found for the request")]
    UnknownContract,
    /// Everything that TWS turns down in words of its own.
    #[error("Order rejected - reason:{reason}")]
    Rejected {
        /// The words.
        reason: String,
    },
    /// A size of zero or below.
    #[error("The order size cannot be zero.")]
    SizeZero,
    /// A limit too far from the market for the presets.
    #[error("The price is out of the range that the order defaults allow. The order was not sent.")]
    PricePrecaution,
    /// More shares than the presets allow.
    #[error("The size exceeds the limit of the order defaults.")]
    SizePrecaution,
    /// More money than the presets allow.
    #[error("The value of the order exceeds the limit of the order defaults.")]
    ValuePrecaution,
    /// An order for an amount of money.
    #[error("Cash quantity cannot be used for this order.")]
    CashQuantity,
    /// A parent that was to get the children of a preset, of which there is none.
    #[error("The order was discarded: there is no preset for its attached orders.")]
    NoPreset,
    /// A group whose members name their account in different ways.
    #[error("The members of an OCA group must name the same account.")]
    MixedAccounts,
    /// A fraction of a share.
    #[error("This order doesn't support fractional quantity trading")]
    Fractional {
        /// The size.
        quantity: Decimal,
    },
    /// Another group than before.
    #[error("OCA group revision is not allowed.")]
    GroupChanged,
    /// A cancel of an id that this client never used.
    #[error("OrderId {id} that needs to be cancelled is not found.")]
    CancelUnknown {
        /// The id.
        id: i32,
    },
    /// A cancel of an order that has ended.
    #[error("OrderId {id} that needs to be cancelled cannot be cancelled, state: {state}.")]
    CancelEnded {
        /// The id.
        id: i32,
        /// How it ended.
        state: &'static str,
    },
    /// An order type that this gateway does not have.
    #[error("Unsupported order type for this exchange and security type.")]
    UnsupportedKind,
    /// A field that does not make sense.
    #[error("Error validating request.-'bU' : cause - {cause}")]
    Invalid {
        /// What is wrong with it.
        cause: String,
    },
}

impl Refusal {
    /// TWS's code for it.
    pub fn code(&self) -> i32 {
        match self {
            Refusal::DuplicateId => 103,
            Refusal::ModifyFilled => 104,
            Refusal::Immutable { .. } => 105,
            Refusal::PricePrecaution => 109,
            Refusal::OffTick => 110,
            Refusal::ParentGone { .. } => 135,
            Refusal::NotCancellable { .. } => 161,
            Refusal::UnknownContract => 200,
            Refusal::Rejected { .. } => 201,
            Refusal::Invalid { .. } => 321,
            Refusal::KindChanged => 329,
            Refusal::SizePrecaution => 383,
            Refusal::UnsupportedKind => 387,
            Refusal::SizeZero => 434,
            Refusal::ValuePrecaution => 451,
            Refusal::CancelUnknown { .. } => 10147,
            Refusal::CancelEnded { .. } => 10148,
            Refusal::MixedAccounts => 10224,
            Refusal::CashQuantity => 10244,
            Refusal::Fractional { .. } => 10318,
            Refusal::GroupChanged => 10326,
            Refusal::NoPreset => 10355,
        }
    }

    /// An order turned down in words.
    pub fn rejected(reason: impl Into<String>) -> Refusal {
        Refusal::Rejected { reason: reason.into() }
    }
}
