//! `supervisor risk`: each limit, its formula, today's numbers, how far it is from biting, what it refused today.

use engine::account::Scope;

use crate::control::client::{AskError, ask};
use crate::control::shown::Limit;

use super::{WIDTH, wrapped};

/// Columns of a formula's indent.
const INDENT: usize = 4;

/// Asks; answers with the screen.
///
/// # Errors
/// No supervisor answers.
pub fn risk(json: bool) -> Result<String, AskError> {
    Ok(if json {
        ask::<serde_json::Value>("/risk")?.to_string()
    } else {
        words(&ask::<Vec<Limit>>("/risk")?)
    })
}

/// The account's limits, then those of tickers and of groups.
fn words(limits: &[Limit]) -> String {
    if limits.is_empty() {
        return "the limits have not been looked at yet; ask again".to_owned();
    }
    let mut lines = vec![row("limit", "now", "at most", "left", "refused")];
    lines.push("─".repeat(lines[0].chars().count()));
    for of_one in limits.chunk_by(|one, next| one.scope == next.scope) {
        match &of_one[0].scope {
            Scope::Account => {}
            Scope::Ticker(ticker) => lines.extend([String::new(), format!("{ticker} has its own:")]),
            Scope::Group(group) => lines.extend([String::new(), format!("group {group}:")]),
        }
        section(of_one, &mut lines);
    }
    lines.join("\n")
}

/// Those that bite, and what the account has a number of besides; then the names of the others.
fn section(limits: &[Limit], lines: &mut Vec<String>) {
    let shown = |limit: &Limit| limit.today.is_some() && limit.scope == Scope::Account;
    let (off, on): (Vec<&Limit>, Vec<&Limit>) =
        limits.iter().partition(|limit| limit.state == "off" && !shown(limit));
    for limit in on {
        lines.push(numbers(limit));
        // What the account's limit of the same name is counted by has been told.
        let formula = if limit.scope == Scope::Account { limit.formula.as_str() } else { "" };
        let state = if limit.state == "on" { "" } else { limit.state.as_str() };
        let told: Vec<&str> = [state, formula].into_iter().filter(|words| !words.is_empty()).collect();
        let told = wrapped(&told.join("; "), WIDTH - INDENT);
        lines.extend(
            told.into_iter().filter(|part| !part.is_empty()).map(|part| format!("{:INDENT$}{part}", "")),
        );
    }
    if !off.is_empty() {
        let names: Vec<String> = off.iter().map(|limit| limit.name.to_string()).collect();
        if limits[0].scope == Scope::Account {
            lines.push(String::new());
        }
        lines.extend(wrapped(&format!("off: {}", names.join(", ")), WIDTH));
    }
}

fn numbers(limit: &Limit) -> String {
    let today = match (&limit.today, &limit.ticker) {
        (Some(today), Some(ticker)) => format!("{today} {ticker}"),
        (Some(today), None) => today.clone(),
        (None, _) => "-".to_owned(),
    };
    let number = |number: &Option<String>| number.clone().unwrap_or_else(|| "-".to_owned());
    let name = limit.name.to_string();
    row(&name, &today, &number(&limit.limit), &number(&limit.left), &limit.refused.to_string())
}

fn row(name: &str, today: &str, limit: &str, left: &str, refused: &str) -> String {
    format!("{name:18}{today:>20}{limit:>15}{left:>15}{refused:>9}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::words;

    #[test]
    fn limits_in_words() {
        let limits = json!([
            { "name": "position_size", "formula": "one ticker's shares held × mark + shares its entries may bring × their price",
              "state": "on", "today": "9998.50", "ticker": "AAPL", "limit": "20000", "left": "10001.50", "refused": 0 },
            { "name": "daily_loss", "formula": "Σ shares × (exit or mark − later of entry and the day's opening mark) − commissions",
              "state": "tripped: the day's loss -5004 reached the limit 5000; released by name only",
              "today": "5004", "ticker": null, "limit": "5000", "left": "0", "refused": 3 },
            { "name": "zero_crossing", "formula": "shares that working exits would close, against those held",
              "state": "on", "today": null, "ticker": null, "limit": null, "left": null, "refused": 0 },
            { "name": "spread", "formula": "(ask − bid) ÷ their middle", "state": "off",
              "today": null, "ticker": null, "limit": null, "left": null, "refused": 0 },
            { "name": "position_size", "scope": { "ticker": "AAPL" }, "formula": "one ticker's shares held × mark",
              "state": "on", "today": "9998.50", "ticker": null, "limit": "20000", "left": "10001.50", "refused": 1 },
            { "name": "spread", "scope": { "ticker": "AAPL" }, "formula": "(ask − bid) ÷ their middle", "state": "off",
              "today": "1 %", "ticker": null, "limit": null, "left": null, "refused": 0 },
            { "name": "open_positions", "scope": { "group": "tech" }, "formula": "tickers with a position", "state": "off",
              "today": "1", "ticker": null, "limit": null, "left": null, "refused": 0 },
            { "name": "daily_loss", "scope": { "group": "tech" }, "formula": "Σ shares × (exit or mark)",
              "state": "tripped: the day's loss -504 reached the limit 500; released by name only",
              "today": "404", "ticker": null, "limit": "500", "left": "96", "refused": 2 },
        ]);
        let limits: Vec<super::Limit> = serde_json::from_value(limits).unwrap();
        expect![[r#"
            limit                              now        at most           left  refused
            ─────────────────────────────────────────────────────────────────────────────
            position size             9998.50 AAPL          20000       10001.50        0
                one ticker's shares held × mark + shares its entries may bring × their price
            daily loss                        5004           5000              0        3
                tripped: the day's loss -5004 reached the limit 5000; released by name only;
                Σ shares × (exit or mark − later of entry and the day's opening mark) −
                commissions
            zero crossing                        -              -              -        0
                shares that working exits would close, against those held

            off: spread

            AAPL has its own:
            position size                  9998.50          20000       10001.50        1
            off: spread

            group tech:
            daily loss                         404            500             96        2
                tripped: the day's loss -504 reached the limit 500; released by name only
            off: open positions"#]]
        .assert_eq(&words(&limits));
    }
}
