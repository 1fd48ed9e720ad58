//! The report for a terminal of 80 columns.

use std::collections::BTreeMap;

use crate::follow::dossier::{span, worse};
use crate::follow::table::table;
use crate::follow::trades::row;
use crate::follow::{WIDTH, wrapped};
use crate::told::day::{Noted, Numbers, Report};
use crate::told::trades::Trade;

/// The whole text.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut parts = vec![head(report)];
    if !report.tickers.is_empty() {
        parts.push(numbers(
            "ticker",
            "trades",
            report.tickers.iter().map(|(key, own)| (key.to_string(), own)),
        ));
    }
    if !report.rules.is_empty() {
        parts.push(numbers("rule", "lots", report.rules.iter().map(|(name, own)| (name.clone(), own))));
    }
    parts.extend(counts("signals declined", &report.signals_declined));
    parts.extend(counts("refused by the risk book", &report.refused));
    parts.extend(incidents(report));
    parts.extend(trades("trades that ended", &report.trades, report.trades_before));
    parts.extend(trades(open_title(report), &report.open, 0));
    parts.join("\n\n")
}

/// What trades that are open are called.
pub(super) fn open_title(report: &Report) -> &'static str {
    if report.over { "open when the day ended" } else { "open" }
}

/// What is said of the whole day, name by name; shared with the page.
pub(super) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let Numbers { ended, won, unfilled, realized, commission, net, fills, commissioned, shares, .. } =
        &report.all;
    let missing = fills.saturating_sub(*commissioned);
    let missing =
        if missing == 0 { String::new() } else { format!("; commissions of {missing} not told yet") };
    let entries = match unfilled {
        0 => String::new(),
        1 => ", 1 entry without a fill".to_owned(),
        more => format!(", {more} entries without a fill"),
    };
    let declined: u64 = report.signals_declined.values().sum();
    let refused: u64 = report.refused.values().sum();
    vec![
        ("result", format!("{net:+} = {realized:+} realised − {commission} commissions")),
        ("trades", format!("{ended} ended, {won} won{entries}; {} open", report.open.len())),
        ("fills", format!("{fills}, of {shares} shares or contracts{missing}")),
        ("slippage", slippage(&report.all)),
        ("exposed", exposed(&report.all)),
        ("signals", format!("{} taken, {declined} declined", report.signals_taken)),
        ("refused", if refused == 1 { "1 request".to_owned() } else { format!("{refused} requests") }),
        ("incidents", (report.incidents_before + report.incidents.len() as u64).to_string()),
    ]
}

fn slippage(all: &Numbers) -> String {
    format!(
        "entries {} than at the quotes they were decided at; stops {} than at their prices",
        worse(all.slippage),
        worse(all.stop_slippage)
    )
}

fn exposed(all: &Numbers) -> String {
    if all.unprotected_times == 0 && all.unprotected_never == 0 {
        return "never: nothing was held without a working stop".to_owned();
    }
    let never = match all.unprotected_never {
        0 => String::new(),
        1 => "; 1 lot was gone before a stop was seen to work".to_owned(),
        lots => format!("; {lots} lots were gone before a stop was seen to work"),
    };
    format!(
        "{} times without a working stop: {} in all, {} at most{never}",
        all.unprotected_times,
        span(all.unprotected_ms_sum),
        span(all.unprotected_ms_max)
    )
}

fn head(report: &Report) -> String {
    let so_far = if report.over { "" } else { ", so far" };
    let mut lines = vec![format!("{}, days of {}{so_far}", report.date, report.zone), String::new()];
    for (name, told) in facts(report) {
        let mut name = name.to_owned();
        for part in wrapped(&told, WIDTH - 11) {
            lines.push(format!("{name:11}{part}"));
            name.clear();
        }
    }
    lines.join("\n")
}

fn numbers<'a>(what: &str, count: &str, all: impl Iterator<Item = (String, &'a Numbers)>) -> String {
    let rows: Vec<_> = all.map(|(name, own)| result(name, own)).collect();
    let won = format!("{count} won");
    table([what, &won, "realised", "commission", "net"], &rows, &[1, 2, 3, 4])
}

/// A row of results; shared with the page.
pub(super) fn result(name: String, own: &Numbers) -> [String; 5] {
    [
        name,
        format!("{}/{}", own.won, own.ended),
        format!("{:+}", own.realized),
        own.commission.to_string(),
        format!("{:+}", own.net),
    ]
}

