//! `supervisor status`: connection, account and result; what each ticker holds and did last.

use chrono::TimeDelta;
use comfy_table::{CellAlignment, Table, presets};
use engine::time::in_words;
use engine::{Money, Price, TickerKey};

use super::{WIDTH, cut, wrapped};
use crate::control::client::{AskError, ask};
use crate::control::shown::{Source, Status, Ticker, Told};

/// A view older than this is pointed at, while connected: quotes come more often.
const OLD_MS: u64 = 10_000;

/// Asks; answers with the screen.
///
/// # Errors
/// No supervisor answers.
pub fn status(json: bool) -> Result<String, AskError> {
    Ok(if json { ask::<serde_json::Value>("/status")?.to_string() } else { words(&ask("/status")?) })
}

/// The whole screen.
fn words(status: &Status) -> String {
    let mut parts = vec![head(status), table(status), decisions(status)];
    parts.extend(odd(status));
    parts.join("\n\n")
}

fn head(status: &Status) -> String {
    let link = match (status.link.as_str(), &status.account) {
        ("up", Some(account)) => format!("connected to account {account}"),
        ("reconciling", _) => "connected, reading what the broker holds".to_owned(),
        _ => match &status.why_down {
            Some(why) => format!("not connected to the broker: {why}"),
            None => "not connected to the broker".to_owned(),
        },
    };
    let link = match &status.trouble {
        Some(trouble) => format!("{link}; {trouble}"),
        None => link,
    };
    let time = status.market_time.format("%Y-%m-%d %H:%M:%S");
    let day = match &status.day {
        Some(day) if day.unmarked.is_empty() => format!("{:+} after commissions", day.result),
        Some(day) => {
            let unmarked: Vec<&str> = day.unmarked.iter().map(|key| key.as_str()).collect();
            format!("{:+} after commissions, {} at the last price known", day.result, unmarked.join(", "))
        }
        None => "not known yet".to_owned(),
    };
    let broker = status.day.as_ref().and_then(|day| day.broker);
    let day = broker.map_or(day.clone(), |broker| {
        format!("{day}\n        {broker:+} of the whole account, as the broker counts")
    });
    let (brakes, others, signals) = (brakes(status), others(status), signals(status));
    format!(
        "{brakes}broker  {link}\n{others}{signals}market  {time} {}\nday     {day}\nprocess {}, version {}",
        status.zone, status.pid, status.version
    )
}

/// What a person has set, before everything else.
fn brakes(status: &Status) -> String {
    let line = |(name, words): (&String, &String)| {
        let means = if name == "KILL" { "nothing is sent" } else { "nothing opens" };
        let told = format!("{name} is set: {means} until `supervisor release {name}`. {words}");
        wrapped(&told, WIDTH).join("\n") + "\n"
    };
    status.brakes.iter().map(line).collect()
}

/// How the sources of signals do, a line each; why one fails is told whole, below.
fn signals(status: &Status) -> String {
    let line = |(name, own): (&String, &Source)| {
        let since = own.since.map(|since| format!(" since {}", since.format("%m-%d %H:%M:%S")));
        let refused = if own.refused > 0 { format!(", {} refused", own.refused) } else { String::new() };
        let (state, ends) = (&own.state, own.signals);
        let told = format!("signals {name} {state}{}: {ends}{refused}", since.unwrap_or_default());
        format!("{}\n", cut(&told, WIDTH))
    };
    status.signals.iter().map(line).collect()
}

/// What on the account is none of ours, where there is any.
fn others(status: &Status) -> String {
    let (orders, positions) = (&status.foreign_orders, &status.foreign_positions);
    if orders.is_empty() && positions.is_empty() {
        return String::new();
    }
    let all: Vec<&str> = orders.iter().chain(positions).map(String::as_str).collect();
    let counts = format!("{} open orders, {} positions", orders.len(), positions.len());
    let line = format!("others  {counts}: {}", all.join(", "));
    format!("{}\n", cut(&line, WIDTH))
}

/// Airy where that fits the terminal, else tight.
fn table(status: &Status) -> String {
    let airy = table_of(status, 2);
    if airy.lines().all(|line| line.chars().count() <= WIDTH) { airy } else { table_of(status, 1) }
}

