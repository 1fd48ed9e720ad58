//! Rules: a condition and an action, data without state.
//!
//! One file per kind; the enums here delegate in one match, so that the compiler
//! lists what a new kind needs. A rule answers with a reason, yes or no.
//!
//! Read next: [`signal`], [`create_position`], [`position_profit`], [`scale_in`].

pub mod create_position;
pub mod position_profit;
pub mod scale_in;
pub mod signal;

use serde::{Deserialize, Serialize};

pub use create_position::CreatePosition;
pub use position_profit::PositionProfit;
pub use scale_in::ScaleIn;
pub use signal::SignalCondition;

use crate::instrument::TickerKey;
use crate::money::{Confidence, Price};
use crate::order::Side;
use crate::reason::{Because, Decline};
use crate::signal::Signal;

/// One rule of the user's, as the config states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The name that reasons show.
    pub name: String,
    /// Higher goes first; equal ones in file order.
    #[serde(default)]
    pub priority: i32,
    /// The tickers it is for; none named: all.
    #[serde(default)]
    pub tickers: Vec<TickerKey>,
    /// When.
    pub condition: Condition,
    /// What.
    pub action: Action,
}

/// When a rule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Condition {
    /// On a signal of one direction and enough confidence.
    Signal(SignalCondition),
    /// On a gain of the position.
    PositionProfit(PositionProfit),
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Opens a position with its stop and target.
    CreatePosition(CreatePosition),
    /// Adds a lot to it.
    ScaleIn(ScaleIn),
}

/// The entry that a rule asks for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The action's numbers.
    pub entry: &'a CreatePosition,
    /// The rule's answer.
    pub because: Because,
}

/// The add that a rule asks for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adding<'a> {
    /// The action's numbers.
    pub scale_in: &'a ScaleIn,
    /// The rule's answer.
    pub because: Because,
}

/// A condition and an action that never meet: the rule would be dead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}` can never act: {why}")]
pub struct DeadRule {
    /// Its name.
    pub rule: String,
    /// Why.
    pub why: &'static str,
}

impl Rule {
    /// Refuses a rule that could never act.
    ///
    /// # Errors
    /// Its condition and its action do not go together.
    pub fn check(&self) -> Result<(), DeadRule> {
        let why = match (&self.condition, &self.action) {
            (Condition::Signal(on), Action::CreatePosition(entry)) if on.signal != entry.side.direction() => {
                "a BUY signal opens side BUY, a SHORT signal side SHORT"
            }
            (Condition::Signal(_), Action::ScaleIn(_)) => "scale_in goes with position_profit",
            (Condition::PositionProfit(_), Action::CreatePosition(_)) => "create_position goes with signal",
            _ => return Ok(()),
        };
        Err(DeadRule { rule: self.name.clone(), why })
    }

    /// True if the rule is for this ticker.
    #[must_use]
    pub fn is_for(&self, ticker: &TickerKey) -> bool {
        self.tickers.is_empty() || self.tickers.contains(ticker)
    }

    fn opens(&self) -> Option<(&SignalCondition, &CreatePosition)> {
        match (&self.condition, &self.action) {
            (Condition::Signal(condition), Action::CreatePosition(entry)) => Some((condition, entry)),
            _ => None,
        }
    }

    fn adds(&self) -> Option<(&PositionProfit, &ScaleIn)> {
        match (&self.condition, &self.action) {
            (Condition::PositionProfit(condition), Action::ScaleIn(scale_in)) => Some((condition, scale_in)),
            _ => None,
        }
    }
}

