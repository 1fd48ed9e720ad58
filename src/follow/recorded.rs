//! Where `trades`, `orders`, `signals` and `report` know what they tell from: the running program, or the journal itself
//! where none runs. That is said, beside what is told.

use std::path::PathBuf;

use actors::keeper::{remember, told_until};
use anyhow::Context;
use chrono::NaiveDate;
use engine::Dossiers;
use ports::journal::Journal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::{self, Config, Environment};
use crate::control::client::{AskError, ask};
use crate::journal;

/// Where the journal is, should nobody run.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The journal's own folder; none: the config's.
    pub folder: Option<PathBuf>,
    /// What the command line says of the config.
    pub config: config::Choices,
}

/// What the running program answers to `path`, or what `made` makes of the journal.
///
/// # Errors
/// The running program says no or nothing; or none runs, and the journal or the config cannot be read.
pub fn told<T: DeserializeOwned + Serialize>(
    path: &str,
    place: &Place,
    until: Option<NaiveDate>,
    made: impl FnOnce(&Dossiers) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    // A journal that is named is the one that is meant.
    let asked = if place.folder.is_some() { Err(AskError::NotRunning) } else { ask(path) };
    match asked {
        Ok(answer) => Ok(answer),
        Err(AskError::NotRunning | AskError::Gone { .. }) => made(&look(place, until)?),
        Err(error) => Err(error.into()),
    }
}

/// What the records of the journal tell, up to the end of a day or all of them.
fn look(place: &Place, until: Option<NaiveDate>) -> anyhow::Result<Dossiers> {
    let config = config::load(&place.config, &Environment::of_process())?;
    let folder = place.folder.clone().unwrap_or_else(|| journal::folder_of(&config));
    let dossiers = read(&folder, &config, until).with_context(|| {
        format!("no supervisor runs here, and the journal in `{}` cannot be read", folder.display())
    })?;
    eprintln!("no supervisor runs here; read from the journal in {}", folder.display());
    Ok(dossiers)
}

fn read(folder: &std::path::Path, config: &Config, until: Option<NaiveDate>) -> anyhow::Result<Dossiers> {
    let journal = Journal::look(folder)?;
    let terms = journal::terms(&journal, config)?;
    match until {
        Some(day) => Ok(told_until(&journal, &terms, day)?),
        None => Ok(remember(&journal, &terms)?.0.dossiers().clone()),
    }
}
