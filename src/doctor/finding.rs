//! What was looked at, how it is, and how to mend it.

use std::fmt;

use serde::Serialize;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// How it is.
    pub state: State,
    /// In words.
    pub told: String,
    /// How to mend it, where something is to be mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// It trades, and somebody should look at it.
    Warning,
    /// It will not trade so.
    Wrong,
    /// It could not be looked at.
    Unknown,
}

impl Finding {
    pub(super) fn ok(what: impl Into<String>, told: impl Into<String>) -> Finding {
        Finding { what: what.into(), state: State::Ok, told: told.into(), mend: None }
    }

    pub(super) fn warning(what: impl Into<String>, told: impl Into<String>, mend: &str) -> Finding {
        let mend = Some(mend.to_owned()).filter(|mend| !mend.is_empty());
        Finding { what: what.into(), state: State::Warning, told: told.into(), mend }
    }

    pub(super) fn wrong(
        what: impl Into<String>,
        told: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        let mend = Some(mend.into()).filter(|mend| !mend.is_empty());
        Finding { what: what.into(), state: State::Wrong, told: told.into(), mend }
    }

    pub(super) fn unknown(what: impl Into<String>, told: impl Into<String>) -> Finding {
        Finding { what: what.into(), state: State::Unknown, told: told.into(), mend: None }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.state {
            State::Ok => "ok",
            State::Warning => "look",
            State::Wrong => "WRONG",
            State::Unknown => "?",
        };
        write!(f, "{mark:5}  {:18}  {}", self.what, self.told)?;
        match &self.mend {
            Some(mend) => write!(f, "; {mend}"),
            None => Ok(()),
        }
    }
}
