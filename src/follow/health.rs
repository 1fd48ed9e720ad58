//! `supervisor health`: one answer and one exit status, for scripts and monitors.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::json;

use super::watch::again;
use crate::control::client::{AskError, ask_state};
use crate::control::health::Health;
use crate::terminal::say;

/// How often `--watch` asks.
const EVERY: Duration = Duration::from_secs(1);

/// What the exit status says; it stands in `--help`, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ready, or degraded: what is held is looked after.
    Ready = 0,
    /// It lives and is not ready.
    NotReady = 1,
    /// Nothing answers, or a thread is stuck.
    Dead = 2,
}

/// Asks and prints once.
#[must_use]
pub fn health(as_json: bool) -> Verdict {
    let asked = look();
    say(told(&asked, as_json));
    verdict(&asked)
}

/// Asks again and again until Ctrl-C, and prints what has changed.
pub fn watch(as_json: bool) {
    let mut before = String::new();
    again(EVERY, || {
        let now = told(&look(), as_json);
        let is_new = now != before;
        before.clone_from(&now);
        if is_new { writeln!(io::stdout(), "{now}") } else { Ok(()) }
    });
}

fn look() -> Result<Health, AskError> {
    ask_state("/health/ready")
}

fn verdict(asked: &Result<Health, AskError>) -> Verdict {
    match asked {
        Ok(health) if health.is_ready() => Verdict::Ready,
        Ok(health) if health.lives() => Verdict::NotReady,
        _ => Verdict::Dead,
    }
}

fn told(asked: &Result<Health, AskError>, as_json: bool) -> String {
    match asked {
        Ok(health) if as_json => json!(health).to_string(),
        Ok(health) => lines(health),
        Err(error) if as_json => json!({ "status": "down", "error": chain(error) }).to_string(),
        Err(error) => format!("down: {}", chain(error)),
    }
}

fn lines(health: &Health) -> String {
    let reasons = health.reasons.iter().filter_map(|reason| reason.why.as_deref());
    let lines = reasons.map(|why| format!("\n  {why}"));
    lines.fold(health.status.to_string(), |told, line| told + &line)
}

fn chain(error: &AskError) -> String {
    actors::journal::chain(error)
}
