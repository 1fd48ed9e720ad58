//! What of the config is another one than before, setting by setting.

use std::collections::{BTreeMap, BTreeSet};

use engine::{SettingChange, TickerKey};

use crate::config::Report;

/// Tables whose settings hold for a whole run.
const FIXED: [&str; 7] = ["broker.", "gateway.", "journal.", "actors.", "control.", "logs.", "reports."];
/// Settings of other tables that do, too.
const FIXED_BESIDES: [&str; 4] =
    ["risk.base_currency", "risk.time_zone", "signals.doors", "signals.tradingview_confidence"];
/// Settings of those tables that do not.
const NOT_FIXED: [&str; 1] = ["logs.level"];
/// Tables that are nobody's in particular.
const COMMON: [&str; 3] = ["risk.", "signals.", "logs."];
/// How a rule's settings begin.
const RULE: &str = "rule ";
/// Names that are told one by one.
const NAMES_MAX: usize = 8;

/// The changes, in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff(Vec<SettingChange>);

impl Diff {
    /// From what was in force to what is to be.
    #[must_use]
    pub fn of(before: &Report, after: &Report) -> Diff {
        let (before, after) = (settings(before), settings(after));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let changes = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
        let change = |name: &String| SettingChange {
            setting: name.clone(),
            from: before.get(name).cloned(),
            to: after.get(name).cloned(),
        };
        Diff(changes.map(change).collect())
    }

    /// Those that hold for a whole run, and need a start of their own.
    pub fn fixed(&self) -> impl Iterator<Item = &SettingChange> {
        self.0.iter().filter(|change| {
            let name = change.setting.as_str();
            let table = FIXED.iter().any(|table| name.starts_with(table)) && !NOT_FIXED.contains(&name);
            table || FIXED_BESIDES.contains(&name)
        })
    }

    /// Those that are no ticker's own.
    #[must_use]
    pub fn common(&self) -> Vec<SettingChange> {
        let common =
            |name: &str| name.starts_with(RULE) || COMMON.iter().any(|table| name.starts_with(table));
        self.0.iter().filter(|change| common(&change.setting)).cloned().collect()
    }

    /// True where a setting of this table is another one.
    #[must_use]
    pub fn touches(&self, table: &str) -> bool {
        self.0.iter().any(|change| change.setting.starts_with(table))
    }

    /// What concerns a ticker: its own settings, and those of these rules; where these are all the same, the limits.
    #[must_use]
    pub fn of_ticker(&self, key: &TickerKey, rules: &BTreeSet<&str>) -> Vec<SettingChange> {
        let mut changes = self.own(key);
        let of_rule = |change: &&SettingChange| {
            let named = rule_of(&change.setting);
            named.is_some_and(|name| rules.contains(name))
        };
        changes.extend(self.0.iter().filter(of_rule).cloned());
        if changes.is_empty() {
            changes.extend(self.0.iter().filter(|change| change.setting.starts_with("risk.")).cloned());
        }
        changes
    }

    /// A ticker's own settings, without its name.
    fn own(&self, key: &TickerKey) -> Vec<SettingChange> {
        let own = |change: &SettingChange| {
            let setting = change.setting.strip_prefix(key.as_str())?.strip_prefix('.')?;
            Some(SettingChange { setting: setting.to_owned(), ..change.clone() })
        };
        self.0.iter().filter_map(own).collect()
    }

    /// The same of several tickers, where the same change is told once for all that have it.
    #[must_use]
    pub fn words_of<'a>(&self, keys: impl Iterator<Item = &'a TickerKey>) -> Vec<String> {
        let mut told: BTreeMap<String, Vec<&TickerKey>> = BTreeMap::new();
        for key in keys {
            for change in self.own(key) {
                told.entry(change.to_string()).or_default().push(key);
            }
        }
        told.into_iter().map(|(change, keys)| format!("{}: {change}", names(&keys))).collect()
    }
}

/// `AAPL, IBM`, and how many more.
#[must_use]
pub fn names(keys: &[&TickerKey]) -> String {
    let shown: Vec<&str> = keys.iter().take(NAMES_MAX).map(|key| key.as_str()).collect();
    match keys.len().saturating_sub(NAMES_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The rule that a setting is of.
fn rule_of(setting: &str) -> Option<&str> {
    setting.strip_prefix(RULE)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

/// Each setting with its value. Rules go by their names, for their places change when one is put between.
fn settings(report: &Report) -> BTreeMap<String, String> {
    let rules: BTreeMap<&str, String> = report
        .lines()
        .filter_map(|line| Some((line.setting.strip_suffix(".name")?, line.words())))
        .filter(|(place, _)| place.starts_with("rules["))
        .collect();
    let named = |setting: &str| {
        let place = setting.find(']').map_or("", |end| &setting[..=end]);
        match rules.get(place) {
            Some(name) => format!("{RULE}`{name}`{}", &setting[place.len()..]),
            None => setting.to_owned(),
        }
    };
    report.lines().map(|line| (named(&line.setting), line.words())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect;

    use super::Diff;
    use crate::config::{Choices, Environment, Report, load};

    fn report(change: impl Fn(&str, String) -> String) -> Report {
        let folder = tempfile::tempdir().unwrap();
        for name in ["supervisor.toml", "tickers.toml", "trading_rules.toml"] {
            let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
            let text = change(name, std::fs::read_to_string(shipped).unwrap());
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let choices = Choices { folder: Some(folder.path().to_owned()), test_mode: false };
        load(&choices, &Environment::default()).unwrap().report
    }

    #[test]
    fn each_change_is_told_once_for_all_that_have_it() {
        let before = report(|_, text| text);
        let after = report(|name, text| match name {
            "supervisor.toml" => text
                .replace("max_positions = 10", "max_positions = 9")
                .replace("port = 8787", "port = 8788")
                .replace("level = \"debug\"", "level = \"info\""),
            "tickers.toml" => text.replace("stop_loss_pct = 0.03", "stop_loss_pct = 0.02"),
            _ => text,
        });
        let diff = Diff::of(&before, &after);
        let keys = ["AAPL", "IBM"].map(|key| key.parse().unwrap());
        let lines = |changes: Vec<engine::SettingChange>| {
            changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        expect!["AAPL, IBM: stop_loss_pct 0.03 -> 0.02"].assert_eq(&diff.words_of(keys.iter()).join("\n"));
        expect![[r#"
            logs.level debug -> info
            risk.max_positions 10 -> 9"#]]
        .assert_eq(&lines(diff.common()));
        expect!["control.port 8787 -> 8788"].assert_eq(&lines(diff.fixed().cloned().collect()));
        expect!["stop_loss_pct 0.03 -> 0.02"].assert_eq(&lines(diff.of_ticker(&keys[0], &BTreeSet::new())));
        assert_eq!(Diff::of(&before, &before), Diff::default());
    }

    #[test]
    fn a_rule_that_is_put_between_changes_no_other() {
        let before = report(|_, text| text);
        let after = report(|name, text| {
            if name != "trading_rules.toml" {
                return text;
            }
            let first = text.find("[[rules]]").unwrap();
            let new = "[[rules]]\nname = \"Halt Me\"\ncondition = { type = \"position_loss\", min_loss_pct = 0.2 }\naction = { type = \"halt\" }\n\n";
            format!("{}{new}{}", &text[..first], &text[first..])
        });
        let common = Diff::of(&before, &after).common();
        assert!(!common.is_empty());
        for change in common {
            assert!(change.setting.starts_with("rule `Halt Me`"), "{change}");
        }
    }
}
