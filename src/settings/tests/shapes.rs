//! Other shapes that serde knows: enums by key or by trial, checked keys, pairs, values checked on the way in.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde::Deserialize;

use super::fixture::named;
use crate::settings::{Document, Exact, Fault};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
struct Shapes {
    stop: Option<Stop>,
    #[serde(default)]
    by_key: BTreeMap<Key, u8>,
    #[serde(alias = "couple")]
    pair: Option<(u8, u8)>,
    either: Option<Either>,
    checked: Option<Checked>,
    strict: Option<Strict>,
    required: u8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
enum Stop {
    Not(Box<Stop>),
    Percent(Exact),
    Levels { near: Exact, far: Box<Stop> },
    None,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Key(String);

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_key = text.chars().all(|char| char.is_ascii_uppercase());
        if is_key { Ok(Key(text)) } else { Err("a key is of letters A to Z".to_owned()) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "read by Debug only")]
enum Either {
    Flag(bool),
    Number(Exact),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Exact")]
#[allow(dead_code, reason = "read by Debug only")]
struct Checked(Exact);

impl TryFrom<Exact> for Checked {
    type Error = String;

    fn try_from(number: Exact) -> Result<Self, String> {
        let is_fraction = number.get().is_sign_positive() && number.get() < rust_decimal::Decimal::ONE;
        if is_fraction { Ok(Checked(number)) } else { Err(format!("must be between 0 and 1, got {number}")) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug only")]
struct Strict {
    low: Checked,
    high: Checked,
    name: String,
}

fn told(text: &str, wanted: Expect) {
    let faults = Document::toml("a.toml", text).and_then(|it| it.load::<Shapes>(named)).unwrap_err();
    let lines: String = faults.iter().map(|fault: &Fault| format!("{fault}\n")).collect();
    wanted.assert_eq(&lines);
}

#[test]
fn what_is_right() {
    let text = "required = 1\nstop = { not = { levels = { near = 1, far = 'none' } } }\nby_key = { A = 1 }\n\
                pair = [1, 2]\neither = 0.5\nchecked = 0.25\nstrict = { low = 0.1, high = 0.2, name = 'x' }\n";
    let shapes = Document::toml("a.toml", text).unwrap().load::<Shapes>(named).unwrap().value;
    assert_eq!(shapes.by_key[&Key("A".to_owned())], 1);
}

#[test]
fn an_enum_by_key() {
    told(
        "required = 1\nstop = { percnt = 1 }",
        expect![[r#"
            a.toml:2: `percnt` is not a value of `stop`; did you mean `percent`?
        "#]],
    );
    told(
        "required = 1\n[stop.not.levels]\nnear = 'x'\nfarr = 'none'",
        expect![[r#"
            a.toml:3: `near`: expected a number, got the text `x`
            a.toml:4: `farr` is not a setting of this table; did you mean `far`?
        "#]],
    );
    told(
        "stop = 'non'",
        expect![[r#"
        a.toml:1: `non` is not a value of `stop`; did you mean `not`?
        a.toml:1: `required` is missing from the settings
    "#]],
    );
    told(
        "required = 1\nstop = 5",
        expect![[r#"
        a.toml:2: `stop`: expected a text, got the number 5
    "#]],
    );
    told(
        "required = 1\nstop = { a = 1, b = 2 }",
        expect![[r#"
        a.toml:2: `stop`: expected a text, got a table
    "#]],
    );
}

#[test]
fn keys_and_values_checked_on_the_way_in() {
    told(
        "[by_key]\nA = 300\na = 1\nB = -1",
        expect![[r#"
        a.toml:1: `required` is missing from the settings
        a.toml:2: `A`: expected a whole number from 0 to 255, got the number 300
        a.toml:3: `a`: a key is of letters A to Z
        a.toml:4: `B`: expected a whole number from 0 to 255, got the number -1
    "#]],
    );
    told(
        "required = 1\nchecked = 3\n[strict]\nlow = 2\nhigh = 'x'",
        expect![[r#"
            a.toml:2: `checked`: must be between 0 and 1, got 3
            a.toml:3: `name` is missing from this table
            a.toml:4: `low`: must be between 0 and 1, got 2
            a.toml:5: `high`: expected a number, got the text `x`
        "#]],
    );
}

#[test]
fn pairs_and_either() {
    told(
        "required = 1\npair = [1, 2, 3]\neither = 'x'",
        expect![[r#"
        a.toml:2: `pair`: expected fewer items, got 3 items
        a.toml:3: `either`: data did not match any variant of untagged enum Either
    "#]],
    );
    told(
        "required = 1\npair = [1, 'x']\ncouple = [1, 2]",
        expect![[r#"
            a.toml:2: item 2 of `pair`: expected a whole number from 0 to 255, got the text `x`
            a.toml:2: `pair` is given twice, once under another name
        "#]],
    );
    told(
        "required = 1\npair = [1]",
        expect![[r#"
        a.toml:2: `pair`: expected a tuple of size 2, got 1 items
    "#]],
    );
}
