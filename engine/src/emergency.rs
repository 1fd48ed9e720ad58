//! What an emergency closes: our shares as far as the broker has them, and no share more.
//!
//! Ours by the journal may be fewer or more than the broker's: somebody else holds the same contract, or has closed
//! a part of ours by hand. The lesser of the two is closed, so that no order crosses zero and none takes what is not ours.

use rust_decimal::Decimal;

use crate::money::Quantity;
use crate::order::Action;

/// One contract, as an emergency finds it. All are signed: below zero for a short position, or for a sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposed {
    /// What is ours, by our executions.
    pub ours: Decimal,
    /// What the account holds, by the broker.
    pub broker: Decimal,
    /// What emergency orders that work may still move.
    pub working: Decimal,
}

impl Exposed {
    /// What of ours is there.
    #[must_use]
    pub fn left(&self) -> Decimal {
        let same_side = self.ours.is_sign_negative() == self.broker.is_sign_negative();
        if self.ours.is_zero() || self.broker.is_zero() || !same_side {
            return Decimal::ZERO;
        }
        if self.ours.abs() < self.broker.abs() { self.ours } else { self.broker }
    }

    /// True where emergency orders at work would move more than is there, or enlarge it.
    #[must_use]
    pub fn is_beyond(&self) -> bool {
        let left = self.left();
        let closes = self.working.is_sign_negative() != left.is_sign_negative();
        !self.working.is_zero() && (!closes || self.working.abs() > left.abs())
    }

    /// What closes as much of it as no working order does: whole shares, for the API takes no others.
    #[must_use]
    pub fn closing(&self) -> Option<(Action, Quantity)> {
        let left = self.left();
        let action = if left.is_sign_negative() { Action::Buy } else { Action::Sell };
        let closes = self.working.is_sign_negative() != left.is_sign_negative();
        let claimed = if closes { self.working.abs() } else { Decimal::ZERO };
        let rest = left.abs().checked_sub(claimed)?.trunc();
        Quantity::new(rest).ok().filter(|quantity| !quantity.is_zero()).map(|quantity| (action, quantity))
    }
}

/// What is ours once emergency orders have moved so much of it: towards zero, and never beyond.
#[must_use]
pub fn after(ours: Decimal, moved: Decimal) -> Decimal {
    let closes = moved.is_sign_negative() != ours.is_sign_negative();
    if !closes || moved.is_zero() {
        return ours;
    }
    if moved.abs() >= ours.abs() { Decimal::ZERO } else { ours + moved }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use rust_decimal::Decimal;

    use super::{Exposed, after};
    use crate::order::Action;

    fn closing(ours: &str, broker: &str, working: &str) -> String {
        let [ours, broker, working] = [ours, broker, working].map(|text| text.parse().unwrap());
        let closing = Exposed { ours, broker, working }.closing();
        closing.map_or("nothing".to_owned(), |(action, quantity)| format!("{action} {quantity}"))
    }

    #[test]
    fn the_lesser_of_the_two_is_closed_and_nothing_on_the_other_side() {
        for (ours, broker, working, expected) in [
            ("100", "100", "0", "sell 100"),
            ("100", "40", "0", "sell 40"),
            ("100", "150", "0", "sell 100"),
            ("-100", "-100", "0", "buy 100"),
            ("-100", "-30", "0", "buy 30"),
            ("100", "-50", "0", "nothing"),
            ("-100", "50", "0", "nothing"),
            ("100", "0", "0", "nothing"),
            ("0", "100", "0", "nothing"),
            ("100", "100", "-100", "nothing"),
            ("100", "100", "-60", "sell 40"),
            ("100", "40", "-60", "nothing"),
            ("-100", "-100", "60", "buy 40"),
            ("100", "100", "20", "sell 100"),
            ("100", "99.5", "0", "sell 99"),
            ("100", "0.5", "0", "nothing"),
        ] {
            assert_eq!(closing(ours, broker, working), expected, "{ours} {broker} {working}");
        }
    }

    #[test]
    fn what_was_closed_before_counts_towards_zero_only() {
        for (ours, moved, expected) in
            [(100, -40, 60), (100, -150, 0), (100, 40, 100), (-100, 40, -60), (-100, -40, -100), (0, -40, 0)]
        {
            assert_eq!(after(ours.into(), moved.into()), Decimal::from(expected), "{ours} {moved}");
        }
    }

    #[test]
    fn an_order_at_work_is_beyond_what_is_there() {
        let beyond = |ours: i64, broker: i64, working: i64| {
            Exposed { ours: ours.into(), broker: broker.into(), working: working.into() }.is_beyond()
        };
        assert!(beyond(100, 40, -60) && beyond(100, 0, -1) && beyond(100, 100, 1) && beyond(-100, -40, 60));
        assert!(
            !beyond(100, 100, -100) && !beyond(100, 100, 0) && !beyond(-100, -100, 40) && !beyond(0, 0, 0)
        );
    }

    proptest! {
        #[test]
        fn it_never_crosses_zero_and_never_takes_more_than_is_ours(
            ours in -500_i64..500, broker in -500_i64..500, working in -500_i64..500,
        ) {
            let exposed = Exposed { ours: ours.into(), broker: broker.into(), working: working.into() };
            let Some((action, quantity)) = exposed.closing() else { return Ok(()) };
            let moved = match action {
                Action::Buy => quantity.value(),
                Action::Sell => -quantity.value(),
            };
            let closing = if working.signum() == broker.signum() { Decimal::ZERO } else { working.into() };
            for held in [Decimal::from(ours), Decimal::from(broker)] {
                let after = held + moved + closing;
                prop_assert!(after.is_zero() || after.is_sign_negative() == held.is_sign_negative());
            }
        }
    }
}
