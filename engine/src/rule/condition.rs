//! When a rule fires: one condition, or several put together.
//!
//! One match delegates to the kinds; [`Condition::test`] costs no allocation, and what was
//! seen is collected once a rule fires.

use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;
use super::{
    PositionAge, PositionLoss, PositionProfit, PriceCondition, SignalCondition, TimeWindow, Volatility,
};
use crate::signal::Direction;

/// The deepest nesting of `all`, `any` and `not`.
pub const DEPTH_MAX: usize = 8;

/// When a rule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Condition {
    /// On a signal of one direction and enough confidence.
    Signal(SignalCondition),
    /// On a gain of the position.
    PositionProfit(PositionProfit),
    /// On a loss of the position.
    PositionLoss(PositionLoss),
    /// On a price.
    Price(PriceCondition),
    /// At a time of the day or of the session.
    TimeWindow(TimeWindow),
    /// After a time of holding.
    PositionAge(PositionAge),
    /// On how much the market moves.
    Atr(Volatility),
    /// Where all of several hold.
    All(Several),
    /// Where one of several holds.
    Any(Several),
    /// Where another does not hold.
    Not(Single),
}

/// Several conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Several {
    /// Which.
    pub of: Vec<Condition>,
}

/// One condition within another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Single {
    /// Which.
    pub of: Box<Condition>,
}

impl Condition {
    /// Whether it holds.
    ///
    /// # Errors
    /// What is missing; of several the first.
    pub fn test(&self, view: &View<'_>) -> Result<(), Miss> {
        match self {
            Condition::All(all) => all.of.iter().try_for_each(|one| one.test(view)),
            Condition::Any(any) => {
                if self.holds(view) {
                    Ok(())
                } else {
                    Err(any.only().map_or(Miss::None, |one| one.miss(view)))
                }
            }
            Condition::Not(not) => not.of.test(view).map_or(Ok(()), |()| Err(Miss::Holds)),
            leaf => leaf.look(view).map(drop),
        }
    }

    /// Whether it holds, without a reason: most quotes need none.
    #[must_use]
    pub fn holds(&self, view: &View<'_>) -> bool {
        match self {
            Condition::All(all) => all.of.iter().all(|one| one.holds(view)),
            Condition::Any(any) => any.of.iter().any(|one| one.holds(view)),
            Condition::Not(not) => !not.of.holds(view),
            Condition::PositionProfit(own) => own.holds(view),
            Condition::PositionLoss(own) => own.holds(view),
            Condition::Price(own) => own.holds(view),
            Condition::PositionAge(own) => own.holds(view),
            Condition::Atr(own) => own.holds(view),
            leaf => leaf.look(view).is_ok(),
        }
    }

    /// What it saw, where it holds.
    pub fn seen(&self, view: &View<'_>, out: &mut Vec<Seen>) {
        match self {
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter().for_each(|one| one.seen(view, out));
            }
            Condition::Not(not) => out.extend(not.of.test(view).err().map(Seen::Not)),
            leaf => out.extend(leaf.look(view)),
        }
    }

    fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        match self {
            Condition::Signal(own) => own.look(view),
            Condition::PositionProfit(own) => own.look(view),
            Condition::PositionLoss(own) => own.look(view),
            Condition::Price(own) => own.look(view),
            Condition::TimeWindow(own) => own.look(view),
            Condition::PositionAge(own) => own.look(view),
            Condition::Atr(own) => own.look(view),
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => Err(Miss::None),
        }
    }

    fn miss(&self, view: &View<'_>) -> Miss {
        self.test(view).err().unwrap_or(Miss::None)
    }

    /// True where the condition or a part of it is one that `is` names.
    pub(super) fn any_part(&self, is: &impl Fn(&Condition) -> bool) -> bool {
        let within = match self {
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter().any(|one| one.any_part(is))
            }
            Condition::Not(not) => not.of.any_part(is),
            _ => false,
        };
        within || is(self)
    }

    /// The direction of the signal that it waits for; none if it waits for none.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match self {
            Condition::Signal(own) => Some(own.signal),
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter().find_map(Condition::direction)
            }
            _ => None,
        }
    }

    /// The confidence that it asks a signal for.
    pub(super) fn min_confidence(&self) -> Option<crate::money::Confidence> {
        match self {
            Condition::Signal(own) => Some(own.min_confidence),
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter().filter_map(Condition::min_confidence).min()
            }
            _ => None,
        }
    }

    /// True where it measures the position against its entry: one quote alone is no proof.
    pub(super) fn measures_gain(&self) -> bool {
        self.any_part(&|part| matches!(part, Condition::PositionProfit(_) | Condition::PositionLoss(_)))
    }

    /// True where it can hold only while a position is open.
    pub(super) fn needs_position(&self) -> bool {
        match self {
            Condition::PositionProfit(_) | Condition::PositionLoss(_) | Condition::PositionAge(_) => true,
            Condition::All(several) => several.of.iter().any(Condition::needs_position),
            Condition::Any(several) => {
                !several.of.is_empty() && several.of.iter().all(Condition::needs_position)
            }
            _ => false,
        }
    }

    /// What makes it say nothing, if anything does.
    pub(super) fn fault(&self, depth: usize) -> Option<&'static str> {
        match self {
            _ if depth > DEPTH_MAX => Some("its conditions are nested too deeply"),
            Condition::Price(own) if own.is_empty() => Some("a price condition needs at_least or at_most"),
            Condition::TimeWindow(own) if own.is_empty() => {
                Some("a time window needs from, to, min_minutes_since_open or max_minutes_to_close")
            }
            Condition::Atr(own) if own.is_empty() => Some("an atr condition needs min_pct or max_pct"),
            Condition::All(several) | Condition::Any(several) if several.of.is_empty() => {
                Some("all and any need at least one condition in `of`")
            }
            Condition::All(several) | Condition::Any(several) => {
                several.of.iter().find_map(|one| one.fault(depth + 1))
            }
            Condition::Not(not) => not.of.fault(depth + 1),
            _ => None,
        }
    }
}

impl Several {
    fn only(&self) -> Option<&Condition> {
        self.of.first().filter(|_| self.of.len() == 1)
    }
}
