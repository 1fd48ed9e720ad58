//! `supervisor orders`: what is at work at the broker, or on its way there.

use super::table::table;
use super::{WIDTH, wrapped};
use crate::told::orders::{Order, Orders};

/// The whole screen.
#[must_use]
pub fn words(orders: &Orders) -> String {
    let rows: Vec<[String; 7]> = orders.own.iter().map(row).collect();
    let header = ["ticker", "role", "side", "filled", "at", "state", "reference"];
    let own =
        if rows.is_empty() { "no order of ours can fill".to_owned() } else { table(header, &rows, &[3]) };
    let foreign = orders.foreign.as_ref().map(|foreign| match foreign.as_slice() {
        [] => "no orders of others on this account".to_owned(),
        some => {
            let told = format!("somebody else's on this account, not touched: {}", some.join(", "));
            wrapped(&told, WIDTH).join("\n")
        }
    });
    [Some(own), foreign].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn row(own: &Order) -> [String; 7] {
    [
        own.ticker.to_string(),
        own.role.clone(),
        own.action.clone(),
        format!("{}/{}", own.filled, own.quantity),
        own.price.map_or_else(|| own.kind.clone(), |price| format!("{} {price}", own.kind)),
        own.state.clone(),
        own.reference.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::words;

    #[test]
    fn a_screen_of_80_columns() {
        let order = |ticker: &str, role: &str, kind: &str, price: &str, state: &str, reference: &str| {
            json!({ "ticker": ticker, "trade": "x", "order": "E1", "role": role, "action": "sell", "quantity": "1000",
                "filled": "0", "kind": kind, "price": price, "state": state, "refused": null,
                "asked": "2008-09-29T10:36:59-04:00", "reference": reference })
        };
        let told = json!({
            "own": [
                order("AAPL", "target", "limit", "129.12", "working", "K7Q.AAPL.000C.T1.4R"),
                order("AAPL", "stop", "stop", "115.96", "working", "K7Q.AAPL.000C.S1.4R"),
                order("LONGNAME", "stop", "stop limit", "11115.9635", "cancelled", "K7Q.LONGNAME.000C.S12.4R"),
            ],
            "foreign": ["buy 100 TSLA (client 7)"],
        });
        let told = words(&serde_json::from_value(told).unwrap());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        expect![[r#"
            ticker   role   side filled at           state     reference
            ───────────────────────────────────────────────────────────────────────────
            AAPL     target sell 0/1000 limit 129.12 working   K7Q.AAPL.000C.T1.4R
            AAPL     stop   sell 0/1000 stop 115.96  working   K7Q.AAPL.000C.S1.4R
            LONGNAME stop   sell 0/1000 stop limit   cancelled K7Q.LONGNAME.000C.S12.4R
                                        11115.9635

            somebody else's on this account, not touched: buy 100 TSLA (client 7)"#]]
        .assert_eq(&told);
        let none = json!({ "own": [], "foreign": [] });
        expect![[r#"
            no order of ours can fill

            no orders of others on this account"#]]
        .assert_eq(&words(&serde_json::from_value(none).unwrap()));
    }
}
