//! The account: cash, positions with their average cost, and what follows from both and the marks.
//!
//! Reg T as far as a paper account needs it: initial margin is half of what is held, maintenance a quarter, long or
//! short. The day's profit is counted from the marks of the day before.
//!
//! Read next: [`margin`](crate::exchange::margin).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::exchange::order::Side;

/// Parts of the value held that must be covered: to open, and to keep.
const INITIAL: Decimal = Decimal::from_parts(50, 0, 0, false, 2);
const MAINTENANCE: Decimal = Decimal::from_parts(25, 0, 0, false, 2);

/// Dollars of stock that a dollar of available funds buys, at the initial margin above.
const BUYING_POWER: Decimal = Decimal::from_parts(2, 0, 0, false, 0);

/// One contract's position.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Shares, negative when short.
    pub quantity: Decimal,
    /// Average cost of a share, commissions included, as TWS counts it.
    pub average_cost: Decimal,
    /// Realized today, commissions of closing trades included.
    pub realized: Decimal,
    /// Shares at the end of the day before, and what they were worth.
    day_value: Decimal,
    /// Money in (sales) less money out (purchases, commissions) today.
    day_flow: Decimal,
}

impl Position {
    /// The day's profit at a mark.
    pub fn daily(&self, mark: Decimal) -> Decimal {
        self.quantity * mark - self.day_value + self.day_flow
    }

    /// What would be won by closing at a mark.
    pub fn unrealized(&self, mark: Decimal) -> Decimal {
        self.quantity * (mark - self.average_cost)
    }
}

/// Cash and positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    cash: Decimal,
    positions: BTreeMap<i32, Position>,
}

/// Everything that an account window shows, in money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Values {
    /// Cash.
    pub cash: Decimal,
    /// Cash and positions at their marks; also the equity with loan value.
    pub net_liquidation: Decimal,
    /// Positions at their marks, shorts counting as positive.
    pub gross_position: Decimal,
    /// Positions at their marks, shorts counting as negative.
    pub net_position: Decimal,
    /// Needed to open what is held.
    pub initial_margin: Decimal,
    /// Needed to keep it.
    pub maintenance_margin: Decimal,
    /// Left to open more.
    pub available_funds: Decimal,
    /// Left before something must be closed.
    pub excess_liquidity: Decimal,
    /// What could be bought: twice the available funds.
    pub buying_power: Decimal,
    /// Profit since the close of the day before.
    pub daily: Decimal,
    /// Profit of what is open.
    pub unrealized: Decimal,
    /// Profit of what was closed today.
    pub realized: Decimal,
}

impl Account {
    /// An account without positions.
    pub fn new(cash: Decimal) -> Account {
        Account { cash, positions: BTreeMap::new() }
    }

    /// One position; none if the contract was never traded.
    pub fn position(&self, con_id: i32) -> Option<&Position> {
        self.positions.get(&con_id)
    }

    /// Every contract ever traded with its position, which may be zero.
    pub fn positions(&self) -> impl Iterator<Item = (i32, &Position)> {
        self.positions.iter().map(|(con_id, position)| (*con_id, position))
    }

    /// Shares held, negative when short.
    pub fn held(&self, con_id: i32) -> Decimal {
        self.positions.get(&con_id).map_or(Decimal::ZERO, |position| position.quantity)
    }

    /// Books a fill and gives what it realized: 0 where it only opened.
    pub fn trade(
        &mut self,
        con_id: i32,
        side: Side,
        shares: Decimal,
        price: Decimal,
        commission: Decimal,
    ) -> Decimal {
        let signed = if side == Side::Buy { shares } else { -shares };
        let flow = -signed * price - commission;
        self.cash += flow;
        let position = self.positions.entry(con_id).or_default();
        position.day_flow += flow;
        let is_closing = position.quantity.is_sign_negative() != signed.is_sign_negative();
        let closed = if is_closing { shares.min(position.quantity.abs()) } else { Decimal::ZERO };
        let realized = position.close(closed, price, commission * closed / shares);
        position.open(signed, shares - closed, price, commission * (shares - closed) / shares);
        realized
    }

    /// Multiplies the shares of a contract and divides their cost; a fraction is paid out at `mark`, the price before. True
    /// if there was a position.
    pub fn split(&mut self, con_id: i32, ratio: Decimal, mark: Decimal) -> bool {
        let Some(position) = self.positions.get_mut(&con_id).filter(|held| !held.quantity.is_zero()) else {
            return false;
        };
        let exact = position.quantity * ratio;
        let whole = exact.trunc();
        let paid = (exact - whole) * mark / ratio;
        position.day_flow += paid;
        self.cash += paid;
        position.quantity = whole;
        position.average_cost = if whole.is_zero() { Decimal::ZERO } else { position.average_cost / ratio };
        true
    }

