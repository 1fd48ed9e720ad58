//! The files HALT and KILL: set, released, shown. Nothing here needs the broker.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use chrono::{SecondsFormat, Utc};
use engine::Act;
use ports::brakes::{Brake, Brakes, FOLDER};
use serde_json::json;

use super::{Author, tell};
use crate::control::client::{AskError, post};
use crate::control::order::{Answer, Order};
use crate::terminal::say;

/// The files of this folder, where a supervisor has run in it.
///
/// # Errors
/// None has: a file here would stop nobody.
pub(super) fn here() -> anyhow::Result<Brakes> {
    ensure!(
        Path::new(FOLDER).is_dir(),
        "there is no folder `{FOLDER}` here, so no supervisor was started in this folder, and a file here would stop none; \
         go to the one it was started in (before its first start: mkdir {FOLDER})"
    );
    Ok(Brakes::of(Path::new(FOLDER)))
}

/// Sets one; answers with its words, which are those of the first who set it.
///
/// # Errors
/// The file cannot be made.
pub(super) fn set(brake: Brake, author: &Author) -> anyhow::Result<String> {
    let brakes = here()?;
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let made = brakes.set(brake, &format!("{at} by {}: {}", author.by, author.why));
    match made {
        // On a full disk the file may be there without its words, and that is enough.
        Err(error) if !brakes.is_set(brake) => {
            Err(error).with_context(|| format!("failed to make `{}`", brakes.path(brake).display()))
        }
        made => {
            let words = brakes.words(brake).unwrap_or_default();
            let new = if matches!(made, Ok(false)) { "was set already" } else { "is set" };
            tell(format_args!("{brake} {new} ({}): {words}", brakes.path(brake).display()));
            Ok(words)
        }
    }
}

/// `kill-switch halt`.
///
/// # Errors
/// The file cannot be made.
pub fn halt(author: &Author, json: bool) -> anyhow::Result<()> {
    let words = set(Brake::Halt, author)?;
    if json {
        say(json!({ "HALT": words }));
    } else {
        say(
            "HALT: a supervisor of this folder opens nothing any more, now and after every start; what it holds is managed",
        );
        say("as ever. To end it: supervisor release HALT, or without a supervisor: kill-switch release HALT");
    }
    Ok(())
}

/// `kill-switch release`: through the supervisor where one runs, so that its journal tells of it.
///
/// # Errors
/// It is not set, or its file cannot be removed.
pub fn release(brake: Brake, author: &Author, json: bool) -> anyhow::Result<()> {
    let brakes = here()?;
    ensure!(brakes.is_set(brake), "{brake} is not set here");
    let through = through_supervisor(brake, &author.by)?;
    if !through {
        let removed = brakes.release(brake);
        removed.with_context(|| format!("failed to remove `{}`", brakes.path(brake).display()))?;
    }
    if json {
        say(json!({ "released": brake.to_string(), "by_supervisor": through }));
    } else if through {
        say(format_args!("{brake} is released; the supervisor's journal has who and when"));
    } else {
        say(format_args!("{brake} is released"));
    }
    Ok(())
}

/// True where a supervisor has released it; false where none runs, or one that does not answer.
fn through_supervisor(brake: Brake, by: &str) -> anyhow::Result<bool> {
    let at = Utc::now().timestamp_micros();
    let order = Order {
        id: format!("kill-switch-{at}"),
        by: by.to_owned(),
        act: Act::Release,
        targets: vec![brake.to_string()],
    };
    match post::<Vec<Answer>>("/order", &order) {
        Ok(answers) => match answers.iter().find(|answer| !answer.followed) {
            Some(refused) => bail!("the supervisor does not release {brake}: {}", refused.words),
            None => Ok(true),
        },
        Err(AskError::NotRunning | AskError::Gone { .. }) => Ok(false),
        Err(AskError::Refused(words)) => bail!("the supervisor does not release {brake}: {words}"),
        Err(error @ (AskError::File(_) | AskError::Silent { .. })) => {
            tell(format_args!("{error}; its file is removed without it"));
            Ok(false)
        }
    }
}

/// `kill-switch status`: which are set here.
///
/// # Errors
/// No supervisor was started in this folder.
pub fn status(json: bool) -> anyhow::Result<()> {
    let brakes = here()?;
    let words = Brake::ALL.map(|brake| (brake.to_string(), brakes.words(brake)));
    if json {
        say(json!(std::collections::BTreeMap::from(words)));
        return Ok(());
    }
    for (brake, words) in words {
        say(format_args!("{brake}  {}", words.unwrap_or_else(|| "not set".to_owned())));
    }
    Ok(())
}