fn counts(title: &str, all: &BTreeMap<String, u64>) -> Option<String> {
    let mut sorted: Vec<(&String, &u64)> = all.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let lines = sorted.into_iter().map(|(name, count)| format!("{count:>6}  {name}"));
    (!all.is_empty()).then(|| [title.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n"))
}

fn incidents(report: &Report) -> Option<String> {
    if report.incidents.is_empty() {
        return None;
    }
    let mut lines = vec!["incidents".to_owned()];
    if report.incidents_before > 0 {
        lines.push(format!("{} before these", report.incidents_before));
    }
    for own in &report.incidents {
        let mut time = own.at.format("%H:%M:%S").to_string();
        for part in wrapped(&told(own), WIDTH - 10) {
            lines.push(format!("{time:8}  {part}"));
            time.clear();
        }
    }
    Some(lines.join("\n"))
}

/// An incident in words; shared with the page.
pub(super) fn told(own: &Noted) -> String {
    let tickers: Vec<&str> = own.tickers.iter().map(|key| key.as_str()).collect();
    let whom = if tickers.is_empty() { String::new() } else { format!(" {}", tickers.join(", ")) };
    format!("{}{whom}: {}", own.kind, own.text)
}

fn trades(title: &str, all: &[Trade], before: u64) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let rows: Vec<[String; 8]> = all.iter().map(row).collect();
    let header = ["trade", "decided", "position", "entry", "exit", "net", "closed", "by"];
    let left = if before == 0 {
        String::new()
    } else {
        format!(", the newest {}; {before} before those", all.len())
    };
    Some(format!("{title}{left}\n{}", table(header, &rows, &[3, 4, 5])))
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::text;
    use crate::follow::trades::tests::trade;
    use crate::told::day::Report;

    /// A day on which much happened, with words that a page has to escape.
    pub(crate) fn eventful() -> Report {
        let numbers = |ended: u64, realized: &str, commission: &str, net: &str| {
            json!({ "ended": ended, "won": 1, "unfilled": 1, "realized": realized, "commission": commission, "net": net,
                "fills": 5, "commissioned": 4, "shares": "332", "slippage": "1.66", "stop_slippage": "-0.5",
                "unprotected_times": 2, "unprotected_ms_sum": 1_300, "unprotected_ms_max": 1_200, "unprotected_never": 1 })
        };
        let report = json!({
            "date": "2008-09-29", "zone": "America/New_York", "over": true,
            "all": numbers(2, "820.5", "4.00", "816.5"),
            "tickers": { "AAPL": numbers(1, "833.32", "2.00", "831.32"), "GOOG": numbers(1, "-12.82", "2.00", "-14.82") },
            "rules": { "Buy <b>&": numbers(2, "820.5", "4.00", "816.5") },
            "signals_taken": 3, "signals_declined": { "stale": 2, "no quote": 12 }, "refused": { "daily loss": 1 },
            "incidents": [{ "at": "2008-09-29T10:08:47-04:00", "kind": "gap", "tickers": ["AAPL", "GOOG"],
                "text": "news of orders may be missing; compared with the broker anew" }],
            "incidents_before": 0,
            "trades": [trade(&json!({ "because": "Buy <b>&: \"0.71\" >= 0.70", "ended_by": "<script>alert(1)</script>" }))],
            "trades_before": 1,
            "open": [trade(&json!({ "trade": "GOOG.3", "state": "open", "closed": null, "exit": null, "ended_by": null }))],
        });
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn a_report_of_80_columns() {
        let told = text(&eventful());
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        expect![[r#"
            2008-09-29, days of America/New_York

            result     +816.50 = +820.50 realised − 4.00 commissions
            trades     2 ended, 1 won, 1 entry without a fill; 1 open
            fills      5, of 332 shares or contracts; commissions of 1 not told yet
            slippage   entries 1.66 worse than at the quotes they were decided at; stops
                       0.50 better than at their prices
            exposed    2 times without a working stop: 1.3 s in all, 1.2 s at most; 1 lot
                       was gone before a stop was seen to work
            signals    3 taken, 14 declined
            refused    1 request
            incidents  1

            ticker  trades won  realised  commission      net
            ─────────────────────────────────────────────────
            AAPL           1/1   +833.32        2.00  +831.32
            GOOG           1/1    -12.82        2.00   -14.82

            rule      lots won  realised  commission      net
            ─────────────────────────────────────────────────
            Buy <b>&       1/2   +820.50        4.00  +816.50

            signals declined
                12  no quote
                 2  stale

            refused by the risk book
                 1  daily loss

            incidents
            10:08:47  gap AAPL, GOOG: news of orders may be missing; compared with the
                      broker anew

            trades that ended, the newest 1; 1 before those
            trade    decided      position   entry    exit      net  closed  by
            ─────────────────────────────────────────────────────────────────────────────
            AAPL.12  09-29 10:08  long 83   119.08  129.12  +831.32  11:02   <script>ale…

            open when the day ended
            trade   decided      position   entry  exit      net  closed  by
            ──────────────────────────────────────────────────────────────────
            GOOG.3  09-29 10:08  long 83   119.08     -  +831.32          open"#]]
        .assert_eq(&told);
    }
}
