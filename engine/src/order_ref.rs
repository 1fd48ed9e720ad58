//! An order's name: ours, forever, and recognisable as ours.
//!
//! `<inst>.<ticker>.<trade>.<role><n>.<check>`, e.g. `K7Q.AAPL.0001.E1.4R`, at most 32
//! characters. It travels in TWS's `orderRef`, which executions repeat, so that a
//! fill is ours or foreign whatever happened to ids and connections in between. The
//! check keeps a name that a person typed from passing for one of ours.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::instrument::TickerKey;

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Three characters drawn once for an installation; tells ours from other bots'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Installation([u8; 3]);

impl Installation {
    /// An installation's mark from any number; the same number gives the same mark.
    #[must_use]
    pub fn from_number(number: u64) -> Installation {
        let digit = |place: u32| DIGITS[usize::try_from(number / 36_u64.pow(place) % 36).unwrap_or(0)];
        Installation([digit(2), digit(1), digit(0)])
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl FromStr for Installation {
    type Err = NotOurs;
    fn from_str(text: &str) -> Result<Installation, NotOurs> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotOurs)?;
        if bytes.iter().all(|byte| DIGITS.contains(byte)) { Ok(Installation(bytes)) } else { Err(NotOurs) }
    }
}

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Opens the trade.
    Entry,
    /// Adds to it.
    Add,
    /// Loses less than without it.
    Stop,
    /// Takes the profit.
    Target,
    /// Leaves, now.
    Exit,
    /// Somebody else's order that closed shares of ours; never sent by us.
    Outside,
    /// Asks what an entry would do to the margin; never placed.
    WhatIf,
}

impl Role {
    fn letter(self) -> char {
        match self {
            Role::Entry => 'E',
            Role::Add => 'A',
            Role::Stop => 'S',
            Role::Target => 'T',
            Role::Exit => 'X',
            Role::Outside => 'O',
            Role::WhatIf => 'W',
        }
    }

    fn from_letter(letter: char) -> Option<Role> {
        [Role::Entry, Role::Add, Role::Stop, Role::Target, Role::Exit, Role::Outside, Role::WhatIf]
            .into_iter()
            .find(|role| role.letter() == letter)
    }
}

/// An order's name. Two orders never share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderRef {
    /// Whose it is.
    pub installation: Installation,
    /// Whose shares it moves.
    pub ticker: TickerKey,
    /// The ticker's trade, counted from 1.
    pub trade: u32,
    /// What it is for.
    pub role: Role,
    /// Counted from 1 within the trade.
    pub n: u32,
}

/// An `orderRef` that is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of our order references")]
pub struct NotOurs;

impl OrderRef {
    /// The short form that people read: `E1`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}{}", self.role.letter(), self.n)
    }

    fn body(&self) -> String {
        let Self { installation, ticker, trade, role, n } = self;
        format!("{installation}.{ticker}.{}.{}{n}", base36(*trade), role.letter())
    }
}

impl fmt::Display for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        write!(f, "{body}.{}", check(&body))
    }
}

impl FromStr for OrderRef {
    type Err = NotOurs;
    fn from_str(text: &str) -> Result<OrderRef, NotOurs> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(NotOurs);
        let installation = part()?.parse()?;
        let ticker = part()?.parse().map_err(|_| NotOurs)?;
        let trade = u32::from_str_radix(part()?, 36).map_err(|_| NotOurs)?;
        let (role, n) = part()?.split_at_checked(1).ok_or(NotOurs)?;
        let role = role.chars().next().and_then(Role::from_letter).ok_or(NotOurs)?;
        let order = OrderRef { installation, ticker, trade, role, n: n.parse().map_err(|_| NotOurs)? };
        // Written back it must be the same text: no second spelling of one name.
        if order.to_string() == text { Ok(order) } else { Err(NotOurs) }
    }
}

impl TryFrom<String> for OrderRef {
    type Error = NotOurs;
    fn try_from(text: String) -> Result<OrderRef, NotOurs> {
        text.parse()
    }
}

impl From<OrderRef> for String {
    fn from(order: OrderRef) -> String {
        order.to_string()
    }
}

/// At least four digits, so that names of one ticker sort as its trades do.
fn base36(number: u32) -> String {
    let mut digits = Vec::new();
    let mut rest = number;
    while rest > 0 || digits.len() < 4 {
        digits.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    digits.iter().rev().collect()
}

/// Two digits over the text before it: FNV-1a, folded.
fn check(body: &str) -> String {
    let hash =
        body.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let digit = |number: u32| char::from(DIGITS[(number % 36) as usize]);
    [digit(hash / 36), digit(hash)].iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Installation, NotOurs, OrderRef, Role};

    #[test]
    fn a_stranger_is_never_ours() {
        for text in ["", "manual", "K7Q.AAPL.0001.E1", "K7Q.AAPL.0001.E1.00", "k7q.AAPL.0001.E1.4R", "....."]
        {
            assert_eq!(text.parse::<OrderRef>(), Err(NotOurs), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_reads_back_as_itself(number in any::<u64>(), trade in any::<u32>(), n in any::<u32>()) {
            let order = OrderRef {
                installation: Installation::from_number(number),
                ticker: "BRKB2345".parse().unwrap(),
                trade,
                role: Role::Stop,
                n: n % 100_000,
            };
            prop_assert!(order.to_string().len() <= 32);
            prop_assert_eq!(order.to_string().parse::<OrderRef>(), Ok(order));
        }

        #[test]
        fn one_changed_character_is_noticed(place in 0_usize..19, letter in "[0-9A-Z]") {
            let order = OrderRef {
                installation: Installation::from_number(7),
                ticker: "AAPL".parse().unwrap(),
                trade: 1,
                role: Role::Entry,
                n: 1,
            };
            let mut text = order.to_string();
            text.replace_range(place..=place, &letter);
            if let Ok(other) = text.parse::<OrderRef>() {
                prop_assert_eq!(other.to_string(), text);
            }
        }
    }
}
