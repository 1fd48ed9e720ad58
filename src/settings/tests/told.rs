//! Faults as text: the document, and all that is said about it.

use expect_test::{Expect, expect};

use super::fixture::faults;

fn toml(text: &str, wanted: Expect) {
    wanted.assert_eq(&faults("a.toml", text));
}

fn yaml(text: &str, wanted: Expect) {
    wanted.assert_eq(&faults("a.yaml", text));
}

const DEFAULTS: &str = "defaults = { stop_loss_pct = 0.03, take_profit_pct = 0.08 }\n";

fn with_defaults(text: &str, wanted: Expect) {
    toml(&format!("{DEFAULTS}{text}"), wanted);
}

#[test]
fn every_fault_of_a_toml_file() {
    toml(
        r#"
[broker]
host = 5
port = "abc"
paper = "yes"
gateway = "twss"
accounts = ["DU1", 2]
sped = 1.0

[defaults]
stop_loss_pct = "a lot"

[tickers.AAPL]
symbol = "AAPL"
stop_los_pct = 0.03

[tickers.MSFT]
take_profit_pct = true
colour = "red"

[[rule]]
name = "one"
when = { type = "signal", side = "BUY", min_confidence = 0.8 }
action = { type = "create_positon", stop_loss_pct = 0.03 }

[[rule]]
name = "two"
action = { type = "close_position" }
"#,
        expect![[r#"
            a.toml:3: `host`: expected a text, got the number 5
            a.toml:4: `port`: expected a whole number from 0 to 65535, got the text `abc`
            a.toml:5: `paper`: expected `true` or `false`, got the text `yes`
            a.toml:6: `twss` is not a value of `gateway`; did you mean `tws`?
            a.toml:7: item 2 of `accounts`: expected a text, got the number 2
            a.toml:8: `sped` is not a setting of the table `broker`; did you mean `speed`?
            a.toml:10: `take_profit_pct` is missing from the table `defaults`
            a.toml:11: `stop_loss_pct`: expected a number, got the text `a lot`
            a.toml:15: `stop_los_pct` is not a setting of a ticker; did you mean `stop_loss_pct`?
            a.toml:17: `symbol` is missing from a ticker
            a.toml:18: `take_profit_pct`: expected a number, got `true`
            a.toml:19: `colour` is not a setting of a ticker; known are `symbol`, `stop_loss_pct`, `take_profit_pct`
            a.toml:24: `create_positon` is not an action; did you mean `create_position`?
            a.toml:26: `when` is missing from a rule
        "#]],
    );
}

#[test]
fn every_fault_of_a_yaml_file() {
    yaml(
        "
broker:
  host: 5
  port: 70000
  sped: 1.0
  port: 2
tickers:
  AAPL:
    symbol: AAPL
    stop_los_pct: 0.03
  MSFT: {take_profit_pct: [1]}
rule:
  - name: one
    when:
      type: all
      of:
        - {type: signal, side: BUY, min_confidence: 0.8}
        - type: signal
          side: UP
          min_confidence: 0.8
        - type: position_profit
          min_profit: 0.02
    action: {type: close_position}
  - name: two
",
        expect![[r#"
            a.yaml:1: `defaults` is missing from the settings
            a.yaml:3: `host`: expected a text, got the number 5
            a.yaml:4: `port`: expected a whole number from 0 to 65535, got the number 70000
            a.yaml:5: `sped` is not a setting of the table `broker`; did you mean `speed`?
            a.yaml:6: `port` is given twice
            a.yaml:10: `stop_los_pct` is not a setting of a ticker; did you mean `stop_loss_pct`?
            a.yaml:11: `take_profit_pct`: expected a number, got a list
            a.yaml:11: `symbol` is missing from a ticker
            a.yaml:19: `UP` is not a value of `side`; known are `BUY`, `SELL`
            a.yaml:22: `min_profit` is not a setting of a condition; did you mean `min_profit_pct`?
            a.yaml:24: `when` is missing from a rule
        "#]],
    );
}

#[test]
fn a_tagged_table_names_the_right_line() {
    with_defaults(
        r#"
[[rule]]
name = "right"
when = { type = "signal", side = "BUY", min_confidence = 0.8 }
[rule.action]
type = "create_position"
size = 100
stop_loss_pct = 0.03

[[rule]]
name = "wrong"
[rule.when]
type = "all"
[[rule.when.of]]
type = "signal"
side = "BUY"
min_confidence = 0.8
[[rule.when.of]]
type = "signal"
min_confidence = "0.8"
[[rule.when.of]]
type = "position_profit"
min_confidence = 0.8
[[rule.when.of]]
type = "position_profit"
min_profit_pct = "much"
[[rule.when.of]]
type = "sgnal"
[[rule.when.of]]
min_profit_pct = 0.1
[rule.action]
type = "create_position"
sise = 100
size = true
"#,
        expect![[r#"
            a.toml:19: `side` is missing from a condition
            a.toml:22: `min_profit_pct` is missing from a condition
            a.toml:24: `min_confidence` is not a setting of a condition; known are `min_profit_pct`
            a.toml:27: `min_profit_pct`: expected a number, got the text `much`
            a.toml:29: `sgnal` is not a condition; did you mean `signal`?
            a.toml:30: `type` is missing from a condition
            a.toml:32: `stop_loss_pct` is missing from an action
            a.toml:34: `sise` is not a setting of an action; did you mean `size`?
            a.toml:35: `size`: expected a number, got `true`
        "#]],
    );
}

#[test]
fn the_same_fault_twice_in_one_tagged_table() {
    with_defaults(
        r#"
[[rule]]
name = "twice"
action = { type = "close_position" }
[rule.when]
type = "all"
of = [
    { type = "signal", side = "BUY", min_confidence = 0.8 },
    { type = "position_profit", min_profit_pct = "x" },
    { type = "position_profit", min_profit_pct = "x" },
    { type = "position_profit", min_confidence = 0.8, min_profit_pct = 1 },
    { type = "position_profit", min_confidence = 0.8, min_profit_pct = 1 },
    { type = "position_profit" },
    { type = "position_profit" },
]
"#,
        expect![[r#"
            a.toml:10: `min_profit_pct`: expected a number, got the text `x`
            a.toml:11: `min_profit_pct`: expected a number, got the text `x`
            a.toml:12: `min_confidence` is not a setting of a condition; known are `min_profit_pct`
            a.toml:13: `min_confidence` is not a setting of a condition; known are `min_profit_pct`
            a.toml:14: `min_profit_pct` is missing from a condition
            a.toml:15: `min_profit_pct` is missing from a condition
        "#]],
    );
}

#[test]
fn dotted_keys_inline_tables_and_carriage_returns() {
    toml(
        "defaults.stop_loss_pct = 0.03\r\ndefaults.take_profit_pct = 'x'\r\n\r\nbroker.prot = 1\r\n\
         tickers.AAPL = { symbol = 'AAPL', take_profit = 1 }\r\ntickers.B.symbol = 1\r\n",
        expect![[r#"
            a.toml:2: `take_profit_pct`: expected a number, got the text `x`
            a.toml:4: `prot` is not a setting of the table `broker`; did you mean `port`?
            a.toml:5: `take_profit` is not a setting of a ticker; did you mean `take_profit_pct`?
            a.toml:6: `symbol`: expected a text, got the number 1
        "#]],
    );
}

#[test]
fn a_kind_of_table_that_is_none() {
    with_defaults(
        "broker = 3\ntickers = []\nrule = { name = 'one' }\n",
        expect![[r#"
        a.toml:2: `broker`: expected a table, got the number 3
        a.toml:3: `tickers`: expected a table, got a list
        a.toml:4: `rule`: expected a list, got a table
    "#]],
    );
}

#[test]
fn nothing_required_is_there() {
    toml(
        "[broker]\nhost = 'localhost'\n",
        expect![[r#"
        a.toml:1: `defaults` is missing from the settings
    "#]],
    );
}

#[test]
fn a_key_given_twice() {
    with_defaults(
        "[broker]\nport = 1\nhost = 'x'\nport = 2\nhots = 1\n[broker]\n",
        expect![[r#"
        a.toml:5: `port` is given twice
        a.toml:6: `hots` is not a setting of the table `broker`; did you mean `host`?
        a.toml:7: `broker` is given twice
    "#]],
    );
}

#[test]
fn what_is_no_toml() {
    toml(
        "[broker]\nport = \nhost = 'x'\n",
        expect![[r#"
        a.toml:2: not valid TOML: string values must be quoted, expected literal string
    "#]],
    );
    toml(
        "[broker\nport = 1",
        expect![[r#"
        a.toml:1: not valid TOML: unclosed table, expected `]`
    "#]],
    );
    toml(
        "[broker]\nhost = 'x\nport = 1",
        expect![[r#"
        a.toml:2: not valid TOML: invalid literal string, expected `'`
    "#]],
    );
    toml(
        "port = 99999999999999999999",
        expect![[r#"
        a.toml:1: the number 99999999999999999999 is too large
    "#]],
    );
    toml(
        " \n",
        expect![[r#"
        a.toml:1: the file is empty
    "#]],
    );
    toml(
        &format!("[{}a]", "a.".repeat(100_000)),
        expect![[r#"
            a.toml:1: not valid TOML: recursion limit
        "#]],
    );
    toml(
        &format!("a = {}", "[".repeat(100_000)),
        expect![[r#"
        a.toml:1: not valid TOML: cannot recurse further; max recursion depth met
    "#]],
    );
}

#[test]
fn what_is_no_yaml() {
    yaml(
        "broker:\n  port: 1\n host: x\n",
        expect![[r#"
        a.yaml:3: not valid YAML: while parsing a block mapping, did not find expected key
    "#]],
    );
    yaml(
        "broker: [1, 2\n",
        expect![[r#"
        a.yaml:2: not valid YAML: while parsing a flow sequence, expected ',' or ']'
    "#]],
    );
    yaml(
        "- 1\n- 2\n",
        expect![[r#"
            a.yaml:1: expected a table, got a list
        "#]],
    );
    yaml(
        "a: 1\n---\nb: 2\n",
        expect![[r#"
        a.yaml:3: a second document in the same file
    "#]],
    );
    yaml(
        "a: !!str 1\n",
        expect![[r#"
        a.yaml:1: the YAML tag `tag:yaml.org,2002:str` means nothing here
    "#]],
    );
    yaml(
        "? [a]\n: 1\n",
        expect![[r#"
        a.yaml:1: a key must be a plain text
    "#]],
    );
    yaml(
        "a: &a [*a]\n",
        expect![[r#"
        a.yaml:1: an alias of what it is part of
    "#]],
    );
    yaml(
        "# nothing\n",
        expect![[r#"
        a.yaml:1: `defaults` is missing from the settings
    "#]],
    );
    yaml(
        &format!("a: {}", "[".repeat(100_000)),
        expect![[r#"
        a.yaml:1: not valid YAML: recursion limit exceeded
    "#]],
    );
    yaml(
        &format!("a: {}1", "- ".repeat(5_000)),
        expect![[r#"
        a.yaml:1: not valid YAML: block sequence entries are not allowed in this context
    "#]],
    );
}

#[test]
fn aliases_do_not_fill_the_memory() {
    let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    yaml(
        &text,
        expect![[r#"
        a.yaml:5: more than 100000 values
    "#]],
    );
}

#[test]
fn no_more_than_the_bound() {
    let text: String = (0..200).map(|n| format!("strange_{n} = 1\n")).collect();
    let told = faults("a.toml", &text);
    assert_eq!(told.lines().count(), crate::settings::FAULTS_MAX);
}
