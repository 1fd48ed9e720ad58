//! What is looked at: each answer as `doctor` looks at a whole config, with its words.

use std::path::Path;

use anyhow::Context;
use ports::brakes::{Brakes, FOLDER};
use ports::broker::Settings;

use super::answers::{Answers, Broker};
use super::write::texts;
use crate::config::{self, Config, Environment};
use crate::doctor::finding::Finding;
use crate::doctor::{Part, broker_part, signals_of};
use crate::run::{self, CONNECT_PATIENCE};

/// The connection, TWS's own settings and its clock; and the accounts, if it could be reached.
pub(super) fn gateway(broker: &Broker) -> (Vec<Finding>, Vec<String>) {
    broker_part(&settings(broker), Part::Gateway)
}

pub(super) fn account(broker: &Broker) -> Vec<Finding> {
    broker_part(&settings(broker), Part::Account).0
}

/// Each ticker's contract, prices and bars.
pub(super) fn tickers(answers: &Answers, folder: &Path) -> anyhow::Result<Vec<Finding>> {
    let config = load(answers, folder)?;
    Ok(broker_part(&settings(&answers.broker), Part::Tickers(&config.tickers)).0)
}

/// What the prediction API answers.
pub(super) fn signals(answers: &Answers, folder: &Path) -> anyhow::Result<Vec<Finding>> {
    let config = load(answers, folder)?;
    let symbols: Vec<String> = config.tickers.iter().map(|own| own.contract.symbol.clone()).collect();
    let settings = run::settings(config, None, true).context("failed to prepare the look")?;
    Ok(signals_of(&settings.signals, &symbols))
}

/// What the files would mean, checked as `check` does, and without the variables that would replace the answers.
pub(super) fn load(answers: &Answers, folder: &Path) -> anyhow::Result<Config> {
    let draft = tempfile::tempdir().context("failed to make a folder for a draft")?;
    for (name, text) in texts(answers)? {
        std::fs::write(draft.path().join(name), text).context("failed to write a draft")?;
    }
    let choices = config::Choices { folder: Some(draft.path().to_owned()), test_mode: false };
    let environment = Environment::of_process().only("API_KEY");
    config::load(&choices, &environment).map_err(|faults| {
        let there = draft.path().display().to_string();
        anyhow::anyhow!("{}", faults.to_string().replace(&there, &folder.display().to_string()))
    })
}

fn settings(broker: &Broker) -> Settings {
    Settings {
        address: format!("{}:{}", broker.host, broker.port),
        client_id: broker.client_id,
        account: broker.account.clone(),
        agreement: broker.agreement(),
        order_id_floor: 0,
        patience: CONNECT_PATIENCE,
        brakes: Brakes::of(Path::new(FOLDER)),
    }
}
