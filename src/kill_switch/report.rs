//! What became of it: on the screen, as JSON, and as the status with which the program ends.

use serde::Serialize;

use crate::terminal::say;

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing of ours works and nothing of ours is held: looked at and seen.
    #[default]
    Flat,
    /// Something is left, or was only not done because it was a dry run.
    Left,
    /// It would have taken more along than was allowed, or what is ours is not known.
    Refused,
}

impl Outcome {
    /// The status of the program. 1 and 2 are taken: an error, and a command line that is none.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Outcome::Flat => 0,
            Outcome::Left => 3,
            Outcome::Refused => 4,
        }
    }
}

/// What became of it, line by line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// True where nothing was done or written.
    pub dry_run: bool,
    /// What the file KILL says; none in a dry run.
    pub kill: Option<String>,
    /// The account.
    pub account: String,
    /// The client id it came under.
    pub client_id: i32,
    /// What is ours is known by this.
    pub ours_by: String,
    /// Orders of ours that were cancelled, or would be.
    pub cancelled: Vec<String>,
    /// Orders of others that go along with a global cancel.
    pub taken_along: Vec<String>,
    /// Closing orders that were sent, or would be.
    pub closed: Vec<String>,
    /// Orders and positions that are left, and why.
    pub left: Vec<String>,
    /// What the broker said meanwhile.
    pub told: Vec<String>,
    /// How often it was gone through.
    pub rounds: u32,
    /// What to do now.
    pub next: String,
}

impl Report {
    /// Prints it.
    pub fn print(&self, json: bool) {
        if json {
            say(serde_json::json!(self));
        } else {
            say(self.words());
        }
    }

    fn words(&self) -> String {
        let would = if self.dry_run { "would be " } else { "" };
        let mut lines = vec![format!(
            "account {}, as client {}; what is ours: {}",
            self.account, self.client_id, self.ours_by
        )];
        let parts = [
            (format!("{would}cancelled"), &self.cancelled),
            (format!("{would}taken along, of others"), &self.taken_along),
            (format!("{would}sent to close"), &self.closed),
            ("the broker said".to_owned(), &self.told),
            ("LEFT".to_owned(), &self.left),
        ];
        for (name, part) in parts {
            lines.extend(part.iter().map(|line| format!("{name}: {line}")));
        }
        lines.push(match (self.outcome, self.dry_run) {
            (Outcome::Flat, true) => "nothing to do: flat, and no order of ours works".to_owned(),
            (Outcome::Flat, false) => {
                "FLAT, verified: no order of ours works, nothing of ours is held".to_owned()
            }
            (Outcome::Left, true) => "a dry run: nothing was written, cancelled or sent".to_owned(),
            (Outcome::Left, false) => "NOT FLAT".to_owned(),
            (Outcome::Refused, _) => "NOT DONE: nothing was cancelled, nothing was closed".to_owned(),
        });
        lines.extend(Some(self.next.clone()).filter(|next| !next.is_empty()));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Outcome, Report};

    #[test]
    fn a_person_reads_what_was_done_and_what_is_left() {
        let report = Report {
            outcome: Outcome::Left,
            account: "DSIM0001".to_owned(),
            client_id: 1,
            ours_by: "the journal to record 74".to_owned(),
            cancelled: vec!["Sell 100 ACME STP 97".to_owned()],
            closed: vec!["sell 100 ACME at the market".to_owned()],
            left: vec!["100 ACME: its closing order waits for the opening".to_owned()],
            next: "run it again".to_owned(),
            ..Report::default()
        };
        expect![[r#"
            account DSIM0001, as client 1; what is ours: the journal to record 74
            cancelled: Sell 100 ACME STP 97
            sent to close: sell 100 ACME at the market
            LEFT: 100 ACME: its closing order waits for the opening
            NOT FLAT
            run it again"#]]
        .assert_eq(&report.words());
        assert_eq!([Outcome::Flat, Outcome::Left, Outcome::Refused].map(Outcome::code), [0, 3, 4]);
    }
}
