//! What every test of a ticker begins with: its settings and its market.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod ten_rules;

use chrono::TimeDelta;
use engine::{Instrument, MarketView, Quantity, Session, TickerSettings};
use rust_decimal::Decimal;

use crate::numbers::{at, decimal};

/// 10,000 a position, stop 3 %, target 8 %, entries from a confidence of 0.80.
pub(crate) fn settings() -> TickerSettings {
    let rule = |name: &str, side: &str| {
        let rule = serde_json::json!({
            "name": name,
            "condition": { "type": "signal", "signal": side, "min_confidence": "0.80" },
            "action": { "type": "create_position", "side": side, "stop_loss_pct": "0.03", "take_profit_pct": "0.08" },
        });
        serde_json::from_value(rule).expect("a rule as the config has it")
    };
    let scale_in = serde_json::json!({
        "name": "Scale In on Profit",
        "condition": { "type": "position_profit", "min_profit_pct": "0.02" },
        "action": { "type": "scale_in", "scale_pct": "0.50" },
    });
    let scale_in = serde_json::from_value(scale_in).expect("a rule as the config has it");
    let fraction = |text: &str| decimal(text).try_into().expect("a fraction");
    let contract = engine::ContractSpec {
        symbol: "AAPL".into(),
        exchange: "SMART".into(),
        primary_exchange: None,
        currency: "USD".into(),
        kind: engine::ContractKind::Stock,
    };
    TickerSettings {
        stop_loss: fraction("0.02"),
        take_profit: fraction("0.04"),
        scale_ins_max: 2,
        rules: vec![rule("High Confidence Buy", "BUY"), rule("High Confidence Short", "SHORT"), scale_in]
            .into(),
        ..TickerSettings::of("AAPL".parse().expect("a name"), contract)
    }
}

/// The same with one entry rule, whose action has `entry` besides, and with `rules` behind it.
pub(crate) fn settings_with(entry: serde_json::Value, rules: &[serde_json::Value]) -> TickerSettings {
    let mut action = serde_json::json!({ "type": "create_position", "side": "BUY" });
    action.as_object_mut().expect("a map").extend(entry.as_object().expect("a map").clone());
    let first = serde_json::json!({
        "name": "Buy",
        "condition": { "type": "signal", "signal": "BUY", "min_confidence": "0.80" },
        "action": action,
    });
    let read =
        |rule: &serde_json::Value| serde_json::from_value(rule.clone()).expect("a rule as the config has it");
    let rules: Vec<engine::Rule> = [&first].into_iter().chain(rules).map(read).collect();
    rules.iter().for_each(|rule| rule.check().expect("a rule that can act"));
    TickerSettings { rules: rules.into(), ..settings() }
}

/// A contract on cents, open from 09:30 to 16:00, without a quote yet.
pub(crate) fn market() -> MarketView {
    let open = at("09:30:00").market;
    let instrument = Instrument {
        con_id: 265_598,
        ticks: engine::money::TickBands::uniform(decimal("0.01")),
        multiplier: Decimal::ONE,
        currency: "USD".into(),
        expiry: None,
        lot_size: Quantity::whole(1),
        size_min: Quantity::whole(1),
        zone: chrono_tz::America::New_York,
        liquid_hours: vec![Session { open, close: open + TimeDelta::minutes(390) }],
    };
    MarketView {
        instrument: Some(instrument),
        quote: None,
        atr: None,
        equity: None,
        rate: Some(Decimal::ONE),
    }
}
