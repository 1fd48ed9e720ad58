//! What is around the broker: files, disk, the prediction API.

use std::path::Path;

use actors::journal::chain;
use actors::signal::Sources;
use ports::brakes::{Brake, Brakes};
use ports::journal::{Journal, JournalError};
use ports::signals::{Answer, Source};

use super::finding::Finding;

/// Less room than this is soon gone: a day of many tickers takes some tens of megabytes.
const FREE_BYTES_MIN: u64 = 1 << 30;

pub(super) fn files(faults: &[String], tell: &mut impl FnMut(Finding)) {
    if faults.is_empty() {
        tell(Finding::ok("permissions", "nobody else can change config, state and logs"));
    }
    for fault in faults {
        tell(Finding::wrong("permissions", fault, ""));
    }
}

pub(super) fn brakes(brakes: &Brakes, tell: &mut impl FnMut(Finding)) {
    let set: Vec<(Brake, String)> = [Brake::Halt, Brake::Kill]
        .into_iter()
        .filter_map(|brake| Some((brake, brakes.words(brake)?)))
        .collect();
    if set.is_empty() {
        tell(Finding::ok("brakes", "neither HALT nor KILL is set"));
    }
    for (brake, words) in set {
        tell(Finding::wrong(
            "brakes",
            format!("{brake} is set: {words}"),
            format!("supervisor release {brake}"),
        ));
    }
}

pub(super) fn disk(journal: &Path, tell: &mut impl FnMut(Finding)) {
    let there = journal.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let there = there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(there) {
        Ok(about) => {
            let free = about.f_bavail.saturating_mul(about.f_frsize);
            let told = format!("{} MiB free for the journal", free >> 20);
            tell(if free < FREE_BYTES_MIN {
                Finding::warning("disk", told, "make room: a journal that cannot be written ends the program")
            } else {
                Finding::ok("disk", told)
            });
        }
        Err(error) => tell(Finding::unknown("disk", format!("`{}`: {error}", there.display()))),
    }
    match Journal::look(journal) {
        Ok(_) => tell(Finding::ok("journal", format!("`{}` can be read", journal.display()))),
        Err(JournalError::Missing { .. }) => {
            tell(Finding::ok(
                "journal",
                format!("`{}` is not there yet; the first start makes it", journal.display()),
            ));
        }
        Err(error) => {
            tell(Finding::warning("journal", chain(&error), "if a supervisor runs here, that is why"))
        }
    }
}

pub(super) async fn signals(own: &Sources, symbols: &[String], tell: &mut impl FnMut(Finding)) {
    let what = "signals";
    if !own.doors.is_empty() {
        tell(Finding::ok(what, format!("taken from whoever signs them: {}", own.doors.join(", "))));
    }
    let api = match &own.polled {
        Some(api @ Source::Http(_)) => api,
        // To read a pipe is to take from whoever follows it.
        Some(Source::File(_)) => {
            return tell(Finding::ok(what, "a file or pipe is followed; it is not read for a look"));
        }
        None if own.doors.is_empty() => {
            return tell(Finding::wrong(
                what,
                "there is no source",
                "see [signals] source, and WEBHOOK_SECRET",
            ));
        }
        None => return,
    };
    let Answer { parts, trouble, .. } = api.poll(symbols).await;
    let told = format!("the prediction API answers with {} predictions", parts.len());
    let bad: Vec<String> =
        parts.iter().filter_map(|part| part.as_ref().err().map(ToString::to_string)).collect();
    tell(match (trouble, bad.first()) {
        (Some(error), _) => {
            Finding::wrong(what, chain(&error), "see [signals] endpoint, API_ENDPOINT and API_KEY")
        }
        (None, Some(first)) => {
            let told = format!("{told}, of which {} cannot be read: {first}", bad.len());
            Finding::wrong(what, told, "see [signals.fields]")
        }
        (None, None) => Finding::ok(what, told),
    });
}
