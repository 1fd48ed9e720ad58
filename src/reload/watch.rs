//! The watch over the config's folder: which state of its files is at rest.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::config::Source;

/// How long the files must have been still before they are read.
const STILL: Duration = Duration::from_millis(300);

/// A watch over the config's folder.
pub struct Watch {
    changes: UnboundedReceiver<()>,
    folder: PathBuf,
    /// True from a change until the files were still: whoever waits may be called away meanwhile.
    is_moving: bool,
    /// Watches for as long as it lives.
    _watcher: RecommendedWatcher,
}

/// What tells one state of a folder's files from another: size, time, and which file it is. A link is followed, so that
/// one that is turned to another file counts.
type Look = Vec<(PathBuf, u64, SystemTime, u64)>;

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
        Ok(Some(Watch { changes, folder: folder.clone(), is_moving: false, _watcher: watcher }))
    }

    /// Waits until the files have changed and are still again. A change is not lost where the wait is broken off.
    pub async fn changed(&mut self) {
        if !self.is_moving && self.changes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        self.is_moving = true;
        loop {
            let before = look(&self.folder);
            tokio::time::sleep(STILL).await;
            while self.changes.try_recv().is_ok() {}
            if look(&self.folder) == before {
                self.is_moving = false;
                return;
            }
        }
    }
}

fn look(folder: &Path) -> Look {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |entry: std::fs::DirEntry| {
        let about = entry.path().metadata().ok()?;
        Some((entry.path(), about.len(), about.modified().ok()?, about.ino()))
    };
    let mut look: Look = entries.filter_map(file).collect();
    look.sort();
    look
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use tokio::sync::mpsc::unbounded_channel;
    use tokio::time::timeout;

    use super::Watch;

    #[tokio::test]
    async fn a_change_outlives_a_wait_that_is_broken_off() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, changes) = unbounded_channel();
        let nothing = notify::recommended_watcher(|_| ()).unwrap();
        let mut watch =
            Watch { changes, folder: folder.path().to_owned(), is_moving: false, _watcher: nothing };
        sender.send(()).unwrap();
        // It hears of the change, and is called away before the files were still for long enough.
        let heard = pin!(watch.changed()).poll(&mut Context::from_waker(Waker::noop()));
        assert!(heard.is_pending());
        assert!(timeout(Duration::from_secs(60), watch.changed()).await.is_ok());
        assert!(timeout(Duration::from_millis(400), watch.changed()).await.is_err(), "it is told once");
    }
}
