//! What must hold whatever was done to the program, by the gateway's own books.
//!
//! No order is there twice, none works for what is not held, every share has exactly as
//! much of a stop, and the executions make the position.

use std::collections::{BTreeMap, BTreeSet};

use paper::gateway::control::Books;
use rust_decimal::Decimal;

/// What works for one symbol.
#[derive(Debug, Default)]
struct Holding {
    position: Decimal,
    /// Signed shares that stops would trade.
    stops: Decimal,
    exits: usize,
    entries: BTreeSet<String>,
}

/// All that is wrong with `books`; empty where nothing is.
pub fn faults(books: &Books) -> Vec<String> {
    let mut faults = twice(books);
    let mut holdings: BTreeMap<&str, Holding> = BTreeMap::new();
    for (symbol, shares) in &books.positions {
        holdings.entry(symbol).or_default().position = *shares;
    }
    for order in &books.orders {
        let own = holdings.entry(&order.symbol).or_default();
        match role(&order.order_ref) {
            Some('E' | 'A') => drop(own.entries.insert(order.order_ref.clone())),
            Some('S') => {
                own.exits += 1;
                own.stops += order.signed;
            }
            _ => own.exits += 1,
        }
    }
    holdings.iter().for_each(|(symbol, own)| own.judge(symbol, &mut faults));
    faults
}

impl Holding {
    fn judge(&self, symbol: &str, faults: &mut Vec<String>) {
        // The stop of an entry that still works may cover what is yet to come.
        if self.entries.is_empty() && self.position != -self.stops {
            faults.push(format!(
                "{symbol}: {} held, stops for {}",
                self.position,
                Decimal::ZERO - self.stops
            ));
        }
        if self.position.is_zero() && self.entries.is_empty() && self.exits > 0 {
            faults.push(format!("{symbol}: flat, and {} exits work", self.exits));
        }
        if self.entries.len() > 1 {
            faults.push(format!("{symbol}: entries {:?} work", self.entries));
        }
    }
}

fn twice(books: &Books) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let orders = books.orders.iter().map(|order| &order.order_ref);
    let executions = books.executions.iter().map(|done| &done.exec_id);
    let twice = orders.chain(executions).filter(|name| !seen.insert(name.as_str()));
    twice.map(|name| format!("{name} is there twice")).collect()
}

/// The letter of an order's role, `E` of `K7Q.AAPL.3.E1.X4`.
fn role(order_ref: &str) -> Option<char> {
    order_ref.split('.').nth(3)?.chars().next()
}

#[cfg(test)]
mod tests {
    use paper::gateway::control::{Books, Live};

    use super::faults;

    fn books(position: i64, orders: &[(&str, i64)]) -> Books {
        let live = |(role, shares): &(&str, i64)| Live {
            order_ref: format!("K7Q.AA.1.{role}.X4"),
            symbol: "AA".to_owned(),
            signed: (*shares).into(),
        };
        Books {
            orders: orders.iter().map(live).collect(),
            positions: vec![("AA".to_owned(), position.into())],
            ..Books::default()
        }
    }

    #[test]
    fn each_rule_bites() {
        let table: [(Books, &[&str]); 7] = [
            (books(100, &[("S1", -100), ("T1", -100)]), &[]),
            (books(-100, &[("S1", 100)]), &[]),
            (books(0, &[("E1", 100), ("S1", -100), ("T1", -100)]), &[]),
            (books(100, &[("T1", -100)]), &["AA: 100 held, stops for 0"]),
            (books(100, &[("S1", -60)]), &["AA: 100 held, stops for 60"]),
            (books(0, &[("T1", -100)]), &["AA: flat, and 1 exits work"]),
            (books(100, &[("S1", -50), ("S1", -50)]), &["K7Q.AA.1.S1.X4 is there twice"]),
        ];
        for (books, expected) in table {
            assert_eq!(faults(&books), expected, "{books:?}");
        }
    }
}
