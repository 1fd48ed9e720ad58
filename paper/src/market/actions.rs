//! Corporate actions from a file: one split a line, `date,symbol,ratio`.
//!
//! A ratio is what a share becomes (`4`, `0.1`) or new to old shares (`4:1`, `1:10`). It is in force from the open of its
//! date on; the prices of a price file must be the ones after it from then on, as they are in the shipped data.
//!
//! Read next: [`split`](crate::exchange::split), which carries them out.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use crate::market::options::Action;

/// Why a file of actions was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadActions {
    /// It cannot be read.
    #[error("failed to read the corporate actions `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line that says nothing.
    #[error("`{path}`:{line}: `{text}` is no `date,symbol,ratio`")]
    Line {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
}

/// Reads a file of actions. Empty lines and those that begin with `#` say nothing; a header is allowed.
///
/// # Errors
/// It cannot be read, or a line cannot be understood.
pub fn read(path: &Path) -> Result<Vec<Action>, BadActions> {
    let text =
        std::fs::read_to_string(path).map_err(|source| BadActions::Read { path: path.to_owned(), source })?;
    let lines = (1..).zip(text.lines()).map(|(line, text)| (line, text.trim()));
    let said =
        lines.filter(|(_, text)| !(text.is_empty() || text.starts_with('#') || *text == "date,symbol,ratio"));
    said.map(|(line, text)| {
        let bad = || BadActions::Line { path: path.to_owned(), line, text: text.to_owned() };
        action(text).ok_or_else(bad)
    })
    .collect()
}

fn action(text: &str) -> Option<Action> {
    let mut fields = text.split(',').map(str::trim);
    let (date, symbol, ratio) = (fields.next()?, fields.next()?, fields.next()?);
    let (new, old) = ratio.split_once(':').unwrap_or((ratio, "1"));
    let ratio = new.parse::<Decimal>().ok()?.checked_div(old.parse().ok()?)?;
    (ratio > Decimal::ZERO).then_some(Action { date: date.parse().ok()?, symbol: symbol.to_owned(), ratio })
}

#[cfg(test)]
mod tests {
    use super::action;
    use rust_decimal::Decimal;

    #[test]
    fn a_ratio_is_a_number_or_new_to_old() {
        let ratio = |text: &str| action(text).map(|action| action.ratio);
        assert_eq!(ratio("2005-02-28,AAPL,2:1"), Some(Decimal::TWO));
        assert_eq!(ratio("2005-02-28, AAPL, 1:10"), Some(Decimal::new(1, 1)));
        assert_eq!(ratio("2005-02-28,AAPL,1.5"), Some(Decimal::new(15, 1)));
        assert_eq!(ratio("2005-02-28,AAPL,0:1"), None);
        assert_eq!(ratio("2005-02-28,AAPL,1:0"), None);
        assert_eq!(ratio("2005-02-28,AAPL"), None);
    }
}
