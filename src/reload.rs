//! Config that changes while the program runs: all of it is read and checked, or nothing
//! of it is taken.
//!
//! The folder is watched; files are read once they have been still for a moment. A new
//! ticker starts; the others hear nothing. What a change of another kind would do is
//! said, and waits for the next start.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use actors::Running;
use actors::streams::{ERRORS, TRADING};
use engine::fleet::Move;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use ports::fail::{self, Point};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::config::{Broker, Choices, Config, Environment, Source, load};

/// How long a file must have been still before it is read.
const STILL: Duration = Duration::from_millis(300);
const ACTOR: &str = "supervisor";

/// A watch over the config's folder.
pub struct Watch {
    changes: UnboundedReceiver<()>,
    folder: PathBuf,
    /// Watches for as long as it lives.
    _watcher: RecommendedWatcher,
}

/// What tells one state of a folder's files from another.
type Look = Vec<(PathBuf, u64, SystemTime)>;

impl Watch {
    /// Watches the folder of `source`; none for the built-in files.
    ///
    /// # Errors
    /// The folder cannot be watched.
    pub fn over(source: &Source) -> notify::Result<Option<Watch>> {
        let Source::Folder(folder) = source else { return Ok(None) };
        let (sender, changes) = unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                // Nobody listens only while the program ends.
                let _ = sender.send(());
            }
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Some(Watch { changes, folder: folder.clone(), _watcher: watcher }))
    }

    /// Waits until the files have changed and are still again.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        loop {
            let before = look(&self.folder);
            tokio::time::sleep(STILL).await;
            while self.changes.try_recv().is_ok() {}
            if look(&self.folder) == before {
                return;
            }
        }
    }
}

/// What became of a config that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// It is in force, with these changes.
    Taken(Vec<String>),
    /// Nothing of it is taken, for these faults.
    Refused(Vec<String>),
}

/// The door for a person who wants the config read again.
#[derive(Clone, Debug)]
pub struct Reloads(UnboundedSender<Wanted>);

/// A person's wish, and where the answer goes.
#[derive(Debug)]
pub struct Wanted {
    /// Who.
    pub by: String,
    answer: oneshot::Sender<Reloaded>,
}

impl Reloads {
    /// A door, and who is told of the wishes.
    #[must_use]
    pub fn new() -> (Reloads, UnboundedReceiver<Wanted>) {
        let (sender, wishes) = unbounded_channel();
        (Reloads(sender), wishes)
    }

    /// Has the config read again; none while the program ends.
    pub async fn ask(&self, by: String) -> Option<Reloaded> {
        let (answer, told) = oneshot::channel();
        self.0.send(Wanted { by, answer }).ok()?;
        told.await.ok()
    }
}

impl Wanted {
    /// Tells what became of it.
    pub fn answer(self, told: Reloaded) {
        // Whoever asked may have given up.
        let _ = self.answer.send(told);
    }
}

/// What only a start can change, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    broker: Broker,
    embedded: bool,
    journal: PathBuf,
}

impl Fixed {
    /// Of the config that the program started with.
    #[must_use]
    pub fn of(config: &Config) -> Fixed {
        let (broker, journal) = (config.broker.clone(), config.journal.clone());
        Fixed { broker, embedded: config.embedded.is_some(), journal }
    }

    /// Why this config needs a start of its own: whose money it is does not change under a running program.
    fn refuses(&self, config: &Config) -> Vec<String> {
        let new = Fixed::of(config);
        let changed = [
            ("mode, live_accounts or live_ports", new.broker.agreement != self.broker.agreement),
            ("gateway", new.embedded != self.embedded),
            ("host or port", new.broker.address != self.broker.address),
            ("client_id", new.broker.client_id != self.broker.client_id),
            ("account", new.broker.account != self.broker.account),
            ("the journal's folder", new.journal != self.journal),
        ];
        let changed = changed.into_iter().filter(|(_, changed)| *changed);
        changed
            .map(|(what, _)| {
                format!("{what} changed, and holds for a whole run: stop the supervisor and start it again")
            })
            .collect()
    }
}

/// Reads everything again and starts what is new. A fault changes nothing.
pub fn reload(running: &mut Running, choices: &Choices, fixed: &Fixed) -> Reloaded {
    let config = match load(choices, &Environment::of_process()) {
        Ok(config) => config,
        Err(faults) => return refuse(faults.0.iter().map(ToString::to_string).collect()),
    };
    let refused = fixed.refuses(&config);
    if !refused.is_empty() {
        return refuse(refused);
    }
    let moves = running.plan(&config.tickers);
    let changes: Vec<String> = moves.iter().map(words).collect();
    for (step, words) in moves.iter().zip(&changes) {
        match step {
            Move::Start(_) => tracing::info!(target: TRADING, actor = ACTOR, "config: {words}"),
            _ => tracing::warn!(target: TRADING, actor = ACTOR, "config: {words}"),
        }
    }
    if changes.is_empty() {
        tracing::info!(target: TRADING, actor = ACTOR, "config read again: nothing changed");
    }
    fail::pass(Point::ReloadTaken, String::new);
    running.apply(moves, &config.limits);
    fail::pass(Point::ReloadDone, String::new);
    Reloaded::Taken(changes)
}

fn refuse(faults: Vec<String>) -> Reloaded {
    tracing::error!(target: ERRORS, actor = ACTOR, "the changed config is not taken; nothing changes:");
    faults.iter().for_each(|fault| tracing::error!(target: ERRORS, actor = ACTOR, "{fault}"));
    Reloaded::Refused(faults)
}

fn words(step: &Move) -> String {
    match step {
        Move::Start(own) => format!("{} is new", own.key),
        Move::Change(own) => format!("{} changed; that waits for the next start", own.key),
        Move::Retire(key) => format!("{key} is gone; it trades on until the next start"),
    }
}

fn look(folder: &Path) -> Look {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |entry: std::fs::DirEntry| {
        let about = entry.path().metadata().ok()?;
        Some((entry.path(), about.len(), about.modified().ok()?))
    };
    let mut look: Look = entries.filter_map(file).collect();
    look.sort();
    look
}
