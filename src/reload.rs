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
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::config::{Choices, Environment, Source, load};

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

/// Reads everything again and starts what is new. A fault changes nothing.
pub fn reload(running: &mut Running, choices: &Choices) {
    let config = match load(choices, &Environment::of_process()) {
        Ok(config) => config,
        Err(faults) => {
            tracing::error!(target: ERRORS, actor = ACTOR, "the changed config is not taken; nothing changes:");
            for fault in &faults.0 {
                tracing::error!(target: ERRORS, actor = ACTOR, "{fault}");
            }
            return;
        }
    };
    let moves = running.plan(&config.tickers);
    for step in &moves {
        match step {
            Move::Start(own) => tracing::info!(target: TRADING, actor = ACTOR, "config: {} is new", own.key),
            Move::Change(own) => {
                tracing::warn!(target: TRADING, actor = ACTOR, "config: {} changed; that waits for the next start", own.key);
            }
            Move::Retire(key) => {
                tracing::warn!(target: TRADING, actor = ACTOR, "config: {key} is gone; it trades on until the next start");
            }
        }
    }
    fail::pass(Point::ReloadTaken, String::new);
    running.apply(moves);
    fail::pass(Point::ReloadDone, String::new);
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
