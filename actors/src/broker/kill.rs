//! While KILL is set: every ticker is out of step, no snapshot brings it back, and nothing is sent.

use std::rc::Rc;
use std::time::Duration;

use ports::brakes::Brake;

use super::{NAME, Shared};
use crate::streams;

/// How often KILL is looked for although nothing is sent.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl Shared {
    /// Looks whether KILL was set or released. While it is set no snapshot comes to its end, so that every ticker
    /// waits and sends nothing; what it would send is stopped at the socket besides.
    pub(super) fn look_for_kill(&self) {
        let words = self.route.settings.brakes.words(Brake::Kill);
        match (words, self.killed.get()) {
            (Some(words), false) => {
                self.killed.set(true);
                let why = format!("KILL is set ({words}): nothing is sent until `supervisor release KILL`");
                tracing::error!(target: streams::ERRORS, actor = NAME, "{why}");
                match &*self.link.borrow() {
                    Some(link) => link.distrust(&why),
                    None => self.down(&why),
                }
            }
            (None, true) => {
                self.killed.set(false);
                tracing::warn!(target: streams::TRADING, actor = NAME, "KILL is released: comparing with the broker");
                self.want_snapshot(self.members().into_keys());
            }
            _ => {}
        }
    }

    /// Waits until KILL is released.
    pub(super) async fn released(&self) {
        loop {
            self.look_for_kill();
            if !self.killed.get() {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Looks for KILL also while nothing is sent.
pub(super) async fn watch(shared: Rc<Shared>) {
    loop {
        shared.look_for_kill();
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
