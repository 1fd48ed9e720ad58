//! `supervisor init`: asks where the gateway is, what to trade and who says so, looks whether it is so, and writes a config.
//!
//! Each answer is looked at as `doctor` would, and may be kept where it is not well: TWS may come up later. What is
//! written are the shipped files with the answers in them, comments and all. A file that is there is never touched, and
//! no secret is ever asked for or written.
//!
//! Read next: [`ask`], how a person is asked; [`answers`], what may be answered; [`look`], what is looked at;
//! [`write`](mod@write), what is written.

pub mod answers;
mod ask;
mod look;
mod write;

use std::path::{Path, PathBuf};

use answers::{Account, Answers, Broker, Choices, Endpoint, Mode, Names};
use anyhow::Context;
use ask::Ask;

use crate::doctor::finding::{Finding, State};
use crate::private;
use crate::terminal::say;

/// Asks, looks and writes; answers with the folder.
///
/// # Errors
/// A file is there already, the answers ended too early, or something cannot be written.
pub fn init(choices: Choices) -> anyhow::Result<PathBuf> {
    let folder = choices.folder.clone();
    write::refuse_what_is_there(&folder)?;
    private::make_private();
    let mut ask = Ask::new(choices.yes);
    if !choices.yes {
        say(
            "Each question shows what an empty answer means in brackets. Nothing is written before the end.\n",
        );
    }
    let (broker, accounts) = gateway(&mut ask, &choices)?;
    let broker = account(&mut ask, &choices, broker, &accounts)?;
    let answers = tickers(&mut ask, &choices, Answers::of(broker), !accounts.is_empty())?;
    let answers = signals(&mut ask, &choices, answers)?;
    // What does not hold together is told before anything is written.
    look::load(&answers, &folder)?;
    for path in write::write(&folder, &answers)? {
        say(format_args!("wrote {}", path.display()));
    }
    Ok(folder)
}

/// What to do next.
pub fn tell_next(folder: &Path) {
    let with =
        if folder == Path::new("config") { String::new() } else { format!(" --config {}", folder.display()) };
    say(format_args!(
        "\nnext: `supervisor doctor{with}` looks at all of it, `supervisor{with}` trades. A key of the prediction API goes into \
         API_KEY, in the environment or in .env, never into these files."
    ));
}

/// Where it is and whose money; the accounts that its login manages, if it could be reached.
fn gateway(ask: &mut Ask, choices: &Choices) -> anyhow::Result<(Broker, Vec<String>)> {
    let mut given = choices.clone();
    loop {
        let mode = ask.unless(given.mode, "paper or live money", Some(Mode::Paper))?;
        let usual = if mode == Mode::Live { 7496 } else { 7497 };
        let host = given.host.take();
        let broker = Broker {
            mode,
            host: ask.unless(host, "host of TWS or IB Gateway", Some("127.0.0.1".to_owned()))?,
            port: ask.unless(
                given.port,
                "its port (TWS 7497 paper, 7496 live; IB Gateway 4002 and 4001)",
                Some(usual),
            )?,
            client_id: ask.unless(given.client_id, "client id, of this program alone", Some(1))?,
            account: None,
        };
        let (findings, accounts) = look::gateway(&broker);
        if kept(ask, &findings)? {
            return Ok((broker, accounts));
        }
        (given.mode, given.port, given.client_id) = (None, None, None);
    }
}

fn account(ask: &mut Ask, choices: &Choices, broker: Broker, accounts: &[String]) -> anyhow::Result<Broker> {
    let mut given = choices.account.clone();
    let only = if let [only] = accounts { Some(only.clone()) } else { None };
    if !accounts.is_empty() {
        say(format_args!("the login manages {}", accounts.join(", ")));
    }
    loop {
        let Account(account) = match (&given, &only, broker.mode) {
            (None, None, Mode::Paper) => {
                ask.unless(None, "account; none: the only one there is", Some(Account(None)))?
            }
            (given, only, _) => {
                let as_account = |name: &String| Account(Some(name.clone()));
                ask.unless(given.as_ref().map(as_account), "account", only.as_ref().map(as_account))?
            }
        };
        let broker = Broker { account, ..broker.clone() };
        // What cannot be reached was told already.
        let findings = if accounts.is_empty() { Vec::new() } else { look::account(&broker) };
        if kept(ask, &findings)? {
            return Ok(broker);
        }
        given = None;
    }
}

fn tickers(ask: &mut Ask, choices: &Choices, answers: Answers, is_there: bool) -> anyhow::Result<Answers> {
    let mut given = (!choices.tickers.is_empty()).then(|| Names(choices.tickers.clone()));
    loop {
        let Names(tickers) =
            ask.unless(given.take(), "tickers, e.g. AAPL, MSFT", None).context("see --ticker")?;
        let answers = Answers { tickers, ..answers.clone() };
        let findings = if is_there { look::tickers(&answers, &choices.folder)? } else { Vec::new() };
        if kept(ask, &findings)? {
            return Ok(answers);
        }
    }
}

fn signals(ask: &mut Ask, choices: &Choices, answers: Answers) -> anyhow::Result<Answers> {
    let mut given = choices.signal_url.clone();
    loop {
        let question = "address of the prediction API; none: signals are sent to us";
        let endpoint = ask.unless(given.take(), question, Some(Endpoint(None)))?;
        let answers = Answers { endpoint, ..answers.clone() };
        let findings = match &answers.endpoint {
            Endpoint(None) => {
                say(
                    "nobody is asked for signals; docs/signals.md says how to send them (WEBHOOK_SECRET in .env)",
                );
                Vec::new()
            }
            Endpoint(Some(_)) => look::signals(&answers, &choices.folder)?,
        };
        if kept(ask, &findings)? {
            return Ok(answers);
        }
    }
}

/// Tells what was found; where something is wrong, whether the answer is kept all the same.
fn kept(ask: &mut Ask, findings: &[Finding]) -> anyhow::Result<bool> {
    findings.iter().for_each(say);
    if findings.iter().any(|finding| finding.state == State::Wrong) {
        return ask.confirm("keep the answer all the same");
    }
    Ok(true)
}
