//! What is in force, setting by setting, and where each was said.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::settings::{Located, Segment};

/// Every setting with its value and its origin.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report(Vec<Line>);

/// One setting.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its name, e.g. `risk.max_positions`.
    pub setting: String,
    /// Its value, as JSON.
    pub value: Value,
    /// `file:line`, `environment NAME`, or `built-in`.
    pub origin: String,
}

impl Report {
    /// The settings, in the order of the files.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.0.iter()
    }

    /// Adds every setting of a file that was loaded whole.
    pub(super) fn add_file<T: Serialize>(&mut self, file: &Located<T>) {
        let tree = serde_json::to_value(&file.value).unwrap_or_default();
        self.walk(&tree, &mut Vec::new(), &|path| file.origin(path).map(|origin| origin.to_string()));
    }

    /// Adds which doors for signals are open; their secrets are not shown.
    pub(super) fn add_doors(&mut self, doors: &[&str]) {
        let origin = if doors.is_empty() { "built-in" } else { "environment, secrets not shown" };
        self.add("signals.doors".to_owned(), doors.join(", ").into(), origin.to_owned());
    }

    /// Adds one setting.
    pub(super) fn add(&mut self, setting: String, value: Value, origin: String) {
        self.0.push(Line { setting, value, origin });
    }

    fn walk(&mut self, tree: &Value, path: &mut Vec<Segment>, origin: &dyn Fn(&[Segment]) -> Option<String>) {
        match tree {
            Value::Object(table) => {
                for (key, value) in table {
                    path.push(Segment::from(key));
                    self.walk(value, path, origin);
                    path.pop();
                }
            }
            Value::Array(list) if list.iter().any(Value::is_object) => {
                for (index, value) in list.iter().enumerate() {
                    path.push(Segment::from(index));
                    self.walk(value, path, origin);
                    path.pop();
                }
            }
            Value::Null => {}
            value => {
                let origin = origin(path).unwrap_or_else(|| "built-in".to_owned());
                self.add(shown(path), value.clone(), origin);
            }
        }
    }
}

fn shown(path: &[Segment]) -> String {
    let mut name = String::new();
    for segment in path {
        match segment {
            Segment::Key(key) if name.is_empty() => name.push_str(key),
            Segment::Key(key) => {
                name.push('.');
                name.push_str(key);
            }
            Segment::Index(index) => name.push_str(&format!("[{}]", index + 1)),
        }
    }
    name
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: fn(&Line) -> String| self.0.iter().map(|line| text(line).chars().count()).max();
        let setting = width(|line| line.setting.clone()).unwrap_or(0);
        let value = width(Line::words).unwrap_or(0).min(40);
        self.0.iter().try_for_each(|line| {
            writeln!(f, "{:setting$}  {:value$}  {}", line.setting, line.words(), line.origin)
        })
    }
}

impl Line {
    /// The value as a person writes it: decimals without quotes.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        }
    }
}
