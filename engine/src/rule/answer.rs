//! What a condition answers: what it saw, or what it missed and by how much.
//!
//! Both are small values without text, so that a rule that does not fire costs no
//! allocation; the words are made where they are read.

use chrono::{NaiveTime, TimeDelta};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Confidence, Price};
use crate::reason::{percent, span};
use crate::signal::Direction;
use crate::time::in_words;

/// What held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Seen {
    /// A signal was sure enough.
    #[error("{confidence} >= {needed}")]
    Confidence {
        /// The signal's.
        confidence: Confidence,
        /// What the rule asks for.
        needed: Confidence,
    },
    /// The position has gained enough.
    #[error("profit {} % >= {} %", percent(*profit), percent(*needed))]
    Profit {
        /// The gain, as a fraction of the entry.
        profit: Decimal,
        /// What the level asks for.
        needed: Decimal,
    },
    /// The position has lost enough.
    #[error("loss {} % >= {} %", percent(*loss), percent(*needed))]
    Loss {
        /// The loss, as a fraction of the entry.
        loss: Decimal,
        /// What the rule asks for.
        needed: Decimal,
    },
    /// The price is high enough.
    #[error("{price} >= {least}")]
    Above {
        /// The price.
        price: Price,
        /// The bound.
        least: Price,
    },
    /// The price is low enough.
    #[error("{price} <= {most}")]
    Below {
        /// The price.
        price: Price,
        /// The bound.
        most: Price,
    },
    /// The time of day lies in the window.
    #[error("{} lies in {} to {}", time.format("%H:%M"), from.format("%H:%M"), to.format("%H:%M"))]
    InWindow {
        /// The time of day in the rule's zone.
        time: NaiveTime,
        /// The window's begin.
        from: NaiveTime,
        /// The window's end.
        to: NaiveTime,
    },
    /// The session has come to the part that the rule names.
    #[error("{} since the open, {} to the close", in_words(*since_open), in_words(*to_close))]
    InSession {
        /// How long the session has been open.
        #[serde(with = "span")]
        since_open: TimeDelta,
        /// How long it goes on.
        #[serde(with = "span")]
        to_close: TimeDelta,
    },
    /// The position is old enough.
    #[error("held {}, at least {}", in_words(*age), in_words(*needed))]
    Age {
        /// How long it has been held, in market time.
        #[serde(with = "span")]
        age: TimeDelta,
        /// What the rule asks for.
        #[serde(with = "span")]
        needed: TimeDelta,
    },
    /// The market moves as much as the rule wants.
    #[error("ATR {} % of the price", percent(*volatility))]
    Volatility {
        /// The average true range, as a fraction of the price.
        volatility: Decimal,
    },
    /// A condition that must not hold does not.
    #[error("not: {0}")]
    Not(Miss),
}

/// What did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Miss {
    /// The rule waits for a signal, and this is none.
    #[error("no signal")]
    NoSignal,
    /// The signal says something else.
    #[error("waits for {0}")]
    Direction(Direction),
    /// The signal is of another source.
    #[error("of another source")]
    Source,
    /// The signal is not sure enough.
    #[error("confidence {confidence} < {needed}")]
    Confidence {
        /// The signal's.
        confidence: Confidence,
        /// What the rule asks for.
        needed: Confidence,
    },
    /// The signal is too old for this rule.
    #[error("{} old, at most {}", in_words(*age), in_words(*max))]
    SignalAge {
        /// Its age in market time.
        #[serde(with = "span")]
        age: TimeDelta,
        /// The limit.
        #[serde(with = "span")]
        max: TimeDelta,
    },
    /// There is no position.
    #[error("no position")]
    Flat,
    /// The gain is too small.
    #[error("profit {} % < {} %", percent(*profit), percent(*needed))]
    Profit {
        /// The gain, as a fraction of the entry.
        profit: Decimal,
        /// What the level asks for.
        needed: Decimal,
    },
    /// The loss is too small.
    #[error("loss {} % < {} %", percent(*loss), percent(*needed))]
    Loss {
        /// The loss, as a fraction of the entry.
        loss: Decimal,
        /// What the rule asks for.
        needed: Decimal,
    },
    /// There is no price to compare.
    #[error("no price")]
    NoPrice,
    /// The price is too low.
    #[error("{price} < {least}")]
    NotAbove {
        /// The price.
        price: Price,
        /// The bound.
        least: Price,
    },
    /// The price is too high.
    #[error("{price} > {most}")]
    NotBelow {
        /// The price.
        price: Price,
        /// The bound.
        most: Price,
    },
    /// The time of day lies outside the window.
    #[error("{} lies outside {} to {}", time.format("%H:%M"), from.format("%H:%M"), to.format("%H:%M"))]
    Window {
        /// The time of day in the rule's zone.
        time: NaiveTime,
        /// The window's begin.
        from: NaiveTime,
        /// The window's end.
        to: NaiveTime,
    },
    /// The market is closed, or its hours are unknown.
    #[error("the market is closed")]
    Closed,
    /// The session has not come to the part that the rule names.
    #[error("{} since the open, {} to the close", in_words(*since_open), in_words(*to_close))]
    Session {
        /// How long the session has been open.
        #[serde(with = "span")]
        since_open: TimeDelta,
        /// How long it goes on.
        #[serde(with = "span")]
        to_close: TimeDelta,
    },
    /// The position is too young.
    #[error("held {} of {}", in_words(*age), in_words(*needed))]
    Age {
        /// How long it has been held, in market time.
        #[serde(with = "span")]
        age: TimeDelta,
        /// What the rule asks for.
        #[serde(with = "span")]
        needed: TimeDelta,
    },
    /// There are not enough bars for an average true range yet.
    #[error("no ATR yet")]
    NoAtr,
    /// The market moves too little or too much.
    #[error("ATR {} % of the price", percent(*volatility))]
    Volatility {
        /// The average true range, as a fraction of the price.
        volatility: Decimal,
    },
    /// A condition that must not hold does.
    #[error("what must not hold does")]
    Holds,
    /// None of several conditions holds.
    #[error("none of its conditions holds")]
    None,
}
