//! What a ticker is told to do: the checked stage of its config.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::instrument::{ContractSpec, TickerKey};
use crate::money::{Confidence, Fraction, Money};
use crate::rule::Rule;

/// One ticker's settings, complete: every default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerSettings {
    /// Its name with us.
    pub key: TickerKey,
    /// What it trades.
    pub contract: ContractSpec,
    /// What one entry may cost, in base currency.
    pub position_size: Money,
    /// The stop's distance where the rule names none.
    pub stop_loss: Fraction,
    /// The target's distance where the rule names none.
    pub take_profit: Fraction,
    /// How far a marketable limit reaches beyond the quote.
    pub entry_offset: Fraction,
    /// How long an entry works, in market time.
    pub entry_expiry: TimeDelta,
    /// Whether SHORT opens.
    pub allow_short: bool,
    /// What a signal against the position does.
    pub on_opposite: OnOpposite,
    /// The confidence that closes; none: the lowest that opens the position's side.
    pub exit_min_confidence: Option<Confidence>,
    /// The oldest signal that is traded, in market time.
    pub signal_age_max: TimeDelta,
    /// The oldest quote that is traded on, in process time.
    pub quote_age_max: TimeDelta,
    /// How long no entry is taken after a stop-out, in market time.
    pub cool_down: TimeDelta,
    /// The most lots that a trade adds to its first.
    pub scale_ins_max: u32,
    /// How long a reversal may take to become flat, in market time.
    pub reversal_expiry: TimeDelta,
    /// The rules, in file order.
    pub rules: Arc<[Rule]>,
}

/// What a signal against the position does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOpposite {
    /// Close, and open the other side once flat.
    #[default]
    Reverse,
    /// Close.
    Close,
    /// Nothing.
    Ignore,
}
