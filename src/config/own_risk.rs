//! `[AAPL.risk]` in `tickers.toml`: what one ticker has in place of the numbers of `[risk]`; and
//! `[risk.groups.NAME]` in `supervisor.toml`: what several tickers may together.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};

use engine::account::{GroupLimits, GroupName, OnDailyLoss};
use engine::{Fraction, Limits, TickerKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use super::supervisor::{Mode, Supervisor};
use super::switch::Switch;
use super::tickers::Tickers;
use super::values::{Amount, Name};
use crate::control::order::limit_named;
use crate::nearest::did_you_mean;
use crate::segments;
use crate::settings::{Fault, Located};

/// A ticker's own numbers. The most specific wins, be it tighter or looser than the account's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OwnRisk {
    /// The most shares or contracts of one order.
    pub(super) max_order_quantity: Option<Switch<NonZeroU32>>,
    /// The most that one order may be worth, in base currency.
    pub(super) max_order_value: Option<Switch<Amount>>,
    /// How far an entry's limit may lie beyond the quote, as a fraction.
    pub(super) price_collar_pct: Option<Switch<Fraction>>,
    /// How old the quote may be, in seconds of real time.
    pub(super) max_quote_age_s: Option<Switch<u32>>,
    /// How wide the quote may be, as a fraction.
    pub(super) max_spread_pct: Option<Switch<Fraction>>,
    /// The most that one ticker's position may be worth, in base currency.
    pub(super) max_position_size: Option<Switch<Amount>>,
    /// The most entries of one ticker in a minute.
    pub(super) max_entries_a_minute: Option<Switch<NonZeroU32>>,
    /// The most trades of one ticker in a day.
    pub(super) max_trades_a_day: Option<Switch<NonZeroU32>>,
    /// So many losses in a row pause the ticker.
    pub(super) max_losses_in_a_row: Option<Switch<NonZeroU32>>,
    /// How long, in seconds of market time.
    pub(super) loss_pause_s: Option<u32>,
    /// The most entries in a row that end without a fill.
    pub(super) max_unfilled_entries: Option<Switch<NonZeroU32>>,
    /// What one ticker may lose if every stop fills at its price.
    pub(super) max_ticker_risk: Option<Switch<Amount>>,
    /// What one ticker may lose if its price leaps by a tenth, past every stop.
    pub(super) max_ticker_gap_risk: Option<Switch<Amount>>,
}

/// A group's limits. What it does not say is off.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Group {
    /// Its tickers.
    tickers: Vec<TickerKey>,
    /// The most positions open at once.
    max_positions: Switch<NonZeroUsize>,
    /// The most that its positions may be worth together.
    max_gross_exposure: Switch<Amount>,
    /// The most that longs less shorts may be worth.
    max_net_exposure: Switch<Amount>,
    /// The day's loss after which none of its tickers opens.
    max_daily_loss: Switch<Amount>,
    /// What becomes of open positions then.
    on_daily_loss: OnDailyLoss,
}

impl Default for Group {
    fn default() -> Group {
        Group {
            tickers: Vec::new(),
            max_positions: Switch::off(),
            max_gross_exposure: Switch::off(),
            max_net_exposure: Switch::off(),
            max_daily_loss: Switch::off(),
            on_daily_loss: OnDailyLoss::Block,
        }
    }
}

impl Group {
    pub(super) fn limits(&self) -> GroupLimits {
        GroupLimits {
            tickers: self.tickers.iter().cloned().collect(),
            positions_max: self.max_positions.value().map(NonZeroUsize::get),
            gross_exposure_max: self.max_gross_exposure.value().map(Amount::money),
            net_exposure_max: self.max_net_exposure.value().map(Amount::money),
            daily_loss_max: self.max_daily_loss.value().map(Amount::money),
            on_daily_loss: self.on_daily_loss,
        }
    }

    fn says_nothing(&self) -> bool {
        let money = [self.max_gross_exposure, self.max_net_exposure, self.max_daily_loss];
        self.max_positions.value().is_none() && money.iter().all(|limit| limit.value().is_none())
    }
}

/// A release has to know whom a name means, and a limit for nobody, or none for somebody, is a mistake.
pub(super) fn check_groups(
    settings: &Located<Supervisor>,
    tickers: &Located<Tickers>,
) -> Result<(), Vec<Fault>> {
    let there = |name: &Name| match name {
        Name::Ticker(key) => Some(key.clone()),
        Name::Defaults => None,
    };
    let there: BTreeSet<TickerKey> = tickers.value.keys().filter_map(there).collect();
    let mut faults = settings.faults();
    for (name, group) in settings.value.risk.groups() {
        let path = segments!["risk", "groups", name.as_str()];
        if let Some(limit) = limit_named(name.as_str()) {
            faults.at(
                &path,
                format!("`{name}` is what a release calls the limit `{limit}`; name the group otherwise"),
            );
        }
        if there.iter().any(|ticker| ticker.as_str() == name.as_str().to_ascii_uppercase()) {
            faults.at(&path, format!("`{name}` is a ticker; name the group otherwise"));
        }
        if group.tickers.is_empty() {
            faults.at(&path, format!("group `{name}` needs `tickers`, e.g. [\"AAPL\", \"MSFT\"]"));
        }
        if group.says_nothing() {
            let limits = "max_positions, max_gross_exposure, max_net_exposure or max_daily_loss";
            faults.at(&path, format!("group `{name}` limits nothing: give it {limits}"));
        }
        for (index, ticker) in group.tickers.iter().enumerate() {
            let path = segments!["risk", "groups", name.as_str(), "tickers", index];
            if !there.contains(ticker) {
                let known = there.iter().map(TickerKey::as_str);
                let meant = did_you_mean(ticker.as_str(), known);
                faults.at(&path, format!("there is no ticker {ticker} in tickers.toml{meant}"));
            } else if group.tickers[..index].contains(ticker) {
                faults.at(&path, format!("{ticker} is named twice"));
            }
        }
    }
    faults.finish(())
}

/// The account's limits, with what tickers have of their own.
pub(super) fn limits(settings: &Supervisor, tickers: &Tickers, stretch: i32) -> Limits {
    let mut limits = settings.risk.limits(stretch, settings.broker.mode == Mode::Live);
    limits.own = tickers
        .iter()
        .filter_map(|(name, table)| match (name, &table.risk) {
            (Name::Ticker(key), Some(own)) => {
                Some((key.clone(), settings.risk.with(own).own_limits(stretch)))
            }
            _ => None,
        })
        .collect();
    limits
}

/// A ticker with limits of its own shows all that hold for it; those of others are the account's.
pub(super) fn report_risk(
    report: &mut Report,
    settings: &Located<Supervisor>,
    tickers: &Located<Tickers>,
    name: &TickerKey,
) {
    let table = tickers.value.get(&Name::Ticker(name.clone()));
    let Some(own) = table.and_then(|table| table.risk.as_ref()) else { return };
    let in_force = settings.value.risk.with(own).replaceable();
    let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(in_force) else { return };
    for (key, value) in keys {
        let said = tickers.origin(&segments![name.as_str(), "risk", &key]);
        let origin = said.or_else(|| settings.origin(&segments!["risk", &key]));
        let origin = origin.map_or_else(|| "built-in".to_owned(), |origin| origin.to_string());
        report.add(format!("{name}.risk.{key}"), value, origin);
    }
}

/// The groups as they are written.
pub(super) type Groups = BTreeMap<GroupName, Group>;
