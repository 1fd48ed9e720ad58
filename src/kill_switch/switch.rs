//! Cancel, wait until it is seen, close, look again; so often and no more.
//!
//! Nothing is closed while an order of ours works: both could fill. What a closing order has taken is seen in a new
//! look only, never taken for granted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use engine::emergency::Exposed;
use ports::broker::emergency::{Emergency, OpenOrder, REFERENCE, Seen, Sent};

use super::books::Books;
use super::count::{Count, Positions};
use super::place::Place;
use super::report::{Outcome, Report};
use super::{Wait, tell};

/// How often all of it is gone through.
const ROUNDS_MAX: u32 = 5;
/// How often the broker is asked while something is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Looks that may break off in a row.
const LOOKS_MAX: u32 = 3;
/// How long cancels may take in one round, and after how long they are sent again.
const CANCEL_PATIENCE: Duration = Duration::from_secs(10);
const CANCEL_AGAIN: Duration = Duration::from_secs(3);
/// How long closing orders may take to fill in one round.
const FILL_PATIENCE: Duration = Duration::from_secs(10);

/// How orders are cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Ours, one by one.
    Ours,
    /// All of the login, at once.
    All,
}

/// The work on one connection.
pub(super) struct Switch {
    desk: Emergency,
    count: Count,
    /// Contracts whose closing order waits for their session, and until when.
    asleep: BTreeMap<i32, String>,
    told: Vec<String>,
}

impl Switch {
    /// Looks at what there is, and for the contracts of what is ours.
    pub(super) async fn begin(
        desk: Emergency,
        place: &Place,
        books: Option<Books>,
        positions: Positions,
    ) -> anyhow::Result<Switch> {
        let first = look(&desk).await?;
        let held = books.as_ref().map(|books| books.ours(&first)).unwrap_or_default();
        let mut told = Vec::new();
        let mut contracts = BTreeMap::new();
        for (ticker, spec) in place.specs.iter().filter(|(ticker, _)| held.contains_key(*ticker)) {
            match desk.find(spec).await {
                Ok(con_id) => drop(contracts.insert(ticker.clone(), con_id)),
                // Its own executions may tell.
                Err(error) => told.push(format!("{ticker}: {:#}", anyhow::Error::new(error))),
            }
        }
        let count = Count { positions, books, supervisor: place.client_id(), contracts, first };
        Ok(Switch { desk, count, asleep: BTreeMap::new(), told })
    }

    /// What there was in the beginning.
    pub(super) fn first(&self) -> &Seen {
        &self.count.first
    }

    /// Under which client id it came.
    pub(super) fn client_id(&self) -> i32 {
        self.desk.client_id()
    }