    /// Begins a day: what is held is worth its mark, nothing is won yet. Closed contracts are forgotten.
    pub fn begin_day(&mut self, mark: impl Fn(i32) -> Decimal) {
        self.positions.retain(|_, position| !position.quantity.is_zero());
        for (con_id, position) in &mut self.positions {
            position.day_value = position.quantity * mark(*con_id);
            position.day_flow = Decimal::ZERO;
            position.realized = Decimal::ZERO;
        }
    }

    /// The account at these marks.
    pub fn values(&self, mark: impl Fn(i32) -> Decimal) -> Values {
        let marked: Vec<(&Position, Decimal)> =
            self.positions.iter().map(|(id, held)| (held, mark(*id))).collect();
        let sum =
            |of: fn(&Position, Decimal) -> Decimal| marked.iter().map(|(held, mark)| of(held, *mark)).sum();
        let net_position: Decimal = sum(|held, mark| held.quantity * mark);
        let gross_position: Decimal = sum(|held, mark| (held.quantity * mark).abs());
        let net_liquidation = self.cash + net_position;
        let (initial_margin, maintenance_margin) = (gross_position * INITIAL, gross_position * MAINTENANCE);
        let available_funds = net_liquidation - initial_margin;
        Values {
            cash: self.cash,
            net_liquidation,
            gross_position,
            net_position,
            initial_margin,
            maintenance_margin,
            available_funds,
            excess_liquidity: net_liquidation - maintenance_margin,
            buying_power: (available_funds * BUYING_POWER).max(Decimal::ZERO),
            daily: sum(Position::daily),
            unrealized: sum(Position::unrealized),
            realized: sum(|held, _| held.realized),
        }
    }
}

impl Position {
    fn close(&mut self, shares: Decimal, price: Decimal, commission: Decimal) -> Decimal {
        if shares.is_zero() {
            return Decimal::ZERO;
        }
        let direction = if self.quantity.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
        let realized = (price - self.average_cost) * shares * direction - commission;
        self.quantity -= shares * direction;
        self.realized += realized;
        if self.quantity.is_zero() {
            self.average_cost = Decimal::ZERO;
        }
        realized
    }

    fn open(&mut self, signed: Decimal, shares: Decimal, price: Decimal, commission: Decimal) {
        if shares.is_zero() {
            return;
        }
        let direction = if signed.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
        // A short's commission lowers what the sale brought in.
        let cost = self.average_cost * self.quantity.abs() + shares * price + commission * direction;
        self.quantity += shares * direction;
        self.average_cost = cost / self.quantity.abs();
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Side};
    use rust_decimal::Decimal;

    fn dollars(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_position_flips_through_zero_and_each_half_keeps_its_own_cost() {
        let mut account = Account::new(dollars("100000.00"));
        let shares = |count: i64| Decimal::from(count);
        assert_eq!(
            account.trade(1, Side::Buy, shares(100), dollars("50.00"), dollars("1.00")),
            Decimal::ZERO
        );
        assert_eq!(account.position(1).unwrap().average_cost, dollars("50.01"));
        let realized = account.trade(1, Side::Sell, shares(150), dollars("52.00"), dollars("1.50"));
        assert_eq!(
            realized,
            dollars("199.00") - dollars("1.00"),
            "100 shares won 1.99 each, less their part of 1.50"
        );
        let short = account.position(1).unwrap();
        assert_eq!((short.quantity, short.average_cost), (shares(-50), dollars("51.99")));
        let realized = account.trade(1, Side::Buy, shares(50), dollars("51.00"), dollars("1.00"));
        assert_eq!(realized, dollars("48.50"));
        let values = account.values(|_| dollars("60.00"));
        assert_eq!(values.net_liquidation, dollars("100000.00") + values.realized);
        assert_eq!((values.daily, values.unrealized), (values.realized, Decimal::ZERO));
    }

    #[test]
    fn a_new_day_counts_from_the_marks_of_the_day_before() {
        let mut account = Account::new(dollars("10000.00"));
        account.trade(1, Side::Buy, Decimal::from(10), dollars("100.00"), dollars("1.00"));
        assert_eq!(account.values(|_| dollars("103.00")).daily, dollars("29.00"));
        account.begin_day(|_| dollars("103.00"));
        let values = account.values(|_| dollars("101.00"));
        assert_eq!((values.daily, values.unrealized), (dollars("-20.00"), dollars("9.00")));
        assert_eq!(values.initial_margin, dollars("505.00"));
    }
}
