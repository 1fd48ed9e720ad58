//! Action `create_position`: one entry decision, each of its lots with a stop and a target.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Fraction, Money, Multiple, Portion, Price, Quantity};
use crate::order::Side;
use crate::signal::Direction;

/// Which side to open, in the words of signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "UPPERCASE")]
pub enum Opening {
    /// Go long.
    Buy,
    /// Go short.
    Short,
}

impl Opening {
    /// The signal's direction that opens it.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Opening::Buy => Direction::Buy,
            Opening::Short => Direction::Short,
        }
    }

    /// The position's side.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Opening::Buy => Side::Long,
            Opening::Short => Side::Short,
        }
    }
}

/// How the entry is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A limit beyond the quote by `entry_offset_pct`: it meets the market, and no more.
    #[default]
    Marketable,
    /// At the market. Its bracket is made from the quote, and moved to the average fill.
    Market,
    /// A limit better than the quote by `entry_offset_pct`, resting until it expires.
    Limit,
}

/// One of several targets: a part of the position that leaves there, as a lot of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PartTarget {
    /// The part of the whole entry.
    pub part: Portion,
    /// Distance of its target, as a fraction of the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit_pct: Option<Fraction>,
    /// Distance of its target in average true ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atr_target_multiplier: Option<Multiple>,
}

/// Opens a position. A number that is not given comes from the ticker, then from `[defaults]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePosition {
    /// Which side.
    pub side: Opening,
    /// Distance of the stop from the entry, as a fraction of its price.
    #[serde(default)]
    pub stop_loss_pct: Option<Fraction>,
    /// Distance of the target from the entry, as a fraction of its price.
    #[serde(default)]
    pub take_profit_pct: Option<Fraction>,
    /// Distance of the stop in average true ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atr_stop_multiplier: Option<Multiple>,
    /// Distance of the target in average true ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atr_target_multiplier: Option<Multiple>,
    /// The stop's price itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_price: Option<Price>,
    /// The target's price itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_price: Option<Price>,
    /// True: a stop and a target that the signal names win over all others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_signal: bool,
    /// True: the broker moves the stop along behind the best price, at its first distance.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trailing: bool,
    /// True: only the stop ends the position.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_target: bool,
    /// Several targets, each for a part; the parts make one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<PartTarget>,
    /// How the entry is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryKind>,
    /// How far its limit lies from the quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_offset_pct: Option<Fraction>,
    /// How long it works, in seconds of market time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_expiry_s: Option<u32>,
    /// What it may cost, in base currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_size: Option<Money>,
    /// How many shares or contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Quantity>,
    /// What may be lost at the stop, in base currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_per_trade: Option<Money>,
    /// What it may cost, as a fraction of the account's equity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equity_pct: Option<Fraction>,
}

impl CreatePosition {
    /// One with the ticker's own numbers.
    #[must_use]
    pub fn of(side: Opening) -> CreatePosition {
        CreatePosition {
            side,
            stop_loss_pct: None,
            take_profit_pct: None,
            atr_stop_multiplier: None,
            atr_target_multiplier: None,
            stop_price: None,
            target_price: None,
            from_signal: false,
            trailing: false,
            no_target: false,
            targets: Vec::new(),
            entry: None,
            entry_offset_pct: None,
            entry_expiry_s: None,
            position_size: None,
            shares: None,
            risk_per_trade: None,
            equity_pct: None,
        }
    }

    pub(super) fn needs_atr(&self) -> bool {
        let part = |target: &PartTarget| target.atr_target_multiplier.is_some();
        self.atr_stop_multiplier.is_some()
            || self.atr_target_multiplier.is_some()
            || self.targets.iter().any(part)
    }

    /// What makes the action one that cannot be carried out, if anything does.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let stops =
            [self.stop_loss_pct.is_some(), self.atr_stop_multiplier.is_some(), self.stop_price.is_some()];
        let targets = [
            self.take_profit_pct.is_some(),
            self.atr_target_multiplier.is_some(),
            self.target_price.is_some(),
            self.no_target,
            !self.targets.is_empty(),
        ];
        let sizes = [
            self.position_size.is_some(),
            self.shares.is_some(),
            self.risk_per_trade.is_some(),
            self.equity_pct.is_some(),
        ];
        let many = |said: &[bool]| said.iter().filter(|said| **said).count() > 1;
        let parts: Decimal = self.targets.iter().map(|target| target.part.value()).sum();
        let one =
            |target: &PartTarget| target.take_profit_pct.is_some() != target.atr_target_multiplier.is_some();
        match () {
            () if many(&stops) => Some("it names more than one stop"),
            () if many(&targets) => Some("it names more than one kind of target"),
            () if many(&sizes) => Some("it names more than one size"),
            () if self.trailing && self.stop_price.is_some() => {
                Some("a trailing stop has a distance, not a price")
            }
            () if !self.targets.is_empty() && parts != Decimal::ONE => {
                Some("the parts of its targets do not make 1")
            }
            () if !self.targets.iter().all(one) => {
                Some("each of its targets needs either take_profit_pct or atr_target_multiplier")
            }
            () => None,
        }
    }
}