    /// Orders of ours that this client may not cancel.
    pub(super) fn out_of_reach<'a>(&self, seen: &'a Seen) -> Vec<&'a OpenOrder> {
        let own = self.desk.client_id();
        seen.orders.iter().filter(|order| self.count.is_ours(order) && order.client_id != own).collect()
    }

    /// Orders that are not ours, in words.
    pub(super) fn others(&self, seen: &Seen) -> Vec<String> {
        let others =
            seen.orders.iter().filter(|order| !self.count.is_ours(order) && order.reference != REFERENCE);
        others.map(|order| order.words.clone()).collect()
    }

    /// What would be done, into the report of a dry run.
    pub(super) fn tell_plan(&self, seen: &Seen, report: &mut Report) {
        report.cancelled = self.count.ours(seen).map(|order| order.words.clone()).collect();
        for (con_id, exposed) in self.count.exposed(seen).exposed {
            if let Some((action, quantity)) = exposed.closing() {
                report.closed.push(format!("{action} {quantity} {} at the market", symbol(seen, con_id)));
            }
        }
        report.left = self.remaining(seen);
        report.outcome = if report.left.is_empty() { Outcome::Flat } else { Outcome::Left };
    }

    /// Does it, again and again, until nothing is left or nothing more can be done.
    pub(super) async fn rounds(&mut self, way: Way, report: &mut Report) -> anyhow::Result<()> {
        for round in 1..=ROUNDS_MAX {
            report.rounds = round;
            let seen = self.withdraw(way, report).await?;
            if self.count.ours(&seen).next().is_some() {
                continue;
            }
            let sent = self.close(&seen, report).await;
            if sent == 0 && (round > 1 || !self.is_filling(&seen)) {
                break;
            }
            self.settle().await?;
        }
        tell("looking whether it is flat");
        let seen = look(&self.desk).await?;
        report.left = self.remaining(&seen);
        report.outcome = if report.left.is_empty() { Outcome::Flat } else { Outcome::Left };
        Ok(())
    }

    /// Cancels, and waits for a complete look without what was cancelled.
    async fn withdraw(&mut self, way: Way, report: &mut Report) -> anyhow::Result<Seen> {
        let mut wait = Wait::begin();
        let mut asked: Option<Instant> = None;
        loop {
            let seen = look(&self.desk).await?;
            let targets = self.targets(way, &seen);
            if targets.is_empty() || wait.began.elapsed() > CANCEL_PATIENCE {
                return Ok(seen);
            }
            if asked.is_none_or(|at| at.elapsed() > CANCEL_AGAIN) {
                asked = Some(Instant::now());
                self.cancel(way, &targets, report).await?;
            }
            wait.tell(format_args!("{} orders still work", targets.len()));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What is to be cancelled: ours, or all; and closing orders for more than is there, as far as this client may.
    fn targets(&self, way: Way, seen: &Seen) -> Vec<OpenOrder> {
        let exposed = self.count.exposed(seen).exposed;
        let is_target = |order: &&OpenOrder| {
            if order.reference == REFERENCE {
                let own = order.client_id == self.desk.client_id();
                return own && exposed.get(&order.con_id).is_some_and(Exposed::is_beyond);
            }
            way == Way::All || self.count.is_ours(order)
        };
        seen.orders.iter().filter(is_target).cloned().collect()
    }

    async fn cancel(&self, way: Way, targets: &[OpenOrder], report: &mut Report) -> anyhow::Result<()> {
        tell(format_args!("cancelling {} orders", targets.len()));
        if way == Way::All {
            self.desk.cancel_all().await?;
        }
        for order in targets {
            if way == Way::Ours {
                self.desk.cancel(order).await?;
            }
            let ours = self.count.is_ours(order) || order.reference == REFERENCE;
            if ours && !report.cancelled.contains(&order.words) {
                report.cancelled.push(order.words.clone());
            }
        }
        Ok(())
    }

    /// Sends what closes; answers with how many orders that were. One that cannot be sent does not keep the others.
    async fn close(&mut self, seen: &Seen, report: &mut Report) -> usize {
        let mut sent = 0;
        for (con_id, exposed) in self.count.exposed(seen).exposed {
            let Some((action, quantity)) = exposed.closing() else { continue };
            let line = format!("{action} {quantity} {} at the market", symbol(seen, con_id));
            tell(&line);
            match self.desk.close(con_id, action, quantity).await {
                Ok(Sent::InSession) => drop(self.asleep.remove(&con_id)),
                Ok(Sent::Waits(open)) => {
                    let until = open.map_or_else(String::new, |open| format!(" at {open}"));
                    tell(format_args!("its market is closed: the order waits for the opening{until}"));
                    self.asleep.insert(con_id, until);
                }
                Err(error) => {
                    let why = format!("{line}: {:#}", anyhow::Error::new(error));
                    tell(&why);
                    self.told.push(why);
                    continue;
                }
            }
            report.closed.push(line);
            sent += 1;
        }
        sent
    }

    /// Waits until the closing orders are over, but for those that wait for an opening.
    async fn settle(&self) -> anyhow::Result<()> {
        let mut wait = Wait::begin();
        while wait.began.elapsed() < FILL_PATIENCE {
            tokio::time::sleep(LOOK_EVERY).await;
            if !self.is_filling(&look(&self.desk).await?) {
                return Ok(());
            }
            wait.tell("the closing orders are not filled yet");
        }
        Ok(())
    }

    fn is_filling(&self, seen: &Seen) -> bool {
        let awake =
            |order: &&OpenOrder| order.reference == REFERENCE && !self.asleep.contains_key(&order.con_id);
        seen.orders.iter().any(|order| awake(&order))
    }

    /// All that is left, and why, in words.
    pub(super) fn remaining(&self, seen: &Seen) -> Vec<String> {
        let mut left: Vec<String> =
            self.count.ours(seen).map(|order| format!("{} works", order.words)).collect();
        let counted = self.count.exposed(seen);
        for (con_id, exposed) in counted.exposed {
            let (quantity, symbol) = (exposed.left(), symbol(seen, con_id));
            let why = match self.asleep.get(&con_id) {
                _ if exposed.working.is_zero() => "is not closed".to_owned(),
                Some(until) => format!("its closing order waits for the opening{until}"),
                None => "its closing order works and is not filled; is it halted?".to_owned(),
            };
            if exposed.is_beyond() {
                left.push(format!(
                    "a closing order of {symbol} works for more than the {quantity} that is there"
                ));
            } else if !quantity.is_zero() {
                left.push(format!("{quantity} {symbol}: {why}"));
            }
        }
        for (ticker, quantity) in counted.unknown {
            left.push(format!(
                "{quantity} {ticker} by the journal: its contract is not known, for the config does not name it; --positions all \
                 closes it with everything else"
            ));
        }
        left
    }

    /// What the broker has said, and what went wrong on the way.
    pub(super) fn told(&mut self) -> Vec<String> {
        let mut told = std::mem::take(&mut self.told);
        told.extend(self.desk.told());
        told
    }

    /// Ends the connection.
    pub(super) async fn end(&mut self) {
        self.desk.end().await;
    }
}

/// All that the broker holds; a look that breaks off is tried again.
async fn look(desk: &Emergency) -> anyhow::Result<Seen> {
    let mut tried = 0;
    loop {
        match desk.look().await {
            Err(error) if tried < LOOKS_MAX => {
                tried += 1;
                tell(format_args!("{:#}; asking again", anyhow::Error::new(error)));
            }
            looked => return looked.context("what the broker holds is not known"),
        }
    }
}

/// The name of a contract, where something tells it.
fn symbol(seen: &Seen, con_id: i32) -> String {
    let held = seen.positions.iter().find(|held| held.con_id == con_id);
    held.map_or_else(|| format!("contract {con_id}"), |held| held.symbol.clone())
}
