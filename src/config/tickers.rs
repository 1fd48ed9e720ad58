//! `tickers.toml`: `[defaults]`, then one table a ticker.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use engine::rule::EntryKind;
use engine::{Confidence, Fraction, OnHandCancel, OnOpposite, OnUnknown, Quantity, Sizing, StopAfterAdd};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overrides::Numbers;
use super::own_risk::OwnRisk;
use super::values::{Amount, BarMinutes, DEFAULTS, Name};
use crate::settings::Segment;

/// The file as it is written: tables by name.
pub(super) type Tickers = BTreeMap<Name, Table>;

/// One table: a ticker's, or the defaults of all. What is missing is looked up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    /// The symbol at the broker; none: the ticker's name.
    pub(super) symbol: Option<String>,
    /// `SMART`, or the one exchange to route to.
    pub(super) exchange: Option<String>,
    /// Where it is listed; tells apart symbols that several exchanges use.
    pub(super) primary_exchange: Option<String>,
    /// Its currency, three letters.
    pub(super) currency: Option<String>,
    /// What is traded.
    pub(super) security_type: Option<SecurityType>,
    /// A future's own name at its exchange.
    pub(super) local_symbol: Option<String>,
    /// A future's expiry: YYYYMM or YYYYMMDD.
    pub(super) expiry: Option<String>,
    /// What one entry may cost, in the account's base currency.
    pub(super) position_size: Option<Amount>,
    /// So many shares or contracts an entry.
    pub(super) shares: Option<Quantity>,
    /// What may be lost at the stop of one entry, in base currency.
    pub(super) risk_per_trade: Option<Amount>,
    /// What one entry may cost, as a fraction of what the account is worth.
    pub(super) equity_pct: Option<Fraction>,
    /// How much worse than its stop an exit is expected to be, where a size is made from the risk.
    pub(super) slippage_allowance_pct: Option<Fraction>,
    /// How far the stop lies from the entry, as a fraction: 0.03 is 3 %.
    pub(super) stop_loss_pct: Option<Fraction>,
    /// How far the target lies from the entry, as a fraction.
    pub(super) take_profit_pct: Option<Fraction>,
    /// Bars that the average true range is taken over.
    pub(super) atr_period: Option<NonZeroU32>,
    /// Minutes of each of these bars.
    pub(super) atr_bar_minutes: Option<BarMinutes>,
    /// How an entry is sent.
    pub(super) entry: Option<EntryKind>,
    /// How far its limit lies from the quote, as a fraction.
    pub(super) entry_offset_pct: Option<Fraction>,
    /// How long it works, in seconds of market time.
    pub(super) entry_expiry_s: Option<u32>,
    /// The oldest signal that is traded on, in seconds of market time.
    pub(super) max_signal_age_s: Option<u32>,
    /// The oldest quote that is traded on, in seconds of real time.
    pub(super) max_quote_age_s: Option<u32>,
    /// Whether it may be short.
    pub(super) allow_short: Option<bool>,
    /// How long a short sale may wait for shares to borrow, in seconds of market time.
    pub(super) locate_patience_s: Option<u32>,
    /// Trade beside a position of somebody else's.
    pub(super) allow_foreign_position: Option<bool>,
    /// What a signal against the position does.
    pub(super) on_opposite: Option<OnOpposite>,
    /// The least confidence of a signal that closes.
    pub(super) exit_min_confidence: Option<Confidence>,
    /// Lots that a trade may add to its first while it gains.
    pub(super) max_scale_ins: Option<u32>,
    /// Lots that rest at a better price while the trade loses.
    pub(super) max_double_downs: Option<u32>,
    /// The most trades in a day.
    pub(super) max_trades_a_day: Option<u32>,
    /// What all stops do once an add is in.
    pub(super) stop_after_add: Option<StopAfterAdd>,
    /// What a stop means that is cancelled by hand twice.
    pub(super) on_hand_cancel: Option<OnHandCancel>,
    /// What becomes of shares that no record tells of.
    pub(super) on_unknown: Option<OnUnknown>,
    /// The nearest that a moved stop comes to the market, as a fraction.
    pub(super) min_stop_distance_pct: Option<Fraction>,
    /// Protection works outside regular hours, as a limit this far beyond its stop.
    pub(super) stop_outside_rth_pct: Option<Fraction>,
    /// What one future takes of the available funds, in its currency; none: its whole worth.
    pub(super) margin_a_contract: Option<Amount>,
    /// How long a reversal may take to become flat, in seconds of market time.
    pub(super) reversal_expiry_s: Option<u32>,
    /// No entry for so long after a stop-out, in seconds of market time.
    pub(super) cool_down_s: Option<u32>,
    /// Changed settings hold for an open trade, too; a stop never loosens by it.
    pub(super) apply_to_open: Option<bool>,
    /// In place of `[risk]` in `supervisor.toml`, which is the place for all tickers.
    #[serde(skip_serializing)]
    pub(super) risk: Option<OwnRisk>,
    /// Own numbers of rules, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) rules: BTreeMap<String, Numbers>,
}

/// What a ticker trades. Cash forex, options and combos are not traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum SecurityType {
    /// Stocks, and funds that trade like them.
    Stk,
    /// Futures.
    Fut,
}

