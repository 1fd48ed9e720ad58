//! What is written: the shipped files with the answers in them, their comments kept.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Table, Value};

use super::answers::{Answers, Endpoint, Mode};
use crate::config::schema::File;
use crate::config::source::{BUILT_IN_RULES, BUILT_IN_SUPERVISOR, BUILT_IN_TICKERS};

const DEFAULTS: &str = "defaults";
/// How often a prediction API is asked; the shipped config is about one on this machine.
const POLL_MS: i64 = 1_000;
/// All names that the three files may have.
const NAMES: [&str; 5] =
    ["supervisor.toml", "tickers.toml", "trading_rules.toml", "trading_rules.yaml", "trading_rules.yml"];

/// Refuses a folder in which one of the files is.
pub(super) fn refuse_what_is_there(folder: &Path) -> anyhow::Result<()> {
    let there: Vec<String> = NAMES
        .iter()
        .map(|name| folder.join(name))
        // A link that leads nowhere is there, too.
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    anyhow::ensure!(
        there.is_empty(),
        "{} there already and not overwritten: move away what is there, or name another folder with --config",
        match there.as_slice() {
            [one] => format!("{one} is"),
            all => format!("{} are", all.join(", ")),
        }
    );
    Ok(())
}

/// Writes what is not there; answers with what was written.
pub(super) fn write(folder: &Path, answers: &Answers) -> anyhow::Result<Vec<PathBuf>> {
    let schemas = folder.join("schema");
    std::fs::create_dir_all(&schemas)
        .with_context(|| format!("failed to make the folder `{}`", schemas.display()))?;
    let mut written = Vec::new();
    for (name, text) in texts(answers)? {
        let path = folder.join(name);
        create(&path, &text).with_context(|| format!("failed to write `{}`", path.display()))?;
        written.push(path);
    }
    for file in File::ALL {
        let path = schemas.join(file.name()).with_extension("json");
        match create(&path, &format!("{:#}\n", file.schema().to_value())) {
            // One that is there is as good.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => done.with_context(|| format!("failed to write `{}`", path.display()))?,
        }
    }
    Ok(written)
}

/// The whole file under its name, or nothing; never over another one.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map(drop).map_err(|failed| failed.error)
}

/// The three files.
pub(super) fn texts(answers: &Answers) -> anyhow::Result<[(&'static str, String); 3]> {
    Ok([
        (NAMES[0], supervisor(answers).context("the shipped supervisor.toml is not what it was")?),
        (NAMES[1], tickers(answers).context("the shipped tickers.toml is not what it was")?),
        (NAMES[2], BUILT_IN_RULES.to_owned()),
    ])
}

fn supervisor(answers: &Answers) -> anyhow::Result<String> {
    let mut file: DocumentMut = BUILT_IN_SUPERVISOR.parse()?;
    let own = &answers.broker;
    let agreement = own.agreement();
    let broker = table(&mut file, "broker")?;
    set(broker, "gateway", "tws");
    set(broker, "host", own.host.as_str());
    set(broker, "port", i64::from(own.port));
    set(broker, "client_id", i64::from(own.client_id));
    if let Some(account) = &own.account {
        set(broker, "account", account.as_str());
    }
    set(broker, "mode", own.mode.to_string());
    set(broker, "live_accounts", agreement.live_accounts.into_iter().collect::<Value>());
    set(broker, "live_ports", agreement.live_ports.into_iter().map(i64::from).collect::<Value>());
    let signals = table(&mut file, "signals")?;
    match &answers.endpoint {
        Endpoint(Some(endpoint)) => {
            set(signals, "source", "http");
            set(signals, "endpoint", endpoint.as_str());
            set(signals, "poll_ms", POLL_MS);
        }
        Endpoint(None) => set(signals, "source", "none"),
    }
    Ok(file.to_string())
}

fn tickers(answers: &Answers) -> anyhow::Result<String> {
    let mut file: DocumentMut = BUILT_IN_TICKERS.parse()?;
    file.as_table_mut()
        .retain(|name, _| name == DEFAULTS || answers.tickers.iter().any(|ticker| ticker.as_str() == name));
    if answers.broker.mode == Mode::Live {
        // Selling what one has not got is not begun with.
        set(table(&mut file, DEFAULTS)?, "allow_short", false);
    }
    for ticker in &answers.tickers {
        if !file.contains_key(ticker.as_str()) {
            file.insert(ticker.as_str(), Item::Table(Table::new()));
        }
    }
    Ok(file.to_string())
}

fn table<'a>(file: &'a mut DocumentMut, name: &str) -> anyhow::Result<&'a mut Table> {
    file.get_mut(name).and_then(Item::as_table_mut).with_context(|| format!("there is no [{name}]"))
}

/// Puts a value in place of one; what is written around it stays.
fn set(table: &mut Table, key: &str, value: impl Into<Value>) {
    let mut value = value.into();
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(there) => {
            *value.decor_mut() = there.decor().clone();
            *there = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}
