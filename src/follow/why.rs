//! `supervisor why TICKER`: its last decisions, newest last, each with its reason.

use crate::control::client::{AskError, ask};
use crate::control::shown::Why;

use super::{WIDTH, market, wrapped};

/// Columns of a time and the gap after it.
const INDENT: usize = 16;

/// Asks; answers with the screen.
///
/// # Errors
/// No supervisor answers, or it knows no such ticker.
pub fn why(ticker: &str, json: bool) -> Result<String, AskError> {
    // What is no name cannot be a path either.
    let name: String = ticker.chars().filter(char::is_ascii_alphanumeric).collect();
    if name != ticker || name.is_empty() {
        return Err(AskError::Refused(format!(
            "`{ticker}` is no ticker's name: one to eight of A-Z and 0-9"
        )));
    }
    let path = format!("/why/{name}");
    Ok(if json { ask::<serde_json::Value>(&path)?.to_string() } else { words(&ask(&path)?) })
}

/// A line for each decision.
fn words(why: &Why) -> String {
    let head = format!("{} is {}; its last decisions, newest last", why.ticker, why.mode);
    if why.decisions.is_empty() {
        return format!("{} is {}; it has decided nothing yet", why.ticker, why.mode);
    }
    let mut lines = vec![head, String::new()];
    for told in &why.decisions {
        let mut time = market(&told.at);
        for part in wrapped(&told.text, WIDTH - INDENT) {
            lines.push(format!("{time:14}  {part}"));
            time.clear();
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::words;

    #[test]
    fn decisions_in_words() {
        let why = serde_json::json!({ "ticker": "AAPL", "mode": "active", "decisions": [
            { "at": "2008-09-29T10:08:46-04:00", "text": "signal BUY 0.71 taken (High Confidence Buy: 0.71 >= 0.70)" },
            { "at": "2008-09-29T10:36:59-04:00", "text":
              "signal SHORT 0.69 declined: confidence 0.69 < 0.80 needed to close the long position" },
        ]});
        expect![[r#"
            AAPL is active; its last decisions, newest last

            09-29 10:08:46  signal BUY 0.71 taken (High Confidence Buy: 0.71 >= 0.70)
            09-29 10:36:59  signal SHORT 0.69 declined: confidence 0.69 < 0.80 needed to
                            close the long position"#]]
        .assert_eq(&words(&serde_json::from_value(why).unwrap()));
    }
}
