//! What is simulated: tickers with drawn settings, their contracts, and the account's limits.

use std::sync::Arc;

use chrono::TimeDelta;
use engine::account::{LosingStreak, OnDailyLoss};
use engine::money::TickBands;
use engine::rule::EntryKind;
use engine::{
    ContractKind, ContractSpec, Fraction, Instrument, Limits, MarketView, Money, OnOpposite, Quantity, Rule,
    Session, Sizing, StopAfterAdd, TickerSettings,
};
use paper::exchange::options::{AccountOptions, Readings};
use paper::exchange::readings::{
    After1102, ChildrenGroup, ChildrenOnExpiry, ChildrenOnPartial, ExecutionsBack, GroupChange,
    MixedAccounts, NamedParent, OcaRace, Reduce,
};
use paper::market::Market;
use paper::market::options::MarketOptions;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::dice::Dice;

/// The tickers of every world.
pub(crate) const NAMES: [&str; 3] = ["AAA", "BBB", "CCC"];
/// Positions that may be open at once: one fewer than there are tickers.
pub(crate) const POSITIONS_MAX: usize = 2;

/// A market that lists the tickers. Its own prices are used for margins only.
pub(crate) fn market() -> Arc<Market> {
    let walks = NAMES.map(|name| (name.to_owned(), Decimal::ONE_HUNDRED)).into();
    Arc::new(Market::new(MarketOptions { walks, ..MarketOptions::default() }))
}

/// The contract behind a name.
pub(crate) fn con_id(market: &Market, name: &str) -> i32 {
    let listing = market.listings().find(|listing| listing.symbol == name);
    listing.map(|listing| listing.con_id).expect("a listed ticker")
}

/// What the broker has told of a contract: cents, and the regular hours of the days around.
pub(crate) fn view(market: &Market, con_id: i32) -> MarketView {
    let days = market.calendar().dates().filter(|date| *date >= market.options().start).take(5);
    let sessions = days.filter_map(|date| market.calendar().session(date));
    let instrument = Instrument {
        con_id,
        ticks: TickBands::uniform(Decimal::new(1, 2)),
        multiplier: Decimal::ONE,
        currency: "USD".into(),
        expiry: None,
        lot_size: Quantity::whole(1),
        size_min: Quantity::whole(1),
        zone: paper::market::calendar::ZONE,
        liquid_hours: sessions.map(|one| Session { open: one.open, close: one.close }).collect(),
    };
    MarketView {
        instrument: Some(instrument),
        quote: None,
        atr: Some(Decimal::ONE),
        equity: Some(Money::new(Decimal::from(1_000_000))),
        rate: Some(Decimal::ONE),
    }
}

/// Limits that bite now and then.
pub(crate) fn limits(dice: &mut Dice) -> Limits {
    let mut limits = Limits::off(paper::market::calendar::ZONE);
    limits.account.positions_max = Some(POSITIONS_MAX);
    limits.account.gross_exposure_max = Some(Money::new(Decimal::from(45_000)));
    limits.account.orders_a_second_max = Some(30);
    limits.account.daily_loss_max = dice.one_in(3).then(|| Money::new(Decimal::from(900)));
    limits.account.on_daily_loss = dice.pick(&[OnDailyLoss::Block, OnDailyLoss::Flatten]);
    limits.order.price_collar = Fraction::new(Decimal::new(5, 2)).ok();
    limits.ticker.entries_a_minute_max = Some(12);
    limits.ticker.losing_streak = Some(LosingStreak { losses: 6, pause: TimeDelta::seconds(40) });
    limits.ticker.legs_a_side_max = Some(15);
    limits
}

/// The account, large enough that margins never bite; one name is hard to borrow.
pub(crate) fn account(dice: &mut Dice) -> AccountOptions {
    let mut account = AccountOptions { cash: Decimal::from(1_000_000_000), ..AccountOptions::default() };
    if dice.one_in(3) {
        let located_after = dice.pick(&[Some(2), Some(20), None]);
        let borrow = paper::exchange::options::Borrow { shares: 50, located_after };
        account.borrow.insert(NAMES[0].to_owned(), borrow);
    }
    account
}

/// One side of each open question.
pub(crate) fn readings(dice: &mut Dice) -> Readings {
    Readings {
        children_on_partial: dice.pick(ChildrenOnPartial::ALL),
        children_on_expiry: dice.pick(ChildrenOnExpiry::ALL),
        children_group: dice.pick(ChildrenGroup::ALL),
        named_parent: dice.pick(NamedParent::ALL),
        group_change: dice.pick(GroupChange::ALL),
        reduce: dice.pick(Reduce::ALL),
        oca_race: if dice.one_in(5) { OcaRace::Open } else { OcaRace::Blocked },
        executions_back: dice.pick(ExecutionsBack::ALL),
        after_1102: dice.pick(After1102::ALL),
        mixed_accounts: dice.pick(MixedAccounts::ALL),
    }
}