fn table_of(status: &Status, gap: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "ticker", "state", "position", "average", "stop", "target", "open P/L", "realised", "won",
    ]);
    for (key, own) in &status.tickers {
        table.add_row(row(key.as_str(), own));
    }
    table.add_row(all(status));
    let last = table.column_count().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { gap }));
        if index > 2 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    ruled(&table.to_string())
}

/// A rule below the header, and one above the sum.
fn ruled(table: &str) -> String {
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let rule = "─".repeat(lines.iter().map(|line| line.chars().count()).max().unwrap_or(0));
    lines.insert(lines.len().saturating_sub(1), rule.clone());
    lines.insert(1, rule);
    lines.join("\n")
}

fn row(name: &str, own: &Ticker) -> [String; 9] {
    let price =
        |price: Option<Price>| price.map_or_else(String::new, |price| format!("{:.2}", price.value()));
    let position = own.side.as_ref().map_or_else(String::new, |side| format!("{side} {}", own.quantity));
    [
        name.to_owned(),
        state(own),
        position,
        price(own.average),
        price(own.stop),
        price(own.target),
        own.unrealized.map_or_else(String::new, |gain| format!("{gain:+}")),
        format!("{:+}", own.realized),
        won(own.wins, own.trades),
    ]
}

/// Its stage while it may trade, else why it may not, in one word.
fn state(own: &Ticker) -> String {
    match own.mode.split_once([',', '(']) {
        Some((word, _)) => word.trim_end().to_owned(),
        None if own.mode == "active" => own.stage.clone().unwrap_or_else(|| "flat".to_owned()),
        None => own.mode.clone(),
    }
}

fn won(wins: u32, trades: u32) -> String {
    format!("{wins}/{trades}")
}

fn all(status: &Status) -> [String; 9] {
    let own = || status.tickers.values();
    let open: Money = own().filter_map(|own| own.unrealized).sum();
    let realized: Money = own().map(|own| own.realized).sum();
    let trades = won(own().map(|own| own.wins).sum(), own().map(|own| own.trades).sum());
    let sums = [format!("{open:+}"), format!("{realized:+}"), trades];
    let mut cells = std::array::from_fn(|_| String::new());
    cells[0] = "all".to_owned();
    cells[6..].clone_from_slice(&sums);
    cells
}

fn decisions(status: &Status) -> String {
    let width = status.tickers.keys().map(|key| key.as_str().len()).max().unwrap_or(0);
    let line = |(key, own): (&TickerKey, &Ticker)| match &own.last {
        Some(last) => cut(&format!("{:width$}  {}  {}", key.as_str(), when(last, status), last.text), WIDTH),
        None => format!("{:width$}  nothing decided yet", key.as_str()),
    };
    let lines: Vec<String> = status.tickers.iter().map(line).collect();
    format!("last decisions (more of one: supervisor why TICKER)\n{}", lines.join("\n"))
}

/// The time of today, the date of another day.
fn when(last: &Told, status: &Status) -> String {
    let today = last.at.date_naive() == status.market_time.date_naive();
    last.at.format(if today { "%H:%M:%S" } else { "%m-%d   " }).to_string()
}

