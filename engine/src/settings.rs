//! What a ticker is told to do: the checked stage of its config.

use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::instrument::{ContractSpec, TickerKey};
use crate::money::{Confidence, Fraction, Money, Quantity};
use crate::rule::{EntryKind, Rule};

/// One ticker's settings, complete: every default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerSettings {
    /// Its name with us.
    pub key: TickerKey,
    /// What it trades.
    pub contract: ContractSpec,
    /// How large one entry is where the rule does not say.
    pub sizing: Sizing,
    /// The most that the ticker's position may be worth, adds included, in base currency; caps
    /// a size that is made from the risk.
    pub position_size_max: Option<Money>,
    /// The stop's distance where the rule names none.
    pub stop_loss: Fraction,
    /// The target's distance where the rule names none.
    pub take_profit: Fraction,
    /// How an entry is sent where the rule does not say.
    pub entry: EntryKind,
    /// How far an entry's limit lies from the quote.
    pub entry_offset: Fraction,
    /// How long an entry works, in market time.
    pub entry_expiry: TimeDelta,
    /// Whether the broker is asked what an entry would do to the margin before it is placed.
    pub what_if: bool,
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
    /// The most lots that a trade adds to its first while it gains.
    pub scale_ins_max: u32,
    /// The most lots that a trade adds to its first while it loses.
    pub double_downs_max: u32,
    /// What a person means who cancels a stop a second time.
    pub on_hand_cancel: OnHandCancel,
    /// What becomes of a position of ours that no record tells of.
    pub on_unknown: OnUnknown,
    /// What the stops do once an add is in.
    pub stop_after_add: StopAfterAdd,
    /// The least distance of a moved stop from the market, as a fraction of the price; twice the
    /// spread counts where that is more.
    pub stop_distance_min: Fraction,
    /// The most trades that are opened in one day of the exchange.
    pub trades_a_day_max: Option<u32>,
    /// Protection works outside regular hours, as a stop that becomes a limit this far beyond;
    /// none: it sleeps there.
    pub stop_outside_rth: Option<Fraction>,
    /// What one contract takes of the account's available funds, in the contract's currency; none: its
    /// whole worth counts, as a stock's does.
    pub margin: Option<Money>,
    /// Whether the ticker may start beside a position of somebody else's.
    pub allow_foreign_position: bool,
    /// How much worse than its stop an exit is expected to be, when a size is made from the risk.
    pub slippage_allowance: Fraction,
    /// Bars that the average true range is taken over.
    pub atr_period: u32,
    /// Minutes of each of these bars.
    pub atr_bar_minutes: u32,
    /// How long a short sale may wait for shares to borrow, in market time.
    pub locate_patience: TimeDelta,
    /// How long a reversal may take to become flat, in market time.
    pub reversal_expiry: TimeDelta,
    /// Whether changed settings hold for an open trade, too; else it ends under those it began with.
    pub apply_to_open: bool,
    /// The rules, in file order.
    pub rules: Arc<[Rule]>,
}

/// One setting that a reload changed, as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// Its name, e.g. `stop_loss_pct`.
    pub setting: String,
    /// What it was; none where it was not there.
    pub from: Option<String>,
    /// What it is; none where it is not there any more.
    pub to: Option<String>,
}

impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SettingChange { setting, from, to } = self;
        match (from, to) {
            (Some(from), Some(to)) => write!(f, "{setting} {from} -> {to}"),
            (None, Some(to)) => write!(f, "{setting} {to}, which was not set"),
            (Some(from), None) => write!(f, "{setting} is not set any more, was {from}"),
            (None, None) => f.write_str(setting),
        }
    }
}

/// How large an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sizing {
    /// What it may cost, in base currency.
    Money(Money),
    /// So many shares or contracts.
    Shares(Quantity),
    /// What may be lost at the stop, in base currency.
    Risk(Money),
    /// What it may cost, as a fraction of the account's equity.
    Equity(Fraction),
}

/// What the stops of a trade do once an add is in. A stop never loosens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum StopAfterAdd {
    /// Each lot keeps its own.
    #[default]
    Keep,
    /// All move to the first lot's distance from the new average entry.
    Average,
    /// All move to the new average entry and the commissions.
    Breakeven,
}

impl TickerSettings {
    /// What a stock has that says nothing itself, without rules.
    #[must_use]
    pub fn of(key: TickerKey, contract: ContractSpec) -> TickerSettings {
        TickerSettings {
            key,
            contract,
            sizing: Sizing::Money(Money::new(rust_decimal::Decimal::from(10_000))),
            position_size_max: None,
            stop_loss: Fraction::THREE_PERCENT,
            take_profit: Fraction::EIGHT_PERCENT,
            entry: EntryKind::Marketable,
            entry_offset: Fraction::TENTH_PERCENT,
            entry_expiry: TimeDelta::seconds(30),
            what_if: false,
            allow_short: true,
            on_opposite: OnOpposite::Reverse,
            exit_min_confidence: None,
            signal_age_max: TimeDelta::seconds(60),
            quote_age_max: TimeDelta::seconds(5),
            cool_down: TimeDelta::seconds(60),
            scale_ins_max: 1,
            double_downs_max: 0,
            on_hand_cancel: OnHandCancel::Flatten,
            on_unknown: OnUnknown::Freeze,
            stop_after_add: StopAfterAdd::Keep,
            stop_distance_min: Fraction::FIFTH_PERCENT,
            trades_a_day_max: None,
            stop_outside_rth: None,
            margin: None,
            allow_foreign_position: false,
            slippage_allowance: Fraction::TENTH_PERCENT,
            atr_period: 14,
            atr_bar_minutes: 5,
            locate_patience: TimeDelta::seconds(30),
            reversal_expiry: TimeDelta::seconds(30),
            apply_to_open: false,
            rules: Arc::new([]),
        }
    }

    /// True where a rule of this ticker measures in average true ranges: its bars are wanted.
    #[must_use]
    pub fn needs_atr(&self) -> bool {
        self.rules.iter().any(|rule| rule.is_for(&self.key) && rule.needs_atr())
    }

    /// The minutes of the bars that it needs and how many are averaged; none where it needs none.
    #[must_use]
    pub fn bars(&self) -> Option<(u32, u32)> {
        self.needs_atr().then_some((self.atr_bar_minutes, self.atr_period))
    }
}

/// What becomes of a position that orders of ours opened, and that no record tells of: the last ones were lost with
/// the power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// The ticker freezes; a person looks at it.
    #[default]
    Freeze,
    /// It is managed as a trade of ours, where there is one way only to read it.
    Adopt,
}

/// What a person means who cancels a stop by hand, and again once it is placed anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum OnHandCancel {
    /// The position shall go.
    #[default]
    Flatten,
    /// It shall be held without a stop.
    Hold,
}

/// What a signal against the position does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
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
