//! `[SYMBOL.rules."NAME"]` in `tickers.toml`: a ticker's own numbers of a rule.
//!
//! Only numbers that the rule says itself, or takes from the ticker, can be replaced: an override
//! never turns a rule into another one.

use engine::rule::{Action, Condition};
use engine::{Confidence, Fraction, Portion, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The numbers of one rule that a ticker replaces.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Numbers {
    /// The least confidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_confidence: Option<Confidence>,
    /// The least gain, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_profit_pct: Option<Fraction>,
    /// The least loss, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_loss_pct: Option<Fraction>,
    /// How far the stop lies from the entry, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_loss_pct: Option<Fraction>,
    /// How far the target lies from the entry, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    take_profit_pct: Option<Fraction>,
    /// An add's size, as a part of the first lot's.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale_pct: Option<Portion>,
    /// How far a double-down rests from the first entry, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_pct: Option<Fraction>,
    /// The part that is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<Portion>,
    /// It does not act again for so long, in seconds of market time.
    #[serde(skip_serializing_if = "Option::is_none")]
    cool_down_s: Option<u32>,
}

impl Numbers {
    /// The rule with these numbers, and the names of those that it has no use for.
    pub(super) fn of(&self, rule: &Rule) -> (Rule, Vec<&'static str>) {
        let mut own = rule.clone();
        own.cool_down_s = self.cool_down_s.or(own.cool_down_s);
        let mut used = Vec::new();
        self.replace_in(&mut own.condition, &mut used);
        self.replace_of(&mut own.action, &mut used);
        let said = [
            ("min_confidence", self.min_confidence.is_some()),
            ("min_profit_pct", self.min_profit_pct.is_some()),
            ("min_loss_pct", self.min_loss_pct.is_some()),
            ("stop_loss_pct", self.stop_loss_pct.is_some()),
            ("take_profit_pct", self.take_profit_pct.is_some()),
            ("scale_pct", self.scale_pct.is_some()),
            ("distance_pct", self.distance_pct.is_some()),
            ("part", self.part.is_some()),
        ];
        let idle = said.into_iter().filter(|(name, said)| *said && !used.contains(name));
        (own, idle.map(|(name, _)| name).collect())
    }

    fn replace_in(&self, condition: &mut Condition, used: &mut Vec<&'static str>) {
        match condition {
            Condition::Signal(own) => {
                put(&mut own.min_confidence, self.min_confidence, "min_confidence", used)
            }
            Condition::PositionProfit(own) => {
                put(&mut own.min_profit_pct, self.min_profit_pct, "min_profit_pct", used);
            }
            Condition::PositionLoss(own) => {
                put(&mut own.min_loss_pct, self.min_loss_pct, "min_loss_pct", used)
            }
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter_mut().for_each(|one| self.replace_in(one, used));
            }
            Condition::Not(single) => self.replace_in(&mut single.of, used),
            Condition::Price(_)
            | Condition::TimeWindow(_)
            | Condition::PositionAge(_)
            | Condition::Atr(_) => {}
        }
    }

    fn replace_of(&self, action: &mut Action, used: &mut Vec<&'static str>) {
        match action {
            Action::CreatePosition(own) => {
                // Beside another kind of stop or target a percentage would say nothing.
                if own.stop_price.is_none() && own.atr_stop_multiplier.is_none() {
                    put(&mut own.stop_loss_pct, self.stop_loss_pct.map(Some), "stop_loss_pct", used);
                }
                let other =
                    own.target_price.is_some() || own.atr_target_multiplier.is_some() || own.no_target;
                if !other && own.targets.is_empty() {
                    put(&mut own.take_profit_pct, self.take_profit_pct.map(Some), "take_profit_pct", used);
                }
            }
            Action::ScaleIn(own) => put(&mut own.scale_pct, self.scale_pct, "scale_pct", used),
            Action::DoubleDown(own) => put(&mut own.distance_pct, self.distance_pct, "distance_pct", used),
            Action::ScaleOut(own) => put(&mut own.part, self.part, "part", used),
            Action::ClosePosition(_) | Action::MoveStop(_) | Action::Halt(_) | Action::Alert(_) => {}
        }
    }
}

fn put<T>(slot: &mut T, said: Option<T>, name: &'static str, used: &mut Vec<&'static str>) {
    if let Some(said) = said {
        *slot = said;
        used.push(name);
    }
}
