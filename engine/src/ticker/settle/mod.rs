//! What an open trade needs now: looked for after every input, done once, in this order.
//!
//! Each *care* looks at one lot and answers with the next step it needs, or with
//! nothing. Asking twice is harmless: what was asked is part of the state. While a lot
//! holds shares no leg of it is cancelled but in the same reaction as its replacement.
//!
//! Read next: `entry` (what a lot's opening needs), `protection` (its stop, and the target with it),
//! `target` (one that was refused), `hands` (what a person does to them), `leaving` (its way out), `ask` (how a step is asked for).

mod ask;
mod entry;
mod hands;
mod leaving;
mod protection;
mod target;

use chrono::TimeDelta;

use self::ask::EXITS_MAX;
pub(super) use self::ask::calm;
use self::entry::{drop_family, end_entry, fell_through, reanchor};
use self::hands::{note_cancelled_stop, note_changed_terms};
pub(super) use self::leaving::REPRICINGS_MAX;
use self::leaving::{close_lot, cover_excess, reopen_lot, scale_out, sweep, take_away};
use self::protection::{drop_double, note_protection, renew_protection, resize_protection};
use self::target::{note_refused_target, renew_target};
use super::{Out, Ticker};
use crate::fact::{Fact, Step};
use crate::lot::{Leg, Lot};
use crate::mode::{Difference, Mode};
use crate::money::Money;
use crate::mutant::{self, Mutant};
use crate::request::Request;
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// How long filled shares may wait for the broker to wake their stop.
const ASLEEP_MAX: TimeDelta = TimeDelta::milliseconds(1_000);
/// How long the broker may owe a word of an order, or of what was asked of it.
pub(super) const SILENT_MAX: TimeDelta = TimeDelta::seconds(5);

type Care = fn(&Ticker, Now, &Trade, &Lot, &MarketView) -> Vec<Step>;

/// In order: what stops more shares from coming, what protects those that are here,
/// what takes them away, what cleans up behind them.
const CARES: [Care; 18] = [
    drop_family,
    end_entry,
    note_protection,
    reopen_lot,
    cover_excess,
    fell_through,
    note_changed_terms,
    reanchor,
    scale_out,
    note_refused_target,
    resize_protection,
    drop_double,
    note_cancelled_stop,
    renew_protection,
    renew_target,
    take_away,
    sweep,
    close_lot,
];

impl Ticker {
    /// Does what the open trade needs.
    pub(in crate::ticker) fn settle(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let lots = self.trade.as_ref().map_or(0, |trade| trade.lots.len());
        for index in 0..lots {
            for care in CARES {
                let Some(trade) = &self.trade else { return };
                let Some(lot) = trade.lots.get(index) else { return };
                let steps = care(self, now, trade, lot, view);
                // Out of step with the broker nothing is asked for: what is needed may be
                // there already.
                let asks = steps.iter().any(|step| matches!(step, Step::Request(_)));
                let places = steps.iter().any(|step| matches!(step, Step::Request(Request::Place { .. })));
                if (asks && self.mode.is_reconciling()) || (places && !self.mode.places()) {
                    continue;
                }
                // What was refused is not asked for again at once, whatever it was.
                if asks && lot.refusals > 0 && !calm(now, lot) {
                    continue;
                }
                for step in steps {
                    self.step(now, step, out);
                }
            }
        }
        self.after_add(now, view, out);
        self.doubt_silence(now, out);
        self.close_trade(now, view, out);
    }

    /// The broker owes a word for too long, or an execution that its own count has: what it
    /// knows is looked up, nothing is sent again.
    fn doubt_silence(&mut self, now: Now, out: &mut Out) {
        if !self.mode.places() || mutant::is(Mutant::WaitForever) {
            return;
        }
        let lots = self.trade.iter().flat_map(|trade| &trade.lots);
        let legs = lots.flat_map(|lot| lot.legs.iter().map(|leg| (leg, lot.heard)));
        let late = |leg: &Leg, heard| leg.awaits_execution() && now.process.since(heard) > ASLEEP_MAX;
        let silent = |leg: &Leg| leg.awaits_answer() && now.process.since(leg.asked) > SILENT_MAX;
        let doubtful = legs.filter(|(leg, heard)| silent(leg) || late(leg, *heard));
        let orders: Vec<crate::OrderRef> = doubtful.map(|(leg, _)| leg.spec.order.clone()).collect();
        if !orders.is_empty() {
            self.doubt(now, Difference::Unanswered { orders }, out);
        }
    }

    fn close_trade(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let Some(trade) = &self.trade else { return };
        let at_rest =
            |lot: &Lot| lot.at_rest() || (mutant::is(Mutant::CloseBeforeRest) && lot.closed.is_some());
        let over = |lot: &Lot| at_rest(lot) && lot.held().is_zero() && !lot.awaits_executions();
        if !trade.lots.iter().all(over) {
            return;
        }
        let beyond = |lot: &&Lot| !lot.oversold().is_zero() && lot.exits() >= EXITS_MAX;
        if trade.lots.iter().any(|lot| !lot.oversold().is_zero() && lot.exits() < EXITS_MAX) {
            return;
        }
        if let Some(lot) = trade.lots.iter().find(beyond) {
            let difference = Difference::Oversold { left: lot.left(), bought: lot.bought() };
            if !matches!(self.mode, Mode::Frozen(_)) {
                self.freeze(now, difference, out);
            }
            return;
        }
        let traded = trade.lots.iter().any(|lot| lot.closed.is_some());
        let realized = if traded { self.cash_of(trade) } else { Money::ZERO };
        let (number, reversal) = (trade.number, trade.reversal.clone());
        let commission = self.ledger.commissions();
        self.fact(now, Fact::TradeClosed { trade: number, realized, commission, traded }, out);
        if let Some((signal, until)) = reversal
            && now.market <= until
        {
            self.open_reversed(now, &signal, view, out);
        }
    }

    fn cash_of(&self, trade: &Trade) -> Money {
        self.ledger.cash(|order| order.trade == trade.number)
    }
}
