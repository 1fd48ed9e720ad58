//! A complete snapshot of the broker's side, compared with what is known here.
//!
//! What the snapshot explains is booked the ordinary way. What it does not explain is
//! looked at again, for news may have been on their way; still there, it freezes the
//! ticker with the numbers. Nothing is ever invented to make it fit.

use super::entry::exchange_day;
use super::{Out, Ticker};
use crate::OrderRef;
use crate::fact::Fact;
use crate::input::{News, Snapshot};
use crate::lot::Leg;
use crate::mode::{Difference, Mode};
use crate::money::Quantity;
use crate::mutant::{self, Mutant};
use crate::order::{End, Standing, Status};
use crate::time::Now;
use crate::view::MarketView;

/// How many snapshots may differ, each in another way, before the ticker freezes.
const DOUBTS_MAX: usize = 4;

impl Ticker {
    pub(super) fn on_snapshot(&mut self, now: Now, snapshot: &Snapshot, market: &MarketView, out: &mut Out) {
        self.adopt(now, snapshot, market, out);
        let replayed = snapshot.executions.iter().filter(|_| !mutant::is(Mutant::SkipReplay));
        for execution in replayed {
            self.on_execution(now, execution, out);
        }
        for commission in &snapshot.commissions {
            self.on_news(now, &News::Commission(commission.clone()), out);
        }
        if self.foreign.is_none() {
            self.declare_foreign(now, snapshot, out);
        }
        for foreign in &snapshot.foreign {
            self.on_foreign(now, foreign, out);
        }
        for status in &snapshot.orders {
            self.on_status(now, status, out);
        }
        for terms in &snapshot.terms {
            self.on_terms(now, terms, out);
        }
        if !self.note_missing(now, snapshot, market, out) {
            return;
        }
        if let Some(ratio) = self.split_of(snapshot).filter(|_| self.difference(snapshot).is_some()) {
            let day = Some(exchange_day(now, market));
            self.fact(now, Fact::Split { ratio, day }, out);
        }
        match (self.difference(snapshot), &self.mode) {
            (Some(_), Mode::Frozen(_))
            | (None, Mode::Active | Mode::Paused { .. } | Mode::Halted { .. } | Mode::Frozen(_)) => {}
            (Some(difference), _) => self.differ(now, difference, out),
            (None, Mode::Reconciling { then }) => {
                let mode = Mode::clone(then);
                self.fact(now, Fact::ModeChanged { mode }, out);
            }
        }
    }

    /// What the broker does not know any more is over; answers whether that is sure.
    fn note_missing(&mut self, now: Now, snapshot: &Snapshot, market: &MarketView, out: &mut Out) -> bool {
        let missing = self.missing_from(now, snapshot);
        let ends =
            missing.iter().filter_map(|order| Some((order, self.end_of(now, order, &missing, market)?)));
        let known: Vec<Status> = ends.map(|(order, end)| self.gone(order.clone(), end)).collect();
        known.into_iter().for_each(|status| self.fact(now, Fact::OrderMoved(status), out));
        let missing = self.missing_from(now, snapshot);
        if missing.is_empty() {
            return true;
        }
        if !self.was_missed(&missing) {
            self.doubt(now, Difference::Missing { orders: missing }, out);
            return false;
        }
        let other = self.split_of(snapshot).is_some() || matches!(self.mode, Mode::Frozen(_));
        let closed = self.closed_unseen_by(&missing, snapshot).filter(|_| !other).unwrap_or_default();
        // Together with its shares: that is looked at once more, too.
        if let Some(difference) = self.difference(snapshot).filter(|_| !closed.is_empty())
            && self.doubts.last() != Some(&difference)
        {
            self.doubt(now, difference, out);
            return false;
        }
        for order in &missing {
            self.fact(now, Fact::OrderMoved(self.gone(order.clone(), End::Lost)), out);
        }
        self.close_unseen(now, &closed, &missing, market, out);
        true
    }

    /// The same difference twice is one; a moving one is looked at a few times more.
    fn differ(&mut self, now: Now, difference: Difference, out: &mut Out) {
        if self.doubts.last() == Some(&difference) || self.doubts.len() >= DOUBTS_MAX {
            return self.freeze(now, difference, out);
        }
        self.doubt(now, difference, out);
    }

    pub(super) fn doubt(&mut self, now: Now, difference: Difference, out: &mut Out) {
        self.on_gap(now, out);
        self.fact(now, Fact::Doubted { difference }, out);
    }

    /// Orders that we count as alive and the broker does not know. One that was sent a moment
    /// ago over a link that stands is on its way; whether it arrives is asked soon enough.
    fn missing_from(&self, now: Now, snapshot: &Snapshot) -> Vec<OrderRef> {
        let lots = self.trade.iter().flat_map(|trade| &trade.lots);
        if mutant::is(Mutant::MissingWorks) {
            return Vec::new();
        }
        let fresh = |leg: &Leg| {
            !self.mode.is_reconciling()
                && leg.standing.is_none()
                && now.process.since(leg.asked) < super::settle::SILENT_MAX
        };
        let legs = lots.flat_map(|lot| &lot.legs).filter(|leg| !leg.ended() && !fresh(leg));
        let alive = legs.map(|leg| &leg.spec.order);
        alive.filter(|order| !snapshot.orders.iter().any(|status| status.order == **order)).cloned().collect()
    }

    /// True if a snapshot before this one did not have them either: they are not on their way.
    fn was_missed(&self, missing: &[OrderRef]) -> bool {
        let before = |doubt: &Difference| match doubt {
            Difference::Missing { orders } => missing.iter().all(|order| orders.contains(order)),
            _ => false,
        };
        self.doubts.iter().any(before)
    }

    fn gone(&self, order: OrderRef, end: End) -> Status {
        let leg = self.trade.as_ref().and_then(|trade| trade.leg(&order));
        let filled = leg.map_or(Quantity::ZERO, |leg| leg.filled);
        Status { order, standing: Standing::Ended(end), filled, remaining: Quantity::ZERO }
    }

    fn difference(&self, snapshot: &Snapshot) -> Option<Difference> {
        // Orders of another installation are somebody else's.
        let alive = |status: &&Status| {
            let ended = matches!(status.standing, Standing::Ended(_));
            !ended && status.order.installation == self.installation
        };
        if let Some(order) = snapshot.orders.iter().filter(alive).find(|own| !self.knows(&own.order)) {
            return Some(Difference::Order(order.order.to_string()));
        }
        let (broker, ours) = (snapshot.position, self.position() + self.foreign.unwrap_or_default());
        (broker != ours).then_some(Difference::Position { broker, ours })
    }
}
