//! The JSON schema of the config: it is the one that is shipped, takes the shipped files, and refuses wrong ones.

use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use jsonschema::Validator;
use ringfence::config::schema::File;
use serde_json::Value;

fn validator(file: File) -> Validator {
    jsonschema::draft7::new(&file.schema().to_value()).expect("a schema")
}

fn json(toml: &str) -> Value {
    let table: toml::Table = toml.parse().expect("TOML");
    serde_json::to_value(table).expect("JSON")
}

/// What is wrong with it, each with its place.
fn faults(file: File, toml: &str) -> Vec<String> {
    let value = json(toml);
    let validator = validator(file);
    let faults = validator.iter_errors(&value);
    faults.map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn shipped(file: File) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file.name()).with_extension("toml");
    std::fs::read_to_string(path).expect("a shipped file")
}

/// Run with `UPDATE_EXPECT=1` after a change of the types.
#[test]
fn the_shipped_schemas_are_what_the_types_make() {
    let made = |file: File| format!("{:#}\n", file.schema().to_value());
    expect_file!["../config/schema/supervisor.json"].assert_eq(&made(File::Supervisor));
    expect_file!["../config/schema/tickers.json"].assert_eq(&made(File::Tickers));
    expect_file!["../config/schema/trading_rules.json"].assert_eq(&made(File::TradingRules));
}

#[test]
fn the_command_prints_them() {
    let print = |arguments: &[&str]| {
        let ended = Command::new(env!("CARGO_BIN_EXE_supervisor")).arg("schema").args(arguments).output();
        let ended = ended.expect("the program");
        (ended.status.success(), String::from_utf8(ended.stdout).expect("text"))
    };
    let (well, said) = print(&["tickers"]);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/schema/tickers.json");
    assert!(well && said == std::fs::read_to_string(shipped).expect("a shipped schema"));
    let (well, said) = print(&[]);
    let all: Value = serde_json::from_str(&said).expect("JSON");
    assert!(well && File::ALL.iter().all(|file| all[file.name()]["type"] == "object"), "{said}");
    assert!(!print(&["ticker"]).0);
}

#[test]
fn the_shipped_files_fit_and_name_their_schema() {
    for file in File::ALL {
        let text = shipped(file);
        assert_eq!(faults(file, &text), Vec::<String>::new(), "{}", file.name());
        let directive = format!("#:schema ./schema/{}.json", file.name());
        assert_eq!(text.lines().next(), Some(directive.as_str()));
    }
}

#[test]
fn every_key_is_described() {
    for file in File::ALL {
        let mut bare = Vec::new();
        undescribed(&file.schema().to_value(), file.name(), &mut bare);
        assert!(bare.is_empty(), "without a description: {bare:?}");
    }
}

fn undescribed(schema: &Value, path: &str, out: &mut Vec<String>) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        if key != "type" && value.get("description").is_none() {
            out.push(format!("{path}.{key}"));
        }
    }
    match schema {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| undescribed(value, &format!("{path}.{key}"), out))
        }
        Value::Array(list) => list.iter().for_each(|value| undescribed(value, path, out)),
        _ => {}
    }
}

/// Each fits but for what the second text says is wrong with it.
const WRONG: [(File, &str, &str); 24] = [
    (File::Supervisor, "[broker]\nport = \"x\"", "/broker/port"),
    (File::Supervisor, "[broker]\nport = 70000", "/broker/port"),
    (File::Supervisor, "[broker]\nclient_idd = 1", "client_idd"),
    (File::Supervisor, "[broker]\ngateway = \"ib\"", "/broker/gateway"),
    (File::Supervisor, "[brokr]\nport = 1", "brokr"),
    (File::Supervisor, "[gateway]\nspeed = 0", "/gateway/speed"),
    (File::Supervisor, "[gateway]\nstart = \"2008\"", "/gateway/start"),
    (File::Supervisor, "[signals]\npoll_ms = 0", "/signals/poll_ms"),
    (File::Supervisor, "[signals.headers]\n\"a b\" = \"x\"", "a b"),
    (File::Supervisor, "[risk]\nprice_collar_pct = 5", "/risk/price_collar_pct"),
    (File::Supervisor, "[risk]\nmax_positions = \"of\"", "/risk/max_positions"),
    (File::Supervisor, "[risk]\nbase_currency = \"usd\"", "/risk/base_currency"),
    (File::Supervisor, "[risk]\nrestricted = [\"brk.b\"]", "/risk/restricted"),
    (File::Supervisor, "[risk.groups.\"a b\"]\ntickers = []", "a b"),
    (File::Tickers, "[AAPL]\nstop_los_pct = 0.03", "stop_los_pct"),
    (File::Tickers, "[AAPL]\nstop_loss_pct = 3", "/AAPL/stop_loss_pct"),
    (File::Tickers, "[defaults]\natr_bar_minutes = 7", "/defaults/atr_bar_minutes"),
    (File::Tickers, "[defaults]\nposition_size = -1", "/defaults/position_size"),
    (File::Tickers, "[aapl]\nstop_loss_pct = 0.03", "aapl"),
    (File::Tickers, "[AAPL.risk]\nmax_spread_pct = 0.9", "/AAPL/risk/max_spread_pct"),
    (File::TradingRules, "rules = [{ name = \"a\" }]", "/rules/0"),
    (
        File::TradingRules,
        "[[rules]]\nname = \"a\"\ncondition = { type = \"signal\", signal = \"BUY\", min_confidence = 7 }\n\
         action = { type = \"halt\" }",
        "/rules/0/condition",
    ),
    (
        File::TradingRules,
        "[[rules]]\nname = \"a\"\ncondition = { type = \"position_age\", min_minutes = 3 }\naction = { type = \"halt\", x = 1 }",
        "/rules/0/action",
    ),
    (
        File::TradingRules,
        "[[rules]]\nname = \"a\"\ncondition = { type = \"not\", of = { type = \"time_window\", from = \"9:45\" } }\n\
         action = { type = \"close_position\" }",
        "/rules/0/condition",
    ),
];

#[test]
fn what_is_wrong_is_refused_at_its_place() {
    for (file, text, place) in WRONG {
        let told = faults(file, text);
        assert!(
            told.iter().any(|fault| fault.contains(place)),
            "{text}\nis taken, or for something else: {told:?}"
        );
    }
}

#[test]
fn what_is_right_is_taken() {
    for (file, text) in [
        (
            File::Supervisor,
            "[risk]\nmax_positions = \"off\"\nmax_order_value = 12.5\n[signals]\nsilent_after_s = \"off\"",
        ),
        (
            File::Tickers,
            "[AAPL]\nshares = 3\n[AAPL.risk]\nmax_position_size = \"off\"\n[AAPL.rules.\"High Confidence Buy\"]\nmin_confidence = 0.9",
        ),
        (
            File::TradingRules,
            "[[rules]]\nname = \"a\"\ncondition = { type = \"all\", of = [{ type = \"atr\", min_pct = 0.01 }, \
             { type = \"time_window\", from = \"09:45\", zone = \"UTC\" }] }\n\
             action = { type = \"create_position\", side = \"BUY\", targets = [{ part = 0.5, take_profit_pct = 0.02 }] }",
        ),
    ] {
        assert_eq!(faults(file, text), Vec::<String>::new(), "{text}");
    }
}
