//! `supervisor trades TRADE`: the dossier of one trade, from the signal to the money.

use chrono::TimeDelta;
use engine::Money;
use engine::time::in_words;

use super::table::table;
use super::{WIDTH, market, wrapped};
use crate::told::orders::Order;
use crate::told::trades::Trade;
use crate::told::whole::{Filled, Lot, Whole};

/// Columns of a line's name and the gap after it.
const INDENT: usize = 11;

/// The whole screen.
#[must_use]
pub fn words(whole: &Whole) -> String {
    let mut parts = vec![head(&whole.trade, &whole.zone), decided(whole)];
    parts.extend(whole.lots.iter().map(|lot| of_lot(lot, &whole.trade.side, whole.lots.len())));
    if !whole.orders.is_empty() {
        parts.push(orders(&whole.orders));
    }
    if !whole.fills.is_empty() {
        parts.push(fills(&whole.fills, whole.fills_before));
    }
    parts.push(money(whole));
    parts.join("\n\n")
}

fn head(own: &Trade, zone: &str) -> String {
    let state = match (&own.closed, &own.ended_by) {
        (Some(_), Some(by)) => format!("closed by {by}"),
        (Some(_), None) => "ended without a fill".to_owned(),
        (None, _) if own.quantity.is_zero() => "waits for its entry to be filled".to_owned(),
        (None, _) => "open".to_owned(),
    };
    let net =
        if own.state == "unfilled" { String::new() } else { format!(", {:+} after commissions", own.net) };
    let told = format!("{}  {} {}, {state}{net}; times are {zone}", own.trade, own.side, own.quantity);
    wrapped(&told, WIDTH).join("\n")
}

/// A named line, in as many lines as it takes.
fn line(name: &str, text: &str) -> String {
    let mut name = name.to_owned();
    let part = |part: String| {
        let line = format!("{name:INDENT$}{part}");
        name.clear();
        line
    };
    wrapped(text, WIDTH - INDENT).into_iter().map(part).collect::<Vec<_>>().join("\n")
}

fn decided(whole: &Whole) -> String {
    let own = &whole.trade;
    let mut lines = Vec::new();
    if let Some(said) = &whole.signal {
        let source = if said.source.is_empty() { String::new() } else { format!(" from {}", said.source) };
        let time = market(&said.at);
        lines.push(line(
            "signal",
            &format!("{time}  {} {}{source}, id {}", said.direction, said.confidence, said.id),
        ));
    }
    let after = whole.signal.as_ref().map(|said| format!("; {} after the signal", span(said.age_ms)));
    let text = format!("{}  {}{}", market(&own.opened), own.because, after.unwrap_or_default());
    lines.push(line("decided", &text));
    if let (Some(at), Some(because)) = (&whole.leaving, &whole.leaving_because) {
        lines.push(line("leaving", &format!("{}  {because}", market(at))));
    }
    if let Some(at) = &own.closed {
        let times = if whole.reopened > 0 {
            format!("; opened again {} times before", whole.reopened)
        } else {
            String::new()
        };
        lines.push(line("over", &format!("{}{times}", market(at))));
    }
    lines.join("\n")
}

fn of_lot(own: &Lot, side: &str, lots: usize) -> String {
    let name = if lots == 1 { "lot".to_owned() } else { format!("lot {}", own.lot) };
    let adds = if own.adds { format!("{}: ", own.because) } else { String::new() };
    let how = if own.resting { "waits for a better price than" } else { "decided at a quote of" };
    let mut lines = vec![line(&name, &format!("{}  {adds}{how} {}", market(&own.at), own.quote))];
    match &own.refused {
        Some(because) => lines.push(line("  risk", &format!("refused: {because}"))),
        None => lines.push(line("  risk", "admitted")),
    }
    if let Some(entry) = own.entry {
        let slipped = own.slippage.map(|slippage| format!(", {} than at the quote", worse(slippage)));
        lines.push(line(
            "  filled",
            &format!("{side} {} at {entry}{}", own.quantity, slipped.unwrap_or_default()),
        ));
        lines.push(line("  stop", &protected(own)));
    }
    if let (Some(at), Some(exit), Some(realized), Some(by)) =
        (&own.closed, own.exit, own.realized, &own.ended_by)
    {
        lines.push(line(
            "  closed",
            &format!("{}  at {exit} by {by}: {realized:+} before commissions", market(at)),
        ));
    }
    lines.join("\n")
}

fn protected(own: &Lot) -> String {
    match (&own.protected, own.exposed) {
        (Some(at), false) if own.unprotected_times <= 1 => {
            format!("worked {} after the fill ({})", span(own.unprotected_ms_max), market(at))
        }
        (Some(at), false) => format!(
            "worked first at {}; {} times without one, {} at most",
            market(at),
            own.unprotected_times,
            span(own.unprotected_ms_max)
        ),
        (_, true) => "NOT SEEN AT WORK YET".to_owned(),
        (None, false) => "was not seen at work before the shares were gone".to_owned(),
    }
}

