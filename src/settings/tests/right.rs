//! Documents without a fault: exact numbers, lines, origins, variables laid over.

use expect_test::expect;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::fixture::{Settings, load, named};
use crate::segments;
use crate::settings::{Document, Exact, Fault, Located, Override, Segment};

const TOML: &str = r#"
[defaults]
stop_loss_pct = 0.03
take_profit_pct = 1_0.080

[broker]
host = "localhost"
port = 7497

[tickers]
AAPL = { symbol = "AAPL", stop_loss_pct = "0.025" }

[[rule]]
name = "High Confidence Buy"
[rule.when]
type = "all"
of = [
    { type = "signal", side = "BUY", min_confidence = 0.80 },
]
[rule.action]
type = "create_position"
stop_loss_pct = 3e-2
"#;

fn right(text: &str) -> Located<Settings> {
    load("a.toml", text).unwrap()
}

#[test]
fn lines_and_origins() {
    let settings = right(TOML);
    let confidence = segments!["rule", 0, "when", "of", 0, "min_confidence"];
    assert_eq!(settings.line(&confidence), Some(18));
    assert_eq!(settings.line(&segments!["broker", "speed"]), Some(6), "its table");
    assert_eq!(settings.line(&[]), Some(1));
    assert_eq!(settings.origin(&segments!["broker", "port"]).unwrap().to_string(), "a.toml:8");
    assert_eq!(settings.origin(&segments!["broker", "speed"]), None);
}

#[test]
fn checks_add_faults_on_the_same_lines() {
    let settings = right(TOML);
    let mut faults = settings.faults();
    faults.at(&segments!["broker", "port"], "`port` must not be 7497");
    faults.at(&segments!["defaults", "size"], "`size` is needed");
    let told: Vec<String> = faults.finish(()).unwrap_err().iter().map(Fault::to_string).collect();
    assert_eq!(told, ["a.toml:2: `size` is needed", "a.toml:8: `port` must not be 7497"]);
}

#[test]
fn variables_replace_settings_and_are_named() {
    let over = |variable, path: &[Segment], text| {
        let mut document = Document::toml("a.toml", TOML).unwrap();
        document.overlay(Override { variable, path, text });
        document.load::<Settings>(named)
    };
    let port = segments!["broker", "port"];
    let settings = over("TWS_PORT", &port, "4002").unwrap();
    assert_eq!(settings.value.broker.port, 4002);
    assert_eq!(settings.origin(&port).unwrap().to_string(), "environment TWS_PORT");
    assert_eq!(settings.line(&port), None);
    assert_eq!(over("TWS_HOST", &segments!["broker", "host"], "10").unwrap().value.broker.host, "10");
    assert!(over("PAPER", &segments!["broker", "paper"], "true").unwrap().value.broker.paper);
    let stop = over("STOP_LOSS_PCT", &segments!["defaults", "stop_loss_pct"], "0.05").unwrap();
    assert_eq!(stop.value.defaults.stop_loss_pct.to_string(), "0.05");

    let faults = over("TWS_PORT", &port, "abc").unwrap_err();
    expect!["environment TWS_PORT: `port`: expected a whole number from 0 to 65535, got the text `abc`"]
        .assert_eq(&faults[0].to_string());
}

#[test]
fn a_variable_makes_the_table_it_needs() {
    let mut document = Document::yaml("a.yaml", "defaults: {stop_loss_pct: 1, take_profit_pct: 2}").unwrap();
    let path = segments!["broker", "speed"];
    document.overlay(Override { variable: "SPEED", path: &path, text: "2.5" });
    let settings = document.load::<Settings>(named).unwrap();
    assert_eq!(settings.value.broker.speed, 2.5);
    assert_eq!(settings.origin(&segments!["broker"]).unwrap().to_string(), "environment SPEED");
}

#[derive(Debug, Deserialize)]
struct Pair {
    exact: Exact,
    decimal: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Pair(Pair),
}

fn pair(number: &str) -> Result<(String, String), String> {
    let text = format!("exact = {number}\ndecimal = {number}\ntype = 'Pair'\n");
    let document = Document::toml("a.toml", &text).unwrap();
    let told = |faults: Vec<Fault>| faults[0].to_string();
    let Tagged::Pair(buffered) = document.clone().load::<Tagged>(named).map_err(told)?.value;
    let pair = document.load::<Pair>(named).map_err(told)?.value;
    assert_eq!(buffered.exact, pair.exact, "serde's buffer loses nothing");
    assert_eq!(buffered.decimal, pair.decimal, "serde's buffer loses nothing");
    Ok((pair.exact.to_string(), pair.decimal.to_string()))
}

#[test]
fn numbers_are_what_was_written() {
    for (written, read) in [
        ("0.03", "0.03"),
        ("3", "3"),
        ("-0.1", "-0.1"),
        ("+0.5", "0.5"),
        ("1_000.25", "1000.25"),
        ("'0.03'", "0.03"),
        ("1e-3", "0.001"),
        ("2.5E3", "2500"),
        ("9007199254740993.0", "9007199254740993.0"),
        ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
    ] {
        let (exact, decimal) = pair(written).unwrap();
        let wanted: Decimal = read.parse().unwrap();
        assert_eq!(exact.parse::<Decimal>().unwrap(), wanted, "{written}");
        assert_eq!(decimal.parse::<Decimal>().unwrap(), wanted, "{written}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    expect!["a.toml:1: `exact`: expected a number, got the text `abc`"]
        .assert_eq(&pair("'abc'").unwrap_err());
    for written in ["nan", "inf", "1e300", "''", "0.12345678901234567890123456789012345"] {
        assert!(pair(written).is_err(), "{written}");
    }
}

#[test]
fn yaml_scalars() {
    let text = "defaults: {stop_loss_pct: .03, take_profit_pct: 0x10}\n\
                broker: {host: 'yes', port: 7497, paper: true, gateway: tws, accounts: [&a DU1, *a]}\n";
    let settings = load("a.yml", text).unwrap().value;
    assert_eq!(settings.defaults.stop_loss_pct.to_string(), "0.03");
    assert_eq!(settings.defaults.take_profit_pct.to_string(), "16");
    assert_eq!(settings.broker.accounts, ["DU1", "DU1"]);
}
