//! `supervisor signals`: the latest signals, who said them, and how each ended.

use super::{WIDTH, market, wrapped};
use crate::told::signals::Heard;

/// How many are shown.
const SHOWN_MAX: usize = 40;
/// Columns that a reason is indented by.
const INDENT: usize = 16;

/// The whole screen, newest last.
#[must_use]
pub fn words(all: &[Heard]) -> String {
    if all.is_empty() {
        return "no signal has ended yet".to_owned();
    }
    let mut lines = Vec::new();
    if all.len() > SHOWN_MAX {
        lines.push(format!("the newest {SHOWN_MAX} of {}; all of them: --json", all.len()));
        lines.push(String::new());
    }
    for heard in &all[all.len().saturating_sub(SHOWN_MAX)..] {
        let mut time = market(&heard.at);
        for part in wrapped(&told(heard), WIDTH - INDENT) {
            lines.push(format!("{time:14}  {part}"));
            time.clear();
        }
    }
    lines.join("\n")
}

fn told(heard: &Heard) -> String {
    let of = heard.of.as_deref().unwrap_or("-");
    let said = match (&heard.direction, &heard.confidence) {
        (Some(direction), Some(confidence)) => format!("{direction} {confidence}"),
        _ => "no signal".to_owned(),
    };
    let source = heard.source.as_ref().map_or_else(String::new, |source| format!(" from {source}"));
    let why = heard.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    format!("{of} {said}{source}: {}{why}", heard.ended)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::words;

    #[test]
    fn each_signal_with_its_end() {
        let heard = |of: &str, ended: &str, why: Option<&str>| {
            json!({ "at": "2008-09-29T10:36:59-04:00", "source": "http", "of": of, "direction": "BUY", "confidence": "0.71",
                "said": null, "id": null, "ended": ended, "why": why })
        };
        let mut wrong = heard("AAPL", "malformed", Some("no `symbol` in \u{1b}[2J{}"));
        (wrong["of"], wrong["direction"]) = (json!(null), json!(null));
        let all = json!([
            heard("AAPL", "taken", Some("Buy: 0.71 >= 0.60")),
            heard("AAPL", "duplicate", None),
            heard("AAPL", "declined", Some("confidence 0.69 < 0.80 needed to close the long position")),
            wrong,
        ]);
        expect![[r#"
            09-29 10:36:59  AAPL BUY 0.71 from http: taken: Buy: 0.71 >= 0.60
            09-29 10:36:59  AAPL BUY 0.71 from http: duplicate
            09-29 10:36:59  AAPL BUY 0.71 from http: declined: confidence 0.69 < 0.80 needed
                            to close the long position
            09-29 10:36:59  - no signal from http: malformed: no `symbol` in \u{1b}[2J{}"#]]
        .assert_eq(&words(&serde_json::from_value::<Vec<_>>(all).unwrap()));
    }
}
