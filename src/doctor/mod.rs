//! `supervisor doctor`: reaches each outside thing and says what is wrong and how to mend it.
//!
//! It trades nothing, and with `--place-test-order` one share on a paper account, far from the market. What cannot be
//! looked at because something before it is wrong is said, too.
//!
//! Read next: [`broker`], [`around`] (signals, disk, files); [`finding`] for how it is told.

mod around;
mod broker;
pub mod finding;

use actors::signal::Sources;
use anyhow::Context;
use engine::TickerSettings;
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

/// A part of what is looked at, where somebody asks step by step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// The connection, TWS's own settings, its clock.
    Gateway,
    /// The account.
    Account,
    /// These tickers.
    Tickers(&'a [TickerSettings]),
}

/// What is found of this part; and the accounts that the login manages, none where it cannot be reached.
pub(crate) fn broker_part(settings: &ports::broker::Settings, part: Part<'_>) -> (Vec<Finding>, Vec<String>) {
    let mut findings = Vec::new();
    let mut tell = |finding| findings.push(finding);
    let accounts = actix_rt::System::new().block_on(broker::part(settings, part, &mut tell));
    (findings, accounts)
}

/// What is found of the sources of signals.
pub(crate) fn signals_of(sources: &Sources, symbols: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |finding| findings.push(finding);
    actix_rt::System::new().block_on(around::signals(sources, symbols, &mut tell));
    findings
}

fn sum(findings: &[Finding]) -> String {
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let (wrong, warnings, unknown) = (count(State::Wrong), count(State::Warning), count(State::Unknown));
    let ok = count(State::Ok);
    format!("\n{ok} ok, {wrong} wrong, {warnings} to look at, {unknown} not looked at")
}
