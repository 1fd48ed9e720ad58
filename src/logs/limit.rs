//! How often one place in the program may speak: a storm of one line must not bury all others.
//!
//! A site is a place in the source and the actor that speaks there. What is held back is counted, and told
//! when the site may speak again, whether it does or not.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::Metadata;
use tracing::callsite::Identifier;

use super::entry::Severity;

/// The span in which lines are counted.
const SPAN: Duration = Duration::from_secs(60);
/// Sites that are counted one by one; all beyond share one count.
const SITES_MAX: usize = 4_096;

/// Counts the lines of each site.
#[derive(Debug)]
pub(super) struct Limiter {
    lines_max: u32,
    sites: Mutex<HashMap<(Identifier, String), Said>>,
}

#[derive(Debug)]
struct Said {
    since: Instant,
    lines: u32,
    held: u64,
    metadata: &'static Metadata<'static>,
}

/// What a site was not let say.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) actor: String,
    pub(super) level: Severity,
    pub(super) target: &'static str,
    pub(super) text: String,
}

impl Limiter {
    pub(super) fn new(lines_max: u32) -> Limiter {
        Limiter { lines_max, sites: Mutex::default() }
    }

    /// Whether `actor` may speak here now, and what it was not let say before.
    pub(super) fn admit(
        &self,
        now: Instant,
        metadata: &'static Metadata<'static>,
        actor: &str,
    ) -> (bool, Option<Held>) {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (metadata.callsite(), actor.to_owned());
        if sites.len() >= SITES_MAX && !sites.contains_key(&key) {
            key.1 = String::new();
        }
        let name = key.1.clone();
        let said = sites.entry(key).or_insert(Said { since: now, lines: 0, held: 0, metadata });
        let mut before = None;
        if now.duration_since(said.since) >= SPAN {
            before = said.take(&name, self.lines_max);
            (said.since, said.lines) = (now, 0);
        }
        if said.lines < self.lines_max {
            said.lines += 1;
            return (true, before);
        }
        said.held += 1;
        (false, before)
    }

    /// What the sites whose span is over were not let say; with `all` those too that are still held back.
    pub(super) fn over(&self, now: Instant, all: bool) -> Vec<Held> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |said: &Said| all || now.duration_since(said.since) >= SPAN;
        let told = sites
            .iter_mut()
            .filter(|(_, said)| is_over(said))
            .filter_map(|((_, actor), said)| said.take(actor, self.lines_max))
            .collect();
        sites.retain(|_, said| now.duration_since(said.since) < SPAN);
        told
    }
}

impl Said {
    fn take(&mut self, actor: &str, lines_max: u32) -> Option<Held> {
        let held = std::mem::take(&mut self.held);
        let (file, line) = (self.metadata.file().unwrap_or("?"), self.metadata.line().unwrap_or(0));
        let of = if actor.is_empty() { "all further actors" } else { actor };
        (held > 0).then(|| Held {
            actor: actor.to_owned(),
            level: (*self.metadata.level()).into(),
            target: self.metadata.target(),
            text: format!(
                "{held} lines of {of} from {file}:{line} were held back, beyond {lines_max} within a minute"
            ),
        })
    }
}