/// The entry that this signal is good for: the first by priority, then file order.
///
/// # Errors
/// Why no rule takes it: the least confidence that would have done.
pub fn entry_for<'a>(rules: &'a [Rule], ticker: &TickerKey, signal: &Signal) -> Result<Wanted<'a>, Decline> {
    let mut nearest: Option<(Confidence, Decline)> = None;
    for rule in in_order(rules, ticker) {
        let Some((condition, entry)) = rule.opens() else { continue };
        if condition.signal != signal.direction {
            continue;
        }
        match condition.holds(&rule.name, signal) {
            Ok(because) => return Ok(Wanted { entry, because }),
            Err(decline) if nearest.as_ref().is_none_or(|(least, _)| condition.min_confidence < *least) => {
                nearest = Some((condition.min_confidence, decline));
            }
            Err(_) => {}
        }
    }
    Err(nearest.map_or(Decline::NoRule(signal.direction), |(_, decline)| decline))
}

/// The add that a position of `side` from `entry` is good for at `mark`, on its `level`.
#[must_use]
pub fn adding_for<'a>(
    rules: &'a [Rule],
    ticker: &TickerKey,
    level: u32,
    side: Side,
    entry: Price,
    mark: Price,
) -> Option<Adding<'a>> {
    in_order(rules, ticker).find_map(|rule| {
        let (condition, scale_in) = rule.adds()?;
        let because = condition.holds(&rule.name, level, side, entry, mark)?;
        Some(Adding { scale_in, because })
    })
}

/// The lowest confidence with which any rule opens `side`; what a close needs by default.
#[must_use]
pub fn min_confidence_to_open(rules: &[Rule], ticker: &TickerKey, side: Side) -> Option<Confidence> {
    in_order(rules, ticker)
        .filter_map(Rule::opens)
        .filter(|(_, entry)| entry.side.side() == side)
        .map(|(condition, _)| condition.min_confidence)
        .min()
}

fn in_order<'a>(rules: &'a [Rule], ticker: &TickerKey) -> impl Iterator<Item = &'a Rule> {
    let mut own: Vec<&Rule> = rules.iter().filter(|rule| rule.is_for(ticker)).collect();
    own.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    own.into_iter()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Rule, entry_for};
    use crate::signal::{Direction, Signal};

    fn rule(name: &str, min_confidence: &str, priority: i32, tickers: &[&str]) -> Rule {
        serde_json::from_value(serde_json::json!({
            "name": name, "priority": priority, "tickers": tickers,
            "condition": { "type": "signal", "signal": "BUY", "min_confidence": min_confidence },
            "action": { "type": "create_position", "side": "BUY" },
        }))
        .unwrap()
    }

    fn answers(rules: &[Rule], table: &[(Direction, &str)]) -> String {
        let signal = |direction, confidence: &str| Signal {
            id: String::new(),
            direction,
            confidence: confidence.parse::<rust_decimal::Decimal>().unwrap().try_into().unwrap(),
            at: chrono::DateTime::UNIX_EPOCH,
        };
        let answer = |&(direction, confidence): &(Direction, &str)| {
            let signal = signal(direction, confidence);
            match entry_for(rules, &"AAPL".parse().unwrap(), &signal) {
                Ok(wanted) => format!("{signal}: taken ({})\n", wanted.because),
                Err(decline) => format!("{signal}: declined ({decline})\n"),
            }
        };
        table.iter().map(answer).collect()
    }

    #[test]
    fn the_first_by_priority_then_by_file_order_takes_the_signal() {
        let rules = [
            rule("plain", "0.60", 0, &[]),
            rule("also plain", "0.60", 0, &[]),
            rule("sure", "0.90", 5, &[]),
            rule("for IBM", "0.10", 9, &["IBM"]),
        ];
        let table = [
            (Direction::Buy, "0.95"),
            (Direction::Buy, "0.60"),
            (Direction::Buy, "0.59"),
            (Direction::Short, "0.99"),
        ];
        expect![[r#"
            BUY 0.95: taken (sure: 0.95 >= 0.90)
            BUY 0.60: taken (plain: 0.60 >= 0.60)
            BUY 0.59: declined (confidence 0.59 < 0.60 (plain))
            SHORT 0.99: declined (no rule takes SHORT)
        "#]]
        .assert_eq(&answers(&rules, &table));
    }
}
