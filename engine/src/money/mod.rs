//! Money, prices and quantities: exact decimals behind a checked door.
//!
//! Nothing here is a float, nothing mixes units by an operator: a price times a
//! quantity has a name ([`Price::times`]). Values are bounded where they enter, so
//! that no product of two of them can overflow a [`Decimal`].
//!
//! Read next: [`tick`] for the grid that prices live on.

pub mod tick;

use std::fmt;
use std::ops::{Add, Neg, Sub};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

pub use tick::{BadPrice, Rounding, TickBand, TickBands};

/// The largest price that enters, in the instrument's currency.
const PRICE_MAX: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);
/// The largest quantity that enters, in shares or contracts.
const QUANTITY_MAX: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Decimal places kept of a price, and of an average of prices.
const PRICE_PLACES: u32 = 8;
/// Decimal places kept of a quantity (the broker reports fractions in 1/10,000).
const QUANTITY_PLACES: u32 = 4;

/// A number that cannot be what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// A price at or below zero, or beyond what the engine computes with.
    #[error("a price must be above 0 and at most {PRICE_MAX}, got {0}")]
    Price(Decimal),
    /// A negative quantity, or one beyond what the engine computes with.
    #[error("a quantity must be between 0 and {QUANTITY_MAX}, got {0}")]
    Quantity(Decimal),
    /// A fraction outside `0 < f <= 0.5`.
    #[error("must be above 0 and at most 0.5, got {got}{hint}", got = .0, hint = meant(*.0))]
    Fraction(Decimal),
    /// A portion outside `0 < p <= 1`.
    #[error("must be above 0 and at most 1, got {0}")]
    Portion(Decimal),
    /// A multiple outside `0 < m <= 100`.
    #[error("must be above 0 and at most 100, got {0}")]
    Multiple(Decimal),
    /// A confidence outside `0..=1`.
    #[error("a confidence must be between 0 and 1, got {0}")]
    Confidence(Decimal),
}

/// A price in the instrument's currency: above zero, at most eight decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("exclusiveMinimum" = 0, "maximum" = 100_000_000)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Price(Decimal);

impl Price {
    /// A price from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Price`] at or below zero, and above the bound.
    pub fn new(value: Decimal) -> Result<Price, BadNumber> {
        if value <= Decimal::ZERO || value > PRICE_MAX {
            return Err(BadNumber::Price(value));
        }
        Ok(Price(value.round_dp(PRICE_PLACES).normalize()))
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// What `quantity` is worth at this price, with the contract's `multiplier`.
    #[must_use]
    pub fn times(self, quantity: Quantity, multiplier: Decimal) -> Money {
        Money((self.0 * quantity.0 * multiplier).normalize())
    }

    /// This price moved up by a fraction of itself; not yet on a tick.
    #[must_use]
    pub fn raised(self, by: Fraction) -> Decimal {
        self.0 * (Decimal::ONE + by.0)
    }

    /// This price moved down by a fraction of itself; not yet on a tick.
    #[must_use]
    pub fn lowered(self, by: Fraction) -> Decimal {
        self.0 * (Decimal::ONE - by.0)
    }
}

impl TryFrom<Decimal> for Price {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Price, BadNumber> {
        Price::new(value)
    }
}

impl From<Price> for Decimal {
    fn from(price: Price) -> Decimal {
        price.0
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Averages have more places than anyone reads.
        let shown = self.0.round_dp(4).normalize();
        if shown.scale() < 2 { write!(f, "{shown:.2}") } else { write!(f, "{shown}") }
    }
}

/// A number of shares or contracts: never negative. The side is said elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("minimum" = 0, "maximum" = 1_000_000_000)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Quantity(Decimal);

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity(Decimal::ZERO);

    /// A quantity from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Quantity`] below zero, and above the bound.
    pub fn new(value: Decimal) -> Result<Quantity, BadNumber> {
        if value < Decimal::ZERO || value > QUANTITY_MAX {
            return Err(BadNumber::Quantity(value));
        }
        Ok(Quantity(value.round_dp(QUANTITY_PLACES).normalize()))
    }

