//! `supervisor trades`: the trades, newest last, a line each; `net` is after commissions.

use chrono::{DateTime, FixedOffset};
use engine::Money;

use super::table::table;
use super::{WIDTH, cut};
use crate::told::trades::{Trade, Trades};

/// How much of what ended a trade is shown in the list.
const ENDED_MAX: usize = 12;

/// The whole screen.
#[must_use]
pub fn words(told: &Trades) -> String {
    if told.trades.is_empty() {
        return "no such trade is known".to_owned();
    }
    let rows: Vec<[String; 8]> = told.trades.iter().map(row).collect();
    let header = ["trade", "decided", "position", "entry", "exit", "net", "closed", "by"];
    let over = told.trades.iter().filter(|own| own.closed.is_some());
    let (net, count) = over.fold((Money::ZERO, 0), |(sum, count), own| (sum + own.net, count + 1));
    let open = told.trades.len() - count;
    let mut last = format!("{net:+} after commissions by {count} that are over; {open} open");
    if told.older {
        last.push_str("; older ones are left out");
    }
    [table(header, &rows, &[3, 4, 5]), cut(&last, WIDTH), "more of one: supervisor trades TRADE".to_owned()]
        .join("\n\n")
}

/// A trade's row; shared with the report.
pub(crate) fn row(own: &Trade) -> [String; 8] {
    let price = |price: Option<engine::Price>| {
        price.map_or_else(|| "-".to_owned(), |price| format!("{:.2}", price.value()))
    };
    let by = match own.state.as_str() {
        "open" if own.quantity.is_zero() => "entering".to_owned(),
        "open" => "open".to_owned(),
        "unfilled" => "no fill".to_owned(),
        _ => cut(own.ended_by.as_deref().unwrap_or("-"), ENDED_MAX),
    };
    [
        own.trade.clone(),
        own.opened.format("%m-%d %H:%M").to_string(),
        format!("{} {}", own.side, own.quantity),
        price(own.entry),
        price(own.exit),
        if own.state == "unfilled" { "-".to_owned() } else { format!("{:+}", own.net) },
        own.closed.as_ref().map_or_else(String::new, |at| closed(own, at)),
        by,
    ]
}

/// The time, with its day where that is another one than the decision's.
fn closed(own: &Trade, at: &DateTime<FixedOffset>) -> String {
    let same = at.date_naive() == own.opened.date_naive();
    at.format(if same { "%H:%M" } else { "%m-%d %H:%M" }).to_string()
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::expect;
    use serde_json::{Value, json};

    use super::words;

    pub(crate) fn trade(changes: &Value) -> Value {
        let mut own = json!({
            "trade": "AAPL.12", "ticker": "AAPL", "number": 12, "side": "long", "state": "closed",
            "opened": "2008-09-29T10:08:46-04:00", "closed": "2008-09-29T11:02:10-04:00", "quantity": "83",
            "entry": "119.08", "exit": "129.12", "realized": "833.32", "commission": "2.00", "net": "831.32",
            "fills": 2, "commissioned": 2, "slippage": "1.66", "unprotected_ms_max": 12, "unprotected_ms_sum": 12,
            "rule": "Buy", "because": "Buy: 0.71 >= 0.70", "ended_by": "target",
        });
        for (key, value) in changes.as_object().unwrap() {
            own[key] = value.clone();
        }
        own
    }

    #[test]
    fn a_list_of_80_columns() {
        let told = json!({ "older": true, "trades": [
            trade(&json!({})),
            trade(&json!({ "state": "unfilled", "quantity": "0", "entry": null, "exit": null, "net": "0", "ended_by": null })),
            trade(&json!({ "closed": "2008-09-30T09:30:01-04:00", "ended_by": "SHORT 0.91 closes the long position", "net": "-12345.6", "entry": "1119.0833" })),
            trade(&json!({ "state": "open", "closed": null, "exit": null, "net": "-1", "ended_by": null })),
        ]});
        let told = words(&serde_json::from_value(told).unwrap());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        expect![[r#"
            trade   decided     position   entry   exit       net closed      by
            ──────────────────────────────────────────────────────────────────────────────
            AAPL.12 09-29 10:08 long 83   119.08 129.12   +831.32 11:02       target
            AAPL.12 09-29 10:08 long 0         -      -         - 11:02       no fill
            AAPL.12 09-29 10:08 long 83  1119.08 129.12 -12345.60 09-30 09:30 SHORT 0.91 …
            AAPL.12 09-29 10:08 long 83   119.08      -     -1.00             open

            -11514.28 after commissions by 3 that are over; 1 open; older ones are left out

            more of one: supervisor trades TRADE"#]]
        .assert_eq(&told);
    }
}