fn orders(all: &[Order]) -> String {
    let row = |own: &Order| {
        let price = own.price.map_or_else(String::new, |price| format!(" {price}"));
        [
            own.order.clone(),
            own.role.clone(),
            own.action.clone(),
            own.quantity.to_string(),
            format!("{}{price}", own.kind),
            own.filled.to_string(),
            own.state.clone(),
            own.reference.clone(),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let header = ["order", "role", "side", "quantity", "at", "filled", "state", "reference"];
    let refused =
        all.iter().filter_map(|own| Some(line(&own.order, &format!("refused: {}", own.refused.as_ref()?))));
    [table(header, &rows, &[3, 5])].into_iter().chain(refused).collect::<Vec<_>>().join("\n")
}

fn fills(all: &[Filled], before: u64) -> String {
    let or_dash = |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| money.to_string());
    let row = |own: &Filled| {
        [
            market(&own.at),
            own.order.clone(),
            own.action.clone(),
            own.quantity.to_string(),
            own.price.to_string(),
            or_dash(own.commission),
            or_dash(own.slippage),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let header = ["filled", "order", "side", "quantity", "price", "commission", "slippage"];
    let mut told = table(header, &rows, &[3, 4, 5, 6]);
    if before > 0 {
        told.push_str(&format!("\nand {before} before those"));
    }
    told
}

fn money(whole: &Whole) -> String {
    let own = &whole.trade;
    if own.fills == 0 {
        return line("money", "nothing was filled, so it cost nothing");
    }
    let missing = own.fills.saturating_sub(own.commissioned);
    let missing =
        if missing == 0 { String::new() } else { format!(" ({missing} of {} not told yet)", own.fills) };
    let text =
        format!("{:+} realised − {} commissions{missing} = {:+}", own.realized, own.commission, own.net);
    let mut lines = vec![line("money", &text)];
    if let Some(slippage) = own.slippage {
        lines.push(line(
            "slippage",
            &format!("{} in all than at the quotes of the decisions", worse(slippage)),
        ));
    }
    lines.join("\n")
}

/// A difference that costs, in words.
pub(crate) fn worse(slippage: Money) -> String {
    match slippage.to_cents().cmp(&Money::ZERO) {
        std::cmp::Ordering::Less => format!("{} better", -slippage),
        std::cmp::Ordering::Equal => "not worse".to_owned(),
        std::cmp::Ordering::Greater => format!("{slippage} worse"),
    }
}

/// Milliseconds in words.
pub(crate) fn span(ms: i64) -> String {
    in_words(TimeDelta::try_milliseconds(ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::super::trades::tests::trade;
    use super::words;

    #[test]
    fn a_dossier_of_80_columns() {
        let order = |name: &str,
                     role: &str,
                     action: &str,
                     kind: &str,
                     price: &str,
                     filled: &str,
                     state: &str| {
            json!({ "ticker": "AAPL", "trade": "AAPL.12", "order": name, "role": role, "action": action, "quantity": "83",
                "filled": filled, "kind": kind, "price": price, "state": state, "refused": null,
                "asked": "2008-09-29T10:08:46-04:00", "reference": format!("K7Q.AAPL.000C.{name}.4R") })
        };
        let filled = |order: &str, action: &str, price: &str, slippage: Option<&str>| {
            json!({ "id": "x", "at": "2008-09-29T10:08:47-04:00", "order": order, "action": action, "quantity": "83",
                "price": price, "commission": "1.00", "slippage": slippage })
        };
        let whole = json!({
            "trade": trade(&json!({})), "zone": "America/New_York",
            "signal": { "id": "AAPL-3", "direction": "BUY", "confidence": "0.71", "at": "2008-09-29T10:08:45-04:00",
                "source": "http", "age_ms": 1_000 },
            "leaving": null, "leaving_because": null, "reopened": 0,
            "lots": [{ "lot": 1, "at": "2008-09-29T10:08:46-04:00", "because": "Buy: 0.71 >= 0.70", "adds": false,
                "resting": false, "quote": "119.06", "refused": null, "quantity": "83", "entry": "119.08",
                "slippage": "1.66", "protected": "2008-09-29T10:08:47-04:00", "exposed": false, "unprotected_times": 1,
                "unprotected_ms_max": 12, "closed": "2008-09-29T11:02:10-04:00", "exit": "129.12", "realized": "833.32",
                "ended_by": "target" }],
            "orders": [
                order("E1", "entry", "buy", "limit", "119.18", "83", "filled"),
                order("T1", "target", "sell", "limit", "129.12", "83", "filled"),
                order("S1", "stop", "sell", "stop", "115.96", "0", "cancelled"),
            ],
            "fills": [filled("E1", "buy", "119.08", Some("1.66")), filled("T1", "sell", "129.12", None)],
            "fills_before": 0,
        });
        let told = words(&serde_json::from_value(whole).unwrap());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        expect![[r#"
            AAPL.12 long 83, closed by target, +831.32 after commissions; times are
            America/New_York

            signal     09-29 10:08:45 BUY 0.71 from http, id AAPL-3
            decided    09-29 10:08:46 Buy: 0.71 >= 0.70; 1.0 s after the signal
            over       09-29 11:02:10

            lot        09-29 10:08:46 decided at a quote of 119.06
              risk     admitted
              filled   long 83 at 119.08, 1.66 worse than at the quote
              stop     worked 12 ms after the fill (09-29 10:08:47)
              closed   09-29 11:02:10 at 129.12 by target: +833.32 before commissions

            order role   side quantity at           filled state     reference
            ────────────────────────────────────────────────────────────────────────────
            E1    entry  buy        83 limit 119.18     83 filled    K7Q.AAPL.000C.E1.4R
            T1    target sell       83 limit 129.12     83 filled    K7Q.AAPL.000C.T1.4R
            S1    stop   sell       83 stop 115.96       0 cancelled K7Q.AAPL.000C.S1.4R

            filled          order  side  quantity   price  commission  slippage
            ───────────────────────────────────────────────────────────────────
            09-29 10:08:47  E1     buy         83  119.08        1.00      1.66
            09-29 10:08:47  T1     sell        83  129.12        1.00         -

            money      +833.32 realised − 2.00 commissions = +831.32
            slippage   1.66 worse in all than at the quotes of the decisions"#]]
        .assert_eq(&told);
    }
}