/// What its tables are called.
pub(super) fn named(path: &[Segment]) -> &str {
    if path.get(1).and_then(Segment::key) == Some("rules") && path.len() > 2 {
        return "a ticker's own rule";
    }
    if path.get(1).and_then(Segment::key) == Some("risk") {
        return "a ticker's own risk";
    }
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
        // A size is said as a whole: one kind here does not meet another kind there.
        let size = if self.sizes() > 0 { self.clone() } else { below.clone() };
        Table {
            symbol: self.symbol.or(below.symbol),
            exchange: self.exchange.or(below.exchange),
            primary_exchange: self.primary_exchange.or(below.primary_exchange),
            currency: self.currency.or(below.currency),
            security_type: self.security_type.or(below.security_type),
            local_symbol: self.local_symbol.or(below.local_symbol),
            expiry: self.expiry.or(below.expiry),
            position_size: size.position_size,
            shares: size.shares,
            risk_per_trade: size.risk_per_trade,
            equity_pct: size.equity_pct,
            slippage_allowance_pct: self.slippage_allowance_pct.or(below.slippage_allowance_pct),
            stop_loss_pct: self.stop_loss_pct.or(below.stop_loss_pct),
            take_profit_pct: self.take_profit_pct.or(below.take_profit_pct),
            atr_period: self.atr_period.or(below.atr_period),
            atr_bar_minutes: self.atr_bar_minutes.or(below.atr_bar_minutes),
            entry: self.entry.or(below.entry),
            entry_offset_pct: self.entry_offset_pct.or(below.entry_offset_pct),
            entry_expiry_s: self.entry_expiry_s.or(below.entry_expiry_s),
            max_signal_age_s: self.max_signal_age_s.or(below.max_signal_age_s),
            max_quote_age_s: self.max_quote_age_s.or(below.max_quote_age_s),
            allow_short: self.allow_short.or(below.allow_short),
            locate_patience_s: self.locate_patience_s.or(below.locate_patience_s),
            allow_foreign_position: self.allow_foreign_position.or(below.allow_foreign_position),
            on_opposite: self.on_opposite.or(below.on_opposite),
            exit_min_confidence: self.exit_min_confidence.or(below.exit_min_confidence),
            max_scale_ins: self.max_scale_ins.or(below.max_scale_ins),
            max_double_downs: self.max_double_downs.or(below.max_double_downs),
            max_trades_a_day: self.max_trades_a_day.or(below.max_trades_a_day),
            stop_after_add: self.stop_after_add.or(below.stop_after_add),
            on_hand_cancel: self.on_hand_cancel.or(below.on_hand_cancel),
            on_unknown: self.on_unknown.or(below.on_unknown),
            min_stop_distance_pct: self.min_stop_distance_pct.or(below.min_stop_distance_pct),
            stop_outside_rth_pct: self.stop_outside_rth_pct.or(below.stop_outside_rth_pct),
            margin_a_contract: self.margin_a_contract.or(below.margin_a_contract),
            reversal_expiry_s: self.reversal_expiry_s.or(below.reversal_expiry_s),
            cool_down_s: self.cool_down_s.or(below.cool_down_s),
            apply_to_open: self.apply_to_open.or(below.apply_to_open),
            risk: self.risk,
            // For all tickers the rules file itself is the place.
            rules: self.rules,
        }
    }

    /// How many kinds of size it names.
    pub(super) fn sizes(&self) -> usize {
        let named = [
            self.position_size.is_some(),
            self.shares.is_some(),
            self.risk_per_trade.is_some(),
            self.equity_pct.is_some(),
        ];
        named.into_iter().filter(|named| *named).count()
    }

    /// How large an entry is, where it says.
    pub(super) fn sizing(&self) -> Option<Sizing> {
        let money = self.position_size.map(|own| Sizing::Money(own.money()));
        let shares = self.shares.map(Sizing::Shares);
        let risk = self.risk_per_trade.map(|own| Sizing::Risk(own.money()));
        money.or(shares).or(risk).or(self.equity_pct.map(Sizing::Equity))
    }

    /// What is in force where no file says anything. Stop, target and size have no
    /// built-in value: a trader has to say them.
    pub(super) fn built_in(live: bool) -> Table {
        Table {
            exchange: Some("SMART".to_owned()),
            currency: Some("USD".to_owned()),
            security_type: Some(SecurityType::Stk),
            slippage_allowance_pct: Some(Fraction::TENTH_PERCENT),
            atr_period: NonZeroU32::new(14),
            atr_bar_minutes: Some(BarMinutes::FIVE),
            entry: Some(EntryKind::Marketable),
            locate_patience_s: Some(30),
            allow_foreign_position: Some(false),
            max_double_downs: Some(0),
            stop_after_add: Some(StopAfterAdd::Keep),
            on_hand_cancel: Some(OnHandCancel::Flatten),
            on_unknown: Some(OnUnknown::Freeze),
            min_stop_distance_pct: Some(Fraction::FIFTH_PERCENT),
            entry_offset_pct: Some(Fraction::TENTH_PERCENT),
            entry_expiry_s: Some(30),
            max_signal_age_s: Some(60),
            max_quote_age_s: Some(5),
            allow_short: Some(!live),
            on_opposite: Some(OnOpposite::Reverse),
            max_scale_ins: Some(1),
            reversal_expiry_s: Some(30),
            cool_down_s: Some(60),
            apply_to_open: Some(false),
            ..Table::default()
        }
    }
}
