//! `kill-switch kill`: the file first, then what works is cancelled and what is ours is closed.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use ports::brakes::Brake;
use ports::broker::emergency::Seen;

use super::books::Books;
use super::count::Positions;
use super::place::Place;
use super::report::{Outcome, Report};
use super::switch::{Switch, Way};
use super::{Author, Where, brake, tell};

/// How long a supervisor has to see the file: it looks before each send, and several times a second besides.
const NOTICED: Duration = Duration::from_millis(300);

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Where everything is.
    pub at: Where,
    /// For the file.
    pub author: Author,
    /// Cancel every order of the account, whoever placed it.
    pub all: bool,
    /// The same, but only where that is the one way to cancel ours; nobody is asked.
    pub yes: bool,
    /// Close everything that the account holds, ours or not.
    pub everything: bool,
    /// Read and tell, do nothing.
    pub dry_run: bool,
    /// The report as JSON.
    pub json: bool,
}

/// Does it, and prints the report.
///
/// # Errors
/// The file cannot be made, the broker does not answer, or it is another account. The file stays.
pub fn kill(choices: &Choices) -> anyhow::Result<Outcome> {
    let set = match choices.dry_run {
        true => brake::here().map(|_| None)?,
        false => Some(brake::set(Brake::Kill, &choices.author)?),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = runtime.block_on(work(choices))?;
    report.dry_run = choices.dry_run;
    report.next = next(&report, set.is_some());
    report.kill = set;
    report.print(choices.json);
    Ok(report.outcome)
}

async fn work(choices: &Choices) -> anyhow::Result<Report> {
    let place = Place::find(&choices.at)?;
    tell(format_args!("reading a copy of the journal in {}", place.journal.display()));
    let books = Books::read(&place);
    let mut report = Report::default();
    let positions = match (&books, choices.everything) {
        (_, true) => Positions::All,
        (Ok(_), false) => Positions::Own,
        (Err(error), false) => {
            report.ours_by = "not known".to_owned();
            report.left = vec![format!(
                "the journal cannot be read ({error:#}): what is ours is not known; to close everything that the account \
                 holds: --positions all"
            )];
            report.outcome = Outcome::Refused;
            return Ok(report);
        }
    };
    report.ours_by = match (&books, positions) {
        (_, Positions::All) => "everything that the account holds".to_owned(),
        (Ok(books), Positions::Own) => format!("the journal to record {}", books.last()),
        (Err(_), Positions::Own) => String::new(),
    };
    // What was on its way to the socket before the file was there has left by then.
    tokio::time::sleep(NOTICED).await;
    let desk = place.connect().await?;
    (report.account, report.client_id) = (desk.account().to_owned(), desk.client_id());
    let mut switch = Switch::begin(desk, &place, books.ok(), positions).await?;
    let done = go(choices, &mut switch, &mut report).await;
    report.told = switch.told();
    switch.end().await;
    done.map(|()| report)
}

/// Chooses the way to cancel, and goes it.
async fn go(choices: &Choices, switch: &mut Switch, report: &mut Report) -> anyhow::Result<()> {
    let seen = switch.first().clone();
    let out_of_reach = switch.out_of_reach(&seen);
    let way = if choices.all || !out_of_reach.is_empty() { Way::All } else { Way::Ours };
    if way == Way::All {
        report.taken_along = switch.others(&seen);
        warn(switch, out_of_reach.len(), &report.taken_along);
    }
    if choices.dry_run {
        switch.tell_plan(&seen, report);
        return Ok(());
    }
    if way == Way::All && !(choices.all || choices.yes || agreed()) {
        report.outcome = Outcome::Refused;
        report.left = remains(switch, &seen);
        return Ok(());
    }
    switch.rounds(way, report).await
}

/// Says what a global cancel takes along before it is done.
fn warn(switch: &Switch, out_of_reach: usize, others: &[String]) {
    if out_of_reach > 0 {
        let client_id = switch.client_id();
        tell(format_args!(
            "TWS lets an order be cancelled by the client that placed it, and this is client {client_id}: {out_of_reach} of ours \
             can only be cancelled by a global cancel, which takes every order of the login along"
        ));
    }
    tell(format_args!(
        "a global cancel takes along {} of others, by hand or by other programs:",
        others.len()
    ));
    others.iter().for_each(|order| tell(format_args!("    {order}")));
}

/// Asks the person at the terminal; nobody there is no.
fn agreed() -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("kill-switch: cancel all of them? Type yes: ");
    // The question may stand in a buffer; the answer counts.
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
}

fn remains(switch: &Switch, seen: &Seen) -> Vec<String> {
    let mut left = switch.remaining(seen);
    left.push(
        "only a global cancel would cancel them, and it takes along what is told above: give --yes, or --all"
            .to_owned(),
    );
    left
}

fn next(report: &Report, set: bool) -> String {
    let release =
        "to trade again: `supervisor release KILL`, or without a supervisor `kill-switch release KILL`";
    match (report.outcome, set) {
        (_, false) => String::new(),
        (Outcome::Flat, true) => {
            format!("KILL stays set: a supervisor of this folder sends nothing; {release}")
        }
        (Outcome::Left | Outcome::Refused, true) => format!(
            "KILL stays set: a supervisor of this folder sends nothing, so nobody looks after what is left. Run this \
             again, or do it in TWS; {release}"
        ),
    }
}
