//! Rules: a condition and an action, data without state.
//!
//! One file per kind; the enums delegate in one match, so that the compiler lists what a
//! new kind needs. A rule answers with what it saw or what it missed; which of several
//! acts is [`ticker`](crate::ticker)'s to say, by [`Class`].
//!
//! Read next: [`condition`], [`answer`]; then the kinds: [`signal`], [`position_profit`],
//! [`create_position`] and the others.

pub mod alert;
pub mod answer;
pub mod close_position;
pub mod condition;
pub mod create_position;
pub mod double_down;
pub mod halt;
pub mod move_stop;
pub mod position_age;
pub mod position_loss;
pub mod position_profit;
pub mod price;
pub mod scale_in;
pub mod scale_out;
pub mod signal;
pub mod time_window;
pub mod view;
pub mod volatility;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use alert::Alert;
pub use answer::{Miss, Seen};
pub use close_position::ClosePosition;
pub use condition::{Condition, Several, Single};
pub use create_position::{CreatePosition, EntryKind, Opening, PartTarget};
pub use double_down::DoubleDown;
pub use halt::Halt;
pub use move_stop::MoveStop;
pub use position_age::PositionAge;
pub use position_loss::PositionLoss;
pub use position_profit::PositionProfit;
pub use price::PriceCondition;
pub use scale_in::ScaleIn;
pub use scale_out::ScaleOut;
pub use signal::SignalCondition;
pub use time_window::TimeWindow;
pub use view::{Held, View};
pub use volatility::Volatility;

use crate::instrument::TickerKey;
use crate::money::Confidence;
use crate::order::Side;
use crate::reason::{Because, Decline};

/// How long an alert is not repeated where its rule names no cool-down.
const ALERT_COOL_DOWN: TimeDelta = TimeDelta::minutes(15);

/// One rule of the user's, as the config states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// It does not act again for so long, in seconds of market time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cool_down_s: Option<u32>,
    /// When.
    pub condition: Condition,
    /// What.
    pub action: Action,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Opens a position with its stop and target.
    CreatePosition(Box<CreatePosition>),
    /// Adds a lot to one that gains.
    ScaleIn(ScaleIn),
    /// Adds a lot at a better price.
    DoubleDown(DoubleDown),
    /// Closes it.
    ClosePosition(ClosePosition),
    /// Closes a part of it.
    ScaleOut(ScaleOut),
    /// Tightens its stop.
    MoveStop(MoveStop),
    /// Opens nothing any more.
    Halt(Halt),
    /// Tells somebody.
    Alert(Alert),
}

/// What beats what, where several rules hold at once: the first wins. At most one acts that
/// makes an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Makes no order, and waits for nobody.
    Word,
    /// Takes shares away.
    Exit,
    /// Moves a stop.
    StopMove,
    /// Brings more shares.
    Add,
    /// Opens.
    Entry,
}

/// A rule that cannot be what was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}` can never act: {why}")]
pub struct DeadRule {
    /// Its name.
    pub rule: String,
    /// Why.
    pub why: &'static str,
}

impl Action {
    /// What it beats, and what beats it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Action::Halt(_) | Action::Alert(_) => Class::Word,
            Action::ClosePosition(_) | Action::ScaleOut(_) => Class::Exit,
            Action::MoveStop(_) => Class::StopMove,
            Action::ScaleIn(_) | Action::DoubleDown(_) => Class::Add,
            Action::CreatePosition(_) => Class::Entry,
        }
    }

    fn fault(&self) -> Option<&'static str> {
        match self {
            Action::CreatePosition(own) => own.fault(),
            Action::MoveStop(own) => own.fault(),
            Action::Alert(own) if own.text.is_empty() => Some("an alert needs a text"),
            _ => None,
        }
    }
}

impl Rule {
    /// Refuses a rule that could never act.
    ///
    /// # Errors
    /// Its condition says nothing, its action cannot be carried out, or the two do not go
    /// together.
    pub fn check(&self) -> Result<(), DeadRule> {
        let fault = self.condition.fault(0).or_else(|| self.action.fault()).or_else(|| self.mismatch());
        fault.map_or(Ok(()), |why| Err(DeadRule { rule: self.name.clone(), why }))
    }

