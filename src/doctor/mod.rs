//! `supervisor doctor`: reaches each outside thing and says what is wrong and how to mend it.
//!
//! It trades nothing, and with `--place-test-order` one share on a paper account, far from the market. What cannot be
//! looked at because something before it is wrong is said, too.
//!
//! Read next: [`broker`], [`around`] (signals, disk, files); [`finding`] for how it is told.

mod around;
mod broker;
pub mod finding;

use anyhow::Context;
use finding::{Finding, State};

use crate::config::{Config, Source};
use crate::run::settings;
use crate::terminal::say;
use crate::{demo, journal, private};

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// Places, changes and cancels an order on a paper account.
    pub place_test_order: bool,
    /// One JSON list in place of lines.
    pub json: bool,
}

/// Looks at everything; true if nothing is wrong.
///
/// # Errors
/// The embedded gateway could not be started.
pub fn doctor(config: Config, source: &Source, choices: Choices) -> anyhow::Result<bool> {
    let mut findings = Vec::new();
    let mut tell = |finding: Finding| {
        if !choices.json {
            say(&finding);
        }
        findings.push(finding);
    };
    let logs = config.logs.folder.clone();
    around::files(&private::faults(source, &logs, config.broker.agreement.live), &mut tell);
    around::disk(&journal::folder_of(&config), &mut tell);
    let symbols: Vec<&str> = config.tickers.iter().map(|own| own.contract.symbol.as_str()).collect();
    let gateway = config.embedded.as_ref().map(|embedded| demo::start(embedded, &symbols)).transpose()?;
    // Nobody's journal is emptied for a look.
    let doors = config.signals.senders.names();
    let symbols: Vec<String> = symbols.into_iter().map(str::to_owned).collect();
    let mut settings = settings(config, gateway.as_ref(), true).context("failed to prepare the look")?;
    settings.signals.doors = doors;
    around::brakes(&settings.broker.brakes, &mut tell);
    actix_rt::System::new().block_on(async {
        broker::look(&settings, gateway.is_some(), choices.place_test_order, &mut tell).await;
        around::signals(&settings.signals, &symbols, &mut tell).await;
    });
    if let Some(gateway) = gateway {
        gateway.stop();
    }
    if choices.json {
        say(serde_json::to_string_pretty(&findings)?);
    } else {
        say(sum(&findings));
    }
    Ok(!findings.iter().any(|finding| finding.state == State::Wrong))
}

fn sum(findings: &[Finding]) -> String {
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let (wrong, warnings, unknown) = (count(State::Wrong), count(State::Warning), count(State::Unknown));
    let ok = count(State::Ok);
    format!("\n{ok} ok, {wrong} wrong, {warnings} to look at, {unknown} not looked at")
}
