//! The account's limits. One that is none is off.
//!
//! The most specific number holds: a ticker's own in place of that of every ticker, be it tighter or looser.
//! A group's limits hold besides the account's.
//!
//! Read next: [`name`](super::name), what each is called and by which formula it is counted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::GroupName;
use super::exact::bounded;
use crate::instrument::TickerKey;
use crate::money::{Fraction, Money, Portion, Quantity};

/// What the account may risk. Money is in its base currency. Limits hold back what opens or
/// enlarges a position; what takes risk away passes all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of each order.
    pub order: OrderLimits,
    /// Of each ticker.
    pub ticker: TickerLimits,
    /// Of all tickers together.
    pub account: AccountLimits,
    /// Tickers that have limits of their own. They hold in place of [`order`](Limits::order) and
    /// [`ticker`](Limits::ticker), all of them, whether tighter or looser.
    pub own: BTreeMap<TickerKey, OwnLimits>,
    /// Limits of several tickers together; they hold besides those of the account.
    pub groups: BTreeMap<GroupName, GroupLimits>,
    /// Tickers that open nothing.
    pub restricted: BTreeSet<TickerKey>,
    /// The zone that a trading day is counted in.
    pub zone: Tz,
}

/// What one ticker has in place of the limits of every ticker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnLimits {
    /// Of each of its orders.
    pub order: OrderLimits,
    /// Of the ticker.
    pub ticker: TickerLimits,
}

/// Limits of several tickers together, each counted as the account's of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupLimits {
    /// Which tickers.
    pub tickers: BTreeSet<TickerKey>,
    /// The most of them that may hold a position or work an entry.
    pub positions_max: Option<usize>,
    /// The most that their long and short positions may be worth together.
    pub gross_exposure_max: Option<Money>,
    /// The most that the one side may be worth beyond the other.
    pub net_exposure_max: Option<Money>,
    /// Their loss of a day at which none of them opens any more; above zero.
    pub daily_loss_max: Option<Money>,
    /// What happens to their open positions then.
    pub on_daily_loss: OnDailyLoss,
}

/// Limits of one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderLimits {
    /// The most shares or contracts.
    pub quantity_max: Option<Quantity>,
    /// The most that it may be worth.
    pub notional_max: Option<Money>,
    /// How far a limit price may lie beyond the quote.
    pub price_collar: Option<Fraction>,
    /// The oldest quote that an entry is judged by, in process time.
    pub quote_age_max: Option<TimeDelta>,
    /// The widest spread, as a part of the middle between bid and ask.
    pub spread_max: Option<Fraction>,
}

/// Limits of one ticker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerLimits {
    /// The most that its position may be worth, working entries included.
    pub position_size_max: Option<Money>,
    /// The most entries within [`minute`](TickerLimits::minute).
    pub entries_a_minute_max: Option<u32>,
    /// What counts as a minute, in market time; longer where the market runs faster than
    /// the clock on the wall.
    pub minute: TimeDelta,
    /// The most trades that may begin in one trading day.
    pub trades_a_day_max: Option<u32>,
    /// The pause after losses in a row.
    pub losing_streak: Option<LosingStreak>,
    /// The most entries in a row that end without a fill.
    pub unfilled_in_a_row_max: Option<u32>,
    /// The most live orders of one side, held children included. IB takes 15.
    pub legs_a_side_max: Option<u32>,
    /// The most that it may lose if every stop of it fills.
    pub open_risk_max: Option<Money>,
    /// The most that it may lose if its price leaps by a tenth, past every stop.
    pub gap_risk_max: Option<Money>,
}

/// When losses in a row make a ticker pause, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LosingStreak {
    /// So many trades lost one after the other; at least 1.
    pub losses: u32,
    /// How long nothing opens after the last of them, in market time.
    pub pause: TimeDelta,
}

/// Limits of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountLimits {
    /// The most tickers that may hold a position or work an entry.
    pub positions_max: Option<usize>,
    /// The most that long and short positions may be worth together.
    pub gross_exposure_max: Option<Money>,
    /// The most that the one side may be worth beyond the other.
    pub net_exposure_max: Option<Money>,
    /// The most that may be lost if every stop fills.
    pub open_risk_max: Option<Money>,
    /// The most that may be lost if all prices leap by a tenth, past every stop.
    pub gap_risk_max: Option<Money>,
    /// The loss of a day at which nothing opens any more; above zero.
    pub daily_loss_max: Option<Money>,
    /// Whose loss that is.
    pub daily_loss_scope: LossScope,
    /// What happens to open positions then.
    pub on_daily_loss: OnDailyLoss,
    /// The most orders that this process may place or change within a second of process time.
    pub orders_a_second_max: Option<u32>,
    /// The most orders that may be placed or changed in one trading day.
    pub orders_a_day_max: Option<u32>,
    /// How much of the buying power entries may take.
    pub buying_power: Option<BuyingPower>,
}

/// How buying power decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuyingPower {
    /// The part of it that entries may take.
    pub share: Portion,
    /// What happens while the broker has not said how much there is.
    pub unknown: Unknown,
}

/// What a limit does while its number is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// It lets through, and says that it does.
    Admit,
    /// It refuses.
    Refuse,
}

/// Whose loss the daily-loss limit is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum LossScope {
    /// This program's.
    #[default]
    Own,
    /// The account's as the broker counts it, what others trade on it included; this program's until the broker has told.
    Account,
}

/// What the daily-loss limit does to open positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum OnDailyLoss {
    /// Nothing opens; what is open keeps its stops and targets.
    #[default]
    Block,
    /// Nothing opens, and what is open is closed.
    Flatten,
}

impl BuyingPower {
    /// What entries may take of `amount`.
    pub(super) fn of(&self, amount: Money) -> Money {
        let share = Decimal::from(self.share);
        // A part of an amount is no larger than it, so this fails for no real amount.
        amount.value().checked_mul(share).and_then(bounded).unwrap_or(Money::ZERO)
    }
}

impl Limits {
    /// No limit at all but that nothing crosses zero.
    #[must_use]
    pub fn off(zone: Tz) -> Limits {
        Limits {
            order: OrderLimits::default(),
            ticker: TickerLimits::default(),
            account: AccountLimits::default(),
            own: BTreeMap::new(),
            groups: BTreeMap::new(),
            restricted: BTreeSet::new(),
            zone,
        }
    }

    /// Those of one order of `ticker`.
    #[must_use]
    pub fn order_of(&self, ticker: &TickerKey) -> &OrderLimits {
        self.own.get(ticker).map_or(&self.order, |own| &own.order)
    }

    /// Those of `ticker` itself.
    #[must_use]
    pub fn ticker_of(&self, ticker: &TickerKey) -> &TickerLimits {
        self.own.get(ticker).map_or(&self.ticker, |own| &own.ticker)
    }

    /// The groups that `ticker` is in.
    pub fn groups_of(&self, ticker: &TickerKey) -> impl Iterator<Item = (&GroupName, &GroupLimits)> {
        self.groups.iter().filter(|(_, group)| group.tickers.contains(ticker))
    }
}

impl Default for TickerLimits {
    fn default() -> TickerLimits {
        TickerLimits {
            position_size_max: None,
            entries_a_minute_max: None,
            minute: TimeDelta::minutes(1),
            trades_a_day_max: None,
            losing_streak: None,
            unfilled_in_a_row_max: None,
            legs_a_side_max: None,
            open_risk_max: None,
            gap_risk_max: None,
        }
    }
}
