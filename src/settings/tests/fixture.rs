//! Settings like the real ones, small.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::settings::{Document, Exact, Fault, Located, Segment};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) struct Settings {
    #[serde(default)]
    pub(super) broker: Broker,
    pub(super) defaults: Numbers,
    #[serde(default)]
    pub(super) tickers: BTreeMap<String, Ticker>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) struct Broker {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) paper: bool,
    pub(super) gateway: Gateway,
    pub(super) accounts: Vec<String>,
    pub(super) speed: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gateway {
    #[default]
    Embedded,
    Tws,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) struct Numbers {
    pub(super) stop_loss_pct: Exact,
    pub(super) take_profit_pct: Exact,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) struct Ticker {
    pub(super) symbol: String,
    pub(super) stop_loss_pct: Option<Exact>,
    pub(super) take_profit_pct: Option<Exact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) when: When,
    pub(super) action: Action,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) enum When {
    Signal { side: Side, min_confidence: Exact },
    PositionProfit { min_profit_pct: Exact },
    All { of: Vec<When> },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Side {
    Buy,
    Sell,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
pub(super) enum Action {
    CreatePosition { size: Option<Exact>, stop_loss_pct: Exact },
    ClosePosition {},
}

pub(super) fn named(path: &[Segment]) -> &str {
    let keys: Vec<&str> = path.iter().filter_map(Segment::key).collect();
    match keys[..] {
        [] => "the settings",
        ["broker"] => "the table `broker`",
        ["defaults"] => "the table `defaults`",
        ["tickers", _] => "a ticker",
        ["rule"] => "a rule",
        ["rule", "when", ..] => "a condition",
        ["rule", "action", ..] => "an action",
        _ => "this table",
    }
}

pub(super) fn load(file: &str, text: &str) -> Result<Located<Settings>, Vec<Fault>> {
    Document::parse(file, text)?.load(named)
}

/// The faults, one a line.
pub(super) fn faults(file: &str, text: &str) -> String {
    match load(file, text) {
        Ok(settings) => panic!("no fault in {settings:?}"),
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    }
}
