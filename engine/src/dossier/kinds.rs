//! Reasons by kind, for counting: the same words whatever the numbers.

use crate::account::Refusal;
use crate::reason::{Because, Decline};

/// What is counted that no rule did.
pub(super) const NO_RULE: &str = "no rule";

/// What a signal was declined for.
pub(super) fn of_decline(because: &Decline) -> &'static str {
    match because {
        Decline::Duplicate => "duplicate",
        Decline::OutOfOrder { .. } => "older than a signal before",
        Decline::Stale { .. } => "stale",
        Decline::FromTheFuture { .. } => "from the future",
        Decline::RuleMissed { .. } => "a rule's condition is missed",
        Decline::RuleCoolingDown { .. } => "its rule is cooling down",
        Decline::LowConfidenceToClose { .. } => "too little confidence to close",
        Decline::NoRule(_) => "no rule takes it",
        Decline::SameSide(_) => "on that side already",
        Decline::OppositeIgnored(_) => "opposite signals are ignored",
        Decline::NothingToSell => "nothing to sell",
        Decline::Busy(_) => "the trade is entering or leaving",
        Decline::NotActive(_) => "the ticker is not active",
        Decline::ShortNotAllowed => "short sales are off",
        Decline::NotShortable { .. } => "not enough to borrow",
        Decline::MarketClosed { .. } => "the market is closed",
        Decline::NoInstrument => "the contract is not known yet",
        Decline::NoQuote => "no quote",
        Decline::QuoteTooOld { .. } => "the quote is too old",
        Decline::QuoteDelayed => "the quote is delayed",
        Decline::CoolingDown { .. } => "cooling down after a stop",
        Decline::RoundsToZero { .. } | Decline::BelowMinimum { .. } | Decline::AddRoundsToZero { .. } => {
            "too small"
        }
        Decline::NoAtr => "no ATR yet",
        Decline::NoEquity => "the equity is not known yet",
        Decline::NoRate { .. } => "no rate of its currency",
        Decline::TradingHalted { .. } => "trading is halted",
        Decline::TradesADay { .. } => "the day's trades are used up",
        Decline::SplitToday => "a split today",
        Decline::ExpiresSoon { .. } => "the contract expires soon",
        Decline::NoBracket { .. } => "no bracket can be built",
        Decline::AwaitingMargin
        | Decline::MarginTooSmall { .. }
        | Decline::MarginNotTold(_)
        | Decline::MarginUnanswered { .. } => "margin",
        Decline::TakenBack(_) => "taken back",
        Decline::JournalBehind(_) => "the journal is behind",
    }
}

/// What the risk book refused for: the limit's name, where there is one.
pub(super) fn of_refusal(because: &Refusal) -> String {
    match (because.limit(), because) {
        (Some(limit), Refusal::Group { group, .. }) => format!("group {group}: {limit}"),
        (Some(limit), _) => limit.to_string(),
        (None, Refusal::NotSent(_)) => "not sent".to_owned(),
        (None, _) => "not armed".to_owned(),
    }
}

/// Under which name what a lot comes to is counted: its rule's, or whose doing it was.
pub(super) fn rule_of(because: &Because) -> &str {
    match because {
        Because::Rule { rule, .. } => rule,
        Because::Operator => "by hand",
        Because::Found => "found at the broker",
        _ => NO_RULE,
    }
}