/// A ticker's settings and rules, drawn.
pub(crate) fn settings(name: &str, dice: &mut Dice) -> TickerSettings {
    let fraction = |text: &str| text.parse::<Decimal>().ok().and_then(|value| Fraction::new(value).ok());
    let contract = ContractSpec {
        symbol: name.to_owned(),
        exchange: "SMART".into(),
        primary_exchange: None,
        currency: "USD".into(),
        kind: ContractKind::Stock,
    };
    let mut settings = TickerSettings::of(name.parse().expect("a name"), contract);
    settings.stop_loss = fraction("0.02").expect("a fraction");
    settings.take_profit = fraction("0.025").expect("a fraction");
    settings.cool_down = TimeDelta::seconds(5);
    settings.quote_age_max = TimeDelta::seconds(5);
    settings.entry =
        dice.pick(&[EntryKind::Marketable, EntryKind::Marketable, EntryKind::Market, EntryKind::Limit]);
    settings.entry_expiry = TimeDelta::seconds(i64::try_from(3 + dice.roll(20)).unwrap_or(3));
    settings.on_opposite = dice.pick(&[OnOpposite::Reverse, OnOpposite::Close, OnOpposite::Ignore]);
    settings.stop_after_add =
        dice.pick(&[StopAfterAdd::Keep, StopAfterAdd::Average, StopAfterAdd::Breakeven]);
    settings.stop_outside_rth = fraction("0.01").filter(|_| dice.one_in(8));
    settings.sizing = dice.pick(&[
        Sizing::Money(Money::new(Decimal::from(10_000))),
        Sizing::Shares(Quantity::whole(60)),
        Sizing::Risk(Money::new(Decimal::from(150))),
    ]);
    let adds = dice.roll(3);
    settings.scale_ins_max = u32::from(adds == 1) * 2;
    settings.double_downs_max = u32::from(adds == 2);
    settings.rules = rules(dice, adds);
    settings
}

fn rules(dice: &mut Dice, adds: u64) -> Arc<[Rule]> {
    let mut action = json!({ "type": "create_position" });
    let more = match dice.roll(6) {
        0 => json!({ "no_target": true }),
        1 => json!({ "no_target": true, "trailing": true }),
        2 => json!({ "targets": [
            { "part": "0.5", "take_profit_pct": "0.01" }, { "part": "0.5", "take_profit_pct": "0.03" } ] }),
        3 => json!({ "atr_stop_multiplier": "1.5", "atr_target_multiplier": "2" }),
        _ => json!({}),
    };
    merge(&mut action, &more);
    let mut rules = vec![entry(&action, "BUY"), entry(&action, "SHORT")];
    let profit = |pct: &str| json!({ "type": "position_profit", "min_profit_pct": pct });
    let mut rule = |name: &str, condition: Value, action: Value| {
        rules.push(json!({ "name": name, "condition": condition, "action": action }));
    };
    match adds {
        1 => rule("Add", profit("0.006"), json!({ "type": "scale_in", "scale_pct": "0.5" })),
        2 => rule(
            "Once More",
            json!({ "type": "position_loss", "min_loss_pct": "0.002" }),
            json!({ "type": "double_down", "distance_pct": "0.008" }),
        ),
        _ => {}
    }
    if dice.one_in(3) {
        rule("Part", profit("0.008"), json!({ "type": "scale_out", "part": "0.4" }));
    }
    match dice.roll(4) {
        0 => rule("Even", profit("0.009"), json!({ "type": "move_stop", "break_even": true })),
        1 => rule("Trail", profit("0.005"), json!({ "type": "move_stop", "trail_pct": "0.008" })),
        _ => {}
    }
    if dice.one_in(4) {
        let loss = json!({ "type": "position_loss", "min_loss_pct": "0.013" });
        rule("Enough", loss, json!({ "type": "close_position" }));
    }
    let read = |rule: Value| serde_json::from_value::<Rule>(rule).expect("a rule as the config has it");
    let rules: Vec<Rule> = rules.into_iter().map(read).collect();
    rules.iter().for_each(|rule| rule.check().expect("a rule that can act"));
    rules.into()
}

fn entry(action: &Value, side: &str) -> Value {
    let mut action = action.clone();
    merge(&mut action, &json!({ "side": side }));
    let condition = json!({ "type": "signal", "signal": side, "min_confidence": "0.80" });
    json!({ "name": format!("Open {side}"), "condition": condition, "action": action })
}

fn merge(into: &mut Value, more: &Value) {
    if let (Some(into), Some(more)) = (into.as_object_mut(), more.as_object()) {
        into.extend(more.clone());
    }
}
