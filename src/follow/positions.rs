//! `supervisor positions`: what is held, how far each stop is, and whether it is protected.

use engine::{Money, Price};
use rust_decimal::Decimal;

use super::table::whole;
use super::{WIDTH, wrapped};
use crate::control::client::{AskError, ask};
use crate::told::positions::{Position, Positions, Protection};

/// Asks; answers with the screen.
///
/// # Errors
/// No supervisor answers.
pub fn positions(json: bool) -> Result<String, AskError> {
    Ok(if json { ask::<serde_json::Value>("/positions")?.to_string() } else { words(&ask("/positions")?) })
}

/// The whole screen.
fn words(positions: &Positions) -> String {
    let time = positions.market_time.format("%Y-%m-%d %H:%M:%S");
    let mut parts = Vec::new();
    if positions.own.is_empty() {
        parts.push(format!("{time}  flat: nothing is held"));
    } else {
        let header = [
            "ticker", "position", "average", "last", "stop", "away", "at stop", "target", "open P/L",
            "stop is",
        ];
        let rows: Vec<[String; 10]> = positions.own.iter().map(row).collect();
        let table = whole(header, &rows, &[2, 3, 4, 5, 6, 7, 8]);
        parts.push(table.unwrap_or_else(|| blocks(&rows)));
        let sum = |part: fn(&Position) -> Option<Money>| positions.own.iter().filter_map(part).sum::<Money>();
        let (open, at_stop) = (sum(|own| own.unrealized), sum(|own| own.at_stop));
        parts.push(format!(
            "market    {time}\nopen P/L  {open:+}; from here {at_stop:+} if every stop fills at its price"
        ));
    }
    parts.extend(odd(positions));
    parts.extend(others(positions));
    parts.join("\n\n")
}

/// Each position in lines of its own, where numbers are too long for a table.
fn blocks(rows: &[[String; 10]]) -> String {
    let block = |row: &[String; 10]| {
        let [ticker, position, average, last, stop, away, at_stop, target, open, is] = row;
        format!(
            "{ticker}  {position} from {average}, last {last}, open P/L {open}\n  stop {stop} is {is}, {away} away, {at_stop} from \
             here\n  target {target}"
        )
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn row(own: &Position) -> [String; 10] {
    let price =
        |price: Option<Price>| price.map_or_else(|| "-".to_owned(), |price| format!("{:.2}", price.value()));
    let money = |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| format!("{money:+}"));
    let away = own.stop_away.map(|away| format!("{:.1}%", away * Decimal::ONE_HUNDRED));
    let protected = match own.protection {
        Protection::Armed => "armed",
        Protection::Asleep => "asleep",
        Protection::Part => "IN PART",
        Protection::None => "NO",
    };
    [
        own.ticker.to_string(),
        format!("{} {}", own.side, own.quantity),
        price(own.average),
        price(own.last),
        price(own.stop),
        away.unwrap_or_else(|| "-".to_owned()),
        money(own.at_stop),
        price(own.target),
        money(own.unrealized),
        protected.to_owned(),
    ]
}

/// What a person should look at.
fn odd(positions: &Positions) -> Option<String> {
    let mut lines = Vec::new();
    for own in &positions.own {
        let Position { ticker, quantity, armed, asleep, mode, .. } = own;
        let told = match own.protection {
            Protection::Armed => None,
            Protection::Asleep => Some(format!(
                "{asleep} of {quantity} have a stop at the broker that sleeps until the entry is filled"
            )),
            Protection::Part => Some(format!("a stop covers {armed} of {quantity} only")),
            Protection::None => {
                Some("no stop is seen at the broker; see `supervisor why` and TWS".to_owned())
            }
        };
        lines.extend(told.map(|told| format!("{ticker}: {told}")));
        if mode != "active" {
            lines.push(format!("{ticker} is {mode}"));
        }
    }
    let lines: Vec<String> = lines.iter().flat_map(|line| wrapped(line, WIDTH)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What others hold on the account.
fn others(positions: &Positions) -> Option<String> {
    let same = positions.foreign.iter().map(|(ticker, shares)| format!("{shares} {ticker}"));
    let all: Vec<String> = same.chain(positions.others.iter().cloned()).collect();
    let told = format!("somebody else's on this account, not touched: {}", all.join(", "));
    (!all.is_empty()).then(|| wrapped(&told, WIDTH).join("\n"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::words;

    fn position(ticker: &str, changes: &serde_json::Value) -> serde_json::Value {
        let mut own = json!({
            "ticker": ticker, "mode": "active", "side": "long", "quantity": "83", "average": "119.08", "last": "119.50",
            "stop": "115.96", "stop_away": "0.0296", "at_stop": "-293.82", "target": "129.12",
            "unrealized": "34.86", "protection": "armed", "armed": "83", "asleep": "0", "age_ms": 12,
        });
        for (key, value) in changes.as_object().unwrap() {
            own[key] = value.clone();
        }
        own
    }

    #[test]
    fn a_screen_of_80_columns() {
        let told = json!({
            "market_time": "2008-09-29T10:36:59-04:00",
            "own": [
                position("AAPL", &json!({})),
                position("IBM", &json!({ "side": "short", "quantity": "20", "target": null, "protection": "part",
                    "armed": "12", "last": null, "stop_away": null, "at_stop": null, "unrealized": null })),
                position("MSFT", &json!({ "protection": "none", "stop": null, "stop_away": null, "at_stop": null,
                    "mode": "frozen (the broker holds 5, our executions make 0)" })),
            ],
            "foreign": { "AAPL": "-40" }, "others": ["100 TSLA"],
        });
        let told = words(&serde_json::from_value(told).unwrap());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        expect![[r#"
            ticker position average   last   stop away at stop target open P/L stop is
            ──────────────────────────────────────────────────────────────────────────
            AAPL   long 83   119.08 119.50 115.96 2.9% -293.82 129.12   +34.86 armed
            IBM    short 20  119.08      - 115.96    -       -      -        - IN PART
            MSFT   long 83   119.08 119.50      -    -       - 129.12   +34.86 NO

            market    2008-09-29 10:36:59
            open P/L  +69.72; from here -293.82 if every stop fills at its price

            IBM: a stop covers 12 of 20 only
            MSFT: no stop is seen at the broker; see `supervisor why` and TWS
            MSFT is frozen (the broker holds 5, our executions make 0)

            somebody else's on this account, not touched: -40 AAPL, 100 TSLA"#]]
        .assert_eq(&told);
    }

    #[test]
    fn long_numbers_fit_too() {
        let long = position(
            "LONGNAME",
            &json!({ "quantity": "123456", "average": "11119.08", "last": "11119.50",
            "stop": "11115.96", "at_stop": "-1293123.82", "target": "12129.12", "unrealized": "-1343434.86" }),
        );
        let told =
            json!({ "market_time": "2008-09-29T10:36:59-04:00", "own": [long], "foreign": {}, "others": [] });
        let told = words(&serde_json::from_value(told).unwrap());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn nothing_held_is_said() {
        let told = json!({ "market_time": "2008-09-29T10:36:59-04:00", "own": [], "foreign": {}, "others": ["5 X"] });
        let told = words(&serde_json::from_value(told).unwrap());
        expect![[r#"
            2008-09-29 10:36:59  flat: nothing is held

            somebody else's on this account, not touched: 5 X"#]]
        .assert_eq(&told);
    }
}