    /// A quantity of whole shares.
    #[must_use]
    pub fn whole(shares: u32) -> Quantity {
        Quantity(Decimal::from(shares).min(QUANTITY_MAX))
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// True for none at all.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// What is left after taking `other` away; zero when `other` is the larger.
    #[must_use]
    pub fn less(self, other: Quantity) -> Quantity {
        Quantity((self.0 - other.0).max(Decimal::ZERO))
    }

    /// Rounded down to a multiple of `lot`.
    #[must_use]
    pub fn in_lots_of(self, lot: Quantity) -> Quantity {
        if lot.is_zero() { self } else { Quantity((self.0 / lot.0).floor() * lot.0).normalized() }
    }

    fn normalized(self) -> Quantity {
        Quantity(self.0.normalize())
    }
}

impl Add for Quantity {
    type Output = Quantity;
    fn add(self, other: Quantity) -> Quantity {
        Quantity(self.0 + other.0).normalized()
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(iter: I) -> Quantity {
        iter.fold(Quantity::ZERO, Add::add)
    }
}

impl TryFrom<Decimal> for Quantity {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Quantity, BadNumber> {
        Quantity::new(value)
    }
}

impl From<Quantity> for Decimal {
    fn from(quantity: Quantity) -> Decimal {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

/// An amount of money in the account's base currency; negative is a loss or a debt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(Decimal::ZERO);

    /// An amount from a decimal.
    #[must_use]
    pub fn new(value: Decimal) -> Money {
        Money(value)
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// How many whole units this buys at `price`, with the contract's `multiplier`.
    #[must_use]
    pub fn buys(self, price: Price, multiplier: Decimal) -> Quantity {
        let unit = price.0 * multiplier;
        if unit <= Decimal::ZERO || self.0 <= Decimal::ZERO {
            return Quantity::ZERO;
        }
        Quantity((self.0 / unit).floor().min(QUANTITY_MAX)).normalized()
    }

    /// Rounded to cents, half away from zero, as accounts show it.
    #[must_use]
    pub fn to_cents(self) -> Money {
        Money(self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(iter: I) -> Money {
        iter.fold(Money::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.to_cents().0;
        if f.sign_plus() { write!(f, "{cents:+.2}") } else { write!(f, "{cents:.2}") }
    }
}

/// A part of one: 0.03 is three percent. Above 0 and at most 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("exclusiveMinimum" = 0, "maximum" = 0.5)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Fraction(Decimal);

/// Whoever writes 3 means 3 %.
fn meant(value: Decimal) -> String {
    let percent = (value / Decimal::ONE_HUNDRED).normalize();
    let likely = value > Decimal::new(5, 1) && value <= Decimal::from(50);
    if likely { format!("; did you mean {percent}?") } else { String::new() }
}

impl Fraction {
    /// 0.05.
    pub const FIVE_PERCENT: Fraction = Fraction(Decimal::from_parts(5, 0, 0, false, 2));
    /// 0.03.
    pub const THREE_PERCENT: Fraction = Fraction(Decimal::from_parts(3, 0, 0, false, 2));
    /// 0.08.
    pub const EIGHT_PERCENT: Fraction = Fraction(Decimal::from_parts(8, 0, 0, false, 2));
    /// 0.002.
    pub const FIFTH_PERCENT: Fraction = Fraction(Decimal::from_parts(2, 0, 0, false, 3));
    /// 0.001.
    pub const TENTH_PERCENT: Fraction = Fraction(Decimal::from_parts(1, 0, 0, false, 3));

    /// A fraction from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Fraction`] at or below 0, and above 0.5.
    pub fn new(value: Decimal) -> Result<Fraction, BadNumber> {
        if value <= Decimal::ZERO || value > Decimal::new(5, 1) {
            return Err(BadNumber::Fraction(value));
        }
        Ok(Fraction(value.normalize()))
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for Fraction {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Fraction, BadNumber> {
        Fraction::new(value)
    }
}

impl From<Fraction> for Decimal {
    fn from(fraction: Fraction) -> Decimal {
        fraction.0
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", (self.0 * Decimal::ONE_HUNDRED).normalize())
    }
}

/// A part of a quantity: above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("exclusiveMinimum" = 0, "maximum" = 1)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Portion(Decimal);

impl Portion {
    /// All of it.
    pub const WHOLE: Portion = Portion(Decimal::ONE);

    /// A portion from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Portion`] at or below 0, and above 1.
    pub fn new(value: Decimal) -> Result<Portion, BadNumber> {
        if value <= Decimal::ZERO || value > Decimal::ONE {
            return Err(BadNumber::Portion(value));
        }
        Ok(Portion(value.normalize()))
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// This part of `quantity`.
    #[must_use]
    pub fn of(self, quantity: Quantity) -> Quantity {
        Quantity((quantity.0 * self.0).round_dp(QUANTITY_PLACES)).normalized()
    }
}

impl TryFrom<Decimal> for Portion {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Portion, BadNumber> {
        Portion::new(value)
    }
}

impl From<Portion> for Decimal {
    fn from(portion: Portion) -> Decimal {
        portion.0
    }
}

/// A multiple of something: above 0 and at most 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("exclusiveMinimum" = 0, "maximum" = 100)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Multiple(Decimal);

impl Multiple {
    /// Once.
    #[must_use]
    pub fn one() -> Multiple {
        Multiple(Decimal::ONE)
    }

    /// A multiple from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Multiple`] at or below 0, and above 100.
    pub fn new(value: Decimal) -> Result<Multiple, BadNumber> {
        if value <= Decimal::ZERO || value > Decimal::ONE_HUNDRED {
            return Err(BadNumber::Multiple(value));
        }
        Ok(Multiple(value.normalize()))
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for Multiple {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Multiple, BadNumber> {
        Multiple::new(value)
    }
}

impl From<Multiple> for Decimal {
    fn from(multiple: Multiple) -> Decimal {
        multiple.0
    }
}

/// How sure a signal's source is, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline, extend("minimum" = 0, "maximum" = 1)))]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Confidence(Decimal);

impl Confidence {
    /// A confidence from a decimal.
    ///
    /// # Errors
    /// [`BadNumber::Confidence`] outside `0..=1`.
    pub fn new(value: Decimal) -> Result<Confidence, BadNumber> {
        if value < Decimal::ZERO || value > Decimal::ONE {
            return Err(BadNumber::Confidence(value));
        }
        Ok(Confidence(value.round_dp(6).normalize()))
    }
}

impl TryFrom<Decimal> for Confidence {
    type Error = BadNumber;
    fn try_from(value: Decimal) -> Result<Confidence, BadNumber> {
        Confidence::new(value)
    }
}

impl From<Confidence> for Decimal {
    fn from(confidence: Confidence) -> Decimal {
        confidence.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.scale() <= 2 { write!(f, "{:.2}", self.0) } else { write!(f, "{}", self.0) }
    }
}
