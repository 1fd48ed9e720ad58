//! A complete snapshot of the broker's side, compared with what is known here.
//!
//! What the snapshot explains is booked the ordinary way. What it does not explain
//! freezes the ticker with the numbers; nothing is ever invented to make it fit.

use super::{Out, Ticker};
use crate::fact::Fact;
use crate::input::{News, Snapshot};
use crate::mode::{Difference, Mode};
use crate::money::Quantity;
use crate::order::{End, Standing, Status};
use crate::time::Now;

impl Ticker {
    pub(super) fn on_snapshot(&mut self, now: Now, snapshot: &Snapshot, out: &mut Out) {
        for execution in &snapshot.executions {
            self.on_execution(now, execution, out);
        }
        for commission in &snapshot.commissions {
            self.on_news(now, &News::Commission(commission.clone()), out);
        }
        for status in &snapshot.orders {
            self.on_status(now, status, out);
        }
        for terms in &snapshot.terms {
            self.on_terms(now, terms, out);
        }
        for status in self.missing_from(snapshot) {
            self.fact(now, Fact::OrderMoved(status), out);
        }
        match (self.difference(snapshot), &self.mode) {
            (Some(difference), _) => self.freeze(now, difference, out),
            (None, Mode::Reconciling { then }) => {
                let mode = Mode::clone(then);
                self.fact(now, Fact::ModeChanged { mode }, out);
            }
            (None, _) => {}
        }
    }

    /// Orders that we count as alive and the broker does not know: they are over.
    fn missing_from(&self, snapshot: &Snapshot) -> Vec<Status> {
        let lots = self.trade.iter().flat_map(|trade| &trade.lots);
        let alive = lots.flat_map(|lot| &lot.legs).filter(|leg| !leg.ended());
        alive
            .filter(|leg| !snapshot.orders.iter().any(|status| status.order == leg.spec.order))
            .map(|leg| Status {
                order: leg.spec.order.clone(),
                standing: Standing::Ended(End::Cancelled),
                filled: leg.filled,
                remaining: Quantity::ZERO,
            })
            .collect()
    }

    fn difference(&self, snapshot: &Snapshot) -> Option<Difference> {
        let alive = |status: &&Status| !matches!(status.standing, Standing::Ended(_));
        if let Some(order) = snapshot.orders.iter().filter(alive).find(|own| !self.knows(&own.order)) {
            return Some(Difference::Order(order.order.to_string()));
        }
        let (broker, ours) = (snapshot.position, self.position());
        (broker != ours).then_some(Difference::Position { broker, ours })
    }
}
