//! How a person is asked: a question a line, what an empty answer means in brackets.
//!
//! The standard input need not be a terminal: its lines are the answers. If it ends before all is answered that is an
//! error, for nobody meant what would be made up then.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};
use std::str::FromStr;

use crate::terminal::say;

/// Who is asked.
pub(super) struct Ask {
    /// Nobody: what an empty answer means is meant.
    yes: bool,
}

impl Ask {
    pub(super) fn new(yes: bool) -> Ask {
        Ask { yes }
    }

    /// What was given, or the answer.
    pub(super) fn unless<T>(
        &mut self,
        given: Option<T>,
        question: &str,
        empty: Option<T>,
    ) -> anyhow::Result<T>
    where
        T: FromStr + Display,
        T::Err: Display,
    {
        if let Some(given) = given {
            return Ok(given);
        }
        if self.yes {
            return empty
                .ok_or_else(|| anyhow::anyhow!("nothing says what `{question}` is, and --yes asks nobody"));
        }
        let shown = empty.as_ref().map(|empty| format!(" [{empty}]")).unwrap_or_default();
        loop {
            let line = line(&format!("{question}{shown}: "))?;
            match (line.as_str(), &empty) {
                ("", Some(_)) => break,
                ("", None) => say("this one needs an answer"),
                (text, _) => match text.parse() {
                    Ok(answer) => return Ok(answer),
                    Err(error) => say(error),
                },
            }
        }
        empty.ok_or_else(|| anyhow::anyhow!("`{question}` needs an answer"))
    }

    /// Yes or no; an empty answer is no.
    pub(super) fn confirm(&mut self, question: &str) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        loop {
            match line(&format!("{question}? y or n [n]: "))?.to_ascii_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" | "" => return Ok(false),
                _ => say("y or n"),
            }
        }
    }
}

/// One line of the standard input, without what surrounds it.
fn line(prompt: &str) -> anyhow::Result<String> {
    let mut out = std::io::stdout();
    // A prompt that nobody sees is no reason to fail; the answer counts.
    let _ = write!(out, "{prompt}").and_then(|()| out.flush());
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.lock().read_line(&mut line)? == 0 {
        anyhow::bail!(
            "\nthe answers ended before all was asked, and nothing is written; flags and --yes ask nothing"
        );
    }
    if !stdin.is_terminal() {
        // Where no terminal has echoed it, the answer ends the prompt's line.
        say(line.trim());
    }
    Ok(line.trim().to_owned())
}
