//! Condition `position_profit`: the position has gained enough, level by level.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Fraction, Price};
use crate::order::Side;
use crate::reason::Because;

/// The gain over the first lot's average entry, at the price that closing would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionProfit {
    /// The gain of the first level, as a fraction of the entry; level `k` needs `k` times it.
    pub min_profit_pct: Fraction,
}

impl PositionProfit {
    /// The reason, when the gain at `mark` reaches `level`.
    #[must_use]
    pub fn holds(&self, rule: &str, level: u32, side: Side, entry: Price, mark: Price) -> Option<Because> {
        let moved = match side {
            Side::Long => mark.value() - entry.value(),
            Side::Short => entry.value() - mark.value(),
        };
        let profit = moved / entry.value();
        let needed = self.min_profit_pct.value() * Decimal::from(level);
        let reached = || Because::Profit { rule: rule.to_owned(), profit: profit.round_dp(6), needed };
        (profit >= needed).then(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::PositionProfit;
    use crate::money::Price;
    use crate::order::Side;

    #[test]
    fn each_level_needs_its_multiple_on_either_side() {
        let price = |text: &str| Price::new(text.parse().unwrap()).unwrap();
        let condition = PositionProfit { min_profit_pct: serde_json::from_str("\"0.02\"").unwrap() };
        let answer = |level, side, mark| {
            condition.holds("R", level, side, price("100"), price(mark)).map(|because| because.to_string())
        };
        let table = [
            (1, Side::Long, "101.99", None),
            (1, Side::Long, "102", Some("R: profit 2 % >= 2 %")),
            (2, Side::Long, "102", None),
            (2, Side::Long, "104.5", Some("R: profit 4.5 % >= 4 %")),
            (1, Side::Short, "98", Some("R: profit 2 % >= 2 %")),
            (1, Side::Short, "102", None),
        ];
        for (level, side, mark, expected) in table {
            assert_eq!(answer(level, side, mark).as_deref(), expected, "{level} {side} {mark}");
        }
    }
}
