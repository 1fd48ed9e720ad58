//! `tickers.toml`: `[defaults]`, then one table a ticker.

use std::collections::BTreeMap;

use engine::{Confidence, Fraction, OnOpposite};
use serde::{Deserialize, Serialize};

use super::values::{Amount, DEFAULTS, Name};
use crate::settings::Segment;

/// The file as it is written: tables by name.
pub(super) type Tickers = BTreeMap<Name, Table>;

/// One table: a ticker's, or the defaults of all. What is missing is looked up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    pub(super) symbol: Option<String>,
    pub(super) exchange: Option<String>,
    pub(super) primary_exchange: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) position_size: Option<Amount>,
    pub(super) stop_loss_pct: Option<Fraction>,
    pub(super) take_profit_pct: Option<Fraction>,
    pub(super) entry_offset_pct: Option<Fraction>,
    pub(super) entry_expiry_s: Option<u32>,
    pub(super) max_signal_age_s: Option<u32>,
    pub(super) max_quote_age_s: Option<u32>,
    pub(super) allow_short: Option<bool>,
    pub(super) on_opposite: Option<OnOpposite>,
    pub(super) exit_min_confidence: Option<Confidence>,
    pub(super) max_scale_ins: Option<u32>,
    pub(super) reversal_expiry_s: Option<u32>,
    pub(super) cool_down_s: Option<u32>,
}

/// What its tables are called.
pub(super) fn named(path: &[Segment]) -> &str {
    match path.first().and_then(Segment::key) {
        None => "tickers.toml",
        Some(DEFAULTS) => "[defaults]",
        Some(_) => "a ticker",
    }
}

impl Table {
    /// This table over `below`: what it does not say, that one does.
    pub(super) fn over(self, below: &Table) -> Table {
        let below = below.clone();
        Table {
            symbol: self.symbol.or(below.symbol),
            exchange: self.exchange.or(below.exchange),
            primary_exchange: self.primary_exchange.or(below.primary_exchange),
            currency: self.currency.or(below.currency),
            position_size: self.position_size.or(below.position_size),
            stop_loss_pct: self.stop_loss_pct.or(below.stop_loss_pct),
            take_profit_pct: self.take_profit_pct.or(below.take_profit_pct),
            entry_offset_pct: self.entry_offset_pct.or(below.entry_offset_pct),
            entry_expiry_s: self.entry_expiry_s.or(below.entry_expiry_s),
            max_signal_age_s: self.max_signal_age_s.or(below.max_signal_age_s),
            max_quote_age_s: self.max_quote_age_s.or(below.max_quote_age_s),
            allow_short: self.allow_short.or(below.allow_short),
            on_opposite: self.on_opposite.or(below.on_opposite),
            exit_min_confidence: self.exit_min_confidence.or(below.exit_min_confidence),
            max_scale_ins: self.max_scale_ins.or(below.max_scale_ins),
            reversal_expiry_s: self.reversal_expiry_s.or(below.reversal_expiry_s),
            cool_down_s: self.cool_down_s.or(below.cool_down_s),
        }
    }

    /// What is in force where no file says anything. Stop, target and size have no
    /// built-in value: a trader has to say them.
    pub(super) fn built_in(live: bool) -> Table {
        Table {
            exchange: Some("SMART".to_owned()),
            currency: Some("USD".to_owned()),
            entry_offset_pct: Some(Fraction::TENTH_PERCENT),
            entry_expiry_s: Some(30),
            max_signal_age_s: Some(60),
            max_quote_age_s: Some(5),
            allow_short: Some(!live),
            on_opposite: Some(OnOpposite::Reverse),
            max_scale_ins: Some(1),
            reversal_expiry_s: Some(30),
            cool_down_s: Some(60),
            ..Table::default()
        }
    }
}