/// What a person should look at: tickers that do not trade, and views that grow old.
fn odd(status: &Status) -> Option<String> {
    let mut lines = Vec::new();
    if status.unarmed {
        lines.push("not armed: nothing opens until `supervisor arm`".to_owned());
    }
    for (key, own) in &status.tickers {
        if own.mode.contains(" (") {
            lines.push(format!("{key} is {}", own.mode));
        }
        if status.link == "up" && own.age_ms > OLD_MS {
            let age = TimeDelta::milliseconds(i64::try_from(own.age_ms).unwrap_or(i64::MAX / 1_000_000));
            lines.push(format!(
                "{key} last showed itself {} ago; no quotes come, or it is stuck",
                in_words(age)
            ));
        }
    }
    lines.extend(
        status.twice.iter().map(|order| format!("{order} lives twice at the broker; cancel one in TWS")),
    );
    let failing = status.signals.iter().filter_map(|(name, own)| Some((name, own.why.as_ref()?)));
    lines.extend(failing.map(|(name, why)| format!("the signal source {name} fails: {why}")));
    let late = status.late.iter();
    lines.extend(late.map(|(thread, ms)| format!("thread {thread} has given no sign of life for {ms} ms")));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::{Value, json};

    use super::words;

    fn ticker(changes: &Value) -> Value {
        let mut own = json!({
            "mode": "active", "stage": null, "side": null, "quantity": "0", "average": null, "stop": null,
            "target": null, "unrealized": null, "realized": "0", "commission": "0", "trades": 0, "wins": 0,
            "last": null, "age_ms": 12,
        });
        for (key, value) in changes.as_object().unwrap() {
            own[key] = value.clone();
        }
        own
    }

    #[test]
    fn a_screen_of_80_columns() {
        let status = json!({
            "version": "0.1.0", "pid": 7, "link": "up", "account": "DSIM0001",
            "market_time": "2008-09-29T10:36:59-04:00", "zone": "America/New_York",
            "signals": {
                "http": { "state": "failing", "since": "2008-09-29T10:30:00-04:00", "why": "no route", "last": null,
                    "signals": { "taken": 12, "declined": 30, "duplicate": 0, "stale": 1, "malformed": 0, "waiting": 0 },
                    "refused": 0 },
                "webhook": { "state": "answering", "since": null, "why": null, "last": null,
                    "signals": { "taken": 1, "declined": 0, "duplicate": 0, "stale": 0, "malformed": 2, "waiting": 0 },
                    "refused": 7 },
            },
            "day": { "result": "-1234.5", "broker": "-1240.00", "unmarked": ["IBM"] },
            "tickers": {
                "AAPL": ticker(&json!({
                    "stage": "holding", "side": "long", "quantity": "83", "average": "119.08",
                    "stop": "115.96", "target": "129.12", "unrealized": "34.86", "realized": "-12599.76",
                    "trades": 12, "wins": 10,
                    "last": { "at": "2008-09-29T10:36:59-04:00", "text":
                      "signal SHORT 0.69 declined: confidence 0.69 < 0.80 needed to close the long position" },
                })),
                "GOOG": ticker(&json!({})),
                "IBM": ticker(&json!({
                    "mode": "frozen (the broker holds 5, our executions make 0)", "age_ms": 65_000,
                })),
                "LONGNAME": ticker(&json!({
                    "stage": "entering", "side": "short", "quantity": "1234", "average": "1119.0833",
                    "stop": "1215.96", "target": "1029.12", "unrealized": "-10034.86",
                })),
            },
        });
        let told = words(&serde_json::from_value(status).unwrap());
        for line in told.lines() {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
        expect![[r#"
            broker  connected to account DSIM0001
            signals http failing since 09-29 10:30:00: 12 taken, 30 declined, 1 stale
            signals webhook answering: 1 taken, 0 declined, 2 malformed, 7 refused
            market  2008-09-29 10:36:59 America/New_York
            day     -1234.50 after commissions, IBM at the last price known
                    -1240.00 of the whole account, as the broker counts
            process 7, version 0.1.0

            ticker   state    position   average    stop  target  open P/L  realised   won
            ──────────────────────────────────────────────────────────────────────────────
            AAPL     holding  long 83     119.08  115.96  129.12    +34.86 -12599.76 10/12
            GOOG     flat                                                      +0.00   0/0
            IBM      frozen                                                    +0.00   0/0
            LONGNAME entering short 1234 1119.08 1215.96 1029.12 -10034.86     +0.00   0/0
            ──────────────────────────────────────────────────────────────────────────────
            all                                                  -10000.00 -12599.76 10/12

            last decisions (more of one: supervisor why TICKER)
            AAPL      10:36:59  signal SHORT 0.69 declined: confidence 0.69 < 0.80 needed t…
            GOOG      nothing decided yet
            IBM       nothing decided yet
            LONGNAME  nothing decided yet

            IBM is frozen (the broker holds 5, our executions make 0)
            IBM last showed itself 1 min ago; no quotes come, or it is stuck
            the signal source http fails: no route"#]]
        .assert_eq(&told);
    }
}
