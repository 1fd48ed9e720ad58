//! The operator's door: where orders of a person come in, and who answers them.
//!
//! Who was asked and does not answer in time will follow all the same: the order waits in its mailbox.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::{Addr, MailboxError, Recipient};
use engine::account::{GroupName, Releasable};
use engine::{Command, TickerKey};
use tokio::sync::oneshot;

use crate::message::{Arm, Barrier, Operate, Release};
use crate::risk::RiskActor;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Takes orders of a person to whom they are for. Cheap to clone.
#[derive(Clone)]
pub struct Operator {
    tickers: Arc<Mutex<BTreeMap<TickerKey, Recipient<Operate>>>>,
    groups: Arc<Mutex<BTreeSet<GroupName>>>,
    risk: Recipient<Release>,
    arms: Recipient<Arm>,
    journal: Recipient<Barrier>,
}

/// Why an order was not followed, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// There is nobody of that name.
    #[error("there is no ticker {0}")]
    Nobody(TickerKey),
    /// Whom it is for says why not.
    #[error("{0}")]
    Refused(String),
    /// It waits.
    #[error(
        "no answer within {PATIENCE:?}; the order waits and is followed as soon as its actor comes to it"
    )]
    Waits,
    /// The program ends.
    #[error("the program is ending")]
    Ending,
}

impl Operator {
    pub(crate) fn new(
        risk: &Addr<RiskActor>,
        journal: Recipient<Barrier>,
        groups: BTreeSet<GroupName>,
    ) -> Operator {
        let (arms, risk) = (risk.clone().recipient(), risk.clone().recipient());
        let groups = Arc::new(Mutex::new(groups));
        Operator { tickers: Arc::default(), groups, risk, arms, journal }
    }

    /// Groups that were there before stay: one may have tripped.
    pub(crate) fn meet_groups<'a>(&self, groups: impl Iterator<Item = &'a GroupName>) {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).extend(groups.cloned());
    }

    pub(crate) fn part(&self, key: &TickerKey) {
        self.tickers.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Groups that can be released.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<GroupName> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn meet(&self, key: TickerKey, to: Recipient<Operate>) {
        self.tickers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, to);
    }

    /// Who can be ordered.
    #[must_use]
    pub fn tickers(&self) -> Vec<TickerKey> {
        self.tickers.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Orders something of a ticker; answers with its state then.
    ///
    /// # Errors
    /// There is no such ticker, it does not follow, or it does not answer yet.
    pub async fn order(&self, ticker: &TickerKey, command: Command) -> Result<String, Unanswered> {
        let to = self.tickers.lock().unwrap_or_else(PoisonError::into_inner).get(ticker).cloned();
        let to = to.ok_or_else(|| Unanswered::Nobody(ticker.clone()))?;
        self.on_disk(answered(asked(to.send(Operate(command))).await)).await
    }

    /// Arms a start that trades real money; answers with what holds then.
    ///
    /// # Errors
    /// The risk book does not answer yet.
    pub async fn arm(&self, by: String) -> Result<String, Unanswered> {
        self.on_disk(answered(asked(self.arms.send(Arm { by })).await)).await
    }

    /// An order counts as followed once its record is on disk: what a person was told holds after a crash.
    async fn on_disk(&self, answer: Result<String, Unanswered>) -> Result<String, Unanswered> {
        let words = answer?;
        let (reached, written) = oneshot::channel();
        self.journal.do_send(Barrier(reached));
        match tokio::time::timeout(PATIENCE, written).await {
            Ok(Ok(())) => Ok(words),
            Ok(Err(_)) => Err(Unanswered::Ending),
            Err(_) => Err(Unanswered::Waits),
        }
    }

    /// Releases what holds until a person says otherwise; answers with its name.
    ///
    /// # Errors
    /// It has not tripped, or the risk book does not answer yet.
    pub async fn release(&self, what: Releasable, by: String, id: String) -> Result<String, Unanswered> {
        self.on_disk(answered(asked(self.risk.send(Release { what, by, id })).await)).await
    }
}

/// Waits for the answer. Who asked may give up; the question does not, for an actor passes over one that nobody waits for.
async fn asked(
    question: impl Future<Output = Result<Result<String, String>, MailboxError>> + 'static,
) -> Sent {
    let answer = actix_rt::spawn(question);
    let answer = async { answer.await.unwrap_or(Err(MailboxError::Closed)) };
    tokio::time::timeout(PATIENCE, answer).await
}

type Sent = Result<Result<Result<String, String>, MailboxError>, tokio::time::error::Elapsed>;

fn answered(sent: Sent) -> Result<String, Unanswered> {
    match sent {
        Ok(Ok(answer)) => answer.map_err(Unanswered::Refused),
        Ok(Err(MailboxError::Closed)) => Err(Unanswered::Ending),
        Ok(Err(MailboxError::Timeout)) | Err(_) => Err(Unanswered::Waits),
    }
}