    fn mismatch(&self) -> Option<&'static str> {
        let Action::CreatePosition(entry) = &self.action else { return None };
        match self.condition.direction() {
            _ if self.condition.needs_position() => {
                Some("create_position acts when flat, and its condition waits for a position")
            }
            Some(direction) if direction != entry.side.direction() => {
                Some("a BUY signal opens side BUY, a SHORT signal side SHORT")
            }
            None if entry.from_signal => Some("from_signal goes with a signal condition"),
            _ => None,
        }
    }

    /// True if the rule is for this ticker.
    #[must_use]
    pub fn is_for(&self, ticker: &TickerKey) -> bool {
        self.tickers.is_empty() || self.tickers.contains(ticker)
    }

    /// How long it does not act again, in market time.
    #[must_use]
    pub fn cool_down(&self) -> Option<TimeDelta> {
        let default = matches!(self.action, Action::Alert(_)).then_some(ALERT_COOL_DOWN);
        self.cool_down_s.map(|seconds| TimeDelta::seconds(seconds.into())).or(default)
    }

    /// True where it looks at a signal.
    #[must_use]
    pub fn hears_signals(&self) -> bool {
        self.condition.direction().is_some()
    }

    /// True where two successive quotes have to agree before it acts. A signal needs no second one.
    #[must_use]
    pub fn wants_confirming(&self) -> bool {
        self.condition.measures_gain() && !self.hears_signals()
    }

    /// How many stops and targets its entry has at work; none for a rule that opens nothing.
    #[must_use]
    pub fn exits_a_lot(&self) -> u32 {
        match &self.action {
            Action::CreatePosition(own) => {
                2 * u32::try_from(own.targets.len().max(1)).unwrap_or(u32::MAX / 2)
            }
            _ => 0,
        }
    }

    /// True where it measures in average true ranges.
    #[must_use]
    pub fn needs_atr(&self) -> bool {
        let acts = matches!(&self.action, Action::CreatePosition(own) if own.needs_atr());
        acts || self.condition.any_part(&|part| matches!(part, Condition::Atr(_)))
    }

    /// Why it fires, with all that it saw.
    #[must_use]
    pub fn because(&self, view: &View<'_>) -> Because {
        let mut seen = Vec::new();
        self.condition.seen(view, &mut seen);
        Because::Rule { rule: self.name.clone(), seen }
    }

    /// Why a signal leads to nothing by this rule.
    fn missed(&self, miss: Miss) -> Decline {
        Decline::RuleMissed { rule: self.name.clone(), miss }
    }
}

/// A ticker's rules in the order in which they are looked at: by priority, then file order.
#[must_use]
pub fn in_order(rules: &[Rule], ticker: &TickerKey) -> Vec<Rule> {
    let mut own: Vec<Rule> = rules.iter().filter(|rule| rule.is_for(ticker)).cloned().collect();
    own.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    own
}

/// The rule by which the signal in `view` opens a position, among rules in order.
///
/// # Errors
/// Why none takes it: the one that asks for the least confidence tells.
pub fn opening<'a>(rules: &'a [Rule], view: &View<'_>) -> Result<(&'a Rule, &'a CreatePosition), Decline> {
    let Some(signal) = view.signal else { return Err(Decline::NothingToSell) };
    let mut nearest: Option<(Option<Confidence>, Decline)> = None;
    for rule in rules {
        let Action::CreatePosition(entry) = &rule.action else { continue };
        if rule.condition.direction() != Some(signal.direction) {
            continue;
        }
        let Err(miss) = rule.condition.test(view) else { return Ok((rule, entry)) };
        let needs = rule.condition.min_confidence();
        if nearest.as_ref().is_none_or(|(least, _)| needs < *least) {
            nearest = Some((needs, rule.missed(miss)));
        }
    }
    Err(nearest.map_or(Decline::NoRule(signal.direction), |(_, decline)| decline))
}

/// The lowest confidence with which any rule opens `side`; what a close needs by default.
#[must_use]
pub fn min_confidence_to_open(rules: &[Rule], side: Side) -> Option<Confidence> {
    let opens = |rule: &&Rule| matches!(&rule.action, Action::CreatePosition(own) if own.side.side() == side);
    rules.iter().filter(opens).filter_map(|rule| rule.condition.min_confidence()).min()
}

#[cfg(test)]
mod tests;
