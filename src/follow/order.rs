//! `supervisor pause`, `resume`, `close`, `flatten`, `halt`, `release`, `reconcile`, `arm`, `reload`: orders of a person.

use engine::Act;
use serde_json::{Value, json};

use crate::control::client::post;
use crate::control::order::{Answer, Order};
use crate::reload::Wish;
use crate::terminal::say;

/// Bytes of an order's id, before they are written as text.
const ID_BYTES: usize = 8;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Choices {
    /// What is ordered.
    pub act: Act,
    /// Of whom; empty: of every ticker.
    pub targets: Vec<String>,
    /// Who orders it.
    pub by: String,
    /// The order's id, so that it can be given again without being followed twice; none: a new one.
    pub id: Option<String>,
    /// The answers as JSON.
    pub json: bool,
}

/// Orders and prints what became of it; true where all followed.
///
/// # Errors
/// No supervisor answers, or it is no order.
pub fn order(choices: Choices) -> anyhow::Result<bool> {
    let Choices { act, targets, by, id, json } = choices;
    let id = id.map_or_else(fresh_id, Ok)?;
    let answers: Vec<Answer> = post("/order", &Order { id, by, act, targets })?;
    if json {
        say(serde_json::to_string_pretty(&answers)?);
    } else {
        let width = answers.iter().map(|answer| answer.target.len()).max().unwrap_or_default();
        for Answer { target, followed, words } in &answers {
            let not = if *followed { "" } else { "not followed: " };
            say(format_args!("{target:width$}  {not}{words}"));
        }
    }
    Ok(answers.iter().all(|answer| answer.followed))
}

/// Arms a live start and prints what holds then.
///
/// # Errors
/// No supervisor answers.
pub fn arm(by: &str, json: bool) -> anyhow::Result<()> {
    let told: Value = post("/arm", &json!({ "by": by }))?;
    say(if json { told.to_string() } else { told["told"].as_str().unwrap_or_default().to_owned() });
    Ok(())
}

/// Has the config read again and prints what changed, or what would.
///
/// # Errors
/// No supervisor answers, or the config has faults; then nothing changes.
pub fn reload(wish: &Wish, json: bool) -> anyhow::Result<()> {
    let told: Value = post("/reload", wish)?;
    let changes = told["changes"].as_array().cloned().unwrap_or_default();
    if json {
        say(told);
    } else if changes.is_empty() {
        say(if wish.dry_run { "nothing would change" } else { "nothing changed" });
    } else {
        changes.iter().filter_map(Value::as_str).for_each(say);
    }
    Ok(())
}

fn fresh_id() -> anyhow::Result<String> {
    let mut bytes = [0; ID_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
