//! `[risk]`: every limit of the account, each with a built-in value, each to be switched off.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};

use chrono::TimeDelta;
use engine::account::{
    AccountLimits, BuyingPower, LosingStreak, LossScope, OnDailyLoss, OrderLimits, OwnLimits, TickerLimits,
    Unknown,
};
use engine::money::Portion;
use engine::{Fraction, Limits, Quantity, TickerKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::own_risk::{Groups, OwnRisk};
use super::switch::Switch;
use super::values::{Amount, Currency};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Risk {
    /// The most shares or contracts of one order.
    max_order_quantity: Switch<NonZeroU32>,
    /// The most that one order may be worth, in base currency.
    max_order_value: Switch<Amount>,
    /// How far an entry's limit may lie beyond the quote, as a fraction.
    price_collar_pct: Switch<Fraction>,
    /// How old the quote may be, in seconds of real time.
    max_quote_age_s: Switch<u32>,
    /// How wide the quote may be, as a fraction.
    max_spread_pct: Switch<Fraction>,
    /// The most that one ticker's position may be worth, in base currency.
    max_position_size: Switch<Amount>,
    /// The most entries of one ticker in a minute.
    max_entries_a_minute: Switch<NonZeroU32>,
    /// The most trades of one ticker in a day.
    max_trades_a_day: Switch<NonZeroU32>,
    /// So many losses in a row pause the ticker.
    max_losses_in_a_row: Switch<NonZeroU32>,
    /// How long, in seconds of market time.
    loss_pause_s: u32,
    /// The most entries in a row that end without a fill.
    max_unfilled_entries: Switch<NonZeroU32>,
    /// The most orders of one side that work on one contract; IB takes 15.
    max_orders_a_side: Switch<NonZeroU32>,
    /// The most positions open at once.
    max_positions: Switch<NonZeroUsize>,
    /// The most that all positions may be worth together.
    max_gross_exposure: Switch<Amount>,
    /// The most that longs less shorts may be worth.
    max_net_exposure: Switch<Amount>,
    /// What all tickers may lose if every stop fills at its price.
    max_open_risk: Switch<Amount>,
    /// What one ticker may lose if every stop fills at its price.
    max_ticker_risk: Switch<Amount>,
    /// What one ticker may lose if its price leaps by a tenth, past every stop.
    max_ticker_gap_risk: Switch<Amount>,
    /// What all may lose if all prices leap by a tenth, past every stop.
    max_gap_risk: Switch<Amount>,
    /// The day's loss after which nothing opens, until it is released by name.
    max_daily_loss: Switch<Amount>,
    /// Whose loss that is.
    daily_loss_scope: LossScope,
    /// What becomes of open positions then.
    on_daily_loss: OnDailyLoss,
    /// The most orders a second.
    max_orders_a_second: Switch<NonZeroU32>,
    /// The most orders a day.
    max_orders_a_day: Switch<NonZeroU32>,
    /// The part of the broker's buying power that entries may take.
    buying_power_share: Switch<Portion>,
    /// True: the broker is asked what an entry would do to the margin before it is placed.
    what_if: bool,
    /// Tickers that open nothing.
    restricted: BTreeSet<TickerKey>,
    /// The account's currency.
    base_currency: Currency,
    /// A trading day is counted in this zone, e.g. America/New_York.
    #[schemars(with = "String")]
    time_zone: chrono_tz::Tz,
    /// Limits of several tickers together, by name.
    groups: Groups,
}

const TEN: NonZeroUsize = NonZeroUsize::new(10).expect("not zero");

/// A number of the built-in limits.
const fn above_zero(number: u32) -> Switch<NonZeroU32> {
    Switch::on(NonZeroU32::new(number).expect("above zero"))
}

impl Default for Risk {
    fn default() -> Risk {
        Risk {
            max_order_quantity: above_zero(100_000),
            max_order_value: Switch::off(),
            price_collar_pct: Switch::on(Fraction::FIVE_PERCENT),
            max_quote_age_s: Switch::on(5),
            max_spread_pct: Switch::on(Fraction::FIVE_PERCENT),
            max_position_size: Switch::on(Amount::whole(50_000)),
            max_entries_a_minute: above_zero(6),
            max_trades_a_day: above_zero(100),
            max_losses_in_a_row: above_zero(5),
            loss_pause_s: 600,
            max_unfilled_entries: above_zero(10),
            max_orders_a_side: above_zero(15),
            max_positions: Switch::on(TEN),
            max_gross_exposure: Switch::off(),
            max_net_exposure: Switch::off(),
            max_open_risk: Switch::off(),
            max_ticker_risk: Switch::off(),
            max_ticker_gap_risk: Switch::off(),
            max_gap_risk: Switch::off(),
            max_daily_loss: Switch::on(Amount::whole(1_000)),
            daily_loss_scope: LossScope::Own,
            on_daily_loss: OnDailyLoss::Block,
            max_orders_a_second: above_zero(45),
            max_orders_a_day: above_zero(10_000),
            buying_power_share: Switch::on(Portion::WHOLE),
            what_if: false,
            restricted: BTreeSet::new(),
            base_currency: Currency::default(),
            time_zone: chrono_tz::America::New_York,
            groups: Groups::new(),
        }
    }
}

impl Risk {
    /// The limits that this asks for. Spans of market time are `stretch` times longer; with
    /// real money an account whose buying power is not known opens nothing.
    pub(super) fn limits(&self, stretch: i32, live: bool) -> Limits {
        Limits {
            order: self.order(),
            ticker: self.ticker(stretch),
            account: self.account(live),
            own: BTreeMap::new(),
            groups: self.groups.iter().map(|(name, group)| (name.clone(), group.limits())).collect(),
            restricted: self.restricted.clone(),
            zone: self.time_zone,
        }
    }

    /// The account's currency, three letters.
    pub(super) fn base_currency(&self) -> String {
        self.base_currency.clone().into()
    }

    /// Whether the broker is asked what an entry would do to the margin before it is placed.
    pub(super) fn what_if(&self) -> bool {
        self.what_if
    }

    /// The limits of several tickers together.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What holds for a ticker that says `own`. What belongs to the account stays as it is.
    pub(super) fn with(&self, own: &OwnRisk) -> Risk {
        Risk {
            max_order_quantity: own.max_order_quantity.unwrap_or(self.max_order_quantity),
            max_order_value: own.max_order_value.unwrap_or(self.max_order_value),
            price_collar_pct: own.price_collar_pct.unwrap_or(self.price_collar_pct),
            max_quote_age_s: own.max_quote_age_s.unwrap_or(self.max_quote_age_s),
            max_spread_pct: own.max_spread_pct.unwrap_or(self.max_spread_pct),
            max_position_size: own.max_position_size.unwrap_or(self.max_position_size),
            max_entries_a_minute: own.max_entries_a_minute.unwrap_or(self.max_entries_a_minute),
            max_trades_a_day: own.max_trades_a_day.unwrap_or(self.max_trades_a_day),
            max_losses_in_a_row: own.max_losses_in_a_row.unwrap_or(self.max_losses_in_a_row),
            loss_pause_s: own.loss_pause_s.unwrap_or(self.loss_pause_s),
            max_unfilled_entries: own.max_unfilled_entries.unwrap_or(self.max_unfilled_entries),
            max_ticker_risk: own.max_ticker_risk.unwrap_or(self.max_ticker_risk),
            max_ticker_gap_risk: own.max_ticker_gap_risk.unwrap_or(self.max_ticker_gap_risk),
            ..self.clone()
        }
    }

    /// Those of its numbers that a ticker may replace.
    pub(super) fn replaceable(&self) -> OwnRisk {
        OwnRisk {
            max_order_quantity: Some(self.max_order_quantity),
            max_order_value: Some(self.max_order_value),
            price_collar_pct: Some(self.price_collar_pct),
            max_quote_age_s: Some(self.max_quote_age_s),
            max_spread_pct: Some(self.max_spread_pct),
            max_position_size: Some(self.max_position_size),
            max_entries_a_minute: Some(self.max_entries_a_minute),
            max_trades_a_day: Some(self.max_trades_a_day),
            max_losses_in_a_row: Some(self.max_losses_in_a_row),
            loss_pause_s: Some(self.loss_pause_s),
            max_unfilled_entries: Some(self.max_unfilled_entries),
            max_ticker_risk: Some(self.max_ticker_risk),
            max_ticker_gap_risk: Some(self.max_ticker_gap_risk),
        }
    }

    /// A ticker's own limits. Spans of market time are `stretch` times longer.
    pub(super) fn own_limits(&self, stretch: i32) -> OwnLimits {
        OwnLimits { order: self.order(), ticker: self.ticker(stretch) }
    }

    /// What a ticker's position may be worth, where that is limited.
    pub(super) fn position_size_max(&self) -> Option<engine::Money> {
        self.max_position_size.value().map(Amount::money)
    }

    fn order(&self) -> OrderLimits {
        OrderLimits {
            quantity_max: self.max_order_quantity.value().map(|max| Quantity::whole(max.get())),
            notional_max: self.max_order_value.value().map(Amount::money),
            price_collar: self.price_collar_pct.value(),
            quote_age_max: self.max_quote_age_s.value().map(|age| TimeDelta::seconds(age.into())),
            spread_max: self.max_spread_pct.value(),
        }
    }

    fn ticker(&self, stretch: i32) -> TickerLimits {
        let pause = TimeDelta::seconds(self.loss_pause_s.into()) * stretch;
        let streak = |losses: NonZeroU32| LosingStreak { losses: losses.get(), pause };
        TickerLimits {
            position_size_max: self.max_position_size.value().map(Amount::money),
            entries_a_minute_max: self.max_entries_a_minute.value().map(NonZeroU32::get),
            minute: TimeDelta::minutes(1) * stretch,
            trades_a_day_max: self.max_trades_a_day.value().map(NonZeroU32::get),
            losing_streak: self.max_losses_in_a_row.value().map(streak),
            unfilled_in_a_row_max: self.max_unfilled_entries.value().map(NonZeroU32::get),
            legs_a_side_max: self.max_orders_a_side.value().map(NonZeroU32::get),
            open_risk_max: self.max_ticker_risk.value().map(Amount::money),
            gap_risk_max: self.max_ticker_gap_risk.value().map(Amount::money),
        }
    }

    fn account(&self, live: bool) -> AccountLimits {
        let unknown = if live { Unknown::Refuse } else { Unknown::Admit };
        AccountLimits {
            positions_max: self.max_positions.value().map(NonZeroUsize::get),
            gross_exposure_max: self.max_gross_exposure.value().map(Amount::money),
            net_exposure_max: self.max_net_exposure.value().map(Amount::money),
            open_risk_max: self.max_open_risk.value().map(Amount::money),
            gap_risk_max: self.max_gap_risk.value().map(Amount::money),
            daily_loss_max: self.max_daily_loss.value().map(Amount::money),
            daily_loss_scope: self.daily_loss_scope,
            on_daily_loss: self.on_daily_loss,
            orders_a_second_max: self.max_orders_a_second.value().map(NonZeroU32::get),
            orders_a_day_max: self.max_orders_a_day.value().map(NonZeroU32::get),
            buying_power: self.buying_power_share.value().map(|share| BuyingPower { share, unknown }),
        }
    }
}
